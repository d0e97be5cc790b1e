"""Faults of the table visitor_ages, each at its file and line."""

from pathlib import Path

import pytest

from projector.errors import InputsError
from projector.inputs.input_set import load_inputs
from projector.inputs.read import read_table
from tests.embedded import CASE_AREAS

HEADING = "region,sex,ages,share,source,quality\n"


def faults(folder: Path, *rows: str) -> list[str]:
    path = folder / "visitor_ages.csv"
    lines = [f"{row},own survey of cabins,assumption\n" for row in rows]
    path.write_text(HEADING + "".join(lines), encoding="utf-8")
    with pytest.raises(InputsError) as caught:
        load_inputs(CASE_AREAS, {"visitor_ages": [path]})
    return [str(problem).removeprefix(f"{path}") for problem in caught.value.problems]


def test_the_embedded_visitors_are_an_assumption_that_makes_one() -> None:
    table = read_table(CASE_AREAS / "visitor_ages.csv", "visitor_ages")
    assert table["share"].sum() == pytest.approx(1)
    assert set(table["quality"]) == {"assumption"}
    assert set(table["region"]) == {"*"}


def test_shares_that_do_not_make_one_are_refused(tmp_path: Path) -> None:
    found = faults(tmp_path, "Hallingdal,*,0-64,0.7", "Hallingdal,*,65+,0.4")
    assert found == [
        ":2: the shares of the visitors of Hallingdal do not make one (found 1.1; expected 1)"
    ]


def test_ages_that_are_left_out_are_not_nobody(tmp_path: Path) -> None:
    found = faults(tmp_path, "*,*,0-64,0.6", "*,*,67+,0.4")
    assert found == [
        ":2: the age bands of *, * do not cover every age once (found 67 after 64; expected "
        "bands from 0 that follow one another, the last one open (90+))"
    ]


def test_one_sex_alone_is_refused(tmp_path: Path) -> None:
    found = faults(tmp_path, "*,female,*,1")
    assert found == [
        ":2: the visitors of * are not of all sexes once (found female; expected rows for * or "
        "for both female and male)"
    ]


def test_an_unknown_place_is_refused_with_the_nearest(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, "Halingdal,*,*,1")
    assert found.endswith("(found Halingdal). Did you mean 'Hallingdal'?")


def test_a_share_above_one_is_refused(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, "*,*,*,100")
    assert found.startswith(":2: column 'share': out of bounds")
