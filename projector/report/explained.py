"""Explanations of results in the words of a page."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from projector.outputs.explanation import heading, lines
from projector.outputs.words import Language
from projector.report.view import Explained

if TYPE_CHECKING:
    from projector.run.explain import Explanation

__all__ = ["explained"]

_MOST_DIAGNOSES = 6


def explained(
    explanations: "Iterable[Explanation]", year: int, language: Language
) -> dict[str, tuple[Explained, ...]]:
    """What each result changes by to a year, and because of what.

    Parameters
    ----------
    explanations
        From `projector.run.explain.explain`.
    year
        One of their years.
    language
        ``nb`` or ``en``.

    Returns
    -------
    dict
        Lines by what is explained, as `projector.report.page.report_page` takes them.
    """
    return {
        heading(one, language): tuple(
            Explained(line.role, line.label, line.amount or 0.0, line.alone or 0.0)
            for line in lines(one, year, language, most_diagnoses=_MOST_DIAGNOSES)
        )
        for one in explanations
    }
