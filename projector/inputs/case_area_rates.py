"""Somatic hospital stays by age, sex and diagnosis, and their length.

The stays of 2012 by broad age group are law; the finer shape by age and sex is that of
2004 (to age 69) and of 1997 (above). Diagnoses with published figures are taken out of
every age first, births next, and what remains is shared out by assumed weights.
Arrays have the axis order (sex, band).
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.inputs.case_area_figures import BANDS, Figures, holding, within
from projector.inputs.case_area_growth import ADMITTED_AGES, annual_admissions
from projector.tables import SEXES

__all__ = ["somatic_lengths", "somatic_rates"]

Array = NDArray[np.float64]

_YEAR = 2012
_FEMALE, _MALE = SEXES.index("female"), SEXES.index("male")


def somatic_rates(figures: Figures) -> pd.DataFrame:
    """Use rates of somatic stays in 2012.

    Parameters
    ----------
    figures
        The published figures.

    Returns
    -------
    pandas.DataFrame
        Rows of the table ``use_rates`` on the bands.

    Raises
    ------
    ValueError
        If the published groups exceed all stays of an age.
    """
    return pd.DataFrame(
        [
            {
                "diagnosis": diagnosis,
                "setting": "inpatient",
                "sex": sex,
                "ages": band,
                "contacts_per_1000": per_1000[i, j],
                "year": _YEAR,
                "source": figures.groups[diagnosis]["source"],
                "quality": figures.groups[diagnosis]["quality"],
            }
            for diagnosis, per_1000 in _by_diagnosis(figures).items()
            for i, sex in enumerate(SEXES)
            for j, band in enumerate(BANDS)
        ]
    )


def _with_infants(figures: Figures, by_age: dict[str, float]) -> dict[str, float]:
    """Join ages 0 and 1-4 to 0-4, infants by their share of the people."""
    infants = figures.figure["infant_share"]
    return by_age | {"0-4": infants * by_age["0"] + (1 - infants) * by_age["1-4"]}


def _all_stays(figures: Figures) -> Array:
    """Somatic stays per 1 000 in 2012; those of no published age are spread over all."""
    shape = np.array([_shape(figures, sex) for sex in SEXES])
    stays = shape * figures.nation(_YEAR) / 1000
    published = figures.published("tab135", "stays", "both")
    total = published.pop("all")
    for ages, of_ages in published.items():
        shape[:, within(ages)] *= of_ages / stays[:, within(ages)].sum()
    return shape * total / sum(published.values())


def _shape(figures: Figures, sex: str) -> Array:
    """Stays per 1 000 by band: of 2004 to age 69, of 1997 above."""
    recent = _with_infants(figures, figures.published("tab6", "stays_per1000", sex))
    older = figures.published("tab7", "discharges", sex)
    people = {ages: n for (of, ages), n in figures.population_1997.items() if of == sex}
    oldest = figures.values("oldest_use", "*")[SEXES.index(sex)]
    shape = []
    for band, relative in zip(BANDS, oldest, strict=True):
        if band in recent:
            shape.append(recent[band])
        else:
            ages = holding(people, band)
            shape.append(1000 * older[ages] / people[ages] * relative)
    return np.array(shape)


def _by_diagnosis(figures: Figures) -> dict[str, Array]:
    """Split all stays over the diagnoses, stays per 1 000."""
    total = _all_stays(figures)
    groups = figures.groups
    admitted = {
        diagnosis: _admitted(figures, group["admitted_group"])
        for diagnosis, group in groups.items()
        if group["admitted_group"]
    }
    stroke = figures.values("stroke_share", "stroke")
    admitted["stroke"] = admitted["stroke"] * stroke
    admitted["heart"] = admitted["heart"] * (1 - stroke)
    admitted["copd"] = admitted["copd"] + figures.values("asthma_per_1000", "copd")
    admitted["injury"] = admitted["injury"] - admitted["hip_fracture"]
    stays = {
        diagnosis: persons * float(groups[diagnosis]["stays_per_person"])
        for diagnosis, persons in admitted.items()
    }
    stays["birth"] = _birth_stays(figures)
    remaining = total - sum(stays.values())
    if (remaining < 0).any():
        bands = [BANDS[band] for band in np.flatnonzero((remaining < 0).any(axis=0))]
        raise ValueError(f"the published groups exceed all stays at ages {', '.join(bands)}")
    shares = {
        diagnosis: figures.values("remaining_share", diagnosis)
        for diagnosis, group in groups.items()
        if group["method"] == "remaining"
    }
    whole = np.sum(list(shares.values()), axis=0)
    return stays | {diagnosis: remaining * share / whole for diagnosis, share in shares.items()}


def _admitted(figures: Figures, group: str) -> Array:
    """Admitted per 1 000 in 2012 of one published group.

    The figure of 2017 goes back to 2012 at its own yearly change. Within a published age
    group the logarithm of the rate follows the line between the middle ages of the groups,
    at the level that keeps the published figure; between the sexes the ratio of 2022 where
    women are published, else no difference.
    """
    persons = figures.nation(_YEAR)
    ages_of_bands = 5.0 * np.arange(len(BANDS)) + 2.5
    inside = np.array([within(ages) for ages in ADMITTED_AGES])
    published = np.array(
        [
            figures.admitted[group, "both", 2017, ages]
            * (1 + annual_admissions(figures, group, ages)) ** (_YEAR - 2017)
            for ages in ADMITTED_AGES
        ]
    )
    weights = inside * persons.sum(axis=0)
    middle = weights @ ages_of_bands / weights.sum(axis=1)
    gradient = np.exp(np.interp(ages_of_bands, middle, np.log(published)))
    rates = np.zeros_like(persons)
    for ages, bands, level in zip(ADMITTED_AGES, inside, published, strict=True):
        shape = np.outer(_sex_ratio(figures, group, ages), gradient[bands])
        mean = (shape * persons[:, bands]).sum() / persons[:, bands].sum()
        rates[:, bands] = level * shape / mean
    return rates


def _sex_ratio(figures: Figures, group: str, ages: str) -> Array:
    """Admitted women and men against both sexes in 2022, axis sex."""
    women = figures.admitted.get((group, "female", 2022, ages))
    ratio = np.ones(len(SEXES))
    if women is not None:
        first, last = (figures.admitted[group, "both", year, ages] for year in (2017, 2023))
        both = first * (last / first) ** (5 / 6)
        persons = figures.nation(2022)[:, within(ages)].sum(axis=1)
        men = (both * persons.sum() - women * persons[_FEMALE]) / persons[_MALE]
        ratio[_FEMALE], ratio[_MALE] = women / both, men / both
    return ratio


def _birth_stays(figures: Figures) -> Array:
    """Stays of mothers per 1 000: births by age of the mother times stays a birth."""
    births = 1000 * figures.history["births_thousand"][_YEAR] * figures.fertility_share(_YEAR)
    persons = figures.nation(_YEAR)
    stays = np.zeros_like(persons)
    stays[_FEMALE] = 1000 * births * figures.figure["stays_per_birth"] / persons[_FEMALE]
    return stays


def somatic_lengths(figures: Figures, rates: pd.DataFrame) -> pd.DataFrame:
    """Nights of a somatic stay in 2012 by diagnosis and band.

    Within every band the diagnoses differ by assumed ratios, and the mean over the
    stays of 2012 is the length of that age.

    Parameters
    ----------
    figures
        The published figures.
    rates
        Use rates of somatic stays.

    Returns
    -------
    pandas.DataFrame
        Rows of the table ``length_of_stay``.
    """
    column = rates["contacts_per_1000"].to_numpy(dtype=np.float64)
    per_1000 = column.reshape(-1, len(SEXES), len(BANDS))
    diagnoses = list(dict.fromkeys(rates["diagnosis"]))
    relative = np.array([float(figures.groups[name]["relative_length"]) for name in diagnoses])
    stays, earlier = (
        (per_1000 * figures.nation(year) / 1000).sum(axis=1) for year in (_YEAR, 2008)
    )
    normal = relative[:, None] * stays.sum(axis=0) / (relative @ stays)
    mean = _mean_length(figures, stays.sum(axis=0), (normal * earlier).sum(axis=0))
    days = normal * mean
    return pd.DataFrame(
        [
            {
                "diagnosis": diagnosis,
                "setting": "inpatient",
                "ages": band,
                "days": days[i, j],
                "year": _YEAR,
                "source": "SSB length of stay by age 2004 and 1997 at the bed days of 2012, "
                "assumed ratio by diagnosis",
                "quality": "derived",
            }
            for i, diagnosis in enumerate(diagnoses)
            for j, band in enumerate(BANDS)
        ]
    )


def _mean_length(figures: Figures, stays: Array, earlier: Array) -> Array:
    """Nights of a stay by band: bed days of 2012 and the share of 80+ in 2008 are law.

    `stays` are those of 2012 and `earlier` those of 2008 at the use of 2012, weighted by
    diagnosis: use and length change alike at all ages between, so the share needs no more.
    """
    days_2004 = _with_infants(figures, figures.published("tab6", "beddays_per1000", "both"))
    stays_2004 = _with_infants(figures, figures.published("tab6", "stays_per1000", "both"))
    older = figures.published("tab7", "los_days", "both")
    last = "65-69"
    shape = np.array(
        [
            days_2004[band] / stays_2004[band]
            if band in days_2004
            else days_2004[last] / stays_2004[last] * older[holding(older, band)] / older[last]
            for band in BANDS
        ]
    )
    old = within("80+")
    share = figures.figure["bed_day_share_80"]
    days = shape * earlier
    young_to_old = days[old].sum() * (1 - share) / (share * days[~old].sum())
    level = shape * np.where(old, 1.0, young_to_old)
    return np.asarray(level * figures.figure["somatic_bed_days"] / (stays @ level))
