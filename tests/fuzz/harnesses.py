"""Every reader of the program behind one form: bytes in, success or a located fault out."""

import json
import re
import tempfile
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

import pandas as pd

from projector.errors import InputsError, ProjectorError
from projector.inputs.consistency import check_tables
from projector.inputs.formats import read_long
from projector.inputs.input_set import load_inputs
from projector.inputs.netcdf import read_netcdf
from projector.inputs.own.grid import read_grid
from projector.inputs.own.headings import KINDS, understand_headings
from projector.inputs.own.names import Names, names_of_set
from projector.inputs.own.rows import Given, understand_rows
from projector.inputs.read import read_population, read_table
from projector.inputs.region_changes import read_region_changes
from projector.outputs import read_results
from projector.scenario import load_scenario
from projector.scenario.loading import check_names
from projector.tables import INPUT_TABLES
from tests.fuzz import netcdf_files
from tests.fuzz.grammar import written_scenario
from tests.fuzz.mutations import chosen, either, spoil_bytes, spoil_json, spoil_lines, spoil_table

__all__ = ["HARNESSES", "Harness", "refusal"]

_ROOT = Path(__file__).resolve().parents[2]
_SETS = _ROOT / "inputs"
_BAD_INPUTS = _ROOT / "tests" / "inputs" / "bad"
_BAD_SCENARIOS = _ROOT / "tests" / "scenario" / "bad"
_SEED_LINES = 30
_PLAIN = ("*", "0", "1", "-1", "0.5", "2026", "female", "copd", "inpatient", "3320", "x")
_LONGEST_LINE = 4000
_BREAKING = ("Cc", "Cf", "Cs", "Zl", "Zp")


@dataclass(frozen=True)
class Harness:
    """One reader under trial.

    Parameters
    ----------
    run
        Reads a folder in which the bytes lie as a file; everything but a `ProjectorError` that
        it raises is a finding.
    file
        The name of the file.
    make
        Bytes by chance.
    """

    run: Callable[[Path], object]
    file: str
    make: Callable[[Random], bytes]

    def __call__(self, content: bytes) -> str | None:
        """Read some bytes; the message of the refusal, or None where they were taken."""
        with _workspace() as folder:
            (folder / self.file).write_bytes(content)
            return refusal(lambda: self.run(Path(self.file)))


@contextmanager
def _workspace() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name, chdir(name):
        yield Path(name)


