"""The results of a run with small counts of patients suppressed, before anything is told of them.

Every output reads the results that stand here, so that none can tell what another hides. What is
protected, and what is not, stands in ``docs/suppression.md``.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.run.derived_numbers import (
    FLAG,
    Sources,
    Withheld,
    settings_told_apart,
    sites_withheld,
    told_numbers,
    withheld_numbers,
)
from projector.run.measures import MEASURES, WHOLE
from projector.run.small_numbers import (
    Pattern,
    columns_grown,
    gathered,
    pattern_of,
    rows_grown,
)
from projector.tables.suppression import FLAGS, GATHERED, TOGETHER, flag_of

if TYPE_CHECKING:
    from projector.scenario import Scenario

__all__ = ["WITHHELD", "as_told"]

WITHHELD = ("sites", "priority", "uncertainty/own_coverage")
"""Groups that are left out as a whole: they divide the same patients in other ways."""

_CAPACITY = ("capacity/beds", "capacity/places", "capacity/rooms")
_STAFF = ("workforce", "workforce/supply")
_MADE = (*_CAPACITY, *_STAFF, "money")
"""Groups with numbers that are made of counts."""

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
        `WITHHELD` are gone. Beds, places, rooms, staff and money are withheld where they would tell
        suppressed counts; see `projector.run.derived_numbers`.

    Raises
    ------
    ConsistencyError
        If there are so few patients that not even the sum of all regions can be told.
    """
    limit = scenario.outputs.suppress
    if limit is None:
        return tree
    activity = tree["activity"].to_dataset()
    groups = {group: tree[group].to_dataset() for group in _MADE if _has(tree, group)}
    sources = _sources(tree, activity, scenario, limit, groups)
    patterns = {_BY_SETTING: sources.by_setting, _BY_DIAGNOSIS: sources.by_diagnosis}
    _refuse_unprotected(patterns, activity, scenario, limit)
    told = tree.copy()
    told["activity"] = xr.DataTree(_suppressed(activity, patterns))
    more = _withhold_numbers(told, groups, sources, scenario)
    withheld = [group for group in (*WITHHELD, *more) if _has(told, group)]
    for group in withheld:
        above, _, name = group.rpartition("/")
        node = told[above] if above else told
        del node[name]  # a tree takes away no path of several groups
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


def _sources(
    tree: xr.DataTree,
    activity: xr.Dataset,
    scenario: "Scenario",
    limit: float,
    groups: Mapping[str, xr.Dataset],
) -> Sources:
    """What is suppressed of the counts.

    Contacts less acute ones are a count too, as anybody can subtract them. Readmissions and days
    after readiness are suppressed with the stays that they are of. Where beds, staff or money tell
    diagnosis groups apart, so much is suppressed that they may be told of all regions together.
    """
    contacts, days, acute = (activity[name].transpose(*_AXES).values for name in FLAGS[_BY_SETTING])
    planned = np.maximum(contacts - acute, 0.0)
    counts = np.stack([contacts, days, acute, planned])
    by_setting = pattern_of(counts, limit)
    people = tree["population"].to_dataset()["population"].sum(("sex", "age"))
    sources = Sources(
        activity,
        people.transpose("region", "year").values,
        by_setting,
        by_setting,
        limit,
        frozenset(scenario.capacity.overflow),
    )
    apart = np.flatnonzero(settings_told_apart(groups, sources) & ~sources.protects)
    if apart.size:
        forced = by_setting.cells.copy()
        for place in map(int, apart):
            forced[:, :, place] = columns_grown(*sources.of_setting(place))
        by_setting = pattern_of(counts, limit, forced)
        sources = replace(sources, by_setting=by_setting)
        still = [place for place in map(int, apart) if not sources.protects[place]]
        if still:
            rows = by_setting.rows.copy()
            for place in still:
                rows[:, place] = rows_grown(*sources.of_setting(place))
            by_setting = pattern_of(counts, limit, forced, rows)
    stays = activity["setting"].values.tolist().index(_STAYS)
    of_stays = [
        activity[name].transpose(*_AXES[:3]).values[..., np.newaxis]
        for name in FLAGS[_BY_DIAGNOSIS]
    ]
    by_diagnosis = pattern_of(np.stack(of_stays), limit, by_setting.cells[:, :, [stays]])
    return replace(sources, by_setting=by_setting, by_diagnosis=by_diagnosis)


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


