"""Patients at one site share its beds, wherever they live: what flows send where adds up."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from projector.capacity.erlang import STEADY
from projector.capacity.sizing import Sizer
from projector.errors import ConsistencyError, Problem
from tests.activity.world import REGIONS, YEARS
from tests.capacity import world
from tests.capacity.test_sites import TABLES, flows
from tests.capacity.world import activity, capacity, existing, sites

CARE = activity({**world.BED_DAYS, "inpatient": 3000.0})
EVERYBODY = [1.0, 1.0, 1.0]


def treated(**shares: list[float]) -> dict[str, xr.Dataset]:
    """What regions need, and what sites do of it, by the share of each region's stays."""
    by_site = {site: {"*": share} for site, share in shares.items()}
    return {"activity": CARE, "sites": world.at_sites(by_site, CARE)}


def test_a_site_that_flows_know_works_for_those_they_send(tmp_path: Path) -> None:
    result, _ = capacity(tmp_path, TABLES, treated(Hospital=[0.5, 0.4, 0.2]))
    somatic = result["beds"].sel(site="Hospital", resource="somatic")
    days = CARE["bed_days"].sel(setting="inpatient", diagnosis="heart")
    there = (days * np.array([0.5, 0.4, 0.2])[:, np.newaxis]).sum("region")
    np.testing.assert_allclose(somatic["served"], there / 365 / 0.85)
    np.testing.assert_allclose(somatic["utilisation"], there / 365 / 4)
    sickbay = result["beds"].sel(site="Sickbay", resource="municipal_acute")
    need = result["beds"]["need"].sel(region=REGIONS[:2], resource="municipal_acute")
    np.testing.assert_allclose(sickbay["served"], need.sum("region"))  # no flow knows it


TWO = TABLES | {
    "sites": sites(("Hospital", "All"), ("Ward", "0003")),
    "existing": existing(("Hospital", "somatic", 2026, 4), ("Ward", "somatic", 2026, 2)),
}


def test_two_sites_for_one_region_need_flows_that_divide_its_patients(tmp_path: Path) -> None:
    problem = world.refusal(tmp_path, TWO)
    assert problem.message == "both sites offer somatic to region 0003"
    own = world.refusal(tmp_path, TWO, existing={"Ward": {"somatic": 2}})
    assert own.found == "Hospital and Ward"
    assert "test.yaml:" in own.where
    halves = treated(Hospital=[1.0, 1.0, 0.5], Ward=[0.0, 0.0, 0.5])
    result, _ = capacity(tmp_path, TWO, halves)
    served = result["beds"]["served"].sel(resource="somatic")
    # The regions have a whole, a half and a third.
    np.testing.assert_allclose(
        served.sel(site="Hospital") * (1 / 6), served.sel(site="Ward") * (5 / 3)
    )


shares = st.lists(st.floats(0.01, 0.99), min_size=3, max_size=3)


@given(one=shares, other=shares, mental=shares, limit=st.sampled_from([0.01, 0.05, 0.2]))
@settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_what_regions_need_is_what_their_sites_need_and_what_is_elsewhere(
    one: list[float], other: list[float], mental: list[float], limit: float
) -> None:
    """Whatever the flows, and where they differ by diagnosis too: nothing is counted twice."""
    by_site = {
        "Hospital": {"*": one, "mental": mental},
        "Ward": {"heart": [(1 - a) * b for a, b in zip(one, other, strict=True)]},
    }
    found = world.at_sites(by_site, CARE)
    tables = {
        "sites": sites(("Hospital", "All"), ("Ward", "All")),
        "existing": existing(
            ("Hospital", "somatic", 2026, 4),
            ("Hospital", "mental_health", 2026, 4),
            ("Ward", "somatic", 2026, 2),
        ),
    }
    folder = Path(tempfile.mkdtemp())
    by_overflow, by_occupancy = (
        capacity(folder, tables, {"activity": CARE, "sites": found}, **how)[0]["beds"]
        for how in ({"overflow": {"inpatient": limit}}, {})
    )
    for resource, diagnosis, occupancy in (
        ("somatic", "heart", 0.85),
        ("mental_health", "mental", 0.9),
    ):
        of = {"setting": "inpatient", "diagnosis": diagnosis}
        away = CARE["bed_days"].sel(of).sum("region") - found["bed_days"].sel(of).sum("site")
        load = away.values / 365
        for beds, elsewhere in (
            (by_overflow, Sizer().beds(load, np.full(len(YEARS), limit), STEADY)),
            (by_occupancy, load / occupancy),
        ):
            served = beds["served"].sel(resource=resource).sum("site").values
            need = beds["need"].sel(resource=resource).sum("region")
            np.testing.assert_allclose(need, served + elsewhere)


