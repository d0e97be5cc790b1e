"""Views: parts of all contacts, none of them twice."""

from pathlib import Path

import numpy as np
import xarray as xr
from hypothesis import given

from projector.tables import check_dataset
from tests.activity.lawful import few, lists_of_changes
from tests.activity.world import changed_views, optional_tables, population


@given(changes=lists_of_changes)
@few
def test_readmissions_are_acute_stays_and_acute_contacts_are_contacts(
    tmp_path: Path, changes: list[dict[str, object]]
) -> None:
    activity = changed_views(tmp_path, *changes)["activity"]
    acute_stays = activity["acute"].sel(setting="inpatient")
    assert (activity["readmissions"] <= acute_stays * (1 + 1e-12)).all()
    assert (activity["acute"] <= activity["contacts"] * (1 + 1e-12)).all()


@given(changes=lists_of_changes)
@few
def test_priority_groups_part_all_contacts_and_bed_days(
    tmp_path: Path, changes: list[dict[str, object]]
) -> None:
    found = changed_views(tmp_path, *changes)
    for amount in ("contacts", "bed_days"):
        np.testing.assert_allclose(
            found["priority"][amount].sum("group"), found["activity"][amount].sum("diagnosis")
        )


def test_a_contact_is_in_the_first_group_that_has_it(tmp_path: Path) -> None:
    found = changed_views(tmp_path)["priority"]["contacts"].sel(region="0003", year=2026)
    assert list(found["group"].values) == ["frail", "young", "lungs", "other"]
    people = population()["population"].sel(region="0003", year=2026).sum("sex")
    old, very_old = people[65:80].sum(), people[80:].sum()
    children, adults = people[:25].sum(), people[25:65].sum()
    expected = [0.15 * very_old, 0.011 * children, 0.001 * adults + 0.05 * old]
    expected.append(0.01 * adults + 0.1 * old)
    np.testing.assert_allclose(found.sel(setting="inpatient"), expected)


def test_the_order_of_the_groups_is_that_of_their_numbers(tmp_path: Path) -> None:
    rows = optional_tables()["priority_groups"].iloc[::-1]
    backwards = changed_views(tmp_path, changed={"priority_groups": rows})
    xr.testing.assert_allclose(
        backwards["priority"], changed_views(tmp_path)["priority"], rtol=1e-12
    )


def test_the_views_are_what_the_contracts_say(tmp_path: Path) -> None:
    for name, dataset in changed_views(tmp_path).items():
        checked = check_dataset(name, dataset)
        assert set(checked.data_vars) == set(dataset.data_vars)


def test_days_after_readiness_are_their_share_of_the_bed_days(tmp_path: Path) -> None:
    activity = changed_views(tmp_path)["activity"].sel(region="0003", diagnosis="copd")
    people = population()["population"].sel(region="0003").sum("sex")
    young, old, very_old = (
        people.sel(age=slice(first, last)).sum("age")
        for first, last in ((0, 64), (65, 79), (80, None))
    )
    expected = 0.04 * (0.001 * 4 * young + 0.05 * 5.5 * old) + 0.15 * 0.05 * 5.5 * very_old
    np.testing.assert_allclose(activity["ready_days"], expected)
