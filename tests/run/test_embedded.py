"""The main job on the embedded inputs: laws between the stages, and published figures."""

import json
from pathlib import Path

import numpy as np
import pytest

import projector
from projector.outputs.summary import people_in, summary
from projector.scenario import load_scenario
from projector.tables import VARIABLES
from tests.embedded import SCENARIOS, result_of, result_with

HALLINGDAL = ["3320", "3322", "3324", "3326", "3328", "3330"]


def test_the_tree_has_the_groups_and_variables_of_the_contract() -> None:
    seen = set()
    for tree in (result_of("ahus"), result_of("hallingdal-beds")):
        groups = {node.path.removeprefix("/") for node in tree.subtree if node.data_vars}
        assert groups <= set(VARIABLES)
        for group in groups:
            for name, contract in VARIABLES[group].items():
                variable = tree[group][name]
                assert variable.dims == contract.dims
                assert variable.attrs["units"] == contract.unit
        seen |= groups
    assert seen == set(VARIABLES)
    assert list(result_of("hallingdal-beds")["population"]["region"].values) == HALLINGDAL


def test_the_published_number_of_people_is_the_base() -> None:
    """SSB 07459, 1 January 2026: 5 168 people of 65 and over in Hallingdal."""
    people = result_of("hallingdal")["population"]["population"].sel(year=2026)
    assert float(people.sel(age=slice(65, None)).sum()) == pytest.approx(5168)


def test_every_cell_balances_from_year_to_year() -> None:
    tree = result_of("ahus")["population"]
    people = tree["population"].values
    cohort = np.zeros_like(people[:, :-1])
    cohort[..., 1:] = people[:, :-1, :, :-1]
    cohort[..., -1] += people[:, :-1, :, -1]
    cohort[..., 0] = tree["births"].values[:, :-1]
    change = tree["net_migration"].values[:, :-1] - tree["deaths"].values[:, :-1]
    np.testing.assert_allclose(people[:, 1:], cohort + change, rtol=1e-12, atol=1e-9)


def test_the_nation_comes_close_to_the_official_projection() -> None:
    """SSB 2024, middle alternative: 5 749 712 in 2030; the base here is two years younger."""
    people = result_of("reference")["population"]["population"].sel(year=2030)
    assert float(people.sum()) == pytest.approx(5_749_712, rel=0.01)


def test_beds_at_the_planned_occupancy_hold_the_bed_days() -> None:
    tree = result_of("ahus")
    somatic = tree["activity"]["kind"].values == "somatic"
    bed_days = tree["activity"]["bed_days"].isel(diagnosis=somatic).sel(setting="inpatient")
    beds = tree["capacity/beds"]["need"]
    held = 0.85 * 365 * beds.sel(resource="somatic") + 0.75 * 365 * beds.sel(resource="intensive")
    np.testing.assert_allclose(held, bed_days.sum("diagnosis"), rtol=1e-12)


def test_small_units_are_sized_together_in_whole_beds() -> None:
    tree = result_of("hallingdal")["capacity/beds"]
    need = tree["need"].sel(resource="municipal_acute").sum("region")
    np.testing.assert_allclose(need, need.round(), atol=1e-9)
    site = tree.to_dataset().sel(site="Hallingdal sjukestugu", resource="municipal_acute")
    np.testing.assert_allclose(site["served"], need)
    np.testing.assert_allclose(site["gap"], site["served"] - site["existing"])


def test_a_site_without_a_resource_has_no_gap_in_it() -> None:
    site = result_of("hallingdal")["capacity/beds"].to_dataset().sel(site="Hallingdal sjukestugu")
    assert np.isnan(site["gap"].sel(resource="somatic")).all()


def test_a_site_that_also_serves_others_is_named_and_not_compared() -> None:
    tree = result_of("hallingdal")
    assert json.loads(tree.attrs["sites_left_out"]) == ["Ringerike sykehus"]
    assert list(tree["capacity/beds"]["site"].values) == ["Hallingdal sjukestugu"]


