"""A made-up country whose municipalities gain and lose people as Rogers & Castro (1981) found.

Rogers & Castro, Model Migration Schedules, IIASA RR-81-30: the rate of moving by age is a sum of
a childhood curve, a labour-force peak and a retirement peak. Here a municipality's net moves are
such curves with signs of its own: students leave or come, families (parents and their children)
come or leave, pensioners too.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.population.core import project
from projector.population.lifetable import (
    person_years,
    survival_ratios,
    survival_with_level,
    with_open_age,
)
from projector.tables import SEXES

Array = NDArray[np.float64]

OPEN_AGE = 105
AGES = np.arange(OPEN_AGE + 1)
FIRST, LAST = 2010, 2020
YEARS = np.arange(FIRST, LAST)
"""Years of flows; the age tables go on to the 1 January after them."""


def childhood(age: Array, *, descent: float = 0.1) -> Array:
    """``exp(−α₁ x)``, 1 at birth."""
    result: Array = np.exp(-descent * age)
    return result


def peak(age: Array, at: float, *, descent: float, ascent: float) -> Array:
    """``exp(−α₂ (x − μ₂) − exp(−λ₂ (x − μ₂)))``, scaled to 1 at its highest, age `at`.

    The double exponential is highest at μ₂ + ln(λ₂ / α₂) / λ₂.
    """
    mu = at - np.log(ascent / descent) / ascent
    curve = np.exp(-descent * (age - mu) - np.exp(-ascent * (age - mu)))
    top = np.exp(-descent * (at - mu) - np.exp(-ascent * (at - mu)))
    result: Array = curve / top
    return result


STUDENTS = peak(AGES, 20.0, descent=0.35, ascent=1.2)
"""Home is left for studies; some come back before thirty."""
FAMILIES = peak(AGES, 31.0, descent=0.15, ascent=0.4) + 0.8 * childhood(AGES, descent=0.2)
PENSIONERS = peak(AGES, 63.0, descent=0.5, ascent=0.5)
CURVES = np.stack([STUDENTS, FAMILIES, PENSIONERS])
CURVES[:, 70:] = 0.0  # beyond, what cohorts lose is deaths
CURVES[:, 0] = 0.0  # moves in the first year of life count as births

# Gompertz's law; a closed schedule ends with certainty, so the last rates are flat.
DEATH_RATES = np.minimum(4e-5 * np.exp(0.095 * np.arange(120)), 0.7)
BOTH = np.stack([0.8 * DEATH_RATES, 1.2 * DEATH_RATES])
SURVIVAL = survival_ratios(BOTH, open_age=OPEN_AGE)
FERTILITY = 1.8 * np.exp(-0.5 * ((AGES - 30) / 5.0) ** 2) / (5.0 * np.sqrt(2 * np.pi))
STATIONARY = person_years(with_open_age(BOTH, OPEN_AGE))


def national(years: NDArray[np.int64] = YEARS) -> tuple[xr.Dataset, xr.DataArray]:
    """Schedules and death rates, the same every year."""
    times = len(years)
    schedules = xr.Dataset(
        {
            "survival": (("year", "sex", "age"), np.tile(SURVIVAL, (times, 1, 1))),
            "fertility": (("year", "age"), np.tile(FERTILITY, (times, 1))),
            "sex_ratio_at_birth": ("year", np.full(times, 1.06)),
        },
        coords={"year": years, "sex": list(SEXES), "age": AGES},
    )
    rates = xr.DataArray(
        np.tile(BOTH, (times, 1, 1)),
        dims=("year", "sex", "exact_age"),
        coords={"year": years, "sex": list(SEXES)},
    )
    return schedules, rates


@dataclass(frozen=True)
class Country:
    """Age tables of a made-up country, and what they were made with.

    Parameters
    ----------
    tables
        ``[region, year, sex, age]``, persons.
    ratio
        ``[region, age]``, what moves do to a cohort in a year.
    mortality, fertility
        ``[region]``, levels.
    """

    tables: xr.DataArray
    ratio: Array
    mortality: Array
    fertility: Array

    @property
    def nation(self) -> xr.DataArray:
        return self.tables.sum("region")

    def relative(self) -> Array:
        """The ratios over the nation's, ``[region, age]``."""
        people = self.tables.isel(year=0).sum("sex").values
        return self.ratio / (np.sum(people * self.ratio, axis=0) / np.sum(people, axis=0))


def country(
    codes: list[str],
    people: Array,
    strength: Array,
    *,
    mortality: Array | None = None,
    fertility: Array | None = None,
    seed: int | None = None,
) -> Country:
    """Simulate a country year by year.

    Parameters
    ----------
    codes, people
        Of the regions: code and persons at the first table.
    strength
        ``[region, 3]``, yearly net moves at the tops of the three curves.
    mortality, fertility
        ``[region]``, levels relative to the nation; 1 by default.
    seed
        Of the Poisson counts of every cell and year; without it no chance at all.
    """
    one = np.ones(len(codes))
    mortality = one if mortality is None else mortality
    fertility = one if fertility is None else fertility
    schedules, rates = national(YEARS[:1])
    own = schedules.assign(
        survival=(
            ("region", "year", "sex", "age"),
            survival_with_level(rates.values, np.stack([mortality] * 2, axis=1), OPEN_AGE),
        ),
        fertility=schedules["fertility"] * xr.DataArray(fertility, coords={"region": codes}),
        net_migration_rate=(
            ("region", "year", "sex", "age"),
            np.tile((strength @ CURVES)[:, None, None, :], (1, 1, len(SEXES), 1)),
        ),
    ).assign_coords(region=codes)
    generator = None if seed is None else np.random.default_rng(seed)
    start = people[:, None, None] * (STATIONARY / STATIONARY.sum())
    table = xr.DataArray(
        start if generator is None else generator.poisson(start).astype(float),
        dims=("region", "sex", "age"),
        coords={"region": codes, "sex": list(SEXES), "age": AGES},
    )
    tables = [table]
    for _ in YEARS:
        ended = project(tables[-1], own).population.isel(year=1, drop=True)
        if generator is not None:
            ended = ended.copy(data=generator.poisson(ended.values).astype(float))
        tables.append(ended)
    return Country(
        xr.concat(tables, dim="year")
        .assign_coords(year=np.arange(FIRST, LAST + 1))
        .transpose("region", "year", "sex", "age"),
        1.0 + strength @ CURVES,
        mortality,
        fertility,
    )
