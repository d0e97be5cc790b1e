"""The published figures of the embedded input set, and the sums that rest on them.

All use is reckoned on `BANDS`: five-year ages to 85-89 and 90+. They never cut an age group
of the population table, so a sum over people does not depend on how groups are ungrouped.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from projector.tables import NATION, SEXES

__all__ = ["BANDS", "Figures", "contacts", "growth_index", "holding", "read_figures", "spans"]

BANDS = (*(f"{age}-{age + 4}" for age in range(0, 90, 5)), "90+")


def spans(ages: str, band: str) -> bool:
    """Whether an age label such as ``25-44``, ``80+`` or ``*`` holds the whole band."""
    first, last = _limits(ages)
    youngest, oldest = _limits(band)
    return first <= youngest and oldest <= last


def _limits(ages: str) -> tuple[float, float]:
    if ages == "*":
        return 0.0, np.inf
    if ages.endswith("+"):
        return float(ages[:-1]), np.inf
    first, _, last = ages.partition("-")
    return float(first), float(last or first)


def holding(labels: Iterable[str], band: str) -> str:
    """The one age label that holds the band.

    Raises
    ------
    ValueError
        If no label holds it, or more than one.
    """
    found = [label for label in labels if spans(label, band)]
    if len(found) != 1:
        raise ValueError(f"ages {band} must lie in exactly one age group, found {found}")
    return found[0]


@dataclass(frozen=True)
class Figures:
    """What is published, and the assumptions beside it.

    Parameters
    ----------
    people
        Persons by (region, sex, band), one column per year.
    areas
        Members of every area.
    fertility
        Shares of total fertility by age group, one column per year.
    figure
        Single figures by name.
    by_age
        Values by (what, diagnosis, sex): columns of `BANDS`, ``source``, ``quality``.
    groups
        The somatic diagnosis groups and how their stays are found.
    stays, admitted, population_1997
        Hospital stays by age, admitted by age and diagnosis, people of 1997.
    lengths, growth
        Assumed lengths of stay and growth.
    history, projection
        National estimates to 2023 and the official projection.
    norms
        The norms by (setting, kind).
    diagnosis_kind
        The kind of every diagnosis.
    """

    people: pd.DataFrame
    areas: dict[str, tuple[str, ...]]
    fertility: pd.DataFrame
    figure: pd.Series
    by_age: pd.DataFrame
    groups: pd.DataFrame
    stays: pd.DataFrame
    admitted: pd.DataFrame
    population_1997: pd.Series
    lengths: pd.DataFrame
    growth: pd.DataFrame
    history: pd.DataFrame
    projection: pd.DataFrame
    norms: pd.DataFrame
    diagnosis_kind: pd.Series

    def regions(self, place: str) -> tuple[str, ...]:
        """The regions of an area, through nested areas; a region is its own."""
        if place not in self.areas:
            return (place,)
        return tuple(region for member in self.areas[place] for region in self.regions(member))

    def persons(self, place: str, year: int) -> pd.Series:
        """People of a region or area on 1 January by (sex, band)."""
        chosen = self.people.loc[list(self.regions(place)), str(year)]
        return chosen.groupby(level=["sex", "band"], sort=False).sum().astype(float)

    def nation(self, year: int) -> pd.Series:
        """People of the nation on 1 January by (sex, band)."""
        return self.persons(NATION, year)

    def fertility_share(self, year: int) -> pd.Series:
        """Share of total fertility by band, of the published period nearest to the year."""
        nearest = min(self.fertility.columns, key=lambda period: abs(int(period) - year))
        return self.fertility[nearest].reindex(list(BANDS), fill_value=0.0)


def read_figures(inputs: Path) -> Figures:
    """Read the tables kept by hand and the published figures of an input set."""
    published = inputs / "published"
    areas = pd.read_csv(inputs / "areas.csv", dtype=str)
    fertility = pd.read_csv(inputs / "fertility.csv")
    history = pd.read_csv(published / "un_norway_2006_2023.csv")
    return Figures(
        people=_read_people(inputs / "population.csv"),
        areas={str(area): tuple(rows["member"]) for area, rows in areas.groupby("area")},
        fertility=fertility.pivot_table(index="ages", columns="year", values="share"),
        figure=pd.read_csv(published / "figures.csv").set_index("figure")["value"],
        by_age=_read_by_age(published / "by_age.csv"),
        groups=pd.read_csv(published / "somatic_groups.csv").set_index("diagnosis"),
        stays=_read_commented(published / "hospital_stays_by_age_1997_2004_2012.csv"),
        admitted=_read_commented(
            published / "hospital_admitted_per1000_age_diagnosis_2017_2023.csv"
        ),
        population_1997=pd.read_csv(published / "population_1997.csv").set_index(["sex", "ages"])[
            "persons"
        ],
        lengths=pd.read_csv(published / "lengths.csv"),
        growth=pd.read_csv(published / "growth_assumed.csv"),
        history=history.set_index("year"),
        projection=pd.read_csv(published / "ssb_projection_2024.csv"),
        norms=pd.read_csv(inputs / "norms.csv").set_index(["setting", "kind"]),
        diagnosis_kind=pd.read_csv(inputs / "diagnoses.csv").set_index("diagnosis")["kind"],
    )


def _read_commented(path: Path) -> pd.DataFrame:
    """A table of facts: comment lines hold the source, ``:`` is not published."""
    return pd.read_csv(path, comment="#", na_values=[":"])


def _read_people(path: Path) -> pd.DataFrame:
    people = pd.read_csv(path, dtype={"code": str})
    people["band"] = [
        next(band for band in BANDS if spans(band, ages)) for ages in people["age_group"]
    ]
    years = [column for column in people.columns if column.isdigit()]
    return people.groupby(["code", "sex", "band"], sort=False)[years].sum()


def _read_by_age(path: Path) -> pd.DataFrame:
    """Values on `BANDS`, one row per sex; ``both`` stands for each."""
    table = pd.read_csv(path)
    labels = [column for column in table.columns if column[0].isdigit()]
    each = pd.concat(
        [table[table["sex"].isin([sex, "both"])].assign(sex=sex) for sex in SEXES]
    ).set_index(["what", "diagnosis", "sex"])
    on_bands = {band: each[holding(labels, band)] for band in BANDS}
    return pd.DataFrame(on_bands).join(each[["source", "quality"]])


def growth_index(growth: pd.DataFrame, measure: str, rows: pd.DataFrame, year: int) -> pd.Series:
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
        Rows of use rates or lengths of stay.
    year
        The year to go to.

    Returns
    -------
    pandas.Series
        One factor per row of `rows`.
    """
    index = pd.Series(1.0, index=rows.index)
    earlier, later = rows["year"].clip(upper=year), rows["year"].clip(lower=year)
    direction = np.sign(year - rows["year"])
    for change in growth[growth["measure"] == measure].to_dict("records"):
        applies = rows["ages"].map(lambda band, ages=change["ages"]: spans(ages, band))
        for column in ("diagnosis", "setting"):
            if change[column] != "*":
                applies &= rows[column] == change[column]
        shared = later.clip(upper=change["to"]) - earlier.clip(lower=change["from"])
        index *= (1 + change["annual"]) ** (shared.clip(lower=0) * direction * applies)
    return index


def contacts(
    rates: pd.DataFrame, persons: pd.Series, growth: pd.DataFrame, year: int
) -> pd.Series:
    """Contacts a year of each row of use rates: persons · rate / 1000 · growth.

    Parameters
    ----------
    rates
        Rows of the table ``use_rates`` on `BANDS`.
    persons
        People by (sex, band).
    growth
        Rows of the table ``growth``.
    year
        Calendar year.

    Returns
    -------
    pandas.Series
        Contacts, one per row of `rates`.
    """
    people = persons.reindex(pd.MultiIndex.from_frame(rates[["sex", "ages"]])).to_numpy()
    index = growth_index(growth, "contacts", rates, year)
    return rates["contacts_per_1000"] / 1000 * people * index
