"""Faults between the tables of a set, each at its file and line."""

import shutil
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd
import pytest

from projector.errors import InputsError
from projector.inputs import input_set
from projector.inputs.input_set import load_inputs
from projector.inputs.population import Population, read_population
from projector.inputs.tidy import read_table
from tests.embedded import CASE_AREAS

READ: dict[tuple[Any, ...], Any] = {}
"""Tables by their name and content."""

WAYS = [  # table, text, its replacement, part of the message
    (
        "sites",
        ",Hallingdal,",
        ",Halingdal,",
        "sites.csv:2: column 'serves': the name does not stand in areas.csv, and is no region "
        "code (found Halingdal). Did you mean 'Hallingdal'?",
    ),
    (
        "use_levels",
        "Hallingdal,",
        "Halingdal,",
        "column 'region': the name does not stand in areas.csv, and is no region code "
        "(found Halingdal)",
    ),
    (
        "use_rates",
        "heart,inpatient",
        "hart,inpatient",
        "column 'diagnosis': the name does not stand in diagnoses.csv (found hart). Did you "
        "mean 'heart'?",
    ),
    (
        "existing",
        "municipal_acute",
        "municipal_acut",
        "column 'resource': the name does not stand in norms.csv (found municipal_acut). Did you "
        "mean 'municipal_acute'?",
    ),
]


def set_with(folder: Path, table: str, old: str, new: str) -> Path:
    """The embedded set with one piece of text changed in one table."""
    target = folder / "set"
    shutil.copytree(CASE_AREAS, target, ignore=shutil.ignore_patterns("published"))
    path = target / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return target


def faults(folder: Path) -> list[str]:
    """What is wrong with a set; tables that others have alike are read once for all of them."""
    with (
        mock.patch.object(input_set, "read_table", read_once),
        mock.patch.object(input_set, "read_population", people_once),
        pytest.raises(InputsError) as caught,
    ):
        load_inputs(folder, {})
    return [str(problem) for problem in caught.value.problems]


def read_once(path: Path, name: str) -> pd.DataFrame:
    key = (name, path.read_bytes())
    if key not in READ:
        READ[key] = read_table(path, name)
    return READ[key].copy()


def people_once(paths: list[Path], **said: Any) -> Population:
    key = (repr(said), *(path.read_bytes() for path in paths))
    if key not in READ:
        READ[key] = read_population(paths, **said)
    return READ[key]


@pytest.mark.parametrize(("table", "old", "new", "message"), WAYS, ids=[way[0] for way in WAYS])
def test_a_name_that_stands_nowhere_is_told_with_its_line(
    tmp_path: Path, table: str, old: str, new: str, message: str
) -> None:
    found = faults(set_with(tmp_path, table, old, new))
    assert any(message in fault for fault in found), found


def test_a_gap_in_the_age_bands_is_told(tmp_path: Path) -> None:
    folder = set_with(tmp_path, "length_of_stay", "cancer,inpatient,0-4", "cancer,inpatient,0-3")
    assert any(
        "the age bands of cancer, inpatient do not cover" in fault for fault in faults(folder)
    )


def test_rates_for_one_sex_only_are_told(tmp_path: Path) -> None:
    folder = set_with(tmp_path, "use_rates", "", "")
    path = folder / "use_rates.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("heart,inpatient,male")]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert any("not for both sexes" in fault for fault in faults(folder))


def test_stays_without_a_length_are_told(tmp_path: Path) -> None:
    folder = set_with(tmp_path, "length_of_stay", "", "")
    path = folder / "length_of_stay.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("heart,inpatient")]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert any("stays of heart in inpatient have no length of stay" in f for f in faults(folder))


def test_rows_that_say_the_same_twice_are_told(tmp_path: Path) -> None:
    folder = set_with(tmp_path, "norms", "", "")
    path = folder / "norms.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    shared = next(line for line in lines if line.startswith("observation,*"))
    path.write_text("\n".join([*lines, shared.replace(",*,", ",somatic,", 1)]) + "\n", "utf-8")
    line = lines.index(shared) + 1
    assert f"set/norms.csv:{len(lines) + 1}: line {line} already says this" in faults(folder)


def test_beds_without_an_occupancy_are_told(tmp_path: Path) -> None:
    folder = set_with(tmp_path, "norms", "beds,0.98,0.85", "beds,0.98,")
    assert any("beds need occupancy (found empty)" in fault for fault in faults(folder))


def test_an_area_within_itself_is_told(tmp_path: Path) -> None:
    folder = set_with(tmp_path, "areas", "Hallingdal,3320", "Hallingdal,Hallingdal")
    assert any("the area Hallingdal contains itself" in fault for fault in faults(folder))


def test_a_missing_table_is_told(tmp_path: Path) -> None:
    folder = set_with(tmp_path, "norms", "", "")
    (folder / "norms.csv").rename(folder / "norm.csv")
    (fault,) = faults(folder)
    assert "the input set has no table norms" in fault
    assert fault.endswith("Did you mean 'norm.csv'?")


def test_a_table_of_the_planner_is_named_by_its_own_file(tmp_path: Path) -> None:
    own = tmp_path / "mine.csv"
    text = (CASE_AREAS / "sites.csv").read_text(encoding="utf-8")
    own.write_text(text.replace(",Hallingdal,", ",Halingdal,"), encoding="utf-8")
    with pytest.raises(InputsError) as caught:
        load_inputs(CASE_AREAS, {"sites": [own]})
    assert caught.value.problems[0].where == f"{own}:2"


def test_two_regions_on_one_square_are_told(tmp_path: Path) -> None:
    found = faults(set_with(tmp_path, "tiles", "3330,0,1,", "3330,1,1,"))
    assert any(
        "another region has this square (found 3330 in column 1, row 1" in one for one in found
    )
