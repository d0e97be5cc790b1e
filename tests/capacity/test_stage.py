"""Capacity: what a scenario puts in the place of norms, and need beside what exists."""

from pathlib import Path

import numpy as np
import pytest

from projector.errors import ConsistencyError
from tests.embedded import CASE_AREAS, result_of, result_with


@pytest.mark.slow
def test_occupancy_over_years_moves_the_beds(tmp_path: Path) -> None:
    own = result_with(
        tmp_path, "hallingdal", capacity="{occupancy: {inpatient: {2026: 85 %, 2040: 95 %}}}"
    )
    before, after = (
        tree["capacity/beds"]["need"].sel(resource="somatic").sum("region")
        for tree in (result_of("hallingdal"), own)
    )
    np.testing.assert_allclose(after / before, 0.85 / np.linspace(0.85, 0.95, 15))


def test_overflow_takes_the_place_of_an_inherited_occupancy(tmp_path: Path) -> None:
    own = result_with(tmp_path, "hallingdal", capacity="{overflow: {inpatient: 1 %}}")
    beds = own["capacity/beds"]["need"].sel(resource="somatic")
    np.testing.assert_allclose(beds, np.round(beds), atol=1e-9)


@pytest.mark.slow
def test_longer_opening_needs_fewer_rooms(tmp_path: Path) -> None:
    own = result_with(
        tmp_path, "hallingdal", capacity="{opening: {outpatient: {hours_per_day: 10}}}"
    )
    before, after = (
        tree["capacity/rooms"]["need"].sel(resource="outpatient")
        for tree in (result_of("hallingdal"), own)
    )
    assert (after < before).all()
    twice = result_with(
        tmp_path, "hallingdal", capacity="{opening: {outpatient: {hours_per_day: 20}}}"
    )
    rooms = twice["capacity/rooms"]["need"].sel(resource="outpatient")
    np.testing.assert_allclose(rooms * 2, after)


@pytest.mark.parametrize(
    ("capacity", "message"),
    [
        ("{opening: {nursing_home: {minutes: 90}}}", "minutes|nursing_home"),
        ("{opening: {ambulatory: {minutes: 90}}}", "no beds, places or rooms"),
    ],
)
def test_figures_that_would_say_nothing_are_refused(
    tmp_path: Path, capacity: str, message: str
) -> None:
    with pytest.raises(ConsistencyError, match="says nothing here") as caught:
        result_with(tmp_path, "hallingdal", capacity=capacity)
    assert "own.yaml:3:" in str(caught.value)
    assert any(word in str(caught.value) for word in message.split("|"))


def test_a_new_site_serves_its_own_region(tmp_path: Path) -> None:
    own = result_with(
        tmp_path, "hallingdal", capacity="{existing: {Nytt sted: {serves: Hol, rehabilitation: 2}}}"
    )
    beds = own["capacity/beds"].to_dataset().sel(resource="rehabilitation")
    np.testing.assert_allclose(
        beds["served"].sel(site="Nytt sted"), beds["need"].sel(region="3330")
    )
    np.testing.assert_allclose(
        beds["gap"].sel(site="Nytt sted"), beds["need"].sel(region="3330") - 2
    )


def test_two_sites_for_one_need_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConsistencyError, match="both sites offer municipal_acute to region 3330"):
        result_with(
            tmp_path, "hallingdal", capacity="{existing: {Nytt: {serves: Hol, municipal_acute: 2}}}"
        )


def test_capacity_written_for_a_site_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConsistencyError, match="serves no region of the run"):
        result_with(
            tmp_path, "ahus", capacity="{existing: {Hallingdal sjukestugu: {municipal_acute: 9}}}"
        )


def test_a_diagnosis_takes_the_beds_that_its_own_rows_say(tmp_path: Path) -> None:
    """Twice the intensive care for stroke: what is more of one kind of bed is less of the other."""
    norms = (CASE_AREAS / "norms.csv").read_text(encoding="utf-8").rstrip()
    source = '"Assumption: for the test",assumption'
    own = tmp_path / "norms.csv"
    own.write_text(
        f"{norms}\ninpatient,somatic,stroke,intensive,beds,0.04,0.75,,,,365,,{source}\n"
        f"inpatient,somatic,stroke,somatic,beds,0.96,0.85,,,,365,,{source}\n",
        encoding="utf-8",
    )
    tree = result_with(tmp_path, "hallingdal", inputs=f"{{set: {CASE_AREAS}, norms: {own}}}")
    before = result_of("hallingdal")
    stays = before["activity"]["bed_days"].sel(setting="inpatient", diagnosis="stroke")
    more = tree["capacity/beds"]["need"] - before["capacity/beds"]["need"]
    np.testing.assert_allclose(more.sel(resource="intensive"), 0.02 * stays / (0.75 * 365))
    np.testing.assert_allclose(more.sel(resource="somatic"), -0.02 * stays / (0.85 * 365))


def test_turnover_is_on_top_of_the_minutes_of_a_contact() -> None:
    tree = result_of("hallingdal")
    dialysis = tree["activity"]["contacts"].sel(setting="day", diagnosis="kidney")
    chairs = tree["capacity/places"]["need"].sel(resource="dialysis_chair")
    np.testing.assert_allclose(chairs, 0.95 * dialysis * (240 + 30) / 60 / (12 * 312 * 0.8))
