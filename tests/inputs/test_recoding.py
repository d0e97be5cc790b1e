from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import InputsError
from projector.inputs.ages import parse_ages
from projector.inputs.input_set import load_inputs
from projector.inputs.read import read_long, read_population
from projector.inputs.recoding import Series, recode
from projector.inputs.region_changes import Becoming, RegionChanges, read_region_changes
from projector.tables import SEXES
from tests.embedded import CASE_AREAS
from tests.shared import SHARED, needs_shared, tidy_people

LACKING = {"1505", "3907", "5053", "5503"}
"""Regions whose predecessors the StatBank files of 2005-2009 leave out."""

TIDY, STATBANK = SHARED / "ssb" / "tidy", SHARED / "ssb" / "statbank"


def changes(*rows: tuple[int, str, dict[str, float | None]]) -> RegionChanges:
    by_year: dict[int, dict[str, Becoming]] = {}
    for line, (year, old, parts) in enumerate(rows, start=2):
        by_year.setdefault(year, {})[old] = Becoming(parts, f"c.csv:{line}")
    return RegionChanges(Path("c.csv"), by_year)


def series(table: dict[int, dict[str, object]]) -> Series:
    """People by year and region: a number stands for each of two sexes and two age groups."""
    codes = tuple(dict.fromkeys(code for held in table.values() for code in held))
    persons = np.zeros((len(codes), len(table), 2, 2))
    there = np.zeros(persons.shape[:2], dtype=bool)
    for at, held in enumerate(table.values()):
        for code, people in held.items():
            persons[codes.index(code), at], there[codes.index(code), at] = people, True
    return Series(codes, tuple(table), persons, there)


def recoded(
    table: dict[int, dict[str, object]],
    table_of_changes: RegionChanges,
    codes_of: int | None = None,
) -> tuple[dict[str, list[float]], list[str]]:
    """The first cell of each region by year, NaN where it is not there; and the notes."""
    notes: list[str] = []
    found = recode(series(table), table_of_changes, {}, notes, codes_of=codes_of)
    first = np.where(found.there, found.persons[:, :, 0, 0], np.nan)
    return dict(zip(found.regions, first.tolist(), strict=True)), notes


def test_merged_and_renamed_regions_are_followed_over_years() -> None:
    table = {2019: {"1": 3, "2": 4, "8": 1}, 2022: {"5": 8, "8": 1}, 2024: {"6": 9, "9": 1}}
    what = changes(
        (2020, "1", {"5": None}),
        (2020, "2", {"5": None}),
        (2024, "5", {"6": None}),
        (2024, "8", {"9": None}),
    )
    assert recoded(table, what) == ({"6": [7, 8, 9], "9": [1, 1, 1]}, [])


def test_a_region_that_lives_on_takes_others_in() -> None:
    table = {2019: {"1": 3, "2": 4}, 2020: {"1": 8}}
    what = changes((2020, "1", {"1": None}), (2020, "2", {"1": None}))
    assert recoded(table, what) == ({"1": [7, 8]}, [])


def test_a_table_on_later_codes_than_its_year_is_left_as_it_is() -> None:
    what = changes((2020, "1", {"5": None}), (2020, "2", {"5": None}))
    assert recoded({2018: {"5": 7}, 2020: {"5": 8}}, what) == ({"5": [7, 8]}, [])


def test_a_table_that_keeps_an_ended_code_means_the_region_before() -> None:
    what = changes((2020, "1", {"5": None}), (2020, "2", {"5": None}))
    table = {2019: {"1": 3, "2": 4}, 2020: {"1": 3, "2": 5}, 2021: {"5": 9}}
    assert recoded(table, what) == ({"5": [7, 8, 9]}, [])


def test_a_code_that_comes_back_is_not_the_one_that_ended() -> None:
    what = changes((1964, "1", {"2": None}), (2020, "3", {"1": None}))
    assert recoded({2010: {"3": 4}, 2020: {"1": 5}}, what) == ({"1": [4, 5]}, [])
    assert recoded({2010: {"1": 4}, 2020: {"1": 5}}, what) == ({"1": [4, 5]}, [])


def test_changes_after_the_last_year_wait_until_they_are_asked_for() -> None:
    what = changes((2024, "1", {"5": None}))
    table: dict[int, dict[str, object]] = {2019: {"1": 3}, 2020: {"1": 4}}
    assert recoded(table, what)[0] == {"1": [3, 4]}
    assert recoded(table, what, codes_of=2024)[0] == {"5": [3, 4]}
    with pytest.raises(ValueError, match="codes_of must not lie before 2020"):
        recoded(table, what, codes_of=2019)


def test_a_divided_region_follows_the_shares_of_the_table() -> None:
    what = changes((2024, "1", {"5": 0.25, "6": 0.75}))
    found, notes = recoded({2020: {"1": 100}, 2024: {"5": 70, "6": 30}}, what)
    assert found == {"5": [25, 70], "6": [75, 30]}
    assert notes == ["1 is divided (2024): 5 25.0%, 6 75.0%, by the shares of the table of changes"]


