"""The population stage: variants, written paths, whole countries, and tables without a nation."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from projector.errors import ConsistencyError
from projector.inputs.input_set import load_inputs
from projector.population import population_stage
from projector.population.calibrate import Calibration
from projector.run import run
from projector.scenario import load_scenario
from projector.tables import NATION
from tests.embedded import CASE_AREAS, result_of, result_with
from tests.population.rogers_castro import country
from tests.shared import SHARED, needs_shared


def people(tree: xr.DataTree, year: int) -> float:
    return float(tree["population"]["population"].sel(year=year).sum())


def oldest(tree: xr.DataTree, year: int) -> float:
    return float(tree["population"]["population"].sel(year=year, age=slice(80, None)).sum())


@pytest.mark.slow
def test_the_letters_of_a_variant_move_what_they_name(tmp_path: Path) -> None:
    middle = result_of("reference")
    trees = {
        letters: result_with(tmp_path, "reference", population=f"{{variant: {letters}}}")
        for letters in ("LLML", "HHMH", "HMMM", "MHMM", "MMMH")
    }
    assert people(trees["LLML"], 2040) < people(middle, 2040) < people(trees["HHMH"], 2040)
    births = {letters: float(tree["population"]["births"].sum()) for letters, tree in trees.items()}
    assert births["HMMM"] > float(middle["population"]["births"].sum()) * 1.05
    assert oldest(trees["HMMM"], 2040) == pytest.approx(oldest(middle, 2040))
    assert oldest(trees["MHMM"], 2040) > oldest(middle, 2040) * 1.02
    assert people(trees["MMMH"], 2040) > people(middle, 2040) * 1.01
    for tree in trees.values():
        assert people(tree, 2026) == pytest.approx(people(middle, 2026))


@pytest.mark.slow
def test_a_written_path_holds_from_the_base_year_on(tmp_path: Path) -> None:
    none = result_with(tmp_path, "reference", population="{net_immigration: {total: 0}}")
    moved = none["population"]["net_migration"].sum(("region", "sex", "age"))
    np.testing.assert_allclose(moved, 0.0, atol=1e-6)
    barren = result_with(tmp_path, "reference", population="{fertility: {total: 0}}")
    assert float(barren["population"]["births"].sum()) == 0.0
    longer = result_with(
        tmp_path, "reference", population="{life_expectancy: {female: 90, male: 88}}"
    )
    assert oldest(longer, 2040) > oldest(result_of("reference"), 2040)


def test_more_leaving_the_country_than_there_are_is_told_at_the_key(tmp_path: Path) -> None:
    with pytest.raises(ConsistencyError, match="more people leave the country") as caught:
        result_with(tmp_path, "reference", population="{net_immigration: {total: -300000}}")
    assert "own.yaml:3:" in caught.value.problems[0].where


def test_a_life_expectancy_out_of_reach_is_told_at_the_key(tmp_path: Path) -> None:
    with pytest.raises(ConsistencyError, match="no mortality schedule reaches") as caught:
        result_with(tmp_path, "reference", population="{life_expectancy: {female: 105}}")
    assert "own.yaml:3:" in caught.value.problems[0].where


@pytest.mark.slow
def test_what_sets_a_region_apart_fades_with_the_half_life(tmp_path: Path) -> None:
    growth = {}
    for half_life in (2, 20, 200):
        calibration = f"{{calibration: {{from: 2016, to: 2026, half_life: {half_life}}}}}"
        tree = result_with(tmp_path, "ahus", population=calibration)["population"]["population"]
        totals = tree.sel(region="3222").sum(("sex", "age"))
        growth[half_life] = float(totals[-1] / totals[0])
    assert growth[2] < growth[20] < growth[200]


def test_a_calibration_outside_the_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConsistencyError, match="fewer than two age tables lie in 1990-1995"):
        result_with(tmp_path, "reference", population="{calibration: {from: 1990, to: 1995}}")


def test_a_calibration_beyond_the_tables_is_noted(tmp_path: Path) -> None:
    tree = result_with(tmp_path, "reference", population="{calibration: {from: 2000, to: 2026}}")
    assert tree.attrs["calibration_years"] == "2006-2026"
    assert "asks for moves and births of 2000-2026" in tree.attrs["inputs_notes"]


@needs_shared
def test_one_municipality_from_statbank_is_as_it_is_among_all(tmp_path: Path) -> None:
    """The nation is then the set's own; its people are in five-year groups, so roughly."""
    table = pd.read_csv(SHARED / "ssb/tidy/case_area_sex_age_2005_2026.csv", dtype={"code": str})
    small = table[(table["code"] == "3320") & (table["year"] >= 2006)]
    small.to_csv(tmp_path / "flå.csv", index=False)
    path = tmp_path / "own.yaml"
    path.write_text(
        f"scenario: Flå\ninputs: {{set: {CASE_AREAS}, population: flå.csv}}\n"
        "regions: [Flå]\nyears: {base: 2026, end: 2040}\n",
        encoding="utf-8",
    )
    alone = run(load_scenario(path))
    assert "has no nation" in alone.attrs["inputs_notes"]
    embedded = result_of("hallingdal")["population"]["population"].sel(region="3320", year=2040)
    assert people(alone, 2040) == pytest.approx(float(embedded.sum()), rel=0.08)


