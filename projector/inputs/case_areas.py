"""Build the computed tables of the embedded input set from its published figures.

``python -m projector.inputs.case_areas`` reads ``inputs/case-areas``: the tables kept by
hand (population, areas, norms and others) and the published figures and assumptions in
its folder ``published``. It writes ``paths``, ``use_rates``, ``length_of_stay``,
``growth`` and ``use_levels`` beside them. The same figures always give the same bytes.

The arithmetic of use stands in `case_area_rates` and `case_area_levels`; this module
holds the national paths, the order of the steps and the writing.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from projector.inputs.case_area_figures import BANDS, Figures, read_figures
from projector.inputs.case_area_levels import calibrated_rates, use_levels
from projector.inputs.case_area_rates import somatic_inpatient
from projector.tables import INPUT_TABLES, LEVELS

__all__ = ["CASE_AREAS", "build", "main"]

CASE_AREAS = Path(__file__).parents[2] / "inputs" / "case-areas"
_UN_SOURCE = "UN World Population Prospects 2024, CC BY 3.0 IGO"
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
    rates, lengths, growth = somatic_inpatient(figures)
    growth = _sorted(pd.concat([growth, figures.growth]), "growth")
    rates = calibrated_rates(figures, rates, growth)
    lengths = pd.concat([lengths, figures.lengths.assign(ages="*")])
    tables = {
        "paths": national_paths(figures),
        "use_rates": rates,
        "length_of_stay": lengths,
        "growth": growth,
        "use_levels": use_levels(figures, rates, lengths, growth),
    }
    return [_write(target / f"{name}.csv", name, table) for name, table in tables.items()]


def national_paths(figures: Figures) -> pd.DataFrame:
    """National fertility, life expectancy, net immigration and sex ratio by level and year.

    Years to 2023 follow the United Nations estimates, later years the projection of
    Statistics Norway. Where the projection prints both sexes only, each sex goes the
    published share of its way from 2024 to 2050, and the low and high alternatives
    stand as far from the middle as they do for both sexes.

    Parameters
    ----------
    figures
        The published figures.

    Returns
    -------
    pandas.DataFrame
        Rows of the table ``paths``.
    """
    projection = figures.projection.set_index(["component", "sex", "level", "year"])["value"]
    rows = [
        *_history(figures),
        *_life_expectancy(projection["life_expectancy"]),
        *_net_immigration(projection["net_immigration"]["both"]),
    ]
    fertility = figures.projection.query("component == 'total_fertility'")
    ratio = figures.projection.query("component == 'sex_ratio_at_birth'").iloc[0]
    rows += [tuple(row) for row in fertility.itertuples(index=False)]
    rows += [
        (ratio.component, "both", level, ratio.year, ratio.value, ratio.source, ratio.quality)
        for level in LEVELS
    ]
    return pd.DataFrame(rows, columns=list(INPUT_TABLES["paths"].columns))


def _history(figures: Figures) -> list[tuple[object, ...]]:
    """Estimates to 2023, the same at every level; fertility from births and women."""
    rows: list[tuple[object, ...]] = []
    for year, of_year in figures.history.iterrows():
        estimates = [
            ("life_expectancy", "male", of_year["life_expectancy_male"], "official"),
            ("life_expectancy", "female", of_year["life_expectancy_female"], "official"),
            ("net_immigration", "both", 1000 * of_year["net_immigration_thousand"], "official"),
            ("total_fertility", "both", _total_fertility(figures, int(str(year))), "derived"),
        ]
        rows += [
            (component, sex, level, year, value, _UN_SOURCE, quality)
            for component, sex, value, quality in estimates
            for level in LEVELS
        ]
    return rows


def _total_fertility(figures: Figures, year: int) -> float:
    """Total fertility, births / Σ (women · share / 5), with women at mid-year."""
    women = (figures.nation(year) + figures.nation(year + 1))["female"] / 2
    exposure = (women * figures.fertility_share(year)).sum() / 5
    return float(1000 * figures.history["births_thousand"][year] / exposure)


def _life_expectancy(projection: pd.Series) -> list[tuple[object, ...]]:
    both = projection["both"]
    way = (both["M", 2030] - both["M", 2024]) / (both["M", 2050] - both["M", 2024])
    rows: list[tuple[object, ...]] = []
    for sex in ("female", "male"):
        first, last = projection[sex, "M", 2024], projection[sex, "M", 2050]
        middle = {2024: first, 2030: first + way * (last - first), 2050: last}
        for level in LEVELS:
            for year, value in middle.items():
                apart = 0.0 if year == 2024 else both[level, year] - both["M", year]
                official = year == 2024 or (year == 2050 and level == "M")
                quality = "official" if official else "derived"
                rows.append(
                    ("life_expectancy", sex, level, year, value + apart, _SSB_SOURCE, quality)
                )
    return rows


def _net_immigration(both: pd.Series) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for level in LEVELS:
        in_2050 = both["M", 2050] * both[level, 2030] / both["M", 2030]
        for year, value in ((2024, both["M", 2024]), (2030, both[level, 2030]), (2050, in_2050)):
            quality = "derived" if year == 2050 and level != "M" else "official"
            rows.append(("net_immigration", "both", level, year, value, _SSB_SOURCE, quality))
    return rows


def _age_order(ages: str) -> int:
    return 0 if ages == "*" else int(ages.split("-")[0].rstrip("+"))


def _sorted(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Rows in the order of the key, ages by their first year."""
    ordered = table.sort_values(
        list(INPUT_TABLES[name].key),
        key=lambda column: column.map(_age_order) if column.name == "ages" else column,
        kind="stable",
    )
    return ordered.reset_index(drop=True)[list(INPUT_TABLES[name].columns)]


def _text(value: object) -> object:
    """A number with six significant digits and no exponent; anything else as it is."""
    if isinstance(value, float):
        return np.format_float_positional(float(f"{value:.6g}"), trim="-")
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