def refusal(read: Callable[[], object]) -> str | None:
    """Run a reader; the text of the fault it told, which must be one that a planner can use.

    Raises
    ------
    AssertionError
        If a fault has no place, no message, or would break the terminal or the page it is on.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what a library warns of, no planner would see
            read()
    except ProjectorError as error:
        told = error
    else:
        return None
    assert told.problems, "an error without a problem"
    for problem in told.problems:
        line = str(problem)
        assert problem.where.strip(), f"no place: {line}"
        assert problem.message.strip(), f"no message: {line}"
        assert len(line) < _LONGEST_LINE, f"a message of {len(line)} characters"
        broken = [c for c in line if unicodedata.category(c) in _BREAKING]
        assert not broken, f"unprintable: {broken!r}"
    return str(told)


def _made(
    seeds: Callable[[], Sequence[bytes]], spoil: Callable[[bytes, Random], bytes]
) -> Callable[[Random], bytes]:
    return lambda chance: spoil(chosen(seeds(), chance), chance)


# --- tables ---------------------------------------------------------------------------------


def _head(path: Path) -> bytes:
    return b"\n".join(path.read_bytes().split(b"\n")[:_SEED_LINES]) + b"\n"


@lru_cache(maxsize=1)
def _statbank_seeds() -> tuple[bytes, ...]:
    """Small whole tables of people in the forms that StatBank writes."""
    rows = [
        (code, name, sex, age, year)
        for code, name in (("3320", "Flå"), ("3322", "Nesbyen"))
        for sex in ("Kvinner", "Menn")
        for age in ("0-39 år", "40 år eller eldre")
        for year in (2020, 2021)
    ]
    short = {"Kvinner": "female", "Menn": "male", "0-39 år": "0-39", "40 år eller eldre": "40+"}
    long = "region,name,sex,age,year,persons\n" + "".join(
        f"{code},{name},{short[sex]},{short[age]},{year},{n + 10}\n"
        for n, (code, name, sex, age, year) in enumerate(rows)
    )
    wide = '"region";"kjønn";"alder";"Personer 2020";"Personer 2021"\n' + "".join(
        f'"{code} {name}";"{sex}";"{age}";{n + 1};{n + 2}\n'
        for n, (code, name, sex, age, year) in enumerate(rows)
        if year == 2020
    )
    stub = "07459: Befolkning, etter region, kjønn, alder, år\n\n" + wide
    return tuple(text.encode() for text in (long, wide, stub))


@lru_cache(maxsize=1)
def _table_seeds() -> tuple[tuple[str, bytes], ...]:
    """The first lines of every table of the embedded sets, by the contract they follow."""
    return tuple(
        (path.stem, _head(path))
        for path in sorted(_SETS.glob("*/*.csv"))
        if path.stem in INPUT_TABLES
    )


def _table(chance: Random) -> bytes:
    name, content = _table_seeds()[chance.randrange(len(_table_seeds()))]
    return f"# {name}\n".encode() + either(spoil_table, spoil_table, spoil_bytes)(content, chance)


def _read_table(path: Path) -> object:
    """The first line names the contract, so that a file found says by itself what it is."""
    first = path.read_bytes().split(b"\n", 1)[0].removeprefix(b"# ").decode("ascii", "replace")
    return read_table(path, first if first in INPUT_TABLES else "areas")


@lru_cache(maxsize=1)
def _change_seeds() -> tuple[bytes, ...]:
    return tuple(
        text.encode()
        for text in (
            "year,old_region,new_region,share\n2021,3320,3321,1\n2021,3322,3322,0.5\n"
            "2021,3322,3323,0.5\n",
            "year,old_region,new_region\n2021,3320,3330\n2021,3322,3331\n2021,3322,3332\n",
            "changeOccurred,old_code,new_code,new_label\n2021-01-01,3320,3330,Flå\n"
            "2020-07-01,3322,3331,Nes\n",
            "year,original,current,weighting\n2020,3320,3330,1\n2020,3322,3330,0.4\n"
            "2020,3322,3331,0.6\n2021,3320,3330,1\n2021,3322,3331,1\n",
        )
    )


def _read_changes(path: Path) -> object:
    changes = read_region_changes(path)
    people = Path("people.csv")
    people.write_bytes(_statbank_seeds()[0])
    return read_population([people], changes=changes)


def _read_people(path: Path) -> object:
    return read_population([path])


def _read_two(path: Path) -> object:
    other = Path("other.csv")
    other.write_bytes(_statbank_seeds()[0].replace(b"2020", b"2018").replace(b"2021", b"2019"))
    return read_population([other, path])


# --- JSON-stat and netCDF ----------------------------------------------------------------------


@lru_cache(maxsize=1)
def _jsonstat_seeds() -> tuple[bytes, ...]:
    def cube(value: object, status: object = None) -> bytes:
        described = {
            "Region": ("region", ["3320", "3322"], ["Flå", "Nesbyen"]),
            "Kjonn": ("kjønn", ["1", "2"], ["Menn", "Kvinner"]),
            "Alder": ("alder", ["000", "001+"], ["0 år", "1 år eller eldre"]),
            "Tid": ("år", ["2020", "2021"], ["2020", "2021"]),
        }
        document = {
            "version": "2.0",
            "class": "dataset",
            "label": "07459",
            "id": list(described),
            "size": [2] * 4,
            "role": {"time": ["Tid"], "geo": ["Region"]},
            "dimension": {
                key: {
                    "label": label,
                    "category": {
                        "index": {code: n for n, code in enumerate(codes)},
                        "label": dict(zip(codes, labels, strict=True)),
                    },
                }
                for key, (label, codes, labels) in described.items()
            },
            "value": value,
        }
        return json.dumps(document | ({} if status is None else {"status": status})).encode()

    return (
        cube(list(range(16))),
        cube({str(n): n for n in range(0, 16, 3)}, {"1": ".."}),
        cube([None, *range(15)], ["-"] + [""] * 15),
        *(
            path.read_bytes()
            for path in sorted(_BAD_INPUTS.glob("*.json"))
            if path.name != "cut_off.json"
        ),
    )


def _read_results(path: Path) -> object:
    return read_results(path)


# --- sets ----------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _set_files() -> dict[str, bytes]:
    """The tables of the embedded set, less the people."""
    paths = (_SETS / "case-areas").glob("*.csv")
    return {path.name: path.read_bytes() for path in paths if path.stem != "population"}


def _set(chance: Random) -> bytes:
    """A table in which what its contract lets through meets the rules between tables."""
    names = sorted(_set_files())
    name = names[chance.randrange(len(names))]
    heading, *rows = _set_files()[name].decode().split("\n")
    for _ in range(chance.choice((1, 2, 4))):
        at = chance.randrange(len(rows))
        cells, other = rows[at].split(","), chance.choice(rows).split(",")
        column = chance.randrange(heading.count(",") + 1)
        match chance.randint(0, 3):
            case 0:
                del rows[at]
            case 1 if column < min(len(cells), len(other)):
                cells[column] = other[column]
                rows[at] = ",".join(cells)
            case 2 if column < len(cells):
                cells[column] = chance.choice(_PLAIN)
                rows[at] = ",".join(cells)
            case _ if column < len(other):
                # Nothing of one name is left.
                rows = [
                    row for row in rows if row.split(",")[column : column + 1] != [other[column]]
                ]
        rows = rows or [""]
    return f"# {name}\n".encode() + "\n".join([heading, *rows]).encode()


@lru_cache(maxsize=1)
def _set_tables() -> dict[str, pd.DataFrame]:
    folder = _SETS / "case-areas"
    return {
        name: read_table(folder / f"{name}.csv", name)
        for name in INPUT_TABLES
        if name != "population" and (folder / f"{name}.csv").is_file()
    }


def _read_set(path: Path) -> object:
    """One table in the place of that of the embedded set, held against all the others."""
    name = path.read_bytes().split(b"\n", 1)[0].removeprefix(b"# ").decode("ascii", "replace")
    table = name.removesuffix(".csv")
    if table not in _set_tables():
        return None
    tables = _set_tables() | {table: read_table(path, table)}
    problems = check_tables({other: f"{other}.csv" for other in tables}, tables, ("0", "3320"))
    if problems:
        raise InputsError(problems)
    return None


# --- a planner's own tables -----------------------------------------------------------------------


@lru_cache(maxsize=1)
def _own_seeds() -> tuple[bytes, ...]:
    return tuple(
        text.encode()
        for text in (
            "Kommune;Nivå;År;Opphold\nÅl;KAD;2023;12\nHol;korttid;2023;1 234\n",
            "Kommune;Nivå;2022;2023\n3330 Ål;KAD;12,5;13\nSum;;12,5;13\n",
            "Kommune,År,Ansatte,Årsverk\nHol,2023,12,10.5\nÅl,2023,:,\n",
            "Sted;Type plass;År;Plasser\nHallingdal sjukestugu;KAD;2023;3\nKilde: kommunen\n",
        )
    )


@lru_cache(maxsize=1)
def _own_names() -> Names:
    return names_of_set(load_inputs(_SETS / "case-areas", {}))


def _read_own(path: Path) -> object:
    """A table understood as the kind that its size says, so that a file found says it by itself."""
    kind = KINDS[sorted(KINDS)[path.stat().st_size % len(KINDS)]]
    grid = read_grid(path)
    layout = understand_headings(grid, kind, {}, None, [])
    given = Given(None, None, None, (), "own", "official")
    return understand_rows(grid, kind, layout, _own_names(), given)


# --- scenarios -----------------------------------------------------------------------------------

_VOCABULARY = {
    "region": ["all", "Hallingdal", "3320", "Ål", "Norge"],
    "diagnosis": ["heart", "copd"],
    "resource": ["inpatient", "municipal_acute"],
    "profession": ["nurse"],
    "competence": ["intensive_care"],
    "site": ["Ringerike sykehus"],
}
_PARENT = b"""\
scenario: Parent
inputs: .
regions: [Hallingdal]
years: {base: 2026, end: 2040}
activity:
  growth: {heart: {annual: -0.5 %}}
  changes:
    - name: A
      avoid: {diagnosis: copd, setting: inpatient}
      share: {2026: 0, 2030: 20 %}
