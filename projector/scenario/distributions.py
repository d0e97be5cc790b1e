"""The distributions an assumption may carry, and their exact medians."""

import math
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["DISTRIBUTIONS", "Distribution"]

DISTRIBUTIONS = MappingProxyType(
    {
        "normal": ("mean", "standard deviation"),
        "lognormal": ("median", "geometric standard deviation"),
        "triangular": ("low", "mode", "high"),
        "uniform": ("low", "high"),
        "interval": ("p10", "p90"),
    }
)
"""The names, each with what its list of numbers holds, in order."""


@dataclass(frozen=True)
class Distribution:
    r"""An uncertain amount.

    Parameters
    ----------
    kind
        One of `DISTRIBUTIONS`:

        * ``normal: [mean, sd]``, sd > 0;
        * ``lognormal: [median, gsd]``: :math:`\ln X \sim N(\ln \text{median}, \ln \text{gsd})`,
          median > 0, gsd > 1;
        * ``triangular: [low, mode, high]``, low ≤ mode ≤ high, low < high;
        * ``uniform: [low, high]``, low < high;
        * ``interval: [p10, p90]``: the normal distribution with these 10th and
          90th percentiles, p10 < p90.
    parameters
        The numbers, in the unit of the amount (the geometric standard deviation
        is a ratio).
    """

    kind: str
    parameters: tuple[float, ...]

    def fault(self) -> str | None:
        """What is wrong with the numbers, in one sentence; None when they are lawful."""
        first, *_, last = self.parameters
        match self.kind:
            case "normal" if last <= 0:
                return "the standard deviation must be above 0"
            case "lognormal" if first <= 0:
                return "the median of a lognormal must be above 0"
            case "lognormal" if last <= 1:
                return "the geometric standard deviation must be above 1"
            case "triangular" if self.parameters != tuple(sorted(self.parameters)):
                return "triangular is [low, mode, high], from lowest to highest"
            case "triangular" | "uniform" | "interval" if first >= last:
                low, *_, high = DISTRIBUTIONS[self.kind]
                return f"{low} must be below {high}"
        return None

    @property
    def anchors(self) -> tuple[float, ...]:
        """The numbers that a field's bounds apply to.

        The whole support where it is finite; the percentiles of ``interval``, the
        mean of ``normal`` and the median of ``lognormal``, whose support is not.
        """
        return self.parameters[:1] if self.kind in {"normal", "lognormal"} else self.parameters

    @property
    def median(self) -> float:
        r"""The median.

        For the triangular distribution with low :math:`a`, mode :math:`c`, high :math:`b`:
        :math:`a + \sqrt{(b-a)(c-a)/2}` if :math:`c \ge (a+b)/2`, else
        :math:`b - \sqrt{(b-a)(b-c)/2}`.
        """
        if self.kind in {"normal", "lognormal"}:
            return self.parameters[0]
        low, *modes, high = self.parameters
        middle = low + (high - low) / 2
        if not modes:
            return middle
        (mode,) = modes
        if mode >= middle:
            return low + math.sqrt((high - low) * (mode - low) / 2)
        return high - math.sqrt((high - low) * (high - mode) / 2)

    def plain(self) -> dict[str, list[float]]:
        """As it is written in a scenario."""
        return {self.kind: list(self.parameters)}
