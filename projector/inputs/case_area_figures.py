"""The published figures of the embedded input set, and the sums that rest on them.

All use is reckoned on `BANDS`: five-year ages to 85-89 and 90+. They never cut an age group
of the population table, so a sum over people does not depend on how groups are ungrouped.
Arrays by sex and band have the axis order (sex, band), with the sexes as in `SEXES`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.inputs.ages import OPEN, parse_ages
from projector.tables import NATION, SEXES

__all__ = ["BANDS", "Figures", "contacts", "growth_index", "holding", "read_figures", "within"]

Array = NDArray[np.float64]

BANDS = (*(f"{age}-{age + 4}" for age in range(0, 90, 5)), "90+")


def _holds(ages: str, band: str) -> bool:
    first, last = _limits(ages)
    youngest, oldest = _limits(band)
    return first <= youngest and oldest <= last


def _limits(ages: str) -> tuple[float, float]:
    first, last = (0, OPEN) if ages == "*" else parse_ages(ages)
    return first, np.inf if last == OPEN else last


def within(ages: str) -> NDArray[np.bool_]:
    """Which of `BANDS` lie in an age group such as ``25-44``, ``80+`` or ``*``."""
    return np.array([_holds(ages, band) for band in BANDS])


def holding(labels: Iterable[str], band: str) -> str:
    """The one age label that holds the band.

    Raises
    ------
    ValueError
        If no label holds it, or more than one.
    """
    found = [label for label in labels if _holds(label, band)]
    if len(found) != 1:
        raise ValueError(f"ages {band} must lie in exactly one age group, found {found}")
    return found[0]


@dataclass(frozen=True)
class Figures:
    """What is published, and the assumptions beside it.

    Parameters
    ----------
    people
        Persons by (region, year), axes (sex, band).
    members
        Members of every area.
    fertility
        Share of total fertility by year of the period and age group.
    figure
        Single figures by name.
    by_age
        Rows with what, diagnosis, sex, a column for each of `BANDS`, source and quality.
    groups
        How the stays of each somatic diagnosis are found, by diagnosis and column.
    stays
        Hospital figures by (table, measure, column, age).
    admitted
        Admitted per 1 000 by (group, sex, year, age); only what is published.
    population_1997
        People by (sex, age group).
    lengths, growth, levels
        Rows of assumed lengths of stay and growth, and of the local levels to solve for.
    history
        National estimates to 2023 by column and year.
    projection
        Rows of the official projection.
    norms
        Planned occupancy and open days by (setting, column), of settings with one norm.
    visitor_use
        What a visitor uses against a resident, by setting and kind of diagnosis.
    visitor_ages
        Who the visitors of any place are: rows with sex, ages and share.
    diagnosis_kind
        The kind of every diagnosis.
    """

    people: Mapping[tuple[str, int], Array]
    members: Mapping[str, tuple[str, ...]]
    fertility: Mapping[int, Mapping[str, float]]
    figure: Mapping[str, float]
    by_age: pd.DataFrame
    groups: Mapping[str, Mapping[str, Any]]
    stays: Mapping[tuple[str, str, str, str], float]
    admitted: Mapping[tuple[str, str, int, str], float]
    population_1997: Mapping[tuple[str, str], float]
    lengths: pd.DataFrame
    growth: pd.DataFrame
    levels: pd.DataFrame
    history: Mapping[str, Mapping[int, float]]
    projection: pd.DataFrame
    norms: Mapping[tuple[str, str], float]
    visitor_use: Mapping[tuple[str, str], float]
    visitor_ages: pd.DataFrame
    diagnosis_kind: Mapping[str, str]

    def regions(self, place: str) -> tuple[str, ...]:
        """The regions of an area, through nested areas; a region is its own."""
        if place not in self.members:
            return (place,)
        return tuple(region for member in self.members[place] for region in self.regions(member))

    def persons(self, place: str, year: int) -> Array:
        """People of a region or area on 1 January, axes (sex, band)."""
        regions = [self.people[region, year] for region in self.regions(place)]
        return np.asarray(np.sum(regions, axis=0), dtype=np.float64)

    def nation(self, year: int) -> Array:
        """People of the nation on 1 January, axes (sex, band)."""
        return self.persons(NATION, year)

    def fertility_share(self, year: int) -> Array:
        """Share of total fertility by band, of the published period nearest to the year."""
        nearest = min(self.fertility, key=lambda period: abs(period - year))
        return np.array([self.fertility[nearest].get(band, 0.0) for band in BANDS])

    def values(self, what: str, diagnosis: str) -> Array:
        """Typed values, axes (sex, band)."""
        rows = self.by_age
        chosen = rows[(rows["what"] == what) & (rows["diagnosis"] == diagnosis)]
        return chosen.set_index("sex").loc[[*SEXES], [*BANDS]].to_numpy(dtype=np.float64, copy=True)

    def published(self, table: str, measure: str, column: str) -> dict[str, float]:
        """Hospital figures by age."""
        return {
            age: value
            for (in_table, of, sex, age), value in self.stays.items()
            if (in_table, of, sex) == (table, measure, column)
        }


def read_figures(inputs: Path) -> Figures:
    """Read the tables kept by hand and the published figures of an input set."""
    published = inputs / "published"
    areas = pd.read_csv(inputs / "areas.csv", dtype=str)
    fertility = pd.read_csv(inputs / "fertility.csv")
    history = pd.read_csv(published / "un_norway_2006_2023.csv").set_index("year")
    groups = pd.read_csv(published / "somatic_groups.csv", keep_default_na=False)
    norms = pd.read_csv(inputs / "norms.csv").query("kind == '*'")
    stays = _read_commented(published / "hospital_stays_by_age_1997_2004_2012.csv").melt(
        id_vars=["table", "measure", "age"], value_vars=["both", "male", "female"]
    )
    admitted = _read_commented(published / "hospital_admitted_per1000_age_diagnosis_2017_2023.csv")
    return Figures(
        people=_read_people(inputs / "population.csv"),
        members={str(area): tuple(rows["member"]) for area, rows in areas.groupby("area")},
        fertility={
            int(str(year)): dict(zip(rows["ages"], rows["share"], strict=True))
            for year, rows in fertility.groupby("year")
        },
        figure=_pairs(pd.read_csv(published / "figures.csv"), ["figure"], "value"),
        by_age=_read_by_age(published / "by_age.csv"),
        groups={
            str(row["diagnosis"]): {str(name): cell for name, cell in row.items()}
            for row in groups.to_dict("records")
        },
        stays=_pairs(stays.dropna(), ["table", "measure", "variable", "age"], "value"),
        admitted=_pairs(admitted.dropna(), ["group", "sex", "year", "age"], "per1000"),
        population_1997=_pairs(
            pd.read_csv(published / "population_1997.csv"), ["sex", "ages"], "persons"
        ),
        lengths=pd.read_csv(published / "lengths.csv"),
        growth=pd.read_csv(published / "growth_assumed.csv"),
        levels=pd.read_csv(published / "levels.csv"),
        history={str(name): dict(column) for name, column in history.items()},
        projection=pd.read_csv(published / "ssb_projection_2024.csv"),
        norms=_pairs(
            norms.melt("setting", ["occupancy", "days_per_year"]), ["setting", "variable"], "value"
        ),
        visitor_ages=pd.read_csv(inputs / "visitor_ages.csv").query("region == '*'"),
        visitor_use=_pairs(pd.read_csv(inputs / "visitor_use.csv"), ["setting", "kind"], "share"),
        diagnosis_kind=_pairs(pd.read_csv(inputs / "diagnoses.csv"), ["diagnosis"], "kind"),
    )


def _pairs(table: pd.DataFrame, keys: list[str], value: str) -> dict[Any, Any]:
    """One column as a mapping from the key columns; a single key stands alone."""
    names = table[keys[0]] if len(keys) == 1 else zip(*(table[key] for key in keys), strict=True)
    return dict(zip(names, table[value], strict=True))


def _read_commented(path: Path) -> pd.DataFrame:
    """A table of facts: comment lines hold the source, ``:`` is not published."""
    return pd.read_csv(path, comment="#", na_values=[":"])


def _read_people(path: Path) -> dict[tuple[str, int], Array]:
    people = pd.read_csv(path, dtype={"code": str})
    band = [
        BANDS.index(next(band for band in BANDS if _holds(band, ages)))
        for ages in people["age_group"]
    ]
    sex = people["sex"].map(SEXES.index).to_numpy(dtype=np.int64)
    arrays: dict[tuple[str, int], Array] = {}
    for year in (column for column in people.columns if column.isdigit()):
        for code in people["code"].unique():
            rows = (people["code"] == code).to_numpy()
            array = np.zeros((len(SEXES), len(BANDS)))
            persons = people[year].to_numpy(dtype=np.float64)[rows]
            np.add.at(array, (sex[rows], np.array(band)[rows]), persons)
            arrays[code, int(year)] = array
    return arrays


def _read_by_age(path: Path) -> pd.DataFrame:
    """Values on `BANDS`, one row per sex; ``both`` stands for each."""
    table = pd.read_csv(path)
    labels = [column for column in table.columns if column[0].isdigit()]
    each = pd.concat(
        [table[table["sex"].isin([sex, "both"])].assign(sex=sex) for sex in SEXES],
        ignore_index=True,
    )
    on_bands = pd.DataFrame({band: each[holding(labels, band)] for band in BANDS})
    return pd.concat([each.drop(columns=labels), on_bands], axis=1)


def growth_index(growth: pd.DataFrame, measure: str, rows: pd.DataFrame, year: int) -> Array:
    """Index that carries each row from the year it is of to another year.

    ``Π (1 + annual)^n``, with n the years that [from, to] shares with the span between
    the row's year and `year`, negative when `year` comes before.

    Parameters
    ----------
    growth
        Rows of the table ``growth``.
    measure
        ``contacts`` or ``length_of_stay``.
    rows
        Rows of use rates or lengths of stay, with ages in `BANDS`.
    year
        The year to go to.

    Returns
    -------
    numpy.ndarray
        One factor per row of `rows`.
    """
    of_year = rows["year"].to_numpy(dtype=np.int64)
    band = rows["ages"].map(BANDS.index).to_numpy(dtype=np.int64)
    earlier, later = np.minimum(of_year, year), np.maximum(of_year, year)
    index = np.ones(len(rows))
    for change in growth[growth["measure"] == measure].to_dict("records"):
        applies = within(change["ages"])[band]
        for column in ("diagnosis", "setting"):
            if change[column] != "*":
                applies &= rows[column].to_numpy() == change[column]
        shared = np.minimum(later, change["to"]) - np.maximum(earlier, change["from"])
        years = np.clip(shared, 0, None) * np.sign(year - of_year) * applies
        index *= (1 + change["annual"]) ** years
    return index


def contacts(rates: pd.DataFrame, persons: Array, growth: pd.DataFrame, year: int) -> Array:
    """Contacts a year of each row of use rates: persons · rate / 1000 · growth.

    Parameters
    ----------
    rates
        Rows of the table ``use_rates`` with ages in `BANDS`.
    persons
        People, axes (sex, band).
    growth
        Rows of the table ``growth``.
    year
        Calendar year.

    Returns
    -------
    numpy.ndarray
        Contacts, one per row of `rates`.
    """
    sex = rates["sex"].map(SEXES.index).to_numpy(dtype=np.int64)
    band = rates["ages"].map(BANDS.index).to_numpy(dtype=np.int64)
    per_1000 = rates["contacts_per_1000"].to_numpy(dtype=np.float64)
    index = growth_index(growth, "contacts", rates, year)
    return np.asarray(per_1000 / 1000 * persons[sex, band] * index, dtype=np.float64)
