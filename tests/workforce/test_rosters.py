"""Duty rosters: from posts to full-time equivalents, and the fewest on duty."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import InputsError
from projector.tables import DIAGNOSIS_KINDS, SETTINGS
from projector.workforce.minimum import UnitBeds, fewest_on_duty
from projector.workforce.rosters import Shift, Team, staff_of_a_bed, teams_of
from projector.workforce.units import units_of
from projector.workforce.working_time import available_hours, hours_at_work
from tests.activity.world import scenario as written_scenario
from tests.capacity.world import AREAS, activity, at_sites, capacity, norms, sites
from tests.embedded import result_of, result_with

CELL = (SETTINGS.index("municipal_acute"), 0)
OTHER = (SETTINGS.index("municipal_short_stay"), 0)
HOURS = 1500.0
NIGHT = Shift("night", 10.0, {CELL: 0.1, OTHER: 0.05}, {CELL: 0.1, OTHER: 0.05}, 1.0)
TEAM = Team("ward", "nurse", [NIGHT], HOURS)
PROFESSIONS = ["doctor", "nurse"]

counts = st.floats(0, 60)


def working_time() -> pd.DataFrame:
    columns = [
        "profession", "pattern", "hours_per_week", "leave_weeks", "holiday_days", "training_days",
        "sickness",
    ]  # fmt: skip
    return pd.DataFrame(
        [("*", "rotating", 35.5, 5, 0, 3, 0.1), ("nurse", "rotating", 33.6, 5, 0, 3, 0.1)],
        columns=columns,
    )


def roster(*rows: tuple[object, ...]) -> pd.DataFrame:
    columns = [
        "profession", "setting", "kind", "team", "shift", "hours", "weekday_posts",
        "weekend_posts", "minimum",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def nobody_replaced() -> np.ndarray:
    return np.zeros((len(SETTINGS), len(DIAGNOSIS_KINDS), len(PROFESSIONS)), dtype=bool)


def beds(*amounts: tuple[tuple[int, int], int, float]) -> np.ndarray:
    """``[region, year, setting, kind]`` of two regions in one year."""
    result = np.zeros((2, 1, len(SETTINGS), len(DIAGNOSIS_KINDS)))
    for (setting, kind), region, amount in amounts:
        result[region, 0, setting, kind] = amount
    return result


def effect(moved: float = 0.0, scaled: float = 1.0) -> np.ndarray:
    """What levers make of one FTE: all scaled, and a part of the nurses' work to the doctors."""
    one = scaled * np.array([[1.0, 0.0], [moved, 1.0 - moved]])
    return np.broadcast_to(one, (1, len(SETTINGS), 2, 2))


def rostered(needed: np.ndarray, team: Team) -> np.ndarray:
    """``[region, year, setting, kind, profession]`` by beds, without the fewest on duty."""
    return needed[..., np.newaxis] * staff_of_a_bed([team], PROFESSIONS)


def by_beds(team: Team, needed: np.ndarray) -> float:
    return float(rostered(needed, team).sum())


def least(teams: list[Team], units: list[UnitBeds], levers: np.ndarray) -> np.ndarray:
    """``[region, year, setting, kind, profession]`` that the fewest on duty add."""
    shape = (2, 1, len(SETTINGS), len(DIAGNOSIS_KINDS), len(PROFESSIONS))
    result = np.zeros(shape)
    for (s, k, p), amount in fewest_on_duty(teams, units, levers, PROFESSIONS).items():
        result[:, :, s, k, p] = amount
    return result


def added(team: Team, needed: np.ndarray, levers: np.ndarray | None = None) -> float:
    levers = effect() if levers is None else levers
    return float(least([team], [UnitBeds("Ål", needed)], levers).sum())


def fte(*amounts: float) -> float:
    needed = beds(*((cell, 0, n) for cell, n in zip((CELL, OTHER), amounts, strict=True)))
    return by_beds(TEAM, needed) + added(TEAM, needed)


def test_hours_at_work_of_a_year_by_hand() -> None:
    """52.14 weeks less five, less three days, at 35.5 hours and nine of ten there."""
    expected = (35.5 * (365 / 7 - 5) - 3 * 7.1) * 0.9
    assert available_hours(35.5, 5, 0, 3, 0.1) == pytest.approx(expected)


def test_a_profession_of_its_own_goes_before_all() -> None:
    rows = working_time().to_dict("records")
    all_others, nurses = (hours_at_work(rows, p, "rotating") for p in ("doctor", "nurse"))
    assert nurses == pytest.approx(all_others * 33.6 / 35.5)


def test_no_working_time_is_refused_and_not_guessed() -> None:
    with pytest.raises(InputsError, match="how long a nurse with day hours is at work"):
        hours_at_work(working_time().to_dict("records"), "nurse", "day")
    all_year_off = working_time().assign(leave_weeks=53)
    with pytest.raises(InputsError, match="no time at work for nurse"):
        hours_at_work(all_year_off.to_dict("records"), "nurse", "rotating")


