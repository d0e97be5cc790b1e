"""Sides of a comparison: the results of a run, what it is called, and its draws."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import xarray as xr

from projector.report.assumptions import Assumption, assumptions_of
from projector.run.measures import WHOLE, Measure, figures_of
from projector.scenario.uncertainty_models import Uncertainty
from projector.tables.suppression import GATHERED

__all__ = ["Areas", "Given", "Side", "sides_of"]

Areas = Mapping[str, Sequence[str]]
"""Codes of regions by the name of what they are together."""

_UNCERTAINTY = "uncertainty"
_SEED = ("uncertainty", "seed")
_LETTERS = 26


@dataclass(frozen=True, eq=False)
class Given:
    """Results that are to be compared.

    Parameters
    ----------
    where
        The file or folder they come from, as it was written.
    tree
        From `projector.run` or `projector.outputs.read_results`.
    draws
        The file with the draws themselves; None where they were not kept.
    label
        What tells a scenario of a sweep from the others; empty for any other.
    """

    where: str
    tree: xr.DataTree
    draws: Path | None = None
    label: str = ""


@dataclass(frozen=True, eq=False)
class Side:
    """One run of a comparison.

    Parameters
    ----------
    letter
        A, B, C and so on: what rows of a table call it.
    name
        The name of its scenario, and where several share it what tells them apart.
    given
        The results.
    areas
        Regions that are also told of together.
    """

    letter: str
    name: str
    given: Given
    areas: Areas = field(default_factory=dict)

    @cached_property
    def groups(self) -> dict[str, xr.Dataset]:
        """Results by group of the tree, without the summaries over draws."""
        return {
            node.path.strip("/"): node.to_dataset()
            for node in self.given.tree.subtree
            if node.data_vars and not node.path.startswith(f"/{_UNCERTAINTY}")
        }

    @cached_property
    def measures(self) -> dict[str, tuple[Measure, xr.DataArray]]:
        """The figures that planners read, by name; the whole and the areas among the regions."""
        plain = {path: one.reset_coords(drop=True) for path, one in self.groups.items()}
        return {one.name: (one, self._with_areas(one, array)) for one, array in figures_of(plain)}

    @cached_property
    def regions(self) -> dict[str, str]:
        """Names of the regions of the run, by code."""
        people = self.groups["population"]
        codes, names = people["region"].values, people["region_name"].values
        return dict(zip(map(str, codes), map(str, names), strict=True))

    @property
    def years(self) -> list[int]:
        """Calendar years of the run."""
        return [int(year) for year in self.groups["population"]["year"].values]

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """What its scenario says, line by line."""
        return assumptions_of(str(self.given.tree.attrs["scenario_resolved"]))

    @property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of what was read, by table and file."""
        read: dict[str, str] = json.loads(self.given.tree.attrs["inputs_sha256"])
        return read

    @property
    def seed(self) -> int:
        """Seed of its draws."""
        said = next((one.value for one in self.assumptions if one.keys == _SEED), None)
        default: int = Uncertainty.model_fields["seed"].default
        return default if said is None else int(said)

    @property
    def draws(self) -> int | None:
        """How many draws the run had; None where it had none."""
        if _UNCERTAINTY not in self.given.tree.children:
            return None
        of_measures = self.given.tree[_UNCERTAINTY].children.values()
        return next(int(node.attrs["draws"]) for node in of_measures if "draws" in node.attrs)

    def name_of(self, kind: str, key: str, language: str) -> str:
        """What its inputs call a diagnosis, resource, profession or competence."""
        return self._names.get(kind, {}).get(key, {}).get(language, key)

    @cached_property
    def _names(self) -> dict[str, dict[str, dict[str, str]]]:
        named: dict[str, dict[str, dict[str, str]]] = json.loads(self.given.tree.attrs["names"])
        return named

    def parts_of(self, label: str) -> list[str] | None:
        """Codes of its regions that a region, an area or the whole is made of; None if not all."""
        if label in self.regions:
            return [label]
        codes = list(self.regions) if label == WHOLE else list(self.areas.get(label, ()))
        return codes if codes and set(codes) <= set(self.regions) else None

    def _with_areas(self, measure: Measure, array: xr.DataArray) -> xr.DataArray:
        if "region" not in array.dims or not measure.adds_up:
            return array
        there = [str(code) for code in array["region"].values]
        more = [
            _added(array.sel(region=codes), measure, is_suppressed=GATHERED in there).expand_dims(
                region=[label]
            )
            for label in (*self.areas, WHOLE)
            if label not in there and (codes := self.parts_of(label)) is not None
        ]
        if not more:
            return array
        return xr.concat([array, *more], dim="region").transpose(*array.dims)


def _added(array: xr.DataArray, measure: Measure, *, is_suppressed: bool) -> xr.DataArray:
    """Regions added up; if something is suppressed, only where all of them are told."""
    if measure.group == "activity" or is_suppressed:
        return array.sum("region", skipna=False)
    return array.sum("region", min_count=1)


def sides_of(given: Sequence[Given], areas: Areas | None = None) -> tuple[Side, ...]:
    """Results as sides of a comparison, each with a letter and a name of its own.

    Parameters
    ----------
    given
        Results in the order in which they are compared; the first is what the others are
        compared with.
    areas
        Regions that are also told of together, by name.

    Returns
    -------
    tuple of Side
    """
    names = _names(given)
    return tuple(
        Side(_letter(i), name, one, areas or {})
        for i, (one, name) in enumerate(zip(given, names, strict=True))
    )


def _names(given: Sequence[Given]) -> list[str]:
    """Titles; of those that share one, with where they come from, and then with a number."""
    titles = [str(one.tree.attrs["title"]) for one in given]
    told = [
        title if titles.count(title) == 1 else f"{title} ({one.where})"
        for title, one in zip(titles, given, strict=True)
    ]
    return list(_counted(told))


def _counted(names: Sequence[str]) -> Iterator[str]:
    for i, name in enumerate(names):
        again = names[:i].count(name)
        yield f"{name} #{again + 1}" if again else name


def _letter(position: int) -> str:
    """A to Z, then AA and so on, as columns of a sheet are called."""
    before, last = divmod(position, _LETTERS)
    return (_letter(before - 1) if before else "") + chr(ord("A") + last)
