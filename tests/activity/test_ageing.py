"""Healthy ageing of many draws, against the use of each that is moved up in age."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from projector.activity.ageing import younger_profiles
from projector.activity.axes import Column
from projector.activity.ledger import Profile
from projector.scenario.models import HealthyAgeing

AGES, SEXES, YEARS, DRAWS = 12, 2, 3, 2
COLUMNS = (Column("heart", "inpatient", "elective"), Column("copd", "ambulatory", "elective"))
RATES = np.random.default_rng(3).uniform(0, 1, (len(COLUMNS), AGES, SEXES))


def at_age(rates: np.ndarray, younger: np.ndarray) -> np.ndarray:
    """Rates ``[age, sex]`` on the line between two ages, by NumPy."""
    ages = np.arange(AGES)
    each = [np.interp(ages - younger[:, x], ages, rates[:, x]) for x in range(SEXES)]
    return np.stack(each, axis=-1)


def of_whole_years(years: int) -> tuple[Profile, ...]:
    everybody = np.full((AGES, SEXES), float(years))
    moved = np.stack([at_age(rates, everybody) for rates in RATES]).reshape(len(COLUMNS), -1)
    contacts = np.broadcast_to(moved, (YEARS, *moved.shape))
    return (Profile(np.array([0]), contacts, contacts[:, :1], None),)


@given(
    younger=arrays(np.float64, (DRAWS * YEARS, AGES * SEXES), elements=st.floats(-2.5, 4.0)),
    diagnosis=st.sampled_from([("heart",), ("heart", "copd"), None]),
)
def test_the_profiles_of_all_draws_add_up_to_the_use_of_each(
    younger: np.ndarray, diagnosis: tuple[str, ...] | None
) -> None:
    healthy = HealthyAgeing.model_validate(
        {"share": "50 %", **({"diagnosis": list(diagnosis)} if diagnosis else {})}
    )
    profiles = younger_profiles(healthy, COLUMNS, younger, of_whole_years)
    for row, own in enumerate(younger):
        found = sum(
            profile.contacts[row % YEARS] * (1.0 if profile.weight is None else profile.weight[row])
            for profile in profiles
        )
        for column, rates in enumerate(RATES):
            concerned = diagnosis is None or COLUMNS[column].diagnosis in diagnosis
            expected = at_age(rates, own.reshape(AGES, SEXES)) if concerned else rates
            np.testing.assert_allclose(found[column], expected.ravel(), rtol=1e-12)
