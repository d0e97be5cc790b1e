"""What it all rests on: the scenario value by value, and the sources of the input tables."""

import json
from collections import Counter

from projector.report.blocks import Block, Paragraph, Section, Table
from projector.report.view import View
from projector.tables import QUALITIES

__all__ = ["assumptions", "rows_by_quality"]

_TOLD_ABOVE = ("scenario", "description")


def rows_by_quality(view: View) -> Counter[str]:
    """Rows of the input tables by quality; those that do not say under an empty text."""
    counted: Counter[str] = Counter()
    for one in _sources(view):
        counted[str(one["quality"])] += int(one["rows"])
    return counted


def assumptions(view: View) -> Section:
    """The section about assumptions, those that are no more than that marked."""
    blocks: list[Block] = [
        Paragraph(view.word("assumptions lead")),
        _scenario(view),
        *_inputs(view),
        *(Paragraph(view.common("note", text=note)) for note in _notes(view)),
        _files(view),
    ]
    return Section("assumptions", view.word("assumptions"), blocks)


def _sources(view: View) -> list[dict[str, str | int]]:
    """Of results that an earlier version wrote: none."""
    found: list[dict[str, str | int]] = json.loads(view.tree.attrs.get("inputs_sources", "[]"))
    return found


def _notes(view: View) -> list[str]:
    return [note for note in str(view.tree.attrs["inputs_notes"]).splitlines() if note]


def _scenario(view: View) -> Table:
    said = [one for one in view.assumptions if one.keys[0] not in _TOLD_ABOVE]
    rows = tuple(
        (
            " › ".join(one.keys),
            one.value,
            one.place,
            view.word(f"basis {one.basis}"),
            one.source,
        )
        for one in said
    )
    marked = frozenset(
        i for i, one in enumerate(said) if one.basis in ("assumption", "partly", "unstated")
    )
    headers = tuple(view.word(key) for key in ("key", "value", "place", "basis", "source"))
    return Table(
        headers, rows, marked, texts=5, title=view.word("scenario says"), kept=frozenset({2})
    )


def _inputs(view: View) -> list[Block]:
    sources = _sources(view)
    if not sources:
        return [Paragraph(view.word("no sources"))]
    counted = rows_by_quality(view)
    rows = tuple(
        (view.word(f"quality {quality or 'unstated'}"), view.number(counted[quality], 0))
        for quality in (*QUALITIES, "")
        if counted[quality]
    )
    kinds = Table(
        (view.word("quality"), view.word("rows")), rows, title=view.word("rows by quality")
    )
    tables = tuple(
        (
            f"{one['file']}:{one['line']}",
            view.word(f"quality {one['quality'] or 'unstated'}"),
            str(one["source"]),
            view.number(float(one["rows"]), 0),
        )
        for one in sources
    )
    marked = frozenset(i for i, one in enumerate(sources) if one["quality"] in ("assumption", ""))
    headers = tuple(view.word(key) for key in ("table file", "quality", "source", "rows"))
    return [
        kinds,
        Table(
            headers, tables, marked, texts=3, title=view.word("inputs say"), kept=frozenset({0, 1})
        ),
    ]


def _files(view: View) -> Table:
    hashes: dict[str, str] = json.loads(view.tree.attrs["inputs_sha256"])
    rows = (
        (view.word("scenario"), str(view.tree.attrs["scenario_sha256"])),
        *((name, digest) for name, digest in hashes.items()),
    )
    headers = (view.word("file"), "SHA-256")
    return Table(headers, tuple(rows), texts=2, title=view.word("provenance"), folded=True)
