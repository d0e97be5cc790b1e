"""Queries in parts that the statistics bank allows, and answers held against them."""

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import FetchError, UsageError
from projector.inputs.fetch.answers import StaleError, check_answer
from projector.inputs.fetch.queries import Query, metadata_of_v1, metadata_of_v2, split
from projector.inputs.jsonstat import read_jsonstat
from tests.inputs.fetch.bank import cube, metadata_v1, metadata_v2, norway
from tests.shared import SHARED, needs_shared

SAMPLE = Query(
    "14746",
    (
        ("Region", ("0301",)),
        ("Kjonn", ("2",)),
        ("Alder", ("000", "001")),
        ("ContentsCode", ("Personer", "Personer1", "Personer2")),
        ("Tid", tuple(str(year) for year in range(2026, 2051))),
    ),
)


def codes(prefix: str, count: int) -> tuple[str, ...]:
    return tuple(f"{prefix}{number}" for number in range(count))


@given(
    regions=st.integers(1, 40),
    ages=st.integers(1, 12),
    years=st.integers(1, 30),
    limit=st.integers(12, 2000),
)
def test_parts_hold_every_cell_once_and_none_is_too_large(
    regions: int, ages: int, years: int, limit: int
) -> None:
    query = Query(
        "07459",
        (("Region", codes("r", regions)), ("Alder", codes("a", ages)), ("Tid", codes("t", years))),
    )
    parts = split(query, limit, ["Region", "Tid"])
    assert all(part.cells <= limit for part in parts)
    held = [
        cell
        for part in parts
        for cell in itertools.product(*(values for _, values in part.selection))
    ]
    assert len(held) == len(set(held)) == query.cells
    assert set(held) == set(itertools.product(*(values for _, values in query.selection)))
    assert parts == split(query, limit, ["Region", "Tid"])


def test_one_region_and_year_that_is_too_much_is_told() -> None:
    query = Query("07459", (("Region", ("0",)), ("Alder", codes("a", 100)), ("Tid", ("2026",))))
    with pytest.raises(UsageError, match="one region and year hold more cells"):
        split(query, 99, ["Region", "Tid"])


def test_the_nation_over_a_lifetime_takes_the_fewest_extracts() -> None:
    query = Query(
        "07459",
        (
            ("Region", codes("r", 358)),
            ("Kjonn", ("1", "2")),
            ("Alder", codes("a", 106)),
            ("Tid", codes("t", 21)),
        ),
    )
    parts = split(query, 800_000, ["Region", "Tid"])
    assert query.cells == 1_593_816
    assert [len(part.codes("Region")) for part in parts] == [179, 179]


def answer() -> dict[str, Any]:
    table = norway().tables["07459"]
    return cube(table, dict(CONTROL.selection))


CONTROL = Query(
    "07459",
    (("Region", ("0", "3330")), ("ContentsCode", ("Personer1",)), ("Tid", ("2025", "2026"))),
)


def test_an_answer_that_is_what_was_asked_carries_its_time_of_update() -> None:
    content = json.dumps(answer()).encode()
    assert check_answer(CONTROL, "2026-02-25T07:00:00Z", content) == "2026-02-25T07:00:00Z"
    assert check_answer(CONTROL, None, content) == "2026-02-25T07:00:00Z"
    for same in ("2026-02-25T07:00:00", "2026-02-25T08:00:00+01:00"):
        assert check_answer(CONTROL, same, content)
    with pytest.raises(StaleError):
        check_answer(CONTROL, "2026-02-24T07:00:00Z", content)


def spoilt(key: str, value: object) -> dict[str, Any]:
    return answer() | {key: value}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (spoilt("id", ["Region", "Tid"]), "other dimensions than asked (found Region, Tid;"),
        (spoilt("value", [1, 2, 3]), "another number of values (found 3; expected 4)"),
        (spoilt("size", [2, 1, 3]), "another size"),
        (spoilt("updated", None), "does not say when the table was updated"),
    ],
)
def test_an_answer_of_another_shape_is_refused(document: dict[str, Any], said: str) -> None:
    with pytest.raises(FetchError) as error:
        check_answer(CONTROL, None, json.dumps(document).encode())
    assert said in str(error.value)


def test_other_codes_than_asked_for_are_told_both_ways() -> None:
    document = answer()
    document["dimension"]["Region"]["category"]["index"] = {"0": 0, "3328": 1}
    with pytest.raises(FetchError) as error:
        check_answer(CONTROL, None, json.dumps(document).encode())
    assert "'Region': codes asked for did not come (found 3330)" in str(error.value)
    assert "'Region': codes came unasked (found 3328)" in str(error.value)


def test_metadata_of_both_interfaces_say_the_same() -> None:
    table = norway().tables["07459"]
    new, old = (
        metadata_of_v2("07459", metadata_v2(table)),
        metadata_of_v1("07459", metadata_v1(table)),
    )
    assert new.dimensions == old.dimensions
    assert (new.time, old.time) == ("Tid", "Tid")
    assert (new.updated, old.updated) == ("2026-02-25T07:00:00Z", None)


@pytest.mark.parametrize("document", [{}, [], {"id": ["Tid"]}, "text", None])
def test_metadata_of_another_shape_are_told(document: object) -> None:
    with pytest.raises(FetchError, match="not of the shape that is documented"):
        metadata_of_v2("07459", document)
    with pytest.raises(FetchError, match="not of the shape that is documented"):
        metadata_of_v1("07459", document)


@needs_shared
def test_a_real_answer_is_what_its_query_asks_for() -> None:
    path = SHARED / "ssb" / "jsonstat" / "14746_oslo_sample.json"
    content = path.read_bytes()
    assert check_answer(SAMPLE, "2026-06-12T06:00:00Z", content)
    assert SAMPLE.cells == len(read_jsonstat(path).frame)
    other = SAMPLE.narrowed("Alder", ["000", "002"])
    with pytest.raises(FetchError, match="'Alder': codes asked for did not come"):
        check_answer(other, None, content)
    metadata = metadata_of_v2("14746", json.loads(content))
    assert metadata.time == "Tid"
    assert metadata.dimension("Kjonn").eliminable
