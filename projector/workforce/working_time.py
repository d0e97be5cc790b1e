r"""Working time: the hours of a year in which one full-time equivalent is at work.

.. math:: H = \Bigl( h \bigl(\tfrac{365}{7} - w\bigr) - \tfrac{h}{5} (d_h + d_t) \Bigr) (1 - s)

with agreed hours a week :math:`h`, weeks of leave :math:`w`, public holidays :math:`d_h`, days of
training :math:`d_t` and the share lost to sickness :math:`s`. It is what WISN calls available
working time. A full-time equivalent is an agreed one, so whoever is ill or on leave is among
those that are needed.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from projector.errors import InputsError, Problem

__all__ = ["DAYS_A_YEAR", "WEEKDAYS", "WEEKEND_DAYS", "available_hours", "hours_at_work"]

DAYS_A_YEAR = 365.0
_DAYS_A_WEEK = 7
_WORKING_DAYS_A_WEEK = 5
WEEKDAYS = DAYS_A_YEAR * _WORKING_DAYS_A_WEEK / _DAYS_A_WEEK
"""Days of a year from Monday to Friday."""

WEEKEND_DAYS = DAYS_A_YEAR - WEEKDAYS
"""Saturdays and Sundays of a year."""


def available_hours(
    hours_per_week: float,
    leave_weeks: float,
    holiday_days: float,
    training_days: float,
    sickness: float,
) -> float:
    """Hours a year that one full-time equivalent is at work.

    Parameters
    ----------
    hours_per_week
        Agreed hours a week.
    leave_weeks
        Weeks of holiday a year.
    holiday_days, training_days
        Public holidays off and days of training, of a fifth of a week each.
    sickness
        Share of what is left that is lost to sickness.

    Returns
    -------
    float
        Hours a year.
    """
    weeks = DAYS_A_YEAR / _DAYS_A_WEEK - leave_weeks
    away = (holiday_days + training_days) / _WORKING_DAYS_A_WEEK
    return hours_per_week * (weeks - away) * (1.0 - sickness)


def hours_at_work(rows: Sequence[Mapping[Hashable, Any]], profession: str, pattern: str) -> float:
    """Hours at work by the table ``working_time``; a row for the profession before the one for *.

    Parameters
    ----------
    rows
        Of the input table ``working_time``; none where the inputs have no such table.
    profession
        Key of a profession.
    pattern
        One of `projector.tables.WORK_PATTERNS`.

    Returns
    -------
    float
        Hours a year.

    Raises
    ------
    InputsError
        If no row is about the profession and pattern, or no time is left in one.
    """
    keys = [(name, pattern) for name in (profession, "*")]
    by_key = {(row["profession"], row["pattern"]): row for row in rows}
    chosen = next((by_key[key] for key in keys if key in by_key), None)
    if chosen is None:
        raise InputsError(
            Problem(
                where="table working_time",
                message=f"nothing says how long a {profession} with {pattern} hours is at work",
                expected=f"a row for {profession} or * with the pattern {pattern}",
            )
        )
    terms = ("hours_per_week", "leave_weeks", "holiday_days", "training_days", "sickness")
    hours = available_hours(**{str(term): float(chosen[term]) for term in terms})
    if hours <= 0:
        raise InputsError(
            Problem(
                where="table working_time",
                message=f"leave and training leave no time at work for {chosen['profession']}",
                found=f"{hours:g} hours a year",
                expected="more than 0",
            )
        )
    return hours
