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

FILES = ("words.csv", "report_words.csv", "compare_words.csv")
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


def test_an_unknown_text_is_an_error() -> None:
    with pytest.raises(KeyError):
        word("no such text", "nb")
