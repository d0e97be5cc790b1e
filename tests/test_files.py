"""Only regular files are read, and only to a limit."""

import gzip
import os
import socket
from pathlib import Path

import netCDF4
import pytest

from projector.errors import InputsError, Problem, ScenarioError, hidden_in, printable
from projector.files import RefusedFileError, kind_of_file, read_regular
from projector.inputs.input_set import load_inputs
from projector.inputs.read import read_long, read_population
from projector.scenario import load_scenario
from tests.embedded import CASE_AREAS

MOST = 10_000


def test_a_file_is_read_to_its_limit_and_no_further(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * MOST)
    assert read_regular(path, MOST) == b"x" * MOST
    path.write_bytes(b"x" * (MOST + 1))
    with pytest.raises(RefusedFileError, match="the file is too large"):
        read_regular(path, MOST)


def test_a_small_archive_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"\0" * 100_000_000))
    assert path.stat().st_size < 200_000
    with pytest.raises(RefusedFileError, match="too large") as raised:
        read_regular(path, MOST, unpack=True)
    assert raised.value.found == "more than 10,000 bytes"
    path.write_bytes(gzip.compress(b"one") + gzip.compress(b"two") + b"\0" * 512)
    assert read_regular(path, MOST, unpack=True) == b"onetwo"
    assert read_regular(path, MOST).startswith(b"\x1f\x8b")


@pytest.mark.parametrize("kind", ["a folder", "a pipe", "a device", "a socket", None])
def test_what_is_no_file_is_not_opened(
    kind: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("thing")
    match kind:
        case "a folder":
            path.mkdir()
        case "a pipe":
            os.mkfifo(path)
        case "a device":
            path.symlink_to("/dev/zero")
        case "a socket":
            server = socket.socket(socket.AF_UNIX)
            server.bind(str(path))
            server.close()
    assert kind_of_file(path) == kind
    with pytest.raises(RefusedFileError):
        read_regular(path, MOST)


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "loop"])
def test_names_that_no_file_system_holds_lead_to_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("loop")
    assert kind_of_file(Path(name)) is None


def test_a_netcdf_variable_with_axes_too_long_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "people.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("region", 20_000), ("year", 2), ("sex", 2), ("age", 2_000)):
            file.createDimension(name, size)
            file.createVariable(name, "i4", (name,))
        file.createVariable("population", "f8", ("region", "year", "sex", "age"), zlib=True)
    assert path.stat().st_size < 5_000_000
    with pytest.raises(InputsError, match="too many cells"):
        read_long(path)


def test_rows_that_share_no_axis_do_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    rows = (
        f"{1000 + n},{'female' if n % 2 else 'male'},{n % 100},{1000 + n},1\n" for n in range(9000)
    )
    path.write_text("region,sex,age,year,persons\n" + "".join(rows), "utf-8")
    with pytest.raises(InputsError, match="too many regions, years and ages") as raised:
        read_population([path])
    assert "9000 regions, 9000 years, 100 age groups" in str(raised.value)


def test_a_chain_of_extends_ends_somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(102):
        parent = f"extends: s{number + 1}.yaml\n" if number < 101 else ""
        Path(f"s{number}.yaml").write_text(f"scenario: S\n{parent}", "utf-8")
    with pytest.raises(ScenarioError, match=r"s99\.yaml:2:10: the chain of extends is too long"):
        load_scenario("s0.yaml")
    with pytest.raises(ScenarioError) as raised:
        load_scenario("s2.yaml")
    assert "chain" not in str(raised.value)


def test_a_scenario_held_to_a_folder_may_point_anywhere_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inputs").mkdir()
    (tmp_path / "scenarios" / "own").mkdir(parents=True)
    parent = "scenario: P\ninputs: ../inputs\nregions: [Oslo]\nyears: {base: 2026, end: 2040}\n"
    (tmp_path / "scenarios" / "parent.yaml").write_text(parent, "utf-8")
    child = tmp_path / "scenarios" / "own" / "child.yaml"
    child.write_text("scenario: C\nextends: ../parent.yaml\n", "utf-8")
    monkeypatch.chdir(tmp_path / "scenarios" / "own")
    assert load_scenario("child.yaml", within=tmp_path).scenario == "C"
    assert load_scenario("child.yaml").scenario == "C"
    with pytest.raises(ScenarioError, match="leads out of the folder") as raised:
        load_scenario("child.yaml", within=tmp_path / "scenarios")
    assert str(raised.value).startswith("../parent.yaml:2:9: ")


def test_messages_have_no_power_over_the_terminal() -> None:
    line = str(Problem("a\x1b[2J.csv:1", "told\r\nnothing", "\u202eevil\t", "x\x9b", "y\u200b"))
    assert line == (
        r"a\x1b[2J.csv:1: told\r\nnothing (found \u202eevil\t; expected x\x9b). "
        r"Did you mean 'y\u200b'?"
    )
    assert printable("Kárášjohka – Ål 100 %") == "Kárášjohka – Ål 100 %"
    assert len(printable("x" * 10_000, 100)) < 150


def test_letters_that_an_encoding_has_spoilt_are_no_hidden_ones() -> None:
    """They are told in a note, and regions by their codes."""
    assert hidden_in("Ã\x85l") is None
    assert hidden_in("Å\x85l") == 1


def test_a_set_that_is_none_is_told_as_its_own_fault(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for folder, message in (
        (tmp_path / "absent", "the folder of the input set does not exist"),
        (file, "not a folder (found a file)"),
    ):
        with pytest.raises(InputsError) as raised:
            load_inputs(folder, {})
        assert str(raised.value) == f"{folder}: {message}"
    with pytest.raises(InputsError, match=r"absent\.csv: the file does not exist"):
        load_inputs(CASE_AREAS, {"areas": (tmp_path / "absent.csv",)})
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputsError, match=r"pipe: this is not a file .*\(found a pipe"):
        load_inputs(CASE_AREAS, {"areas": (tmp_path / "pipe",)})
