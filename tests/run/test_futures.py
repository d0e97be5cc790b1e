"""Many draws at once against the run of each of them."""

from functools import cache

import numpy as np
import pytest
import xarray as xr

from projector.activity import filling
from projector.run import futures as futures_room
from projector.run.futures import Futures, futures_of
from projector.run.measures import figures_of
from projector.run.pipeline import project_care, project_people
from projector.scenario import Scenario
from projector.uncertainty.draws import pinned
from tests.embedded import SCENARIOS
from tests.run.moving import written

UNCERTAIN = f"""
scenario: Much is uncertain
extends: {SCENARIOS}/hallingdal-copd.yaml
years: {{base: 2026, end: 2029}}
population:
  visitors: {{Hallingdal: {{2026: {{uniform: [15000, 25000]}}, annual: {{uniform: [0, 4 %]}}}}}}
activity:
  healthy_ageing: {{share: {{uniform: [45 %, 55 %]}}, ages: 60+, diagnosis: [heart, copd, other]}}
  growth:
    copd: {{annual: {{triangular: [0 %, 2 %, 3 %]}}, sex: female}}
    heart: {{annual: {{uniform: [1 %, 3 %]}}, ages: {{80+: 1 %}}, region: Hol, limit: 2}}
  changes:
    - name: Days
      shorten: {{setting: inpatient, ages: 75+}}
      share: {{2026: 0, 2028: {{triangular: [5 %, 10 %, 15 %]}}}}
    - name: A number
      avoid: {{setting: inpatient, diagnosis: infection}}
      contacts: {{2026: 0, 2028: {{uniform: [5, 20]}}}}
capacity:
  occupancy: {{inpatient: {{2026: 85 %, 2028: {{uniform: [85 %, 95 %]}}}}}}
  overflow: {{municipal_acute: 5 %}}
workforce:
  duty: {{nurse: {{inpatient: {{per: bed, FTE: {{2026: 1.3, 2028: {{uniform: [1.3, 1.7]}}}}}}}}}}
uncertainty: {{draws: 6, seed: 3, population: written}}
"""

NARROW = f"""
scenario: One thing is uncertain
extends: {SCENARIOS}/hallingdal.yaml
years: {{base: 2026, end: 2028}}
capacity: {{occupancy: {{inpatient: {{2026: 85 %, 2027: {{uniform: [75 %, 95 %]}}}}}}}}
"""


@cache
def futures(**asked: str) -> Futures:
    scenario = written(UNCERTAIN)
    if asked:
        own = scenario.uncertainty.model_copy(update=asked)
        scenario = scenario.model_copy(update={"uncertainty": own})
    return of(scenario)


def of(scenario: Scenario) -> Futures:
    people = project_people(scenario)
    return futures_of(scenario, people, project_care(scenario, people))


@cache
def with_chance_of_contacts(text: str) -> Futures:
    """Nothing but the assumptions and the contacts of a year varies."""
    own = of(written(f"{text}uncertainty: {{draws: 2, population: stochastic}}"))
    assert own.varying.parts == ("paths", "chance", "contacts")
    return own.with_less("paths", "chance")


def test_every_draw_of_a_block_is_the_run_with_its_numbers() -> None:
    block = futures().block(1, 4)
    for draw in (1, 3):
        certain = pinned(futures().scenario, draw)
        tree = project_care(certain, project_people(certain))
        for group, dataset in block.items():
            for name, array in dataset.data_vars.items():
                found, expected = array.isel(draw=draw - 1), tree[group][name]
                # Days that few exceed are found between two bounds, to seven digits.
                precision = 1e-5 if "peak" in str(name) else 1e-9
                np.testing.assert_allclose(
                    found.transpose(*expected.dims), expected, rtol=precision, atol=1e-9,
                    err_msg=f"{group}/{name}",
                )  # fmt: skip
    assert set(block) >= {"activity", "priority", "money", "capacity/beds", "workforce/supply"}


def test_what_no_measure_is_about_may_be_left_out() -> None:
    own = futures(population="stochastic")
    whole, lean = own.block(0, 3), own.block(0, 3, measured_only=True)
    assert "priority" in whole
    assert "priority" not in lean
    for (measure, one), (other, found) in zip(figures_of(whole), figures_of(lean), strict=True):
        assert other == measure
        np.testing.assert_allclose(found, one, rtol=1e-12, atol=1e-12, err_msg=measure.name)


def test_a_block_of_another_size_gives_the_same_draws() -> None:
    own = futures(population="stochastic")
    whole, part = own.block(0, 5), own.block(2, 4)
    assert float(whole["population"]["population"].std("draw").max()) > 1
    for (measure, one), (_, other) in zip(figures_of(whole), figures_of(part), strict=True):
        np.testing.assert_allclose(
            one.isel(draw=[2, 3]), other, rtol=1e-12, atol=1e-12, err_msg=measure.name
        )


