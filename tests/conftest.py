"""Settings of all tests."""

import gc
import os
from functools import cache

import pytest
from hypothesis import settings

from projector.capacity import sizing
from projector.inputs import composite_link, input_set
from projector.population import calibrate, fertility
from tests import embedded

# The machine is shared: how long an example takes says nothing about it.
settings.register_profile("projector", deadline=None, derandomize=True, max_examples=20)
settings.register_profile("many", deadline=None, max_examples=300)  # of `make test-slow`
settings.load_profile("projector")


# A process walks one scenario or few; tests walk many, back and forth between the same tables.
for room in (composite_link, calibrate, fertility):
    room.LATELY.most = 16
tables_of_beds = sizing.most_present = cache(sizing.most_present)
input_set.read_table = embedded.table_once
input_set.read_population = embedded.people_once


@pytest.fixture(scope="module", autouse=True)
def tables_of_beds_of_this_module() -> None:
    """What a test finds in a table, or reckons, depends on no other module."""
    tables_of_beds.cache_clear()


def pytest_collection_finish() -> None:
    """Keep the collector of garbage from walking through all tests over and over."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def shared_results(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Results of shipped scenarios are made by one of the processes that run tests for all."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        embedded.SHARED.append(tmp_path_factory.getbasetemp().parent)
