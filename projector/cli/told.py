"""What commands tell scripts: JSON alone on standard output, with keys that stay."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from projector.errors import Problem, ProjectorError

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

__all__ = ["asks_for_json", "checks_told", "json_option", "problems_told", "run_told"]

_META = "projector.json"
_MAIN = ("people", "beds", "places", "rooms", "staff", "staff_gap")
"""The results in the summary of a run."""


def json_option(command: Callable[..., None]) -> Callable[..., None]:
    """The option ``--json``: faults are then told as JSON too."""

    def remember(ctx: click.Context, _: click.Parameter, value: bool) -> bool:
        ctx.meta[_META] = value
        return value

    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        is_eager=True,
        callback=remember,
        help="Print a summary as JSON for scripts, and nothing else.",
    )(command)


def asks_for_json(ctx: click.Context) -> bool:
    """Whether the command that was called shall tell JSON."""
    return bool(ctx.meta.get(_META))


def _problem(problem: Problem) -> dict[str, str | None]:
    """A problem with its parts."""
    return {
        "where": problem.where,
        "message": problem.message,
        "found": problem.found,
        "expected": problem.expected,
        "nearest": problem.nearest,
    }


def problems_told(error: ProjectorError) -> dict[str, Any]:
    """What is told in the place of a summary when a command cannot be done."""
    return {
        "format": "projector error 1",
        "ok": False,
        "exit_code": error.exit_code,
        "problems": [_problem(problem) for problem in error.problems],
    }


def run_told(
    tree: "xr.DataTree",
    scenario: Path,
    output: Path,
    report: Path | None,
    effects: "pd.DataFrame | None" = None,
) -> dict[str, Any]:
    """The summary of a run: what ran, where its files lie, the main figures and the shortages.

    Parameters
    ----------
    tree
        The results.
    scenario
        The scenario file.
    output
        The folder of the results.
    report
        The page, if it was written.
    effects
        What each change does, if that was asked for.
    """
    import json

    from projector.outputs import RESULTS_FILE
    from projector.outputs.readings import reading_json
    from projector.run.readings import read_figures

    attributes = tree.attrs
    people = tree["population"].to_dataset()
    present = {node.path.strip("/") for node in tree.subtree}
    wanted = [name for name in _MAIN if name != "staff_gap" or "workforce/supply" in present]
    readings = [read_figures(tree, name) for name in wanted]
    codes, names = people["region"].values.tolist(), people["region_name"].values.tolist()
    return {
        "format": "projector run 1",
        "ok": True,
        "exit_code": 0,
        "title": attributes["title"],
        "version": attributes["projector_version"],
        "scenario": str(scenario),
        "scenario_sha256": attributes["scenario_sha256"],
        "inputs_sha256": json.loads(attributes["inputs_sha256"]),
        "years": [int(year) for year in people["year"].values],
        "regions": [{"code": code, "name": name} for code, name in zip(codes, names, strict=True)],
        "draws": readings[0].draws,
        "files": {
            "folder": str(output),
            "results": str(output / RESULTS_FILE),
            "csv": str(output / "csv"),
            "report": None if report is None else str(report),
        },
        "notes": [note for note in attributes["inputs_notes"].splitlines() if note],
        "not_compared": json.loads(attributes["sites_left_out"]),
        "shortages": _shortages(tree),
        "figures": [reading_json(reading) for reading in readings],
        "ablation": None if effects is None else json.loads(effects.to_json(orient="records")),
    }


def _shortages(tree: "xr.DataTree") -> list[dict[str, Any]]:
    """What is short at which site, from which year, and in how many of the draws at the end."""
    import numpy as np

    from projector.run.readings import read_figures

    found: list[dict[str, Any]] = []
    for unit in ("beds", "places", "rooms"):
        dataset = tree[f"capacity/{unit}"].to_dataset()
        if not dataset.sizes.get("site"):
            continue
        first = read_figures(tree, f"{unit}_first_shortage")
        gaps = read_figures(tree, f"{unit}_gap")
        for since, gap in zip(first.lines, gaps.lines, strict=True):
            if np.isnan(since.values[0]):
                continue
            above = None if gap.sure is None or gap.sure.above is None else gap.sure.above[-1]
            found.append(
                {
                    **since.parts,
                    "unit": unit,
                    "first_year": int(since.values[0]),
                    "short_at_end": float(gap.values[-1]),
                    "share_of_draws_at_end": None if above is None else float(above),
                }
            )
    return found


def checks_told(
    checked: Sequence[tuple[Path, ProjectorError | None]],
) -> dict[str, Any]:
    """What ``projector check`` tells: each file with its problems, and the exit code."""
    errors = [error for _, error in checked if error is not None]
    return {
        "format": "projector check 1",
        "ok": not errors,
        "exit_code": errors[0].exit_code if errors else 0,
        "scenarios": [
            {
                "file": str(path),
                "ok": error is None,
                "problems": [] if error is None else [_problem(one) for one in error.problems],
            }
            for path, error in checked
        ],
    }