def test_one_post_round_the_clock_takes_six_nurses_and_a_bit() -> None:
    """24 hours a day all year, at 1 500 hours at work."""
    shifts = [Shift(name, 8.0, {CELL: 1.0}, {CELL: 1.0}, 0.0) for name in "den"]
    one = Team("one", "nurse", shifts, HOURS)
    assert by_beds(one, beds((CELL, 0, 1.0))) == pytest.approx(24 * 365 / 1500)


def test_weekends_have_their_own_posts() -> None:
    shift = Shift("day", 10.0, {CELL: 0.2}, {CELL: 0.1}, 0.0)
    one = Team("one", "nurse", [shift], HOURS)
    expected = 10 * 365 * (2 * 5 + 1 * 2) / 7 / HOURS
    assert by_beds(one, beds((CELL, 0, 10.0))) == pytest.approx(expected)


def test_somebody_is_there_at_night_however_few_beds() -> None:
    """Three beds would have 0.3 of a nurse at night; there is one, 2.4 full-time equivalents."""
    assert fte(3, 0) == pytest.approx(10 * 365 / HOURS)
    assert fte(0, 0) == 0


def test_settings_of_one_team_share_their_minimum() -> None:
    apart = Team("apart", "nurse", [Shift("night", 10.0, {CELL: 0.1}, {CELL: 0.1}, 1.0)], HOURS)
    both = beds((CELL, 0, 3.0), (OTHER, 0, 7.0))
    assert added(TEAM, both) < added(apart, both)
    assert fte(3, 7) == pytest.approx(10 * 365 / HOURS)


@given(counts, counts, counts)
def test_more_beds_never_have_fewer_staff(few: float, others: float, more: float) -> None:
    assert fte(few + more, others) >= fte(few, others) * (1 - 1e-12)


@given(st.floats(10, 500), st.floats(0, 500))
def test_a_big_unit_is_as_without_a_minimum(some: float, others: float) -> None:
    assert added(TEAM, beds((CELL, 0, some), (OTHER, 0, others))) == pytest.approx(0, abs=1e-9)


@given(st.lists(counts, min_size=4, max_size=4))
def test_regions_add_up_to_their_unit(amounts: list[float]) -> None:
    cells = ((CELL, 0), (OTHER, 0), (CELL, 1), (OTHER, 1))
    needed = beds(*((cell, r, n) for (cell, r), n in zip(cells, amounts, strict=True)))
    found = rostered(needed, TEAM) + least([TEAM], [UnitBeds("Ål", needed)], effect())
    whole = fte(amounts[0] + amounts[2], amounts[1] + amounts[3])
    assert found.sum() == pytest.approx(whole, rel=1e-9, abs=1e-9)
    assert (found >= 0).all()
    assert not found[..., PROFESSIONS.index("doctor")].any()


def test_beds_at_no_known_site_have_no_minimum() -> None:
    needed = beds((CELL, 0, 3.0))
    assert fewest_on_duty([TEAM], [], effect(), PROFESSIONS) == {}
    assert by_beds(TEAM, needed) == pytest.approx(0.3 * 10 * 365 / HOURS)


@given(counts, counts, st.floats(0, 2), st.floats(0, 1))
def test_levers_never_leave_fewer_than_the_fewest(
    some: float, others: float, scaled: float, moved: float
) -> None:
    """Whatever levers make of the work, somebody is there at night where there are beds."""
    needed = beds((CELL, 0, some), (OTHER, 0, others))
    left = by_beds(TEAM, needed) * scaled * (1 - moved)
    whole = left + added(TEAM, needed, effect(moved, scaled))
    post = 10 * 365 / HOURS
    assert whole == pytest.approx(max(left, post if some + others > 0 else 0.0))


def test_shifted_work_first_fills_the_posts_that_the_taker_has_anyway() -> None:
    """Three beds: 0.3 of a nurse, 0.1 of a doctor; half the nurse's work goes to the doctor."""
    doctors = Team("ward", "doctor", [Shift("night", 10.0, {CELL: 0.03}, {CELL: 0.03}, 1.0)], HOURS)
    evening = Team(
        "ward", "doctor", [Shift("evening", 10.0, {CELL: 0.03}, {CELL: 0.03}, 1.0)], HOURS
    )
    unit, post = [UnitBeds("Ål", beds((CELL, 0, 3.0)))], 10 * 365 / HOURS
    for other, received in ((doctors, 0.15), (evening, 0.0)):
        found = least([TEAM, other], unit, effect(moved=0.5))
        doctor, nurse = np.sum(found, axis=(0, 1, 2, 3)) / post
        assert nurse == pytest.approx(1 - 0.15)
        assert doctor == pytest.approx(1 - 0.09 - received)


