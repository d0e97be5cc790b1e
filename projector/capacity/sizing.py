r"""How many units work takes: so that a share of them is in use, or so that few are refused.

.. math:: \mathrm{in\ use} = \sum_n \mathrm{work}_n \, b_n, \qquad
          \mathrm{units} = \sum_n \mathrm{work}_n \, b_n / \kappa_n

:math:`b` is what one bed day or contact keeps in use on average over the year, :math:`\kappa` the
planned share of the time in use. Beds sized by overflow are the fewest whole beds of which the
refusal (`projector.capacity.erlang`) stays within the limit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from projector.capacity.erlang import Rhythm, StepTable, most_present, refusal

__all__ = ["BUSY", "Sizer"]

Array = NDArray[np.float64]

BUSY: Mapping[str, float] = {"p90": 0.90, "p95": 0.95}
"""Share of the days on which no more beds are in use."""


@dataclass(frozen=True)
class Sizer:
    """Sizing by overflow, with one table for each limit and rhythm that is asked for."""

    _tables: dict[tuple[str, float, Rhythm], StepTable] = field(default_factory=dict)

    def beds(self, load: Array, limit: Array, rhythm: Rhythm) -> Array:
        """The fewest whole beds whose refusal stays within a limit.

        Parameters
        ----------
        load
            Patients present on average, were none refused, ``[..., year]``.
        limit
            Largest share turned away, ``[year]``, strictly between 0 and 1.
        rhythm
            How uneven arrivals are.

        Returns
        -------
        ndarray
            Whole numbers, shape of `load`.
        """
        result = np.empty_like(load)
        for value in np.unique(limit):
            chosen = limit == value
            result[..., chosen] = self._table("refusal", float(value), rhythm)(load[..., chosen])
        return result

    def busy_days(self, load: Array, level: float, rhythm: Rhythm) -> Array:
        """Beds in use that are not exceeded on a share of the days, shape of `load`."""
        return self._table("present", level, rhythm)(load)

    def _table(self, kind: str, value: float, rhythm: Rhythm) -> StepTable:
        key = (kind, value, rhythm)
        if key not in self._tables:
            self._tables[key] = (
                most_present(value, rhythm)
                if kind == "present"
                else StepTable(lambda beds, load: value - refusal(beds, load, rhythm))
            )
        return self._tables[key]
