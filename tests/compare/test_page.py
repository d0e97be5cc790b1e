"""The page of a comparison, and its words."""

import ast
import csv
import re
from importlib.resources import files
from pathlib import Path

import pytest

pytest.importorskip("jinja2", reason="the extra `report` is not installed")

import projector
from projector.compare.page import comparison_page
from projector.compare.printed import printed_comparison
from projector.compare.sides import Given
from projector.compare.telling import Teller
from projector.outputs.words import Language
from tests.compare.small import compared, given
from tests.report.test_page import HOSTILE, Page

DRAWS = 12


@pytest.mark.parametrize("language", ["nb", "en"])
def test_pages_are_well_formed_stand_alone_and_are_the_same_again(language: Language) -> None:
    comparison = compared(given("small", DRAWS), given("growth", DRAWS))
    text = comparison_page(comparison, language)
    page = Page(text)
    assert page.of("html") == [{"lang": language}]
    assert len(text.encode()) < 6_000_000
    assert not re.search(
        r"(?:https?:)?//|@import|url\((?!#)", text.replace("http://www.w3.org", "")
    )
    assert not {"script", "link", "iframe", "object", "img"} & {tag for tag, _ in page.elements}
    pictures = [attrs for attrs in page.of("svg") if attrs.get("aria-hidden") != "true"]
    assert len(pictures) > 5
    assert all(attrs["role"] == "img" and attrs["aria-describedby"] for attrs in pictures)
    assert text == comparison_page(comparison, language)
    assert "growth.yaml:3" in page.text


def test_runs_without_years_in_common_are_told_so() -> None:
    one = given("small")
    later = {
        path: node.to_dataset().assign_coords(year=node["year"] + 100)
        for path, node in ((n.path, n) for n in one.tree.subtree)
        if "year" in node.coords
    }
    tree = one.tree.copy()
    for path, dataset in later.items():
        tree[path].dataset = dataset
    comparison = compared(one, Given("later", tree))
    assert comparison.years == []
    text = printed_comparison(Teller(comparison, "en"))
    assert "no year in common" in text
    assert "years only in B: 2126" in text
    assert "no year in common" in Page(comparison_page(comparison, "en")).text


def test_names_of_scenarios_are_inert() -> None:
    one = given("small")
    tree = one.tree.copy()
    tree.attrs["title"] = HOSTILE
    text = comparison_page(compared(one, Given(HOSTILE, tree)), "nb")
    assert "<script" not in text
    assert "49" not in Page(text).of("title")
    assert HOSTILE in "".join(Page(text).texts)


def test_every_text_of_comparisons_is_used_and_every_one_used_is_there() -> None:
    rows = files("projector.outputs").joinpath("compare_words.csv").read_text(encoding="utf-8")
    keys = {row["key"] for row in csv.DictReader(rows.splitlines())}
    package = Path(projector.__file__).parent
    said: set[str] = set()
    patterns: list[str] = []
    for path in [*(package / "compare").glob("*.py"), *(package / "cli").glob("*.py")]:
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
                    said.add(text.removeprefix("compare "))
                case _:
                    pass
    whole = re.compile("|".join(f"(?:compare )?{pattern}" for pattern in patterns))
    assert patterns
    unused = {k for k in keys if k.removeprefix("compare ") not in said and not whole.fullmatch(k)}
    assert unused == set()
