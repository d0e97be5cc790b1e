"""The page: one file that holds everything it shows, and asks nothing of any other machine."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Protocol

import xarray as xr
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from projector.outputs.words import Language
from projector.report.blocks import Section
from projector.report.sections import sections
from projector.report.view import Explained, View

__all__ = ["Told", "rendered", "report_page"]


def report_page(
    tree: xr.DataTree,
    language: Language,
    explained: Mapping[str, Sequence[Explained]] | None = None,
) -> str:
    """The report of a run as HTML.

    Parameters
    ----------
    tree
        From `projector.run` or `projector.outputs.read_results`.
    language
        ``nb`` or ``en``.
    explained
        What drives changes, by heading, from `projector.report.explained.explained`; None where
        nobody asked.

    Returns
    -------
    str
        A whole document. The same results give the same bytes: nothing of it comes from a clock.
    """
    view = View(tree, language, dict(explained or {}))
    return rendered(view, list(sections(view)), view.description)


class Told(Protocol):
    """What the template of a page asks of a view, besides its sections."""

    @property
    def language(self) -> Language:
        """Of the page."""
        ...

    @property
    def title(self) -> str:
        """The heading of the page."""
        ...

    @property
    def base(self) -> int | str:
        """The first year."""
        ...

    @property
    def end(self) -> int | str:
        """The last year."""
        ...

    @property
    def tree(self) -> xr.DataTree:
        """Results, which tell the program that made them."""
        ...

    def word(self, key: str, **values: object) -> str:
        """A text of the page itself."""
        ...


def rendered(view: Told, told: Sequence[Section], description: str = "") -> str:
    """Sections as a whole document of HTML.

    Parameters
    ----------
    view
        What the page is about.
    told
        Its sections, in their order.
    description
        Stands under the heading.

    Returns
    -------
    str
    """
    room = files("projector.report")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(room.joinpath("page.html").read_text(encoding="utf-8"))
    style = room.joinpath("style.css").read_text(encoding="utf-8")
    return template.render(
        view=view,
        sections=told,
        description=description,
        # Our own file, not a reader's text; the escaping of HTML would break its selectors.
        style=Markup(style),
    )
