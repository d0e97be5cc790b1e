"""Faults in the tables of urgency, readmissions, prices, groups, flows and counts."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.inputs.activity_rules import flows_within_all_contacts
from projector.inputs.input_set import load_inputs
from projector.tables import INPUT_TABLES
from tests.inputs.test_consistency import faults, set_with

NAMES = [  # table, text, its replacement, part of the message
    ("urgency", "heart,inpatient", "hart,inpatient", "diagnoses.csv (found hart)"),
    ("readmissions", "heart,", "hart,", "diagnoses.csv (found hart)"),
    ("discharge_ready", "stroke,", "strok,", "diagnoses.csv (found strok)"),
    ("drg_points", "heart,", "hart,", "diagnoses.csv (found hart)"),
    ("priority_groups", ",copd,", ",cold,", "diagnoses.csv (found cold)"),
    ("flows", ",musculoskeletal,", ",muscular,", "diagnoses.csv (found muscular)"),
    ("flows", "Ahus,", "Ahuus,", "areas.csv, and is no region code (found Ahuus)"),
    ("flows", "Akershus universitetssykehus", "Akershus", "sites.csv (found Akershus)"),
]
"""Names that stand nowhere."""

ENDING = ",Assumption: for the test,assumption"


def rewritten(folder: Path, table: str, *added: str, without: str | None = None) -> Path:
    """The embedded set with rows added to a table, and without those that start with a text."""
    target = set_with(folder, "norms", "", "")
    path = target / f"{table}.csv"
    lines = [",".join(INPUT_TABLES[table].columns)]
    if path.is_file():
        lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if without is None or not line.startswith(without)]
    added_lines = [f"{row}{ENDING}" for row in added]
    path.write_text("\n".join([*kept, *added_lines]) + "\n", encoding="utf-8")
    return target


def last_line(folder: Path, table: str) -> int:
    return len((folder / f"{table}.csv").read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize(("table", "old", "new", "message"), NAMES)
def test_a_name_that_stands_nowhere_is_told(
    tmp_path: Path, table: str, old: str, new: str, message: str
) -> None:
    found = faults(set_with(tmp_path, table, old, new))
    assert any(f"{table}.csv:" in fault and message in fault for fault in found), found


@pytest.mark.parametrize(
    ("table", "old", "new", "about"),
    [
        ("urgency", "heart,inpatient,65-79", "heart,inpatient,66-79", "heart, inpatient"),
        ("readmissions", "heart,80+", "heart,80-89", "heart"),
        (
            "discharge_ready",
            "stroke,inpatient,65-79",
            "stroke,inpatient,60-79",
            "stroke, inpatient",
        ),
    ],
)
def test_age_bands_that_do_not_cover_every_age_once_are_told(
    tmp_path: Path, table: str, old: str, new: str, about: str
) -> None:
    found = faults(set_with(tmp_path, table, old, new))
    assert any(
        f"{table}.csv:" in fault and f"the age bands of {about} do not cover" in fault
        for fault in found
    ), found


def test_a_diagnosis_without_an_acute_share_is_told(tmp_path: Path) -> None:
    folder = rewritten(tmp_path, "urgency", without="*,inpatient")
    assert (
        "set/urgency.csv:2: other is treated in inpatient and has no acute share (expected rows "
        "for other or for * in inpatient)"
    ) in faults(folder)


def test_more_readmissions_than_acute_stays_are_told(tmp_path: Path) -> None:
    folder = rewritten(tmp_path, "readmissions", "addiction,*,0.3", without="addiction")
    line = last_line(folder, "readmissions")
    assert faults(folder) == [
        f"set/readmissions.csv:{line}: more readmissions of addiction at ages 0+ than acute "
        "inpatient stays (found 0.3; expected at most 0.22, the acute share in urgency.csv)"
    ]


def test_a_row_for_all_diagnoses_is_held_against_every_one_of_them(tmp_path: Path) -> None:
    folder = rewritten(tmp_path, "readmissions", without="addiction")
    path = folder / "readmissions.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("*,0-14,0.038", "*,0-14,0.3"), encoding="utf-8"
    )
    (fault,) = faults(folder)
    assert "more readmissions of addiction at ages 0-14 than acute inpatient stays" in fault


def test_readmissions_without_urgency_are_told(tmp_path: Path) -> None:
    folder = set_with(tmp_path, "urgency", "", "")
    (folder / "urgency.csv").unlink()
    assert faults(folder) == [
        "set/readmissions.csv: readmissions are acute, and nothing says how many inpatient stays "
        "are (expected rows for inpatient in the table urgency)"
    ]


def test_flows_over_all_contacts_are_told_once(tmp_path: Path) -> None:
    folder = rewritten(tmp_path, "flows", "Ahus,somatic,*,inpatient,Hallingdal sjukestugu,0.3")
    line = last_line(folder, "flows")
    assert faults(folder) == [
        f"set/flows.csv:{line}: the shares of Ahus, heart in inpatient sum to more than 1 "
        f"(found 1.05, lines 2, {line}; expected at most 1 over all sites)"
    ]


def test_the_row_for_fewer_regions_goes_first(tmp_path: Path) -> None:
    folder = rewritten(
        tmp_path,
        "flows",
        "Hallingdal,somatic,*,inpatient,Hallingdal sjukestugu,0.3",
        "3320,*,*,*,Ringerike sykehus,0.1",
        "3320,somatic,*,inpatient,Hallingdal sjukestugu,0.9",
    )
    assert len(load_inputs(folder, {}).tables["flows"]) == last_line(folder, "flows") - 1


def test_a_nested_area_is_held_against_the_area_around_it(tmp_path: Path) -> None:
    folder = rewritten(tmp_path, "flows", "Groruddalen,*,*,*,Ringerike sykehus,0.3")
    found = faults(folder)
    assert any("heart in inpatient sum to more than 1 (found 1.05" in fault for fault in found)


def test_areas_of_as_many_regions_that_both_speak_of_a_site_are_told(tmp_path: Path) -> None:
    folder = rewritten(
        tmp_path,
        "flows",
        "Hallingdal,*,*,hotel,Ringerike sykehus,0.2",
        "Dalen,*,*,hotel,Ringerike sykehus,0.3",
    )
    path = folder / "areas.csv"
    members = [f"Dalen,{code}{ENDING}" for code in (3320, 3322, 3324, 3326, 3328, 3305)]
    path.write_text(path.read_text("utf-8") + "\n".join(members) + "\n", encoding="utf-8")
    line = last_line(folder, "flows")
    assert any(
        f"flows.csv:{line}: line {line - 1} says this too, of as many regions" in fault
        for fault in faults(folder)
    )


@given(first=st.integers(0, 100), second=st.integers(0, 100))
def test_flows_are_at_fault_where_they_sum_to_more_than_one(first: int, second: int) -> None:
    everything = {"region": "3305", "kind": "*", "diagnosis": "*", "setting": "*"}
    rows = [{"site": "A", "share": first / 100}, {"site": "B", "share": second / 100}]
    tables = {
        "flows": pd.DataFrame([everything | row for row in rows], index=pd.Index([2, 3])),
        "areas": pd.DataFrame({"area": ["X"], "member": ["3305"]}),
        "diagnoses": pd.DataFrame({"diagnosis": ["heart"], "kind": ["somatic"]}),
    }
    assert bool(list(flows_within_all_contacts(tables))) == (first + second > 100)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("contact,*,2024,100,", "the price of a contact is for one setting (found *"),
        ("bed_day,*,2024,100,", "the price of a bed_day is for one setting (found *"),
        ("bed_day,home_care,2024,100,", "the setting home_care has no nights, so no bed days"),
        (
            "drg_point,inpatient,2024,100,",
            "the price of a drg_point is the same in every setting (found inpatient; expected *)",
        ),
        (
            "contact,day,2024,100,0.5",
            "the share belongs to drg_point, not to contact (found 0.5; expected empty)",
        ),
    ],
)
def test_a_price_of_another_setting_than_its_item_needs_is_told(
    tmp_path: Path, row: str, message: str
) -> None:
    folder = rewritten(tmp_path, "prices", row)
    (fault,) = faults(folder)
    assert f"prices.csv:{last_line(folder, 'prices')}: {message}" in fault


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "frail_elderly,5,dementia,*,0-79",
            "the group frail_elderly has another order further up (found 5; expected 3)",
        ),
        (
            "cancer_patients,4,cancer,*,*",
            "the groups several_chronic and cancer_patients have the same order (found 4; "
            "expected another number)",
        ),
        (
            "frail_elderly,3,dementia,mental,0-79",
            "dementia is not of this kind, so the row is about nothing (found mental; expected * "
            "or somatic)",
        ),
    ],
)
def test_a_priority_group_that_cannot_be_ordered_or_matched_is_told(
    tmp_path: Path, row: str, message: str
) -> None:
    folder = rewritten(tmp_path, "priority_groups", row)
    line = last_line(folder, "priority_groups")
    assert faults(folder) == [f"set/priority_groups.csv:{line}: {message}"]


def test_counts_of_regions_and_settings_that_cannot_be_are_told(tmp_path: Path) -> None:
    folder = rewritten(
        tmp_path,
        "activity_counts",
        "Halingdal,*,inpatient,contacts,2019,:",
        "3320,hart,inpatient,contacts,2019,12",
        "3320,*,outpatient,bed_days,2019,12",
    )
    found = [fault.partition("activity_counts.csv")[2] for fault in faults(folder)]
    assert len(found) == 3
    assert any(":2: column 'region'" in fault for fault in found)
    assert any(":3: column 'diagnosis'" in fault for fault in found)
    assert any(":4: the setting outpatient has no nights, so no bed days" in f for f in found)


def test_counts_that_are_not_published_are_read(tmp_path: Path) -> None:
    folder = rewritten(
        tmp_path,
        "activity_counts",
        "Hallingdal,*,inpatient,contacts,2019,:",
        "Hallingdal,*,inpatient,bed_days,2019,-",
    )
    counts = load_inputs(folder, {}).tables["activity_counts"]["count"]
    assert counts.isna().tolist() == [True, False]
    assert counts.iloc[1] == 0
