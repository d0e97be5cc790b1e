"""What the need for staff means: education, pay and the people of working age."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from projector.scenario.models import Scenario
from projector.tables import EDUCATIONS
from projector.workforce.claims import claims
from tests.activity.world import YEARS, population
from tests.activity.world import scenario as written_scenario
from tests.embedded import result_of, result_with

PROFESSIONS = ["nurse", "secretary"]


def need() -> np.ndarray:
    return np.random.default_rng(7).uniform(1, 9, (3, len(YEARS), len(PROFESSIONS)))


def told(scenario: Scenario, **tables: pd.DataFrame) -> dict[str, np.ndarray]:
    found = claims(need(), population(), tables, scenario, PROFESSIONS, YEARS)
    return {name: values for name, (_, values) in found.items()}


def professions() -> pd.DataFrame:
    rows = [("nurse", "bachelor", 462000, 2014), ("secretary", "upper_secondary", np.nan, np.nan)]
    return pd.DataFrame(rows, columns=["profession", "education", "wage", "year"])


def test_staff_by_education_are_all_staff(tmp_path: Path) -> None:
    by_education = told(written_scenario(tmp_path), professions=professions())["need_by_education"]
    np.testing.assert_allclose(by_education.sum(axis=-1), need().sum(axis=-1))
    np.testing.assert_array_equal(by_education[..., EDUCATIONS.index("bachelor")], need()[..., 0])


def test_pay_that_is_not_known_is_not_zero(tmp_path: Path) -> None:
    cost = told(written_scenario(tmp_path), professions=professions())["wage_cost"]
    np.testing.assert_allclose(cost[..., 0], 462000 * need()[..., 0])
    assert np.isnan(cost[..., 1]).all()


def test_what_the_inputs_do_not_tell_is_not_there(tmp_path: Path) -> None:
    found = told(written_scenario(tmp_path))
    for name in ("need_by_education", "wage_cost", "active_per_old", "working_age_excess"):
        assert np.isnan(found[name]).all()
    assert np.isfinite(found["working_age_per_old"]).all()


def test_the_share_of_the_working_age_by_hand(tmp_path: Path) -> None:
    limits = {"limits": {"working_age_share": {2026: 0.0001, 2030: 0.5}}}
    found = told(written_scenario(tmp_path, workforce=limits))
    people = population()["population"].values
    share = need().sum(axis=-1) / people[..., 20:67].sum(axis=(2, 3))
    np.testing.assert_allclose(found["working_age_share"], share)
    np.testing.assert_allclose(found["working_age_excess"][:, 0], share[:, 0] - 0.0001)
    assert not found["working_age_excess"][:, -1].any()
    old = np.stack([people[..., age:].sum(axis=(2, 3)) for age in (67, 80)], axis=-1)
    by_hand = people[..., 20:67].sum(axis=(2, 3))[..., np.newaxis] / old
    np.testing.assert_allclose(found["working_age_per_old"], by_hand)


def test_the_active_are_counted_by_sex_and_age(tmp_path: Path) -> None:
    rows = [("female", 0, 19, 0.0), ("female", 20, -1, 0.7), ("male", 0, -1, 0.5)]
    table = pd.DataFrame(rows, columns=["sex", "age_from", "age_to", "share"])
    active = told(written_scenario(tmp_path), participation=table)["active_per_old"]
    people = population()["population"].values
    women, men = people[:, :, 0, 20:].sum(axis=-1), people[:, :, 1].sum(axis=-1)
    by_hand = (0.7 * women + 0.5 * men) / people[..., 67:].sum(axis=(2, 3))
    np.testing.assert_allclose(active[..., 0], by_hand)


def test_nobody_old_is_no_ratio(tmp_path: Path) -> None:
    young = population()
    young["population"][:, :, :, 67:] = 0.0
    found = claims(need(), young, {}, written_scenario(tmp_path), PROFESSIONS, YEARS)
    assert np.isnan(found["working_age_per_old"][1]).all()


@pytest.mark.parametrize(("year", "printed"), [(2015, 4.14), (2030, 3.23)])
def test_economically_active_per_person_of_67_in_the_plan_of_the_ahus_area(
    year: int, printed: float
) -> None:
    """As foreseen in 2014, with participation of 2017 that is not fitted to the plan."""
    tree = result_of("ahus-2014").sel(year=year)
    old = tree["population"]["population"].sel(age=slice(67, None)).sum(("sex", "age"))
    active = tree["workforce"]["active_per_old"].sel(old="67+").weighted(old).mean()
    assert float(active) == pytest.approx(printed, rel=0.02)


@pytest.mark.parametrize("name", ["reference", "ahus"])
def test_need_grows_at_least_twice_as_fast_as_those_of_working_age(name: str) -> None:
    """The joint plan's claim, standards unchanged."""
    tree = result_of(name)
    need = tree["workforce"]["need"].sum(("region", "setting", "profession"))
    people = tree["population"]["population"].sel(age=slice(20, 66)).sum(("region", "sex", "age"))
    grown, more = (float(one.sel(year=2040) / one.sel(year=2026)) - 1 for one in (need, people))
    assert more > 0
    assert grown > 2 * more


def test_a_limit_is_flagged_in_the_results(tmp_path: Path) -> None:
    tree = result_with(tmp_path, "hallingdal", workforce="{limits: {working_age_share: 11 %}}")
    workforce = tree["workforce"].to_dataset()
    share, excess = workforce["working_age_share"], workforce["working_age_excess"]
    np.testing.assert_allclose(excess, np.maximum(share - 0.11, 0))
    assert (excess.sel(year=2040) > 0).any()
    assert not (excess.sel(year=2026) > 0).all()
