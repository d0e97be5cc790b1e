"""Whole sets, fetched from a statistics bank on this machine."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from projector.cli.main import cli
from projector.inputs.fetch import service
from projector.inputs.fetch.service import known_service
from projector.inputs.input_set import load_inputs
from projector.run import run
from projector.scenario import load_scenario
from tests.embedded import CASE_AREAS, SCENARIOS
from tests.inputs.fetch.bank import (
    HALLINGDAL,
    Bank,
    embedded_people,
    norway,
    serving,
    small_country,
)
from tests.shared import needs_shared, tidy_people


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bank on this machine may be asked as often as one likes."""
    hurried = replace(known_service(), queries=6_000_000)
    monkeypatch.setattr(service, "known_service", lambda: hurried)


@pytest.fixture(scope="module")
def shared_bank() -> Iterator[Bank]:
    with serving(norway()) as bank:
        yield bank


def fetched(bank: Bank, target: Path, *arguments: object) -> Result:
    addresses = [
        "--address", f"{bank.address}/v2",
        "--address-v1", f"{bank.address}/v1",
        "--address-klass", f"{bank.address}/klass",
        "--language", "en",
    ]  # fmt: skip
    words = ["inputs", "fetch", *map(str, arguments), "--to", str(target), *addresses]
    return CliRunner().invoke(cli, words, catch_exceptions=False)


def test_a_set_of_named_regions_is_whole_and_has_the_people_of_the_bank(
    shared_bank: Bank, tmp_path: Path
) -> None:
    result = fetched(shared_bank, tmp_path / "mine", "Hallingdal", "--base", CASE_AREAS)
    assert result.exit_code == 0, result.output
    inputs = load_inputs(tmp_path / "mine", {})
    persons = inputs.population.persons
    assert inputs.codes == ("0", *HALLINGDAL)
    assert persons["year"].values.tolist() == list(range(2014, 2027))
    embedded = embedded_people().set_index(["code", "sex"]).sort_index()
    for code in HALLINGDAL:
        for sex in ("female", "male"):
            expected = embedded.loc[(code, sex)][["2014", "2021", "2026"]].sum()
            got = persons.sel(region=code, sex=sex, year=[2014, 2021, 2026]).sum("age_group")
            np.testing.assert_allclose(got, expected)
    assert inputs.members("Hallingdal") == tuple(HALLINGDAL)


def test_a_scenario_runs_on_the_fetched_set(shared_bank: Bank, tmp_path: Path) -> None:
    assert fetched(shared_bank, tmp_path / "mine", *HALLINGDAL, "--base", CASE_AREAS).exit_code == 0
    scenario = tmp_path / "own.yaml"
    scenario.write_text(
        f"scenario: Own\nextends: {SCENARIOS}/hallingdal.yaml\ninputs: mine\n"
        "regions: [Hol, Ål]\nyears: {base: 2026, end: 2030}\n"
        "population: {calibration: {from: 2016, to: 2026}}\n",
        encoding="utf-8",
    )
    result = run(load_scenario(scenario))
    persons = result["population/population"].sel(year=2026).sum()
    embedded = embedded_people().query("code in ['3328', '3330']")["2026"].sum()
    assert float(persons) == pytest.approx(embedded)
    scenario.write_text(
        scenario.read_text(encoding="utf-8").replace("inputs: mine", f"inputs: {CASE_AREAS}"),
        encoding="utf-8",
    )
    # The embedded set has the same people in five-year groups.
    alike = run(load_scenario(scenario))["activity/contacts"].sel(year=2030).sum("region")
    contacts = result["activity/contacts"].sel(year=2030).sum("region")
    for setting in ("inpatient", "home_care"):
        expected = float(alike.sel(setting=setting).sum())
        assert float(contacts.sel(setting=setting).sum()) == pytest.approx(expected, rel=0.03)


