"""Resources: units by occupancy or by overflow, and parts that add up."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from projector.capacity.erlang import STEADY, refusal
from projector.capacity.resources import Resource, Work
from projector.capacity.sizing import Sizer
from projector.tables import DIAGNOSIS_KINDS, SETTINGS
from tests.activity.world import REGIONS, YEARS
from tests.capacity.world import activity, capacity, existing, rhythms, sites

SICKBAY = {
    "sites": sites(("Sickbay", "West")),
    "existing": existing(("Sickbay", "municipal_acute", 2026, 3)),
}
loads = st.floats(0.0, 80.0)
limits = st.floats(0.01, 0.4)


def beds_of(written: xr.Dataset, resource: str) -> xr.DataArray:
    return written["need"].sel(resource=resource)


def test_beds_by_occupancy_are_bed_days_over_open_days_in_use(tmp_path: Path) -> None:
    result, _ = capacity(tmp_path, occupancy={"inpatient": 0.8})
    days = activity()["bed_days"].sel(setting="inpatient")
    for resource, diagnosis in (("somatic", "heart"), ("mental_health", "mental")):
        expected = days.sel(diagnosis=diagnosis, drop=True) / 365 / 0.8
        np.testing.assert_allclose(beds_of(result["beds"], resource), expected)


def test_what_is_said_of_a_resource_goes_before_what_is_said_of_its_setting(
    tmp_path: Path,
) -> None:
    occupied = {"inpatient": 0.8, "somatic": 0.6}
    by_occupancy, _ = capacity(tmp_path, occupancy=occupied)
    by_overflow, _ = capacity(tmp_path, overflow={"inpatient": 0.2, "somatic": 0.01})
    both, _ = capacity(tmp_path, overflow={"inpatient": 0.05}, occupancy={"somatic": 0.6})
    somatic = [beds_of(one["beds"], "somatic") for one in (by_occupancy, by_overflow, both)]
    mental = [beds_of(one["beds"], "mental_health") for one in (by_occupancy, by_overflow, both)]
    np.testing.assert_allclose(somatic[0] / mental[0], 0.8 / 0.6)
    assert (somatic[1] > mental[1]).all()
    np.testing.assert_allclose(somatic[2], somatic[0])
    np.testing.assert_allclose(mental[2], np.round(mental[2]))


def test_beds_by_overflow_are_the_fewest_whole_ones_that_keep_the_limit(tmp_path: Path) -> None:
    result, _ = capacity(tmp_path, SICKBAY, overflow={"municipal_acute": 0.05})
    need = beds_of(result["beds"], "municipal_acute")
    days = activity()["bed_days"].sel(setting="municipal_acute").sum("diagnosis") / 365
    units = ((REGIONS[:2], "West"), (REGIONS[2:], "the region alone"))
    for regions, _name in units:
        beds = need.sel(region=regions).sum("region").values
        load = days.sel(region=regions).sum("region").values
        np.testing.assert_allclose(beds, np.round(beds))
        assert (refusal(beds.round(), load) <= 0.05).all()
        assert (refusal(beds.round() - 1, load) > 0.05).all()


def test_regions_carry_shared_beds_in_proportion_to_their_bed_days(tmp_path: Path) -> None:
    result, _ = capacity(tmp_path, SICKBAY, overflow={"municipal_acute": 0.05})
    first, second = (
        beds_of(result["beds"], "municipal_acute").sel(region=code) for code in REGIONS[:2]
    )
    np.testing.assert_allclose(first, 2 * second)
    served = result["beds"]["served"].sel(site="Sickbay", resource="municipal_acute")
    np.testing.assert_allclose(first + second, served)


def test_parts_add_up_over_settings_and_kinds(tmp_path: Path) -> None:
    result, _ = capacity(tmp_path, SICKBAY, overflow={"municipal_acute": 0.05, "inpatient": 0.02})
    for unit in ("beds", "places", "rooms"):
        np.testing.assert_allclose(
            result[unit]["need"].sum("resource"),
            result[unit]["need_by_kind"].sum(("setting", "kind")),
        )


def test_the_rooms_of_a_setting_are_not_sized_as_its_beds(tmp_path: Path) -> None:
    """Overflow of inpatients says how full their beds may be, and nothing of theatres."""
    plain, _ = capacity(tmp_path)
    sized, _ = capacity(tmp_path, overflow={"inpatient": 0.02})
    for unit in ("rooms", "places"):
        xr.testing.assert_allclose(plain[unit]["need"], sized[unit]["need"])
    assert (beds_of(sized["beds"], "somatic") > beds_of(plain["beds"], "somatic")).all()


def test_a_wave_of_some_weeks_takes_more_beds_and_has_worse_days(tmp_path: Path) -> None:
    factors = [3.0 if 4 <= week <= 8 else 1.0 for week in range(1, 53)]
    waves = pd.DataFrame(
        [("municipal_acute", "week", week, f) for week, f in enumerate(factors, start=1)],
        columns=["resource", "period", "number", "factor"],
    ).sample(frac=1.0, random_state=1)  # rows of a table stand in any order
    many = {"activity": activity({"municipal_acute": 9000.0})}
    even, wavy = (
        capacity(tmp_path, tables, many, overflow={"municipal_acute": 0.02})[0]["beds"].sel(
            resource="municipal_acute"
        )
        for tables in ({}, {"rhythms": waves})
    )
    assert (wavy["need"] > even["need"]).all()
    peak = wavy["peak"] - even["peak"]
    np.testing.assert_allclose(peak.sel(measure="mean"), 0)
    assert (peak.sel(measure=["busy_month", "p90", "p95"]) > 0).all()


def test_the_rhythm_of_the_table_and_clusters_of_the_scenario_take_more_beds(
    tmp_path: Path,
) -> None:
    limit = {"municipal_acute": 0.02}
    clusters = {"municipal_acute": {"dispersion": 3}}
    many = {"activity": activity({"municipal_acute": 8000.0})}
    even, uneven, clustered = (
        beds_of(one["beds"], "municipal_acute")
        for one, _ in (
            capacity(tmp_path, care=many, overflow=limit),
            capacity(tmp_path, {"rhythms": rhythms()}, many, overflow=limit),
            capacity(tmp_path, care=many, overflow=limit, arrivals=clusters),
        )
    )
    assert (uneven > even).all()
    assert (clustered > even).all()


def test_peaks_lie_above_the_mean_and_busier_days_above_busy_ones(tmp_path: Path) -> None:
    result, _ = capacity(tmp_path, {"rhythms": rhythms()})
    peak = result["beds"]["peak"].sel(resource="municipal_acute")
    mean = activity()["bed_days"].sel(setting="municipal_acute").sum("diagnosis") / 365
    assert (peak.sel(measure="busy_month") > mean).all()
    assert (peak.sel(measure="p90") >= mean).all()
    assert (peak.sel(measure="p95") >= peak.sel(measure="p90")).all()
    steady = result["beds"]["peak"].sel(resource="municipal_short_stay", measure="busy_month")
    days = activity()["bed_days"].sel(setting="municipal_short_stay").sum("diagnosis") / 365
    np.testing.assert_allclose(steady, days)  # no rhythm is known of it


def resource(limit: float | None) -> Resource:
    years = None if limit is None else np.full(1, limit)
    return Resource("acute", "beds", (), years, STEADY)


def work(amounts: list[float]) -> Work:
    in_use = np.zeros((len(amounts), 1, len(SETTINGS), len(DIAGNOSIS_KINDS)))
    in_use[:, 0, 0, 0] = amounts
    return Work(in_use, in_use / 0.85, in_use.sum(axis=(2, 3)) * 100)


@given(amounts=st.lists(loads, min_size=1, max_size=5), limit=limits)
def test_what_the_places_carry_sums_to_the_beds_of_the_unit(
    amounts: list[float], limit: float
) -> None:
    need = resource(limit).need(work(amounts), [range(len(amounts))], Sizer())
    beds = Sizer().beds(np.array([sum(amounts)]), np.array([limit]), STEADY)
    assert need.sum() == pytest.approx(beds.sum())


@given(amounts=st.lists(loads, min_size=2, max_size=5), limit=limits)
def test_a_shared_unit_never_needs_more_than_units_apart(
    amounts: list[float], limit: float
) -> None:
    one, places = resource(limit), work(amounts)
    shared = one.need(places, [range(len(amounts))], Sizer()).sum()
    apart = one.need(places, [[i] for i in range(len(amounts))], Sizer()).sum()
    assert shared <= apart + 1e-9


@given(load=loads, more=loads, strict=limits, lax=limits)
def test_more_patients_or_a_stricter_limit_never_need_fewer_beds(
    load: float, more: float, strict: float, lax: float
) -> None:
    sizer = Sizer()
    low, high = sorted((strict, lax))

    def beds(load: float, limit: float) -> float:
        return float(sizer.beds(np.array([load]), np.array([limit]), STEADY)[0])

    assert beds(load + more, high) >= beds(load, high)
    assert beds(load, low) >= beds(load, high)


def test_a_limit_over_years_is_kept_in_every_year(tmp_path: Path) -> None:
    result, _ = capacity(tmp_path, overflow={"municipal_acute": {2026: 0.2, 2030: 0.01}})
    need = beds_of(result["beds"], "municipal_acute").isel(region=0).values
    load = activity()["bed_days"].sel(setting="municipal_acute", region=REGIONS[0])
    limit = np.linspace(0.2, 0.01, len(YEARS))
    assert (refusal(need.round(), load.sum("diagnosis").values / 365) <= limit).all()
    assert (np.diff(need) >= 0).all()
