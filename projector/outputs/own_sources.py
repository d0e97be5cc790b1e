"""What ``SOURCES.md`` of a set says of an own table."""

from pathlib import Path

from projector.inputs.own.adding import Added

__all__ = ["own_sources"]

_HEADING = "## Own tables"


def own_sources(earlier: str, name: str, base: str | None, added: Added, day: str) -> str:
    """The text of ``SOURCES.md`` with a line more.

    Parameters
    ----------
    earlier
        What it said; empty for a new set.
    name
        Of the set.
    base
        Name of the set that a new one is made from.
    added
        What was added.
    day
        ISO date.

    Returns
    -------
    str
        Markdown.
    """
    text = earlier.rstrip("\n")
    if not text:
        text = f"# Where the figures of `{name}` come from"
        if base is not None:
            text += (
                f"\n\nMade from the set `{base}`, whose sources are in `SOURCES.{base}.md`,"
                "\nand from what is named here."
            )
    if _HEADING not in text:
        text += f"\n\n{_HEADING}\n"
    return f"{text}\n{_line(added, day)}\n"


def _line(added: Added, day: str) -> str:
    rows = added.understood.rows
    sources = dict.fromkeys(row.values["source"] for row in rows)
    qualities = dict.fromkeys(row.values["quality"] for row in rows)
    sheet = f", sheet *{added.grid.sheet}*" if added.grid.sheet else ""
    columns = ", ".join(
        f"{letter} *{heading}*: {what}" for letter, heading, what in added.columns()
    )
    files = ", ".join(f"`{Path(file).name}`" for file in added.files)
    return (
        f"- {files}: {added.kind.name}, {len(rows)} rows of `{added.grid.path.name}`{sheet}, "
        f"added {day}; {'; '.join(sources)} ({', '.join(qualities)}). {columns}. "
        f"SHA-256 {added.sha256}."
    )
