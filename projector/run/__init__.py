"""Run: the one ordered list of stages, and where each result comes from.

The package bears the name of its only task, so that ``projector.run(scenario)`` runs it
and ``projector.run`` stays the room that DESIGN.md draws.
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from projector.run.pipeline import STAGES, read_inputs, run

if TYPE_CHECKING:
    import xarray

__all__ = ["STAGES", "read_inputs", "run"]


class _CallableRoom(ModuleType):
    """Importing this package binds ``projector.run`` to the module, so the module runs."""

    def __call__(self, *arguments: Any, **options: Any) -> "xarray.DataTree":
        return run(*arguments, **options)


sys.modules[__name__].__class__ = _CallableRoom
