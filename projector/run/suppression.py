"""The results of a run with small counts of patients suppressed, before anything is told of them.

Every output reads the results that stand here, so that none can tell what another hides. What is
protected, and what is not, stands in ``docs/suppression.md``.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.run.small_numbers import Pattern, gathered, pattern_of
from projector.tables.suppression import FLAGS, GATHERED, TOGETHER

if TYPE_CHECKING:
    from projector.scenario import Scenario

__all__ = ["WITHHELD", "as_told"]

WITHHELD = ("sites", "priority", "uncertainty/own_coverage")
"""Groups that are left out as a whole: they divide the same patients in other ways."""

_CAPACITY = ("capacity/beds", "capacity/places", "capacity/rooms")
_AXES = ("region", "year", "diagnosis", "setting")
_STAYS = "inpatient"
_BY_SETTING, _BY_DIAGNOSIS = FLAGS


def as_told(tree: xr.DataTree, scenario: "Scenario") -> xr.DataTree:
    """Suppress small counts where the scenario asks for it.

    Parameters
    ----------
    tree
        From the stages, with the summaries over draws if there are any.
    scenario
        What it is of.

    Returns
    -------
    DataTree
        The same tree where `outputs.suppress` is not given. Else ``activity`` has the flags of
        `projector.tables.suppression.FLAGS`, NaN for what is suppressed and, where anything is, one
        more diagnosis group with what a region tells together, and if it takes that one more region
        with what regions tell together; summaries of suppressed counts are NaN, and the groups of
        `WITHHELD` are gone.

    Raises
    ------
    ConsistencyError
        If there are so few patients that not even the sum of all regions can be told.
    """
    limit = scenario.outputs.suppress
    if limit is None:
        return tree
    activity = tree["activity"].to_dataset()
    patterns = _patterns(activity, limit)
    _refuse_unprotected(patterns, activity, scenario, limit)
    told = tree.copy()
    told["activity"] = xr.DataTree(_suppressed(activity, patterns))
    for group in _CAPACITY:
        told[group] = xr.DataTree(_without_kinds(told[group].to_dataset()))
    withheld = [group for group in WITHHELD if _has(told, group)]
    for group in withheld:
        del told[group]
    withheld += [f"{group}/need_by_kind" for group in _CAPACITY]
    if "uncertainty" in told.children:
        _suppress_summaries(told, activity, patterns, limit)
    named = json.loads(tree.attrs["names"])
    named.setdefault("diagnosis", {})[GATHERED] = TOGETHER
    told.attrs |= {
        "suppress": limit,
        "suppressed": int(sum(one.cells.sum() for one in patterns.values())),
        "withheld": json.dumps(withheld),
        "names": json.dumps(named, ensure_ascii=False),
    }
    return told


def _patterns(activity: xr.Dataset, limit: float) -> dict[str, Pattern]:
    """What is suppressed, by the flag that says so.

    Contacts less acute ones are a count too, as anybody can subtract them. Readmissions and days
    after readiness are suppressed with the stays that they are of.
    """
    contacts, days, acute = (activity[name].transpose(*_AXES).values for name in FLAGS[_BY_SETTING])
    planned = np.maximum(contacts - acute, 0.0)
    by_setting = pattern_of(np.stack([contacts, days, acute, planned]), limit)
    stays = activity["setting"].values.tolist().index(_STAYS)
    of_stays = [
        activity[name].transpose(*_AXES[:3]).values[..., np.newaxis]
        for name in FLAGS[_BY_DIAGNOSIS]
    ]
    forced = by_setting.cells[:, :, [stays]]
    return {
        _BY_SETTING: by_setting,
        _BY_DIAGNOSIS: pattern_of(np.stack(of_stays), limit, forced),
    }


def _refuse_unprotected(
    patterns: Mapping[str, Pattern], activity: xr.Dataset, scenario: "Scenario", limit: int
) -> None:
    settings = activity["setting"].values[patterns[_BY_SETTING].unprotected].tolist()
    unprotected = [str(setting) for setting in settings]
    if patterns[_BY_DIAGNOSIS].unprotected.any():
        unprotected += FLAGS[_BY_DIAGNOSIS]
    if unprotected:
        raise ConsistencyError(
            [
                Problem(
                    where=scenario.where("outputs", "suppress"),
                    message=f"so few patients of {one} that not even the sum of all regions of "
                    f"the run can be told without telling a count below {limit}",
                    found=", ".join(map(str, activity["region_name"].values[:5])),
                    expected="a run of more regions, or a lower limit",
                )
                for one in unprotected
            ]
        )


def _suppressed(activity: xr.Dataset, patterns: Mapping[str, Pattern]) -> xr.Dataset:
    """The group ``activity`` as it is told, with its flags."""
    more_diagnoses = any(one.cells.any() for one in patterns.values())
    more_regions = any(one.rows.any() for one in patterns.values())
    whole = _with_labels(activity, regions=more_regions, diagnoses=more_diagnoses)
    regions, diagnoses = (whole.sizes[axis] for axis in ("region", "diagnosis"))
    for flag, names in FLAGS.items():
        pattern = patterns[flag]
        axes = _AXES if flag == _BY_SETTING else _AXES[:3]
        for name in names:
            counts = activity[name].transpose(*axes)
            told = gathered(counts.values.reshape(*counts.shape[:3], -1), pattern)
            told = told[:regions, :, :diagnoses].reshape(regions, -1, diagnoses, *counts.shape[3:])
            attributes = counts.attrs | {"ancillary_variables": flag}
            whole[name] = (axes, told, attributes)
        hidden = np.zeros((pattern.rows.shape[0] + 1, diagnoses, pattern.rows.shape[1]), np.int8)
        hidden[:-1, : pattern.cells.shape[1]] = pattern.cells
        if more_diagnoses:
            hidden[:-1, -1] = pattern.rows
        shape = (regions, diagnoses, *activity[names[0]].shape[3:])
        whole[flag] = (
            [axis for axis in axes if axis != "year"],
            hidden[:regions].reshape(shape),
            {
                "long_name": "whether the count is suppressed, as it is small or protects another",
                "flag_values": np.array([0, 1], np.int8),
                "flag_meanings": "told suppressed",
                "units": "1",
            },
        )
    return whole


def _with_labels(activity: xr.Dataset, *, regions: bool, diagnoses: bool) -> xr.Dataset:
    """The dataset with one more region and diagnosis group, of which nothing is known yet.

    Nobody visits the region that is none.
    """
    labels, names, kinds = (
        activity[axis].values.tolist() for axis in ("region", "region_name", "kind")
    )
    known = activity["diagnosis"].values.tolist()
    if regions:
        labels, names = [*labels, GATHERED], [*names, TOGETHER["nb"]]
    if diagnoses:
        known, kinds = [*known, GATHERED], [*kinds, GATHERED]
    plain = activity.drop_vars(["region_name", "kind"])
    whole = plain.reindex(region=labels, diagnosis=known, fill_value=0.0)
    return whole.assign_coords(region_name=("region", names), kind=("diagnosis", kinds))


def _without_kinds(capacity: xr.Dataset) -> xr.Dataset:
    """Need by kind of diagnosis is bed days or contacts of few diagnosis groups, divided."""
    need = capacity["need_by_kind"]
    return capacity.assign(need_by_kind=need.where(False).assign_attrs(need.attrs))


def _has(tree: xr.DataTree, group: str) -> bool:
    node = tree
    for part in group.split("/"):
        if part not in node.children:
            return False
        node = node.children[part]
    return True


def _suppress_summaries(
    told: xr.DataTree, activity: xr.Dataset, patterns: Mapping[str, Pattern], limit: float
) -> None:
    """Take what is suppressed from the summaries over draws; see `projector.run.measures`."""
    cells, rows = patterns[_BY_SETTING].cells, patterns[_BY_SETTING].rows
    of_stays = patterns[_BY_DIAGNOSIS].rows[:, 0]
    hidden: dict[str, tuple[tuple[str, ...], NDArray[np.bool_]]] = {
        "contacts": (("region", "setting"), rows),
        "bed_days": (("region", "setting"), rows),
        "contacts_by_diagnosis": (("region", "diagnosis"), np.any(cells, axis=2)),
        "readmissions": (("region",), of_stays),
        "ready_days": (("region",), of_stays),
    }
    now = told["activity"].to_dataset()
    for name, (axes, where) in hidden.items():
        summary = told[f"uncertainty/{name}"].to_dataset()
        gone = xr.DataArray(where, {axis: activity[axis].values for axis in axes}, axes)
        whole = [code for code in summary["region"].values if code not in gone["region"].values]
        # A diagnosis group is told for all regions together if it is told for each of them.
        together = gone.any("region") if "diagnosis" in axes else gone.any("region") & False
        parts = [gone, *(together.expand_dims(region=[code]) for code in whole)]
        gone = xr.concat(parts, "region")
        values = summary["quantile_value"]
        small = ((values > 0) & (values < limit)).any(("quantile", "year"))
        labels = {axis: now[axis].values.tolist() for axis in axes if axis != "setting"}
        labels["region"] = [*labels["region"], *whole]
        names = [*now["region_name"].values.tolist(), *("" for _ in whole)]
        kept = summary.drop_vars("region_name").where(~(gone | small)).reindex(labels)
        for variable in kept.data_vars:
            kept[variable].attrs = summary[variable].attrs
        kept = kept.assign_coords(region_name=("region", names))
        kept.attrs = summary.attrs
        told[f"uncertainty/{name}"] = xr.DataTree(kept)
