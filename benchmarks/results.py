"""Writes RESULTS.md and history.csv: ``python -m benchmarks.results FILE``, of a run's JSON.

Times are told as multiples of the fastest of their group in the same run. What is to be reached is
held against what was measured, reached or not.
"""

import csv
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["reached", "results_page"]

_FOLDER = Path(__file__).parent
_PAGE, _HISTORY = _FOLDER / "RESULTS.md", _FOLDER / "history.csv"
_COMMIT = 10

Case = dict[str, Any]


def results_page(run: dict[str, Any], history: list[dict[str, str]]) -> str:
    """The page.

    Parameters
    ----------
    run
        What pytest-benchmark wrote.
    history
        Rows of `reached` of this and earlier runs.
    """
    machine = run["machine_info"]
    cpu = machine.get("cpu", {})
    lines = [
        "# What the benchmarks measured",
        "",
        "Written by `make bench` (`python -m benchmarks.results`); not to be edited.",
        "",
        f"- Date: {run['datetime'][:10]}",
        f"- Commit: {run['commit_info'].get('id', '')[:_COMMIT]}"
        + (" with changes" if run["commit_info"].get("dirty") else ""),
        f"- Machine: {cpu.get('brand_raw', machine['machine'])}, {cpu.get('count', '?')} cores, "
        f"{machine['system']}; Python {machine['python_version']}",
        f"- Other work on the machine: {_load(run)}",
        "",
        "Of each group the fastest round is told, and how many times the fastest of the group it",
        "took. Runs within one process are timed by its processor, all else by the clock.",
        "",
        "## To reach",
        "",
        "| what | measured | to reach | |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {row['what']} | {row['measured']} | {row['limit']} | {row['verdict']} |"
        for row in reached(run)
    ]
    for group, cases in _groups(run).items():
        lines += ["", f"## {group}", "", "| | seconds | times | more |", "|---|--:|--:|---|"]
        fastest = min(case["stats"]["min"] for case in cases)
        lines += [
            f"| {case['name'].removeprefix('bench_')} | {case['stats']['min']:.3g} "
            f"| {case['stats']['min'] / fastest:.3g} | {_more(case)} |"
            for case in sorted(cases, key=lambda case: case["stats"]["min"])
        ]
    lines += ["", "## History", "", "| date | commit | what | measured |", "|---|---|---|--:|"]
    lines += [
        f"| {row['date']} | {row['commit']} | {row['what']} | {row['measured']} |"
        for row in history
    ]
    return "\n".join(lines) + "\n"


def reached(run: dict[str, Any]) -> Iterator[dict[str, str]]:
    """What was to be reached and is measured in a run.

    Yields
    ------
    dict
        ``what``, ``measured``, ``limit`` (a bound, with its direction) and ``verdict``.
    """
    cases = {case["fullname"].removeprefix("benchmarks/"): case for case in run["benchmarks"]}
    runs, core = "bench_runs.py::bench_", "bench_futures.py::bench_"

    def seconds(name: str) -> float:
        return float(cases[name]["stats"]["min"])

    def peak(name: str) -> float:
        return float(cases[name]["extra_info"]["peak_mebibytes"])

    def told(
        what: str,
        of: Callable[[str], float],
        name: str,
        limit: float,
        *,
        beside: str | None = None,
        least: bool = False,
    ) -> Iterator[dict[str, str]]:
        if name in cases and (beside is None or beside in cases):
            measured = of(name) / (1.0 if beside is None else of(beside))
            yield _row(what, measured, limit, least=least)

    yield from told(
        "cohort core with draws, share of the bandwidth ceiling",
        seconds,
        core + "ceiling_of_bandwidth",
        0.6,
        beside=core + "core",
        least=True,
    )
    yield from told(
        "the plain NumPy loop, times the cohort core",
        seconds,
        core + "plain_numpy_loop",
        5,
        beside=core + "core",
        least=True,
    )
    whole, country = runs + "hallingdal[{}]", runs + "country[{}]"
    yield from told("Hallingdal, whole process, seconds", seconds, whole.format(0), 3)
    yield from told("with 1 000 draws, seconds", seconds, whole.format(1000), 6)
    yield from told(
        "memory of 4 000 draws, times that of 1 000",
        peak,
        whole.format(4000),
        1.1,
        beside=whole.format(1000),
    )
    yield from told(
        "a country: a block, times its bare matrix product",
        seconds,
        runs + "block_of_a_country",
        2.5,
        beside=runs + "bare_matrix_product_of_a_country",
    )
    yield from told("a country, 192 draws: peak memory, MiB", peak, country.format(192), 2048)
    yield from told(
        "a country: memory of 192 draws, times that of 48",
        peak,
        country.format(192),
        1.1,
        beside=country.format(48),
    )
    yield from told(
        "one worker, times two workers",
        seconds,
        runs + "workers[one]",
        1.7,
        beside=runs + "workers[two]",
        least=True,
    )
    for name, group in _groups(run).items():
        if name.startswith("scaling: "):
            what = f"exponent of time in {name.removeprefix('scaling: ')}"
            yield _row(what, _power(group), 1.05)


def _row(what: str, measured: float, limit: float, *, least: bool = False) -> dict[str, str]:
    good = measured >= limit if least else measured <= limit
    return {
        "what": what,
        "measured": f"{measured:.3g}",
        "limit": f"{'≥' if least else '≤'} {limit:g}",
        "verdict": "reached" if good else "not reached",
    }


def _power(cases: list[Case]) -> float:
    """Exponent of a power law through the fastest times, of one draw where blocks have several."""
    sizes = np.log([case["extra_info"]["size"] for case in cases])
    times = np.log([case["stats"]["min"] / case["extra_info"].get("draws", 1) for case in cases])
    return float(np.polyfit(sizes, times, 1)[0])


def _groups(run: dict[str, Any]) -> dict[str, list[Case]]:
    groups: dict[str, list[Case]] = {}
    for case in run["benchmarks"]:
        groups.setdefault(case["group"], []).append(case)
    return groups


def _more(case: Case) -> str:
    told = {
        "processor_seconds": "{:.1f} s of a processor",
        "peak_mebibytes": "{:.0f} MiB at most",
        "draws": "{} draws in a block",
    }
    return ", ".join(
        text.format(case["extra_info"][key])
        for key, text in told.items()
        if key in case["extra_info"]
    )


def _load(run: dict[str, Any]) -> str:
    """Beside the benchmark itself, which is one process or two."""
    loads = [
        case["extra_info"]["load_average"]
        for case in run["benchmarks"]
        if "load_average" in case["extra_info"]
    ]
    if not loads:
        return "not known"
    return f"{min(loads):.1f} to {max(loads):.1f} processes ready to run, the benchmark included"


def main(file: Path) -> None:
    """Write the page and add to the history."""
    run = json.loads(file.read_text(encoding="utf-8"))
    fields = ["date", "commit", "what", "measured"]
    history: list[dict[str, str]] = []
    if _HISTORY.exists():
        with _HISTORY.open(encoding="utf-8", newline="") as rows:
            history = list(csv.DictReader(rows))
    date, commit = run["datetime"][:10], run["commit_info"].get("id", "")[:_COMMIT]
    history = [row for row in history if (row["date"], row["commit"]) != (date, commit)]
    history += [
        {"date": date, "commit": commit, "what": row["what"], "measured": row["measured"]}
        for row in reached(run)
    ]
    with _HISTORY.open("w", encoding="utf-8", newline="") as rows:
        writer = csv.DictWriter(rows, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(history)
    _PAGE.write_text(results_page(run, history), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
