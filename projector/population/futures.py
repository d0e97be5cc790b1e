r"""Many futures of the people of a scenario: a block of draws at a time.

What no draw changes is done once: the age tables are calibrated, and the future without deviations
is projected. A block is then all that a draw changes: the nation's paths as they were drawn and as
they deviate (`projector.population.variation`), its mortality and fertility, its people, and the
regions in it. Draw :math:`k` of any block is what `population_stage` gives for a scenario in
which the numbers of draw :math:`k` are written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from projector.errors import ConsistencyError, Problem
from projector.population.assumptions import PathOfDraws, national_assumptions
from projector.population.calibrate import Calibration
from projector.population.core import Projection
from projector.population.lifetable import remaining_life_expectancy
from projector.population.migration_tables import GROSS_TABLES
from projector.population.nation import national_schedules
from projector.population.national_mortality import NationalMortality
from projector.population.regional import (
    National,
    are_the_nation,
    as_the_nation,
    people_of_regions,
    project_regions,
)
from projector.population.stage import calibration_of, national_of, share_in_force
from projector.population.variation import Drawn, NationalVariation, RegionalVariation, Sizes
from projector.tables import NATION

if TYPE_CHECKING:
    import pandas as pd

    from projector.scenario.models import Scenario

__all__ = ["Futures", "population_draws"]

Written = Mapping[tuple[str | int, ...], PathOfDraws]

_PEOPLE = "population"
"""Key of a scenario under which national paths are written."""


@dataclass(frozen=True, eq=False)
class Futures:
    """What blocks of draws are made from.

    Parameters
    ----------
    base
        ``[region, sex, age]``, persons on 1 January of the base year, the nation among them.
    tables, scenario
        As for `population_stage`.
    regions
        Codes of the regions to project.
    calibration
        What the age tables say.
    needed
        The regions that must be projected to know those asked for.
    expected
        Their future without deviations; None where nothing deviates or only the nation is asked
        for.
    sizes
        The sizes of the deviations; None where the tables do not hold them.
    """

    base: xr.DataArray
    tables: "Mapping[str, pd.DataFrame]"
    scenario: "Scenario"
    regions: tuple[str, ...]
    calibration: Calibration
    needed: tuple[str, ...]
    expected: Projection | None
    sizes: Sizes | None

    @classmethod
    def of(
        cls,
        history: xr.DataArray,
        tables: "Mapping[str, pd.DataFrame]",
        scenario: "Scenario",
        regions: Sequence[str],
        *,
        age_width: int,
    ) -> "Futures":
        """Do what no draw changes.

        Parameters and errors are those of `population_stage`.
        """
        calibration = calibration_of(history, tables, scenario, age_width=age_width)
        base = history.sel(year=scenario.years.base, drop=True)
        sizes = Sizes(tables["deviations"]) if "deviations" in tables else None
        prepared = cls(base, tables, scenario, tuple(regions), calibration, (), None, sizes)
        if list(regions) == [NATION]:
            return prepared
        national, share = prepared._nation(None, None)
        own = base.drop_sel(region=NATION)
        # Regions of a whole nation share its pool, and gross moves go to regions by name.
        together = are_the_nation(own, national) or not tables.keys().isdisjoint(GROSS_TABLES)
        codes = [str(code) for code in own["region"].values] if together else list(regions)
        prepared = replace(prepared, needed=tuple(codes))
        if sizes is None:
            return prepared
        return replace(prepared, expected=project_regions(*prepared._of_regions(national, share)))

    def block(self, drawn: Drawn, written: Written | None = None) -> xr.Dataset:
        """People in each draw of a block.

        Parameters
        ----------
        drawn
            Which draws, and what varies in them.
        written
            What the scenario writes as it is in each draw of the block, by the keys of
            `Scenario.paths`; without, it is as in `population_stage`.

        Returns
        -------
        Dataset
            ``population[draw, region, year, sex, age]``, persons on 1 January of base to end year.
            It lies in memory as it was walked (`projector.population.yearly.as_people_lie`). And
            ``remaining_life_expectancy[draw, year, sex, age]`` of the nation, years.

        Raises
        ------
        ConsistencyError
            If paths deviate and the tables do not say how much, or a draw cannot be projected.
        """
        varies = drawn.paths or drawn.small_numbers
        if varies and self.sizes is None:
            raise ConsistencyError(
                Problem(
                    where="table deviations",
                    message="people vary, and no table says how much",
                    expected="the table deviations in the input set",
                )
            )
        national, share = self._nation(drawn, written)
        people = national.projection.population
        if self.needed:
            variation = None
            if varies and self.sizes is not None and self.expected is not None:
                variation = RegionalVariation(self.sizes, self.expected, drawn)
            people = people_of_regions(*self._of_regions(national, share), variation)
        years = slice(self.scenario.years.base, self.scenario.years.end)
        people = people.sel(year=years)
        if list(self.regions) != [str(code) for code in people["region"].values]:
            people = people.sel(region=list(self.regions))
        numbers = np.arange(drawn.draws.start, drawn.draws.stop)
        open_age = int(self.base["age"].values[-1])
        return xr.Dataset(
            {
                "population": people,
                "remaining_life_expectancy": (
                    ("draw", "year", "sex", "age"),
                    _in_every_draw(
                        remaining_life_expectancy(national.death_rates.values, open_age),
                        len(numbers),
                    ),
                ),
            },
            coords={"draw": numbers},
        )

    @cached_property
    def _mortality(self) -> NationalMortality:
        """What the table says of mortality, the same in every draw."""
        return NationalMortality.from_table(self.tables["mortality"])

    @cached_property
    def _at_medians(self) -> xr.Dataset:
        """National paths as the scenario has them, without their deviations."""
        return self._assumptions({})

    def _assumptions(self, written: Written) -> xr.Dataset:
        years = self.scenario.years
        known = np.arange(years.base - 1, years.end + 1)
        return national_assumptions(
            self.tables["paths"], self.scenario.population, known, years.base, written
        )

    def _nation(
        self, drawn: Drawn | None, written: Written | None
    ) -> tuple[National, xr.DataArray]:
        """The nation in each draw, and the share of what sets regions apart that is in force."""
        of_people = {place: path for place, path in (written or {}).items() if place[0] == _PEOPLE}
        assumed = self._assumptions(of_people) if of_people else self._at_medians
        if drawn is not None:
            assumed = self._deviating(assumed, drawn)
        open_age = int(self.base["age"].values[-1])
        schedules, rates = national_schedules(
            self.tables, assumed, self.scenario, open_age, self._mortality
        )
        national = national_of(
            self.base, self.calibration, assumed, schedules, rates, self.scenario
        )
        return national, share_in_force(assumed, self.scenario)

    def _deviating(self, assumed: xr.Dataset, drawn: Drawn) -> xr.Dataset:
        """National paths with their deviations; those of the year before the base have none."""
        net = assumed["net_immigration"]
        if "draw" not in net.dims:  # every block has draws, whatever differs in them
            net = net.expand_dims(draw=len(drawn.draws)).transpose("year", "draw")
        assumed = assumed.assign(net_immigration=net)
        if not drawn.paths or self.sizes is None:
            return assumed
        deviating = NationalVariation(self.sizes, assumed["year"].values[1:], drawn)

        def ahead(path: np.ndarray) -> xr.DataArray:
            return xr.DataArray(np.pad(path, ((1, 0), (0, 0))), dims=("year", "draw"))

        return assumed.assign(
            total_fertility=assumed["total_fertility"] * np.exp(ahead(deviating.total_fertility)),
            life_expectancy_deviation=ahead(deviating.life_expectancy),
            net_immigration=net
            if bool(assumed["closed_borders"])
            else net + ahead(deviating.net_immigration),
        )

    def _of_regions(
        self, national: National, share: xr.DataArray
    ) -> tuple[xr.DataArray, National, Calibration, xr.DataArray, "Mapping[str, pd.DataFrame]"]:
        """What the regions are projected from."""
        own = self.base.drop_sel(region=NATION)
        levels = as_the_nation(own, national, self.calibration)
        return own.sel(region=list(self.needed)), national, levels, share, self.tables


def population_draws(
    history: xr.DataArray,
    tables: "Mapping[str, pd.DataFrame]",
    scenario: "Scenario",
    regions: Sequence[str],
    drawn: Drawn,
    *,
    age_width: int,
    written: Written | None = None,
) -> xr.Dataset:
    """One block of draws of the people of a scenario; for several, see `Futures`.

    Parameters are those of `population_stage` and `Futures.block`, and so are the errors.
    """
    futures = Futures.of(history, tables, scenario, regions, age_width=age_width)
    return futures.block(drawn, written)


def _in_every_draw(values: np.ndarray, draws: int) -> np.ndarray:
    """``[draw, year, sex, age]`` of what may be without `draw`; a view where it was."""
    return np.broadcast_to(values, (draws, *values.shape[-3:]))