def test_the_same_fetch_again_asks_for_no_extract_and_writes_the_same(
    shared_bank: Bank, tmp_path: Path
) -> None:
    assert (
        fetched(shared_bank, tmp_path / "one", "Hol", "Norge", "--only", "population").exit_code
        == 0
    )
    before = shared_bank.data_asked("07459")
    assert fetched(shared_bank, tmp_path / "two", "Hol", "--only", "population").exit_code == 0
    assert shared_bank.data_asked("07459") == before
    one, two = (tmp_path / name / "population.csv" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_sources_name_table_query_update_and_time(shared_bank: Bank, tmp_path: Path) -> None:
    words = ["Hol", "--only", "population", "--base", CASE_AREAS]
    assert fetched(shared_bank, tmp_path / "mine", *words).exit_code == 0
    text = (tmp_path / "mine" / "SOURCES.md").read_text(encoding="utf-8")
    assert "| `population.csv` | 07459: Befolkning" in text
    assert "2026-02-25T07:00:00Z" in text
    assert "07459 · Region: 0, 3330, 0620, 3044 · Kjonn: 2, 1 · Alder: 000, 001, 002 … 105+" in text
    assert "PxWebApi 2" in text
    assert "`use_rates`" in text.split("Not from the statistics bank")[1]
    assert (tmp_path / "mine" / "SOURCES.case-areas.md").is_file()


def test_without_a_base_the_set_says_what_it_lacks(shared_bank: Bank, tmp_path: Path) -> None:
    result = fetched(shared_bank, tmp_path / "mine", "Hol", "--only", "population")
    assert result.exit_code == 0
    assert "not whole, a run needs these as well: areas, mortality" in result.output
    assert "This set is not whole" in (tmp_path / "mine" / "SOURCES.md").read_text(encoding="utf-8")


def test_projection_hospital_and_care_lie_beside_the_tables(
    shared_bank: Bank, tmp_path: Path
) -> None:
    words = ["3330", "--alternative", "MMMM", "--alternative", "LLML"]
    assert fetched(shared_bank, tmp_path / "mine", *words).exit_code == 0
    folder = tmp_path / "mine" / "published"
    middle = pd.read_csv(folder / "projection_14746_MMMM.csv", dtype={"region": str})
    low = pd.read_csv(folder / "projection_14746_LLML.csv", dtype={"region": str})
    assert set(middle["region"]) == {"0", "3330"}
    assert middle["persons"].sum() > 1.9 * low["persons"].sum()
    hospital = pd.read_csv(folder / "hospital_10261.csv", dtype=str)
    assert set(hospital["region"]) == {"0", "H03", "H12"}
    care = pd.read_csv(folder / "care_12292.csv", dtype=str, keep_default_na=False)
    assert set(care["region"]) == {"EAK", "3330", "3044", "0620"}
    assert (care["symbol"] == ":").sum() == 1
    assert care.loc[care["symbol"] == ":", "value"].tolist() == [""]


def test_wards_come_from_their_own_table(shared_bank: Bank, tmp_path: Path) -> None:
    words = ["Grorud", "030111", "Oslo", "--only", "population"]
    result = fetched(shared_bank, tmp_path / "mine", *words)
    assert result.exit_code == 0, result.output
    table = pd.read_csv(tmp_path / "mine" / "population.csv", dtype={"code": str})
    assert table["code"].unique().tolist() == ["0", "0301", "030110", "030111"]
    assert table.query("code == '030110'")["2026"].sum() == 3 * 2 * 90


def test_a_ward_of_a_town_that_changed_its_code_has_its_older_people(
    shared_bank: Bank, tmp_path: Path
) -> None:
    result = fetched(shared_bank, tmp_path / "mine", "460101", "--only", "population")
    assert result.exit_code == 0, result.output
    table = pd.read_csv(tmp_path / "mine" / "population.csv", dtype={"code": str})
    ward = table.query("code == '460101'")
    assert [ward[year].sum() for year in ("2019", "2020")] == [9 * 180, 8 * 180]
    assert set(ward["quality"]) == {"derived"}
    sources = (tmp_path / "mine" / "SOURCES.md").read_text(encoding="utf-8")
    assert "| `published/klass_changes.csv` | KLASS 131 and 103: changes |" in sources


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("Hemsedahl", "not a region or an area (found 'Hemsedahl'). Did you mean 'Hemsedal'?"),
        ("Herøy", "'Herøy' is the name of several regions (expected one of the codes 1515 Herøy"),
        ("3044", "the code ended on 2024-01-01 (found '3044'; expected now 3330 Hol)"),
        ("301", "not the code of a region of today (found '301'). Did you mean '0301'?"),
    ],
)
def test_what_is_no_region_is_told(shared_bank: Bank, tmp_path: Path, word: str, said: str) -> None:
    result = fetched(shared_bank, tmp_path / "mine", word)
    assert (result.exit_code, (tmp_path / "mine").exists()) == (2, False)
    assert said in result.output


def test_a_sami_name_is_a_name(shared_bank: Bank, tmp_path: Path) -> None:
    result = fetched(shared_bank, tmp_path / "mine", "porsáŋgu", "--only", "population")
    assert result.exit_code == 0, result.output


def test_a_set_that_is_there_is_left_alone(shared_bank: Bank, tmp_path: Path) -> None:
    assert fetched(shared_bank, tmp_path / "mine", "Hol", "--only", "population").exit_code == 0
    before = (tmp_path / "mine" / "population.csv").read_bytes()
    again = fetched(shared_bank, tmp_path / "mine", "Gol", "--only", "population")
    assert again.exit_code == 2
    assert "the set is there already" in again.output
    assert (tmp_path / "mine" / "population.csv").read_bytes() == before
    anew = fetched(shared_bank, tmp_path / "mine", "Gol", "--only", "population", "--replace")
    assert anew.exit_code == 0
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("dear")
    other = fetched(shared_bank, tmp_path / "other", "Gol", "--replace")
    assert other.exit_code == 2
    assert "there is something else" in other.output


