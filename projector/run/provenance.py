"""Where a result comes from: enough to make it again, and nothing that the clock decides."""

import json
from typing import TYPE_CHECKING

from projector import __version__
from projector.inputs.input_set import InputSet
from projector.population.calibration_tables import OVERRIDES
from projector.run.versions import versions
from projector.tables import unique

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from projector.scenario.models import Scenario

__all__ = ["names_of", "notes", "overriding_notes", "provenance", "sources_of"]

_NOTED = 5
"""Regions that a note names before the rest is counted."""


def provenance(
    scenario: "Scenario",
    inputs: InputSet,
    calibrated: tuple[int, int],
    left_out: "Sequence[str]",
    ages: "Sequence[str]",
) -> dict[str, str]:
    """Attributes of the result's root.

    Parameters
    ----------
    scenario
        The scenario that ran.
    inputs
        The tables it ran on.
    calibrated
        First and last year of the age tables that moves and births were derived from.
    left_out
        Sites whose capacity could not be compared.
    ages
        From `projector.run.history.age_notes`.

    Returns
    -------
    dict of str
        CF global attributes, the resolved scenario with the place that set each value, and
        SHA-256 of the scenario and of every input file, what each table says of its sources, the
        versions that the numbers were made with, and the seed where there are draws.
    """
    drawn = scenario.uncertainty.draws
    return {
        "Conventions": "CF-1.11",
        "title": scenario.scenario,
        "source": f"Projector {__version__}",
        "projector_version": __version__,
        "made_with": json.dumps(versions()),
        **({} if drawn is None else {"seed": str(scenario.uncertainty.seed)}),
        "scenario_sha256": scenario.digest(),
        "scenario_resolved": scenario.resolved_yaml(),
        "inputs_sha256": json.dumps(dict(sorted(inputs.files.items())), ensure_ascii=False),
        "inputs_sources": json.dumps(sources_of(inputs), ensure_ascii=False),
        "inputs_notes": "\n".join(notes(scenario, inputs, calibrated, ages)),
        "calibration_years": f"{calibrated[0]}-{calibrated[1]}",
        "names": json.dumps(names_of(inputs), ensure_ascii=False),
        "tiles": json.dumps(_tiles_of(inputs)),
        "sites_left_out": json.dumps(list(left_out), ensure_ascii=False),
    }


def notes(
    scenario: "Scenario",
    inputs: InputSet,
    calibrated: tuple[int, int],
    ages: "Sequence[str]",
) -> list[str]:
    """What a planner should know about the tables and what was made of them.

    Parameters
    ----------
    scenario, inputs, calibrated, ages
        As for `provenance`.

    Returns
    -------
    list of str
    """
    names = inputs.population.region_names
    return [
        *inputs.notes,
        *ages,
        *_calibration_note(scenario, calibrated),
        *overriding_notes(inputs.tables, inputs.files, names),
    ]


def _calibration_note(scenario: "Scenario", calibrated: tuple[int, int]) -> list[str]:
    """Said where the tables do not reach as far as the scenario asks."""
    said, asked = scenario.population.calibration, scenario.calibration_years
    if said is None or not said.says_years or asked == calibrated:
        return []
    return [
        f"the scenario asks for moves and births of {asked[0]}-{asked[1]}; the age tables "
        f"that could be compared are of {calibrated[0]}-{calibrated[1]}"
    ]


def overriding_notes(
    tables: "Mapping[str, pd.DataFrame]", files: "Mapping[str, str]", names: "Mapping[str, str]"
) -> list[str]:
    """What a reader should know of estimates that input tables have taken the place of.

    Parameters
    ----------
    tables
        Input tables.
    files
        What was read, by ``table: file``.
    names
        Region names by code.

    Returns
    -------
    list of str
        One for each table of `OVERRIDES` that is there.
    """
    notes = []
    for table in OVERRIDES:
        if table not in tables:
            continue
        rows = tables[table]
        (file,) = (key.removeprefix(f"{table}: ") for key in files if key.startswith(f"{table}: "))
        note = f"the table {table} ({file}) takes the place of estimates (rows: {len(rows)})"
        if "region" in rows:
            codes = unique(rows["region"])
            shown = [
                code if names.get(code, code) == code else f"{code} {names[code]}"
                for code in codes[:_NOTED]
            ]
            more = [f"and {len(codes) - _NOTED} more"] if len(codes) > _NOTED else []
            note += f", in {', '.join([*shown, *more])}"
        notes.append(note)
    return notes


def sources_of(inputs: InputSet) -> "list[dict[str, str | int]]":
    """What every input table says of where its rows come from.

    Parameters
    ----------
    inputs
        The tables.

    Returns
    -------
    list of dict
        ``table``, ``file`` as a reader would look for it, ``quality`` (``official``, ``derived``,
        ``assumption``, or empty where the row does not say), ``source``, the number of ``rows``
        that say so and the ``line`` of the first of them.
    """
    found: list[dict[str, str | int]] = []
    for table, rows in inputs.tables.items():
        places: dict[tuple[str, str], list[int]] = {}
        said = (_texts(rows, column) for column in ("quality", "source"))
        for line, quality, source in zip(rows.index, *said, strict=True):
            places.setdefault((quality, source), []).append(int(line))
        for (quality, source), lines in places.items():
            found.append(
                {
                    "table": table,
                    "file": inputs.places.get(table, table),
                    "quality": quality,
                    "source": source,
                    "rows": len(lines),
                    "line": lines[0],
                }
            )
    return found


def _texts(rows: "pd.DataFrame", column: str) -> list[str]:
    """A column of texts; empty where the table has no such column or the cell is blank."""
    if column not in rows:
        return [""] * len(rows)
    return [
        "" if blank else str(cell)
        for cell, blank in zip(rows[column], rows[column].isna(), strict=True)
    ]


def _tiles_of(inputs: InputSet) -> dict[str, list[int]]:
    """Column and row of each region on the map of squares; of none where the inputs have no map."""
    if "tiles" not in inputs.tables:
        return {}
    rows = inputs.tables["tiles"][["region", "column", "row"]]
    return {str(region): [int(x), int(y)] for region, x, y in rows.itertuples(index=False)}


def names_of(inputs: InputSet) -> dict[str, dict[str, dict[str, str]]]:
    """What diagnoses, resources, professions and competences are called, by type and key."""
    named: dict[str, dict[str, dict[str, str]]] = {}
    for row in inputs.tables["names"].to_dict("records"):
        named.setdefault(row["type"], {})[row["key"]] = {"nb": row["nb"], "en": row["en"]}
    return named
