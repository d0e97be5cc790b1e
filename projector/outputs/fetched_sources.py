"""``SOURCES.md`` of a fetched set."""

import json
from collections.abc import Sequence

from projector.inputs.fetch.parts import Part, Source

__all__ = ["fetched_sources"]

_CODES_SHOWN = 8


def fetched_sources(
    name: str, part: Part, *, base: str | None, taken: Sequence[str], absent: Sequence[str]
) -> str:
    """The text: every file with its table, time of update, time of fetch and queries.

    Parameters
    ----------
    name
        Of the set.
    part
        What was fetched.
    base
        Name of the set that the other tables are from.
    taken
        The tables that are from it.
    absent
        Tables that a run needs and that are not in the set.

    Returns
    -------
    str
        Markdown.
    """
    lines = [
        f"# Where the figures of `{name}` come from",
        "",
        "Fetched by `projector inputs fetch` from the statistics bank of Statistics Norway (SSB),",
        "CC BY 4.0. In `population.csv` the quality *official* is printed as it is; *derived* was",
        "brought from older regions to the codes of the last year by the changes in KLASS.",
        "",
        "## Fetched",
        "",
        "| file | table | updated | fetched (UTC) | through | what it is |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{one.file}` | {_cell(one.title)} | {one.updated or '–'} | {one.fetched} "
        f"| {one.version} | {one.remark} |"
        for one in part.sources
    ]
    lines += [
        "",
        "## Queries",
        "",
        "Dimensions and codes of each extract; in full in `published/queries.json`.",
    ]
    for one in (source for source in part.sources if source.queries):
        lines += ["", f"`{one.file}`:", "", *_queries(one)]
    if part.notes:
        lines += ["", "## To know", "", *(f"- {_cell(note)}" for note in part.notes)]
    lines += ["", "## Not from the statistics bank", ""]
    lines += [
        "SSB does not print use of services by diagnosis group and age, how long stays of a group",
        "last, where places stand, norms, rosters or who works where, so these are not fetched.",
    ]
    if base is not None:
        lines += [
            f"These tables are those of the set `{base}` (its sources: `SOURCES.{base}.md`): "
            + ", ".join(f"`{table}`" for table in taken)
            + ". Rows that they have for regions which this set does not have say nothing here."
        ]
    if absent:
        lines += [
            "This set is not whole. A run needs these as well: "
            + ", ".join(f"`{table}`" for table in absent)
            + ". Fetch with `--base`, or point a scenario on a whole set to `population.csv`."
        ]
    return "\n".join([*lines, ""])


def _queries(source: Source) -> list[str]:
    return [f"- {_short(query)}" for query in source.queries]


def _short(query: str) -> str:
    """A query for a reader: the codes of each dimension, long lists by their ends and number."""
    table, selection = json.loads(query)
    told = []
    for dimension, codes in selection:
        shown = ", ".join(codes)
        if len(codes) > _CODES_SHOWN:
            shown = f"{', '.join(codes[:3])} … {codes[-1]} ({len(codes)})"
        told.append(f"{dimension}: {shown}")
    return f"{table} · " + " · ".join(told)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
