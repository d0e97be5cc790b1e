"""Activity as plain arrays, by kind of diagnosis where later stages ask for no more."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.tables import DIAGNOSIS_KINDS

__all__ = ["Services", "planes"]

Array = NDArray[np.float64]


def planes(*lengths: int, years: int, places: int) -> Array:
    """Zeros ``[place, year, ...]``, whose years and places lie side by side in memory."""
    result = np.zeros((*lengths, years, places))
    return np.moveaxis(result, (-1, -2), (0, 1))


@dataclass(frozen=True)
class Services:
    """Contacts and bed days of regions or sites.

    Sums lie in memory one setting and kind after another, as the services of the activity do, each
    with all its years and places side by side: whatever is done with them is done with one of these
    at a time.

    Parameters
    ----------
    amounts
        ``contacts`` and ``bed_days``, ``[place, year, diagnosis, setting]``.
    diagnoses, kinds
        Keys and kinds of the diagnoses, ``[diagnosis]``.
    """

    amounts: Mapping[str, Array]
    diagnoses: NDArray[np.object_]
    kinds: NDArray[np.object_]
    _by_kind: dict[str, Array] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, activity: xr.Dataset) -> "Services":
        """Those of a group ``activity`` or ``sites`` of the results."""
        amounts = {name: activity[name].values for name in ("contacts", "bed_days")}
        return cls(amounts, activity["diagnosis"].values, activity["kind"].values)

    def by_kind(self, measure: str) -> Array:
        """Sums over the diagnoses of a kind, ``[place, year, setting, kind]``; not to be changed.

        They are made once, when they are asked for.
        """
        if measure not in self._by_kind:
            amount = self.amounts[measure]
            places, years, _, settings = amount.shape
            sums = planes(settings, len(DIAGNOSIS_KINDS), years=years, places=places)
            for k in range(len(DIAGNOSIS_KINDS)):
                sums[..., k] = self.of_diagnoses(measure, self._of_kind(k))
            self._by_kind[measure] = sums
        return self._by_kind[measure]

    def in_setting(self, measure: str, setting: int, chosen: NDArray[np.bool_]) -> Array:
        """Sums over some diagnoses of each kind in a setting, ``[place, year, kind]``."""
        amount = self.amounts[measure][..., setting]
        whole: Array = self.by_kind(measure)[:, :, setting]
        result = planes(whole.shape[2], years=whole.shape[1], places=whole.shape[0])
        for k in range(len(DIAGNOSIS_KINDS)):
            of_kind = self._of_kind(k)
            if (chosen >= of_kind).all():
                result[..., k] = whole[..., k]
            elif (chosen & of_kind).any():
                result[..., k] = amount[:, :, chosen & of_kind].sum(axis=2)
        return result

    def of_diagnoses(self, measure: str, chosen: NDArray[np.bool_]) -> Array:
        """Sums over some diagnoses, ``[place, year, setting]``."""
        amount = self.amounts[measure]
        places, years, _, settings = amount.shape
        result = planes(settings, years=years, places=places)
        for d in np.flatnonzero(chosen):
            result += amount[:, :, d]
        return result

    def weighted(self, measure: str, weights: Array) -> Array:
        """Sums over diagnoses by their weights ``[diagnosis, setting]``, as `of_diagnoses`."""
        amount = self.amounts[measure]
        places, years, _, settings = amount.shape
        result = planes(settings, years=years, places=places)
        for d, weight in enumerate(weights):
            if weight.any():
                result += amount[:, :, d] * weight
        return result

    def _of_kind(self, kind: int) -> NDArray[np.bool_]:
        return np.asarray(self.kinds == DIAGNOSIS_KINDS[kind])
