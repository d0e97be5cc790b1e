"""Input sets that are written: whole or not at all, with where everything is from."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from projector.errors import Problem, ProjectorError, UsageError
from projector.inputs.input_set import load_inputs
from projector.outputs.atomic import whole_folder
from projector.tables import INPUT_TABLES

__all__ = ["SOURCES", "refuse_set", "required_tables", "table_files", "write_set"]

SOURCES = "SOURCES.md"
_ENDINGS = (".csv", ".csv.gz", ".json", ".nc")


def table_files(folder: Path) -> dict[str, Path]:
    """The files of the tables of a set, by table."""
    found = {}
    for name in INPUT_TABLES:
        for ending in _ENDINGS:
            path = folder / f"{name}{ending}"
            if path.is_file():
                found[name] = path
    return found


def refuse_set(target: Path, *, replace: bool) -> None:
    """Refuse to write where something is that was not asked to be replaced.

    Raises
    ------
    UsageError
        If the folder is there and is not to be replaced, or does not look like an input set.
    """
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not target.is_dir() or not (table_files(target) or (target / SOURCES).is_file()):
        raise UsageError(
            Problem(str(target), "there is something else", expected="a new name for the set")
        )
    if not replace:
        message = "the set is there already"
        raise UsageError(
            Problem(str(target), message, expected="another name, or --replace to write it anew")
        )


def write_set(
    target: Path,
    files: Mapping[str, bytes],
    sources: Callable[[Sequence[str]], str],
    *,
    base: Path | None,
    checked: bool,
) -> list[str]:
    """Write a set beside its place, check it, and put it there.

    Parameters
    ----------
    target
        The folder of the set. What it held stays until the new one is whole.
    files
        Content by name, such as ``population.csv`` or ``published/x.csv``.
    sources
        What ``SOURCES.md`` says, told from the tables that are taken from the base.
    base
        A set whose other tables are taken; None for none. It may be `target` itself.
    checked
        Whether the set is read and checked as a run would.

    Returns
    -------
    list of str
        Tables taken from the base.

    Raises
    ------
    InputsError
        If the set would not be sound; told by the name of the set. Nothing is written then.
    """
    taken = []
    with whole_folder(target) as folder:
        if base is not None:
            written = {Path(name).name.split(".")[0] for name in files if "/" not in name}
            for path in sorted(base.rglob("*")):
                inside = path.relative_to(base)
                if not path.is_file() or path.name.startswith("."):
                    continue
                table = inside.name.split(".")[0]
                if len(inside.parts) == 1 and table in written and table in INPUT_TABLES:
                    continue
                if base.resolve() != target.resolve():
                    if len(inside.parts) > 1:
                        continue
                    if inside.name == SOURCES:
                        inside = Path(f"SOURCES.{base.name}.md")
                if table in INPUT_TABLES and len(inside.parts) == 1:
                    taken.append(table)
                copy = folder / inside
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        (folder / SOURCES).write_text(sources(taken), encoding="utf-8")
        if checked:
            _check(folder, target)
    return taken


def _check(folder: Path, target: Path) -> None:
    """Read a set as a run does; faults are told by the name that the set will have."""
    try:
        load_inputs(folder, {})
    except ProjectorError as error:
        raise type(error)(
            [_named(problem, folder, target) for problem in error.problems]
        ) from error


def _named(problem: Problem, folder: Path, target: Path) -> Problem:
    def said(text: str | None) -> str | None:
        if text is None:
            return None
        return text.replace(str(folder), str(target)).replace(folder.name, target.name)

    return Problem(
        said(problem.where) or "",
        said(problem.message) or "",
        said(problem.found),
        said(problem.expected),
        problem.nearest,
    )


def required_tables(there: Sequence[str]) -> list[str]:
    """The tables that a set must have and does not."""
    return [name for name, table in INPUT_TABLES.items() if table.required and name not in there]