def _withhold_numbers(
    told: xr.DataTree,
    whole: Mapping[str, xr.Dataset],
    sources: Sources,
    scenario: "Scenario",
) -> list[str]:
    """Withhold what is made of suppressed counts; returns further groups that are to go."""
    groups = dict(whole)
    withheld = withheld_numbers(groups, sources)
    sites: dict[str, xr.DataArray] = {}
    for group in _CAPACITY:
        flags = sites_withheld(groups[group], withheld[group], sources, flows=_has(told, "sites"))
        sites[group] = xr.DataArray(
            flags, {axis: groups[group][axis] for axis in ("site", "resource")}
        )
        groups[group] = _without_sites(_without_kinds(groups[group]), sites[group])
    changed = {group for group, named in withheld.items() if named}
    if changed & set(_STAFF):
        changed |= set(_STAFF) & set(groups)  # a group and the one below it have the same regions
    for group in changed:
        groups[group] = told_numbers(groups[group], withheld[group], (GATHERED, TOGETHER["nb"]))
    for group in (*_CAPACITY, "money"):
        if group in groups:
            told[group] = xr.DataTree(groups[group])
    below, above = (groups.get(group) for group in reversed(_STAFF))
    told["workforce"] = xr.DataTree(
        above, children={} if below is None else {"supply": xr.DataTree(below)}
    )
    if "uncertainty" in told.children:
        _withhold_summaries(told, groups, withheld, sites)
    return [*_pools(scenario, sites)]


def _pools(scenario: "Scenario", sites: Mapping[str, xr.DataArray]) -> Iterator[str]:
    """Groups about pooled units, if one of them holds beds of which nothing is told."""
    beds = sites["capacity/beds"]
    for pool in scenario.capacity.pools:
        of_pool = beds.reindex(site=[pool.site], resource=list(pool.resources), fill_value=False)
        if bool(of_pool.any()):
            yield "capacity/pools"
            return


def _without_sites(capacity: xr.Dataset, withheld: xr.DataArray) -> xr.Dataset:
    """Of sites of which nothing is told there is what exists, and no number of what it is for."""
    result = capacity.copy()
    for name, variable in capacity.data_vars.items():
        if {"site", "resource"} <= set(variable.dims) and name != "existing":
            told = variable.where(~withheld).transpose(*variable.dims)
            result[name] = told.assign_attrs(variable.attrs)
            if bool(withheld.any()):
                flag = flag_of(str(name))
                result[name].attrs["ancillary_variables"] = flag
                result[flag] = withheld.astype(np.int8).assign_attrs(FLAG)
    return result


def _withhold_summaries(
    told: xr.DataTree,
    groups: Mapping[str, xr.Dataset],
    withheld: Mapping[str, Mapping[str, Withheld]],
    sites: Mapping[str, xr.DataArray],
) -> None:
    """Take what is withheld from the summaries over draws, and from what they depend on."""
    for measure in MEASURES:
        if measure.group not in groups:
            continue
        dataset = groups[measure.group]
        for group in (f"uncertainty/{measure.name}", f"uncertainty/sensitivity/{measure.name}"):
            if not _has(told, group):
                continue
            summary = _group(told, group)
            if "site" in summary.dims:
                summary = _kept(summary, ~sites[measure.group])
            one = withheld[measure.group].get(measure.variable)
            if one is not None:
                summary = _kept(summary, ~_gone(one, dataset, summary))
            if "region" in summary.dims and GATHERED in dataset["region"].values:
                summary = _with_region(summary, dataset)
            told[group] = xr.DataTree(summary)


def _group(tree: xr.DataTree, group: str) -> xr.Dataset:
    node = tree[group]
    assert isinstance(node, xr.DataTree)
    return node.to_dataset(inherit=False)


def _gone(one: Withheld, dataset: xr.Dataset, summary: xr.Dataset) -> xr.DataArray:
    """What is withheld, by the axes of a summary; a sum of which a part is withheld is too."""
    regions = [code for code in dataset["region"].values.tolist() if code != GATHERED]
    labels = {axis: dataset[axis].values for axis in one.axes[1:]}
    if "region" not in summary.dims:  # of all of them together
        together = xr.DataArray(one.whole, labels, one.axes[1:])
        return together.any([axis for axis in one.axes[1:] if axis not in summary.dims])
    cells = xr.DataArray(one.cells, {"region": regions, **labels}, one.axes)
    whole = xr.DataArray(one.whole, labels, one.axes[1:]).expand_dims(region=[WHOLE])
    gone = xr.concat([cells, whole], "region")
    gone = gone.any([axis for axis in one.axes if axis not in summary.dims])
    return gone.sel(region=summary["region"].values)


def _kept(summary: xr.Dataset, told: xr.DataArray) -> xr.Dataset:
    """A summary with NaN for what is not told."""
    kept = summary.copy()
    for name, variable in summary.data_vars.items():
        if set(told.dims) <= set(variable.dims):
            values = variable.where(told).transpose(*variable.dims)
            kept[name] = values.assign_attrs(variable.attrs)
    return kept


def _with_region(summary: xr.Dataset, dataset: xr.Dataset) -> xr.Dataset:
    """A summary with the regions of its results, of which one has none."""
    codes = dataset["region"].values.tolist()
    names = dict(zip(codes, dataset["region_name"].values.tolist(), strict=True))
    codes += [code for code in summary["region"].values.tolist() if code not in codes]
    more = summary.drop_vars("region_name", errors="ignore").reindex(region=codes)
    for name, variable in summary.data_vars.items():
        more[name].attrs = variable.attrs
    if "region_name" in summary.coords:
        more = more.assign_coords(region_name=("region", [names.get(code, "") for code in codes]))
    more.attrs = summary.attrs
    return more


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