def test_a_divided_region_follows_its_parts_by_sex_and_age() -> None:
    what = changes((2024, "1", {"5": None, "6": None}))
    table: dict[int, dict[str, object]] = {
        2020: {"1": np.array([[10, 10], [10, 10]])},
        2024: {"5": np.array([[1, 3], [0, 4]]), "6": np.array([[3, 1], [0, 0]])},
    }
    notes: list[str] = []
    found = recode(series(table), what, {"5": "Fem"}, notes)
    # Nobody is 0 and male in 2024, so all people together say how they are divided.
    np.testing.assert_allclose(found.persons[0, 0], [[2.5, 7.5], [10 * 8 / 12, 10]])
    assert notes[0].startswith("1 is divided (2024): 5 Fem ")
    assert notes[0].endswith("as the people of 2024 by sex and age")


def test_parts_that_took_in_others_say_by_what_they_gained() -> None:
    # The town 2 and the village 3 take in the parts of 1; all grow by a tenth.
    what = changes(
        (2020, "1", {"2": None, "3": None}), (2020, "2", {"2": None}), (2020, "3", {"3": None})
    )
    table: dict[int, dict[str, object]] = {
        2019: {"1": 10, "2": 100, "3": 20},
        2020: {"2": 1.1 * 104, "3": 1.1 * 26},
    }
    found, notes = recoded(table, what)
    assert found["2"][0] == pytest.approx(104)
    assert found["3"][0] == pytest.approx(26)
    assert notes[0].endswith("2 40.0%, 3 60.0%, as the parts gained from 2019 to 2020")


def test_a_region_that_cannot_be_divided_is_told_with_what_would_help() -> None:
    what = changes((2024, "1", {"5": None, "6": None}))
    with pytest.raises(InputsError) as raised:
        recoded({2020: {"1": 100}, 2024: {"5": 70}}, what)
    assert str(raised.value) == (
        "c.csv:2: nothing says how 1 is divided in 2024 (expected shares in the table of changes, "
        "or an age table from 2024 or soon after with 5, 6)"
    )


@pytest.mark.parametrize("year", [2019, 2020])
def test_a_region_by_both_its_codes_would_count_twice(year: int) -> None:
    what = changes((2020, "1", {"5": None}))
    table: dict[int, dict[str, object]] = {2019: {"1": 3}, 2020: {"5": 4}}
    table[year] = {"1": 3, "5": 3}
    with pytest.raises(InputsError, match=f"5 has people in {year} beside 1, which became it"):
        recoded(table, what)


def test_a_key_brings_each_year_to_its_own_codes(tmp_path: Path) -> None:
    path = tmp_path / "key.csv"
    path.write_text(
        "year,original,current,weighting\n2019,1,6,0.4\n2019,1,7,0.6\n2020,5,7,1\n2020,6,6,1\n",
        encoding="utf-8",
    )
    key = read_region_changes(path)
    found, notes = recoded({2019: {"1": 10}, 2020: {"5": 6, "6": 5}}, key)
    assert found == {"7": [6, 6], "6": [4, 5]}
    assert notes == ["1 is divided (2019): 6 40.0%, 7 60.0%, by the shares of the table of changes"]
    with pytest.raises(InputsError, match=r"the key does not hold 2021 .expected one of 2019 to"):
        recoded({2021: {"1": 10}}, key)


@given(st.data())
def test_nobody_is_lost_or_made_by_merging_and_dividing(data: st.DataObject) -> None:
    parts = st.dictionaries(st.sampled_from("ABCD"), st.none(), min_size=1)
    into = {old: data.draw(parts) for old in "123"}
    for held in into.values():
        shares = np.array(
            data.draw(st.lists(st.integers(1, 9), min_size=len(held), max_size=len(held)))
        )
        held.update(zip(held, (shares / shares.sum()).tolist(), strict=True))
    people = {old: data.draw(st.integers(1, 1000)) for old in "123"}
    found, _ = recoded(
        {2019: people, 2020: dict.fromkeys("ABCD", 1)},
        changes(*((2020, old, held) for old, held in into.items())),
    )
    assert np.nansum([held[0] for held in found.values()]) == pytest.approx(sum(people.values()))


def statbank(name: str) -> dict[int, dict[str, np.ndarray]]:
    """People of both sexes together by year and region code, ``[1, age]``."""
    frame = read_long(STATBANK / name).frame
    frame["age"] = frame["ages"].astype(str).map(lambda label: parse_ages(label)[0])
    people = frame.groupby(["year", "region", "age"], observed=True)["value"].sum()
    return {
        int(year): {
            str(code): held.to_numpy()[None]
            for code, held in of_year.groupby("region", observed=True)
        }
        for year, of_year in people.groupby("year", observed=True)
    }


