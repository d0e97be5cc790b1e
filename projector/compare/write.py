"""A comparison in a folder, whole or not at all."""

from collections.abc import Sequence
from pathlib import Path

from projector.compare.comparison import Comparison
from projector.compare.tables import comparison_tables
from projector.errors import Problem, UsageError
from projector.outputs.atomic import whole_folder
from projector.outputs.tidy import write_table

__all__ = ["PAGE_FILE", "refuse_comparison_target", "write_comparison"]

PAGE_FILE = "comparison.html"
_CSV_FOLDER = "csv"


def write_comparison(comparison: Comparison, target: Path, page: str | None) -> None:
    """Write a comparison.

    Parameters
    ----------
    comparison
        From `projector.compare.compare`.
    target
        The folder: ``csv/`` with the tables of `projector.compare.tables.comparison_tables`, and
        ``comparison.html``.
    page
        The page, from `projector.compare.page.comparison_page`; None writes none.

    Raises
    ------
    UsageError
        If the folder holds anything that no comparison has written; it would be lost.
    """
    refuse_comparison_target(target)
    with whole_folder(target) as folder:
        (folder / _CSV_FOLDER).mkdir()
        for name, table in comparison_tables(comparison):
            write_table(table, folder / _CSV_FOLDER / f"{name}.csv")
        if page is not None:
            (folder / PAGE_FILE).write_bytes(page.encode("utf-8"))


def refuse_comparison_target(target: Path, compared: Sequence[Path] = ()) -> None:
    """Refuse a folder whose place a comparison must not take.

    Parameters
    ----------
    target
        Where the comparison shall lie.
    compared
        What is compared.

    Raises
    ------
    UsageError
        If it holds files that no comparison has written, such as the results of a run, or is one
        of what is compared.
    """
    if not target.exists():
        return
    foreign = (
        sorted({path.name for path in target.iterdir()} - {_CSV_FOLDER, PAGE_FILE})
        if target.is_dir()
        else [target.name]
    )
    if target.resolve() in {path.resolve() for path in compared}:
        foreign = foreign or [target.name]
    if target.resolve() == Path.cwd() or target.is_mount() or foreign:
        raise UsageError(
            Problem(
                where=str(target),
                message="a comparison takes a folder's place, and this one holds something that "
                "no comparison has written",
                found=", ".join(foreign[:5]) + (" …" if len(foreign) > 5 else "") or None,
                expected="an empty folder, an earlier comparison, or a new name; see --output",
            )
        )
