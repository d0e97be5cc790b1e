"""Use in every other setting, and how local use differs, both held to published totals."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.inputs.case_area_figures import (
    BANDS,
    Figures,
    contacts,
    growth_index,
    holding,
    within,
)
from projector.tables import INPUT_TABLES, SEXES

__all__ = ["other_rates", "use_levels"]

Array = NDArray[np.float64]

_TYPED_SETTINGS = (
    "inpatient",
    "day",
    "outpatient",
    "observation",
    "hotel",
    "rehabilitation",
    "municipal_acute",
    "ambulatory",
)
_RESIDENTIAL = ("nursing_home", "care_home", "municipal_short_stay")
_LOCAL_YEAR = 2007
_ASSUMED_YEAR = 2023
_HOSPITAL_AREA = "Ringerike sykehusområde"
_VALLEY = "Hallingdal"
_DAYS_PER_YEAR = 365
_DAYS_PER_WEEK = 7
_COLUMNS = list(INPUT_TABLES["use_rates"].columns)


def other_rates(figures: Figures, growth: pd.DataFrame) -> pd.DataFrame:
    """Use rates of every setting but somatic stays.

    Parameters
    ----------
    figures
        The published figures.
    growth
        Rows of the table ``growth``.

    Returns
    -------
    pandas.DataFrame
        Rows of the table ``use_rates`` on the bands.
    """
    typed = pd.concat([_typed(figures, setting) for setting in _TYPED_SETTINGS], ignore_index=True)
    typed = _to_local_consultations(figures, typed, growth)
    parts = [
        typed,
        _remote(figures, typed, growth),
        *(_stays_of_residents(figures, setting) for setting in _RESIDENTIAL),
        _home_care(figures),
    ]
    return pd.concat(parts, ignore_index=True)


def _rows(values: pd.DataFrame, setting: str, year: int) -> pd.DataFrame:
    """Use rates from rows by diagnosis and sex with one column per band."""
    rows = values.melt(
        id_vars=["diagnosis", "sex", "source", "quality"],
        value_vars=list(BANDS),
        var_name="ages",
        value_name="contacts_per_1000",
    )
    return rows.assign(setting=setting, year=year)[_COLUMNS]


def _typed(figures: Figures, setting: str) -> pd.DataFrame:
    year = _LOCAL_YEAR if setting == "outpatient" else _ASSUMED_YEAR
    return _rows(figures.by_age[figures.by_age["what"] == setting], setting, year)


def _visitor(figures: Figures, year: int) -> Array:
    """One visitor by sex and age (sex, band): within each row as the nation's people are."""
    nation = figures.nation(year)
    rows = figures.visitor_ages
    profile = np.zeros_like(nation)
    for i, sex in enumerate(SEXES):
        of_sex = rows[rows["sex"].isin([sex, "*"])]
        labels = [holding(of_sex["ages"], band) for band in BANDS]
        for row in of_sex.to_dict("records"):
            chosen = np.array([label == row["ages"] for label in labels])
            people = nation[:, chosen] if row["sex"] == "*" else nation[[i]][:, chosen]
            profile[i, chosen] += row["share"] * nation[i, chosen] / people.sum()
    return np.asarray(profile / profile.sum())


def _present(figures: Figures, setting: str, kind: str) -> Array:
    """People of the hospital area in 2007 with the visitors that use the setting."""
    visitors = figures.figure["ringerike_visitors"] * _visitor(figures, _LOCAL_YEAR)
    residents = figures.persons(_HOSPITAL_AREA, _LOCAL_YEAR)
    return np.asarray(residents + figures.visitor_use[setting, kind] * visitors)


def _somatic(figures: Figures, rows: pd.DataFrame) -> NDArray[np.bool_]:
    return np.array([figures.diagnosis_kind[name] == "somatic" for name in rows["diagnosis"]])


def _to_local_consultations(
    figures: Figures, rates: pd.DataFrame, growth: pd.DataFrame
) -> pd.DataFrame:
    """Scale consultations so that the hospital area of 2007 has the published number."""
    rates = rates.copy()
    clinic = rates["setting"].to_numpy() == "outpatient"
    somatic = _somatic(figures, rates)
    for chosen, name, kind in (
        (clinic & somatic, "ringerike_outpatient", "somatic"),
        (clinic & ~somatic, "ringerike_mental_outpatient", "mental"),
    ):
        present = _present(figures, "outpatient", kind)
        typed = contacts(rates[chosen], present, growth, _LOCAL_YEAR).sum()
        rates.loc[chosen, "contacts_per_1000"] *= figures.figure[name] / typed
    return rates


def _remote(figures: Figures, rates: pd.DataFrame, growth: pd.DataFrame) -> pd.DataFrame:
    """Video and telephone: a share of the consultations at the clinic of 2023."""
    clinic = rates[rates["setting"] == "outpatient"]
    share = np.where(
        _somatic(figures, clinic),
        figures.figure["remote_share_somatic"],
        figures.figure["remote_share_mental"],
    )
    index = growth_index(growth, "contacts", clinic, _ASSUMED_YEAR)
    return clinic.assign(
        setting="remote",
        year=_ASSUMED_YEAR,
        contacts_per_1000=clinic["contacts_per_1000"] * index * share,
        source="Assumption: video and telephone as a share of the consultations of 2023",
        quality="assumption",
    )


