"""Every way to be wrong gives the message that its file states, at the place it states."""

import pathlib

import pytest

from projector.errors import ScenarioError
from projector.scenario import load_scenario
from projector.tables import BED_SETTINGS, SETTINGS

BAD = pathlib.Path(__file__).parent / "bad"
EXPECT = "# expect: "
LISTS = {"settings": SETTINGS, "bed_settings": BED_SETTINGS}
"""Lists that a message prints whole, by what stands in braces in their place."""


def expected_problems(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    stated = [line.removeprefix(EXPECT) for line in lines if line.startswith(EXPECT)]
    for name, names in LISTS.items():
        stated = [line.replace(f"{{{name}}}", ", ".join(names)) for line in stated]
    return stated


@pytest.mark.parametrize("name", sorted(path.name for path in BAD.glob("*.yaml")))
def test_all_problems_of_a_file_are_reported_at_their_places(name, monkeypatch):
    monkeypatch.chdir(BAD)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(name)
    found = [str(problem).removeprefix(f"{name}:") for problem in caught.value.problems]
    assert found == expected_problems(BAD / name)
    assert found
    assert caught.value.exit_code == 3


def test_there_are_many_ways_to_be_wrong():
    assert len(list(BAD.glob("*.yaml"))) >= 170


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"scenario: Bad\nsource: \xe5\n", "2:1: the file is not UTF-8 text; save it as UTF-8"),
        (b"scenario: B\x01d\n", "1:12: a control character; delete it"),
        (b"scenario: " + b"[" * 60 + b"]" * 60, "1:50: the file is nested too deeply"),
        (b"regions: [\xc2\xa0\n", "2:1: a comma is missing, or the '[' of line 1 is not closed"),
    ],
)
def test_bytes_that_no_editor_shows(tmp_path, monkeypatch, content, message):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("bad.yaml").write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        load_scenario("bad.yaml")
    assert len(caught.value.problems) == 1
    assert str(caught.value).startswith(f"bad.yaml:{message}")


def test_a_missing_file_names_the_nearest_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("reference.yaml").touch()
    with pytest.raises(ScenarioError) as caught:
        load_scenario("referance.yaml")
    assert str(caught.value) == ("referance.yaml:1:1: no such file. Did you mean 'reference.yaml'?")


def test_a_folder_is_not_a_scenario(tmp_path):
    with pytest.raises(ScenarioError, match="no such file"):
        load_scenario(tmp_path)
