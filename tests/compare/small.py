"""Small scenarios for comparisons: six municipalities and few years."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import xarray as xr

from projector.compare import Comparison, compare, sides_of
from projector.compare.sides import Given
from projector.outputs.draws import write_draws
from projector.run.pipeline import People, project_care, project_people
from projector.run.whole import add_draws, draws_to_make, executor_of
from projector.scenario import load_scenario
from tests.embedded import SCENARIOS

BASE = """\
scenario: Small
extends: {scenarios}/hallingdal-copd.yaml
regions: [Hallingdal]
years: {{base: 2026, end: 2030}}
uncertainty: {{population: written}}
"""

OTHERS = {
    "small": "",
    "occupancy": "capacity: {occupancy: {inpatient: 80 %}}\n",
    "fertility": "population: {fertility: {total: 1.3}}\n",
    "duty": "workforce: {levers: {productivity: {annual: {2026: 0, 2028: 1 %}}}}\n",
    "growth": "activity: {growth: {heart: {annual: 1 %}}}\n",
    "wider": "regions: [Hallingdal, Ringerike]\nyears: {base: 2026, end: 2031}\n",
    "pooled": "capacity: {pools: [{name: Ten beds, site: Hallingdal sjukestugu, "
    "resources: [municipal_acute, municipal_short_stay], overflow: 5 %}]}\n",
}
"""Scenarios that extend the small one, each with another line."""

OTHER_PEOPLE = ("fertility", "wider")
"""Those with other people."""


def written(name: str, folder: Path) -> Path:
    """The file of a scenario of `OTHERS`."""
    (folder / "base.yaml").write_text(BASE.format(scenarios=SCENARIOS), encoding="utf-8")
    path = folder / f"{name}.yaml"
    path.write_text(f"scenario: {name}\nextends: base.yaml\n{OTHERS[name]}", encoding="utf-8")
    return path


@cache
def folder() -> Path:
    """Where what is run once for all tests lies."""
    return Path(mkdtemp())


@cache
def people_of(name: str) -> People:
    """The people of a scenario; those of which no line is about people have the same."""
    return project_people(load_scenario(written(name, folder())))


@cache
def given(name: str, draws: int = 0) -> Given:
    """A scenario of `OTHERS` as a side; run once for all tests, so never change it."""
    path = written(name, folder())
    scenario = load_scenario(path).with_draws(draws)
    people = people_of(name if name in OTHER_PEOPLE else "small")
    tree = project_care(scenario, people)
    own = folder() / f"{name}-{draws}"
    work = draws_to_make(tree, scenario, people, folder=own, with_draws=True)
    if work is None:
        return Given(name, tree)
    work = add_draws(tree, people, work, executor_of(1, None))
    write_draws(work, {}, own / "draws.nc")
    return Given(name, tree, own / "draws.nc")


@cache
def compared(*given: Given) -> Comparison:
    """Sides compared, once for all tests."""
    return compare(sides_of(given))


def values_of(comparison: Comparison, measure: str) -> xr.DataArray:
    """Values of a measure, ``[side, ...]``."""
    (one,) = (one for one in comparison.figures if one.measure.name == measure)
    return one.values
