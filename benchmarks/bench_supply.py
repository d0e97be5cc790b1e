"""Supply of staff: all municipalities, professions and competences over 25 years.

The copies are the memory's own pace: the stock and those who could return, once for each year.
"""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from projector.inputs.input_set import load_inputs
from projector.scenario import load_scenario
from projector.workforce.known_staff import Counted
from projector.workforce.projection import Known, Walked, walk
from projector.workforce.staff_tables import read_staff
from tests.embedded import CASE_AREAS, SCENARIOS

Array = NDArray[np.float64]

REGIONS = 357
YEARS = np.arange(2026, 2052)


@pytest.fixture(scope="module")
def start() -> Known:
    """Regions of the embedded set's staff, with as much need in each."""
    tables = load_inputs(CASE_AREAS, {}).tables
    pairs = tables["competences"][["profession", "competence"]].drop_duplicates()
    names = list(tables["staff_ages"]["profession"].drop_duplicates())
    staff = read_staff(tables, names, list(pairs.itertuples(index=False, name=None)))
    groups = len(staff.groups)
    need = np.full((groups, REGIONS, len(YEARS)), 1.0)
    need[staff.groups.general] = 200.0
    none = np.zeros((len(YEARS), REGIONS))
    return Known(
        staff=staff,
        years=YEARS,
        regions=tuple(f"{code}" for code in range(1000, 1000 + REGIONS)),
        need=need,
        short=np.zeros((groups, REGIONS)),
        counted=Counted(np.full((len(names), REGIONS), np.nan), ()),
        people=1.0,
        risk=np.full((len(YEARS), 2, staff.share.shape[2]), 0.002),
        moves=(none + 1000.0, none + np.linspace(-5, 5, REGIONS)),
    )


@pytest.mark.benchmark(group="supply: 357 regions, 25 years")
def bench_supply(benchmark: Callable[..., Walked], start: Known) -> None:
    scenario = load_scenario(SCENARIOS / "reference.yaml")
    result = benchmark(walk, start, scenario, lambda name: (name,))
    assert result.fte.shape == (len(YEARS), len(start.staff.groups), REGIONS)


@pytest.mark.benchmark(group="supply: 357 regions, 25 years")
def bench_copy_of_the_stock(benchmark: Callable[..., None], start: Known) -> None:
    stock = np.ones((len(start.staff.groups), REGIONS, *start.staff.share.shape[1:]))

    def copy() -> None:
        for _ in YEARS:
            stock.copy()
            stock.copy()

    benchmark(copy)
