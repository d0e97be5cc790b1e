"""Run: the one ordered list of stages, and where each result comes from.

The package bears the name of its only task, so that ``projector.run(scenario)`` runs it
and ``projector.run`` stays the room that DESIGN.md draws.
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING

from projector.run.pipeline import Progress, silent, vocabulary
from projector.run.whole import run

if TYPE_CHECKING:
    import xarray

    from projector.scenario.models import Scenario

__all__ = ["run", "vocabulary"]


class _CallableRoom(ModuleType):
    """Importing this package binds ``projector.run`` to the module, so the module runs."""

    def __call__(
        self,
        scenario: "Scenario",
        *,
        progress: Progress = silent,
        workers: int = 1,
        cluster: str | None = None,
    ) -> "xarray.DataTree":
        return run(scenario, progress=progress, workers=workers, cluster=cluster)


sys.modules[__name__].__class__ = _CallableRoom