def test_flows_of_the_body_say_nothing_of_the_mind(tmp_path: Path) -> None:
    """Where flows tell of somatic stays alone, psychiatry is that of those whom a site serves."""
    tables = {
        "sites": sites(("Hospital", "All")),
        "existing": existing(("Hospital", "mental_health", 2026, 4)),
    }
    found = world.at_sites({"Hospital": {"heart": EVERYBODY}}, CARE)
    result, _ = capacity(
        tmp_path, tables, {"activity": CARE, "sites": found}, overflow={"inpatient": 0.05}
    )
    mental = result["beds"].sel(resource="mental_health")
    np.testing.assert_allclose(mental["need"].sum("region"), mental["served"].sel(site="Hospital"))
    np.testing.assert_allclose(mental["served"], np.round(mental["served"]))


def test_regions_carry_the_beds_of_the_sites_that_treat_them(tmp_path: Path) -> None:
    """The third region is at a small ward, where it takes more beds for each patient."""
    apart = treated(Hospital=[1.0, 1.0, 0.0], Ward=[0.0, 0.0, 1.0])
    together = treated(Hospital=EVERYBODY)
    need = {}
    for name, care in (("apart", apart), ("together", together)):
        result, _ = capacity(tmp_path, {}, care, overflow={"somatic": 0.05})
        need[name] = result["beds"]["need"].sel(resource="somatic")
    assert (need["apart"].sel(region="0003") > need["together"].sel(region="0003")).all()
    for name, whole in need.items():
        total = whole.sum("region").values
        np.testing.assert_allclose(total, np.round(total), err_msg=name)
    load = CARE["bed_days"].sel(setting="inpatient", diagnosis="heart", region="0003") / 365
    alone = Sizer().beds(load.values, np.full(len(YEARS), 0.05), STEADY)
    np.testing.assert_allclose(need["apart"].sel(region="0003"), alone)


def refused(folder: Path, tables: dict[str, pd.DataFrame], care: dict[str, xr.Dataset]) -> Problem:
    with pytest.raises(ConsistencyError) as caught:
        capacity(folder, tables, care)
    (problem,) = caught.value.problems
    return problem


def test_a_site_that_no_flow_sends_to_does_not_do_the_work_of_another(tmp_path: Path) -> None:
    """Flows say that the patients of both sites go to the hospital."""
    two = TWO | {
        "existing": existing(("Ward", "somatic", 2026, 2)),
        "flows": flows(("All", "Hospital")),
    }
    problem = refused(tmp_path, two, treated(Hospital=EVERYBODY))
    assert problem.message == "no flow sends anybody to the somatic of Ward"
    assert problem.found == "flows of those it serves to Hospital"
    result, _ = capacity(tmp_path, two, treated(Hospital=[1, 1, 0.5], Ward=[0, 0, 0.5]))
    assert result["beds"]["served"].sel(site="Ward", resource="somatic").values.all()


def test_flows_that_are_silent_about_a_region_that_the_site_serves_are_refused(
    tmp_path: Path,
) -> None:
    """Nobody would have the patients of the third region, and everybody would think they had."""
    one = TABLES | {"existing": existing(("Hospital", "somatic", 2026, 4))}
    problem = refused(tmp_path, one, treated(Hospital=[1.0, 0.5, 0.0]))
    assert problem.message == (
        "flows send somebody to the somatic of Hospital, and no flow says where region 0003 is "
        "treated, which it serves"
    )
    assert problem.found == "flows of 0001, 0002"
    capacity(tmp_path, one, treated(Hospital=[1.0, 0.5, 0.0], Elsewhere=[0.0, 0.0, 0.2]))


def test_flows_of_one_region_do_not_divide_the_patients_of_another(tmp_path: Path) -> None:
    """Both sites are known to flows, and of the region that both serve no flow tells."""
    problem = world.refusal(tmp_path, TWO)
    assert "region 0003" in problem.message
    with pytest.raises(ConsistencyError) as caught:
        capacity(tmp_path, TWO, treated(Hospital=[1.0, 0.5, 0.0], Ward=[0.0, 0.1, 0.0]))
    assert "both sites offer somatic to region 0003" in str(caught.value)
