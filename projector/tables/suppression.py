"""What the results of a run with suppressed small numbers say of themselves."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "FLAGS",
    "GATHERED",
    "TOGETHER",
    "flag_in",
    "flag_of",
    "has_suppressed",
    "is_flag",
    "limit_of",
    "sum_of_told",
    "withheld_of",
]

GATHERED = "suppressed"
"""Label of what is told together, among the diagnosis groups and among the regions."""

TOGETHER = {"nb": "Små tall samlet", "en": "Small numbers together"}
"""What it is called: a name that goes with the results, as those of the input table ``names``."""

FLAGS = {
    "suppressed": ("contacts", "bed_days", "acute"),
    "suppressed_by_diagnosis": ("readmissions", "ready_days"),
}
"""Variables that say which cells are suppressed, and the results that they are about."""


_ENDING = "_suppressed"


def flag_of(variable: str) -> str:
    """The variable that says where one of beds, staff or money is withheld."""
    return f"{variable}{_ENDING}"


def is_flag(variable: str) -> bool:
    """Whether a variable says what is suppressed, and is no result itself."""
    return variable in FLAGS or variable.endswith(_ENDING)


def flag_in(dataset: "xr.Dataset", variable: str) -> "xr.DataArray | None":
    """Where a number that is made of counts is withheld; None where it is told whole.

    Of the region that stands for what regions tell together it says whether that is withheld too.
    """
    name = flag_of(variable)
    # Not `get`: where there is none, xarray looks for the nearest name first.
    return dataset[name] if name in dataset.data_vars else None


def sum_of_told(
    values: "xr.DataArray", flag: "xr.DataArray", over: "Sequence[str]"
) -> "tuple[xr.DataArray, xr.DataArray]":
    """The sum over axes of a number, NaN if a part of it is withheld; and where it is.

    Parameters
    ----------
    values, flag
        A part of a variable, and of what `flag_in` gives for it.
    over
        Axes of the values. All regions together are told if what they tell together is.
    """
    hidden = flag == 1
    if "region" in over and GATHERED in values["region"].values:
        hidden = hidden.sel(region=GATHERED, drop=True)
    hidden = hidden.any([axis for axis in over if axis in hidden.dims])
    return values.sum(list(over), min_count=1).where(~hidden), hidden


def has_suppressed(values: "xr.DataArray") -> bool:
    """Whether some of a result by diagnosis group is suppressed."""
    return "diagnosis" in values.dims and GATHERED in values["diagnosis"].values


def limit_of(tree: "xr.DataTree") -> int | None:
    """The limit below which a run suppressed counts; None where it suppressed nothing."""
    limit = tree.attrs.get("suppress")
    return None if limit is None else int(limit)


def withheld_of(attributes: Mapping[Any, Any]) -> dict[str, int]:
    """The limit by what a run left out because of it: groups, and variables after their group.

    Parameters
    ----------
    attributes
        Of the root of the results.
    """
    left_out = json.loads(attributes.get("withheld", "[]"))
    return {str(what): int(attributes["suppress"]) for what in left_out}
