"""What a run tells while it goes on: a line for each stage, and of many draws how long is left."""

import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from projector.outputs.words import number, word

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from projector.outputs.words import Language

__all__ = ["RunProgress"]

_SECONDS_BETWEEN = 10.0
"""Between two lines about draws that go on, where nobody watches."""


class RunProgress:
    """Tells on standard error how far a run is.

    At a terminal draws have a bar with the time that is left, which goes when they are done; in a
    file or a pipe there is a line now and then instead.

    Parameters
    ----------
    language
        ``nb`` or ``en``.
    quiet
        Whether to tell nothing.
    """

    def __init__(self, language: "Language", *, quiet: bool = False) -> None:
        self._language, self._quiet = language, quiet
        self._started = self._told = time.perf_counter()
        self._watched = not quiet and sys.stderr.isatty()
        self._bar: Bar | None = None

    def stage(self, stage: str, facts: Mapping[str, object]) -> None:
        """A stage is done."""
        self.stop()
        if self._quiet:
            return
        seconds = number(time.perf_counter() - self._started, self._language, 1)
        done = str(facts.get("outcome", ""))
        did = word(f"did {stage} {done}".strip(), self._language, **facts)
        name = word(f"stage {stage}", self._language)
        click.echo(f"{seconds:>6} s  {name:<12} {did}", err=True)

    def draws_begin(self) -> None:
        """Draws are about to be made."""
        self._told = time.perf_counter()

    def draws(self, done: int, of: int) -> None:
        """So many draws are done, of so many."""
        if self._watched:
            self._draw_bar(done, of)
        elif time.perf_counter() - self._told >= _SECONDS_BETWEEN and done < of:
            self._told = time.perf_counter()
            self.stage("drawing", {"done": done, "draws": of})

    def _draw_bar(self, done: int, of: int) -> None:
        if self._bar is None:
            # Only when there is something to draw: the library takes time to load.
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

            self._bar = Progress(
                f"{'':>10}{word('stage draws', self._language):<12}",
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.add_task("", total=of, completed=0)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done, total=of)

    def stop(self) -> None:
        """Take the bar away, if there is one."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
