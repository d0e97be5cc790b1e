"""``projector population``: what the projection of people is made from."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from projector.outputs.calibration import refuse_calibration_target, write_calibration
from projector.outputs.words import number, word
from projector.population.calibration_tables import mean_by_age
from projector.run import vocabulary
from projector.run.calibration import Estimated, estimate
from projector.scenario import load_scenario
from projector.tables import NATION

if TYPE_CHECKING:
    import xarray

    from projector.outputs.words import Language

__all__ = ["calibrate_scenario"]

_AGES: dict[str, tuple[int, int | None]] = {
    "1-17": (1, 17),
    "18-24": (18, 24),
    "25-39": (25, 39),
    "40-66": (40, 66),
    "67+": (67, None),
}
"""Where people move for different reasons: with parents, to study, to settle, and later."""

_ALL_AGES: dict[str, tuple[int, int | None]] = {"all": (1, None)}
_REGIONS_SHOWN = 20
_YEARS_SHOWN = 10
_NOTHING = "–"


def calibrate_scenario(path: Path, output: Path, language: "Language") -> None:
    """Calibrate a scenario file for a reader at a terminal.

    Parameters
    ----------
    path
        The scenario file.
    output
        Folder for the tables.
    language
        ``nb`` or ``en``.
    """
    refuse_calibration_target(output)
    scenario = load_scenario(path, vocabulary=vocabulary)
    own = [file for files in scenario.inputs.tables.values() for file in files]
    refuse_calibration_target(output, own)
    found = estimate(scenario)
    for note in found.notes:
        click.echo(word("note", language, text=note), err=True)
    write_calibration(found.dataset, output)
    first, last = found.years
    click.echo(f"{scenario.scenario}: {word('calibrated', language, first=first, last=last)}")
    click.echo("\n".join(_regions(found, language)))
    asked = scenario.population.calibration
    looked = asked is None or asked.extraordinary == "detect"
    click.echo("\n".join(_extraordinary(found, language, looked=looked)))
    click.echo(f"\n{word('results in', language, folder=output)}/")


def _regions(found: Estimated, language: "Language") -> list[str]:
    """A line for each region; of many only those that differ most from the nation."""
    if not found.regions:
        return []
    dataset, base = found.dataset.sel(region=found.regions), found.base.sel(region=found.regions)
    ratio = dataset["cohort_ratio"]
    either_way = mean_by_age(abs(ratio - 1.0), base, _ALL_AGES).isel(ages=0)
    order = np.arange(len(found.regions))
    if len(order) > _REGIONS_SHOWN:
        order = np.argsort(-either_way.fillna(0.0).values, kind="stable")[:_REGIONS_SHOWN]
    own = mean_by_age(dataset["cohort_ratio_credibility"], base, _ALL_AGES).isel(ages=0)
    people, moves = base.sum(("sex", "age")), mean_by_age(ratio - 1.0, base, _AGES)
    headings = [
        word("people", language),
        *(word(f"level {measure}", language) for measure in ("mortality", "fertility")),
        *(age.replace("-", "–") for age in _AGES),
        word("credibility", language),
    ]
    rows = []
    for r in map(int, order):
        levels = dataset["regional_level"].isel(region=r)
        rows.append(
            [
                str(dataset["region_name"].values[r]),
                number(float(people[r]), language),
                *(number(float(level), language, 2) for level in levels.values),
                *(_written(1000 * float(move), language, 1) for move in moves.values[r]),
                _written(float(own[r]), language, 2),
            ]
        )
    wide = max(len(row[0]) for row in rows) + 2
    columns = [
        max(len(row[c]) for row in [["", *headings], *rows]) + 2 for c in range(1, len(rows[0]))
    ]
    lines = ["", word("moves explained", language)]
    lines += [
        row[0].ljust(wide)
        + "".join(f"{cell:>{width}}" for cell, width in zip(row[1:], columns, strict=True))
        for row in [["", *headings], *rows]
    ]
    more = len(found.regions) - len(rows)
    if more:
        lines.append(word("more calibrated", language, count=more))
    return lines


def _extraordinary(found: Estimated, language: "Language", *, looked: bool) -> list[str]:
    """The years that count least, of the regions shown and the nation."""
    dataset = found.dataset
    shown = {*found.regions, NATION}
    here = [k for k, code in enumerate(dataset["extraordinary_region"].values) if code in shown]
    if not here:
        return ["", word("none extraordinary" if looked else "extraordinary kept", language)]
    weight = dataset["extraordinary_weight"].values
    here = sorted(here, key=lambda k: float(weight[k]))
    lines = ["", word("extraordinary", language)]
    for k in here[:_YEARS_SHOWN]:
        lines.append("  " + _occasion(dataset.isel(extraordinary=k), language))
    more = len(here) - _YEARS_SHOWN
    if more > 0:
        lines.append("  " + word("more extraordinary", language, count=more))
    return lines


def _occasion(one: "xarray.Dataset", language: "Language") -> str:
    code, persons = str(one["extraordinary_region"].values), float(one["extraordinary_persons"])
    name = str(one["extraordinary_region_name"].values)
    return word(
        "extraordinary years",
        language,
        region=word("the nation", language) if code == NATION else name,
        first=int(one["extraordinary_from"]),
        last=int(one["extraordinary_to"]),
        persons=("+" if persons > 0 else "") + number(persons, language),
        weight=number(float(one["extraordinary_weight"]), language, 2),
    )


def _written(value: float, language: "Language", decimals: int) -> str:
    """A figure, or a dash where there is nobody to have one."""
    return _NOTHING if np.isnan(value) else number(value, language, decimals)
