"""Workforce: ratios, drivers, and what a scenario puts in their place."""

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from projector.errors import ConsistencyError
from projector.inputs.read import read_table
from projector.tables import SETTINGS
from tests.embedded import CASE_AREAS, result_of, result_with


def staff(tree: xr.DataTree, profession: str, setting: str) -> xr.DataArray:
    """FTE over the years, all regions together."""
    return tree["workforce"]["need"].sel(profession=profession, setting=setting).sum("region")


def at_work(pattern: str) -> float:
    """Hours a year of one full-time equivalent by the embedded table, which is of all alike."""
    (row,) = (
        row
        for row in read_table(CASE_AREAS / "working_time.csv", "working_time").to_dict("records")
        if row["pattern"] == pattern
    )
    days = 365 * 5 / 7 - 5 * row["leave_weeks"] - row["holiday_days"] - row["training_days"]
    return float(days * row["hours_per_week"] / 5 * (1 - row["sickness"]))


def beside_patients(profession: str, hours: float) -> float:
    """What WISN multiplies staff with workloads by, from the embedded allowances."""
    taken, individual = 0.0, 0.0
    for row in read_table(CASE_AREAS / "allowances.csv", "allowances").to_dict("records"):
        if row["profession"] in ("*", profession):
            if row["type"] == "category":
                taken += row["share"]
            else:
                individual += row["staff"] / 100 * row["hours"] / hours
    return (1 + individual) / (1 - taken)


def test_all_staff_is_the_tables_times_the_drivers() -> None:
    """Recomputed with plain loops over the tables, for a region and year at no known site."""
    tree = result_of("ahus").sel(region="3205", year=2035)
    kinds = tree["activity"]["kind"].values
    expected: dict[tuple[str, str], float] = {}

    def add(row: Mapping[Hashable, Any], fte: float, per: str) -> None:
        for setting in SETTINGS if row["setting"] == "*" else [row["setting"]]:
            chosen = kinds == row["kind"] if row["kind"] != "*" else np.ones(len(kinds), bool)
            kind = slice(None) if row["kind"] == "*" else row["kind"]
            units = {"bed": "beds", "place": "places", "room": "rooms"}
            if per in units:
                driver = tree[f"capacity/{units[per]}"]["need_by_kind"]
                amount = float(driver.sel(setting=setting, kind=kind).sum())
            elif per == "1000 inhabitants":
                amount = float(tree["population"]["population"].sum()) / 1000
            else:
                measure = "contacts" if "contact" in per else "bed_days"
                done = tree["activity"][measure].sel(setting=setting).values
                amount = float(done[chosen].sum()) / (1000 if "1000" in per else 1)
            key = (row["profession"], setting)
            expected[key] = expected.get(key, 0.0) + amount * fte

    def rows(name: str) -> list[dict[Hashable, Any]]:
        return read_table(CASE_AREAS / f"{name}.csv", name).to_dict("records")

    for row in rows("staffing"):
        add(row, row["fte"], row["per"])
    for row in rows("rosters"):
        posts = 5 / 7 * row["weekday_posts"] + 2 / 7 * row["weekend_posts"]
        add(row, row["hours"] * 365 * posts / at_work("rotating"), "bed")
    for row in rows("workloads"):
        hours = at_work(row["pattern"])
        beside = beside_patients(row["profession"], hours)
        add(row, row["minutes"] / 60 / hours * beside, row["per"])
    for (profession, setting), fte in expected.items():
        found = tree["workforce"]["need"].sel(profession=profession, setting=setting)
        assert float(found) == pytest.approx(fte, rel=1e-10, abs=1e-12)
    assert float(tree["workforce"]["need"].sum()) == pytest.approx(sum(expected.values()))


@pytest.mark.parametrize("unit", ["beds", "places", "rooms"])
def test_units_by_kind_add_up_to_the_units(unit: str) -> None:
    dataset = result_of("ahus")[f"capacity/{unit}"].to_dataset()
    np.testing.assert_allclose(
        dataset["need_by_kind"].sum(("setting", "kind")), dataset["need"].sum("resource")
    )


