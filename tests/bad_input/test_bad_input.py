"""Bad input in every form, case by case, and how many ways to be wrong the tests hold together."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from projector.errors import InputsError, ProjectorError, ScenarioError
from tests.bad_input.reading import read

TESTS = Path(__file__).resolve().parents[1]
CASES: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("cases.yaml"))
FEWEST = 150
EXPECT = re.compile(r"^# expect: (.*)$", re.MULTILINE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['kind']}: {case['name']}")
def test_bad_input_says_what_is_wrong_and_where(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProjectorError) as raised:
        read(case)
    assert [str(problem) for problem in raised.value.problems] == case["problems"]
    of_scenario = case["kind"].startswith("scenario")
    assert isinstance(raised.value, ScenarioError if of_scenario else InputsError)


def test_at_least_150_bad_inputs_differ_in_what_is_told_of_them() -> None:
    """One bad input is one file (or case) with an asserted message that no other has.

    Names and numbers are left out of a message before it is compared, so that the same fault in
    another place does not count twice.
    """
    files = sorted((TESTS / "scenario" / "bad").glob("*.yaml"))
    of_scenarios = [tuple(EXPECT.findall(path.read_text("utf-8"))) for path in files]
    of_tables = [
        tuple(case["problems"])
        for case in YAML(typ="safe").load(TESTS / "inputs" / "bad" / "expected.yaml")
    ]
    of_cases = [tuple(case["problems"]) for case in CASES]
    every = [*of_scenarios, *of_tables, *of_cases]
    assert all(every), "a bad input without a message"
    kinds = {tuple(map(_kind, problems)) for problems in every}
    print(f"{len(every)} bad inputs with asserted messages, {len(kinds)} of them distinct")
    assert len(every) >= 2 * FEWEST
    assert len(kinds) >= FEWEST


def _kind(problem: str) -> str:
    """The message without its place, and without what was found and the numbers in it."""
    message = re.sub(r"^\S*:\d+(:\d+)?: |^\S+: ", "", problem)
    message = re.sub(r"\(found .*?(; expected|\)$|\)\.)", r"(\1", message)
    return re.sub(r"\d+", "0", message)