capacity:
  occupancy: {inpatient: 85 %}
  existing: {Ringerike sykehus: {inpatient: {2026: 3, 2032: 4}}}
uncertainty: {draws: 100, quantiles: [10 %, 90 %]}
"""


@lru_cache(maxsize=1)
def _scenario_seeds() -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Scenarios that are right, and scenarios that are wrong in one way already."""
    right, wrong = (
        tuple(
            re.sub(rb"\.\./inputs\S*(?=[,}\s])", b".", path.read_bytes())
            for path in sorted(folder.glob("*.yaml"))
        )
        for folder in (_ROOT / "scenarios", _BAD_SCENARIOS)
    )
    return right, wrong


def _scenario(chance: Random) -> bytes:
    right, wrong = _scenario_seeds()
    content = chosen(right if chance.random() < 0.7 else wrong, chance)
    if chance.random() < 0.8:
        content = re.sub(rb"(?m)^extends: \S+", b"extends: parent.yaml", content)
    return either(spoil_lines, spoil_lines, spoil_bytes)(content, chance)


def _read_scenario(path: Path) -> object:
    Path("parent.yaml").write_bytes(_PARENT)
    # Names are held against those of the inputs in half of the files; in the others what lies
    # behind is reached more often.
    names = _VOCABULARY if path.stat().st_size % 2 else None
    scenario = load_scenario(path, vocabulary=lambda _: names)
    check_names(scenario, _VOCABULARY)
    # What a run writes down can be read again, and says the same.
    again = Path("resolved.yaml")
    again.write_text(scenario.resolved_yaml(), "utf-8")
    reloaded = load_scenario(again)
    assert reloaded.digest() == scenario.digest(), "the resolved scenario is another one"
    return reloaded


