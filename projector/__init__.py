"""Projector: who will live here, what will they need, what does that take, and who will staff it.

``projector.run(projector.load_scenario(path))`` gives an `xarray.DataTree` with
the groups ``population``, ``activity``, ``capacity`` and ``workforce``.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from projector.population import project
    from projector.run import run
    from projector.scenario import load_scenario

__all__ = ["__version__", "load_scenario", "project", "run"]

_HOMES = {
    "load_scenario": "projector.scenario",
    "project": "projector.population",
    "run": "projector.run",
}


def __getattr__(name: str) -> Any:
    """Import the public functions where they are first used: numpy and xarray are heavy."""
    if name not in _HOMES:
        raise AttributeError(f"module 'projector' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
