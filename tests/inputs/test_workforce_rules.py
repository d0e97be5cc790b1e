"""Faults in the tables of professions, rosters, working time, workloads and participation."""

from pathlib import Path

import pytest

from projector.inputs.input_set import load_inputs
from tests.embedded import CASE_AREAS
from tests.inputs.test_activity_rules import last_line, rewritten
from tests.inputs.test_consistency import faults, set_with

NAMES = [  # table, text, its replacement, part of the message
    ("staffing", "doctor,inpatient", "docter,inpatient", "professions.csv (found docter)"),
    ("rosters", "nurse,inpatient", "nurs,inpatient", "Did you mean 'nurse'?"),
    ("workloads", "doctor,day", "doktor,day", "professions.csv (found doktor)"),
    ("workloads", "doctor,day,*,*", "doctor,day,*,hart", "diagnoses.csv (found hart)"),
    ("allowances", "nurse,*", "nurze,*", "professions.csv (found nurze)"),
    ("competences", "doctor,surgery", "surgeon,surgery", "professions.csv (found surgeon)"),
]


@pytest.mark.parametrize(("table", "old", "new", "message"), NAMES)
def test_a_name_that_stands_nowhere_is_told(
    tmp_path: Path, table: str, old: str, new: str, message: str
) -> None:
    found = faults(set_with(tmp_path, table, old, new))
    assert any(f"{table}.csv:" in fault and message in fault for fault in found), found


def test_without_professions_a_competence_is_of_somebody_who_is_needed(tmp_path: Path) -> None:
    folder = set_with(tmp_path, "competences", "doctor,surgery", "surgeon,surgery")
    (folder / "professions.csv").unlink()
    assert any(
        "staffing, rosters or workloads.csv (found surgeon)" in one for one in faults(folder)
    )


def test_a_set_with_ratios_alone_is_whole(tmp_path: Path) -> None:
    folder = set_with(tmp_path, "norms", "", "")
    for name in ("rosters", "workloads", "working_time", "allowances", "participation"):
        (folder / f"{name}.csv").unlink()
    assert "rosters" not in load_inputs(folder, {}).tables


def test_staff_without_working_time_are_told(tmp_path: Path) -> None:
    folder = set_with(tmp_path, "working_time", "*,day", "nurse,day")
    found = faults(folder)
    assert any("no working time of doctor with day hours" in fault for fault in found)
    assert not any("nurse with day" in fault for fault in found)


def test_a_team_has_one_minimum(tmp_path: Path) -> None:
    row = "nurse,municipal_short_stay,*,municipal,night,10,"
    text = (CASE_AREAS / "rosters.csv").read_text(encoding="utf-8")
    line = next(one for one in text.splitlines() if one.startswith(row))
    posts = line.removeprefix(row).split(",")
    changed = row + ",".join([*posts[:2], "2", *posts[3:]])
    (fault,) = faults(set_with(tmp_path, "rosters", line, changed))
    assert "the night shift of nurse in the team municipal has other minimum on line" in fault
    assert "(found 2; expected 1)" in fault


def test_work_is_told_once(tmp_path: Path) -> None:
    folder = rewritten(tmp_path / "one", "rosters", "nurse,observation,somatic,,day,7.5,1,1,1")
    assert any("already says this" in fault for fault in faults(folder))
    row = "doctor,outpatient,*,*,contact,day,10"
    folder = rewritten(tmp_path / "two", "workloads", row)
    line = last_line(folder, "workloads")
    assert any(f"workloads.csv:{line}: line 2 already says this" in one for one in faults(folder))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("nurse,day,a,category,,,", "category allowances need share (found empty)"),
        ("nurse,day,a,category,0.1,5,", "category allowances have no hours (found 5"),
        ("nurse,day,a,individual,,5,", "individual allowances need staff"),
    ],
)
def test_allowances_are_shares_or_hours(tmp_path: Path, row: str, message: str) -> None:
    (fault,) = faults(rewritten(tmp_path, "allowances", row))
    assert message in fault


def test_pay_of_no_year_is_told(tmp_path: Path) -> None:
    folder = set_with(tmp_path, "professions", ",462000,2014,", ",462000,,")
    assert any("the pay of nurse is of no year" in fault for fault in faults(folder))


def test_participation_covers_both_sexes_and_every_age(tmp_path: Path) -> None:
    gap = set_with(tmp_path / "one", "participation", "female,15-19", "female,15-18")
    assert any("the age bands of female do not cover every age" in fault for fault in faults(gap))
    folder = rewritten(tmp_path / "two", "participation", without="female")
    assert any("participation is not of all sexes once" in fault for fault in faults(folder))
