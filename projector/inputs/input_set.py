"""An input set: a folder of tables, read, held against their contracts and against each other."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path

import pandas as pd

from projector.errors import InputsError, Problem, ProjectorError, nearest_name
from projector.files import kind_of_file
from projector.inputs.consistency import check_tables
from projector.inputs.files import read_packed
from projector.inputs.read import Population, read_population, read_table
from projector.inputs.region_changes import RegionChanges, read_region_changes
from projector.inputs.regions import outermost
from projector.tables import INPUT_TABLES, NATION, PROFESSION_TABLES

__all__ = ["ALL_REGIONS", "InputSet", "load_inputs"]

ALL_REGIONS = "all"
"""In a scenario's regions: every region of the population table but the nation, and but those
that lie in another region of the table."""

_TABLE = re.compile(r"table (?P<table>\w+)(?:, line (?P<line>\d+))?(?P<rest>.*)")
_FORMATS = (".csv", ".csv.gz", ".json", ".nc")


@dataclass(frozen=True)
class InputSet:
    """Everything a run reads, checked.

    Parameters
    ----------
    population
        People on 1 January as published, with their region names.
    nation
        The set's own population table, where a scenario's table has taken its place and
        does not hold the nation.
    tables
        The other tables by their name in `projector.tables.INPUT_TABLES`.
    files
        SHA-256 of every file that was read, by table and file name.
    places
        The file that each table was read from, as a reader would look for it.
    own_areas
        Members, regions or areas, of the areas that a scenario draws itself: new, or in the place
        of those of the table ``areas`` with the same name.
    """

    population: Population
    nation: Population | None
    tables: Mapping[str, pd.DataFrame]
    files: Mapping[str, str]
    places: Mapping[str, str]
    own_areas: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @contextmanager
    def located(self) -> Iterator[None]:
        """Faults that a stage finds in a table are told with its file, and the line if known.

        A stage knows tables, not files: it says ``table flows``, or ``table flows, line 7``.
        """
        try:
            yield
        except ProjectorError as error:
            raise type(error)([self._located(one) for one in error.problems]) from error

    def _located(self, problem: Problem) -> Problem:
        told = _TABLE.match(problem.where)
        if told is None or told["table"] not in self.places:
            return problem
        line = "" if told["line"] is None else f":{told['line']}"
        return replace(problem, where=self.places[told["table"]] + line + told["rest"])

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Codes of the regions in the population table."""
        return tuple(str(code) for code in self.population.persons["region"].values)

    @cached_property
    def areas(self) -> Mapping[str, tuple[str, ...]]:
        """Region codes of every area, areas within areas opened."""
        direct: dict[str, list[str]] = {}
        for area, member in zip(
            self.tables["areas"]["area"], self.tables["areas"]["member"], strict=True
        ):
            direct.setdefault(area, []).append(member)
        direct |= {area: list(members) for area, members in self.own_areas.items()}

        def opened(area: str) -> list[str]:
            codes: list[str] = []
            for member in direct[area]:
                codes += opened(member) if member in direct else [self._code_or_name(member)[0]]
            return codes

        return {area: tuple(dict.fromkeys(opened(area))) for area in direct}

    def members(self, name: str) -> tuple[str, ...]:
        """Region codes of a region code, region name or area name.

        A code goes before an area, an area before a region's name. A name that nothing
        carries gives no codes: whether that is a fault is for the one who asks.
        """
        if name == ALL_REGIONS:
            return tuple(outermost([code for code in self.codes if code != NATION]))
        if name not in self.codes and name in self.areas:
            return self.areas[name]
        return self._code_or_name(name)

    def _code_or_name(self, name: str) -> tuple[str, ...]:
        by_name = tuple(
            code for code, label in self.population.region_names.items() if label == name
        )
        return by_name if by_name and name not in self.codes else (name,)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a planner should know about the tables."""
        notes = list(self.population.notes)
        unknown = [
            area for area, codes in self.areas.items() if not set(codes).issubset(self.codes)
        ]
        if unknown:
            notes.append(
                "the population table lacks regions of these areas, so nothing that the set says "
                f"of them is used: {', '.join(unknown)}"
            )
        if self.nation is not None:
            notes.append(
                "the population table has no nation: where its regions are not the whole country, "
                "the set's own table says how the nation was"
            )
        treated = set(self.tables["use_rates"]["diagnosis"])
        untreated = [name for name in self.tables["diagnoses"]["diagnosis"] if name not in treated]
        if untreated:
            notes.append(f"no use rates, so no contacts, for: {', '.join(untreated)}")
        return tuple(notes)

    def vocabulary(self) -> dict[str, list[str]]:
        """Every name that a scenario on this set may use, by what it names."""
        tables = self.tables
        return {
            "region": [
                ALL_REGIONS,
                *self.areas,
                *self.codes,
                *self.population.region_names.values(),
            ],
            "diagnosis": list(tables["diagnoses"]["diagnosis"]),
            "resource": sorted(set(tables["norms"]["resource"])),
            "profession": sorted(
                {
                    name
                    for table in PROFESSION_TABLES
                    if table in tables
                    for name in tables[table]["profession"]
                }
            ),
            "competence": sorted(set(tables["competences"]["competence"])),
            "site": list(tables["sites"]["site"]) if "sites" in tables else [],
        }


def load_inputs(folder: Path, own: Mapping[str, Sequence[Path]]) -> InputSet:
    """Read an input set.

    Parameters
    ----------
    folder
        The set: one file per table of `projector.tables.INPUT_TABLES`, named after it.
    own
        Files that a scenario puts in the place of the set's, by table; ``population`` may
        have several, one per year for example.

    Returns
    -------
    InputSet

    Raises
    ------
    InputsError
        With every fault of every table; if the set is no folder, or a file cannot be read.

    Notes
    -----
    The last sets that were read are kept, by the contents of their files: a scenario is checked
    against the same set that it then runs on.
    """
    given = tuple((name, tuple(paths)) for name, paths in sorted(own.items()))
    return _read(folder, given, _contents(folder, own))


def _contents(folder: Path, own: Mapping[str, Sequence[Path]]) -> tuple[str, ...]:
    """SHA-256 of every table of a set and of a scenario's own.

    Raises
    ------
    InputsError
        If the set is no folder, or a file is none that can be read.
    """
    if (kind := kind_of_file(folder)) != "a folder":
        message = "the folder of the input set does not exist" if kind is None else "not a folder"
        raise InputsError(Problem(str(folder), message, kind))
    try:
        paths = sorted(path for path in folder.iterdir() if _is_table(path))
    except OSError as error:
        message = f"the folder cannot be read: {error.strerror}"
        raise InputsError(Problem(str(folder), message)) from error
    paths += [path for _, several in sorted(own.items()) for path in several]
    return tuple(f"{path} {sha256(read_packed(path)).hexdigest()}" for path in paths)


def _is_table(path: Path) -> bool:
    """Whether a file of the folder has the name of a table; others are not looked into."""
    name, dot, ending = path.name.partition(".")
    return name in INPUT_TABLES and dot + ending in _FORMATS and path.is_file()


@lru_cache(maxsize=4)
def _read(
    folder: Path, given: tuple[tuple[str, tuple[Path, ...]], ...], _: tuple[str, ...]
) -> InputSet:
    """Read an input set whose files have certain contents."""
    own = dict(given)
    problems: list[Problem] = []
    tables: dict[str, pd.DataFrame] = {}
    files: dict[str, str] = {}
    population_files: list[Path] = []
    changes: RegionChanges | None = None
    for name, contract in INPUT_TABLES.items():
        found = list(own[name]) if name in own else _find(folder, name)
        if not found:
            if contract.required:
                problems.append(_missing_table(folder, name))
            continue
        files |= _fingerprints(name, found)
        if name == "population":
            population_files = found
            continue
        try:
            if name == "region_changes":
                changes = read_region_changes(found[0])
            else:
                tables[name] = read_table(found[0], name)
        except InputsError as error:
            problems += error.problems
    population = None
    if population_files:
        try:
            population = read_population(
                population_files, names=_region_names(tables), changes=changes
            )
        except InputsError as error:
            problems += error.problems
    if problems or population is None:
        raise InputsError(problems)
    places = {
        name: str(own[name][0]) if name in own else f"{folder.name}/{name}.csv" for name in tables
    }
    codes = [str(code) for code in population.persons["region"].values]
    problems = check_tables(places, tables, codes)
    if problems:
        raise InputsError(problems)
    nation = None
    if "population" in own and NATION not in population.persons["region"].values:
        nation = _nation_of_set(folder)
        files |= {
            f"nation of the set: {path.name}": sha256(read_packed(path)).hexdigest()
            for path in _find(folder, "population")
        }
    people = ", ".join(
        str(path) if "population" in own else f"{folder.name}/{path.name}"
        for path in population_files
    )
    return InputSet(
        population=population,
        nation=nation,
        tables=tables,
        files=files,
        places=places | {"population": people},
    )


def _fingerprints(name: str, paths: Sequence[Path]) -> dict[str, str]:
    """SHA-256 of the files of a table, by table and file name."""
    numbers = [f" {number}" if len(paths) > 1 else "" for number in range(1, len(paths) + 1)]
    return {
        f"{name}{number}: {path.name}": sha256(read_packed(path)).hexdigest()
        for number, path in zip(numbers, paths, strict=True)
    }


def _region_names(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Name by code, of the set's table of regions if it has one."""
    if "regions" not in tables:
        return {}
    regions = tables["regions"]
    return dict(zip(regions["region"], regions["region_name"], strict=True))


def _nation_of_set(folder: Path) -> Population | None:
    """The set's own population table, if it holds the nation."""
    found = _find(folder, "population")
    if not found:
        return None
    people = read_population(found)
    return people if NATION in people.persons["region"].values else None


def _find(folder: Path, name: str) -> list[Path]:
    """The file of a table in a folder; people may come in other formats than CSV."""
    endings = _FORMATS if name == "population" else _FORMATS[:1]
    found = [path for ending in endings if (path := folder / f"{name}{ending}").is_file()]
    if len(found) > 1:
        raise InputsError(
            Problem(
                where=str(folder),
                message=f"the input set has the table {name} twice",
                found=", ".join(path.name for path in found),
                expected="one of them",
            )
        )
    return found


def _missing_table(folder: Path, name: str) -> Problem:
    there = [path.name for path in folder.iterdir() if path.is_file()]
    return Problem(
        where=str(folder),
        message=f"the input set has no table {name}",
        expected=f"a file {name}.csv: {INPUT_TABLES[name].description}",
        nearest=nearest_name(f"{name}.csv", there),
    )
