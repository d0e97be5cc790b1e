"""Many futures: each is the ordinary projection of its numbers, however the blocks are cut."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from projector.errors import ConsistencyError
from projector.inputs.input_set import load_inputs
from projector.population import population_stage
from projector.population.futures import Futures, population_draws
from projector.population.variation import Drawn
from projector.scenario import Scenario, load_scenario
from projector.tables import NATION
from tests.embedded import CASE_AREAS
from tests.population.test_stage import CODES, history

CLOSE = {"rtol": 1e-10, "atol": 1e-9}
WHOLE = tuple(CODES)
SOME = ("1102", "1201")
YEARS = range(2026, 2032)


def sizes(scale: float = 1.0) -> pd.DataFrame:
    """Made-up sizes of deviations."""
    rows = [
        *((measure, 0, "yearly", value * scale) for measure, value in (
            ("total_fertility", 4e-4), ("life_expectancy", 0.04), ("net_immigration", 4e7),
            ("fertility", 4e-4), ("mortality", 4e-4))),
        *((measure, 0, "persistence", value) for measure, value in (
            ("total_fertility", 1.0), ("life_expectancy", 1.0), ("net_immigration", 0.7),
            ("fertility", 0.8), ("mortality", 0.8))),
        *((measure, 0, "yearly_per_person", 0.01 * scale)
          for measure in ("fertility", "mortality")),
        *(("moves", age, statistic, value) for age, yearly in ((0, 1e-5), (67, 1e-6))
          for statistic, value in (("yearly", yearly * scale), ("persistence", 0.8),
                                   ("yearly_per_person", 0.02 * scale),
                                   ("chance_per_person", 0.05 * scale))),
        *(("moves", age, "profile", value) for age, value in (
            (0, 1.0), (16, 2.0), (30, 1.0), (67, 1.0))),
        ("moves", 0, "apart_per_person", 0.05 * scale),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["measure", "age_from", "statistic", "value"])
    return table.assign(age_to=np.where(table["statistic"] == "apart_per_person", 18, -1))


@dataclass(frozen=True)
class Listed:
    """A path as it is in each draw: one level, and a slope."""

    level: tuple[float, ...]
    slope: float = 0.0

    def at(self, years: np.ndarray, *, base_year: int, base_value: object = None) -> np.ndarray:
        after = np.maximum(np.asarray(years) - base_year, 0)
        return np.array(self.level) + self.slope * after[:, np.newaxis]

    def written(self, draw: int) -> str:
        points = {year: self.level[draw] + self.slope * (year - YEARS[0]) for year in YEARS}
        return "{" + ", ".join(f"{year}: {value!r}" for year, value in points.items()) + "}"


DRAWN = {
    ("population", "fertility", "total"): Listed((1.4, 1.7, 1.5), 0.01),
    ("population", "fertility", "mean_age"): Listed((31.0, 32.0, 33.0)),
    ("population", "life_expectancy", "female"): Listed((85.0, 84.0, 86.0), 0.1),
    ("population", "life_expectancy", "male"): Listed((82.0, 83.0, 81.0), 0.05),
    ("population", "net_immigration", "total"): Listed((1e4, -5e3, 4e4)),
}


def writing(draw: int | None) -> str:
    """The population section with the paths of a draw; without one, with other numbers."""
    said = {keys[1:]: path.written(0 if draw is None else draw) for keys, path in DRAWN.items()}
    return (
        f"fertility: {{total: {said['fertility', 'total']}, "
        f"mean_age: {said['fertility', 'mean_age']}}}, "
        f"life_expectancy: {{female: {said['life_expectancy', 'female']}, "
        f"male: {said['life_expectancy', 'male']}}}, "
        f"net_immigration: {{total: {said['net_immigration', 'total']}}}, "
        "calibration: {from: 2016, to: 2026, half_life: 20}"
    )


@cache
def scenario(population: str = "variant: MMMM") -> Scenario:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "own.yaml"
        path.write_text(
            f"scenario: Made up\ninputs: {{set: {CASE_AREAS}}}\nregions: [Norge]\n"
            f"years: {{base: {YEARS[0]}, end: {YEARS[-1]}}}\npopulation: {{{population}}}\n",
            encoding="utf-8",
        )
        return load_scenario(path)


@cache
def tables(scale: float | None = 1.0) -> dict[str, pd.DataFrame]:
    said = scenario().inputs
    given = {
        k: v for k, v in load_inputs(said.set, said.tables).tables.items() if k != "deviations"
    }
    return given if scale is None else given | {"deviations": sizes(scale)}


def people(regions: tuple[str, ...]) -> xr.DataArray:
    """A whole country, or regions that are only some of it."""
    known = history()
    if regions == SOME:
        known = known.sel(region=[*SOME, "1101", NATION])
    return known


@cache
def futures(regions: tuple[str, ...], scale: float | None = 1.0) -> Futures:
    return Futures.of(people(regions), tables(scale), scenario(), regions, age_width=1)


def pinned(regions: tuple[str, ...], draw: int) -> tuple[xr.Dataset, xr.Dataset]:
    return population_stage(
        people(regions), tables(), scenario(writing(draw)), regions, age_width=1
    )[:2]


@pytest.mark.parametrize("regions", [WHOLE, SOME, (NATION,)])
def test_a_draw_is_the_projection_of_its_numbers(regions: tuple[str, ...]) -> None:
    block = population_draws(
        people(regions), tables(None), scenario(writing(None)), regions,
        Drawn(range(3), paths=False, small_numbers=False), age_width=1, written=DRAWN,
    )  # fmt: skip
    for draw in (0, 2):
        population, indicators = pinned(regions, draw)
        one = block.isel(draw=draw)
        np.testing.assert_allclose(one["population"], population["population"], **CLOSE)
        np.testing.assert_allclose(
            one["remaining_life_expectancy"], indicators["remaining_life_expectancy"], **CLOSE
        )


@pytest.mark.parametrize("regions", [WHOLE, SOME, (NATION,)])
def test_without_uncertainty_every_draw_is_the_ordinary_projection(
    regions: tuple[str, ...],
) -> None:
    ordinary = population_stage(people(regions), tables(), scenario(), regions, age_width=1)[0]
    still = replace(futures(regions, 0.0)).block(Drawn(range(4, 6), small_numbers=False))
    for draw in (0, 1):
        np.testing.assert_allclose(
            still["population"].isel(draw=draw), ordinary["population"], **CLOSE
        )


@pytest.mark.parametrize("regions", [WHOLE, SOME])
def test_blocks_may_be_cut_anywhere(regions: tuple[str, ...]) -> None:
    made = futures(regions)
    whole = made.block(Drawn(range(3, 15), seed=4))["population"]
    parts = [made.block(Drawn(draws, seed=4))["population"] for draws in
             (range(3, 4), range(4, 11), range(11, 15))]  # fmt: skip
    np.testing.assert_allclose(xr.concat(parts, "draw"), whole, rtol=1e-12)
    again = made.block(Drawn(range(4, 11), seed=4))["population"]
    np.testing.assert_array_equal(again, parts[1])
    other = made.block(Drawn(range(4, 11), seed=5))["population"]
    assert (other - again).sel(year=2030).sum(("sex", "age")).all()


def test_in_every_draw_the_regions_are_the_nation_and_nobody_is_negative() -> None:
    drawn = Drawn(range(40), seed=1)
    regions = futures(WHOLE).block(drawn)["population"]
    nation = futures((NATION,)).block(drawn)["population"].isel(region=0, drop=True)
    np.testing.assert_allclose(regions.sum("region"), nation, rtol=1e-9, atol=1e-6)
    assert (regions >= 0).all()
    spread = nation.sum(("sex", "age")).std("draw")
    assert float(spread.sel(year=2026)) == 0.0
    assert float(spread.sel(year=2031)) > float(spread.sel(year=2028)) > 0.0


def test_a_region_has_the_same_draws_in_any_company() -> None:
    drawn = Drawn(range(5), seed=2)
    both, one = futures(SOME).block(drawn), Futures.of(
        people(SOME), tables(), scenario(), SOME[:1], age_width=1
    ).block(drawn)  # fmt: skip
    np.testing.assert_allclose(
        one["population"], both["population"].sel(region=list(SOME[:1])), rtol=1e-12
    )


def test_the_people_of_a_year_lie_as_one_matrix() -> None:
    """Activity multiplies them as they lie: ages by sex, and draws of every region."""
    block = futures(WHOLE).block(Drawn(range(8)))["population"]
    of_year = block.isel(year=3).transpose("sex", "age", "region", "draw").values
    assert of_year.flags.c_contiguous
    assert of_year.reshape(212, -1).base is not None


def test_small_places_vary_more_and_each_part_can_be_left_out() -> None:
    made, draws = futures(SOME), range(200)
    spread = {}
    for name, drawn in (
        ("both", Drawn(draws)),
        ("paths", Drawn(draws, small_numbers=False)),
        ("chance", Drawn(draws, paths=False)),
    ):
        totals = made.block(drawn)["population"].sel(year=2031).sum(("sex", "age"))
        spread[name] = (totals.std("draw") / totals.mean("draw")).values
    assert (spread["both"] > spread["paths"]).all()
    assert (spread["both"] > spread["chance"]).all()
    assert spread["chance"][1] > spread["chance"][0]  # 400 000 people and 800 000


def test_paths_of_unknown_size_are_refused() -> None:
    with pytest.raises(ConsistencyError, match="no table says how much"):
        futures(SOME, None).block(Drawn(range(2)))
