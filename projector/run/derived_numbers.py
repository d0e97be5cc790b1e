"""What is made of suppressed counts: beds, places, rooms, staff and money.

Whoever knows the norms gets the counts back that such a number is made of. By region one is told if
no suppressed count goes into it, or if it follows from what is told anyway: from the sum over
diagnosis groups of a level of care, with the same norm for each of them. Of all regions together it
is told as well where `columns_protect`: where even the sums over regions of each diagnosis group
would leave every small count as uncertain as the limit.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.capacity.norms import UNITS
from projector.run.small_numbers import Pattern, columns_protect
from projector.tables.suppression import flag_of

__all__ = [
    "FLAG",
    "Sources",
    "Withheld",
    "settings_told_apart",
    "sites_withheld",
    "told_numbers",
    "withheld_numbers",
]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_SERVICES = ("region", "year", "diagnosis", "setting")
_SAME = 1e-11
"""Relative: what numbers miss each other by that are made in the same way."""

_APART = 1e-9
"""Relative: what diagnosis groups must at least differ by for their weights to be told apart."""

_FEWEST_REGIONS = 3
"""From so many on a number in proportion to another in each year is made of it."""

_NOT_ADDED = (
    "peak",
    "working_age_share",
    "working_age_excess",
    "first_shortage",
    "competence_first_shortage",
)
"""Numbers by region that have no sum."""

_STAFF = {
    "profession": ("wage_cost",),
    "competence": ("competence_need",),
    "education": ("need_by_education",),
    "": ("working_age_share", "working_age_excess"),
}
"""Variables of the group ``workforce`` by the axis that they have beside region and year."""


@dataclass(frozen=True)
class Withheld:
    """What of a number by region is not told, ``[region, label, …]``, in all years.

    Parameters
    ----------
    axes
        Of the flags, ``region`` first.
    cells
        What is not told.
    whole
        Without the regions: where not even all of them together are told. No region is then.
    """

    axes: tuple[str, ...]
    cells: Flags
    whole: Flags


@dataclass(frozen=True)
class Sources:
    """The counts that numbers are made of, and which of them are suppressed.

    Parameters
    ----------
    activity
        Group ``activity`` with all its counts.
    people
        ``[region, year]``.
    by_setting
        What is suppressed of it by region, diagnosis group and setting.
    by_diagnosis
        The same of readmissions and days after readiness, by region and diagnosis group.
    limit
        Counts below it are small.
    overflow
        Settings and resources whose beds are sized by overflow: the units of others are in it.
    """

    activity: xr.Dataset
    people: Floats
    by_setting: Pattern
    by_diagnosis: Pattern
    limit: float
    overflow: frozenset[str]

    @cached_property
    def settings(self) -> list[str]:
        """Levels of care in the order of the axis."""
        return [str(name) for name in self.activity["setting"].values]

    @cached_property
    def contacts(self) -> Floats:
        """``[region, year, diagnosis, setting]``."""
        values: Floats = self.activity["contacts"].transpose(*_SERVICES).values
        return values

    @cached_property
    def bed_days(self) -> Floats:
        """``[region, year, diagnosis, setting]``."""
        values: Floats = self.activity["bed_days"].transpose(*_SERVICES).values
        return values

    @cached_property
    def hidden(self) -> Flags:
        """``[region, setting]``: whether any count is suppressed."""
        return np.asarray(self.by_setting.cells.any(axis=1))

    @cached_property
    def protects(self) -> Flags:
        """``[setting]``: whether sums over regions of each diagnosis group tell no small count."""
        found = [columns_protect(*self.of_setting(place)) for place in range(len(self.settings))]
        return np.array(found, dtype=np.bool_)

    def of_setting(self, place: int) -> tuple[Floats, Flags, Flags, Floats]:
        """What `columns_protect` asks of a setting.

        The bed days of a few contacts are left so wide a range that these are, by the length of a
        stay that is much the same everywhere.
        """
        contacts, days = self.contacts[..., place], self.bed_days[..., place]
        few, short = ((one > 0) & (one < self.limit) for one in (contacts, days))
        stay = np.divide(days, contacts, out=np.zeros_like(days), where=contacts > 0)
        of_days = self.limit * np.maximum(few * stay, short)
        return (
            np.stack([contacts, days]),
            self.by_setting.cells[:, :, place],
            self.by_setting.rows[:, place],
            np.stack([self.limit * few, of_days]),
        )

    @cached_property
    def _told_apart(self) -> Flags:
        """``[setting]``: whether no diagnosis group's contacts follow from the others'."""
        found = np.zeros(len(self.settings), dtype=np.bool_)
        for s in range(len(self.settings)):
            series = self.contacts[..., s].reshape(-1, self.contacts.shape[2])
            series = series[:, series.any(axis=0)]
            if not series.size or len(series) < series.shape[1]:
                continue
            sizes = np.linalg.svd(series / np.linalg.norm(series, axis=0), compute_uv=False)
            found[s] = sizes[-1] > _APART * sizes[0]
        return found

    def follows(self, values: Floats, setting: int, *, people: bool) -> bool:
        """Whether ``[region, year]`` follows from the sums over diagnosis groups of a setting.

        If numbers are a fixed combination of these sums (and of the people, where staff are by
        them), or of all regions in proportion to one of them, every diagnosis group has the same
        weight, unless the groups cannot be told apart.
        """
        if not values.any():
            return True
        if not self._told_apart[setting]:
            return False
        sums = [one[..., setting].sum(axis=2) for one in (self.contacts, self.bed_days)]
        columns = [one.ravel() for one in (*sums, *([self.people] if people else [])) if one.any()]
        basis, wanted = np.stack(columns, axis=1), values.ravel()
        if len(wanted) > basis.shape[1] + 1:
            scaled = basis / np.abs(basis).max(axis=0)
            weights = np.linalg.lstsq(scaled, wanted, rcond=None)[0]
            if np.abs(scaled @ weights - wanted).max() <= _SAME * np.abs(wanted).max():
                return True
        if len(values) < _FEWEST_REGIONS:
            return False
        return any(_in_proportion(values, one) for one in sums)


def _in_proportion(values: Floats, sums: Floats) -> bool:
    whole, of = values.sum(axis=0), sums.sum(axis=0)
    expected = sums * np.divide(whole, of, out=np.zeros_like(of), where=of > 0)
    return bool(np.abs(expected - values).max() <= _SAME * np.abs(values).max())


def withheld_numbers(
    groups: Mapping[str, xr.Dataset], sources: Sources
) -> dict[str, dict[str, Withheld]]:
    """Numbers by region that are not told.

    Parameters
    ----------
    groups
        ``capacity/beds`` and so on, ``workforce`` and, where they are, ``workforce/supply`` and
        ``money``, with nothing left out.
    sources
        What they are made of.

    Returns
    -------
    dict
        By group and variable; what is told whole is not among them.
    """
    found = {f"capacity/{unit}": _units(groups[f"capacity/{unit}"], sources) for unit in UNITS}
    if "money" in groups:
        found["money"] = _money(groups["money"], sources)
    by_setting = _by_setting(groups["workforce"]["need"], sources, people=True)
    found["workforce"], of_all = _staff(groups["workforce"], by_setting)
    if "workforce/supply" in groups:
        found["workforce/supply"] = {
            str(name): of_all[axis]
            for name, variable in groups["workforce/supply"].data_vars.items()
            for axis in ("profession", "competence")
            if axis in variable.dims
        }
    return {
        group: {name: one for name, one in named.items() if one.cells.any()}
        for group, named in found.items()
    }


def settings_told_apart(groups: Mapping[str, xr.Dataset], sources: Sources) -> Flags:
    """``[setting]``: where a number does not follow from the sums over diagnosis groups."""
    apart = np.zeros(len(sources.settings), dtype=np.bool_)
    for unit in UNITS:
        capacity = groups[f"capacity/{unit}"]
        for name, settings in _settings_of(capacity).items():
            places = [sources.settings.index(setting) for setting in settings]
            need = capacity["need"].sel(resource=name).transpose("region", "year").values
            if len(places) > 1 or not sources.follows(need, places[0], people=False):
                apart[places] = True
    of_setting = [(groups["workforce"]["need"], True)]
    if "money" in groups:
        of_setting += [(groups["money"][name], False) for name in ("drg_points", "cost")]
    for array, people in of_setting:
        values = np.nan_to_num(array.transpose("region", "year", "setting", ...).values)
        values = values.reshape(*values.shape[:3], -1)
        for place, label in np.ndindex(*values.shape[2:]):
            if not apart[place]:
                one = values[:, :, place, label]
                apart[place] = not sources.follows(one, place, people=people)
    return apart


def _units(capacity: xr.Dataset, sources: Sources) -> dict[str, Withheld]:
    """Beds, places or rooms by resource."""
    work = _settings_of(capacity)
    need = capacity["need"].transpose("region", "year", "resource").values
    names = [str(name) for name in capacity["resource"].values]
    cells = np.zeros((len(need), len(names)), dtype=np.bool_)
    whole = np.zeros(len(names), dtype=np.bool_)
    for place, name in enumerate(names):
        settings = [sources.settings.index(setting) for setting in work[name]]
        hidden = sources.hidden[:, settings].any(axis=1)
        if len(settings) == 1 and sources.follows(need[..., place], settings[0], people=False):
            cells[:, place] = sources.by_setting.rows[:, settings[0]]
            continue
        cells[:, place] = hidden
        shared = not sources.overflow.isdisjoint({name, *work[name]})
        whole[place] = hidden.any() and (shared or not sources.protects[settings].all())
    one = Withheld(("region", "resource"), cells | whole, whole)
    return {name: one for name in ("need", "peak") if name in capacity}


def _settings_of(capacity: xr.Dataset) -> dict[str, list[str]]:
    """The settings whose work takes each resource of a group of capacity."""
    work: dict[str, list[str]] = json.loads(capacity.attrs["resource_settings"])
    return work


def _by_setting(array: xr.DataArray, sources: Sources, *, people: bool) -> Withheld:
    """A number by setting, and what stands beside it on the last axis."""
    axes = tuple(str(axis) for axis in array.dims if axis not in ("region", "year", "setting"))
    values = np.nan_to_num(array.transpose("region", "year", "setting", *axes).values)
    wide = values.reshape(*values.shape[:3], -1)
    cells = np.zeros((wide.shape[0], *wide.shape[2:]), dtype=np.bool_)
    whole = np.zeros(wide.shape[2:], dtype=np.bool_)
    for s, label in np.ndindex(*wide.shape[2:]):
        one = wide[:, :, s, label]
        if sources.follows(one, s, people=people):
            cells[:, s, label] = sources.by_setting.rows[:, s] & one.any()
            continue
        cells[:, s, label] = sources.hidden[:, s]
        shared = sources.settings[s] in sources.overflow
        whole[s, label] = cells[:, s, label].any() and (shared or not sources.protects[s])
    shape = values.shape[2:]
    return Withheld(
        ("region", "setting", *axes),
        (cells | whole).reshape(values.shape[0], *shape),
        whole.reshape(shape),
    )


def _money(money: xr.Dataset, sources: Sources) -> dict[str, Withheld]:
    """DRG points, income and cost."""
    points = _by_setting(money["drg_points"], sources, people=False)
    rows = sources.by_diagnosis.rows[:, 0]
    return {
        "drg_points": points,
        "cost": _by_setting(money["cost"], sources, people=False),
        "activity_income": _summed(points),
        "ready_day_payment": Withheld(("region",), rows, np.zeros((), dtype=np.bool_)),
    }


def _summed(one: Withheld, *axes: str) -> Withheld:
    """Of the sum over all axes but the region and some: a part that is not told has no sum."""
    over = tuple(n for n, axis in enumerate(one.axes) if axis not in ("region", *axes))
    whole = one.whole.any(axis=tuple(n - 1 for n in over))
    return Withheld(
        tuple(axis for axis in one.axes if axis in ("region", *axes)),
        np.asarray(one.cells.any(axis=over) | whole),
        np.asarray(whole),
    )


def _staff(
    workforce: xr.Dataset, by_setting: Withheld
) -> tuple[dict[str, Withheld], dict[str, Withheld]]:
    """Staff, and what is told of all of a profession or competence.

    Of all regions together staff is told of every profession or of none, so that no sum lacks one.
    """
    if by_setting.whole.any():
        everything = np.ones_like(by_setting.cells)
        by_setting = Withheld(by_setting.axes, everything, everything[0])
    of_profession = _summed(by_setting, "profession")
    professions = [str(name) for name in workforce["profession"].values]
    of = [professions.index(str(name)) for name in workforce["competence_profession"].values]
    of_all = {
        "profession": of_profession,
        "competence": Withheld(
            ("region", "competence"), of_profession.cells[:, of], of_profession.whole[of]
        ),
        "": _summed(by_setting),
    }
    levels = workforce.sizes["education"]
    anybody = of_all[""]
    of_all["education"] = Withheld(
        ("region", "education"),
        np.repeat(anybody.cells[:, np.newaxis], levels, axis=1),
        np.repeat(anybody.whole, levels),
    )
    told = {name: of_all[axis] for axis, names in _STAFF.items() for name in names}
    return {"need": by_setting, **told}, of_all


def sites_withheld(
    capacity: xr.Dataset, withheld: Mapping[str, Withheld], sources: Sources, *, flows: bool
) -> Flags:
    """``[site, resource]``: of which sites nothing is told.

    A site that does the work of all regions of the run tells what these tell together, and one
    that does all the work of some regions a sum of theirs; where there are flows, another part.
    """
    work = _settings_of(capacity)
    need = capacity["need"].transpose("region", "year", "resource").values.sum(axis=0)
    served = capacity["served"].transpose("site", "year", "resource").values
    there = ~np.isnan(served).all(axis=1)
    apart = np.abs(np.nan_to_num(served) - need).max(axis=1, initial=0.0)
    does_all = apart <= _SAME * need.max(axis=0, initial=0.0)
    names = [str(name) for name in capacity["resource"].values]
    hidden = np.array(
        [
            sources.hidden[:, [sources.settings.index(setting) for setting in work[name]]].any()
            for name in names
        ],
        dtype=np.bool_,
    )
    told_by_region, told_together = np.ones((2, len(names)), dtype=np.bool_)
    if "need" in withheld:
        told_by_region = np.asarray(~withheld["need"].cells.any(axis=0))
        told_together = ~withheld["need"].whole
    told = (does_all & told_together) | (told_by_region & (not flows))
    return np.asarray(there & hidden & ~told)


FLAG = {
    "long_name": "whether the number is withheld, as suppressed counts go into it",
    "flag_values": np.array([0, 1], np.int8),
    "flag_meanings": "told suppressed",
    "units": "1",
}
"""Attributes of a variable that tells what is withheld of another."""


def told_numbers(
    dataset: xr.Dataset, withheld: Mapping[str, Withheld], gathered: tuple[str, str]
) -> xr.Dataset:
    """A group as it is told: with one more region, of what is withheld in the regions together.

    Parameters
    ----------
    dataset
        The group.
    withheld
        By variable.
    gathered
        Code and name of the region.

    Returns
    -------
    Dataset
        NaN for what is not told, and for each variable of `withheld` one of the name that
        `flag_of` gives it, which is 1 there.
    """
    code, name = gathered
    names = [*dataset["region_name"].values.tolist(), name]
    labels = [*dataset["region"].values.tolist(), code]
    whole = dataset.drop_vars("region_name").reindex(region=labels)
    for variable in dataset.data_vars:
        whole[variable].attrs = dataset[variable].attrs
    for key, one in withheld.items():
        array = dataset[key].reset_coords(drop=True)
        cells = xr.DataArray(one.cells, dims=one.axes)
        told = array.where(~cells).transpose(*array.dims)
        together = xr.full_like(array.isel(region=0, drop=True), np.nan)
        if key not in _NOT_ADDED:
            some = xr.DataArray(one.cells.any(axis=0) & ~one.whole, dims=one.axes[1:])
            together = array.where(cells).sum("region", min_count=1).where(some)
        joined = xr.concat([told, together.expand_dims(region=[code])], "region")
        whole[key] = (array.dims, joined.transpose(*array.dims).values, array.attrs)
        whole[key].attrs["ancillary_variables"] = flag_of(key)
        flags = np.concatenate([one.cells, one.whole[np.newaxis]]).astype(np.int8)
        whole[flag_of(key)] = (
            one.axes,
            flags,
            dict(FLAG),
        )
    return whole.assign_coords(region_name=("region", names))
