"""Areas that a scenario draws stand wherever a region may."""

import pytest

from projector.errors import ConsistencyError
from projector.run.pipeline import read_inputs
from tests.embedded import result_with, scenario_with


def test_an_area_of_the_scenario_may_be_projected_and_selected(tmp_path):
    tree = result_with(
        tmp_path,
        "hallingdal",
        areas="{Øvre Hallingdal: [Hol, '3328'], Dalen: [Øvre Hallingdal, Gol]}",
        regions="[Dalen]",
        activity="{growth: {copd: {annual: 9 %, region: Øvre Hallingdal}}}",
    )
    copd = tree["activity"]["contacts"].sel(diagnosis="copd", setting="inpatient")
    grown = (copd.sel(year=2040) / copd.sel(year=2026)).to_series().to_dict()
    assert list(grown) == ["3330", "3328", "3324"]
    assert min(grown["3330"], grown["3328"]) > 1.09**14 > 2 * grown["3324"]


def test_an_area_of_the_scenario_takes_the_place_of_one_of_the_inputs(tmp_path):
    scenario = scenario_with(
        tmp_path, "hallingdal", areas="{Hallingdal: [Hol, Ål]}", regions="[Hallingdal]"
    )
    assert read_inputs(scenario).members("Hallingdal") == ("3330", "3328")


def test_a_circle_by_way_of_the_inputs_is_told_at_its_line(tmp_path):
    scenario = scenario_with(
        tmp_path, "hallingdal", areas="{Hallingdal: [Ringerike sykehusområde]}"
    )
    with pytest.raises(ConsistencyError, match=r"\.yaml:\d+:\d+: .*cannot hold itself"):
        read_inputs(scenario)
