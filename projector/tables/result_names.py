"""What a result is called by planners and files, and what may be added up."""

from collections.abc import Mapping
from types import MappingProxyType

from projector.tables.results import VARIABLES

__all__ = ["ALSO_CALLED", "RESULT_NAMES", "YEARS_TOLD", "may_add", "result_name"]

_APART = ("calibration",)
"""Groups with estimates and not with results."""

_ADDING_UNITS = frozenset(
    {
        "persons",
        "contacts year-1",
        "bed days year-1",
        "beds",
        "places",
        "rooms",
        "FTE",
        "heads",
        "DRG points year-1",
        "NOK year-1",
    }
)
_ADDING_AXES = frozenset(
    {
        "region",
        "sex",
        "age",
        "diagnosis",
        "setting",
        "kind",
        "group",
        "resource",
        "profession",
        "education",
    }
)
"""Axes whose parts do not overlap. Seasons are of one and the same year, measures of one and the
same bed, and one person may have several competences."""

_ADDING_AT_SITES = frozenset({"contacts", "bed_days", "treated", "treated_psychiatry", "existing"})
"""Results that add up over sites. Need does not: two sites may work for the same people."""

_BUSY = frozenset({"peak", "site_peak"})
"""Busy days of two places are not the same days."""

_SHORT = frozenset({"gap", "competence_gap"})
"""What one has too much of does not help where another has too little: gaps add up over regions
alone."""

YEARS_TOLD = frozenset({"first_shortage", "competence_first_shortage", "price_year"})
"""Variables whose figure is a calendar year."""


def result_name(group: str, variable: str) -> str:
    """A name that says what it is, of files too: ``need`` alone would be beds, rooms or staff.

    Parameters
    ----------
    group
        Key of `VARIABLES`, with or without a slash in front.
    variable
        One of its variables.

    Returns
    -------
    str
        No other result has it.
    """
    room, _, unit = group.strip("/").partition("/")
    if room == "capacity":
        return f"{unit}_{variable}"
    if room == "workforce":
        return f"staff_{variable}"
    if room in ("sites", "priority") and variable in VARIABLES["activity"]:
        return f"{'site' if room == 'sites' else room}_{variable}"
    return variable


RESULT_NAMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        result_name(group, variable): (group, variable)
        for group, variables in VARIABLES.items()
        if group not in _APART
        for variable in variables
    }
)
"""Group and variable of every result, by its name."""

ALSO_CALLED: Mapping[str, str] = MappingProxyType(
    {
        "people": "population",
        "beds": "beds_need",
        "places": "places_need",
        "rooms": "rooms_need",
        "peak": "beds_peak",
        "refusal": "beds_refusal",
        "shared_beds": "pools_together",
        "staff": "staff_need",
        "competence": "staff_competence_need",
        "competence_gap": "staff_competence_gap",
        "wages": "staff_wage_cost",
    }
)
"""Names by which `projector explain` and people ask for results."""


def may_add(group: str, variable: str, axis: str) -> bool:
    """Whether the parts of an axis of a result may be added up.

    Parameters
    ----------
    group, variable
        A result of `VARIABLES`.
    axis
        One of its dimensions.
    """
    about = VARIABLES[group][variable]
    if about.unit not in _ADDING_UNITS or variable in _BUSY:
        return False
    if variable in _SHORT:
        return axis == "region"
    if axis == "site":
        return variable in _ADDING_AT_SITES
    return axis in _ADDING_AXES
