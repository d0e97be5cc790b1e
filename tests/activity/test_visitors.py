"""Visitors: present by season, of their own ages, used in demand and never residents."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projector.activity.visitors import visitors_of
from projector.errors import ConsistencyError
from projector.tables import SEASONS
from tests.activity.world import REGIONS, activity, population, scenario
from tests.embedded import result_of, result_with

BY_SEASON = {"winter": 2600, "spring": 1500, "summer": 2400, "autumn": 1500}


def visited(folder: Path, visitors: object, ages: pd.DataFrame | None = None) -> xr.Dataset:
    changed = {} if ages is None else {"visitor_ages": ages}
    return activity(scenario(folder, population={"visitors": visitors}), changed=changed)


def ages(*rows: tuple[str, str, int, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["region", "sex", "age_from", "age_to", "share"])


def added(folder: Path, after: xr.Dataset) -> xr.Dataset:
    return (after - activity(scenario(folder)))[["contacts", "bed_days"]]


def test_the_visitors_of_each_season_are_reported_by_region(tmp_path: Path) -> None:
    found = visited(tmp_path, {"West": BY_SEASON})["visitors"]
    assert found.dims == ("region", "year", "season")
    np.testing.assert_allclose(
        found.sel(region=REGIONS[:2]).sum("region"),
        np.broadcast_to(list(BY_SEASON.values()), (5, 4)),
    )
    assert (found.sel(region="0003") == 0).all()
    people = population()["population"].isel(year=0).sel(region=REGIONS[:2]).sum(("sex", "age"))
    np.testing.assert_allclose(
        found.sel(region="0001", season="winter"), 2600 * people[0] / people.sum()
    )


@given(present=st.tuples(*[st.integers(0, 100_000)] * 4))
@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_use_by_season_averages_to_the_year(
    tmp_path: Path, present: tuple[int, int, int, int]
) -> None:
    """Each season's visitors as if they stayed all year, weighted by the days they are there."""
    written = dict(zip(SEASONS, present, strict=True))
    year = added(tmp_path, visited(tmp_path, {"0003": written}))
    by_day = sum(
        days * added(tmp_path, visited(tmp_path, {"0003": written[season]}))
        for season, days in SEASONS.items()
    )
    for name in ("contacts", "bed_days"):
        np.testing.assert_allclose(year[name], by_day[name] / 365, rtol=1e-9, atol=1e-6)


def test_the_seasons_make_a_year() -> None:
    assert sum(SEASONS.values()) == 365


def test_a_seasonal_path_goes_over_the_years(tmp_path: Path) -> None:
    growing = BY_SEASON | {"winter": {2026: 1000, 2030: 2000}}
    found = visited(tmp_path, {"0003": growing})["visitors"].sel(region="0003")
    assert found.sel(season="winter").values.tolist() == [1000, 1250, 1500, 1750, 2000]
    assert found.sel(season="spring").values.tolist() == [1500] * 5


def test_a_number_is_the_same_in_every_season(tmp_path: Path) -> None:
    found = visited(tmp_path, {"0003": 20000})["visitors"].sel(region="0003")
    np.testing.assert_array_equal(found, 20000.0)


def test_visitors_use_as_their_own_ages_do(tmp_path: Path) -> None:
    """Old visitors use 0.15 a year, young ones 0.011; a visitor uses half of a resident."""
    profile = ages(("*", "*", 0, 64, 0.25), ("*", "*", 65, -1, 0.75))
    more = added(tmp_path, visited(tmp_path, {"0003": 1000}, profile))["contacts"]
    expected = 1000 * 0.5 * (0.25 * 0.011 + 0.75 * 0.15)
    in_2026 = more.sel(region="0003", year=2026, setting="inpatient").sum("diagnosis")
    assert float(in_2026) == pytest.approx(expected)


