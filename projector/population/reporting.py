"""What the stage reports beside the people: indicators of regions, areas and the nation."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.population.calibrate import Calibration
from projector.population.core import Projection
from projector.population.indicators import indicators
from projector.population.lifetable import (
    remaining_life_expectancy,
    with_level,
    with_open_age,
)
from projector.population.regional import National
from projector.tables import NATION, SEXES, unique

__all__ = ["report"]


def report(
    national: National,
    regional: Projection | None,
    calibration: Calibration,
    regions: Sequence[str],
    areas: Mapping[str, Sequence[str]],
) -> xr.Dataset:
    """Life expectancy, total fertility and mean age at childbearing.

    Parameters
    ----------
    national
        The nation.
    regional
        Projection of the regions; None where there is only the nation.
    calibration
        With the regions' levels of mortality and fertility.
    regions
        Codes to report.
    areas
        Members of areas to report too, by name.

    Returns
    -------
    Dataset
        ``life_expectancy[region, year, sex]``, ``total_fertility[region, year]`` and
        ``mean_age_at_childbearing[region, year]``; the areas stand beside the regions under
        their names, and the nation comes last. ``remaining_life_expectancy[year, sex, age]`` is
        the nation's.
    """
    rows = {code: [code] for code in regions if code != NATION} | dict(areas)
    found = [_of_groups(national, national.projection, np.ones((1, 2)), {NATION: [NATION]})]
    if regional is not None and rows:
        levels = np.stack(
            [
                calibration.mortality["value"].sel(region=_members(rows)).values,
                calibration.fertility["value"].sel(region=_members(rows)).values,
            ]
        )
        found.insert(0, _of_groups(national, regional, levels.T, rows))
    open_age = int(national.schedules["age"].values[-1])
    years_left = remaining_life_expectancy(national.death_rates.values, open_age)
    return xr.concat(found, dim="region").assign(
        remaining_life_expectancy=xr.DataArray(
            years_left,
            coords={
                "year": national.death_rates["year"],
                "sex": list(SEXES),
                "age": np.arange(open_age + 1),
            },
        )
    )


def _members(groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Every region of the groups, once."""
    return unique(code for members in groups.values() for code in members)


def _of_groups(
    national: National,
    projection: Projection,
    levels: NDArray[np.float64],
    groups: Mapping[str, Sequence[str]],
) -> xr.Dataset:
    """Indicators of groups of regions, whose levels are ``[region, mortality and fertility]``."""
    codes = _members(groups)
    schedules = national.schedules
    years, open_age = schedules["year"], int(schedules["age"].values[-1])
    both_sexes = np.repeat(levels[:, :1], len(SEXES), axis=1)
    rates = with_open_age(with_level(national.death_rates.values, both_sexes), open_age)
    fertility = levels[:, 1:, np.newaxis] * schedules["fertility"].values
    people = projection.population.sel(region=codes, year=years)
    result = indicators(
        rates,
        fertility,
        people.values,
        np.array([[code in members for code in codes] for members in groups.values()]),
    )
    return xr.Dataset(
        {
            "life_expectancy": (("region", "year", "sex"), result.life_expectancy),
            "total_fertility": (("region", "year"), result.total_fertility),
            "mean_age_at_childbearing": (
                ("region", "year"),
                result.mean_age_at_childbearing,
            ),
        },
        coords={"region": list(groups), "year": years, "sex": list(SEXES)},
    )
