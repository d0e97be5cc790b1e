r"""A municipality's coverage as one number: residents per person who is old, or in need.

.. math:: N_r \leftarrow N_r \; \frac{365 \, \kappa(y) \sum_{x,a} w_{x,a} P_{r,y,x,a}}{\sum N_r}

The bed days :math:`N` of the chosen settings are scaled, region by region, so that on an average
day :math:`\kappa` of the people counted by :math:`w` live there: those of some ages, or with a need
of the table ``needs`` (dementia, living alone). Stays go along.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.activity.growth import ages_of
from projector.activity.ledger import Block, Demand, Ledger
from projector.errors import ConsistencyError, Problem, nearest_name
from projector.tables import SEXES, unique

if TYPE_CHECKING:
    from projector.scenario.models import Change

__all__ = ["cover", "needs_of"]

Array = NDArray[np.float64]

_DAYS = 365.0


def needs_of(table: pd.DataFrame | None, open_age: int) -> dict[str, Array]:
    """Share of people with each need of the input table ``needs``, ``[age · sex]``."""
    result: dict[str, Array] = {}
    for row in () if table is None else table.to_dict("records"):
        share = result.setdefault(row["need"], np.zeros((open_age + 1) * len(SEXES)))
        by_sex = share.reshape(open_age + 1, len(SEXES))
        sexes = slice(None) if row["sex"] == "*" else SEXES.index(row["sex"])
        by_sex[ages_of(row["age_from"], row["age_to"]), sexes] = row["share"]
    return result


def cover(
    ledger: Ledger,
    demand: Demand,
    block: Block,
    change: "Change",
    years: NDArray[np.int64],
    place: str,
) -> None:
    """Scale the bed days of the chosen settings to a coverage, region by region.

    Parameters
    ----------
    ledger
        Is changed.
    demand
        What it was filled from.
    block
        The settings and regions.
    change
        Its coverage, and what it is counted per.
    years
        Years that values are taken of, one for each year of the ledger.
    place
        Where it is written.

    Raises
    ------
    ConsistencyError
        If the table ``needs`` lacks the need, or a region has nobody in the settings to scale.
    """
    assert change.coverage is not None  # the rule of the verb
    wanted = change.coverage.at(years, base_year=demand.base_year)
    people = demand.in_years(demand.persons.transpose(0, 2, 1) @ _weight(demand, change, place))
    origins = demand.origins
    for region in unique(demand.axes.rows[row].region for row in block.rows):
        rows = np.array([r for r in block.rows if demand.axes.rows[r].region == region])
        home = next(
            i for i, one in enumerate(origins) if one.region == region and one.who == "resident"
        )
        of_region = Block(block.cells, block.columns, rows)
        index = of_region.of(demand.axes.with_nights).at(len(years))
        there = ledger.bed_days[index].sum(axis=(0, 2, 3))
        asked = _DAYS * wanted * people[:, home]
        if ((there <= 0) & (asked > 0)).any():
            raise ConsistencyError(
                Problem(
                    where=place,
                    message=f"'{change.name}' has nobody in region {region} to scale: none of its "
                    "people use the settings",
                    expected="a setting that the use rates know",
                )
            )
        factor = np.divide(asked, there, out=np.zeros_like(there), where=there > 0)
        ledger.scale(of_region, factor[np.newaxis, :, np.newaxis, np.newaxis])


def _weight(demand: Demand, change: "Change", place: str) -> Array:
    """What each person counts, ``[age · sex]``."""
    if change.of is None:
        weight = np.zeros(demand.persons.shape[1])
        by_sex = weight.reshape(-1, len(SEXES))
        by_sex[ages_of(*change.of_ages)] = 1.0
        return weight
    needs: Mapping[str, Array] = demand.needs
    if change.of not in needs:
        raise ConsistencyError(
            Problem(
                where=place,
                message="the table needs does not have this need",
                found=change.of,
                expected=", ".join(needs) or "rows in the table needs",
                nearest=nearest_name(change.of, needs),
            )
        )
    return needs[change.of]