def test_contacts_of_a_year_are_poisson_numbers_and_nothing_else_moves() -> None:
    own = with_chance_of_contacts(NARROW)
    chance, expected = own.block(0, 40), own.with_less("contacts").block(0, 40)
    drawn, mean = (groups["activity"]["contacts"] for groups in (chance, expected))
    np.testing.assert_array_equal(drawn.isel(year=0), mean.isel(year=0))  # the base year
    likely = mean.isel(year=slice(1, None)).where(mean > 0.5).values
    apart = (drawn.isel(year=slice(1, None)).values - likely) / np.sqrt(likely)
    apart = apart[~np.isnan(apart)]
    assert apart.size > 20_000
    assert abs(apart.mean()) < 4 / np.sqrt(apart.size)
    assert apart.var() == pytest.approx(1, abs=0.03)
    # Sums over diagnoses are of independent numbers.
    whole, of_whole = drawn.sum("diagnosis"), mean.sum("diagnosis")
    kept = of_whole.isel(year=slice(1, None)).where(of_whole > 5).values
    apart = (whole.isel(year=slice(1, None)).values - kept) / np.sqrt(kept)
    assert np.nanvar(apart) == pytest.approx(1, abs=0.06)


def test_beds_that_few_meet_full_do_not_count_chance_twice() -> None:
    own = with_chance_of_contacts(NARROW)
    chance, expected = own.block(0, 8), own.with_less("contacts").block(0, 8)
    one, other = (groups["capacity/beds"] for groups in (chance, expected))
    later = {"year": slice(1, None)}
    overflow = one["need"].sel(resource="municipal_acute")
    np.testing.assert_array_equal(overflow, other["need"].sel(resource="municipal_acute"))
    for name in ("refusal", "peak", "site_peak"):
        np.testing.assert_array_equal(one[name], other[name])
    planned = (one["need"] / other["need"]).sel(resource="somatic").isel(later)
    assert bool((planned != 1).all())
    stays, nights = (
        (chance["activity"][name] / expected["activity"][name]).isel(later) - 1
        for name in ("contacts", "bed_days")
    )
    hospital, home = ({"setting": name} for name in ("inpatient", "nursing_home"))
    # Nights follow stays; where these last over years, by less.
    moved = {"setting": "inpatient", "diagnosis": "heart"}
    assert (
        np.corrcoef(stays.sel(moved).values.ravel(), nights.sel(moved).values.ravel())[0, 1] > 0.9
    )
    of_stays, of_nights = (float(abs(one.sel(home)).mean()) for one in (stays, nights))
    assert 0.4 < of_nights / of_stays < 0.75
    of_stays, of_nights = (float(abs(one.sel(hospital)).mean()) for one in (stays, nights))
    assert 0.9 < of_nights / of_stays < 1


def test_some_regions_at_a_time_have_the_same_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    own = with_chance_of_contacts(NARROW)
    whole = own.block(0, 3)
    monkeypatch.setattr(filling, "REGIONS_AT_A_TIME", 2)
    for name, dataset in own.block(0, 3).items():
        xr.testing.assert_allclose(dataset, whole[name], rtol=1e-12)


def test_those_who_live_longer_in_a_draw_are_healthy_for_longer() -> None:
    text = NARROW.replace("2028}", "2034}")
    plain, healthy, none = (
        of(written(f"{text}{section}uncertainty: {{draws: 2, population: stochastic}}\n"))
        for section in (
            "",
            "activity: {healthy_ageing: {share: 100 %}}\n",
            "activity: {healthy_ageing: {share: 0 %}}\n",
        )
    )
    before, after, as_before = (
        one.with_less("chance", "contacts").block(0, 8) for one in (plain, healthy, none)
    )
    for name, dataset in as_before.items():
        xr.testing.assert_allclose(dataset, before[name], rtol=1e-12)
    stays, fewer = (
        groups["activity"]["contacts"]
        .sel(setting="inpatient", year=2034)
        .sum(("region", "diagnosis"))
        for groups in (before, after)
    )
    lives = before["population"]["population"].sel(year=2034, age=slice(90, None))
    oldest = lives.sum(("region", "sex", "age"))
    saved = 1 - fewer / stays
    assert (saved > 0).all()
    # In draws in which more grow very old, more of the care of the old is put off.
    assert np.corrcoef(saved.values, oldest.values)[0, 1] > 0.5


def test_supply_that_no_draw_changes_is_made_once_and_is_that_of_every_draw(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenario = written(
        f"scenario: Own\nextends: {SCENARIOS}/hallingdal-copd.yaml\n"
        "years: {base: 2026, end: 2031}\nuncertainty: {draws: 2, population: written}\n"
    )
    own = of(scenario)
    monkeypatch.setattr(futures_room, "supply_stage", None)  # not to be called again
    found = own.block(0, 2)["workforce/supply"]
    certain = pinned(scenario, 1)
    expected = project_care(certain, project_people(certain))["workforce/supply"]
    for name in ("supply", "gap", "competence_gap"):
        np.testing.assert_allclose(
            found[name].isel(draw=1).transpose(*expected[name].dims),
            expected[name], rtol=1e-9, atol=1e-9,
        )  # fmt: skip
    assert float(abs(found["gap"].diff("draw")).max()) > 1e-6
