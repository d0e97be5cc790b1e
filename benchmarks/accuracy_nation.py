"""The nation beside the official projections, for the page on accuracy."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.inputs.read import read_table
from projector.population.core import Projection, project
from projector.population.fertility import fertility_shares
from projector.run import run
from projector.scenario import load_scenario
from projector.tables import OPEN_AGE, SEXES
from tests.embedded import CASE_AREAS
from tests.shared import SHARED, tidy_people

COUNTED = SHARED / "ssb" / "tidy" / "norway_sex_age_1986_2026.csv"
UNITED_NATIONS = SHARED / "un" / "wpp2024_partial_norway.npz"
YEARS = np.arange(2024, 2051)

PUBLISHED: Mapping[tuple[str, int], int] = {
    ("MMMM", 2030): 5_749_712,
    ("MMMM", 2050): 6_146_321,
    ("LLML", 2050): 5_411_859,
    ("HHMH", 2050): 6_857_366,
}
"""People in Statistics Norway's projection of 2024, by alternative and year."""

Array = NDArray[np.float64]


def nation(folder: Path, base: int, population: str) -> xr.Dataset:
    """The nation to 2050 from the counted people of the base year, by single age."""
    path = folder / "nation.yaml"
    path.write_text(
        f"scenario: Nation\ninputs: {{set: {CASE_AREAS}, population: {COUNTED}}}\n"
        f"regions: [Norge]\nyears: {{base: {base}, end: 2050}}\npopulation: {{{population}}}\n",
        encoding="utf-8",
    )
    return run(load_scenario(path))["population"].to_dataset().isel(region=0)


def against_statistics_norway(folder: Path, base: int) -> dict[tuple[str, int], float]:
    """Relative error of the nation's people, by alternative and year."""
    results = {
        letters: nation(folder, base, f"variant: {letters}")["population"]
        for letters in dict.fromkeys(letters for letters, _ in PUBLISHED)
    }
    return {
        (letters, year): float(results[letters].sel(year=year).sum()) / published - 1
        for (letters, year), published in PUBLISHED.items()
    }


def united_nations() -> dict[str, Array]:
    """Figures of the medium variant for `YEARS`; persons, and sexes in the order of `SEXES`."""
    with np.load(UNITED_NATIONS) as file:
        years = np.isin(file["year"], YEARS)
        moves = file["mig_age"][np.isin(file["mig_age_year"], YEARS)]
        by_age = np.zeros((len(YEARS), len(SEXES), OPEN_AGE + 1))
        by_age[..., : moves.shape[-1]] = 1000 * moves[:, ::-1]
        return {
            "births": 1000 * file["births"][years],
            "deaths": 1000 * file["deaths"][years],
            "total_fertility": file["tfr"][years, 0],
            "life_expectancy": file["e0"][years][:, [1, 0]],
            "sex_ratio": file["srb"][years],
            "net_migration": 1000 * file["mig"][years, 0],
            "net_migration_by_age": by_age,
        }


def with_paths_of_the_un(folder: Path) -> xr.Dataset:
    """The nation from 2024 with total fertility, life expectancy and net migration of the UN."""
    un = united_nations()

    def path(values: Sequence[float] | Array) -> str:
        points = (f"{year}: {value:.6f}" for year, value in zip(YEARS, values, strict=True))
        return f"{{{', '.join(points)}}}"

    lives = {sex: path(un["life_expectancy"][:, i]) for i, sex in enumerate(SEXES)}
    return nation(
        folder,
        2024,
        f"fertility: {{total: {path(un['total_fertility'])}}}, "
        f"life_expectancy: {{female: {lives['female']}, male: {lives['male']}}}, "
        f"net_immigration: {{total: {path(un['net_migration'])}}}",
    )


def missed(found: xr.DataArray, published: Array) -> Array:
    """Relative error of the sums of each year."""
    by_year = found.sum([dim for dim in found.dims if dim != "year"])
    return np.asarray(by_year.values / published - 1)


def with_migrants_of_the_un(result: xr.Dataset) -> Projection:
    """The nation with the schedules of `with_paths_of_the_un` and the UN's migrants by age."""
    un = united_nations()
    shares = fertility_shares(
        read_table(CASE_AREAS / "fertility.csv", "fertility"), YEARS, OPEN_AGE
    )
    components = xr.Dataset(
        {
            "survival": _survival_of(result),
            "fertility": (("year", "age"), un["total_fertility"][:, np.newaxis] * shares),
            "sex_ratio_at_birth": ("year", un["sex_ratio"]),
            "net_migration": (("year", "sex", "age"), un["net_migration_by_age"]),
        },
        coords={"year": YEARS, "sex": list(SEXES), "age": np.arange(OPEN_AGE + 1)},
    )
    counted = tidy_people(COUNTED.name).sel(year=2024, drop=True).sel(sex=list(SEXES))
    return project(counted.reindex(age=components["age"], fill_value=0.0), components)


def _survival_of(result: xr.Dataset) -> xr.DataArray:
    """Survival ``[year, sex, age]`` that a result was made with: 1 - deaths / people at risk.

    Those at risk of a death at age a at the end of the year were a-1 at its beginning; deaths
    come before moves.
    """
    start = result["population"].transpose("year", "sex", "age")
    at_risk = start.shift(age=1, fill_value=0.0)
    at_risk[{"age": -1}] += start.isel(age=-1)
    at_risk[{"age": 0}] = result["births"].transpose("year", "sex")
    return (1 - result["deaths"].transpose("year", "sex", "age") / at_risk).drop_vars("region")