def test_rows_of_the_table_become_teams() -> None:
    rows = [
        ("nurse", "municipal_acute", "*", "ward", "night", 10, 0.2, 0.1, 1),
        ("nurse", "municipal_short_stay", "*", "ward", "night", 10, 0.05, 0.05, 1),
        ("nurse", "inpatient", "somatic", "", "night", 10, 0.1, 0.1, 2),
        ("nurse", "inpatient", "mental", "", "night", 10, 0.1, 0.1, 1),
    ]
    teams = teams_of(roster(*rows), working_time(), nobody_replaced(), PROFESSIONS)
    assert [team.name for team in teams] == ["ward", "inpatient, somatic", "inpatient, mental"]
    assert teams[0].shifts[0].weekday[CELL] == 0.2
    assert teams[0].shifts[0].weekend[OTHER] == 0.05
    assert len(teams[0].cells) == 2 * len(DIAGNOSIS_KINDS)


def test_duty_of_the_scenario_leaves_the_others_of_the_team() -> None:
    own = nobody_replaced()
    own[CELL[0], :, PROFESSIONS.index("nurse")] = True
    rows = [
        ("nurse", "municipal_acute", "*", "ward", "night", 10, 0.2, 0.1, 1),
        ("nurse", "municipal_short_stay", "*", "ward", "night", 10, 0.05, 0.05, 1),
    ]
    (team,) = teams_of(roster(*rows), working_time(), own, PROFESSIONS)
    assert {s for s, _ in team.cells} == {OTHER[0]}


def test_ten_beds_at_al_have_two_people_on_duty_at_night() -> None:
    """A nurse and a health care worker, 2.4 full-time equivalents each, in every year."""
    tree = result_of("hallingdal").sel(year=2026)
    need = tree["workforce"]["need"].sel(profession="health_care_worker").sum("region")
    there = float(need.sel(setting=["municipal_acute", "municipal_short_stay"]).sum())
    hours = (35.5 * (365 / 7 - 5) - 3 * 7.1) * (1 - 0.093)
    round_the_clock = (7.5 + 7.5 + 10) * 365 / hours
    assert there >= round_the_clock * (1 - 1e-9)


WEST = {"sites": sites(("Sickbay", "West"))}


def beds_at(
    folder: Path, care: dict[str, xr.Dataset] | None = None, **existing_capacity: float
) -> tuple[xr.Dataset, np.ndarray]:
    """Capacity in beds of the small world, and what the sickbay's unit has of it."""
    written = {"existing": {"Sickbay": existing_capacity}}
    found, _ = capacity(folder, WEST, care, **written)
    own = written_scenario(folder, capacity=written)
    tables = WEST | {"norms": norms()}
    (unit,) = units_of(found["beds"], tables, own, lambda name: AREAS.get(name, [name]))
    return found["beds"], unit.beds


def test_a_unit_is_the_beds_that_a_site_is_needed_for(tmp_path: Path) -> None:
    dataset, unit = beds_at(tmp_path, municipal_acute=3, municipal_short_stay=7)
    served = dataset["served"].sel(site="Sickbay").sum("resource")
    np.testing.assert_allclose(unit.sum(axis=(0, 2, 3)), served)
    assert not unit[2].any()  # the third region is not in the west
    alone, _ = beds_at(tmp_path, municipal_acute=3)
    assert np.isnan(alone["served"].sel(resource="municipal_short_stay")).all()


def test_a_unit_has_the_beds_of_what_stands_there_alone(tmp_path: Path) -> None:
    _, unit = beds_at(tmp_path, municipal_acute=3)
    assert unit[:, :, CELL[0]].any()
    assert not np.delete(unit, CELL[0], axis=2).any()


def test_where_flows_say_who_comes_the_unit_is_theirs(tmp_path: Path) -> None:
    """The site does half of what those whom it serves need."""
    half = {"Sickbay": {"*": [0.5, 0.5, 0.0], "mental": [0.5, 0.5, 0.0]}}
    flows = at_sites(half, activity(), "municipal_acute")
    dataset, unit = beds_at(tmp_path, {"sites": flows}, municipal_acute=3)
    served = dataset["served"].sel(site="Sickbay", resource="municipal_acute")
    need = dataset["need"].sel(resource="municipal_acute").isel(region=[0, 1]).sum("region")
    assert (served < need).all()
    np.testing.assert_allclose(unit.sum(axis=(0, 2, 3)), served)


def test_a_unit_has_no_minimum_before_it_opens(tmp_path: Path) -> None:
    capacity = (
        "{overflow: {municipal_acute: 50 %}, existing: {Nesbyen: {serves: Nesbyen,"
        " observation: {2029: 0, 2030: 2}}}}"
    )
    tree = result_with(tmp_path, "hallingdal", capacity=capacity, years="{base: 2026, end: 2031}")
    before = result_of("hallingdal")
    of_nurses = {"setting": "observation", "profession": "nurse", "region": "3322"}
    own, as_before = (one["workforce"]["need"].sel(of_nurses) for one in (tree, before))
    assert float(own.sel(year=2029)) == pytest.approx(float(as_before.sel(year=2029)))
    assert float(own.sel(year=2030)) > 5 > 2 * float(as_before.sel(year=2030))
