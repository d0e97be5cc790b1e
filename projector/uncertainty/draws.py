"""The draws of a scenario: every uncertain assumption at once, by the numbers of the draws.

A draw is one joint sample of all uncertain assumptions. A block of them is asked for by its
numbers, in any process, and has the same bits whatever other blocks are made. Draws 0 to n of a
scenario are those of any scenario with the same seed, for the assumptions that both have.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from projector.scenario.assumptions import Assumption, uncertain_assumptions, with_paths
from projector.scenario.correlations import correlated
from projector.scenario.distributions import Distribution
from projector.scenario.values import Amount, Path
from projector.uncertainty.dependence import RUN, together
from projector.uncertainty.sampling import shares

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["DrawnPath", "Draws", "draws_of", "pinned", "shares_of"]

Floats = npt.NDArray[np.float64]
Location = tuple[str | int, ...]


@dataclass(frozen=True, eq=False)
class DrawnPath:
    """A value over years, in each draw.

    All distributions of one path stand at the same share of their draws: where the value of 2030
    is high, so are that of 2035 and the rate.

    Parameters
    ----------
    path
        The value over years.
    shares
        Shares of its distributions, ``[draw]``; any number where the path is certain.
    """

    path: Path
    shares: Floats

    def at(
        self,
        years: npt.ArrayLike,
        *,
        base_year: int,
        base_value: float | Floats | None = None,
    ) -> Floats:
        """Value in each year and draw, as `Path.at` has it for the pinned path.

        Parameters
        ----------
        years
            Calendar years, any shape.
        base_year, base_value
            Where a bare ``{annual: rate}`` starts, the same in every draw.

        Returns
        -------
        ndarray of float
            ``[years..., draw]``; with an array as base value and a bare rate, the axes of the base
            value come first. Where the path is certain a view that cannot be written to.

        Raises
        ------
        ValueError
            If the path is a bare rate and no base value is given.
        """
        if not self.path.is_uncertain:
            same = self.path.at(years, base_year=base_year, base_value=base_value)
            return np.broadcast_to(same[..., np.newaxis], (*same.shape, len(self.shares)))
        times = np.asarray(years, dtype=np.float64)[..., np.newaxis]
        values = np.array([self._drawn(amount) for _, amount in self.path.points])
        if self.path.annual is None:
            return self._between(times, values)
        start: float
        value: float | Floats
        if self.path.points:
            start, value = float(self.path.years[0]), values[0]
        elif base_value is None:
            raise ValueError("a path that is only a yearly rate needs a base value")
        else:
            start = base_year
            value = np.reshape(base_value, (*np.shape(base_value), *(1,) * times.ndim))
        growth = (1 + self._drawn(self.path.annual)) ** np.maximum(times - start, 0)
        return np.asarray(value * growth)

    def _drawn(self, amount: Amount) -> Floats:
        if isinstance(amount, Distribution):
            return amount.ppf(self.shares)
        return np.full(self.shares.shape, amount)

    def _between(self, times: Floats, values: Floats) -> Floats:
        """Linear between the years written, in the order of operations of `numpy.interp`."""
        if not self.path.years:
            return np.broadcast_to(values[0], (*times.shape[:-1], values.shape[1])).copy()
        written = np.array(self.path.years, dtype=np.float64)
        before = np.maximum(np.searchsorted(written, times[..., 0], side="right") - 1, 0)
        after = np.minimum(before + 1, len(written) - 1)
        apart = np.where(after > before, written[after] - written[before], 1)[..., np.newaxis]
        slope = (values[after] - values[before]) / apart
        past = np.maximum(times - written[before][..., np.newaxis], 0)
        return np.asarray(slope * past + values[before])


@dataclass(frozen=True, eq=False)
class Draws:
    """A block of draws of a scenario.

    Parameters
    ----------
    scenario
        The scenario.
    assumptions
        Its uncertain assumptions.
    shares
        ``[assumption, draw]``, from `shares_of`, or from a design of `sensitivity`.
    """

    scenario: "Scenario"
    assumptions: tuple[Assumption, ...]
    shares: Floats

    def __len__(self) -> int:
        return int(self.shares.shape[1])

    def paths(self) -> dict[Location, DrawnPath]:
        """Every value over years that was written, by the keys of `Scenario.paths`."""
        of = {one.location: row for one, row in zip(self.assumptions, self.shares, strict=True)}
        medians = np.full(len(self), 0.5)
        return {
            location: DrawnPath(path, of.get(location, medians))
            for location, path in self.scenario.paths()
        }

    def pinned(self, draw: int) -> "Scenario":
        """The scenario of one draw of the block: see `pinned`."""
        share = {
            one.location: float(at)
            for one, at in zip(self.assumptions, self.shares[:, draw], strict=True)
        }
        certain = with_paths(
            self.scenario,
            lambda location, path: path.pinned(share[location]) if path.is_uncertain else path,
        )
        if "uncertainty" not in certain.model_fields_set:
            return certain
        # What is certain is not drawn, and has no correlations.
        kept = certain.with_draws(0).uncertainty.model_copy(update={"correlations": ()})
        kept.model_fields_set.discard("correlations")
        return certain.model_copy(update={"uncertainty": kept})


def draws_of(
    scenario: "Scenario",
    first: int,
    last: int,
    assumptions: tuple[Assumption, ...] | None = None,
) -> Draws:
    """Draws of a scenario by their numbers.

    Parameters
    ----------
    scenario
        As loaded.
    first, last
        Numbers of the draws, from 0; the last is not among them.
    assumptions
        Those of `projector.scenario.uncertain_assumptions`; None looks for them.

    Returns
    -------
    Draws
    """
    if assumptions is None:
        assumptions = uncertain_assumptions(scenario)
    return Draws(scenario, assumptions, shares_of(scenario, first, last, assumptions=assumptions))


def shares_of(
    scenario: "Scenario",
    first: int,
    last: int,
    *,
    alternative: str = "",
    assumptions: tuple[Assumption, ...] | None = None,
) -> Floats:
    """Share of each assumption's distribution below it in each draw, correlations included.

    Parameters
    ----------
    scenario
        As loaded.
    first, last
        Numbers of the draws, from 0; the last is not among them.
    alternative
        Another set of draws, independent of the first.
    assumptions
        As of `draws_of`.

    Returns
    -------
    ndarray of float
        ``[assumption, draw]``, in the order of `projector.scenario.uncertain_assumptions`.
    """
    seed = scenario.uncertainty.seed
    if assumptions is None:
        assumptions = uncertain_assumptions(scenario)
    names = [one.name for one in assumptions]
    drawn = shares(seed, names, first, last, alternative=alternative)
    stated = correlated(scenario)
    if stated.names and last > first:
        start = first - first % RUN
        end = last + -last % RUN
        own = shares(seed, stated.names, start, end, alternative=alternative)
        rows = [names.index(name) for name in stated.names]
        drawn[rows] = together(own, stated.scores)[:, first - start : last - start]
    return drawn


def pinned(scenario: "Scenario", draw: int) -> "Scenario":
    """A scenario that is certain: every distribution is the number that it is in one draw.

    It runs as any scenario without distributions; this is what blocks of draws are held against.

    Parameters
    ----------
    scenario
        As loaded.
    draw
        Number of the draw, from 0.

    Returns
    -------
    Scenario
        With the same file and places; `draws` and `correlations` are left out.
    """
    return draws_of(scenario, draw, draw + 1).pinned(0)
