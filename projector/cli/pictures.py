"""What every command that draws a picture asks of it."""

from importlib.util import find_spec
from pathlib import Path

from projector.errors import Problem, UsageError

__all__ = ["refuse_picture"]

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
