"""A value over years: `Path`.

It is written in one of these forms:

=============================  ====================================================
``0.85``, ``85 %``             the same in every year
``{2026: 3, 2032: 9}``         linear between the years given, flat outside them
``{annual: 2 %}``              grows by the rate from the inputs' value of the base
                               year; only where the inputs have such a value
``{2026: 3, annual: 2 %}``     grows by the rate from the year given, flat before it
``{triangular: [1, 2, 4]}``    uncertain, the same in every year; any value of a year
                               map and any rate may be a distribution too
=============================  ====================================================
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from projector.scenario.distributions import FINEST, Distribution
from projector.scenario.numbers import ANY, Bounds

__all__ = ["Amount", "Path"]

Amount = float | Distribution
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Path:
    """A value over years.

    Parameters
    ----------
    points
        Value at each year given, in order of the years. The value of an
        assumption that is the same in every year stands under year None.
    annual
        Rate of growth a year, 0.02 for 2 %; goes with one point or none.
    bounds
        What the field of the scenario allows; not part of what the path is.
    """

    points: tuple[tuple[int | None, Amount], ...] = ()
    annual: Amount | None = None
    bounds: Bounds = field(default=ANY, compare=False, repr=False)

    @property
    def is_uncertain(self) -> bool:
        """Whether any part of it is a distribution."""
        amounts = [amount for _, amount in self.points] + [self.annual]
        return any(isinstance(amount, Distribution) for amount in amounts)

    @property
    def years(self) -> tuple[int, ...]:
        """The years written, in order; empty for a constant."""
        return tuple(year for year, _ in self.points if year is not None)

    def at(
        self,
        years: npt.ArrayLike,
        *,
        base_year: int,
        base_value: float | Floats | None = None,
    ) -> Floats:
        r"""Value in each year; distributions count with their median.

        With a rate :math:`g` from the value :math:`v` of year :math:`s`:
        :math:`v\,(1+g)^{\max(t-s,\,0)}`.

        Parameters
        ----------
        years
            Calendar years, any shape.
        base_year, base_value
            Where a bare ``{annual: rate}`` starts; not used by the other forms.

        Returns
        -------
        ndarray of float
            Shape of `years`; with an array as base value and a bare rate, the
            axes of the base value come first.

        Raises
        ------
        ValueError
            If the path is a bare rate and no base value is given.
        """
        times = np.asarray(years, dtype=float)
        if self.annual is None:
            if not self.years:
                return np.full(times.shape, _median(self.points[0][1]))
            medians = [_median(amount) for _, amount in self.points]
            return np.asarray(np.interp(times, self.years, medians), dtype=float)
        start: float
        value: float | Floats
        if self.points:
            start, value = self.years[0], _median(self.points[0][1])
        elif base_value is None:
            raise ValueError("a path that is only a yearly rate needs a base value")
        else:
            start, value = base_year, base_value
        growth = (1 + _median(self.annual)) ** np.maximum(times - start, 0)
        return np.asarray(np.multiply.outer(value, growth), dtype=float)

    def pinned(self, share: float) -> "Path":
        """The same path with every distribution at one share of its draws: certain."""
        points = tuple((year, _pinned(amount, share)) for year, amount in self.points)
        annual = None if self.annual is None else _pinned(self.annual, share)
        return Path(points, annual, self.bounds)

    def extremes(self) -> "tuple[Path, ...]":
        """The path as it is with medians, and at the lowest and highest that can be drawn."""
        if not self.is_uncertain:
            return (self,)
        return self.pinned(0.5), self.pinned(FINEST), self.pinned(1 - FINEST)

    def plain(self) -> object:
        """As it is written in a scenario, percent as fractions."""
        if self.points and not self.years:
            return _plain(self.points[0][1])
        written: dict[str | int, object] = {
            year: _plain(amount) for year, amount in self.points if year is not None
        }
        return written if self.annual is None else written | {"annual": _plain(self.annual)}


def _pinned(amount: Amount, share: float) -> float:
    return float(amount.ppf(share)) if isinstance(amount, Distribution) else amount


def _median(amount: Amount) -> float:
    return amount.median if isinstance(amount, Distribution) else amount


def _plain(amount: Amount) -> object:
    return amount.plain() if isinstance(amount, Distribution) else amount
