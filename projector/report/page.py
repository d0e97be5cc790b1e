"""The page: one file that holds everything it shows, and asks nothing of any other machine."""

from collections.abc import Mapping, Sequence
from importlib.resources import files

import xarray as xr
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from projector.outputs.words import Language
from projector.report.sections import sections
from projector.report.view import Explained, View

__all__ = ["report_page"]


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
    room = files("projector.report")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(room.joinpath("page.html").read_text(encoding="utf-8"))
    style = room.joinpath("style.css").read_text(encoding="utf-8")
    said = {one.keys: one.value for one in view.assumptions}
    return template.render(
        view=view,
        sections=list(sections(view)),
        description=said.get(("description",), ""),
        # Our own file, not a reader's text; the escaping of HTML would break its selectors.
        style=Markup(style),
    )
