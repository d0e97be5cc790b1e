"""Every way to be wrong has a file here, with the exact message it must give."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from projector.errors import InputsError
from projector.inputs.read import read_population, read_table

BAD = Path(__file__).parent / "bad"
CASES: list[dict[str, Any]] = YAML(typ="safe").load(BAD / "expected.yaml")


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["files"][0]))
def test_a_bad_file_says_what_is_wrong_and_where(
    case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD)
    paths = [Path(name) for name in case["files"]]
    with pytest.raises(InputsError) as raised:
        read_table(paths[0], case["table"]) if "table" in case else read_population(paths)
    assert [str(problem) for problem in raised.value.problems] == case["problems"]


def test_every_bad_file_has_its_expected_message() -> None:
    listed = {name for case in CASES for name in case["files"]}
    assert listed == {path.name for path in BAD.iterdir()} - {"expected.yaml"}


def test_an_absent_file_is_an_input_fault(tmp_path: Path) -> None:
    with pytest.raises(InputsError, match=r"absent\.csv: the file does not exist"):
        read_population([tmp_path / "absent.csv"])
