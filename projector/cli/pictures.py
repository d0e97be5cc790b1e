"""What every command that draws a picture asks of it."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from projector.errors import Problem, UsageError

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["question_name", "refuse_picture", "year_asked"]

_FORMATS = (".svg", ".png", ".pdf")


def refuse_picture(output: Path, command: str) -> None:
    """Refuse a picture that cannot be drawn.

    Parameters
    ----------
    output
        The picture to write.
    command
        The command that asks, for the message.

    Raises
    ------
    UsageError
        If the format is unknown, or matplotlib is not installed.
    """
    if output.suffix not in _FORMATS:
        raise UsageError(
            Problem(
                where=str(output),
                message="no such picture format",
                found=output.suffix or "no ending",
                expected=", ".join(_FORMATS),
            )
        )
    if find_spec("matplotlib") is None:
        raise UsageError(
            Problem(
                where=f"projector {command}",
                message="drawing needs the extra `report`",
                expected="pip install 'projector[report]'",
            )
        )


def question_name(path: Path, result: str, of: Sequence[str], regions: Sequence[str]) -> str:
    """A file name that says what was asked."""
    parts = [path.stem, result, *of, *regions]
    return "-".join("_".join(part.split()).replace("/", "_") for part in parts)


def year_asked(scenario: "Scenario", year: int | None) -> int:
    """The year that is asked about; the last where none is named.

    Raises
    ------
    UsageError
        If it is not one after the base year.
    """
    first, last = scenario.years.base + 1, scenario.years.end
    if year is not None and not first <= year <= last:
        raise UsageError(
            Problem(
                "--year", "the year is not one after the base year", str(year), f"{first} to {last}"
            )
        )
    return year or last
