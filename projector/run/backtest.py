"""Backtest: pretend that an earlier year is the last one counted, project, compare with what came.

Three methods are held against what came: this model, "no change" (everybody who was there at
the base still is) and, where a table is given, a projection that somebody published. All are
compared over the same regions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.population.backtest import AGE_GROUPS, in_age_groups
from projector.population.foresight import draw_people, prediction_intervals
from projector.run.backtest_futures import future_people
from projector.run.backtest_material import Material, read_material
from projector.run.backtest_tables import Comparison, coverage_table, errors_table, regions_table
from projector.run.earlier import error_models
from projector.run.known import project_from
from projector.run.regions import chosen_regions
from projector.run.threads import in_one_thread
from projector.tables import unique

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["Backtest", "Material", "backtest", "read_material"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Backtest:
    """What a backtest found; errors are shares, so 0.01 is one percent.

    Parameters
    ----------
    errors
        One row for each base, year, age group, size class and method; see `errors_table`.
    regions
        One row for each base, region, year and age group; see `regions_table`.
    coverage
        With draws, one row for each base, year, age group and size class; see `coverage_table`.
    notes
        What a reader should know.
    """

    errors: pd.DataFrame
    regions: pd.DataFrame
    coverage: pd.DataFrame | None
    notes: tuple[str, ...]


@in_one_thread
def backtest(
    scenario: "Scenario",
    material: Material,
    bases: Sequence[int],
    *,
    end: int | None = None,
    draws: int | None = None,
    seed: int = 0,
    futures: bool = False,
) -> Backtest:
    """Project from base years of the past and compare with what came.

    Parameters
    ----------
    scenario
        Its regions and calibration count; see `projector.run.known.scenario_at`.
    material
        From `read_material`.
    bases
        Base years; the age tables hold each of them.
    end
        Last year compared; without it the last year counted.
    draws, seed
        Draws for the prediction intervals, and their seed; without draws there are none.
    futures
        Whether the intervals are those of many futures of the people, as a run with draws makes
        them, in place of those of the errors by age group.

    Returns
    -------
    Backtest

    Raises
    ------
    ConsistencyError
        If nothing can be compared, or there is nothing earlier to derive intervals from.
    """
    notes = list(material.notes)
    names = material.inputs.population.region_names
    codes = _common_regions(chosen_regions(scenario, material.inputs), material, names, notes)
    compared = [
        _compare(scenario, material, base, end, codes, draws, seed, notes, futures=futures)
        for base in sorted(set(bases))
    ]
    coverage = None
    if draws is not None:
        coverage = pd.concat(map(coverage_table, compared), ignore_index=True)
    return Backtest(
        errors=pd.concat(map(errors_table, compared), ignore_index=True),
        regions=pd.concat([regions_table(one, names) for one in compared], ignore_index=True),
        coverage=coverage,
        notes=tuple(unique(notes)),
    )


def _compare(
    scenario: "Scenario",
    material: Material,
    base: int,
    end: int | None,
    codes: list[str],
    draws: int | None,
    seed: int,
    notes: list[str],
    *,
    futures: bool,
) -> Comparison:
    """Everything of one base year."""
    years = _years(material, base, end)
    projected = project_from(scenario, material.inputs, base, years[-1], codes, notes)
    at_base = _by_group(projected.sel(year=base))
    model = _by_group(projected.sel(year=years))
    true = _by_group(material.truth.sel(region=codes, year=years))
    methods = {"model": model, "no_change": np.broadcast_to(at_base[:, np.newaxis], true.shape)}
    if material.published is not None:
        methods["published"] = _published(material.published, codes, years)
    intervals = None
    if draws is not None and futures:
        drawn = future_people(
            scenario, material.inputs, base, years, codes, draws=draws, seed=seed, notes=notes
        )
        intervals = prediction_intervals(drawn)
    elif draws is not None:
        models = error_models(scenario, material.inputs, base, codes, notes)
        ahead = np.array(years, dtype=float) - base
        intervals = np.stack(
            [
                prediction_intervals(
                    draw_people(
                        models[group],
                        model[..., k],
                        at_base[..., k],
                        ahead,
                        keys=codes,
                        stream=group,
                        draws=draws,
                        seed=seed,
                    )
                )
                for k, group in enumerate(AGE_GROUPS)
            ],
            axis=2,
        )
    return Comparison(base, codes, years, at_base, true, methods, intervals)


def _by_group(people: xr.DataArray) -> Array:
    """People by age group, ``[..., group]``, summed over sex."""
    return in_age_groups(people.sum("sex").values)


def _years(material: Material, base: int, end: int | None) -> list[int]:
    """Years after the base that are compared, up to the end."""
    known = [int(year) for year in material.inputs.population.persons["year"].values]
    counted = [int(year) for year in material.truth["year"].values]
    last = counted[-1] if end is None else end
    later = [year for year in counted if year > base]
    problems = []
    if base not in known:
        problems.append(_no_year("there is no age table for the base year", base, known))
    if last not in later:
        message = f"what came after {base} is not counted in the end year"
        problems.append(_no_year(message, last, later))
    if problems:
        raise ConsistencyError(problems)
    return [year for year in later if year <= last]


def _no_year(message: str, found: int, years: Sequence[int]) -> Problem:
    expected = f"one of {', '.join(map(str, years))}" if years else "tables of later years"
    return Problem("backtest", message, str(found), expected)


def _common_regions(
    chosen: list[str], material: Material, names: Mapping[str, str], notes: list[str]
) -> list[str]:
    """The chosen regions that were counted later and, where one is given, published for."""
    codes = chosen
    for what, table in (
        ("the table of what came", material.truth),
        ("the published projection", material.published),
    ):
        if table is None:
            continue
        there = set(map(str, table["region"].values))
        lacking = [code for code in codes if code not in there]
        codes = [code for code in codes if code in there]
        if not codes:
            raise ConsistencyError(
                Problem(
                    where="backtest",
                    message=f"{what} has none of the scenario's regions",
                    found=", ".join(sorted(there)[:5]),
                    expected=", ".join(chosen[:5]),
                )
            )
        if lacking:
            few = ", ".join(f"{code} {names[code]}" for code in lacking[:3])
            few += " …" if len(lacking) > 3 else ""
            notes.append(f"{what} lacks {len(lacking)} regions, which are left out: {few}")
    return codes


def _published(table: xr.DataArray, codes: list[str], years: list[int]) -> Array:
    """The published people ``[region, year, group]``; NaN for years and groups without any."""
    common = [year for year in years if year in table["year"].values]
    if not common:
        raise ConsistencyError(
            Problem(
                where="backtest",
                message="the published projection has none of the years compared",
                found=", ".join(map(str, table["year"].values)),
                expected=", ".join(map(str, years)),
            )
        )
    result = np.full((len(codes), len(years), len(AGE_GROUPS)), np.nan)
    at = [years.index(year) for year in common]
    people = table.sel(region=codes, year=common)
    if "age" in table.dims:
        result[:, at] = in_age_groups(people.transpose("region", "year", "age").values)
    else:
        result[:, at, list(AGE_GROUPS).index("total")] = people.values
    return result
