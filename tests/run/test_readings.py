"""Figures read from finished results."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import UsageError, same_names
from projector.outputs.readings import called, reading_json, reading_table, reading_text
from projector.run.asking import regions_called
from projector.run.pipeline import region_names
from projector.run.readings import Reading, groups_to_read, read_figures
from projector.tables import VARIABLES
from projector.tables.result_names import ALSO_CALLED, RESULT_NAMES, may_add
from tests.embedded import result_of, result_with

if TYPE_CHECKING:
    from projector.inputs.input_set import InputSet

HOL = "3330"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> xr.DataTree:
    folder = tmp_path_factory.mktemp("scenario")
    asked = "{draws: 4, population: written}"
    return result_with(folder, "hallingdal-copd", uncertainty=asked)


def read(result: str, tree: xr.DataTree | None = None, **of: object) -> Reading:
    by = of.pop("by", ())
    asked = {axis: [str(one)] if not isinstance(one, list) else one for axis, one in of.items()}
    return read_figures(
        result_of("hallingdal") if tree is None else tree,
        result, of=asked, by=by, called=called(),
    )  # fmt: skip


def test_how_many_over_80_in_hol_in_2040() -> None:
    """Against the tree itself."""
    population = result_of("hallingdal")["population"]["population"]
    (line,) = read("people", region="Hol", age="80+", year=2040).lines
    expected = float(population.sel(region=HOL, year=2040, age=slice(80, None)).sum())
    assert line.values == pytest.approx([expected])
    (of_women,) = read("people", region=HOL, age="67-79", sex="kvinner", year=2040).lines
    expected = float(population.sel(region=HOL, year=2040, sex="female", age=slice(67, 79)).sum())
    assert of_women.values == pytest.approx([expected])


def test_an_area_is_one_line_and_the_sum_of_its_regions() -> None:
    need = result_of("hallingdal")["capacity/beds"]["need"].sel(resource="nursing_home")
    (area,) = read("beds", region="Hallingdal", resource="nursing_home").lines
    np.testing.assert_allclose(area.values, need.sum("region").values)
    (both,) = read("beds", resource="Langtidsplasser i sykehjem", region="all").lines
    np.testing.assert_array_equal(both.values, area.values)


def test_lines_of_an_axis_and_all_of_them_together_agree() -> None:
    reading = read("staff", region="Gol", year=2030)
    assert [line.parts["setting"] for line in reading.lines] == ["all"] * len(reading.lines)
    *each, total = (line.values[0] for line in reading.lines)
    assert total == pytest.approx(sum(each))
    by_region = read("people", by=["region"], age="80+", year=2035)
    assert len(by_region.lines) == 6
    assert read("people", age="80+", year=2035).lines[0].values[0] == pytest.approx(
        sum(line.values[0] for line in by_region.lines)
    )


def test_several_names_give_a_line_each() -> None:
    reading = read("contacts", region=["Hol", "Gol"], setting="inpatient", diagnosis="copd")
    assert [line.parts["region"] for line in reading.lines] == [HOL, "3324"]
    expected = result_of("hallingdal")["activity"]["contacts"].sel(
        region=HOL, setting="inpatient", diagnosis="copd"
    )
    np.testing.assert_array_equal(reading.lines[0].values, expected.values)


@pytest.mark.parametrize(
    ("result", "axis"),
    [("life_expectancy", "sex"), ("staff_gap", "profession"), ("peak", "region"),
     ("competence", "competence"), ("visitors", "season"), ("beds_gap", "resource")],
)  # fmt: skip
def test_what_does_not_add_up_has_a_line_for_each_part(result: str, axis: str) -> None:
    parts = {line.parts[axis] for line in read(result).lines}
    assert "all" not in parts
    assert len(parts) > 1


def test_a_sum_of_what_does_not_add_up_is_refused() -> None:
    with pytest.raises(UsageError, match="peak does not add up"):
        read("peak", region="all")
    with pytest.raises(UsageError, match="remaining_life_expectancy does not add up"):
        read("remaining_life_expectancy", age="80+")


def test_every_wrong_name_is_told_at_once_with_the_nearest() -> None:
    with pytest.raises(UsageError) as told:
        read("beds", region="Hool", sex="female", year=2050, resource="somatc")
    assert [problem.where for problem in told.value.problems] == [
        "--region", "--sex", "--year", "--resource",
    ]  # fmt: skip
    assert [problem.nearest for problem in told.value.problems] == ["Hol", None, None, "somatic"]
    with pytest.raises(UsageError, match="Did you mean 'beds'"):
        read("bed")
    with pytest.raises(UsageError, match="the run does not have this result"):
        read("site_contacts")
    with pytest.raises(UsageError, match="which is open"):
        read("people", age="80-105")


def test_intervals_are_those_of_the_draws_and_only_where_they_were_summarised(
    drawn: xr.DataTree,
) -> None:
    tree = drawn
    beds = tree["uncertainty/beds"].to_dataset()
    (line,) = read("beds", tree, region="Hol", resource="somatic", year=2040).lines
    assert line.sure is not None
    cell = beds.sel(region=HOL, resource="somatic", year=2040)
    assert line.sure.quantiles[0.9] == pytest.approx(
        [float(cell["quantile_value"].sel(quantile=0.9))]
    )
    (whole,) = read("staff", tree, profession="nurse", region="Hallingdal").lines
    assert whole.sure is not None
    nurses = tree["uncertainty/staff"].to_dataset().sel(region="all", profession="nurse")
    np.testing.assert_array_equal(whole.sure.mean, nurses["mean"].values)
    for unknown in (
        read("staff", tree, profession="nurse", setting="inpatient"),
        read("contacts", tree, diagnosis="copd", setting="inpatient"),
    ):
        assert all(one.sure is None for one in unknown.lines)
    (by_diagnosis,) = read("contacts", tree, diagnosis="copd", setting=[], by=["region"],
                           region="Hol", year=2040).lines[-1:]  # fmt: skip
    assert by_diagnosis.parts["setting"] == "all"
    assert by_diagnosis.sure is not None


def test_each_result_has_one_name_and_can_be_read() -> None:
    assert len(RESULT_NAMES) == sum(
        len(own) for group, own in VARIABLES.items() if group != "calibration"
    )
    assert set(ALSO_CALLED.values()) <= set(RESULT_NAMES)
    tree = result_of("hallingdal")
    present = {node.path.strip("/") for node in tree.subtree}
    for name, (group, variable) in RESULT_NAMES.items():
        if group in present and tree[group][variable].size:
            reading = read(name)
            assert reading_json(reading)["unit"] == VARIABLES[group][variable].unit
            assert reading_text(reading, {}, "nb", asked=name, all_years=False)


def test_what_may_add_is_a_question_of_unit_axis_and_what_it_is() -> None:
    assert may_add("population", "population", "age")
    assert not may_add("indicators", "total_fertility", "region")
    assert may_add("workforce/supply", "gap", "region")
    assert not may_add("workforce/supply", "gap", "profession")
    assert not may_add("capacity/beds", "served", "site")
    assert may_add("capacity/beds", "existing", "site")


def test_a_group_is_read_with_those_around_it_and_its_summaries() -> None:
    groups = groups_to_read("staff_gap", ["workforce", "workforce/supply"])
    assert groups == {"/workforce", "/workforce/supply", "/uncertainty/staff_gap"}


def test_tables_and_json_say_the_same(drawn: xr.DataTree) -> None:
    reading = read("beds_gap", drawn, year=2040)
    table = reading_table(reading)
    assert list(table.columns) == [
        "site", "resource", "year", "value", "mean", "p10", "p50", "p90", "above", "unit",
    ]  # fmt: skip
    told = [line for line in reading_json(reading)["lines"] if line["values"] != [None]]
    assert [line["values"][0] for line in told] == table["value"].tolist()
    assert [line["quantiles"]["0.1"][0] for line in told] == table["p10"].tolist()
    with pytest.raises(UsageError, match="no site that could have any"):
        read("rooms_gap", year=2040)


def test_capitals_do_not_matter_in_a_name() -> None:
    (one,) = read("staff", region="hol", profession="SYKEPLEIER", year=2030).lines
    (same,) = read("staff", region="Hol", profession="nurse", year=2030).lines
    assert one.parts == same.parts
    (area,) = read("people", region="hallingdal", age="80+").lines
    assert area.parts["region"] == "Hallingdal"


@given(st.text(max_size=8), st.lists(st.text(max_size=8), max_size=5))
def test_a_name_that_is_there_means_itself_alone(name: str, others: list[str]) -> None:
    assert same_names(name, [*others, name]) == [name]
    assert set(same_names(name, others)) <= set(others)


def test_regions_of_one_name_are_told_apart_by_their_codes() -> None:
    inputs = SimpleNamespace(
        nation=None,
        population=SimpleNamespace(region_names={"3114": "Våler", "3419": "Våler", "3330": "Hol"}),
    )
    assert region_names(cast("InputSet", inputs)) == {
        "3114": "Våler (3114)", "3419": "Våler (3419)", "3330": "Hol",
    }  # fmt: skip


def test_a_code_goes_before_an_area_and_an_area_before_a_region() -> None:
    known = regions_called({"1": "Ås", "2": "Nes"}, {"Ås": ("1", "2"), "2": ("1", "2")})
    assert known == {"Ås": ("1", "2"), "Nes": ("2",), "all": ("1", "2"), "1": ("1",), "2": ("2",)}
