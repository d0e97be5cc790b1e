"""Workloads by WISN, on paper and in the stage."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from projector.activity.services import Services
from projector.errors import InputsError
from projector.tables import DIAGNOSIS_KINDS, SETTINGS
from projector.workforce.working_time import available_hours
from projector.workforce.workload import (
    category_allowance_factor,
    individual_allowance_factor,
    required_staff,
    staff_of_each,
    standard_workload,
    worked,
)
from tests.capacity.world import activity

HOURS = 1600.0


def test_the_steps_of_wisn_by_hand() -> None:
    """The order of WHO's user's manual (2010), steps 4 to 7, with figures of this test.

    Working time, standard workloads, category and individual allowance factors, and staff.
    """
    assert standard_workload(HOURS, 20) == pytest.approx(4800)
    assert standard_workload(HOURS, 30) == pytest.approx(3200)
    assert standard_workload(HOURS, 8 * 60) == pytest.approx(200)
    by_service = 12_000 / 4800 + 8_000 / 3200 + 150 / 200
    assert by_service == pytest.approx(5.75)
    factor = category_allowance_factor([0.10, 0.06, 0.09])
    assert factor == pytest.approx(4 / 3)
    individual = individual_allowance_factor([(2, 96), (1, 128)], HOURS)
    assert individual == pytest.approx(0.2)
    found = required_staff(
        [(12_000, 20), (8_000, 30), (150, 480)], HOURS, [0.10, 0.06, 0.09], [(2, 96), (1, 128)]
    )
    assert found == pytest.approx(5.75 * 4 / 3 + 0.2)


def test_working_time_is_days_less_absence_times_hours() -> None:
    """WISN: (days a year - holidays - leave - sickness - other) x hours a day."""
    days = (365 * 5 / 7 - 10 - 25 - 5) * 0.9
    assert available_hours(40, 5, 10, 5, 0.1) == pytest.approx(days * 8)


@given(st.floats(1, 1e6), st.floats(1, 600), st.floats(0, 0.9))
def test_allowances_never_take_staff_away(units: float, minutes: float, share: float) -> None:
    bare = required_staff([(units, minutes)], HOURS)
    assert required_staff([(units, minutes)], HOURS, [share]) >= bare
    assert required_staff([(units, minutes)], HOURS, [], [(1, 100)]) > bare


def test_allowances_that_take_all_time_are_refused() -> None:
    with pytest.raises(ValueError, match="take all time"):
        category_allowance_factor([0.6, 0.4])


def tables(*loads: tuple[object, ...], allowances: pd.DataFrame | None = None) -> dict:
    time = pd.DataFrame(
        [("*", "day", 40, 5, 10, 5, 0.1)],
        columns=[
            "profession", "pattern", "hours_per_week", "leave_weeks", "holiday_days",
            "training_days", "sickness",
        ],
    )  # fmt: skip
    columns = ["profession", "setting", "kind", "diagnosis", "per", "pattern", "minutes"]
    found = {"working_time": time, "workloads": pd.DataFrame(loads, columns=columns)}
    return found if allowances is None else found | {"allowances": allowances}


def staff(tables: dict, care: xr.Dataset, professions: list[str]) -> np.ndarray:
    """``[region, year, setting, kind, profession]`` by workloads alone."""
    kinds = dict(zip(care["diagnosis"].values, care["kind"].values, strict=True))
    shape = care.sizes["region"], care.sizes["year"], len(SETTINGS), len(DIAGNOSIS_KINDS)
    need = np.zeros((*shape, len(professions)))
    worked(staff_of_each(tables, kinds, professions), Services.of(care), need)
    return need


def test_minutes_of_a_diagnosis_go_before_those_of_all() -> None:
    care = activity()
    rows = [
        ("nurse", "day", "*", "*", "contact", "day", 60),
        ("nurse", "day", "*", "mental", "contact", "day", 90),
        ("nurse", "inpatient", "somatic", "*", "bed day", "day", 30),
    ]
    need = staff(tables(*rows), care, ["nurse"])
    hours = available_hours(40, 5, 10, 5, 0.1)
    day = care["contacts"].sel(setting="day")
    one, two = (day.sel(diagnosis=name).values for name in ("heart", "mental"))
    s = SETTINGS.index("day")
    np.testing.assert_allclose(need[:, :, s, 0, 0], one * 60 / 60 / hours)
    np.testing.assert_allclose(need[:, :, s, 1, 0], two * 90 / 60 / hours)
    nights = care["bed_days"].sel(setting="inpatient", diagnosis="heart").values
    np.testing.assert_allclose(need[:, :, 0, 0, 0], nights * 30 / 60 / hours)
    assert not need[:, :, 0, 1, 0].any()


def test_allowances_apply_where_they_say() -> None:
    columns = ["profession", "setting", "activity", "type", "share", "hours", "staff"]
    beside = pd.DataFrame(
        [
            ("*", "*", "meetings", "category", 0.2, np.nan, np.nan),
            ("nurse", "day", "students", "individual", np.nan, 100, 20),
            ("doctor", "day", "research", "category", 0.5, np.nan, np.nan),
        ],
        columns=columns,
    )
    loads = [(who, "day", "*", "*", "contact", "day", 60) for who in ("nurse", "doctor")]
    care = activity()
    bare = staff(tables(*loads), care, ["nurse", "doctor"])
    whole = staff(tables(*loads, allowances=beside), care, ["nurse", "doctor"])
    s, hours = SETTINGS.index("day"), available_hours(40, 5, 10, 5, 0.1)
    nurses = (1 + 0.2 * 100 / hours) / 0.8
    np.testing.assert_allclose(whole[:, :, s, :, 0], nurses * bare[:, :, s, :, 0])
    np.testing.assert_allclose(whole[:, :, s, :, 1], bare[:, :, s, :, 1] / 0.3)
    too_much = beside.assign(share=[0.5, np.nan, 0.5])
    with pytest.raises(InputsError, match="leave doctor in day no time for patients"):
        staff(tables(*loads, allowances=too_much), care, ["nurse", "doctor"])
