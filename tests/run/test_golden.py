"""The embedded scenarios give the figures that were accepted; `make golden` accepts new ones."""

import pytest

from tests.golden import GOLDEN_SCENARIOS, figures, read_golden


@pytest.mark.parametrize("name", GOLDEN_SCENARIOS)
def test_figures_are_those_that_were_accepted(name: str) -> None:
    now, accepted = figures(name), read_golden(name)
    assert list(now) == list(accepted)
    changed = {
        key: (accepted[key], value)
        for key, value in now.items()
        if value != pytest.approx(accepted[key], rel=1e-8, abs=1e-8)
    }
    assert not changed
