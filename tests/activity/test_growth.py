"""Growth that a scenario writes, with and without a limit."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.activity.growth import OwnGrowth, yearly_growth
from projector.errors import ConsistencyError, ScenarioError
from projector.scenario.models import Growth
from projector.scenario.values import Path as Values
from tests.activity.lawful import few
from tests.activity.world import activity, population, scenario, tables

HEARTS = {"diagnosis": "heart", "setting": "inpatient"}
FLAT = {"growth": tables()["growth"].assign(annual=0.0)}


def index(folder: Path, growth: object, **selected: object) -> np.ndarray:
    """Use against that of people who stay the same and do not grow."""
    still = activity(scenario(folder), changed=FLAT)["contacts"].sel(HEARTS | selected)
    grown = activity(scenario(folder, activity={"growth": {"heart": growth}}), changed=FLAT)
    return np.asarray((grown["contacts"].sel(HEARTS | selected) / still).values)


@given(percent=st.integers(1, 20), limit=st.sampled_from([1.05, 1.5, 4.0]))
@few
def test_growth_with_a_limit_starts_with_its_rate_and_never_passes_it(
    tmp_path: Path, percent: int, limit: float
) -> None:
    found = index(tmp_path, {"annual": f"{percent} %", "limit": limit}, region="0001")
    free = (1 + percent / 100) ** np.arange(5)
    assert (found <= min(limit, free[-1]) + 1e-12).all()
    assert (np.diff(found) > 0).all()
    rate, room = np.log1p(percent / 100), 1 - 1 / limit
    np.testing.assert_allclose(found, 1 / (1 / limit + room * np.exp(-rate * np.arange(5) / room)))


@given(limit=st.sampled_from([0.5, 0.8, 1.2, 3.0]))
@few
def test_the_first_year_grows_by_the_rate_whatever_the_limit(tmp_path: Path, limit: float) -> None:
    rate = 1e-4 if limit > 1 else -1e-4
    found = index(tmp_path, {"annual": rate, "limit": limit}, region="0001")
    np.testing.assert_allclose(found[1] - 1, rate, rtol=2e-3)


def test_decline_tends_to_its_limit_from_above(tmp_path: Path) -> None:
    found = index(tmp_path, {"annual": "-60 %", "limit": 0.7}, region="0001")
    assert (np.diff(found) < 0).all()
    assert found[-1] == pytest.approx(0.7, abs=1e-3)
    assert (found >= 0.7).all()


def test_each_of_several_is_about_its_own_people(tmp_path: Path) -> None:
    several = [
        {"annual": "10 %", "sex": "female", "region": "West"},
        {"annual": "-10 %", "sex": "male", "setting": "inpatient"},
    ]
    rate = np.where(np.arange(106) < 65, 0.01, 0.1)
    women, men = (
        (population()["population"].sel(region="0002", sex=sex).values * rate).sum(axis=-1)
        for sex in ("female", "male")
    )
    years = np.arange(5)
    expected = (women * 1.1**years + men * 0.9**years) / (women + men)
    np.testing.assert_allclose(index(tmp_path, several, region="0002"), expected)
    women, men = (
        (population()["population"].sel(region="0003", sex=sex).values * rate).sum(axis=-1)
        for sex in ("female", "male")
    )
    expected = (women + men * 0.9**years) / (women + men)
    np.testing.assert_allclose(index(tmp_path, several, region="0003"), expected)


@pytest.mark.parametrize(("rate", "limit"), [(0.01, 0.8), (-0.01, 1.2)])
def test_growth_away_from_its_limit_is_refused(tmp_path: Path, rate: float, limit: float) -> None:
    with pytest.raises(ScenarioError, match="use moves away from this limit"):
        index(tmp_path, {"annual": rate, "limit": limit})
    growth = Growth.model_construct(annual=Values(((None, rate),)), limit=limit)
    own = OwnGrowth("heart", growth, "test.yaml:7:5")
    none = pd.DataFrame(tables()["growth"].iloc[:0])
    with pytest.raises(ConsistencyError) as caught:
        yearly_growth(none, "contacts", ["heart"], (2026, 2030), 105, [own], 2026)
    (problem,) = caught.value.problems
    assert str(problem) == (
        f"test.yaml:7:5: heart grows away from its limit (found limit {limit:g}; expected "
        "a limit above 1 with growth, below 1 with decline)"
    )


@pytest.mark.parametrize(
    ("diagnosis", "growth", "message", "expected"),
    [
        ("copd", {"annual": 0.01, "setting": "day"}, "nobody is treated for copd in day",
         "ambulatory, inpatient"),
        ("stroke", {"annual": 0.01}, "nobody is treated for stroke in any setting",
         "rows in the table use_rates"),
    ],
)  # fmt: skip
def test_growth_where_nobody_is_treated_is_refused(
    tmp_path: Path, diagnosis: str, growth: object, message: str, expected: str
) -> None:
    with pytest.raises(ConsistencyError) as caught:
        activity(scenario(tmp_path, activity={"growth": {diagnosis: growth}}))
    (problem,) = caught.value.problems
    assert (problem.message, problem.expected) == (message, expected)
    assert "test.yaml:" in problem.where


def test_growth_of_regions_outside_the_run_is_refused(tmp_path: Path) -> None:
    growth = [{"annual": 0.01, "region": "0003"}, {"annual": 0.02, "region": "Far", "sex": "male"}]
    with pytest.raises(ConsistencyError) as caught:
        activity(scenario(tmp_path, activity={"growth": {"heart": growth}}))
    (problem,) = caught.value.problems
    assert problem.message == "growth of heart is for regions outside the run"
    assert problem.found == "Far"


@pytest.mark.parametrize(
    ("one", "other", "twice"),
    [
        ({"annual": 0.01}, {"annual": 0.02}, True),
        ({"ages": {"80+": 0.01}}, {"annual": 0.02, "sex": "male"}, True),
        ({"annual": 0.01, "sex": "female"}, {"annual": 0.02, "sex": "male"}, False),
        ({"ages": {"0-79": 0.01}}, {"ages": {"80+": 0.02}}, False),
        ({"annual": 0.01, "setting": "inpatient"},
         {"annual": 0.02, "setting": "municipal_acute"}, False),
    ],
)  # fmt: skip
def test_a_region_of_an_area_does_not_grow_by_both(
    tmp_path: Path, one: dict[str, object], other: dict[str, object], twice: bool
) -> None:
    growth = [one | {"region": "West"}, other | {"region": "0002"}]
    written = scenario(tmp_path, activity={"growth": {"heart": growth}})
    if not twice:
        assert float(activity(written)["contacts"].sum()) > 0
        return
    with pytest.raises(ConsistencyError) as caught:
        activity(written)
    (problem,) = caught.value.problems
    assert problem.message.startswith("these people and settings grow already by ")
    assert problem.found == "heart in region 0002"
    first, second = (int(text.split(":")[-2]) for text in (problem.message, problem.where))
    assert first < second


@pytest.mark.parametrize(
    ("growth", "whom"),
    [
        ({"annual": 0.01, "sex": "male"}, "nobody of this sex (male)"),
        ({"ages": {"0-9": 0.01, "20+": 0.02}}, "nobody of 0-9"),
        ({"ages": {"0-9": 0.01}, "sex": "female"}, "nobody of 0-9 (female)"),
    ],
)
def test_growth_of_people_who_use_nothing_is_refused(
    tmp_path: Path, growth: object, whom: str
) -> None:
    rates = tables()["use_rates"]
    of_women = (rates["diagnosis"] != "heart") | (rates["sex"] == "female")
    grown = rates[of_women].assign(age_from=rates["age_from"].where(rates["age_from"] > 0, 10))
    with pytest.raises(ConsistencyError) as caught:
        activity(
            scenario(tmp_path, activity={"growth": {"heart": growth}}),
            changed={"use_rates": grown},
        )
    (problem,) = caught.value.problems
    assert problem.message == f"{whom} is treated for heart"
    assert "test.yaml:" in problem.where


def test_own_growth_leaves_the_base_year_as_the_tables_have_it(tmp_path: Path) -> None:
    """Also where the rate is of a later year, to which the table's growth leads."""
    later = {"use_rates": tables()["use_rates"].assign(year=2028)}
    by_table = activity(scenario(tmp_path), changed=later)["contacts"].sel(year=2026)
    own = {"activity": {"growth": {"heart": {"annual": "0 %"}}}}
    held = activity(scenario(tmp_path, **own), changed=later)["contacts"].sel(year=2026)
    np.testing.assert_allclose(held, by_table)
