"""Settings of all tests."""

import os

import pytest
from hypothesis import settings

from tests import embedded

# The machine is shared: how long an example takes says nothing about it.
settings.register_profile("projector", deadline=None, derandomize=True, max_examples=30)
settings.register_profile("many", deadline=None, max_examples=300)  # of `make test-slow`
settings.load_profile("projector")


@pytest.fixture(scope="session", autouse=True)
def shared_results(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Results of shipped scenarios are made by one of the processes that run tests for all."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        embedded.SHARED.append(tmp_path_factory.getbasetemp().parent)