@pytest.mark.parametrize(
    ("setting", "per", "unit"), [("inpatient", "bed", "beds"), ("outpatient", "room", "rooms")]
)
def test_duty_per_unit_counts_every_unit_once(
    tmp_path: Path, setting: str, per: str, unit: str
) -> None:
    duty = f"{{secretary: {{{setting}: {{per: {per}, FTE: 2}}}}}}"
    tree = result_with(tmp_path, "hallingdal", workforce=f"{{duty: {duty}}}")
    units = tree[f"capacity/{unit}"]["need_by_kind"].sel(setting=setting).sum(("region", "kind"))
    np.testing.assert_allclose(staff(tree, "secretary", setting), 2 * units)


def test_duty_per_inhabitant_counts_everybody_once(tmp_path: Path) -> None:
    duty = "{doctor: {home_care: {per: 1000 inhabitants, FTE: {2026: 1, 2036: 2}}}}"
    tree = result_with(tmp_path, "hallingdal", workforce=f"{{duty: {duty}}}")
    people = tree["population"]["population"].sum(("region", "sex", "age")) / 1000
    path = np.interp(people["year"], [2026, 2036], [1, 2])
    np.testing.assert_allclose(staff(tree, "doctor", "home_care"), people * path)


def test_duty_for_one_kind_leaves_the_others(tmp_path: Path) -> None:
    duty = "{nurse: {inpatient: {per: bed, FTE: 0, kind: somatic}}}"
    tree = result_with(tmp_path, "hallingdal", workforce=f"{{duty: {duty}}}")
    before, after = (staff(one, "nurse", "inpatient") for one in (result_of("hallingdal"), tree))
    assert (after < before).all()
    assert (after > 0).all()


def test_duty_on_what_the_setting_has_not_is_refused(tmp_path: Path) -> None:
    duty = "{nurse: {nursing_home: {per: room, FTE: 5}}}"
    with pytest.raises(
        ConsistencyError, match="nursing_home has nothing to count nurse per"
    ) as caught:
        result_with(tmp_path, "hallingdal", workforce=f"{{duty: {duty}}}")
    assert "own.yaml:3:" in caught.value.problems[0].where


def test_a_share_of_the_scenario_takes_the_competence_s_place(tmp_path: Path) -> None:
    shares = "{nurse: {intensive_care: 0, cancer_nursing: {2026: 1 %, 2036: 2 %}}}"
    tree = result_with(tmp_path, "hallingdal", workforce=f"{{competence: {shares}}}")
    workforce = tree["workforce"].to_dataset()
    assert float(workforce["competence_need"].sel(competence="intensive_care").sum()) == 0
    cancer = workforce["competence_need"].sel(competence="cancer_nursing").sum("region")
    assert float(cancer.sel(year=2036) / cancer.sel(year=2026)) > 1.9


def test_more_competence_than_staff_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConsistencyError, match="competences of nurse add up to more"):
        result_with(
            tmp_path,
            "hallingdal",
            workforce="{competence: {nurse: {intensive_care: 90 %, cancer_nursing: 90 %}}}",
        )


def test_staff_per_inhabitant_follows_the_work_of_each_kind() -> None:
    """Addiction medicine is a small part of all doctors, as addiction is of all bed days."""
    tree = result_of("reference").sel(year=2026)
    doctors = float(tree["workforce"]["need"].sel(profession="doctor", setting="inpatient").sum())
    competence = tree["workforce"]["competence_need"]
    addiction = float(competence.sel(competence="addiction_medicine").sum())
    assert addiction < 0.15 * doctors


def test_duty_per_inhabitant_for_one_kind_is_refused(tmp_path: Path) -> None:
    duty = "{nurse: {home_care: {per: 1000 inhabitants, FTE: 3, kind: addiction}}}"
    with pytest.raises(ConsistencyError, match="is for all kinds of diagnosis"):
        result_with(tmp_path, "hallingdal", workforce=f"{{duty: {duty}}}")
