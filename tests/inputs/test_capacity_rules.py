"""Faults in the tables of norms, rhythms, needs and unit costs."""

from pathlib import Path

import pytest

from projector.inputs.input_set import load_inputs
from projector.inputs.read import read_table
from tests.embedded import CASE_AREAS
from tests.inputs.test_activity_rules import last_line, rewritten
from tests.inputs.test_consistency import faults, set_with

NAMES = [  # table, text, its replacement, part of the message
    ("norms", "day,somatic,kidney,dialysis", "day,somatic,kidny,dialysis", "diagnoses.csv"),
    ("rhythms", "observation,", "observasion,", "norms.csv (found observasion)"),
    ("unit_costs", "nursing_home,", "nursing_hom,", "norms.csv (found nursing_hom)"),
]


@pytest.mark.parametrize(("table", "old", "new", "message"), NAMES)
def test_a_name_that_stands_nowhere_is_told(
    tmp_path: Path, table: str, old: str, new: str, message: str
) -> None:
    found = faults(set_with(tmp_path, table, old, new))
    assert any(f"{table}.csv:" in fault and message in fault for fault in found), found


def test_norms_without_the_new_columns_are_for_all_diagnoses(tmp_path: Path) -> None:
    path = tmp_path / "norms.csv"
    path.write_text(
        "setting,kind,resource,unit,occupancy,minutes,hours_per_day,days_per_year,utilisation,"
        "source,quality\ninpatient,*,beds,beds,0.85,,,365,,a test of it,assumption\n",
        encoding="utf-8",
    )
    table = read_table(path, "norms")
    assert list(table["diagnosis"]) == ["*"]
    assert "share" not in table


def test_bed_days_that_go_to_no_bed_are_told(tmp_path: Path) -> None:
    folder = set_with(tmp_path, "norms", "somatic,beds,0.98", "somatic,beds,0.9")
    assert faults(folder) == [
        "set/norms.csv:3: the shares of the bed days of heart in inpatient do not make one (found "
        "0.92, lines 2, 3; expected 1 over all beds of the setting)"
    ]


def test_a_diagnosis_with_more_intensive_care_has_fewer_other_bed_days(tmp_path: Path) -> None:
    more = "inpatient,somatic,stroke,intensive,beds,0.05,0.75,,,,365,"
    less = "inpatient,somatic,stroke,somatic,beds,0.95,0.85,,,,365,"
    folder = rewritten(tmp_path / "one", "norms", more)
    line = last_line(folder, "norms")
    assert faults(folder) == [
        f"set/norms.csv:{line}: the shares of the bed days of stroke in inpatient do not make one "
        f"(found 1.03, lines 2, {line}; expected 1 over all beds of the setting)"
    ]
    assert load_inputs(rewritten(tmp_path / "both", "norms", more, less), {})


def test_a_row_for_a_diagnosis_is_for_the_kind_it_has(tmp_path: Path) -> None:
    folder = set_with(
        tmp_path, "norms", "day,somatic,kidney,dialysis", "day,mental,kidney,dialysis"
    )
    assert any("kidney is not of this kind" in fault for fault in faults(folder))


def test_a_resource_said_for_a_kind_and_for_all_kinds_is_told(tmp_path: Path) -> None:
    folder = rewritten(tmp_path, "norms", "day,somatic,*,day,places,,,200,,8,230,0.8")
    (fault,) = faults(folder)
    assert f"set/norms.csv:{last_line(folder, 'norms')}: line " in fault
    assert fault.endswith("already says this")


