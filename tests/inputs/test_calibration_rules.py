"""Faults of the tables that take the place of estimates, each at its file and line."""

import shutil
from pathlib import Path

import pytest

from projector.errors import InputsError
from projector.inputs.input_set import load_inputs
from tests.embedded import CASE_AREAS

HEADINGS = {
    "cohort_ratios": "region,sex,ages,ratio",
    "regional_levels": "region,measure,level",
    "national_migration": "sex,ages,persons",
}


def written(folder: Path, table: str, *rows: str) -> Path:
    path = folder / f"{table}.csv"
    path.write_text("\n".join([HEADINGS[table], *rows]) + "\n", encoding="utf-8")
    return path


def faults(folder: Path, table: str, *rows: str) -> list[str]:
    path = written(folder, table, *rows)
    with pytest.raises(InputsError) as caught:
        load_inputs(CASE_AREAS, {table: [path]})
    return [str(problem).removeprefix(str(path)) for problem in caught.value.problems]


def test_a_few_rows_with_nothing_but_what_is_needed_are_read(tmp_path: Path) -> None:
    own = {
        "cohort_ratios": [
            written(tmp_path, "cohort_ratios", "3330,female,20,0.9", "3330,male,105+,1")
        ],
        "regional_levels": [written(tmp_path, "regional_levels", "030110,mortality,1.2")],
        "national_migration": [written(tmp_path, "national_migration", "male,30,-12.5")],
    }
    tables = load_inputs(CASE_AREAS, own).tables
    assert tables["cohort_ratios"]["ratio"].tolist() == [0.9, 1.0]
    assert tables["regional_levels"]["region"].tolist() == ["030110"]
    assert tables["national_migration"]["persons"].tolist() == [-12.5]


def test_the_tables_may_lie_in_the_set(tmp_path: Path) -> None:
    target = tmp_path / "set"
    shutil.copytree(CASE_AREAS, target, ignore=shutil.ignore_patterns("published"))
    written(target, "regional_levels", "9999,fertility,1")
    with pytest.raises(InputsError, match=r"^set/regional_levels\.csv:2: column 'region'"):
        load_inputs(target, {})


@pytest.mark.parametrize(
    ("table", "row", "message"),
    [
        (
            "cohort_ratios",
            "33300,female,20,0.9",
            ":2: column 'region': the code has lost its leading zero, perhaps '033300' (found "
            "'33300')",
        ),
        (
            "regional_levels",
            "9999,mortality,1",
            ":2: column 'region': the population table has no such region (found 9999)",
        ),
        (
            "regional_levels",
            "0,mortality,1",
            ":2: the nation is what the regions are compared with, and has none itself (found 0)",
        ),
        (
            "cohort_ratios",
            "3330,woman,20,0.9",
            ":2: column 'sex': not an allowed value (found 'woman'; expected female, male)",
        ),
        (
            "cohort_ratios",
            "3330,female,106,0.9",
            ":2: column 'ages': not one of the single ages of the projection (found 106; expected "
            "0 to 104, or 105+, one age in a row)",
        ),
        (
            "cohort_ratios",
            "3330,female,18-24,0.9",
            ":2: column 'ages': not one of the single ages of the projection (found 18-24; "
            "expected 0 to 104, or 105+, one age in a row)",
        ),
        (
            "national_migration",
            "female,90+,3",
            ":2: column 'ages': not one of the single ages of the projection (found 90+; expected "
            "0 to 104, or 105+, one age in a row)",
        ),
        (
            "cohort_ratios",
            "3330,female,20,-0.1",
            ":2: column 'ratio': out of bounds (found '-0.1'; expected a number from 0 to 10)",
        ),
        (
            "cohort_ratios",
            "3330,female,20,",
            ":2: column 'ratio': the cell is blank",
        ),
        (
            "cohort_ratios",
            "3330,female,0,0.9",
            ":2: children of the year do not move by themselves, so their ratio is 1 (found 0.9; "
            "expected 1; how many children there are is the level of fertility in "
            "regional_levels)",
        ),
        (
            "regional_levels",
            "3330,mortality,105",
            ":2: column 'level': out of bounds (found '105'; expected a number from 0 to 10)",
        ),
        (
            "regional_levels",
            "3330,mortality,0.1",
            ":2: no region has such a level of mortality (found 0.1; expected times the nation's, "
            "between 0.2 and 2)",
        ),
        (
            "regional_levels",
            "3330,deaths,1",
            ":2: column 'measure': not an allowed value (found 'deaths'; expected mortality, "
            "fertility)",
        ),
    ],
)
def test_what_cannot_be_is_told_at_its_line(
    tmp_path: Path, table: str, row: str, message: str
) -> None:
    assert faults(tmp_path, table, row) == [message]


def test_the_same_row_twice_is_refused(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, "cohort_ratios", "3330,female,20,1", "3330,female,020,1")
    assert found.startswith(":3: the same region, sex, ages as on line 2")
    found = faults(tmp_path, "national_migration", "male,105,1", "male,105+,1")
    assert found == [":3: another row already has this age (found 105)"]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    found = faults(tmp_path, "cohort_ratios", "9999,male,200+,1", "3330,male,0,2", "3330,male,7,1")
    assert len(found) == 1  # an age of 200 is no age at all, and stops the reading
    found = faults(tmp_path, "cohort_ratios", "9999,male,107,1", "3330,male,0,2", "3330,male,7,1")
    assert [text.split(":")[1] for text in found] == ["2", "2", "3"]


def test_ratios_beside_gross_migration_would_not_be_used(tmp_path: Path) -> None:
    said = "source,quality"
    moves = {
        "out_migration": [f"region,sex,ages,rate,{said}"]
        + [f"{r},{s},*,0.02,x,assumption" for r in ("3330", "3328") for s in ("female", "male")],
        "destinations": [
            f"region,to_region,ages,share,{said}",
            "3330,3328,*,1,x,assumption",
            "3328,3330,*,1,x,assumption",
        ],
    }
    own = {}
    for name, lines in moves.items():
        own[name] = [tmp_path / f"{name}.csv"]
        own[name][0].write_text("\n".join(lines) + "\n", encoding="utf-8")
    load_inputs(CASE_AREAS, own)
    own["cohort_ratios"] = [written(tmp_path, "cohort_ratios", "3330,female,20,0.9")]
    with pytest.raises(InputsError, match="the moves of the regions come from out_migration"):
        load_inputs(CASE_AREAS, own)