def test_a_divided_town_is_shared_out_and_the_country_sums(tmp_path: Path) -> None:
    with serving(small_country()) as bank:
        result = fetched(bank, tmp_path / "mine", "all", "--only", "population")
        assert result.exit_code == 0, result.output
        table = pd.read_csv(tmp_path / "mine" / "population.csv", dtype={"code": str})
        sums = table.groupby("code")[["2017", "2023"]].sum()
        np.testing.assert_allclose(sums.loc[["1001", "1003"]].sum(), sums.loc["0"])
        assert set(table.query("code != '0'")["quality"]) == {"derived"}
        alone = fetched(bank, tmp_path / "one", "1001", "--only", "population")
        assert alone.exit_code == 0
        assert "other regions were fetched to share out" in alone.output
        one = pd.read_csv(tmp_path / "one" / "population.csv", dtype={"code": str})
        assert one["code"].unique().tolist() == ["0", "1001"]


def test_totals_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    bank = small_country()
    bank.tables["07459"].values[1, 0, 5, 0, -1] += 3
    with serving(bank):
        result = fetched(bank, tmp_path / "mine", "all", "--only", "population")
    assert result.exit_code == 1
    assert "the municipalities do not sum to the nation in 2023" in result.output
    assert not (tmp_path / "mine").exists()


def test_ages_that_do_not_sum_to_their_total_are_refused(tmp_path: Path) -> None:
    bank = norway()
    with serving(bank):
        ages = bank.tables["07459"].dimensions[2]
        ages[3][50] = "50 til 51"  # a label that is no age: the cell is not asked for
        result = fetched(bank, tmp_path / "mine", "Hol", "--only", "population")
    assert result.exit_code == 1
    assert "the sexes and ages of 0 in 2014 do not sum to its total" in result.output


def test_both_interfaces_give_the_same_set(tmp_path: Path) -> None:
    with serving(norway()) as bank:
        words = ["Hol", "Gol", "--only", "population"]
        one = fetched(bank, tmp_path / "one", *words, "--interface", "1", "--keep", tmp_path / "k")
        two = fetched(bank, tmp_path / "two", *words, "--interface", "2")
        assert (one.exit_code, two.exit_code) == (0, 0), one.output + two.output
    files = [pd.read_csv(tmp_path / name / "population.csv", dtype=str) for name in ("one", "two")]
    pd.testing.assert_frame_equal(files[0].drop(columns="source"), files[1].drop(columns="source"))


def test_a_fetch_in_small_extracts_is_the_same(shared_bank: Bank, tmp_path: Path) -> None:
    words = [*HALLINGDAL, "--only", "population"]
    assert fetched(shared_bank, tmp_path / "whole", *words).exit_code == 0
    small = fetched(shared_bank, tmp_path / "parts", *words, "--cells", "20000")
    assert small.exit_code == 0, small.output
    assert "extract 3 of" in small.output
    for _, path, body in shared_bank.asked:
        if body is not None and "07459" in path:
            cells = np.prod([len(one["valueCodes"]) for one in body["selection"]])
            assert cells <= 800_000
    whole, parts = (tmp_path / name / "population.csv" for name in ("whole", "parts"))
    assert whole.read_bytes() == parts.read_bytes()


def test_no_base_is_broken_by_a_set_that_is_not_sound(shared_bank: Bank, tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    for path in CASE_AREAS.glob("*.csv"):
        (base / path.name).write_bytes(path.read_bytes())
    (base / "norms.csv").write_text("setting\ninpatient\n", encoding="utf-8")
    result = fetched(shared_bank, tmp_path / "mine", "Hol", "--base", base)
    assert result.exit_code == 4
    assert not (tmp_path / "mine").exists()
    assert json.dumps(result.output).count("unfinished") == 0


@needs_shared
def test_real_single_ages_come_through_as_they_are(tmp_path: Path) -> None:
    real = tidy_people("case_area_sex_age_2005_2026.csv")
    years = range(2006, 2027)
    bank = norway(years)
    table = bank.tables["07459"]
    codes = table.dimensions[0][2]
    for code, (_, first, second) in HALLINGDAL.items():
        for held in (first, second, code):
            table.values[codes.index(held)] = 0
        for at, year in enumerate(years):
            held = first if year < 2020 else second if year < 2024 else code
            cells = real.sel(region=code, year=year).transpose("sex", "age")
            table.values[codes.index(held), :, :, 0, at] = cells
    with serving(bank):
        words = [*HALLINGDAL, "--only", "population", "--base", CASE_AREAS]
        assert fetched(bank, tmp_path / "mine", *words).exit_code == 0
    persons = load_inputs(tmp_path / "mine", {}).population.persons.sel(region=[*HALLINGDAL])
    expected = real.sel(region=[*HALLINGDAL], year=list(years))
    np.testing.assert_array_equal(
        persons.transpose("region", "year", "sex", "age_group"),
        expected.transpose("region", "year", "sex", "age"),
    )
