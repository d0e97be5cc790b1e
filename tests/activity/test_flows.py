"""Flows: which site treats whom."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given

from projector.errors import ConsistencyError
from tests.activity.lawful import few, lists_of_changes
from tests.activity.world import change, changed_views

HEADER = ["region", "kind", "diagnosis", "setting", "site", "share"]


def sites(folder: Path, *rows: tuple[object, ...]) -> dict[str, xr.Dataset]:
    return changed_views(folder, changed={"flows": pd.DataFrame(rows, columns=HEADER)})


@given(changes=lists_of_changes)
@few
def test_what_sites_treat_and_what_is_treated_elsewhere_is_all(
    tmp_path: Path, changes: list[dict[str, object]]
) -> None:
    found = changed_views(tmp_path, *changes)
    somewhere = [
        ("West", "*", "*", "*", "A", 0.75),
        ("West", "*", "*", "*", "B", 0.25),
        ("0003", "*", "*", "*", "B", 1.0),
    ]
    known = changed_views(
        tmp_path, *changes, changed={"flows": pd.DataFrame(somewhere, columns=HEADER)}
    )
    for amount in ("contacts", "bed_days"):
        elsewhere = found["activity"][amount].sum("region") - found["sites"][amount].sum("site")
        assert (elsewhere >= -1e-9).all()
        np.testing.assert_allclose(
            known["sites"][amount].sum("site"), known["activity"][amount].sum("region")
        )
    own = found["sites"]["own_coverage"]
    assert (((own >= 0) & (own <= 1 + 1e-12)) | own.isnull()).all()


def test_sites_treat_their_shares_and_the_most_specific_row_goes_first(tmp_path: Path) -> None:
    found = changed_views(tmp_path)
    stays = found["activity"]["contacts"].sel(setting="inpatient")
    at = found["sites"]["contacts"].sel(setting="inpatient")
    np.testing.assert_allclose(
        at.sel(site="A"), 0.8 * stays.sel(region=["0001", "0002"]).sum("region")
    )
    west, own = stays.sel(region="0002"), stays.sel(region="0003")
    hearts, lungs = {"diagnosis": "heart"}, {"diagnosis": "copd"}
    np.testing.assert_allclose(at.sel(site="B", **hearts), (0.1 * west + own).sel(hearts))
    np.testing.assert_allclose(at.sel(site="B", **lungs), (0.1 * west + 0.4 * own).sel(lungs))


@pytest.mark.parametrize("backwards", [False, True])
def test_region_goes_before_diagnosis_before_kind_before_setting(
    tmp_path: Path, backwards: bool
) -> None:
    rows = [
        ("West", "*", "heart", "*", "A", 0.1),
        ("West", "somatic", "*", "*", "A", 0.2),
        ("West", "*", "*", "inpatient", "A", 0.3),
        ("0002", "*", "*", "*", "A", 0.4),
    ]
    found = sites(tmp_path, *(reversed(rows) if backwards else rows))
    stays = found["activity"]["contacts"].sel(setting="inpatient")
    there = found["sites"]["contacts"].sel(setting="inpatient", site="A")
    for diagnosis, share in (("heart", 0.1), ("copd", 0.2)):
        one, other = (stays.sel(diagnosis=diagnosis, region=code) for code in ("0001", "0002"))
        np.testing.assert_allclose(there.sel(diagnosis=diagnosis), share * one + 0.4 * other)


def test_own_coverage_is_asked_where_the_region_is_served_and_flows_are_known(
    tmp_path: Path,
) -> None:
    own = changed_views(tmp_path)["sites"]["own_coverage"].isel(year=0)
    assert float(own.sel(region="0001", setting="inpatient")) == pytest.approx(0.8)
    assert float(own.sel(region="0001", setting="ambulatory")) == pytest.approx(0.5)
    assert bool(own.sel(region="0003", setting="ambulatory").isnull())
    assert bool(own.sel(setting="hotel").isnull().all())


@pytest.mark.parametrize("at_b", [0.0, 0.3])
def test_patients_shifted_to_municipal_care_are_where_flows_say_and_no_longer_in_hospital(
    tmp_path: Path, at_b: float
) -> None:
    """Those shifted to another hospital setting stay at their site."""
    rows = [
        ("West", "*", "*", "inpatient", "A", 0.8),
        *([("West", "*", "*", "municipal_acute", "B", at_b)] if at_b else []),
    ]
    flows = {"flows": pd.DataFrame(rows, columns=HEADER)}
    west = {"setting": "inpatient", "region": "West"}
    still = changed_views(tmp_path, changed=flows)
    for target, site, share in (("municipal_acute", "B", at_b), ("observation", "A", 0.8)):
        shifted = changed_views(
            tmp_path, change("shift", west, to=target, share=0.5, days=2), changed=flows
        )
        for amount in ("contacts", "bed_days"):
            more = (shifted["activity"][amount] - still["activity"][amount]).sel(setting=target)
            arrived = more.sum(("diagnosis", "region"))
            assert (arrived > 1).all()
            before, after = (
                found["sites"][amount].sel(setting=target).sum("diagnosis")
                for found in (still, shifted)
            )
            for there in before["site"].values.tolist():
                expected = share * arrived if there == site else 0.0 * arrived
                np.testing.assert_allclose((after - before).sel(site=there), expected, atol=1e-9)
    own = shifted["sites"]["own_coverage"].sel(setting="municipal_acute")
    assert bool(own.isnull().all()) == (at_b == 0)


def test_flows_of_regions_outside_the_run_make_no_site(tmp_path: Path) -> None:
    far = ("0009", "*", "*", "*", "Far", 0.5)
    assert "sites" not in sites(tmp_path, far)
    near = ("0001", "*", "*", "*", "A", 0.5)
    assert list(sites(tmp_path, far, near)["sites"]["site"].values) == ["A"]


def test_a_redirect_moves_contacts_bed_days_and_leaves_the_region_s_own(tmp_path: Path) -> None:
    before = changed_views(tmp_path)
    choice = change("redirect", {"site": "A", "setting": "inpatient"}, to_site="C", share=0.25)
    after = changed_views(tmp_path, choice)
    for amount in ("contacts", "bed_days"):
        stays = {"setting": "inpatient"}
        was, now = before["sites"][amount].sel(stays), after["sites"][amount].sel(stays)
        np.testing.assert_allclose(now.sel(site="A"), 0.75 * was.sel(site="A"))
        np.testing.assert_allclose(now.sel(site="C"), 0.25 * was.sel(site="A"))
    xr.testing.assert_allclose(after["activity"], before["activity"], rtol=1e-12)


def test_more_than_all_contacts_of_a_region_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConsistencyError) as caught:
        sites(
            tmp_path,
            ("West", "*", "*", "*", "A", 0.7),
            ("0002", "*", "copd", "*", "B", 0.4),
        )
    (problem,) = caught.value.problems
    assert problem.where == "table flows"
    assert problem.message == ("more than all contacts of region 0002 are treated: copd, inpatient")
    assert problem.found == "shares that sum to 1.1000"