@pytest.mark.slow
@needs_shared
def test_real_tables_from_2006_to_2022_come_on_one_set_of_codes() -> None:
    names = ("age_2005-2009_tab", "age_2019_comma", "sex_age_2020", "sex_age_2022")
    table: dict[int, dict[str, np.ndarray]] = {}
    for name in names:
        table |= statbank(f"07459_{name}.csv")
    codes = tuple(dict.fromkeys(code for held in table.values() for code in held))
    persons = np.zeros((len(codes), len(table), 1, 106))
    for at, held in enumerate(table.values()):
        for code, people in held.items():
            persons[codes.index(code), at] = people
    whole = Series(codes, tuple(table), persons, np.ones(persons.shape[:2], dtype=bool))
    notes: list[str] = []
    klass = read_region_changes(TIDY / "klass131_changes.csv")
    found = recode(whole, klass, klass.names, notes)
    assert len(found.regions) == 356
    np.testing.assert_allclose(found.persons.sum(axis=0), persons.sum(axis=0), rtol=1e-12)
    assert [note.split(" is divided (2020): ")[0] for note in sorted(notes)] == [
        "1850 Tysfjord - Divtasvuodna",
        "5012 Snillfjord",
    ]
    # The published series on codes of 2024 is another's work: it divides the three regions by
    # round shares, and StatBank's files here lack three regions' predecessors before 2019.
    truth = tidy_people("municipalities_sex_age_2005_2020.csv.gz").sum("sex")
    new_code = {code: next(iter(became.parts)) for code, became in klass.by_year[2024].items()}
    divided = {"1806", "1875", "5055", "5056", "5059"}
    compared = 0
    for year in (2006, 2007, 2008, 2009, 2019, 2020):
        at = found.years.index(year)
        for place, code in enumerate(found.regions):
            now = new_code.get(code, code)
            if now in divided or not found.there[place, at] or now in LACKING:
                continue
            published = truth.sel(region=now, year=year).values
            if now == "1508":  # with Haram, from which it parted in 2024
                published = published + truth.sel(region="1580", year=year).values
                # Halves are rounded down in every age and sex.
                assert np.abs(found.persons[place, at, 0] - published).max() <= 2
            else:
                np.testing.assert_array_equal(found.persons[place, at, 0], published)
            compared += 1
    assert compared > 6 * 340


@needs_shared
def test_a_scenarios_files_of_two_code_sets_give_one_series(tmp_path: Path) -> None:
    """Halves of the published 2019 and the files of 2020 and 2022, with sexes made alike."""
    people = statbank("07459_age_2019_comma.csv")[2019]
    rows = ["region,year,sex,age,persons"]
    for code, held in people.items():
        for sex in SEXES:
            rows += [
                f"{code},2019,{sex},{age}{'+' if age == 105 else ''},{n / 2}"
                for age, n in enumerate(held[0])
            ]
    path = tmp_path / "2019.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    files = [path, *(STATBANK / f"07459_sex_age_{year}.csv" for year in (2020, 2022))]
    with pytest.raises(InputsError, match="a table region_changes"):
        read_population(files)
    own = {"population": files, "region_changes": [TIDY / "klass131_changes.csv"]}
    inputs = load_inputs(CASE_AREAS, own)
    persons = inputs.population.persons
    assert dict(persons.sizes) == {"region": 356, "year": 3, "sex": 2, "age_group": 106}
    assert float(persons.sel(year=2019).sum()) == pytest.approx(
        sum(held.sum() for held in people.values())
    )
    assert any("5012 Snillfjord is divided (2020)" in note for note in inputs.notes)
    assert any(name.startswith("region_changes: klass131") for name in inputs.files)


@needs_shared
def test_haram_is_divided_as_the_published_series_says_when_a_later_table_knows() -> None:
    """Codes of 2020 made from those of 2024 and divided again, by the first year after."""
    truth = tidy_people("municipalities_sex_age_2005_2020.csv.gz").sel(region=["1508", "1580"])
    pair = truth.sel(year=[2019, 2020])
    scale = np.array([6.0, 1.0])[:, None, None, None]
    people = pair.values * scale  # the two published halves are alike; a town and its neighbour
    persons = np.concatenate([people.sum(axis=0, keepdims=True), people])
    there = np.array([[True, False], [False, True], [False, True]])
    persons = persons * there[..., None, None]
    whole = Series(("1507", "1508", "1580"), (2023, 2024), persons, there)
    notes: list[str] = []
    klass = read_region_changes(TIDY / "klass131_changes.csv")
    found = recode(whole, klass, klass.names, notes)
    at = found.regions.index("1508")
    assert float(found.persons[at, 0].sum()) == pytest.approx(float(people[0, 0].sum()), rel=0.01)
    assert notes[0].startswith("1507 Ålesund is divided (2024): 1508 Ålesund")
