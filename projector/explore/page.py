"""The page and its parts as HTML: everything that its templates are given is escaped."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import PurePath

from jinja2 import Environment, StrictUndefined, Template

from projector.explore.answer import Answer, Asked
from projector.explore.controls import GROUPS, Control, Names
from projector.explore.figures import SHOWN, parts_of
from projector.explore.session import Session
from projector.explore.telling import answer_of
from projector.outputs.words import Language, word

__all__ = ["answer_html", "page_html", "template_of"]

_OPENED = 12
"""A group with no more controls of the scenario's own stands open."""


def _environment() -> Environment:
    """Where the templates of the page live: everything that they are given is escaped."""
    return Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def template_of(name: str) -> str:
    """The text of a template."""
    return files("projector.explore").joinpath(name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    return _environment().from_string(template_of("answer.html"))


def answer_html(answer: Answer, names: Names, year: int) -> Mapping[str, str]:
    """The parts of the page that a change redraws, by the element that holds them."""
    module = _template().make_module({"answer": answer, "names": names, "year": year})
    parts = ("cards", "chart", "table", "sites")
    return {part: str(getattr(module, part)()).strip() for part in parts}


def page_html(session: Session, token: str, language: Language) -> str:
    """The page as it is loaded: nothing is moved yet.

    Parameters
    ----------
    session
        What it is of.
    token
        What its questions bear.
    language
        ``nb`` or ``en``.

    Returns
    -------
    str
        A whole document.
    """
    names = session.names(language)
    years = session.scenario.years
    asked = Asked("", "beds", "", years.end, language)
    controls = list(session.controls(language).values())
    groups = [
        (group, [one for one in controls if one.group == group])
        for group in GROUPS
        if any(one.group == group for one in controls)
    ]
    text = session.text({}, language)
    answer = answer_html(answer_of(session, session.run(text), asked), names, asked.year)
    results = [
        (key, [(part, _part_name(session, key, part, language)) for part in parts])
        for key, shown in SHOWN.items()
        if (parts := parts_of(session.written, shown))
    ]
    other = session.other
    place = None if other is None else other.scenario
    room = _environment()
    room.filters["groupby_kept"] = _by_title
    return room.from_string(template_of("page.html")).render(
        names=names,
        token=token,
        title=session.scenario.scenario,
        other=None if place is None else (place.scenario, PurePath(place.path).name),
        file=session.path.name,
        file_name=session.file_name,
        regions=list(session.regions),
        results=results,
        years=range(years.base, years.end + 1),
        asked=asked,
        groups=groups,
        opened={
            group: sum(one.stated for one in own) > 0 and len(own) <= _OPENED
            for group, own in groups
        },
        answer=answer,
        yaml=text,
    )


def _by_title(controls: list[Control]) -> list[tuple[str, list[Control]]]:
    """Controls that follow one another under one title."""
    return [(title, list(own)) for title, own in groupby(controls, key=lambda one: one.title)]


def _part_name(session: Session, key: str, part: str, language: Language) -> str:
    axis = SHOWN[key].part
    if axis == "ages":
        return word(f"ages {part}", language)
    return word(part, language) if axis == "setting" else session.names(language).of(axis, part)
