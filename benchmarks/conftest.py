"""Settings of all benchmarks."""

import pytest


@pytest.fixture(scope="session")
def timed(pytestconfig: pytest.Config) -> bool:
    """Whether benchmarks are timed; if not they run once, on little, to see that they work."""
    disabled: bool = pytestconfig.getoption("benchmark_disable")
    enabled: bool = pytestconfig.getoption("benchmark_enable")
    return enabled or not disabled
