"""What the results of a run with suppressed small numbers say of themselves."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["FLAGS", "GATHERED", "TOGETHER", "has_suppressed", "limit_of", "withheld_of"]

GATHERED = "suppressed"
"""Label of what is told together, among the diagnosis groups and among the regions."""

TOGETHER = {"nb": "Små tall samlet", "en": "Small numbers together"}
"""What it is called: a name that goes with the results, as those of the input table ``names``."""

FLAGS = {
    "suppressed": ("contacts", "bed_days", "acute"),
    "suppressed_by_diagnosis": ("readmissions", "ready_days"),
}
"""Variables that say which cells are suppressed, and the results that they are about."""


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