def test_staff_with_a_competence_are_some_of_their_profession() -> None:
    workforce = result_of("ahus")["workforce"]
    need = workforce["need"].sum("setting")
    for profession in np.unique(workforce["competence_profession"].values):
        own = workforce["competence_profession"].values == profession
        with_competence = workforce["competence_need"].isel(competence=own).sum("competence")
        assert (with_competence <= need.sel(profession=profession) * (1 + 1e-12)).all()


def test_a_region_is_the_same_alone_and_among_others(tmp_path: Path) -> None:
    path = tmp_path / "hol.yaml"
    path.write_text(
        f"scenario: Hol\nextends: {SCENARIOS / 'reference.yaml'}\nregions: [Hol]\n",
        encoding="utf-8",
    )
    alone = projector.run(load_scenario(path))
    among = result_of("hallingdal")
    for group, name in (("population", "population"), ("activity", "contacts")):
        np.testing.assert_allclose(
            alone[group][name].sel(region="3330"), among[group][name].sel(region="3330"), rtol=1e-12
        )


def test_the_changes_of_the_copd_scenario_do_what_they_say() -> None:
    before, after = result_of("hallingdal"), result_of("hallingdal-copd")
    np.testing.assert_array_equal(
        before["population"]["population"], after["population"]["population"]
    )
    stays = {"diagnosis": "copd", "setting": "inpatient"}
    less = before["activity"]["contacts"].sel(stays) - after["activity"]["contacts"].sel(stays)
    visits = {"diagnosis": "copd", "setting": "ambulatory"}
    more = after["activity"]["contacts"].sel(visits) - before["activity"]["contacts"].sel(visits)
    np.testing.assert_allclose(more, 12 * less, atol=1e-9)
    assert (less.sel(year=2040) > 0).all()
    existing = after["capacity/beds"]["existing"].sel(
        site="Hallingdal sjukestugu", resource="municipal_acute"
    )
    assert existing.sel(year=[2026, 2029, 2032, 2040]).values.tolist() == [3.0, 3.5, 4.0, 4.0]


def test_more_people_grow_old_than_today() -> None:
    oldest = people_in(result_of("hallingdal")["population"]["population"], "80+").sum("region")
    assert (np.diff(oldest.values) > 0).all()
    assert 1.4 < float(oldest[-1] / oldest[0]) < 1.8


def test_the_hospital_at_ringerike_is_found_again_in_2007() -> None:
    """Published: 12 197 stays, 47 211 and 27 198 consultations, 190 beds, 62 139 people."""
    tree = result_of("ringerike-2007")
    somatic = tree["activity"]["kind"].values == "somatic"
    contacts = tree["activity"]["contacts"].sel(year=2007).sum("region")
    assert float(tree["population"]["population"].sel(year=2007).sum()) == pytest.approx(62_139)
    assert float(contacts.sel(setting="inpatient")[somatic].sum()) == pytest.approx(
        12_197, rel=1e-4
    )
    clinic = contacts.sel(setting="outpatient")
    assert float(clinic[somatic].sum()) == pytest.approx(47_211, rel=1e-3)
    assert float(clinic[~somatic].sum()) == pytest.approx(27_198, rel=1e-3)
    beds = (
        tree["capacity/beds"]
        .to_dataset()
        .sel(site="Ringerike sykehus", resource="somatic", year=2007)
    )
    assert float(beds["served"]) == pytest.approx(190, rel=0.015)
    assert float(beds["existing"]) == 190


def test_visitors_stand_beside_the_people_in_the_table_that_is_printed(tmp_path: Path) -> None:
    seasons = "{winter: 26000, spring: 15000, summer: 24000, autumn: 15000}"
    tree = result_with(
        tmp_path, "hallingdal", population=f"{{visitors: {{Hallingdal: {seasons}}}}}"
    )
    people = {row.name: row.figures[0] for row in summary(tree, "en")[0].rows}
    assert people["Visitors in the busiest season"] == "26,000"
    mean = (90 * 26_000 + 92 * 15_000 + 92 * 24_000 + 91 * 15_000) / 365
    assert people["Visitors present, mean of the year"] == f"{mean:,.0f}"
    assert "Visitors in the busiest season" not in {
        row.name for row in summary(result_of("hallingdal"), "en")[0].rows
    }
