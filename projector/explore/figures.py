"""The figures of the page: a result by its parts over the years, of regions or of sites."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from projector.capacity.norms import UNITS
from projector.outputs.summary import AGE_GROUPS, people_in
from projector.run.pipeline import SUPPLY
from projector.run.rerun import Results

__all__ = ["SHOWN", "Figures", "Shown", "Site", "figures_of", "parts_of", "sites_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shown:
    """A result that can be chosen on the page.

    Parameters
    ----------
    group, variable
        Its place in the tree of results.
    part
        The axis that its parts lie on.
    """

    group: str
    variable: str
    part: str


SHOWN: Mapping[str, Shown] = MappingProxyType(
    {
        "people": Shown("population", "population", "ages"),
        "contacts": Shown("activity", "contacts", "setting"),
        "contacts_by_diagnosis": Shown("activity", "contacts", "diagnosis"),
        "bed_days": Shown("activity", "bed_days", "setting"),
        "bed_days_by_diagnosis": Shown("activity", "bed_days", "diagnosis"),
        "readmissions": Shown("activity", "readmissions", "diagnosis"),
        **{unit: Shown(f"capacity/{unit}", "need", "resource") for unit in UNITS},
        "staff": Shown("workforce", "need", "profession"),
        "staff_by_setting": Shown("workforce", "need", "setting"),
        "staff_supply": Shown(SUPPLY, "supply", "profession"),
        "staff_gap": Shown(SUPPLY, "gap", "profession"),
        "competence": Shown("workforce", "competence_need", "competence"),
        "competence_gap": Shown(SUPPLY, "competence_gap", "competence"),
    }
)
"""What can be chosen: all of it adds up over regions."""


@dataclass(frozen=True)
class Figures:
    """A result of some regions together.

    Parameters
    ----------
    parts
        Keys of its parts.
    values
        ``[part, year]``; NaN where nobody knows.
    """

    parts: tuple[str, ...]
    values: Floats

    def of(self, part: str) -> Floats | None:
        """A part over the years, or with an empty key the sum of those that are known.

        None where there is no such part.
        """
        if not part:
            return np.asarray(np.nansum(self.values, axis=0))
        return self.values[self.parts.index(part)] if part in self.parts else None


def figures_of(results: Results, shown: Shown, regions: Sequence[str]) -> Figures:
    """A result of some regions together.

    Parameters
    ----------
    results
        From `projector.run.rerun`.
    shown
        One of `SHOWN`.
    regions
        Codes of regions of the run.

    Returns
    -------
    Figures
        Summed over all axes but the part and the year.
    """
    array = results.groups[shown.group][shown.variable].sel(region=list(regions))
    if shown.part == "ages":
        bands = [people_in(array, name).sum("region").values for name in AGE_GROUPS]
        return Figures(tuple(AGE_GROUPS), np.stack(bands))
    others = [axis for axis in array.dims if axis not in (shown.part, "year")]
    summed = array.sum(others, skipna=False).transpose(shown.part, "year")
    return Figures(tuple(map(str, summed[shown.part].values)), summed.values)


def parts_of(results: Results, shown: Shown) -> list[str]:
    """Keys of the parts of a result that there is anything of in any region and year."""
    if shown.group not in results.groups:
        return []
    if shown.part == "ages":
        return list(AGE_GROUPS)
    array = results.groups[shown.group][shown.variable]
    other = [axis for axis in array.dims if axis != shown.part]
    there = (array.notnull() & (array != 0)).any(other)
    return [str(key) for key in array[shown.part].values[there.values]]


@dataclass(frozen=True)
class Site:
    """Need of a resource at a site and what exists, both ``[year]``, and who is turned away.

    `refusal` is None of places and rooms; `first` is the first year with too little, None where
    there is none.
    """

    site: str
    resource: str
    need: Floats
    exists: Floats
    refusal: Floats | None
    first: int | None


def sites_of(results: Results) -> list[Site]:
    """Everything that exists at sites of the run alone, beside what is needed there."""
    found = []
    for unit in UNITS:
        dataset = results.groups[f"capacity/{unit}"]
        served, exists = dataset["served"].values, dataset["existing"].values
        first = dataset["first_shortage"].values
        refusal = dataset["refusal"].values if "refusal" in dataset else None
        for i, site in enumerate(map(str, dataset["site"].values)):
            for j, resource in enumerate(map(str, dataset["resource"].values)):
                if np.isnan(exists[i, :, j]).all():
                    continue
                found.append(
                    Site(
                        site,
                        resource,
                        need=served[i, :, j],
                        exists=exists[i, :, j],
                        refusal=None if refusal is None else refusal[i, :, j],
                        first=None if np.isnan(first[i, j]) else int(first[i, j]),
                    )
                )
    return found
