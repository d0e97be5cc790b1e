"""The catalogue of texts: both languages, whole."""

import ast
import csv
import re
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest

import projector
from projector.outputs.words import word
from projector.tables import UNITS, VARIABLES
from projector.tables.result_names import RESULT_NAMES

FILES = (
    "words.csv",
    "report_words.csv",
    "explore_words.csv",
    "compare_words.csv",
    "terminal_words.csv",
)
ROWS = [
    row
    for name in FILES
    for row in csv.DictReader(
        files("projector.outputs").joinpath(name).read_text(encoding="utf-8").splitlines()
    )
]
REPORT = Path(projector.__file__).parent / "report"


def test_every_text_is_in_both_languages_with_the_same_values_and_no_key_is_twice() -> None:
    keys = [row["key"] for row in ROWS]
    assert len(keys) == len(set(keys))
    for row in ROWS:
        assert row["nb"].strip(), row["key"]
        assert row["en"].strip(), row["key"]
        named = [
            {name for _, name, _, _ in Formatter().parse(row[of]) if name} for of in ("nb", "en")
        ]
        assert named[0] == named[1], row["key"]


def test_every_text_of_the_report_is_used_and_every_one_used_is_there() -> None:
    said: set[str] = set()
    patterns: list[str] = []
    asked: set[str] = set(re.findall(r'view\.word\("([^"]+)"', (REPORT / "page.html").read_text()))
    for path in [*REPORT.rglob("*.py"), *(REPORT.parent / "cli").glob("r*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(ast.Attribute(_, "word"), [ast.JoinedStr(parts), *_]):
                    patterns.append(
                        "".join(
                            re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
                            for part in parts
                        )
                    )
                case ast.Constant(str(text)):
                    said.add(text.removeprefix("report "))
                case ast.Call(ast.Attribute(_, "word"), [ast.Constant(str(text)), *_]):
                    asked.add(text)
                case _:
                    pass
    keys = {row["key"].removeprefix("report ") for row in ROWS if row["key"].startswith("report ")}
    assert len(asked) > 20
    assert asked <= keys
    whole = re.compile("|".join(patterns))
    assert {key for key in keys - said - asked if not whole.fullmatch(key)} == set()


def test_results_are_called_in_english_as_in_the_files() -> None:
    for name, (group, variable) in RESULT_NAMES.items():
        assert word(f"result {name}", "en") == VARIABLES[group][variable].long_name
    for unit in UNITS:
        assert word(f"unit {unit}", "nb")


def test_every_text_of_the_terminal_is_used() -> None:
    """Texts whose key is made of parts are those of a result, a unit or an axis, and the like."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in REPORT.parent.rglob("*.py"))
    made = ("result ", "unit ", "axis ", "sex ", "season ", "dry ", "describe ", "excel ")
    rows = csv.DictReader(
        files("projector.outputs").joinpath("terminal_words.csv").read_text("utf-8").splitlines()
    )
    for row in rows:
        start = next((one for one in made if row["key"].startswith(one)), "")
        rest = row["key"].removeprefix(start) if start in ("dry ", "describe ", "excel ") else ""
        assert start or f'"{row["key"]}"' in text, row["key"]
        if rest and not rest.startswith("quality "):
            assert f'"{rest}"' in text or f'"{row["key"]}"' in text, row["key"]


def test_an_unknown_text_is_an_error() -> None:
    with pytest.raises(KeyError):
        word("no such text", "nb")


def test_every_text_of_the_what_if_page_is_used() -> None:
    room = Path(projector.__file__).parent / "explore"
    files_there = [path for path in room.iterdir() if path.suffix in (".py", ".html")]
    text = "".join(path.read_text(encoding="utf-8") for path in files_there)
    text += (room.parent / "cli" / "explore.py").read_text(encoding="utf-8")
    own = [row["key"] for row in ROWS if row["key"].startswith("explore ")]
    keys = {key.removeprefix("explore ") for key in own}
    made = ("key ", "result ", "card ", "group ", "basis ", "letter ", "per ", "from year")
    said = {key for key in keys if f'"{key}"' in text or f'"explore {key}"' in text}
    assert [key for key in keys - said if not key.startswith(made)] == []
    assert set(re.findall(r'names\.word\("([^"{}]+?)"[,)]', text)) <= keys