def test_part_of_the_country_in_a_year_without_a_nation_is_refused(tmp_path: Path) -> None:
    rows = ["region,year,sex,age,persons"]
    rows += [
        f"3320,{year},{sex},{age},10"
        for year in (1990, 1995)
        for sex in ("female", "male")
        for age in (*range(90), "90+")
    ]
    (tmp_path / "people.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    path = tmp_path / "own.yaml"
    path.write_text(
        f"scenario: Early\ninputs: {{set: {CASE_AREAS}, population: people.csv}}\n"
        "regions: ['3320']\nyears: {base: 1995, end: 2000}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConsistencyError, match="only part of the country"):
        run(load_scenario(path))


CODES = ["1101", "1102", "1103", "1201", "1202"]
FLOWS = ("births", "deaths", "net_migration")


@cache
def history() -> xr.DataArray:
    """A made-up country of five regions, 2016 to 2026, with its nation."""
    people = np.array([1.6e5, 8e5, 3.2e6, 4e5, 6.4e5])
    strength = np.array(
        [[-0.1, -0.02, 0.01], [-0.05, 0.01, 0], [0.07, 0.02, -0.01], [-0.1, 0, 0.01], [0, 0.02, 0]]
    )
    strength -= np.average(strength, axis=0, weights=people)
    tables = country(CODES, people, strength, seed=6).tables
    tables = tables.assign_coords(year=tables["year"] + 6)
    nation = tables.sum("region").expand_dims(region=[NATION])
    return xr.concat([tables, nation], dim="region")


@cache
def whole_country(
    population: str, regions: tuple[str, ...] = tuple(CODES), end: int = 2045
) -> tuple[xr.Dataset, xr.Dataset, Calibration]:
    """The stage on the made-up country, with the embedded national tables and paths."""
    areas = {"West": CODES[:3], "All": CODES}
    return stage(history(), population, regions, end, areas=areas)


def stage(
    people: xr.DataArray,
    population: str,
    regions: tuple[str, ...],
    end: int = 2045,
    *,
    areas: dict[str, list[str]] | None = None,
) -> tuple[xr.Dataset, xr.Dataset, Calibration]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "own.yaml"
        path.write_text(
            f"scenario: Made up\ninputs: {{set: {CASE_AREAS}}}\nregions: [Norge]\n"
            f"years: {{base: 2026, end: {end}}}\npopulation: {{{population}}}\n",
            encoding="utf-8",
        )
        scenario = load_scenario(path)
    tables = load_inputs(scenario.inputs.set, scenario.inputs.tables).tables
    return population_stage(people, tables, scenario, regions, age_width=1, areas=areas)


def totals(result: xr.Dataset, name: str = "population") -> xr.DataArray:
    return result[name].sum([dim for dim in ("sex", "age") if dim in result[name].dims])


@pytest.mark.parametrize(
    "population",
    [
        "variant: MMMM",
        "variant: HLHL",
        "variant: LHLK",
        "variant: MMM0",
        "variant: MM00",
        "variant: MM0M",
        "life_expectancy: trend",
        "fertility: {mean_age: 33}",
        "calibration: {from: 2016, to: 2026, half_life: 10}",
    ],
)
def test_the_regions_of_a_whole_country_are_the_nation_in_every_year(population: str) -> None:
    """Population, births, deaths and net migration, by sex and age."""
    regions = whole_country(population)[0]
    nation = whole_country(population, (NATION,))[0].isel(region=0, drop=True)
    for name in ("population", *FLOWS):
        together = regions[name].sum("region").transpose(*nation[name].dims)
        np.testing.assert_allclose(together, nation[name], rtol=1e-9, atol=1e-6)
        np.testing.assert_allclose(
            totals(regions, name).sum("region"), totals(nation, name), rtol=1e-9, atol=1e-6
        )


def test_mm00_moves_nobody_anywhere() -> None:
    moved = whole_country("variant: MM00")[0]["net_migration"]
    np.testing.assert_allclose(moved, 0.0, atol=1e-6)


def test_mmm0_moves_people_between_regions_and_nobody_over_the_border() -> None:
    moved = whole_country("variant: MMM0")[0]["net_migration"]
    np.testing.assert_allclose(moved.sum("region"), 0.0, atol=1e-6)
    by_region = moved.sum(("year", "sex", "age"))
    assert float(by_region.sel(region="1103")) > 1000
    assert float(by_region.sel(region="1101")) < -1000


def test_mm0m_lets_the_world_in_alike_and_nobody_between_regions() -> None:
    result = whole_country("variant: MM0M")[0]
    moved = result["net_migration"].sel(year=2026)
    people = result["population"].sel(year=2027)
    rate = (moved / (people - moved)).sel(age=slice(5, 60))
    assert float(rate.max()) > 0
    np.testing.assert_allclose(rate.std("region"), 0.0, atol=1e-9)


def test_k_of_internal_migration_stays_as_the_tables_show_it() -> None:
    fading = "calibration: {from: 2016, to: 2026, half_life: 5}"
    stays = whole_country(f"variant: MMKM, {fading}")[0]
    fades = whole_country(f"variant: MMMM, {fading}")[0]
    plain = whole_country("variant: MMMM")[0]
    xr.testing.assert_allclose(stays["population"], plain["population"], rtol=1e-12)
    apart = abs(totals(stays).isel(year=-1) / totals(fades).isel(year=-1) - 1)
    assert float(apart.max()) > 0.01
    np.testing.assert_allclose(totals(stays).isel(year=0), totals(fades).isel(year=0))


def test_low_and_high_internal_migration_lie_on_either_side_of_the_middle() -> None:
    """Of the region that gains and of the one that loses; the nation does not change."""
    ends = {
        letter: totals(whole_country(f"variant: MM{letter}0")[0]).isel(year=-1) for letter in "0LMH"
    }
    gaining = [float(ends[letter].sel(region="1103")) for letter in "0LMH"]
    losing = [float(ends[letter].sel(region="1101")) for letter in "0LMH"]
    assert gaining == sorted(gaining)
    assert losing == sorted(losing, reverse=True)
    assert len(set(gaining)) == 4
    for end in ends.values():
        assert float(end.sum()) == pytest.approx(float(ends["M"].sum()), rel=1e-9)


def test_after_half_lives_regions_differ_by_half() -> None:
    """Yearly net moves of each region with nobody over the border: 1, 1/2 and 1/4 of the first."""
    half_life = 6
    fading = f"variant: MMM0, calibration: {{from: 2016, to: 2026, half_life: {half_life}}}"
    moved = whole_country(fading)[0]["net_migration"].sel(age=slice(19, 22)).sum(("sex", "age"))
    plain = whole_country("variant: MMM0")[0]["net_migration"].sel(age=slice(19, 22))
    share = (moved / plain.sum(("sex", "age"))).sel(region="1101")
    np.testing.assert_allclose(share.sel(year=2026), 1.0)
    np.testing.assert_allclose(share.sel(year=2026 + half_life), 0.5, atol=0.06)
    np.testing.assert_allclose(share.sel(year=2026 + 2 * half_life), 0.25, atol=0.06)


def test_life_expectancy_on_the_trend_goes_on_from_the_last_figure_and_rises() -> None:
    indicators = whole_country("life_expectancy: trend")[1]
    nation = indicators["life_expectancy"].sel(region=NATION)
    gained = nation.diff("year")
    assert (gained > 0.02).all()
    assert (gained < 0.3).all()
    middle = whole_country("variant: MMMM")[1]["life_expectancy"].sel(region=NATION)
    assert float(abs(nation - middle).sel(year=2026).max()) < 1.0


def test_the_mean_age_of_mothers_is_as_written_and_moves_no_number_of_children() -> None:
    written = whole_country("fertility: {mean_age: 33}")[1].sel(region=NATION)
    plain = whole_country("variant: MMMM")[1].sel(region=NATION)
    np.testing.assert_allclose(written["mean_age_at_childbearing"], 33.0, atol=0.01)
    np.testing.assert_allclose(written["total_fertility"], plain["total_fertility"], rtol=1e-9)
    assert float(plain["mean_age_at_childbearing"].max()) < 32.9


def test_the_nation_alone_is_as_it_is_with_its_regions() -> None:
    alone, indicators, calibration = whole_country("variant: MMMM", (NATION,))
    assert list(alone["region"].values) == [NATION]
    assert calibration.years == (2016, 2026)
    people = history().sel(region=[NATION])
    by_itself = stage(people, "variant: MMMM", (NATION,))[0]
    xr.testing.assert_allclose(by_itself, alone, rtol=1e-12)
    assert NATION in indicators["region"].values


def test_a_region_is_the_same_whichever_others_are_asked_for() -> None:
    some = whole_country("variant: MMMM", ("1201", "1101"))[0]
    every = whole_country("variant: MMMM")[0]
    assert list(some["region"].values) == ["1201", "1101"]
    xr.testing.assert_allclose(some, every.sel(region=["1201", "1101"]), rtol=1e-12)


def test_a_region_without_its_neighbours_is_nearly_as_with_them() -> None:
    """Its neighbours only say how many there are who come."""
    alone = stage(history().sel(region=["1101", NATION]), "variant: MMMM", ("1101",))[0]
    every = whole_country("variant: MMMM")[0].sel(region=["1101"])
    ratio = totals(alone) / totals(every)
    np.testing.assert_allclose(ratio.isel(year=0), 1.0)
    np.testing.assert_allclose(ratio.isel(year=slice(1, 6)), 1.0, atol=0.01)
    np.testing.assert_allclose(ratio, 1.0, atol=0.05)


def test_wards_stand_beside_their_municipality_and_are_not_counted_twice() -> None:
    wards = ["110301", "110302"]
    city = history().sel(region=["1103"])
    shares = {"110301": 0.3, "110302": 0.7}
    parts = [city.assign_coords(region=[code]) * share for code, share in shares.items()]
    people = xr.concat([history(), *parts], dim="region")
    found = stage(people, "variant: MMMM", (*CODES, *wards))[0]
    plain = whole_country("variant: MMMM")[0]
    xr.testing.assert_allclose(found.sel(region=CODES), plain, rtol=1e-7)
    together = totals(found.sel(region=wards)).sum("region")
    ratio = together / totals(plain.sel(region="1103"))
    np.testing.assert_allclose(ratio.isel(year=0), 1.0)
    np.testing.assert_allclose(ratio, 1.0, atol=0.03)


def test_an_area_s_figures_lie_between_those_of_its_regions_and_all_are_the_nation() -> None:
    indicators = whole_country("variant: MMMM")[1]
    assert list(indicators["region"].values) == [*CODES, "West", "All", NATION]
    for name in ("life_expectancy", "total_fertility"):
        west, members = indicators[name].sel(region="West"), indicators[name].sel(region=CODES[:3])
        assert (west >= members.min("region") - 1e-9).all()
        assert (west <= members.max("region") + 1e-9).all()
        every, nation = indicators[name].sel(region="All"), indicators[name].sel(region=NATION)
        np.testing.assert_allclose(every, nation, rtol=0.02)


def test_the_parents_and_the_extraordinary_years_are_as_the_scenario_asks() -> None:
    years = "from: 2016, to: 2026"
    nation = whole_country(f"calibration: {{{years}, parents: nation}}")[2]
    np.testing.assert_array_equal(nation.moves["parent"], 1.0)
    county = whole_country("variant: MMMM")[2]
    np.testing.assert_array_equal(
        county.moves["parent"].sel(region="1101"), county.moves["parent"].sel(region="1102")
    )
    assert not np.array_equal(county.moves["parent"].sel(region="1101"), nation.moves["parent"][0])
    intake = history().copy()
    intake[{"region": 0, "year": slice(5, None)}] *= 1.2
    kept, found = (
        stage(intake, f"calibration: {{{years}, extraordinary: {choice}}}", tuple(CODES))[2]
        for choice in ("keep", "detect")
    )
    assert kept.extraordinary == ()
    assert ("1101", 2020) in {(e.region, e.first) for e in found.extraordinary}