def test_a_resource_with_two_units_is_told(tmp_path: Path) -> None:
    folder = rewritten(tmp_path, "norms", "ambulatory,*,*,day,rooms,,,200,,8,230,0.8")
    (fault,) = faults(folder)
    assert "the resource day is places on line" in fault
    assert fault.endswith("(found rooms; expected places)")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("0.85,,,,365", "0.85,,20,,365", "beds have no turnover (found 20; expected empty)"),
        (",120,25,10,", ",,25,10,", "rooms need minutes (found empty)"),
        ("places,,,240,", "places,,0.8,240,", "places have no occupancy (found 0.8; expected"),
        ("hotel,*,*,hotel,beds", "day,*,*,hotel,beds", "the setting day has no nights"),
    ],
)
def test_figures_that_do_not_fit_the_unit_are_told(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert any(message in fault for fault in faults(set_with(tmp_path, "norms", old, new)))


def test_regions_of_sites_flows_and_minutes_that_stand_nowhere_are_told(tmp_path: Path) -> None:
    folder = set_with(tmp_path, "sites", "Hallingdal,3328,", "Hallingdal,3399,")
    sites = (folder / "sites.csv").read_text(encoding="utf-8")
    (folder / "sites.csv").write_text(
        sites.replace("Sykehjem i Norge,0,,", "Sykehjem i Norge,4711,Aal,"), encoding="utf-8"
    )
    source = "For the test,assumption"
    (folder / "travel.csv").write_text(
        f"region,site,minutes,source,quality\n3328,Ringerike sykehus,100,{source}\n"
        f"Hallingdal,Ringerike sykehus,90,{source}\n"
        f"033001,Ringerike sykehus,100,{source}\n332601,Ringerike sykehus,95,{source}\n",
        encoding="utf-8",
    )
    message = "the region is not in the population table, and in no area"
    expected = "expected the code of a region)"
    assert faults(folder) == [
        f"set/sites.csv:2: column 'region': {message} (found 3399; {expected}",
        f"set/sites.csv:5: column 'region': {message} (found Aal; {expected}",
        f"set/sites.csv:5: column 'serves': {message} (found 4711; {expected}",
        f"set/travel.csv:3: column 'region': {message} (found Hallingdal; {expected}",
        f"set/travel.csv:4: column 'region': {message} (found 033001; {expected}",
    ]


def test_a_rhythm_with_a_weekday_missing_is_told(tmp_path: Path) -> None:
    folder = rewritten(tmp_path, "rhythms", without="somatic,weekday,6")
    (fault,) = faults(folder)
    assert "set/rhythms.csv:" in fault
    assert "somatic has no factor for weekday 6 (expected all of 1 to 7, or none)" in fault


def test_an_eighth_weekday_is_told(tmp_path: Path) -> None:
    folder = rewritten(tmp_path, "rhythms", "somatic,weekday,8,1")
    assert faults(folder) == [
        f"set/rhythms.csv:{last_line(folder, 'rhythms')}: there is no weekday of this number "
        "(found 8; expected 1 to 7)"
    ]


def weeks(last: int) -> str:
    return "\n".join(
        f"somatic,week,{number},1,For the test,assumption" for number in range(1, last)
    )


def test_weeks_of_the_year_are_52_or_53(tmp_path: Path) -> None:
    old = "somatic,weekday,1,1.2"
    for last in (52, 53):
        folder = set_with(tmp_path / str(last), "rhythms", old, f"{weeks(last + 1)}\n{old}")
        assert len(load_inputs(folder, {}).tables["rhythms"]) > last
    for last, message in ((51, "somatic has no factor for week 52"), (54, "(found 54; expected 1")):
        (fault,) = faults(
            set_with(tmp_path / str(last), "rhythms", old, f"{weeks(last + 1)}\n{old}")
        )
        assert message in fault


def test_a_weekday_without_arrivals_is_out_of_bounds(tmp_path: Path) -> None:
    folder = set_with(tmp_path, "rhythms", "somatic,weekday,6,0.65", "somatic,weekday,6,0")
    assert any("a number of at least 0.01" in fault for fault in faults(folder))


def test_a_need_that_leaves_out_an_age_is_told(tmp_path: Path) -> None:
    folder = rewritten(tmp_path, "needs", without="dementia,female,65-69")
    assert any(
        "the age bands of dementia, female do not cover" in fault for fault in faults(folder)
    )


def test_a_need_of_one_sex_only_is_told(tmp_path: Path) -> None:
    folder = rewritten(tmp_path, "needs", without="dementia,male")
    assert any(
        "the need dementia is not of all sexes once (found female; expected rows for * or for both "
        "female and male)" in fault
        for fault in faults(folder)
    )


def test_the_embedded_rhythms_are_whole_and_its_needs_cover_every_age() -> None:
    tables = load_inputs(CASE_AREAS, {}).tables
    assert set(tables["rhythms"]["resource"]) == {"municipal_acute", "somatic", "observation"}
    assert set(tables["needs"]["need"]) == {"dementia", "living_alone"}
    assert (tables["unit_costs"]["nok"] > 0).all()
    assert set(tables["existing"]["resource"]) <= set(tables["unit_costs"]["resource"])
