"""Build the computed tables of the embedded input set from its published figures.

``python -m projector.inputs.case_areas`` reads ``inputs/case-areas``: the tables kept by
hand (population, areas, norms and others) and the published figures and assumptions in
its folder ``published``. It writes ``paths``, ``use_rates``, ``length_of_stay``,
``growth`` and ``use_levels`` beside them. The same figures always give the same bytes.

The arithmetic of use stands in `case_area_growth`, `case_area_rates` and
`case_area_levels`; this module holds the national paths, the order of the steps and the
writing.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from projector.inputs.case_area_figures import Figures, read_figures
from projector.inputs.case_area_growth import somatic_growth
from projector.inputs.case_area_levels import other_rates, use_levels
from projector.inputs.case_area_rates import somatic_lengths, somatic_rates
from projector.tables import INPUT_TABLES, LEVELS, NATION, SEXES

__all__ = ["CASE_AREAS", "build", "main"]

CASE_AREAS = Path(__file__).parents[2] / "inputs" / "case-areas"
_UN_SOURCE = "UN World Population Prospects 2024, CC BY 3.0 IGO"
_PEOPLE_SOURCE = "SSB table 07459, people on 1 January, CC BY 4.0"
_SSB_SOURCE = "SSB national population projection 2024"


def build(inputs: Path, target: Path) -> list[Path]:
    """Compute the tables and write them.

    Parameters
    ----------
    inputs
        The input set: tables kept by hand and the folder ``published``.
    target
        The folder that the computed tables are written to.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    ValueError
        If the figures contradict each other: a share that is no share, or groups of
        diagnoses that together exceed all stays of an age.
    """
    figures = read_figures(inputs)
    growth = pd.concat([somatic_growth(figures), figures.growth], ignore_index=True)
    somatic = somatic_rates(figures)
    rates = pd.concat([somatic, other_rates(figures, growth)], ignore_index=True)
    lengths = pd.concat([somatic_lengths(figures, somatic), figures.lengths.assign(ages="*")])
    tables = {
        "paths": national_paths(figures),
        "use_rates": _merged_bands(rates),
        "length_of_stay": lengths,
        "growth": growth,
        "use_levels": use_levels(figures, rates, lengths, growth),
    }
    return [_write(target / f"{name}.csv", name, table) for name, table in tables.items()]


def national_paths(figures: Figures) -> pd.DataFrame:
    """National fertility, life expectancy, migration, sex ratio and people.

    Years to 2023 follow the United Nations estimates, later years the projection of
    Statistics Norway. Where the projection prints both sexes only, each sex goes the
    published share of its way from 2024 to 2050, and the low and high alternatives
    stand as far from the middle as they do for both sexes. People are those of the
    population table as long as it lasts.

    Parameters
    ----------
    figures
        The published figures.

    Returns
    -------
    pandas.DataFrame
        Rows of the table ``paths``.
    """
    keys = figures.projection[["component", "sex", "level", "year"]]
    projection = dict(
        zip(keys.itertuples(index=False, name=None), figures.projection["value"], strict=True)
    )
    rows = [*_history(figures), *_life_expectancy(projection)]
    as_they_are = ("total_fertility", "internal_migration", "net_immigration", "population")
    printed = figures.projection[figures.projection["component"].isin(as_they_are)]
    ratio = figures.projection.query("component == 'sex_ratio_at_birth'").iloc[0]
    rows += [tuple(row) for row in printed.itertuples(index=False)]
    rows += [
        (ratio.component, "both", level, ratio.year, ratio.value, ratio.source, ratio.quality)
        for level in LEVELS
    ]
    return pd.DataFrame(rows, columns=list(INPUT_TABLES["paths"].columns))


def _history(figures: Figures) -> list[tuple[object, ...]]:
    """Estimates to 2023, the same at every level; fertility from births and women."""
    rows: list[tuple[object, ...]] = []
    history = figures.history
    for year in history["births_thousand"]:
        estimates = [
            ("life_expectancy", "male", history["life_expectancy_male"][year], "official"),
            ("life_expectancy", "female", history["life_expectancy_female"][year], "official"),
            (
                "net_immigration",
                "both",
                1000 * history["net_immigration_thousand"][year],
                "official",
            ),
            ("total_fertility", "both", _total_fertility(figures, year), "derived"),
        ]
        rows += [
            (component, sex, level, year, value, _UN_SOURCE, quality)
            for component, sex, value, quality in estimates
            for level in LEVELS
        ]
    people = {
        year: persons for (region, year), persons in figures.people.items() if region == NATION
    }
    rows += [
        ("population", "both", level, year, float(persons.sum()), _PEOPLE_SOURCE, "official")
        for year, persons in people.items()
        for level in LEVELS
    ]
    return rows


def _total_fertility(figures: Figures, year: int) -> float:
    """Total fertility, births / Σ (women · share / 5), with women at mid-year."""
    persons = (figures.nation(year) + figures.nation(year + 1)) / 2
    exposure = persons[SEXES.index("female")] @ figures.fertility_share(year) / 5
    return float(1000 * figures.history["births_thousand"][year] / exposure)


def _life_expectancy(projection: Mapping[Any, float]) -> list[tuple[object, ...]]:
    def published(sex: str, level: str, year: int) -> float:
        return projection["life_expectancy", sex, level, year]

    first, between, last = (published("both", "M", year) for year in (2024, 2030, 2050))
    way = (between - first) / (last - first)
    rows: list[tuple[object, ...]] = []
    for sex in SEXES:
        start, end = published(sex, "M", 2024), published(sex, "M", 2050)
        middle = {2024: start, 2030: start + way * (end - start), 2050: end}
        for level in LEVELS:
            for year, value in middle.items():
                apart = 0.0
                if year != 2024:
                    apart = published("both", level, year) - published("both", "M", year)
                official = year == 2024 or (year == 2050 and level == "M")
                quality = "official" if official else "derived"
                rows.append(
                    ("life_expectancy", sex, level, year, value + apart, _SSB_SOURCE, quality)
                )
    return rows


def _age_order(ages: str) -> int:
    return 0 if ages == "*" else int(ages.split("-", maxsplit=1)[0].rstrip("+"))


def _sorted(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Rows in the order of the key, ages by their first year."""
    ordered = table.sort_values(
        list(INPUT_TABLES[name].key),
        key=lambda column: column.map(_age_order) if column.name == "ages" else column,
        kind="stable",
    )
    return ordered.reset_index(drop=True)[list(INPUT_TABLES[name].columns)]


def _merged_bands(rates: pd.DataFrame) -> pd.DataFrame:
    """One row for neighbouring bands with the same rate: fewer lines to read and to check."""
    rows = _sorted(rates, "use_rates")
    same = [name for name in rows.columns if name != "ages"]
    run = (rows[same] != rows[same].shift()).any(axis=1).cumsum()
    merged = rows.groupby(run, sort=False).first()
    last = rows.groupby(run, sort=False)["ages"].last()
    merged["ages"] = [
        f"{_age_order(first)}+" if end.endswith("+") else f"{_age_order(first)}-{end.split('-')[1]}"
        for first, end in zip(merged["ages"], last, strict=True)
    ]
    return merged


def _text(value: object) -> object:
    """A number with seven significant digits and no exponent; anything else as it is."""
    if isinstance(value, float):
        return np.format_float_positional(float(f"{value:.7g}"), trim="-")
    return value


def _write(path: Path, name: str, table: pd.DataFrame) -> Path:
    _sorted(table, name).map(_text).to_csv(path, index=False, lineterminator="\n")
    return path


def main() -> None:
    """Rebuild the embedded input set in place."""
    for path in build(CASE_AREAS, CASE_AREAS):
        print(path.name)


if __name__ == "__main__":
    main()
