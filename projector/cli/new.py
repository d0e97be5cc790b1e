"""``projector new``: a working folder with everything a first scenario needs."""

import shutil
from importlib.metadata import files
from pathlib import Path

import click

from projector.errors import Problem, UsageError

__all__ = ["home_of_examples", "lay_out"]

_PARTS = (
    "scenarios",
    "inputs/case-areas",
    "inputs/hallingdal",
    "inputs/capital-region",
    "scenario.schema.json",
)


def lay_out(folder: Path) -> None:
    """Copy the example scenarios, their inputs and the editor schema into a new folder.

    Parameters
    ----------
    folder
        Must be empty or not there yet.

    Raises
    ------
    UsageError
        If something lies in the folder already.
    """
    home = home_of_examples()
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            Problem(
                where=str(folder),
                message="the folder is not empty",
                found=", ".join(sorted(path.name for path in folder.iterdir())[:5]),
                expected="a new name, or an empty folder",
            )
        )
    for part in _PARTS:
        source, target = home / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(
                source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("published")
            )
        else:
            shutil.copyfile(source, target)
    click.echo(f"{folder}: ready. Try\n\n  cd {folder}\n  projector run scenarios/hallingdal.yaml")


def home_of_examples() -> Path:
    """The checkout where the program runs from one, or where the installer put the examples."""
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / _PARTS[1]).is_dir():
        return checkout
    for file in files("projector") or ():
        if file.name == _PARTS[-1]:
            return Path(str(file.locate())).resolve().parent
    raise UsageError(
        Problem(
            where="projector new",
            message="the examples were not installed with the program",
            expected="an installation by pip, or a checkout",
        )
    )
