"""Settings of all tests."""

from hypothesis import settings

# The machine is shared: how long an example takes says nothing about it.
settings.register_profile("projector", deadline=None, derandomize=True)
settings.load_profile("projector")
