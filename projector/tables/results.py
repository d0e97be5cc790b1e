"""The result variables of each stage, with dimensions, unit and names."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray

__all__ = ["VARIABLES", "Variable", "check_dataset"]


@dataclass(frozen=True)
class Variable:
    """One result variable.

    Parameters
    ----------
    dims
        Dimensions in their fixed order.
    unit
        One of `UNITS`.
    long_name
        English name, for the netCDF attribute.
    minimum
        Lowest lawful value, or None where negative values are lawful.
    cell_methods
        CF cell methods over the year.
    may_not_apply
        NaN is lawful and means that the question does not arise for the cell.
    """

    dims: tuple[str, ...]
    unit: str
    long_name: str
    minimum: float | None = 0.0
    cell_methods: str | None = None
    may_not_apply: bool = False


_PERSONS = ("region", "year", "sex", "age")
_ACTIVITY = ("region", "year", "diagnosis", "setting")
_STOCK = "year: point"
_FLOW = "year: sum"


def _estimate(name: str, dims: tuple[str, ...], what: str) -> dict[str, Variable]:
    """A calibrated figure, and how it came about."""
    return {
        name: Variable(dims, "1", what),
        f"{name}_own": Variable(dims, "1", f"{what}, as the region's own tables show", None),
        f"{name}_parent": Variable(dims, "1", f"{what}, that the estimate is drawn towards", None),
        f"{name}_credibility": Variable(dims, "1", f"{what}, weight of the region's own"),
    }


def _staff(
    unit: str, what: str, minimum: float | None = 0.0, cell_methods: str | None = None
) -> Variable:
    """A figure by profession, for those that have a stock."""
    dims = ("region", "year", "profession")
    return Variable(dims, unit, what, minimum, cell_methods, may_not_apply=True)


_BEDS_ONLY = {
    "refusal": Variable(
        ("site", "year", "resource"),
        "1",
        "share of the arriving patients turned away with the existing beds",
        may_not_apply=True,
    ),
    "peak": Variable(
        ("region", "year", "resource", "measure"),
        "beds",
        "beds in use on average, in the busiest month and on busy days",
    ),
    "site_peak": Variable(
        ("site", "year", "resource", "measure"),
        "beds",
        "beds in use at the site on average, in the busiest month and on busy days",
        may_not_apply=True,
    ),
}

VARIABLES: Mapping[str, Mapping[str, Variable]] = MappingProxyType(
    {
        "population": {
            "population": Variable(_PERSONS, "persons", "people on 1 January", cell_methods=_STOCK),
            "births": Variable(
                ("region", "year", "sex"),
                "persons",
                "live births during the year",
                cell_methods=_FLOW,
            ),
            "deaths": Variable(
                _PERSONS,
                "persons",
                "deaths during the year by age at its end",
                cell_methods=_FLOW,
            ),
            "net_migration": Variable(
                _PERSONS,
                "persons",
                "net in-migration during the year by age at its end",
                None,
                cell_methods=_FLOW,
            ),
        },
        "indicators": {
            "life_expectancy": Variable(
                ("region", "year", "sex"),
                "years",
                "life expectancy at birth; a region's level holds moves of the old too",
            ),
            "total_fertility": Variable(("region", "year"), "1", "children per woman"),
            "mean_age_at_childbearing": Variable(
                ("region", "year"), "years", "mean age at childbearing", may_not_apply=True
            ),
            "remaining_life_expectancy": Variable(
                ("year", "sex", "age"),
                "years",
                "years that people of an age have left, in the nation",
            ),
        },
        "calibration": {
            **_estimate(
                "cohort_ratio",
                ("region", "sex", "age"),
                "what moves make of a cohort in a year relative to the nation's, by age at its end",
            ),
            **_estimate("regional_level", ("region", "measure"), "level relative to the nation's"),
            "national_migration": Variable(
                ("sex", "age"),
                "persons",
                "net immigration of the nation in a year by age at its end",
                None,
            ),
            "national_margin": Variable(
                ("sex", "age"),
                "1",
                "share of one more net immigrant by age at the end of the year",
                None,
                may_not_apply=True,
            ),
            "extraordinary_persons": Variable(
                ("extraordinary",),
                "persons",
                "people a year who came beyond what is usual in the region",
                None,
            ),
            "extraordinary_weight": Variable(
                ("extraordinary",), "1", "what the years count for in the region"
            ),
        },
        "activity": {
            "contacts": Variable(_ACTIVITY, "contacts year-1", "contacts", cell_methods=_FLOW),
            "bed_days": Variable(_ACTIVITY, "bed days year-1", "bed days", cell_methods=_FLOW),
            "acute": Variable(
                _ACTIVITY,
                "contacts year-1",
                "contacts that are acute, readmissions among them",
                cell_methods=_FLOW,
            ),
            "readmissions": Variable(
                _ACTIVITY[:3],
                "contacts year-1",
                "acute stays within 30 days of another",
                cell_methods=_FLOW,
            ),
            "ready_days": Variable(
                _ACTIVITY[:3],
                "bed days year-1",
                "bed days after the patient is ready for discharge",
                cell_methods=_FLOW,
            ),
            "visitors": Variable(
                ("region", "year", "season"),
                "persons",
                "visitors present on an average day of the season",
                cell_methods="year: mean",
            ),
        },
        "sites": {
            "contacts": Variable(
                ("site", *_ACTIVITY[1:]),
                "contacts year-1",
                "contacts at the site of people in the regions of the run",
                cell_methods=_FLOW,
            ),
            "bed_days": Variable(
                ("site", *_ACTIVITY[1:]),
                "bed days year-1",
                "bed days at the site of people in the regions of the run",
                cell_methods=_FLOW,
            ),
            "treated": Variable(
                ("region", "site", "year", "setting"),
                "contacts year-1",
                "contacts of the region's people at the site",
                cell_methods=_FLOW,
            ),
            "treated_psychiatry": Variable(
                ("region", "site", "year", "setting"),
                "contacts year-1",
                "of these for mental health and addiction",
                cell_methods=_FLOW,
            ),
            "own_coverage": Variable(
                ("region", "year", "setting"),
                "1",
                "share of the residents' contacts treated at a site that serves them",
                may_not_apply=True,
            ),
        },
        "money": {
            "drg_points": Variable(
                ("region", "year", "setting"),
                "DRG points year-1",
                "DRG points",
                cell_methods=_FLOW,
                may_not_apply=True,
            ),
            "activity_income": Variable(
                ("region", "year"),
                "NOK year-1",
                "income by DRG points of the region's patients",
                cell_methods=_FLOW,
                may_not_apply=True,
            ),
            "ready_day_payment": Variable(
                ("region", "year"),
                "NOK year-1",
                "what the municipality pays for days after readiness for discharge",
                cell_methods=_FLOW,
                may_not_apply=True,
            ),
            "cost": Variable(
                ("region", "year", "setting"),
                "NOK year-1",
                "cost of contacts and bed days",
                cell_methods=_FLOW,
                may_not_apply=True,
            ),
        },
        "priority": {
            "contacts": Variable(
                ("region", "year", "group", "setting"),
                "contacts year-1",
                "contacts by priority group",
                cell_methods=_FLOW,
            ),
            "bed_days": Variable(
                ("region", "year", "group", "setting"),
                "bed days year-1",
                "bed days by priority group",
                cell_methods=_FLOW,
            ),
        },
        **{
            f"capacity/{unit}": {
                "need": Variable(("region", "year", "resource"), unit, f"{unit} needed"),
                "need_by_kind": Variable(
                    ("region", "year", "setting", "kind"),
                    unit,
                    f"{unit} needed, by level of care and kind of diagnosis",
                ),
                "existing": Variable(
                    ("site", "year", "resource"), unit, f"existing {unit}", may_not_apply=True
                ),
                "served": Variable(
                    ("site", "year", "resource"),
                    unit,
                    f"{unit} needed by those whom the site works for",
                    may_not_apply=True,
                ),
                "gap": Variable(
                    ("site", "year", "resource"),
                    unit,
                    f"{unit} short: served less existing",
                    None,
                    may_not_apply=True,
                ),
                "utilisation": Variable(
                    ("site", "year", "resource"),
                    "1",
                    f"share of the existing {unit} in use on average",
                    may_not_apply=True,
                ),
                "gap_cost": Variable(
                    ("site", "year", "resource"),
                    "NOK year-1",
                    f"yearly cost of the {unit} that are short",
                    may_not_apply=True,
                ),
                "price_year": Variable(
                    ("resource",), "1", "year of the price level of the cost", may_not_apply=True
                ),
                "first_shortage": Variable(
                    ("site", "resource"),
                    "1",
                    f"first calendar year in which {unit} are short",
                    may_not_apply=True,
                ),
                **(_BEDS_ONLY if unit == "beds" else {}),
            }
            for unit in ("beds", "places", "rooms")
        },
        "capacity/pools": {
            "together": Variable(("pool", "year"), "beds", "beds needed by all who share them"),
            "apart": Variable(("pool", "year"), "beds", "beds needed by each kind alone"),
            "saved": Variable(("pool", "year"), "beds", "beds that pooling saves", None),
            "refusal_together": Variable(
                ("pool", "year"), "1", "share turned away where the existing beds are shared"
            ),
            "refusal_apart": Variable(
                ("pool", "year"), "1", "share turned away where they are not"
            ),
        },
        "workforce": {
            "need": Variable(("region", "year", "setting", "profession"), "FTE", "staff needed"),
            "competence_need": Variable(
                ("region", "year", "competence"), "FTE", "staff needed with the competence"
            ),
            "need_by_education": Variable(
                ("region", "year", "education"),
                "FTE",
                "staff needed by level of education",
                may_not_apply=True,
            ),
            "wage_cost": Variable(
                ("region", "year", "profession"),
                "NOK year-1",
                "pay of the staff needed, less employer contributions",
                cell_methods=_FLOW,
                may_not_apply=True,
            ),
            "working_age_share": Variable(
                ("region", "year"),
                "1",
                "full-time equivalents needed for each person of 20 to 66",
                may_not_apply=True,
            ),
            "working_age_excess": Variable(
                ("region", "year"),
                "1",
                "what that share lies above the limit",
                may_not_apply=True,
            ),
            "working_age_per_old": Variable(
                ("region", "year", "old"),
                "1",
                "people of 20 to 66 for each of the old",
                may_not_apply=True,
            ),
            "active_per_old": Variable(
                ("region", "year", "old"),
                "1",
                "economically active people for each of the old",
                may_not_apply=True,
            ),
        },
        "workforce/supply": {
            "supply": _staff("FTE", "staff that there will be"),
            "heads": _staff("heads", "people who work in the profession"),
            "gap": _staff("FTE", "staff short: needed less supplied", minimum=None),
            "entered": _staff("heads", "newly trained and from abroad", cell_methods=_FLOW),
            "returned": _staff("heads", "back from other work or none", cell_methods=_FLOW),
            "left": _staff("heads", "gone to other work or none", cell_methods=_FLOW),
            "retired": _staff("heads", "retired or dead", cell_methods=_FLOW),
            "moved": _staff(
                "heads", "come from other regions less gone there", minimum=None, cell_methods=_FLOW
            ),
            "begun": _staff(
                "heads",
                "beginning a training that the region will have them of",
                cell_methods=_FLOW,
            ),
            "competence_supply": Variable(
                ("region", "year", "competence"),
                "FTE",
                "staff that there will be with the competence",
                may_not_apply=True,
            ),
            "competence_gap": Variable(
                ("region", "year", "competence"),
                "FTE",
                "staff with the competence short: needed less supplied",
                None,
                may_not_apply=True,
            ),
            "first_shortage": Variable(
                ("region", "profession"),
                "1",
                "first calendar year in which staff are short",
                may_not_apply=True,
            ),
            "competence_first_shortage": Variable(
                ("region", "competence"),
                "1",
                "first calendar year in which staff with the competence are short",
                may_not_apply=True,
            ),
        },
    }
)
"""Result variables by group of the tree; `capacity` has one child per unit."""


def check_dataset(group: str, dataset: "xarray.Dataset") -> "xarray.Dataset":
    """Hold a stage's result against its contract and put the attributes on it.

    Parameters
    ----------
    group
        Key of `VARIABLES`.
    dataset
        What the stage returned.

    Returns
    -------
    xarray.Dataset
        The same values, with ``units`` and ``long_name`` on every variable.

    Raises
    ------
    ValueError
        If a variable is missing or unknown, has other dimensions, is not finite,
        or lies below its minimum: the stage broke its promise.
    """
    contract = VARIABLES[group]
    _require(set(contract) == set(map(str, dataset.data_vars)), f"{group}: {list(dataset)}")
    dataset = dataset.copy(deep=False)
    for name, variable in contract.items():
        array = dataset[name]
        _require(array.dims == variable.dims, f"{group}/{name}: dimensions {array.dims}")
        known = array.values[~np.isnan(array.values)] if variable.may_not_apply else array.values
        _require(bool(np.isfinite(known).all()), f"{group}/{name}: not finite")
        if variable.minimum is not None and known.size:
            _require(bool(known.min() >= variable.minimum), f"{group}/{name}: {known.min()}")
        attributes = {"units": variable.unit, "long_name": variable.long_name}
        if variable.cell_methods is not None:
            attributes["cell_methods"] = variable.cell_methods
        array.attrs.update(attributes)
    return dataset


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(f"broken data contract: {what}")