def _shared_out(figures: Figures, setting: str, per_1000: Array) -> pd.DataFrame:
    """Use rates from a rate (sex, band), shared over diagnoses as typed for each age."""
    shares = figures.by_age[figures.by_age["what"] == f"{setting}_share"].copy()
    bands = list(BANDS)
    whole = shares.groupby("sex")[bands].transform("sum")
    by_row = per_1000[[SEXES.index(sex) for sex in shares["sex"]]]
    shares[bands] = shares[bands] / whole * by_row
    return _rows(shares, setting, _ASSUMED_YEAR)


def _residents(figures: Figures, setting: str) -> Array:
    """Residents per 1 000 on an average day, axes (sex, band): a profile at a published level."""
    profile = figures.values(f"{setting}_residents", "*")
    people = _number_of_residents(figures, setting)
    typed = (profile * figures.nation(_ASSUMED_YEAR) / 1000).sum()
    return np.asarray(profile * people / typed)


def _number_of_residents(figures: Figures, setting: str) -> float:
    """Those who fill the published places; in care homes the rest of care round the clock.

    Coverage is residents of nursing homes (long term) and care homes, of all ages, per
    inhabitant of 80 and over.
    """
    figure = figures.figure
    places = {"nursing_home": "nursing_home_places", "municipal_short_stay": "short_stay_places"}
    if setting in places:
        return figure[places[setting]] * figures.norms[setting, "occupancy"]
    covered = figure["care_coverage_80"] * figures.nation(_ASSUMED_YEAR)[:, within("80+")].sum()
    return float(covered - _number_of_residents(figures, "nursing_home"))


def _stays_of_residents(figures: Figures, setting: str) -> pd.DataFrame:
    """Stays that keep the residents there: residents times open days over nights of a stay."""
    nights = figures.lengths.loc[figures.lengths["setting"] == setting, "days"].unique()
    if len(nights) != 1:
        raise ValueError(f"{setting}: all diagnoses have one length of stay, found {nights}")
    open_days = figures.norms[setting, "days_per_year"]
    return _shared_out(figures, setting, _residents(figures, setting) * open_days / nights[0])


def _home_care(figures: Figures) -> pd.DataFrame:
    """Visits: users, those of 80+ at the published share, times visits of a user.

    Who lives in a care home is counted as a user of home services, and has no visits: the
    staff are there.
    """
    users = figures.values("home_care_users", "*")
    old, nation = within("80+"), figures.nation(_ASSUMED_YEAR)
    share = (users * nation / 1000)[:, old].sum() / nation[:, old].sum()
    users[:, old] *= figures.figure["home_care_share_80"] / share
    visited = users - _residents(figures, "care_home")
    if (visited < 0).any():
        raise ValueError("more people live in care homes than have home services")
    weekly = figures.figure["home_care_hours"] / figures.figure["home_care_visit_hours"]
    return _shared_out(figures, "home_care", visited * weekly * _DAYS_PER_YEAR / _DAYS_PER_WEEK)


def use_levels(
    figures: Figures, rates: pd.DataFrame, lengths: pd.DataFrame, growth: pd.DataFrame
) -> pd.DataFrame:
    """Local use against national use, solved from published local totals.

    Parameters
    ----------
    figures
        The published figures.
    rates, lengths, growth
        Rows of the tables ``use_rates``, ``length_of_stay`` and ``growth``.

    Returns
    -------
    pandas.DataFrame
        Rows of the table ``use_levels``.
    """
    stays = rates[(rates["setting"].to_numpy() == "inpatient") & _somatic(figures, rates)]
    national = contacts(stays, _present(figures, "inpatient", "somatic"), growth, _LOCAL_YEAR).sum()
    figure = figures.figure
    users_80 = figure["home_care_users_80_hallingdal"] / figure["home_care_people_80_hallingdal"]
    nights = rates.merge(lengths[["diagnosis", "setting", "days"]], on=["diagnosis", "setting"])
    level = {
        (_HOSPITAL_AREA, "inpatient"): figure["ringerike_stays"] / national,
        (_VALLEY, "municipal_acute"): _bed_level(figures, nights, growth, "acute"),
        (_VALLEY, "municipal_short_stay"): _bed_level(figures, nights, growth, "short_stay"),
        (_VALLEY, "home_care"): users_80 / figure["home_care_share_80"],
    }
    rows = figures.levels
    keys = zip(rows["region"], rows["setting"], strict=True)
    return rows.assign(level=[level[key] for key in keys])


def _bed_level(figures: Figures, nights: pd.DataFrame, growth: pd.DataFrame, beds: str) -> float:
    """Bed days of the valley's beds, mean of 2018 and 2019, against the national use of 2019."""
    figure = figures.figure
    occupancy = np.mean([figure[f"hallingdal_{beds}_occupancy_{year}"] for year in (2018, 2019)])
    bed_days = figure[f"hallingdal_{beds}_beds"] * occupancy * _DAYS_PER_YEAR
    rows = nights[nights["setting"] == f"municipal_{beds}"]
    stays = contacts(rows, figures.persons(_VALLEY, 2019), growth, 2019)
    return float(bed_days / (stays @ rows["days"].to_numpy(dtype=np.float64)))
