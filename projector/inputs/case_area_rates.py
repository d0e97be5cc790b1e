"""Somatic hospital stays by age, sex and diagnosis, their length and their growth.

The stays of 2012 by broad age group are law; the finer shape by age and sex is that of
2004 (to age 69) and of 1997 (above). Diagnoses with published figures are taken out of
every age first, births next, and what remains is shared out by assumed weights.
"""

import numpy as np
import pandas as pd

from projector.inputs.case_area_figures import BANDS, Figures, holding, spans
from projector.tables import SEXES

__all__ = ["somatic_inpatient"]

_RATE_YEAR = 2012
_OLD = 80
_ADMITTED_AGES = ("0-14", "15-24", "25-44", "45-64", "65-74", "75-79", "80+")


def somatic_inpatient(figures: Figures) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Use rates, lengths of stay and growth of somatic stays.

    Parameters
    ----------
    figures
        The published figures.

    Returns
    -------
    use_rates, length_of_stay, growth : pandas.DataFrame
        Rows of the tables of those names; rates of 2012 on `BANDS`.

    Raises
    ------
    ValueError
        If the published groups exceed all stays of an age.
    """
    growth = _admission_growth(figures)
    per_1000 = _by_diagnosis(figures, _all_stays(figures), growth)
    rates = per_1000.stack(["sex", "ages"]).rename("contacts_per_1000").reset_index()
    provenance = figures.groups[["source", "quality"]]
    rates = rates.assign(setting="inpatient", year=_RATE_YEAR).join(provenance, on="diagnosis")
    stays = per_1000 * figures.nation(_RATE_YEAR) / 1000
    lengths = _lengths(figures, stays.T.groupby(level="ages", sort=False).sum().T)
    return rates, lengths, pd.concat([growth, _early_growth(figures)])


def _facts(figures: Figures, table: str, measure: str) -> pd.DataFrame:
    """Figures of one published table by age, columns ``both``, ``male``, ``female``."""
    chosen = figures.stays.query("table == @table and measure == @measure")
    return chosen.set_index("age")[["both", "male", "female"]]


def _with_infants(figures: Figures, by_age: pd.Series) -> pd.Series:
    """Join ages 0 and 1-4 to 0-4, infants by their share of the people."""
    infants = figures.figure["infant_share"]
    youngest = infants * by_age["0"] + (1 - infants) * by_age["1-4"]
    return pd.concat([pd.Series({"0-4": youngest}), by_age.drop(["0", "1-4", "all"])])


def _all_stays(figures: Figures) -> pd.Series:
    """Somatic stays per 1 000 of 2012 by (sex, band)."""
    recent, older = _facts(figures, "tab6", "stays_per1000"), _facts(figures, "tab7", "discharges")
    shape = {}
    for sex in SEXES:
        to_69 = _with_infants(figures, recent[sex])
        from_70 = 1000 * older[sex] / figures.population_1997[sex]
        oldest = figures.by_age.loc[("oldest_use", "*", sex), list(BANDS)].astype(float)
        for band in BANDS:
            known = to_69.get(band)
            if known is None:
                known = from_70[holding(from_70.dropna().index, band)] * oldest[band]
            shape[sex, band] = float(known)
    stays = pd.Series(shape) * figures.nation(_RATE_YEAR)
    published = _facts(figures, "tab135", "stays")["both"].drop("all")
    group = stays.index.get_level_values(1).map(lambda band: holding(published.index, band))
    scale = group.map(published / stays.groupby(group).sum())
    return pd.Series(shape) * scale.to_numpy()


def _yearly(figures: Figures, group: str, ages: str) -> float:
    """Change a year from 2017 to 2023; of all ages where too few are admitted."""
    admitted = figures.admitted.query("group == @group and sex == 'both'")
    by_year = admitted.pivot_table(index="age", columns="year", values="per1000")
    row = ages if by_year.loc[ages, 2017] >= figures.figure["few_admitted"] else "alle"
    return _annual(by_year.loc[row, 2017], by_year.loc[row, 2023], 6)


def _annual(first: float, last: float, years: int) -> float:
    """Change a year, to five decimals as it is written."""
    return round(float((last / first) ** (1 / years)) - 1, 5)


def _pooled(figures: Figures) -> float:
    """Change a year of the published groups together; hip fracture is part of injuries."""
    groups = figures.groups.query("method != 'births'")["admitted_group"].dropna().unique()
    chosen = figures.admitted.query("age == 'alle' and sex == 'both' and group in @groups")
    chosen = chosen[chosen["group"] != figures.groups.loc["hip_fracture", "admitted_group"]]
    total = chosen.groupby("year")["per1000"].sum()
    return _annual(total[2017], total[2023], 6)


def _admission_growth(figures: Figures) -> pd.DataFrame:
    """Growth 2012-2023 of each diagnosis: its own where published, else the pooled one."""
    rows = []
    for diagnosis, group in figures.groups["admitted_group"].items():
        bands = ("*",) if pd.isna(group) else _ADMITTED_AGES
        for ages in bands:
            annual = _pooled(figures) if pd.isna(group) else _yearly(figures, str(group), ages)
            what = "all published groups together" if pd.isna(group) else str(group)
            source = f"FHI/NPR admitted per 1000, 2017 to 2023: {what}"
            for first, last, derived in ((2012, 2017, False), (2017, 2023, not pd.isna(group))):
                rows.append(
                    {
                        "measure": "contacts",
                        "diagnosis": diagnosis,
                        "setting": "inpatient",
                        "ages": ages,
                        "from": first,
                        "to": last,
                        "annual": annual,
                        "source": source if last == 2023 else f"{source}, taken back to 2012",
                        "quality": "derived" if derived else "assumption",
                    }
                )
    return pd.DataFrame(rows)


def _early_growth(figures: Figures) -> pd.DataFrame:
    """Change 2004-2012 of stays per inhabitant and of their length, all diagnoses alike."""
    stays_2004 = _facts(figures, "tab6", "stays_per1000").loc["all", "both"]
    days_2004 = _facts(figures, "tab6", "beddays_per1000").loc["all", "both"]
    stays_2012 = _facts(figures, "tab135", "stays").loc["all", "both"]
    per_1000 = 1000 * stays_2012 / figures.nation(_RATE_YEAR).sum()
    length = figures.figure["somatic_bed_days"] / stays_2012
    changes = {
        "contacts": (_annual(stays_2004, per_1000, 8), "stays per inhabitant"),
        "length_of_stay": (_annual(days_2004 / stays_2004, length, 8), "length of stay"),
    }
    rows = [
        {
            "measure": measure,
            "diagnosis": diagnosis,
            "setting": "inpatient",
            "ages": "*",
            "from": 2004,
            "to": _RATE_YEAR,
            "annual": annual,
            "source": f"SSB somatic hospitals 2004 and 2012: {what}",
            "quality": "derived",
        }
        for diagnosis in figures.groups.index
        for measure, (annual, what) in changes.items()
    ]
    return pd.DataFrame(rows)


def _by_diagnosis(figures: Figures, total: pd.Series, growth: pd.DataFrame) -> pd.DataFrame:
    """Split all stays: one row per diagnosis, columns (sex, band), stays per 1 000."""
    groups = figures.groups
    admitted = {
        str(diagnosis): _admitted_2012(figures, str(diagnosis), total, growth)
        for diagnosis in groups.index[groups["admitted_group"].notna()]
    }
    stroke = _values(figures, "stroke_share", "stroke")
    admitted["stroke"] = admitted["stroke"] * stroke
    admitted["heart"] = admitted["heart"] * (1 - stroke)
    admitted["copd"] = admitted["copd"] + _values(figures, "asthma_per_1000", "copd")
    admitted["injury"] = admitted["injury"] - admitted["hip_fracture"]
    stays = {
        diagnosis: persons * groups.loc[diagnosis, "stays_per_person"]
        for diagnosis, persons in admitted.items()
    }
    stays["birth"] = _birth_stays(figures)
    remaining = total - sum(stays.values())
    if (remaining < 0).any():
        raise ValueError(f"published groups exceed all stays at {list(remaining[remaining < 0])}")
    shares = figures.by_age.loc["remaining_share", list(BANDS)].stack().unstack("diagnosis")
    shares = shares.div(shares.sum(axis=1), axis=0).reindex(total.index)
    for diagnosis in groups.index[groups["method"] == "remaining"]:
        stays[str(diagnosis)] = remaining * shares[diagnosis]
    table = pd.DataFrame(stays).T
    return table.rename_axis(index="diagnosis").rename_axis(columns=["sex", "ages"])


def _values(figures: Figures, what: str, diagnosis: str) -> pd.Series:
    """Typed values by (sex, band)."""
    return figures.by_age.loc[(what, diagnosis), list(BANDS)].stack().astype(float)


def _admitted_2012(
    figures: Figures, diagnosis: str, total: pd.Series, growth: pd.DataFrame
) -> pd.Series:
    """Admitted per 1 000 in 2012 by (sex, band) of one published group.

    The figure of 2017 goes back to 2012 at its own yearly change. Within a published age
    group it follows the stays of men by age (no births among them); between the sexes the
    ratio of 2022 where women are published, else no difference.
    """
    group = figures.groups.loc[diagnosis, "admitted_group"]
    published = figures.admitted.query("group == @group")
    both = published.query("sex == 'both'").pivot_table(
        index="age", columns="year", values="per1000"
    )
    women = published.query("sex == 'female' and year == 2022").set_index("age")["per1000"]
    men_2012, men_2022 = figures.nation(2012), figures.nation(2022)
    rates = {}
    for ages in _ADMITTED_AGES:
        bands = [band for band in BANDS if spans(ages, band)]
        annual = _change(growth, diagnosis, ages)
        level = both.loc[ages, 2017] * (1 + annual) ** (2012 - 2017)
        ratio = _sex_ratio(both.loc[ages], women.get(ages), men_2022, bands)
        gradient = total["male"][bands]
        weight = sum(men_2012[sex][bands] * ratio[sex] for sex in SEXES)
        mean = (gradient * weight).sum() / sum(men_2012[sex][bands].sum() for sex in SEXES)
        for sex in SEXES:
            for band in bands:
                rates[sex, band] = level * ratio[sex] * gradient[band] / mean
    return pd.Series(rates).reindex(total.index)


def _change(growth: pd.DataFrame, diagnosis: str, ages: str) -> float:
    rows = growth.query("diagnosis == @diagnosis and ages == @ages")
    return float(rows["annual"].iloc[0])


def _sex_ratio(
    both: pd.Series, women: float | None, persons: pd.Series, bands: list[str]
) -> dict[str, float]:
    """Admitted women and men against both sexes in 2022."""
    if women is None or np.isnan(women):
        return dict.fromkeys(SEXES, 1.0)
    female, male = persons["female"][bands].sum(), persons["male"][bands].sum()
    in_2022 = both[2017] * (both[2023] / both[2017]) ** (5 / 6)
    men = (in_2022 * (female + male) - women * female) / male
    return {"female": women / in_2022, "male": men / in_2022}


def _birth_stays(figures: Figures) -> pd.Series:
    """Stays of mothers per 1 000 women: births by age of the mother times stays a birth."""
    women = figures.nation(_RATE_YEAR)["female"]
    births = 1000 * figures.history.loc[_RATE_YEAR, "births_thousand"]
    stays = births * figures.fertility_share(_RATE_YEAR) * figures.figure["stays_per_birth"]
    by_sex = {"female": 1000 * stays / women, "male": 0.0 * women}
    return pd.concat(by_sex)


def _lengths(figures: Figures, stays: pd.DataFrame) -> pd.DataFrame:
    """Nights of a stay of 2012 by diagnosis (rows of `stays`) and band."""
    mean = _mean_length(figures, stays.sum())
    relative = figures.groups["relative_length"].reindex(stays.index)
    normal = stays.sum() / stays.mul(relative, axis=0).sum()
    days = pd.DataFrame(np.outer(relative, mean * normal), index=stays.index, columns=stays.columns)
    rows = days.stack().rename("days").reset_index()
    source = "SSB length of stay by age 2004 and 1997, at bed days 2012; assumed ratio by diagnosis"
    return rows.assign(setting="inpatient", year=_RATE_YEAR, source=source, quality="derived")


def _mean_length(figures: Figures, stays: pd.Series) -> pd.Series:
    """Nights of a stay by band: bed days of 2012 and the share of 80+ in 2008 are law."""
    per_1000 = (
        _with_infants(figures, _facts(figures, "tab6", measure)["both"])
        for measure in ("beddays_per1000", "stays_per1000")
    )
    days_2004, stays_2004 = per_1000
    length = days_2004 / stays_2004
    older = _facts(figures, "tab7", "los_days")["both"]
    shape = pd.Series(
        {
            band: length[band]
            if band in length
            else length["65-69"] * older[holding(older.index, band)] / older["65-69"]
            for band in BANDS
        }
    )
    old = shape.index.map(lambda band: spans(f"{_OLD}+", band)).to_numpy()
    by_band = figures.nation(2008).groupby(level="band", sort=False).sum()
    now = figures.nation(_RATE_YEAR).groupby(level="band", sort=False).sum()
    days = shape * stays
    # Growth is alike at all ages between 2008 and 2012, so it leaves the share alone.
    earlier = days * by_band / now
    share = figures.figure["bed_day_share_80"]
    young_to_old = earlier[old].sum() * (1 - share) / (share * earlier[~old].sum())
    level = figures.figure["somatic_bed_days"] / (
        young_to_old * days[~old].sum() + days[old].sum()
    )
    return shape * np.where(old, level, level * young_to_old)
