r"""How much a head works: as the tables have it, as counted, or as a scenario says.

FTE of a head :math:`f` of each sex and age become :math:`\alpha f + \beta`, with the mean that is
counted or written: from the mean :math:`m` to a smaller :math:`w`, :math:`\alpha = w / m` and
:math:`\beta = 0`; to a larger, :math:`\alpha = (1 - w) / (1 - m)` and :math:`\beta = 1 - \alpha`.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.workforce.staff_tables import Staff
from projector.workforce.stock import Stock, totals

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["Work", "leveled"]

Array = NDArray[np.float64]


def leveled(mean: Array, wanted: Array) -> tuple[Array, Array]:
    r"""How the FTE of a head must change so that their mean becomes another.

    FTE of a head :math:`f` become :math:`\alpha f + \beta`: a smaller mean takes the same share
    from everybody, a larger one takes everybody the same share of the way to full time. So nobody
    has more than one FTE.

    Parameters
    ----------
    mean, wanted
        Mean as it is, and as it shall be; from 0 to 1, of one shape.

    Returns
    -------
    tuple of ndarray
        :math:`\alpha` and :math:`\beta`.
    """
    up = wanted > mean
    part_time = np.where(up, 1 - mean, 1.0)
    alpha = np.where(up, (1 - wanted) / part_time, wanted / np.where(mean > 0, mean, 1.0))
    beta = np.where(up, 1 - alpha, 0.0)
    return alpha, beta


class Work:
    """How much a head works, over the years."""

    def __init__(
        self, scenario: "Scenario", staff: Staff, counted: Array, years: NDArray[np.int64]
    ) -> None:
        self.staff = staff
        mean = np.broadcast_to(staff.mean_full_time[:, np.newaxis], counted.shape)
        per_head = np.where(np.isnan(counted), mean, counted)
        self.said = {
            p: scenario.workforce.supply.full_time[name].at(years, base_year=int(years[0]))
            for p, name in enumerate(staff.professions)
            if name in scenario.workforce.supply.full_time
        }
        for p, path in self.said.items():
            per_head[p] = path[0]
        self.base_per_head = per_head
        self.alpha, self.beta = leveled(mean, per_head)

    def fte(self, stock: Stock, year: int) -> tuple[Array, Array]:
        """FTE and heads ``[group, region]``; `year` counts from the base year."""
        sizes = self.staff.groups.sizes
        heads, plain = (np.empty(stock.heads.shape[:2]) for _ in range(2))
        for p, inside in enumerate(self.staff.groups.slices()):
            everybody, full_time = np.ones_like(self.staff.full_time[p]), self.staff.full_time[p]
            heads[inside], plain[inside] = totals(stock.heads[inside], everybody, full_time)
        alpha, beta = self.alpha.copy(), self.beta.copy()
        for p, inside in enumerate(self.staff.groups.slices()):
            if p in self.said and heads[inside].sum() > 0:
                mean = plain[inside].sum() / heads[inside].sum()
                alpha[p], beta[p] = leveled(mean, self.said[p][year])
        return np.repeat(alpha, sizes, axis=0) * plain + np.repeat(
            beta, sizes, axis=0
        ) * heads, heads
