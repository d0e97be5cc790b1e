from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import InputsError
from projector.inputs.input_set import ALL_REGIONS, load_inputs
from projector.inputs.read import read_population
from projector.inputs.regions import outermost, parent_of
from projector.tables import SEXES
from tests.embedded import CASE_AREAS
from tests.shared import SHARED, needs_shared, tidy_people

CODES = st.lists(st.sampled_from(["0", "03", "0301", "030110", "030111", "3320", "33", "4601"]))


def write(path: Path, regions: dict[str, float]) -> Path:
    rows = ["region,year,sex,ages,persons"]
    rows += [
        f"{r},2026,{s},{a},{n}" for r, n in regions.items() for s in SEXES for a in ("0", "1+")
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_ward_lies_in_its_city_where_the_city_is_there() -> None:
    parents = parent_of(["0", "0301", "030110", "030111", "3320", "460101"])
    assert parents == {
        "0": None,
        "0301": None,
        "030110": "0301",
        "030111": "0301",
        "3320": None,
        "460101": None,
    }


@given(CODES)
def test_the_outermost_regions_are_those_without_a_parent(codes: list[str]) -> None:
    codes = [code for code in dict.fromkeys(codes) if code != "0"]
    assert outermost(codes) == [code for code, parent in parent_of(codes).items() if parent is None]


def test_a_city_with_some_of_its_wards_counts_once(tmp_path: Path) -> None:
    path = write(tmp_path / "oslo.csv", {"0301": 70, "030110": 3, "030111": 4, "3320": 1})
    inputs = load_inputs(CASE_AREAS, {"population": [path]})
    assert inputs.codes == ("0301", "030110", "030111", "3320")
    assert inputs.members(ALL_REGIONS) == ("0301", "3320")


def test_wards_that_fill_their_city_are_no_fault(tmp_path: Path) -> None:
    path = write(tmp_path / "oslo.csv", {"0301": 0.3, "030110": 0.1, "030111": 0.2})
    assert read_population([path]).persons.sizes["region"] == 3


@needs_shared
def test_the_three_wards_lie_within_oslo_in_every_cell() -> None:
    tidy = SHARED / "ssb" / "tidy"
    names = ("case_area_sex_age_2005_2026.csv", "wards_alna_grorud_stovner_2005_2026.csv")
    people = read_population([tidy / name for name in names]).persons
    assert people.sizes["region"] == 36
    municipalities = tidy_people(names[0])
    together = people.sel(region=outermost([str(code) for code in people["region"].values]))
    np.testing.assert_array_equal(together.sum("region"), municipalities.sum("region"))


@needs_shared
def test_wards_with_more_people_than_oslo_are_told_by_their_cell(tmp_path: Path) -> None:
    tidy = SHARED / "ssb" / "tidy"
    lines = (tidy / "wards_alna_grorud_stovner_2005_2026.csv").read_text("utf-8").splitlines()
    row = lines.index(next(line for line in lines if line.startswith("030112,Alna,2026,male,44")))
    lines[row] = "030112,Alna,2026,male,44,90000"
    wards = tmp_path / "wards.csv"
    wards.write_text("\n".join(lines) + "\n", encoding="utf-8")
    oslo = tmp_path / "oslo.csv"
    case_area = (tidy / "case_area_sex_age_2005_2026.csv").read_text("utf-8").splitlines()
    kept = [case_area[0], *(line for line in case_area if line.startswith("0301,"))]
    oslo.write_text("\n".join(kept) + "\n", encoding="utf-8")
    with pytest.raises(InputsError, match=r"2026, male, age 44; expected at most") as raised:
        read_population([oslo, wards])
    assert "the parts of 0301 Oslo (030110, 030111, 030112)" in str(raised.value)
    assert len(raised.value.problems) == 1
