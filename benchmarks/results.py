"""Writes RESULTS.md and history.csv: ``python -m benchmarks.results FILE``, of a run's JSON.

Times are told as multiples of the fastest of their group in the same run. What is to be reached is
held against what was measured, reached or not.
"""

import csv
import json
import sys
from collections.abc import Iterator
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
    cases = {case["name"]: case for case in run["benchmarks"]}

    def seconds(name: str) -> float:
        return float(cases[name]["stats"]["min"])

    def peak(name: str) -> float:
        return float(cases[name]["extra_info"]["peak_mebibytes"])

    def row(what: str, measured: float, limit: float, *, least: bool = False) -> dict[str, str]:
        good = measured >= limit if least else measured <= limit
        return {
            "what": what,
            "measured": f"{measured:.3g}",
            "limit": f"{'≥' if least else '≤'} {limit:g}",
            "verdict": "reached" if good else "not reached",
        }

    def told(what: str, limit: float, *names: str, least: bool = False) -> Iterator[dict[str, str]]:
        if all(name in cases for name in names):
            yield row(what, _MEASURES[what](seconds, peak, names), limit, least=least)

    whole = "bench_hallingdal[{}]".format
    yield from told("Hallingdal without draws, whole process, seconds", 3, whole(0))
    yield from told("Hallingdal with 1 000 draws, whole process, seconds", 6, whole(1000))
    yield from told("memory of 4 000 draws to that of 1 000", 1.1, whole(4000), whole(1000))
    yield from told(
        "a country: a block to its bare matrix product",
        2.5,
        "bench_block_of_a_country",
        "bench_bare_matrix_product_of_a_country",
    )
    yield from told("a country: peak memory of the process, MiB", 2048, "bench_country[48]")
    yield from told(
        "a country: memory of 48 draws to that of 12", 1.1, "bench_country[48]", "bench_country[12]"
    )
    yield from told(
        "two workers to one, draws a second",
        1.7,
        "bench_workers[one]",
        "bench_workers[two]",
        least=True,
    )
    yield from told("project to the plain loop", 0.2, "bench_project", "bench_plain_numpy_loop")
    for name, group in _groups(run).items():
        if name.startswith("scaling: "):
            limit = 1.05
            yield row(f"exponent of time in {name.removeprefix('scaling: ')}", _power(group), limit)


def _first_to_second(seconds: Any, peak: Any, names: tuple[str, ...]) -> float:
    del peak
    return float(seconds(names[0]) / seconds(names[1]))


def _memory(seconds: Any, peak: Any, names: tuple[str, ...]) -> float:
    del seconds
    return float(peak(names[0]) / peak(names[1]) if len(names) > 1 else peak(names[0]))


def _seconds(seconds: Any, peak: Any, names: tuple[str, ...]) -> float:
    del peak
    return float(seconds(names[0]))


_MEASURES = {
    "Hallingdal without draws, whole process, seconds": _seconds,
    "Hallingdal with 1 000 draws, whole process, seconds": _seconds,
    "memory of 4 000 draws to that of 1 000": _memory,
    "a country: a block to its bare matrix product": _first_to_second,
    "a country: peak memory of the process, MiB": _memory,
    "a country: memory of 48 draws to that of 12": _memory,
    "two workers to one, draws a second": _first_to_second,
    "project to the plain loop": _first_to_second,
}


def _power(cases: list[Case]) -> float:
    """Exponent of a power law through the fastest times."""
    sizes = np.log([case["extra_info"]["size"] for case in cases])
    times = np.log([case["stats"]["min"] for case in cases])
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
