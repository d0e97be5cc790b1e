r"""The scenario's ordered changes of use: avoid, shift and shorten.

Every change takes a share :math:`p(y)` of the cells it selects, one after the other, so
the second works on what the first left:

=========  =====================================================================
avoid      :math:`u \leftarrow (1 - p) u`, and so the bed days; for each avoided
           contact `adds` puts contacts into other settings
shift      as avoid, and :math:`p u` times the exchange ratio arrives in the
           target setting with the length of stay there
shorten    :math:`n \leftarrow (1 - p) n`: nights of a stay, also of stays that a later
           change brings; the stays remain
=========  =====================================================================

Use is per person, so a change is exact for every region that it is meant for, and shares
between 0 and 1 can never make use negative.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.activity.use import Use, ages_of
from projector.errors import ConsistencyError, Problem
from projector.tables import BED_SETTINGS, SETTINGS, SEXES

if TYPE_CHECKING:
    from projector.scenario.models import Change, Selection

__all__ = ["apply_changes", "selected_cells"]

Array = NDArray[np.float64]


def selected_cells(
    selection: "Selection", diagnoses: Sequence[str], number_of_ages: int
) -> NDArray[np.bool_]:
    """Which cells ``[sex, age, diagnosis, setting]`` a change is about, all regions alike.

    Parameters
    ----------
    selection
        Diagnoses, settings, sex and ages of a change; what it leaves out is all.
    diagnoses
        The diagnosis groups in the order of the axis.
    number_of_ages
        Length of the age axis.

    Returns
    -------
    ndarray of bool
    """
    sex = _chosen(selection.sex, SEXES)
    diagnosis = _chosen(selection.diagnosis, diagnoses)
    setting = _chosen(selection.setting, SETTINGS)
    age = np.zeros(number_of_ages, dtype=bool)
    for first, last in selection.ages or ((0, -1),):
        age[ages_of(first, last)] = True
    return (
        sex[:, None, None, None]
        & age[None, :, None, None]
        & diagnosis[None, None, :, None]
        & setting[None, None, None, :]
    )


def apply_changes(
    use: Use,
    changes: "Sequence[tuple[Change, str]]",
    diagnoses: Sequence[str],
    years: NDArray[np.int64],
    base_year: int,
) -> tuple[Use, list[bool]]:
    """Use after a list of changes, in their order.

    Parameters
    ----------
    use
        Use per person before the changes.
    changes
        Each change with the place that wrote it (``file:line:column``).
    diagnoses
        The diagnosis groups in the order of the axis.
    years
        Calendar years of the axis.
    base_year
        Year of the base population.

    Returns
    -------
    Use
        After the changes.
    list of bool
        For each change whether it found anything to change.

    Raises
    ------
    ConsistencyError
        If stays arrive in a setting whose length of stay nobody has given.
    """
    contacts, bed_days = use.contacts.copy(), use.bed_days.copy()
    length_of_stay = use.length_of_stay
    found = []
    for change, place in changes:
        cells = selected_cells(change.selection, diagnoses, contacts.shape[2])
        share = change.share.at(years, base_year=base_year)[:, None, None, None, None]
        concerned = bed_days if change.shorten is not None else contacts
        found.append(bool(concerned[:, cells].any()))
        taken = share * cells
        moved = (contacts * taken).sum(axis=-1)
        bed_days *= 1.0 - taken
        if change.shorten is None:
            contacts *= 1.0 - taken
        else:
            length_of_stay = length_of_stay * (1.0 - taken)
        for setting, per_contact, days in _arrivals(change):
            s = SETTINGS.index(setting)
            arriving = moved * per_contact
            contacts[..., s] += arriving
            if setting in BED_SETTINGS:
                bed_days[..., s] += arriving * _nights(
                    days, length_of_stay[..., s], arriving, diagnoses, setting, place
                )
    return Use(contacts, bed_days, length_of_stay), found


def _arrivals(change: "Change") -> "list[tuple[str, float, float | None]]":
    """Where contacts arrive: setting, contacts for each one taken, and nights if written."""
    arrivals = [(added.setting, added.contacts, added.days) for added in change.adds]
    if change.to is not None:
        arrivals.append((change.to, change.exchange, change.days))
    return arrivals


def _nights(
    days: float | None,
    known: Array,
    arriving: Array,
    diagnoses: Sequence[str],
    setting: str,
    place: str,
) -> Array:
    """Nights of the stays that arrive, ``[year, sex, age, diagnosis]``."""
    if days is not None:
        return np.full_like(arriving, days)
    unknown = np.isnan(known) & (arriving > 0)
    if unknown.any():
        names = [name for i, name in enumerate(diagnoses) if unknown[..., i].any()]
        raise ConsistencyError(
            Problem(
                where=place,
                message=f"no length of stay is known for {', '.join(names)} in {setting}",
                expected="`days:` in the change, or rows in the table length_of_stay",
            )
        )
    return np.nan_to_num(known)


def _chosen(names: Sequence[str] | None, axis: Sequence[str]) -> NDArray[np.bool_]:
    """True for the chosen names of an axis, everywhere when nothing was chosen."""
    return np.array([names is None or name in names for name in axis])
