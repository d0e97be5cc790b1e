"""The main job, read as its table of contents: scenario and inputs in, the tree of results out."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import xarray as xr

from projector.activity import activity_stage, money_dataset
from projector.activity.demand import demand_of
from projector.capacity import capacity_stage
from projector.errors import ConsistencyError, InputsError, ScenarioError
from projector.inputs.input_set import InputSet, load_inputs
from projector.memory import FORGETFUL, Memory
from projector.population import population_stage
from projector.population.calibration_tables import calibration_dataset
from projector.run.area_divisions import shared_regions
from projector.run.history import age_notes, age_tables
from projector.run.own_areas import with_own_areas
from projector.run.provenance import provenance
from projector.run.regions import chosen_regions
from projector.run.threads import in_one_thread
from projector.scenario import check_names
from projector.tables import NATION, check_dataset, unique
from projector.workforce import supply_stage, workforce_stage

if TYPE_CHECKING:
    from projector.activity.ledger import Demand
    from projector.activity.visitors import Visitors
    from projector.population.calibrate import Calibration
    from projector.scenario.models import Inputs, Scenario

__all__ = [
    "People",
    "Progress",
    "areas_within",
    "demand_of_people",
    "people_of",
    "project_care",
    "project_people",
    "read_inputs",
    "region_names",
    "silent",
    "vocabulary",
]

Progress = Callable[[str, Mapping[str, object]], None]


SUPPLY = "workforce/supply"
"""Group of the results with the staff that there will be."""


def nation_at(history: xr.DataArray, year: int) -> float:
    """People of the nation on 1 January of a year."""
    return float(history.sel(region=NATION, year=year).sum())


def silent(stage: str, facts: Mapping[str, object]) -> None:
    """Progress that nobody listens to."""


@dataclass(frozen=True)
class People:
    """The inputs, and the people projected from them: what the stages of care start from.

    Parameters
    ----------
    inputs
        The tables.
    history
        ``[region, year, sex, age]``, persons of the years of the tables.
    age_width
        Years of an age group of the tables.
    population, indicators
        As in the tree of results.
    calibration
        What the age tables say of moves, mortality and fertility.
    """

    inputs: InputSet
    history: xr.DataArray
    age_width: int
    population: xr.Dataset
    indicators: xr.Dataset
    calibration: "Calibration"


@in_one_thread
def project_people(scenario: "Scenario", *, progress: Progress = silent) -> People:
    """Read a scenario's inputs and project its people: the first half of `projector.run`."""
    inputs = read_inputs(scenario)
    regions = chosen_regions(scenario, inputs)
    history, age_width = age_tables(scenario, inputs)
    progress("inputs", {"regions": len(inputs.codes), "files": len(inputs.files)})

    people = people_of(scenario, inputs, regions, history, age_width)
    first, last = people.calibration.years
    progress("population", {"regions": len(regions), "first": first, "last": last})
    return people


def people_of(
    scenario: "Scenario",
    inputs: InputSet,
    regions: Sequence[str],
    history: xr.DataArray,
    age_width: int,
    *,
    memory: Memory = FORGETFUL,
) -> People:
    """The people of a run, from its inputs, regions and age tables; see `population_stage`."""
    with inputs.located():
        population, indicators, calibration = population_stage(
            history,
            inputs.tables,
            scenario,
            regions,
            age_width=age_width,
            areas=areas_within(inputs, regions),
            memory=memory,
        )
    return People(
        inputs=inputs,
        history=history,
        age_width=age_width,
        population=check_dataset("population", population),
        indicators=check_dataset("indicators", indicators),
        calibration=calibration,
    )


def demand_of_people(
    scenario: "Scenario",
    people: People,
    *,
    growing: bool = True,
    younger_by: int | None = None,
    memory: Memory = FORGETFUL,
) -> "tuple[Demand, Visitors]":
    """What the people of a run ask of the services; see `projector.activity.demand.demand_of`."""
    return demand_of(
        people.population,
        people.history,
        people.inputs.tables,
        scenario,
        people.inputs.members,
        people.indicators["remaining_life_expectancy"],
        growing=growing,
        younger_by=younger_by,
        memory=memory,
    )


@in_one_thread
def project_care(
    scenario: "Scenario", people: People, *, progress: Progress = silent
) -> xr.DataTree:
    """Project activity, capacity and workforce for people: the second half of `projector.run`."""
    with people.inputs.located():
        return _project_care(scenario, people, progress)


