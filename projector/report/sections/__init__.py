"""The sections of the page, in the order that a planner reads them."""

from collections.abc import Callable, Iterator

from projector.report.blocks import Section
from projector.report.sections.activity import activity
from projector.report.sections.answer import answer
from projector.report.sections.assumptions import assumptions
from projector.report.sections.capacity import capacity
from projector.report.sections.drivers import drivers
from projector.report.sections.indicators import indicators
from projector.report.sections.matters import matters
from projector.report.sections.people import people
from projector.report.sections.staff import staff
from projector.report.view import View

__all__ = ["sections"]

_SECTIONS: tuple[Callable[[View], Section], ...] = (
    answer,
    people,
    activity,
    drivers,
    capacity,
    staff,
    indicators,
    matters,
    assumptions,
)


def sections(view: View) -> Iterator[Section]:
    """Every section of the page.

    Parameters
    ----------
    view
        The results.

    Yields
    ------
    Section
        In the order of the page; one without anything to say says why.
    """
    for section in _SECTIONS:
        yield section(view)
