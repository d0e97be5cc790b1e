"""Ways of drawing hospital areas: their figures, and the criteria they miss."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from projector.errors import ConsistencyError, Problem
from projector.run.area_criteria import area_findings
from projector.run.area_divisions import divisions, shared_regions
from projector.run.areas import area_figures, area_people, with_present
from projector.run.pipeline import read_inputs
from projector.scenario import AreaCriteria, Scenario, load_scenario
from projector.tables import DIAGNOSIS_KINDS, SETTINGS
from tests.activity.world import scenario
from tests.embedded import SCENARIOS, result_of

NAMES = {"030101": "Gamle Oslo", "030102": "Grünerløkka", "3330": "Hol"}
YEARS = [2026, 2030]
TREATED = {"A": [0.6, 0.5, 0.0], "B": [0.3, 0.3, 0.2]}
"""Share of each region's contacts at two sites."""


def members(name: str) -> list[str]:
    return {"Oslo": ["030101", "030102"]}.get(name, [name])


def world() -> xr.DataTree:
    """Three regions with 200 000, 180 000 and 150 000 people, a hundredth of them over 80.

    Of their stays in hospital a fifth is for mental illness, and of their beds a third; those
    are treated as the others are.
    """
    regions = {"region": list(NAMES), "year": YEARS}
    people = np.zeros((3, 2, 2, 106))
    people[:, :, :, 40] = 0.495 * np.array([200_000, 180_000, 150_000])[:, None, None]
    people[:, :, :, 85] = 0.005 * np.array([200_000, 180_000, 150_000])[:, None, None]
    services = np.zeros((3, 2, 2, len(SETTINGS)))
    stays = np.array([1000, 500, 100])[:, None, None] * np.array([0.8, 0.2])
    services[..., SETTINGS.index("inpatient")] = stays
    services[..., SETTINGS.index("nursing_home")] = 70
    beds = np.zeros((3, 2, len(SETTINGS), len(DIAGNOSIS_KINDS)))
    for kind, part in ((0, 2 / 3), (1, 1 / 3)):
        beds[:, :, SETTINGS.index("inpatient"), kind] = part * np.array([30, 21, 3])[:, None]
    treated = np.zeros((3, 2, 2, len(SETTINGS)))
    treated[..., SETTINGS.index("inpatient")] = (
        np.array(list(TREATED.values())).T * np.array([1000, 500, 100])[:, None]
    )[:, :, None]
    axes = ("region", "year", "diagnosis", "setting")
    settings = {"setting": list(SETTINGS)}
    return xr.DataTree.from_dict(
        {
            "population": xr.Dataset(
                {"population": (("region", "year", "sex", "age"), people)},
                coords=regions | {"sex": ["female", "male"], "age": np.arange(106)},
            ),
            "activity": xr.Dataset(
                {"contacts": (axes, services), "bed_days": (axes, 4 * services)},
                coords=regions
                | settings
                | {"diagnosis": ["heart", "mood"], "kind": ("diagnosis", ["somatic", "mental"])},
            ),
            "capacity/beds": xr.Dataset(
                {"need_by_kind": (("region", "year", "setting", "kind"), beds)},
                coords=regions | settings | {"kind": list(DIAGNOSIS_KINDS)},
            ),
            "sites": xr.Dataset(
                {
                    name: (("region", "site", "year", "setting"), part * treated)
                    for name, part in (("treated", 1.0), ("treated_psychiatry", 0.2))
                },
                coords=regions | settings | {"site": list(TREATED)},
            ),
        }
    )


SITES = pd.DataFrame({"site": ["A", "B"], "serves": ["Oslo", "3330"]})


def drawn(folder: Path, areas: Mapping[str, object], **more: object) -> Scenario:
    one = {"name": "One", "areas": areas, **more}
    size = {"fewest_people": 300_000, "most_people": 500_000}
    return scenario(folder, regions=list(NAMES), catchments=[one], area_criteria=size)


