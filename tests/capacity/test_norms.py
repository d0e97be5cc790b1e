"""Norms: which row is about what, and what one bed day or contact keeps in use."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from projector.activity.services import Services
from projector.capacity.norms import Norm, norms_of, work_of
from projector.scenario.models import Scenario
from projector.tables import SETTINGS

YEARS = np.array([2026, 2027])
KINDS = {"heart": "somatic", "kidney": "somatic", "mental": "mental"}
NONE = np.nan

TABLE = pd.DataFrame(
    [
        ("inpatient", "somatic", "*", "somatic", "beds", 0.98, 0.85, NONE, NONE, NONE, 365, NONE),
        ("inpatient", "somatic", "*", "intensive", "beds", 0.02, 0.7, NONE, NONE, NONE, 365, NONE),
        ("inpatient", "somatic", "heart", "intensive", "beds", 0.1, 0.7, *[NONE] * 3, 365, NONE),
        ("day", "*", "*", "theatre", "rooms", 0.5, NONE, 35, 25, 8, 230, 0.8),
    ],
    columns=[
        "setting", "kind", "diagnosis", "resource", "unit", "share", "occupancy", "minutes",
        "turnover", "hours_per_day", "days_per_year", "utilisation",
    ],
)  # fmt: skip


def norms(**capacity: object) -> dict[tuple[str, str], Norm]:
    """Norms by resource and the first diagnosis that the row is about."""
    written = {"occupancy": {}, "overflow": {}, "arrivals": {}, "opening": {}} | capacity
    scenario = SimpleNamespace(
        capacity=SimpleNamespace(**written),
        years=SimpleNamespace(base=2026),
        where=lambda *place: ":".join(map(str, place)),
    )
    found = norms_of(TABLE, scenario, KINDS, YEARS)  # type: ignore[arg-type]
    names = np.array(list(KINDS))
    return {(norm.resource, str(names[norm.diagnoses][0])): norm for norm in found}


def test_a_row_for_a_diagnosis_goes_before_the_one_for_all_of_its_kind() -> None:
    found = norms()
    assert found["intensive", "heart"].diagnoses.tolist() == [True, False, False]
    assert found["intensive", "kidney"].diagnoses.tolist() == [False, True, False]
    assert found["somatic", "heart"].diagnoses.tolist() == [True, True, False]
    assert found["theatre", "heart"].diagnoses.all()


def test_a_contact_takes_its_minutes_and_the_turnover_after_it() -> None:
    theatre = norms()["theatre", "heart"]
    assert theatre.in_use == pytest.approx(1.0 / (8 * 230))
    rooms = 3680 * theatre.in_use / theatre.planned_use
    assert rooms == pytest.approx(3680 / (8 * 230 * 0.8))


def test_a_bed_day_keeps_one_of_the_open_days_in_use() -> None:
    assert norms()["somatic", "heart"].in_use == pytest.approx(1 / 365)


def test_work_is_the_share_of_the_diagnoses_that_a_row_is_about() -> None:
    amounts = np.zeros((1, len(YEARS), len(KINDS), len(SETTINGS)))
    amounts[..., SETTINGS.index("inpatient")] = [100.0, 10.0, 7.0]
    services = ("region", "year", "diagnosis", "setting")
    activity = xr.Dataset(
        {"bed_days": (services, amounts), "contacts": (services, amounts)},
        coords={"year": YEARS, "diagnosis": list(KINDS), "setting": list(SETTINGS)},
    ).assign_coords(kind=("diagnosis", list(KINDS.values())))
    found = norms()
    somatic, heart, kidney = (
        work_of(found[key], Services.of(activity)).sum(axis=-1)[0, 0]
        for key in (("somatic", "heart"), ("intensive", "heart"), ("intensive", "kidney"))
    )
    assert (somatic, heart, kidney) == pytest.approx((0.98 * 110, 10.0, 0.2))


def test_a_scenario_is_the_model_of_these_tests() -> None:
    """The fields that the stand-in above has are those of a real one."""
    assert {"capacity", "years"} <= set(Scenario.model_fields)
