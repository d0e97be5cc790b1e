"""The distributions an assumption may carry: their quantiles, medians and how far draws reach."""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

__all__ = ["DISTRIBUTIONS", "FINEST", "UNBOUNDED", "WITHIN", "Distribution"]

Floats = npt.NDArray[np.float64]

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

UNBOUNDED = ("normal", "lognormal", "interval")
"""Those whose tails have no end of their own, so that they may be cut off."""

WITHIN = "within"
"""The key that cuts them off."""

FINEST = 2.0**-33
"""The lowest share that is drawn, and one less the highest: draws have 32 binary digits and stand
in the middle of their cells. A normal draw so lies within 6.34 standard deviations."""

_P90 = float(ndtri(0.9))


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
    within
        Lowest and highest value that can be; only of those of `UNBOUNDED`. What lies beyond is
        cut off, and the rest has all of the probability.
    """

    kind: str
    parameters: tuple[float, ...]
    within: tuple[float, float] | None = None

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

    def within_fault(self) -> str | None:
        """What is wrong with `within`, in one sentence; None when it is lawful or not there."""
        if self.within is None:
            return None
        low, high = self.within
        if self.kind not in UNBOUNDED:
            return f"{self.kind} has ends of its own"
        if low >= high:
            return "low must be below high"
        middle = float(self._of_normal(np.zeros(())))
        if not low < middle < high:
            return f"the middle of the {self.kind}, {middle:.4g}, is cut off"
        return None

    @property
    def median(self) -> float:
        """The median, half of what is drawn on either side of it."""
        if self.kind in {"normal", "lognormal"} and self.within is None:
            return self.parameters[0]
        return float(self.ppf(0.5))

    @property
    def reach(self) -> tuple[float, float]:
        """The lowest and the highest value that can be drawn."""
        low, high = self.ppf([FINEST, 1 - FINEST])
        return float(low), float(high)

    def ppf(self, shares: npt.ArrayLike) -> Floats:
        r"""Value below which a share of the draws lies: the inverse :math:`F^{-1}(p)`.

        With :math:`z = \Phi^{-1}(p)`: :math:`\mu + \sigma z` of the normal, :math:`m \, g^z` of
        the lognormal with median :math:`m` and geometric standard deviation :math:`g`, and
        :math:`(a+b)/2 + z (b-a) / (2 \Phi^{-1}(0.9))` of the interval :math:`[a, b]`. Cut off to
        the normal scores :math:`\alpha` to :math:`\beta`,
        :math:`z = \Phi^{-1}(\Phi(\alpha) + p (\Phi(\beta) - \Phi(\alpha)))`. Of the triangular
        with low :math:`a`, mode :math:`c`, high :math:`b`:
        :math:`a + \sqrt{p (b-a)(c-a)}` up to :math:`p = (c-a)/(b-a)`, then
        :math:`b - \sqrt{(1-p)(b-a)(b-c)}`.

        Parameters
        ----------
        shares
            Between 0 and 1, any shape.

        Returns
        -------
        ndarray of float
            Shape of `shares`, in the unit of the amount; rises with the share.
        """
        share = np.asarray(shares, dtype=np.float64)
        if self.kind in UNBOUNDED:
            return self._cut_off(share)
        low, *modes, high = self.parameters
        wide = high - low
        if not modes:
            return np.asarray(low + share * wide)
        (mode,) = modes
        rising = low + np.sqrt(share * wide * (mode - low))
        falling = high - np.sqrt((1 - share) * wide * (high - mode))
        return np.where(share * wide <= mode - low, rising, falling)

    def _cut_off(self, share: Floats) -> Floats:
        if self.within is None:
            return self._of_normal(ndtri(share))
        low, high = self.within
        first, last = ndtr(self._to_normal(low)), ndtr(self._to_normal(high))
        value = self._of_normal(ndtri(first + share * (last - first)))
        # Only the rounding of the two inverses is taken back here: in exact figures it lies within.
        return np.clip(value, low, high)

    def _of_normal(self, score: Floats) -> Floats:
        """The value at a standard normal score."""
        first, second = self.parameters
        if self.kind == "lognormal":
            return np.asarray(first * second**score)
        if self.kind == "interval":
            return np.asarray(first + (second - first) * (0.5 + score / (2 * _P90)))
        return np.asarray(first + second * score)

    def _to_normal(self, value: float) -> float:
        """The standard normal score of a value."""
        first, second = self.parameters
        if self.kind == "lognormal":
            return -np.inf if value <= 0 else float(np.log(value / first) / np.log(second))
        if self.kind == "interval":
            return ((value - first) / (second - first) - 0.5) * 2 * _P90
        return (value - first) / second

    def plain(self) -> dict[str, list[float]]:
        """As it is written in a scenario."""
        written = {self.kind: list(self.parameters)}
        return written if self.within is None else written | {WITHIN: list(self.within)}
