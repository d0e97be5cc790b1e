"""How the axes of a ledger are laid out for a scenario: its columns and its cells."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.activity.axes import BANDS, COURSES, Cell, Column, cells_between
from projector.activity.ledger import Demand
from projector.tables import SETTINGS, SEXES

if TYPE_CHECKING:
    from projector.activity.application import WrittenChange
    from projector.scenario.models import Change, Growth

__all__ = ["cells_of", "columns_of", "columns_touched"]

Array = NDArray[np.float64]


def columns_of(
    rates: pd.DataFrame,
    diagnoses: list[str],
    shares: Mapping[str, Array],
    known: NDArray[np.bool_],
    changes: "Sequence[Change]",
) -> tuple[Column, ...]:
    """What is used, and where changes let contacts arrive; columns with nights first.

    Parameters
    ----------
    rates
        Input table ``use_rates``.
    diagnoses
        Keys of all diagnoses.
    shares
        Share of the contacts by course, ``[sex, age, diagnosis, setting]``.
    known
        Whether a setting tells courses apart, ``[setting]``.
    changes
        The changes of the scenario.
    """
    used = rates[rates["contacts_per_1000"] > 0][["diagnosis", "setting"]].drop_duplicates()
    found = {
        Column(diagnosis, setting, course)
        for diagnosis, setting in zip(used["diagnosis"], used["setting"], strict=True)
        for course in COURSES
        if shares[course][:, :, diagnoses.index(diagnosis), SETTINGS.index(setting)].any()
    }
    treated = {column.diagnosis for column in found}
    treated |= {name for change in changes for name in change.selection.diagnosis or ()}
    for change in changes:
        selected = change.selection.diagnosis or [d for d in diagnoses if d in treated]
        for setting, keeps_course in _targets(change):
            tells_apart = keeps_course and known[SETTINGS.index(setting)]
            found |= {
                Column(diagnosis, setting, course)
                for diagnosis in selected
                for course in (("elective", "acute") if tells_apart else ("elective",))
            }

    def order(column: Column) -> tuple[bool, int, int, int]:
        return (
            not column.has_nights,
            diagnoses.index(column.diagnosis),
            SETTINGS.index(column.setting),
            COURSES.index(column.course),
        )

    return tuple(sorted(found, key=order))


def columns_touched(demand: Demand, written: "Sequence[WrittenChange]") -> NDArray[np.bool_]:
    """Columns that a change or uncertain growth may make another, or has to look at.

    Parameters
    ----------
    demand
        Has the columns, and the growth that differs between draws.
    written
        The changes.

    Returns
    -------
    ndarray of bool
        ``[column]``; of a diagnosis in a setting all courses alike.
    """
    columns = demand.axes.columns
    touched = np.zeros(len(columns), dtype=bool)
    for drift in demand.drifts:
        touched[drift.columns] = True
    for one in written:
        selection = one.change.selection
        targets = {setting for setting, _ in _targets(one.change)}
        touched |= [
            (selection.diagnosis is None or column.diagnosis in selection.diagnosis)
            and (
                selection.setting is None
                or column.setting in selection.setting
                or column.setting in targets
            )
            for column in columns
        ]
    return touched


def _targets(change: "Change") -> Iterator[tuple[str, bool]]:
    """Settings where a change lets contacts arrive, and whether acute ones stay acute."""
    yield from ((added.setting, False) for added in change.adds)
    yield from ((step.setting, False) for step in change.steps)
    if change.to is not None:
        yield change.to, True
    if change.kind == "add":
        yield from ((setting, True) for setting in change.selection.setting or ())


def cells_of(
    changes: "Sequence[Change]",
    groups: pd.DataFrame | None,
    open_age: int,
    uncertain: "Sequence[Growth]" = (),
) -> tuple[Cell, ...]:
    """The cells that no change, uncertain growth or priority group cuts, `BANDS` at the widest.

    Parameters
    ----------
    changes
        The changes of the scenario.
    groups
        Input table ``priority_groups``, if there is one.
    open_age
        First year of the open age.
    uncertain
        Growth that differs between draws.
    """
    bands: list[tuple[int, int]] = [
        *BANDS,
        *((band.first, band.last) for change in changes for band in change.selection.ages or ()),
    ]
    bands += [(band.first, band.last) for growth in uncertain for band in growth.ages]
    if groups is not None:
        bands += list(zip(groups["age_from"], groups["age_to"], strict=True))
    sexes = [change.selection.sex for change in changes] + [growth.sex for growth in uncertain]
    by_sex = any(len(one or SEXES) < len(SEXES) for one in sexes)
    return cells_between(bands, by_sex, open_age)