def test_a_change_for_one_sex_meets_the_visitors_of_that_sex(tmp_path: Path) -> None:
    women = ages(("*", "female", 0, -1, 1.0), ("*", "male", 0, -1, 0.0))
    gone = {"setting": "inpatient", "sex": "female"}
    written = scenario(
        tmp_path,
        population={"visitors": {"0003": 1000}},
        activity={"changes": [{"name": "None", "avoid": gone, "share": 1}]},
    )
    without = scenario(
        tmp_path, activity={"changes": [{"name": "None", "avoid": gone, "share": 1}]}
    )
    after = activity(written, changed={"visitor_ages": women})
    np.testing.assert_allclose(after["contacts"], activity(without)["contacts"])


def test_a_smaller_area_goes_before_a_larger_one(tmp_path: Path) -> None:
    young, old = (0, 64, 1.0), (65, -1, 1.0)
    nobody_old, nobody_young = (65, -1, 0.0), (0, 64, 0.0)
    table = ages(
        ("0002", "*", *old),
        ("0002", "*", *nobody_young),
        ("*", "*", 0, -1, 1.0),
        ("West", "*", *young),
        ("West", "*", *nobody_old),
    )
    more = added(tmp_path, visited(tmp_path, dict.fromkeys(REGIONS, 1000), table))["contacts"]
    stays = more.sel(year=2026, setting="inpatient").sum("diagnosis")
    nation = (65 * 0.011 + 41 * 0.15) / 106  # people of the small world are as many at each age
    expected = 500 * np.array([0.011, 0.15 * 1.5, nation])  # 0002 has 1.5 times the use
    np.testing.assert_allclose(stays, expected)


def test_a_profile_is_the_nation_s_within_each_row(tmp_path: Path) -> None:
    everywhere = population()["population"].isel(year=0, drop=True)
    nation = everywhere.sum("region").expand_dims(region=["0"])
    at_base = xr.concat([everywhere, nation], dim="region")
    table = ages(("*", "*", 0, 19, 0.2), ("*", "*", 20, -1, 0.8))
    found = visitors_of(
        scenario(tmp_path), population()["population"], at_base, table, lambda name: [name]
    )
    assert found.profiles.sum(axis=(1, 2)) == pytest.approx(np.ones(2))
    (profile,) = found.profiles[np.unique(found.profile_of)]
    assert profile[:, :20].sum() == pytest.approx(0.2)
    people = nation.values[0]
    np.testing.assert_allclose(profile[:, 20:] / people[:, 20:], 0.8 / people[:, 20:].sum())


def test_visitors_of_ages_that_nobody_has_are_refused(tmp_path: Path) -> None:
    everywhere = population()["population"].isel(year=0, drop=True)
    nation = xr.ones_like(everywhere.isel(region=[0])).assign_coords(region=["0"])
    nation[..., 100:] = 0.0
    table = ages(("*", "*", 0, 99, 0.5), ("*", "*", 100, -1, 0.5))
    with pytest.raises(ConsistencyError, match="nobody in the nation has these ages"):
        visitors_of(
            scenario(tmp_path),
            population()["population"],
            xr.concat([everywhere, nation], dim="region"),
            table,
            lambda name: [name],
        )


def test_visitors_of_a_place_outside_the_run_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConsistencyError, match="Elsewhere is not among the regions"):
        visited(tmp_path, {"Elsewhere": BY_SEASON})


def test_visitors_are_never_residents(tmp_path: Path) -> None:
    seasonal = "{Hallingdal: {winter: 26000, spring: 15000, summer: 24000, autumn: 15000}}"
    tree = result_with(tmp_path, "hallingdal", population=f"{{visitors: {seasonal}}}")
    without = result_of("hallingdal")
    for name in ("population", "births", "deaths", "net_migration"):
        xr.testing.assert_identical(tree["population"][name], without["population"][name])
    for setting, more in (("inpatient", True), ("home_care", False)):
        of_visitors = (tree["activity"]["contacts"] - without["activity"]["contacts"]).sel(
            setting=setting
        )
        assert bool(of_visitors.sum() > 0) == more
    present = tree["activity"]["visitors"].sum("region")
    np.testing.assert_allclose(present.sel(season="winter"), 26000)


def test_ringerike_has_twenty_thousand_visitors_on_an_average_day() -> None:
    present = result_of("ringerike-2007")["activity"]["visitors"].sum("region")
    np.testing.assert_allclose(present, 20000)
