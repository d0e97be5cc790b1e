"""Faults within and between the tables of gross migration, each at its file and line."""

import shutil
from pathlib import Path

import pytest

from projector.errors import InputsError
from projector.inputs.input_set import load_inputs
from tests.embedded import CASE_AREAS

SAID = "source,quality"
BY = "made up,assumption"
TABLES = {
    "out_migration": [
        f"region,sex,ages,rate,{SAID}",
        *(
            f"{r},{s},{a},0.02,{BY}"
            for r in "AB"
            for s in ("female", "male")
            for a in ("0-9", "10+")
        ),
    ],
    "destinations": [
        f"region,to_region,ages,share,{SAID}",
        f"A,B,*,1,{BY}",
        f"B,A,0-9,1,{BY}",
        f"B,A,10+,1,{BY}",
    ],
    "immigration": [
        f"region,sex,ages,persons,{SAID}",
        *(f"{r},{s},*,5,{BY}" for r in "AB" for s in ("female", "male")),
    ],
    "emigration": [
        f"region,sex,ages,rate,{SAID}",
        *(f"{r},{s},*,0.01,{BY}" for r in "AB" for s in ("female", "male")),
    ],
}
CODES = {"A,": "3332,", "B,": "3320,"}


def set_with_moves(folder: Path, change: dict[str, list[str] | None]) -> Path:
    """The embedded set and the tables of gross migration; None leaves a table out."""
    target = folder / "set"
    shutil.copytree(CASE_AREAS, target, ignore=shutil.ignore_patterns("published"))
    for name, lines in (TABLES | change).items():
        if lines is not None:
            text = "\n".join(lines) + "\n"
            for letter, code in CODES.items():
                text = text.replace(letter, code)
            (target / f"{name}.csv").write_text(text, encoding="utf-8")
    return target


def without(table: str, line: int) -> dict[str, list[str] | None]:
    return {table: [text for n, text in enumerate(TABLES[table], start=1) if n != line]}


def instead(table: str, line: int, text: str) -> dict[str, list[str] | None]:
    return {table: [text if n == line else old for n, old in enumerate(TABLES[table], start=1)]}


def test_tables_that_fit_are_read(tmp_path: Path) -> None:
    tables = load_inputs(set_with_moves(tmp_path, {}), {}).tables
    assert len(tables["destinations"]) == 3
    assert len(tables["out_migration"]) == 8


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"destinations": None},
            "set/out_migration.csv: the table goes with destinations.csv, which is missing",
        ),
        ({"immigration": None}, "set/emigration.csv: the table goes with immigration.csv"),
        (
            without("out_migration", 2),
            "set/out_migration.csv:2: the age bands of 3332, female do not cover every age once "
            "(found bands from 10 to -1",
        ),
        (
            without("emigration", 5),
            "set/emigration.csv:4: the age bands of 3320, male do not cover every age once "
            "(found no rows",
        ),
        (
            instead("out_migration", 3, f"A,female,12+,0.02,{BY}"),
            "3332, female do not cover every age once (found 12 after 9",
        ),
        (
            instead("destinations", 2, f"A,332,*,1,{BY}"),
            "set/destinations.csv:2: column 'to_region': the region does not stand in "
            "out_migration.csv (found 332)",
        ),
        (
            {"destinations": TABLES["destinations"][:2]},
            "set/destinations.csv: the region 3320 of out_migration.csv has no rows",
        ),
        (
            {"emigration": TABLES["emigration"][:3]},
            "set/emigration.csv: the region 3320 of out_migration.csv has no rows",
        ),
        (
            instead("destinations", 2, f"A,A,*,1,{BY}"),
            "set/destinations.csv:2: a move from a region to itself is no move",
        ),
        (
            instead("destinations", 3, f"B,A,0-9,0.9,{BY}"),
            "set/destinations.csv:3: the shares of 3320 at age 0 do not sum to 1 (found 0.9",
        ),
        (
            instead("destinations", 4, f"B,A,9+,0.5,{BY}"),
            "set/destinations.csv:4: another row already has one of these ages",
        ),
        (
            instead("immigration", 2, f"A,female,*,-5,{BY}"),
            "set/immigration.csv:2: column 'persons': out of bounds",
        ),
        (
            instead("out_migration", 2, f"A,female,0-9,1.2,{BY}"),
            "set/out_migration.csv:2: column 'rate': out of bounds",
        ),
    ],
)
def test_a_fault_is_told_with_its_place(
    tmp_path: Path, change: dict[str, list[str] | None], message: str
) -> None:
    with pytest.raises(InputsError) as caught:
        load_inputs(set_with_moves(tmp_path, change), {})
    faults = [str(problem) for problem in caught.value.problems]
    assert any(message.removeprefix("set/") in fault for fault in faults), faults
