"""The table of deviations: what is lacking, too much or impossible is told."""

import pandas as pd
import pytest

from projector.inputs.deviation_rules import deviations_whole
from projector.inputs.read import read_table
from tests.embedded import CASE_AREAS

TABLE = read_table(CASE_AREAS / "deviations.csv", "deviations")


def faults(table: pd.DataFrame) -> list[str]:
    return [str(problem) for _, problem in deviations_whole({"deviations": table})]


def test_the_shipped_table_is_whole() -> None:
    assert not faults(TABLE)
    assert not list(deviations_whole({}))


@pytest.mark.parametrize("row", range(0, len(TABLE), 3))
def test_every_row_is_needed(row: int) -> None:
    assert faults(TABLE.drop(index=TABLE.index[row]))


def test_faults_are_told_with_their_line() -> None:
    persistence = TABLE["statistic"] == "persistence"
    growing = TABLE.assign(value=TABLE["value"].where(~persistence, 1.2))
    assert len(faults(growing)) == persistence.sum()
    assert "persistence of 0 to 1" in faults(growing)[0]
    moved = TABLE.assign(age_to=TABLE["age_to"].replace({66: 70}))
    assert any(
        "no path needs the yearly of moves" in told and "0-70" in told for told in faults(moved)
    )
