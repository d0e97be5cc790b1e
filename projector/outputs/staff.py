"""What the summary tells of staff: by profession, by education and against the working age."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from projector.outputs.words import Language, word
from projector.tables import MUNICIPAL_SETTINGS, WORKING_AGES
from projector.tables.suppression import flag_in

if TYPE_CHECKING:
    Rows = list[tuple[str, xr.DataArray, int]]
    NameOf = Callable[[str, str], str]

__all__ = ["staff_sections"]

_MILLION = 1e6


def staff_sections(
    tree: xr.DataTree, language: Language, name_of: "NameOf"
) -> "Iterator[tuple[str, Rows]]":
    """Headings with their rows, for all regions of the run together.

    Parameters
    ----------
    tree
        From `projector.run`.
    language
        ``nb`` or ``en``.
    name_of
        What a key of a type is called.

    Yields
    ------
    str
        Key of the heading in the catalogue.
    list of tuple
        Name of the row, ``[year]``, and decimals to show.
    """
    workforce = tree["workforce"].to_dataset()
    yield "staff", _by_profession(workforce, language, name_of)
    yield "education", _by_education(workforce, language)
    people = tree["population"].to_dataset()["population"]
    yield "working age", _working_age(workforce, people, language, name_of)


def _by_profession(workforce: xr.Dataset, language: Language, name_of: "NameOf") -> "Rows":
    if not bool(workforce["need"].notnull().any()):
        return []  # withheld of all regions together too
    by_setting = workforce["need"].sum("region")
    staff = by_setting.sum("setting")
    municipal = by_setting.sel(setting=list(MUNICIPAL_SETTINGS)).sum(("setting", "profession"))
    everyone = staff.sum("profession")
    return [
        *(
            (name_of("profession", str(key)), staff.sel(profession=key), 1)
            for key in staff["profession"].values
            if bool((staff.sel(profession=key) != 0).any())
        ),
        (word("total", language), everyone, 1),
        (word("specialist staff", language), everyone - municipal, 1),
        (word("municipal staff", language), municipal, 1),
    ]


def _by_education(workforce: xr.Dataset, language: Language) -> "Rows":
    """Nothing where the inputs do not tell the education of the professions."""
    levels = workforce["need_by_education"].sum("region", min_count=1)
    return [
        (word(f"education {level}", language), levels.sel(education=level), 1)
        for level in levels["education"].values
        if bool(levels.notnull().all()) and bool((levels.sel(education=level) > 0).any())
    ]


def _working_age(
    workforce: xr.Dataset, people: xr.DataArray, language: Language, name_of: "NameOf"
) -> "Rows":
    """The need against the people who are to meet it, and what the staff earn."""
    by_region = people.sel(age=slice(*WORKING_AGES)).sum(("sex", "age"))
    of_working_age, need = (
        by_region.sum("region"),
        workforce["need"].sum(("region", "setting", "profession")),
    )
    base = int(people["year"].values[0])
    rows: Rows = (
        []
        if not bool(workforce["need"].notnull().any())
        else [
            (word("share of working age", language), 100 * need / of_working_age, 1),
            *_above(workforce, language),
            (word("growth of need", language, base=base), _growth(need), 1),
            (word("growth of working age", language, base=base), _growth(of_working_age), 1),
        ]
    )
    for name in ("working_age_per_old", "active_per_old"):
        for old in workforce["old"].values:
            together = _per_old(workforce[name].sel(old=old), by_region, workforce, str(old))
            if bool(together.notnull().all()):
                rows.append((word(f"{name} {old}", language), together, 2))
    return rows + _wages(workforce, language, name_of)


def _per_old(
    ratio: xr.DataArray, of_working_age: xr.DataArray, workforce: xr.Dataset, old: str
) -> xr.DataArray:
    """Regions together: a mean by the old of each, of whom there are working age over ratio."""
    axes = ("region", "year")
    regions = of_working_age["region"].values
    per_old = workforce["working_age_per_old"].sel(old=old, region=regions).transpose(*axes).values
    people = of_working_age.transpose(*axes).values
    ratios = ratio.sel(region=regions).transpose(*axes).values
    counts = (per_old > 0) & np.isfinite(ratios)
    weights = np.divide(people, per_old, out=np.zeros_like(per_old), where=counts)
    whole, known = weights.sum(axis=0), np.where(counts, ratios, 0.0)
    mean = np.divide(
        (weights * known).sum(axis=0), whole, out=np.full_like(whole, np.nan), where=whole != 0
    )
    return xr.DataArray(mean, dims="year", coords={"year": ratio["year"]})


def _above(workforce: xr.Dataset, language: Language) -> "Iterator[tuple[str, xr.DataArray, int]]":
    """How many regions lie above the limit, where the scenario has one."""
    excess = workforce["working_age_excess"]
    if bool(excess.notnull().any()) and flag_in(workforce, "working_age_excess") is None:
        yield word("above limit", language), (excess > 0).sum("region"), 0


def _growth(values: xr.DataArray) -> xr.DataArray:
    """Per cent since the first year."""
    return 100 * (values / values.isel(year=0) - 1)


def _wages(workforce: xr.Dataset, language: Language, name_of: "NameOf") -> "Rows":
    """Pay of all whose pay is known, and who are not among them."""
    cost = workforce["wage_cost"].sum("region", min_count=1)
    known = cost.notnull().any("year")
    if not bool(known.any()):
        return []
    needed = workforce["need"].sum(("region", "setting", "year")) > 0
    missing = [
        name_of("profession", str(key)) for key in cost["profession"].values[~known & needed]
    ]
    without = word("wages without", language, names=", ".join(missing)) if missing else ""
    name = word("wages", language) + without
    return [(name, cost.sum("profession") / _MILLION, 0)]
