"""Sites: what stands where over the years, whom it serves, and what is short."""

import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from projector.capacity.erlang import refusal
from projector.scenario.capacity_models import SiteCapacity
from tests.activity.world import REGIONS, YEARS
from tests.capacity import world
from tests.capacity.world import activity, capacity, existing, sites

TABLES = {
    "sites": sites(("Sickbay", "West"), ("Hospital", "All"), ("Ward", "0003")),
    "existing": existing(
        ("Sickbay", "municipal_acute", 2026, 3),
        ("Sickbay", "municipal_acute", 2030, 5),
        ("Hospital", "somatic", 2026, 4),
        ("Hospital", "day", 2026, 1),
    ),
}


def there(folder: Path, resource: str = "municipal_acute", **sickbay: object) -> list[float]:
    """What exists at the sickbay by year."""
    result, _ = capacity(folder, TABLES, existing={"Sickbay": sickbay} if sickbay else {})
    return result["beds"]["existing"].sel(site="Sickbay", resource=resource).values.tolist()


def step(first: int, amount: float, **more: object) -> dict[str, object]:
    return {"resource": "municipal_acute", "from": first, "amount": amount, **more}


def test_amounts_are_linear_between_the_years_of_the_table(tmp_path: Path) -> None:
    assert there(tmp_path) == [3, 3.5, 4, 4.5, 5]
    assert there(tmp_path, municipal_acute={2027: 2, 2029: 4}) == [2, 2, 3, 4, 4]


def test_openings_and_closures_are_whole_from_their_first_day(tmp_path: Path) -> None:
    assert there(tmp_path, municipal_acute=3, openings=step(2028, 2)) == [3, 3, 5, 5, 5]
    assert there(tmp_path, municipal_acute=3, openings=step(2028, -3)) == [3, 3, 0, 0, 0]
    assert there(tmp_path, openings=step(2028, 1)) == [3, 3.5, 5, 5.5, 6]


def test_what_is_temporary_ends_with_its_last_year(tmp_path: Path) -> None:
    temporary = step(2027, 2, until=2028)
    assert there(tmp_path, municipal_acute=3, openings=temporary) == [3, 5, 5, 3, 3]


def test_what_opens_where_nothing_stood_is_all_there_is(tmp_path: Path) -> None:
    opening = {"resource": "rehabilitation", "from": 2029, "amount": 4}
    result, _ = capacity(tmp_path, TABLES, existing={"Sickbay": {"openings": opening}})
    assert "rehabilitation" not in result["beds"]["resource"].values  # no norm, so no need
    opening["resource"] = "municipal_short_stay"
    assert there(tmp_path, "municipal_short_stay", openings=opening) == [0, 0, 0, 4, 4]


def test_more_than_there_is_cannot_close(tmp_path: Path) -> None:
    closing = {"Sickbay": {"openings": [step(2026, -1), step(2027, -3)]}}
    problem = world.refusal(tmp_path, TABLES, existing=closing)
    assert problem.message == "Sickbay would have fewer than no municipal_acute in 2027"
    assert (problem.found, problem.expected) == ("-0.5", "smaller closures")
    assert "test.yaml:" in problem.where


@pytest.mark.parametrize("stands", [{"nursing_home": 40}, {"municipal_short_stay": {2026: 40}}])
def test_a_share_of_the_nursing_home_is_for_short_stays_and_no_place_is_lost(
    tmp_path: Path, stands: dict[str, object]
) -> None:
    home = {
        **stands,
        "short_stay_share": {2026: 0.1, 2030: 0.5},
        "openings": {"resource": "nursing_home", "from": 2028, "amount": 10},
    }
    norms = pd.concat(
        [
            world.norms(),
            world.norms().iloc[[3]].assign(setting="nursing_home", resource="nursing_home"),
        ]
    )
    tables = TABLES | {"norms": norms}
    beds = capacity(tmp_path, tables, existing={"Sickbay": home})[0]["beds"]["existing"]
    short, long = (
        beds.sel(site="Sickbay", resource=resource).values
        for resource in ("municipal_short_stay", "nursing_home")
    )
    np.testing.assert_allclose(short + long, [40, 40, 50, 50, 50])
    np.testing.assert_allclose(short / (short + long), [0.1, 0.2, 0.3, 0.4, 0.5])


def test_a_site_without_a_nursing_home_has_no_places_to_divide(tmp_path: Path) -> None:
    problem = world.refusal(tmp_path, TABLES, existing={"Sickbay": {"short_stay_share": 0.2}})
    assert problem.message == "Sickbay has no places to divide between long and short stays"
    assert "test.yaml:" in problem.where


steps = st.builds(step, st.integers(2026, 2031), st.floats(-5, 5).filter(bool), until=st.just(2031))


@given(written=st.lists(steps, max_size=5), seed=st.randoms())
def test_the_order_of_openings_does_not_matter(
    written: list[dict[str, object]], seed: random.Random
) -> None:
    shuffled = written.copy()
    seed.shuffle(shuffled)
    one, other = (
        SiteCapacity.model_validate({"openings": openings}).steps("municipal_acute", YEARS)
        for openings in (written, shuffled)
    )
    np.testing.assert_allclose(one, other, atol=1e-12)