def _project_care(scenario: "Scenario", people: People, progress: Progress) -> xr.DataTree:
    inputs, tables = people.inputs, people.inputs.tables
    known = region_names(inputs)
    estimated = check_dataset("calibration", calibration_dataset(people.calibration, known))

    care = activity_stage(
        people.population,
        people.history,
        tables,
        scenario,
        inputs.members,
        people.indicators["remaining_life_expectancy"],
    )
    money = money_dataset(care["activity"], tables)
    if money is not None:
        care["money"] = money
    care = {name: check_dataset(name, dataset) for name, dataset in care.items()}
    activity = care["activity"]
    progress("activity", {"changes": len(scenario.activity.changes)})

    capacity, left_out = capacity_stage(care, tables, scenario, inputs.members)
    capacity = {unit: check_dataset(f"capacity/{unit}", need) for unit, need in capacity.items()}
    progress("capacity", {"sites": _number_of_sites(capacity)})

    workforce = check_dataset(
        "workforce",
        workforce_stage(people.population, activity, capacity, tables, scenario, inputs.members),
    )
    supply = supply_stage(
        workforce,
        people.population,
        nation_at(people.history, scenario.years.base),
        tables,
        scenario,
        inputs.members,
    )
    staff = {} if supply is None else {"/workforce/supply": check_dataset(SUPPLY, supply)}
    progress("workforce", {"professions": workforce.sizes["profession"]})

    groups = {
        "/population": people.population,
        "/indicators": people.indicators,
        "/calibration": estimated,
        **{f"/{name}": dataset for name, dataset in care.items()},
        **{f"/capacity/{unit}": dataset for unit, dataset in capacity.items()},
        "/workforce": workforce,
        **staff,
    }
    named = {path: _with_names(dataset, known) for path, dataset in groups.items()}
    # A tree lists shallow groups first; naming the empty one keeps the order of the stages.
    stages = unique("/" + path.split("/")[1] for path in groups)
    tree = xr.DataTree.from_dict({path: named.get(path, xr.Dataset()) for path in stages} | named)
    ages = age_notes(inputs, people.history, people.age_width)
    tree.attrs.update(provenance(scenario, inputs, people.calibration.years, left_out, ages))
    regions = [str(code) for code in people.population["region"].values]
    tree.attrs["areas"] = json.dumps(areas_within(inputs, regions), ensure_ascii=False)
    return tree


def vocabulary(inputs: "Inputs") -> Mapping[str, list[str]] | None:
    """Names that an input set holds, for `projector.load_scenario`.

    None where a table is wrong: its faults are told when it is read for the run.
    """
    try:
        return load_inputs(inputs.set, inputs.tables).vocabulary()
    except InputsError:
        return None


def read_inputs(scenario: "Scenario") -> InputSet:
    """Read the scenario's inputs and hold every name in the scenario against them.

    Raises
    ------
    InputsError
        If a table is wrong.
    ScenarioError
        If the scenario names something that the inputs do not hold.
    ConsistencyError
        If an area holds itself, or a way of drawing hospital areas puts a region in two of them.
    """
    inputs = load_inputs(scenario.inputs.set, scenario.inputs.tables)
    problems = check_names(scenario, inputs.vocabulary())
    if problems:
        raise ScenarioError(problems)
    inputs = with_own_areas(inputs, scenario)
    shared = shared_regions(scenario, inputs.members)
    if shared:
        raise ConsistencyError(shared)
    return inputs


def region_names(inputs: InputSet) -> dict[str, str]:
    """Name by code of the regions, and of the nation where only the set's own table has it.

    Regions that share a name have their code behind it, so that every name is of one region.
    """
    nation = {} if inputs.nation is None else inputs.nation.region_names
    names = {**nation, **inputs.population.region_names}
    shared = Counter(names.values())
    return {code: name if shared[name] == 1 else f"{name} ({code})" for code, name in names.items()}


def _with_names(dataset: xr.Dataset, known: Mapping[str, str]) -> xr.Dataset:
    """Names of the regions beside their codes; an area is called by its name."""
    if "region" not in dataset.coords:
        return dataset
    codes = [str(code) for code in dataset["region"].values]
    return dataset.assign_coords(region_name=("region", [known.get(code, code) for code in codes]))


def areas_within(inputs: InputSet, regions: Sequence[str]) -> dict[str, Sequence[str]]:
    """Members of the areas that lie wholly in the regions of a run, by name."""
    members = {name: inputs.members(name) for name in inputs.areas}
    return {
        name: codes
        for name, codes in members.items()
        if len(codes) > 1 and set(codes) <= set(regions)
    }


def _number_of_sites(capacity: Mapping[str, xr.Dataset]) -> int:
    return len(
        {
            str(site)
            for dataset in capacity.values()
            if "site" in dataset.coords
            for site in dataset["site"].values
        }
    )
