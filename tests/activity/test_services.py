"""Activity as plain arrays: sums by kind and by diagnosis are those that one would write down."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from projector.activity.services import Services, planes
from projector.tables import DIAGNOSIS_KINDS, SETTINGS

KINDS = np.array(["somatic", "mental", "somatic", "addiction", "mental"], dtype=object)
NAMES = np.array(list("abcde"), dtype=object)
CHOSEN = st.lists(st.booleans(), min_size=len(KINDS), max_size=len(KINDS)).map(np.array)


def services() -> Services:
    generator = np.random.default_rng(3)
    shape = (4, 6, len(KINDS), len(SETTINGS))  # regions, years, diagnoses, settings
    amounts = {name: generator.uniform(0, 9, shape) for name in ("contacts", "bed_days")}
    return Services(amounts, NAMES, KINDS)


def test_kinds_are_sums_over_their_diagnoses() -> None:
    own = services()
    by_kind = own.by_kind("bed_days")
    for k, kind in enumerate(DIAGNOSIS_KINDS):
        expected = own.amounts["bed_days"][:, :, kind == KINDS].sum(axis=2)
        np.testing.assert_allclose(by_kind[..., k], expected)


@given(CHOSEN, st.integers(0, len(SETTINGS) - 1))
def test_some_diagnoses_in_a_setting_are_theirs_alone(chosen: np.ndarray, setting: int) -> None:
    own = services()
    found = own.in_setting("contacts", setting, chosen)
    there = own.amounts["contacts"][..., setting]
    for k, kind in enumerate(DIAGNOSIS_KINDS):
        expected = there[:, :, chosen & (kind == KINDS)].sum(axis=2)
        np.testing.assert_allclose(found[..., k], expected)
    np.testing.assert_allclose(
        own.of_diagnoses("contacts", chosen)[..., setting], found.sum(axis=-1)
    )


def test_what_is_added_to_a_sum_does_not_change_the_services() -> None:
    own = services()
    before = own.by_kind("contacts").copy()
    own.in_setting("contacts", 0, np.ones(len(KINDS), dtype=bool))[...] = -1.0
    np.testing.assert_array_equal(own.by_kind("contacts"), before)


def test_weights_are_of_each_diagnosis_and_setting() -> None:
    own, weights = services(), np.arange(float(len(KINDS) * len(SETTINGS))).reshape(len(KINDS), -1)
    weights[2] = 0.0
    expected = np.einsum("ryds,ds->rys", own.amounts["contacts"], weights)
    np.testing.assert_allclose(own.weighted("contacts", weights), expected)


def test_planes_have_years_and_places_side_by_side() -> None:
    found = planes(3, 2, years=5, places=4)
    assert found.shape == (4, 5, 3, 2)
    assert found[:, :, 1, 0].T.flags["C_CONTIGUOUS"]
