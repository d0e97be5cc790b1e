"""Settings of all tests."""

from hypothesis import settings

# The machine is shared: how long an example takes says nothing about it.
settings.register_profile("projector", deadline=None, derandomize=True, max_examples=30)
settings.register_profile("many", deadline=None, max_examples=300)  # of `make test-slow`
settings.load_profile("projector")