def areas_of(
    tree: xr.DataTree, written: Scenario, tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    return area_figures(tree, divisions(written, members, NAMES), members, tables, YEARS)


def figures(
    written: Scenario, tables: Mapping[str, pd.DataFrame] | None = None
) -> dict[tuple[str, str], float]:
    """Of 2030, by area and measure."""
    table = areas_of(world(), written, {"sites": SITES, **(tables or {})})
    last = table[table["year"] == 2030]
    return {
        (str(area), str(measure)): float(value)
        for area, measure, value in zip(last["area"], last["measure"], last["value"], strict=True)
    }


def missed(
    written: Scenario, more: Mapping[str, pd.DataFrame] | None = None
) -> set[tuple[str, str, str]]:
    tables = {"sites": SITES, **(more or {})}
    table = areas_of(world(), written, tables)
    drawn = divisions(written, members, NAMES)
    found = area_findings(table, drawn, members, tables, NAMES, written.area_criteria)
    return set(zip(found["area"], found["criterion"], found["detail"], strict=True))


def refused(written: Scenario) -> tuple[Problem, ...]:
    with pytest.raises(ConsistencyError) as caught:
        figures(written)
    return caught.value.problems


def test_an_area_is_the_sum_of_its_regions(tmp_path: Path) -> None:
    found = figures(drawn(tmp_path, {"City": "Oslo", "Valley": "3330"}))
    for area, expected in (
        ("City", [380_000, 3_800, 1500, 51]),
        ("Valley", [150_000, 1500, 100, 3]),
    ):
        measures = ("people", "people 80+", "hospital contacts", "hospital beds")
        assert [found[area, measure] for measure in measures] == pytest.approx(expected)
    assert found["City", "hospital bed days"] == pytest.approx(6000)  # nursing homes are not there


def test_own_coverage_is_what_the_sites_of_an_area_treat(tmp_path: Path) -> None:
    found = figures(drawn(tmp_path, {"City": "Oslo", "Valley": "3330"}))
    assert found["City", "own coverage"] == pytest.approx((600 + 250) / 1500)
    assert found["City", "treated at B"] == pytest.approx(0.3)
    assert found["City", "treated elsewhere"] == pytest.approx(1 - 0.3 - 850 / 1500)
    assert found["Valley", "own coverage"] == pytest.approx(0.2)
    together = figures(drawn(tmp_path, {"All": ["Oslo", "3330"]}))
    assert together["All", "own coverage"] == pytest.approx((850 + 450 + 20) / 1600)
    assert found["Valley", "treated at A"] == 0


def test_where_no_flow_tells_there_is_no_own_coverage(tmp_path: Path) -> None:
    """Nobody knows where the people of Hol are treated: that is not nought per cent."""
    tree = world()
    for name in ("treated", "treated_psychiatry"):
        tree["sites"][name].loc[{"region": "3330"}] = 0.0
    alone = drawn(tmp_path, {"City": "Oslo", "Valley": "3330"})
    table = areas_of(tree, alone, {"sites": SITES})
    told = table[table["measure"].isin(["own coverage", "treated elsewhere"])]
    assert set(told["area"]) == {"City"}
    both = drawn(tmp_path, {"All": ["Oslo", "3330"]})
    table = areas_of(tree, both, {"sites": SITES})
    own = table[table["measure"] == "own coverage"]["value"]
    assert own.to_numpy() == pytest.approx((900 + 400) / 1500)


def test_a_site_stands_where_the_table_says(tmp_path: Path) -> None:
    here = {"sites": SITES.assign(region=["3330", None])}
    found = figures(drawn(tmp_path, {"City": "Oslo", "Valley": "3330"}), here)
    assert found["City", "own coverage"] == 0
    assert found["Valley", "own coverage"] == pytest.approx(0.2)


TRAVEL = pd.DataFrame(
    [("030101", "A", 10.0), ("030101", "B", 90.0), ("030102", "A", 30.0), ("030102", "B", 20.0)],
    columns=["region", "site", "minutes"],
)


def test_travel_is_to_the_nearest_hospital_of_the_area_by_people(tmp_path: Path) -> None:
    two = drawn(tmp_path, {"City": "Oslo", "Valley": "3330"})
    found = figures(two, {"travel": TRAVEL})
    mean = (200 * 10 + 180 * 30) / 380
    assert found["City", "mean travel"] == pytest.approx(mean)  # B is nearer, and not theirs
    assert found["City", "longest travel"] == 30
    assert ("Valley", "mean travel") not in found
    together = figures(drawn(tmp_path, {"All": ["Oslo", "3330"]}), {"travel": TRAVEL})
    assert together["All", "mean travel"] == pytest.approx((200 * 10 + 180 * 20) / 380)
    told = {one for one in missed(two, {"travel": TRAVEL}) if "travel" in one[1]}
    assert told == {
        ("City", "travel", "Grünerløkka: B 20, A 30"),
        ("Valley", "travel unknown", "Hol"),
    }


def test_an_area_has_as_many_people_as_the_scenario_says(tmp_path: Path) -> None:
    assert not missed(drawn(tmp_path, {"City": "Oslo"})) - {("–", "outside", "Hol")}
    small = missed(drawn(tmp_path, {"City": "Oslo", "Valley": "3330"}))
    assert small == {("Valley", "small", "2026, 2030")}
    assert missed(drawn(tmp_path, {"All": ["Oslo", "3330"]})) == {("All", "large", "2026, 2030")}
    unsaid = AreaCriteria(most_people=500_000)
    own = drawn(tmp_path, {"City": "Oslo", "Valley": "3330"})
    assert not missed(own.model_copy(update={"area_criteria": unsaid}))


def test_a_municipality_whose_districts_go_apart_is_divided(tmp_path: Path) -> None:
    found = missed(drawn(tmp_path, {"East": "030101", "West": ["030102", "3330"]}))
    assert ("East", "divided", "Gamle Oslo, Grünerløkka") in found


def test_psychiatry_that_goes_elsewhere_is_told_by_region(tmp_path: Path) -> None:
    areas = {"City": "Oslo", "Valley": "3330"}
    elsewhere = drawn(tmp_path, areas, psychiatry={"City": ["030101", "3330"]})
    found = {one for one in missed(elsewhere) if one[1] == "psychiatry"}
    assert found == {
        ("City", "psychiatry", "Grünerløkka: –"),
        ("Valley", "psychiatry", "Hol: City"),
    }
    assert "psychiatry" not in {one[1] for one in missed(drawn(tmp_path, areas))}


AREAS = {"City": "Oslo", "Valley": "3330"}
TO_THE_CITY = {"City": ["030101", "030102", "3330"]}


def test_psychiatry_is_of_those_whose_psychiatry_the_area_has(tmp_path: Path) -> None:
    """Mental health of Hol goes to the city; body and beds stay in the valley."""
    found = figures(drawn(tmp_path, AREAS, psychiatry=TO_THE_CITY))
    assert found["City", "people"] == pytest.approx(380_000)
    assert found["City", "psychiatry people"] == pytest.approx(530_000)
    assert found["City", "hospital contacts"] == pytest.approx(1500 + 20)
    assert found["Valley", "hospital contacts"] == pytest.approx(80)
    assert found["City", "psychiatry contacts"] == pytest.approx(300 + 20)
    assert found["City", "hospital bed days"] == pytest.approx(4 * 1520)
    assert found["City", "hospital beds"] == pytest.approx(51 + 1)
    assert (found["Valley", "hospital beds"], found["Valley", "psychiatry beds"]) == (2, 0)
    assert ("Valley", "psychiatry people") not in found


def test_own_coverage_in_psychiatry_is_of_sites_among_its_own_regions(tmp_path: Path) -> None:
    """Hol's patients at B are the city's in psychiatry, and so is B."""
    found = figures(drawn(tmp_path, AREAS, psychiatry=TO_THE_CITY))
    mental = 0.2 * (1000 * (0.6 + 0.3) + 500 * (0.5 + 0.3) + 100 * 0.2)
    somatic = 0.8 * (1000 * 0.6 + 500 * 0.5)
    assert found["City", "psychiatry own coverage"] == pytest.approx(mental / (0.2 * 1600))
    assert found["City", "own coverage"] == pytest.approx((mental + somatic) / (1200 + 320))
    assert found["Valley", "own coverage"] == pytest.approx(0.2)
    assert ("Valley", "psychiatry own coverage") not in found


def test_an_area_of_psychiatry_alone_has_no_people_of_its_own(tmp_path: Path) -> None:
    mental = {"Asylum": ["030101", "030102", "3330"]}
    found = figures(drawn(tmp_path, AREAS, psychiatry=mental))
    assert ("Asylum", "people") not in found
    assert found["Asylum", "hospital beds"] == found["Asylum", "psychiatry beds"] == 18
    assert found["City", "hospital beds"] == pytest.approx(34)


def beside(folder: Path, **alternative: object) -> pd.DataFrame:
    """Figures of 2030 of an alternative, beside those of the present division."""
    today = {"name": "Today", "present": True, "areas": AREAS}
    written = scenario(
        folder, regions=list(NAMES), catchments=[today, {"name": "Other", **alternative}]
    )
    table = areas_of(world(), written, {"sites": SITES})
    assert not (table["value"].isna()).any()
    compared = with_present(
        table, divisions(written, members, NAMES), area_people(world(), YEARS[0])
    )
    assert compared[compared["alternative"] == "Today"]["difference"].isna().all()
    return (
        compared[compared["year"] == 2030]
        .set_index(["alternative", "area", "measure"])
        .sort_index()
    )


def test_an_area_is_compared_with_that_of_its_name_or_of_most_of_its_people(
    tmp_path: Path,
) -> None:
    table = beside(tmp_path, areas={"Valley": ["3330", "030102"], "Centre": "030101"})
    valley, centre = (table.loc["Other", name] for name in ("Valley", "Centre"))
    assert set(valley["present_area"].dropna()) == {"Valley"}  # though most are from the city
    assert set(centre["present_area"].dropna()) == {"City"}
    for measure, before, difference in (
        ("people", 150_000, 180_000),
        ("hospital contacts", 100, 500),
        ("hospital bed days", 400, 2000),
        ("hospital beds", 3, 21),
        ("psychiatry beds", 1, 7),
        ("own coverage", 0.2, (20 + 150) / 600 - 0.2),
    ):
        assert valley.loc[measure, "before"] == pytest.approx(before)
        assert valley.loc[measure, "difference"] == pytest.approx(difference)
    assert centre.loc["people", "difference"] == pytest.approx(-180_000)
    assert valley.loc["people from City", "value"] == pytest.approx(180_000)
    assert valley.loc["people from Valley", "value"] == pytest.approx(150_000)


def test_differences_of_everybody_sum_to_nought(tmp_path: Path) -> None:
    """What one area has more of, another has less of: here the areas keep their names."""
    table = beside(tmp_path, areas={"Valley": ["3330", "030102"], "City": "030101"})
    other = table.loc["Other"].reset_index()
    for measure in ("people", "people 80+", "hospital contacts", "hospital beds"):
        moved = other[other["measure"] == measure]["difference"]
        assert moved.abs().sum() > 0
        assert moved.sum() == pytest.approx(0)


def test_psychiatry_alone_moves_the_figures_of_an_area_that_keeps_its_people(
    tmp_path: Path,
) -> None:
    table = beside(tmp_path, areas=AREAS, psychiatry=TO_THE_CITY)
    city = table.loc["Other", "City"]["difference"]
    assert city["people"] == 0
    assert city["hospital beds"] == pytest.approx(1)
    assert city["psychiatry people"] == pytest.approx(150_000)


def test_without_a_present_division_nothing_is_compared(tmp_path: Path) -> None:
    written = drawn(tmp_path, AREAS)
    table = areas_of(world(), written, {"sites": SITES})
    compared = with_present(
        table, divisions(written, members, NAMES), area_people(world(), YEARS[0])
    )
    assert compared[["present_area", "before", "difference"]].isna().all(axis=None)
    assert not table["measure"].str.startswith("people from").any()


@pytest.mark.parametrize("key", ["areas", "psychiatry"])
def test_a_region_in_two_areas_is_refused_where_it_is_written(tmp_path: Path, key: str) -> None:
    twice = {"City": "Oslo", "Valley": ["3330", "030102"]}
    written = {"areas": {"City": "Oslo", "Valley": "3330"}, key: twice}
    (problem,) = shared_regions(drawn(tmp_path, **written), members)  # type: ignore[arg-type]
    assert problem.message == "'One' puts region 030102 in two areas"
    assert problem.found == "City and Valley"
    assert "test.yaml:" in problem.where


def test_a_run_refuses_a_region_in_two_areas_that_the_inputs_open(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        f"scenario: Own\nextends: {SCENARIOS / 'hallingdal.yaml'}\n"
        "catchments: [{name: One, areas: {Valley: Hallingdal, Rest: Gol}}]\n",
        encoding="utf-8",
    )
    with pytest.raises(ConsistencyError, match="puts region 3324 in two areas"):
        read_inputs(load_scenario(path))


def test_a_region_that_is_not_projected_is_refused(tmp_path: Path) -> None:
    (problem,) = refused(drawn(tmp_path, {"City": ["Oslo", "0001"]}))
    assert problem.message == "region 0001 of City is not in the run"


@cache
def capital() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Figures and findings of the proposal of 2007 and its alternative."""
    written = load_scenario(SCENARIOS / "capital-region-2007.yaml")
    inputs, tree = read_inputs(written), result_of("capital-region-2007")
    names = {str(code): str(code) for code in tree["population"]["region"].values}
    ways = divisions(written, inputs.members, names)
    table = area_figures(tree, ways, inputs.members, inputs.tables, [2007, 2030])
    criteria = written.area_criteria
    assert (criteria.fewest_people, criteria.most_people) == (300_000, 500_000)
    return table, area_findings(table, ways, inputs.members, inputs.tables, names, criteria)


def test_the_capital_region_has_the_people_that_the_proposal_prints() -> None:
    table, _ = capital()
    people = table[(table["measure"] == "people") & (table["year"] == 2007)]
    of = people.set_index(["alternative", "area"])["value"]
    for area, printed in (("Oslo", 500_000), ("Akershus", 400_000), ("Vestre Viken", 460_000)):
        assert of["Forslaget", area] == pytest.approx(printed, rel=0.004)
    assert of["Follo til Østfold", "Østfold med Follo"] == pytest.approx(380_000, rel=0.004)
    assert of["Forslaget"].sum() == pytest.approx(of["Follo til Østfold"].sum())


def test_the_capital_region_misses_the_criteria_that_its_sizes_miss() -> None:
    _, found = capital()
    keys = set(zip(found["alternative"], found["area"], found["criterion"], strict=True))
    assert ("Forslaget", "Østfold", "small") in keys  # 270 000, and why Follo might move
    assert ("Follo til Østfold", "Østfold med Follo", "small") not in keys
    assert ("Follo til Østfold", "Akershus uten Follo", "small") in keys
    assert ("Follo til Østfold", "Østfold med Follo", "travel") in keys
    assert set(found["criterion"]) <= {"small", "large", "travel"}


def test_people_who_move_to_another_area_are_treated_where_they_were() -> None:
    """The flows are those of the proposal, so Follo's patients still go to Ahus."""
    table, _ = capital()
    own = table[(table["measure"] == "own coverage") & (table["year"] == 2030)]
    of = own.set_index(["alternative", "area"])["value"]
    assert of["Forslaget", "Østfold"] == pytest.approx(0.85)
    assert 0.5 < of["Follo til Østfold", "Østfold med Follo"] < 0.7
