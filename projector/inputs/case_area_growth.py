"""How use and length of stay of somatic stays change from year to year, as published."""

import pandas as pd

from projector.inputs.case_area_figures import Figures

__all__ = ["ADMITTED_AGES", "annual_admissions", "somatic_growth"]

ADMITTED_AGES = ("0-14", "15-24", "25-44", "45-64", "65-74", "75-79", "80+")
"""Age groups of the published admissions by diagnosis."""

_PUBLISHED = "FHI/NPR admitted per 1000, 2017 to 2023: "


def somatic_growth(figures: Figures) -> pd.DataFrame:
    """Growth of somatic stays and of their length from 2004 to 2023.

    Parameters
    ----------
    figures
        The published figures.

    Returns
    -------
    pandas.DataFrame
        Rows of the table ``growth``.
    """
    contacts, length = _early(figures)
    rows = []
    for diagnosis, group in figures.groups.items():
        early = f"{_EARLY_SOURCE}, all diagnoses and ages alike"
        rows += [
            _row("contacts", diagnosis, "*", 2004, 2012, contacts, early, "derived"),
            _row("length_of_stay", diagnosis, "*", 2004, 2012, length, early, "derived"),
        ]
        rows += _admissions(figures, diagnosis, group["admitted_group"])
    return pd.DataFrame(rows)


_EARLY_SOURCE = "SSB somatic hospitals, stays per inhabitant and length of stay 2004 and 2012"


def _row(
    measure: str,
    diagnosis: str,
    ages: str,
    first: int,
    last: int,
    annual: float,
    source: str,
    quality: str,
) -> dict[str, object]:
    return {
        "measure": measure,
        "diagnosis": diagnosis,
        "setting": "inpatient",
        "ages": ages,
        "from": first,
        "to": last,
        "annual": annual,
        "source": source,
        "quality": quality,
    }


def _annual(first: float, last: float, years: int) -> float:
    """Change a year, to the five decimals that are written."""
    return round(float((last / first) ** (1 / years)) - 1, 5)


def _early(figures: Figures) -> tuple[float, float]:
    """Change a year 2004-2012 of stays per inhabitant and of their length."""
    stays_2004 = figures.published("tab6", "stays_per1000", "both")["all"]
    days_2004 = figures.published("tab6", "beddays_per1000", "both")["all"]
    stays_2012 = figures.published("tab135", "stays", "both")["all"]
    per_1000 = 1000 * stays_2012 / float(figures.nation(2012).sum())
    length = figures.figure["somatic_bed_days"] / stays_2012
    return _annual(stays_2004, per_1000, 8), _annual(days_2004 / stays_2004, length, 8)


def annual_admissions(figures: Figures, group: str, ages: str) -> float:
    """Change a year 2017-2023 of one published group.

    Parameters
    ----------
    figures
        The published figures.
    group
        Name of the group as published.
    ages
        One of `ADMITTED_AGES`. Where too few are admitted, all ages stand for it.

    Returns
    -------
    float
    """
    few = figures.admitted[group, "both", 2017, ages] < figures.figure["few_admitted"]
    first, last = (
        figures.admitted[group, "both", year, "alle" if few else ages] for year in (2017, 2023)
    )
    return _annual(first, last, 6)


def _pooled(figures: Figures) -> float:
    """Change a year of the published groups together; hip fracture is part of injuries."""
    groups = {
        group["admitted_group"]
        for diagnosis, group in figures.groups.items()
        if group["admitted_group"] and diagnosis != "hip_fracture"
    }
    first, last = (
        sum(figures.admitted[group, "both", year, "alle"] for group in sorted(groups))
        for year in (2017, 2023)
    )
    return _annual(first, last, 6)


def _admissions(figures: Figures, diagnosis: str, group: str) -> list[dict[str, object]]:
    """Growth 2012-2023: the group's own where published, else that of all groups."""
    if group:
        source, quality = f"{_PUBLISHED}{group}", "derived"
        changes = {ages: annual_admissions(figures, group, ages) for ages in ADMITTED_AGES}
    else:
        source, quality = f"{_PUBLISHED}published groups together", "assumption"
        changes = {"*": _pooled(figures)}
    back = f"{source}, taken back to 2012"
    return [
        row
        for ages, annual in changes.items()
        for row in (
            _row("contacts", diagnosis, ages, 2012, 2017, annual, back, "assumption"),
            _row("contacts", diagnosis, ages, 2017, 2023, annual, source, quality),
        )
    ]
