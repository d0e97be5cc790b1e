"""Need of staff against supply, as a planner reads it: by profession, all regions together."""

import json
from collections.abc import Iterator

import xarray as xr

from projector.outputs.spans import called, spans_of
from projector.outputs.table import Row, Section
from projector.outputs.words import Language, number, signed, word
from projector.workforce.balance import LEAST

__all__ = ["supply_sections"]

_FEW = 1000
"""FTE below which a decimal tells something."""


def supply_sections(tree: xr.DataTree, years: list[int], language: Language) -> list[Section]:
    """What there will be of staff, and what is short.

    Parameters
    ----------
    tree
        From `projector.run`.
    years
        Years to show.
    language
        ``nb`` or ``en``.

    Returns
    -------
    list of Section
        FTE supplied and heads by profession, and FTE short with the years in which they are;
        empty where the inputs do not tell who works in health care, or results may not.
    """
    if "supply" not in tree["workforce"].children:
        return []
    staff = tree["workforce/supply"].to_dataset()
    named = json.loads(tree.attrs["names"]).get("profession", {})
    summed = staff.sum("region", min_count=1)
    known = [key for key in summed["profession"].values if _any(summed["heads"], key)]
    if not known:
        return []  # withheld of all regions together too
    names = {key: named.get(str(key), {}).get(language, str(key)) for key in known}
    supplied = [
        Row(names[key], tuple(_supplied(summed.sel(profession=key), years, language)))
        for key in known
    ]
    short = [
        Row(
            _when(names[key], summed["gap"].sel(profession=key), language),
            tuple(_short(summed["gap"].sel(profession=key), years, language)),
        )
        for key in known
    ]
    whole = summed.sel(profession=known).sum("profession")
    total = word("staff with a stock", language)
    supplied.append(Row(total, tuple(_supplied(whole, years, language))))
    short.append(Row(total, tuple(_short(whole["gap"], years, language))))
    return [
        Section(word("staff supply", language), tuple(supplied)),
        Section(word("staff short", language), tuple(short)),
    ]


def _any(heads: xr.DataArray, key: str) -> bool:
    return bool((heads.sel(profession=key) > 0).any())


def _supplied(one: xr.Dataset, years: list[int], language: Language) -> Iterator[str]:
    """FTE / heads."""
    for year in years:
        of = one.sel(year=year)
        yield " / ".join(
            number(value, language, _decimals(value))
            for value in (float(of["supply"]), float(of["heads"]))
        )


def _short(gap: xr.DataArray, years: list[int], language: Language) -> Iterator[str]:
    """FTE short, negative where there are more than are needed."""
    for value in gap.sel(year=years).values:
        yield signed(float(value), language, _decimals(value))


def _decimals(value: float) -> int:
    return 0 if abs(value) >= _FEW else 1


def _when(name: str, gap: xr.DataArray, language: Language) -> str:
    """The name, and in which years some are short in the regions together if not in all."""
    short = gap > LEAST
    if bool(short.all()):
        return name
    years = called(spans_of(short), language)
    told = word("too few", language, years=years) if years else word("never too few", language)
    return f"{name}, {told}"