HARNESSES: dict[str, Harness] = {
    "statbank": Harness(read_long, "table.csv", _made(_statbank_seeds, spoil_table)),
    "people": Harness(
        _read_people, "table.csv", _made(_statbank_seeds, either(spoil_table, spoil_bytes))
    ),
    "two_files": Harness(_read_two, "table.csv", _made(_statbank_seeds, spoil_table)),
    "jsonstat": Harness(
        _read_people,
        "table.json",
        _made(_jsonstat_seeds, either(spoil_json, spoil_json, spoil_bytes)),
    ),
    "netcdf": Harness(read_netcdf, "people.nc", netcdf_files.people),
    "netcdf_people": Harness(_read_people, "people.nc", netcdf_files.people),
    "results": Harness(_read_results, "results.nc", netcdf_files.results),
    "table": Harness(_read_table, "table.csv", _table),
    "region_changes": Harness(_read_changes, "changes.csv", _made(_change_seeds, spoil_table)),
    "input_set": Harness(_read_set, "table.csv", _set),
    "own_table": Harness(
        _read_own, "own.csv", _made(_own_seeds, either(spoil_table, spoil_table, spoil_bytes))
    ),
    "scenario": Harness(_read_scenario, "scenario.yaml", _scenario),
    "scenario_by_schema": Harness(_read_scenario, "scenario.yaml", written_scenario),
}