def test_a_gap_has_a_first_year_a_use_and_a_cost(tmp_path: Path) -> None:
    costs = pd.DataFrame({"resource": ["municipal_acute"], "year": [2024], "nok": [1.5e6]})
    result, _ = capacity(
        tmp_path,
        TABLES | {"unit_costs": costs},
        existing={"Sickbay": {"municipal_acute": 3, "openings": step(2028, -1)}},
    )
    at = result["beds"].sel(site="Sickbay", resource="municipal_acute")
    days = activity()["bed_days"].sel(setting="municipal_acute", region=REGIONS[:2])
    load = days.sum(("region", "diagnosis")).values / 365
    beds = np.array([3, 3, 2, 2, 2])
    np.testing.assert_allclose(at["served"], load / 0.7)
    np.testing.assert_allclose(at["gap"], load / 0.7 - beds)
    np.testing.assert_allclose(at["utilisation"], load / beds)
    np.testing.assert_allclose(at["refusal"], refusal(beds, load))
    np.testing.assert_allclose(at["gap_cost"], 1.5e6 * np.maximum(load / 0.7 - beds, 0))
    assert at["first_shortage"] == 2028
    assert at["price_year"] == 2024
    assert np.isnan(result["beds"]["price_year"].sel(resource="somatic"))
    hospital = result["places"].sel(site="Hospital", resource="day")
    assert np.isnan(hospital["gap_cost"]).all()


def test_a_site_has_the_bad_days_of_all_its_patients_together(tmp_path: Path) -> None:
    result, _ = capacity(tmp_path, TABLES)
    at = result["beds"]["site_peak"].sel(site="Sickbay", resource="municipal_acute")
    days = activity()["bed_days"].sel(setting="municipal_acute", region=REGIONS[:2])
    load = days.sum(("region", "diagnosis")).values / 365
    np.testing.assert_allclose(at.sel(measure="mean"), load)
    np.testing.assert_allclose(at.sel(measure="busy_month"), load)
    np.testing.assert_array_equal(at.sel(measure="p95"), poisson.ppf(0.95, load))
    by_region = result["beds"]["peak"].sel(region=REGIONS[:2], resource="municipal_acute")
    assert (at.sel(measure="p95") <= by_region.sel(measure="p95").sum("region")).all()
    assert np.isnan(result["beds"]["site_peak"].sel(site="Sickbay", resource="somatic")).all()


def test_enough_in_every_year_has_no_first_year_of_shortage(tmp_path: Path) -> None:
    """Beds by overflow are whole, and parts of them that add up again are not a shortage."""
    plain, _ = capacity(tmp_path, TABLES, overflow={"municipal_acute": 0.05})
    served = plain["beds"]["served"].sel(site="Sickbay", resource="municipal_acute").round()
    enough = {int(year): float(beds) for year, beds in zip(YEARS, served.values, strict=True)}
    for missing, expected in ((0, np.nan), (1, 2026)):
        own = {"municipal_acute": {year: beds - missing for year, beds in enough.items()}}
        result, _ = capacity(
            tmp_path, TABLES, overflow={"municipal_acute": 0.05}, existing={"Sickbay": own}
        )
        first = result["beds"]["first_shortage"].sel(site="Sickbay", resource="municipal_acute")
        np.testing.assert_equal(float(first), expected)


def test_no_beds_are_not_used_and_turn_everybody_away(tmp_path: Path) -> None:
    result, _ = capacity(tmp_path, TABLES, existing={"Sickbay": {"municipal_acute": 0}})
    at = result["beds"].sel(site="Sickbay", resource="municipal_acute")
    assert np.isnan(at["utilisation"]).all()
    np.testing.assert_allclose(at["refusal"], 1)


def flows(*rows: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["region", "site"])


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"sites": sites(("Sickbay", "West"), ("Hospital", "Country"))},
        {"flows": flows(("All", "Hospital"), ("0009", "Hospital"))},
    ],
)
def test_a_site_that_works_for_others_too_is_left_out_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: dict[str, pd.DataFrame]
) -> None:
    monkeypatch.setitem(world.AREAS, "Country", [*REGIONS, "0009"])
    result, left_out = capacity(tmp_path, TABLES | elsewhere)
    assert left_out == ["Hospital"]
    assert result["beds"]["site"].values.tolist() == ["Sickbay"]
    assert result["places"].sizes["site"] == 0


def test_a_site_that_serves_nobody_here_is_refused_where_it_is_written(tmp_path: Path) -> None:
    tables = {"sites": sites(("Faraway", "0009"))}
    problem = world.refusal(tmp_path, tables, existing={"Faraway": {"municipal_acute": 2}})
    assert problem.message == "Faraway serves no region of the run"
    assert "test.yaml:" in problem.where


@given(beds=st.floats(0.5, 30), more=st.floats(0, 30))
def test_more_beds_never_turn_more_away_and_are_never_used_more(beds: float, more: float) -> None:
    load = np.linspace(0.1, 40, 30)
    assert (refusal(np.array(beds + more), load) <= refusal(np.array(beds), load) + 1e-12).all()
