"""Levers: each by its equation, and none below zero."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import ConsistencyError, ScenarioError
from projector.scenario.models import Scenario, Workforce
from projector.scenario.values import Path as Values
from projector.tables import DIAGNOSIS_KINDS, SETTINGS
from projector.workforce.levers import cumulative_growth, lever_effect, pull
from projector.workforce.working_time import available_hours
from tests.activity.world import YEARS
from tests.activity.world import scenario as written_scenario
from tests.embedded import result_of, result_with

PROFESSIONS = ["doctor", "nurse", "health_care_worker"]
HOME, NURSING = SETTINGS.index("home_care"), SETTINGS.index("nursing_home")
SINCE = YEARS - YEARS[0]


def staff() -> np.ndarray:
    """``[region, year, setting, kind, profession]``: never the same twice."""
    shape = (2, len(YEARS), len(SETTINGS), len(DIAGNOSIS_KINDS), len(PROFESSIONS))
    return np.random.default_rng(3).uniform(1, 100, shape)


@cache
def bare() -> Scenario:
    """A scenario that says nothing of staff; its file is not needed once it is read."""
    with TemporaryDirectory() as folder:
        return written_scenario(Path(folder))


def with_levers(**levers: object) -> Scenario:
    workforce = Workforce.model_validate({"levers": levers})
    return bare().model_copy(update={"workforce": workforce})


def pulled(**levers: object) -> np.ndarray:
    return pull(staff(), with_levers(**levers), PROFESSIONS, YEARS)


def by_year(values: np.ndarray) -> np.ndarray:
    return values[np.newaxis, :, np.newaxis, np.newaxis, np.newaxis]


def test_productivity_divides_and_standard_growth_multiplies() -> None:
    fewer = pulled(productivity={"annual": "0.5 %"})
    np.testing.assert_allclose(fewer, staff() / by_year(1.005**SINCE))
    more = pulled(standard_growth={"annual": "1 %"})
    np.testing.assert_allclose(more, staff() * by_year(1.01**SINCE))


def test_a_rate_may_change_over_the_years() -> None:
    rate = Values(((2026, 0.0), (2028, 0.02)))
    found = cumulative_growth(rate, np.array([2025, 2026, 2027, 2028, 2029]), 2026)
    np.testing.assert_allclose(found, [1, 1, 1.01, 1.01 * 1.02, 1.01 * 1.02**2])


def test_a_lever_works_only_where_it_says() -> None:
    some = {"annual": "1 %", "profession": "nurse", "setting": ["home_care", "day"]}
    found = pulled(productivity=some) / staff()
    works = np.zeros((len(SETTINGS), len(PROFESSIONS)), dtype=bool)
    works[[HOME, SETTINGS.index("day")], 1] = True
    assert (found[:, :, ~works.any(axis=1)] == 1).all()
    np.testing.assert_allclose(found[:, -1, HOME, :, 1], 1 / 1.01 ** SINCE[-1])
    assert (found[:, :, HOME, :, 0] == 1).all()


def test_relatives_take_over_at_home_and_in_long_term_care() -> None:
    found = pulled(family_care={"share": {2026: 0, 2030: "10 %"}}) / staff()
    np.testing.assert_allclose(found[:, -1, [HOME, NURSING]], 0.9)
    assert (found[:, :, SETTINGS.index("inpatient")] == 1).all()
    less = pulled(family_care={"share": "-10 %", "setting": "day"}) / staff()
    np.testing.assert_allclose(less[:, :, SETTINGS.index("day")], 1.1)
    assert (less[:, :, HOME] == 1).all()


def test_a_task_goes_from_one_to_another_with_its_exchange() -> None:
    shift = {
        "from": "nurse", "to": "health_care_worker", "share": {2026: 0, 2030: "10 %"},
        "setting": "home_care", "exchange": 1.2,
    }  # fmt: skip
    found, before = pulled(task_shift=shift), staff()
    share = by_year(SINCE / 40)[..., 0]
    moved = share[:, :, 0] * before[:, :, HOME, :, 1]
    np.testing.assert_allclose(found[:, :, HOME, :, 1], before[:, :, HOME, :, 1] - moved)
    np.testing.assert_allclose(found[:, :, HOME, :, 2], before[:, :, HOME, :, 2] + 1.2 * moved)
    others = [s for s in range(len(SETTINGS)) if s != HOME]
    np.testing.assert_array_equal(found[:, :, others], before[:, :, others])


hundredths = st.integers(0, 100).map(lambda n: n / 100)
rates = st.integers(-20, 20).map(lambda n: n / 100)


@given(hundredths, hundredths, rates, rates, hundredths)
def test_nobody_is_fewer_than_none(
    shifted: float, cared: float, grown: float, made: float, exchange: float
) -> None:
    one = {"from": "nurse", "to": "doctor", "share": shifted, "exchange": exchange}
    back = {"from": "doctor", "to": "nurse", "share": shifted}
    found = pulled(
        task_shift=[one, back],
        family_care={"share": cared},
        standard_growth={"annual": grown},
        productivity={"annual": made},
    )
    assert (found >= 0).all()
    assert np.isfinite(found).all()


@given(hundredths, st.sampled_from(PROFESSIONS), st.sampled_from(SETTINGS))
def test_levers_at_zero_change_nothing(exchange: float, profession: str, setting: str) -> None:
    where = {"profession": profession, "setting": setting}
    other = next(name for name in PROFESSIONS if name != profession)
    shift = {"from": profession, "to": other, "share": 0, "exchange": exchange}
    found = pulled(
        task_shift=shift,
        family_care=where | {"share": 0},
        standard_growth=where | {"annual": 0},
        productivity=where | {"annual": 0},
    )
    np.testing.assert_array_equal(found, staff())


def test_what_levers_make_of_one_they_make_of_all() -> None:
    """So they may act on the posts of one shift as on the whole need."""
    levers = {
        "productivity": {"annual": "0.5 %"},
        "family_care": {"share": "10 %", "profession": "nurse"},
        "task_shift": {"from": "nurse", "to": "doctor", "share": "30 %", "exchange": 1.2},
    }
    effect = lever_effect(with_levers(**levers), PROFESSIONS, YEARS)
    found = np.einsum("ryskp,yspq->ryskq", staff(), effect)
    np.testing.assert_allclose(found, pulled(**levers))


def test_the_same_task_shifted_without_exchange_conserves_staff() -> None:
    found = pulled(task_shift={"from": "nurse", "to": "doctor", "share": "30 %"})
    np.testing.assert_allclose(found.sum(axis=-1), staff().sum(axis=-1))


def test_the_base_year_stays_and_the_need_falls_by_the_index(tmp_path: Path) -> None:
    tree = result_with(
        tmp_path,
        "hallingdal",
        workforce="{levers: {productivity: {annual: 0.5 %}}}",
        years="{base: 2026, end: 2030}",
    )
    small = ["municipal_acute", "municipal_short_stay"]
    before, after = (
        one["workforce"]["need"].sum("region").sel(year=slice(2026, 2030))
        for one in (result_of("hallingdal"), tree)
    )
    index = 1.005 ** np.arange(5)[:, np.newaxis]
    apart, then = (one.drop_sel(setting=small).sum("setting").values for one in (before, after))
    np.testing.assert_allclose(then, apart / index)
    # One health care worker at all hours for the ten beds at Ål, and nobody can be half there.
    of_ten = {"setting": small, "profession": "health_care_worker"}
    at_al, still = (one.sel(of_ten).sum("setting").values for one in (before, after))
    assert (still >= 25 * 365 / available_hours(35.5, 5, 0, 3, 0.093)).all()
    assert (still[1:] > (at_al / index[:, 0])[1:]).all()
    competent = tree["workforce"]["competence_need"].sel(competence="surgery").sum("region")
    whole = result_of("hallingdal")["workforce"]["competence_need"].sel(competence="surgery")
    np.testing.assert_allclose(competent[-1], whole.sum("region").sel(year=2030) / 1.005**4)


def test_a_lever_with_nobody_to_work_on_is_refused(tmp_path: Path) -> None:
    shifts = "[{name: Births at home, from: midwife, to: nurse, share: 5 %, setting: home_care}]"
    productivity = "{annual: 1 %, profession: radiographer, setting: nursing_home}"
    levers = f"{{levers: {{task_shift: {shifts}, productivity: {productivity}}}}}"
    with pytest.raises(ConsistencyError) as caught:
        result_with(tmp_path, "hallingdal", workforce=levers)
    first, second = caught.value.problems
    assert first.message == "productivity: no radiographer to work on in nursing_home"
    assert second.message == "Births at home: no midwife to work on in home_care"
    assert "inpatient" in str(second.expected)
    assert "own.yaml:3:" in second.where


def test_names_in_levers_are_held_against_the_inputs(tmp_path: Path) -> None:
    shift = "{from: nurs, to: health_care_worker, share: 5 %}"
    levers = f"{{levers: {{task_shift: {shift}, productivity: {{annual: 0, profession: doktor}}}}}}"
    with pytest.raises(ScenarioError) as caught:
        result_with(tmp_path, "hallingdal", workforce=levers)
    told = [str(problem) for problem in caught.value.problems]
    assert any("unknown profession (found nurs). Did you mean 'nurse'?" in one for one in told)
    assert any("(found doktor). Did you mean 'doctor'?" in one for one in told)


def test_the_scenario_of_tasks_needs_fewer_nurses_and_more_health_care_workers() -> None:
    before, after = (
        result_of(name)["workforce"]["need"].sum(("region", "setting")).sel(year=2035)
        for name in ("hallingdal", "hallingdal-tasks")
    )
    assert float(after.sel(profession="nurse")) < float(before.sel(profession="nurse"))
    worker = {"profession": "health_care_worker"}
    assert float(after.sel(worker)) > float(before.sel(worker))
