"""Runs as a planner starts them, how they grow, and what is left of them beside a matrix product.

Times within one process are of its processor, so that other work on the machine tells less; those
of whole processes and of several workers are by the clock. With timing disabled everything is
small and runs once.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from benchmarks.worlds_to_run import HALLINGDAL, MUNICIPALITIES, country, futures_in, is_real
from projector.run.allocation import memory_kept
from projector.run.draws import summarised, work_of
from projector.run.executors import Executor, Here, Processes
from projector.run.futures import Futures
from projector.run.lots import figures_of_block
from projector.scenario import load_scenario
from projector.tables import OPEN_AGE, SEXES
from tests.embedded import ROOT

Benchmark = Any

_PER_MEBIBYTE = 2**20 if sys.platform == "darwin" else 2**10
"""The system tells the most memory of a process in bytes, or in kibibytes."""


_LEAN = """
import json, os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
seconds = used.ru_utime + used.ru_stime
print(json.dumps([os.waitstatus_to_exitcode(status), seconds, used.ru_maxrss]))
"""
"""Starts the command from a small process: Linux counts the most memory of the process that
started another as that of the other, and benchmarks before have filled gigabytes of this one."""


_AS_PLANNERS_HAVE_IT = """
import sys
sys.modules["dask"] = None
from projector.cli.main import main
main()
"""
"""The command without Dask, which is for clusters: xarray loads all of it where it is installed."""


def whole_process(scenario: Path, draws: int, *more: str) -> dict[str, float]:
    """Run the command; what it took: processor seconds, and the most memory of one process."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-c", _AS_PLANNERS_HAVE_IT, "run", str(scenario)]
        options = ["--draws", str(draws), "--output", f"{folder}/out", *more]
        told = subprocess.run(
            [sys.executable, "-c", _LEAN, *command, *options],
            cwd=ROOT,
            env=_as_installed(),
            capture_output=True,
            text=True,
            check=True,
        )
    code, seconds, memory = json.loads(told.stdout)
    assert code == 0
    return {"processor_seconds": seconds, "peak_mebibytes": memory / _PER_MEBIBYTE}


def _as_installed() -> dict[str, str]:
    """The environment, where bytecode stays: who installs the program has it compiled once."""
    own = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return own | {"PYTHONPATH": str(ROOT)}


def processor_seconds() -> float:
    """Of this process and of those that it has started and that have ended."""
    own, others = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


@cache
def hallingdal() -> Futures:
    return futures_in(load_scenario(HALLINGDAL).with_draws(1000))


@cache
def country_of(regions: int, real: bool, diagnoses: int = 1) -> Futures:
    with TemporaryDirectory() as folder:
        scenario = load_scenario(country(Path(folder), regions, real=real))
        return futures_in(scenario.with_draws(1000), diagnoses=diagnoses)


@cache
def with_more_diagnoses(times: int) -> Futures:
    return futures_in(load_scenario(HALLINGDAL).with_draws(1000), diagnoses=times)


def measured(
    benchmark: Benchmark, run: Callable[[], object], *, rounds: int, warm: int = 0
) -> object:
    """Time it with memory kept as in a run, and note how much else the machine had to do."""
    with memory_kept():
        result = benchmark.pedantic(run, rounds=rounds, warmup_rounds=warm)
    benchmark.extra_info["load_average"] = os.getloadavg()[0]
    return result


@pytest.mark.benchmark(group="whole process: Hallingdal")
@pytest.mark.parametrize("draws", [0, 1000, 4000])
def bench_hallingdal(benchmark: Benchmark, draws: int) -> None:
    """As a planner starts it: with a process for each processor."""
    if not benchmark.enabled and draws:
        pytest.skip("takes long, and the tests of draws do it too")
    rounds = {0: 3, 1000: 2, 4000: 1}[draws]
    used = measured(benchmark, lambda: whole_process(HALLINGDAL, draws), rounds=rounds)
    benchmark.extra_info.update(used)


@pytest.mark.benchmark(group="whole process: a country")
@pytest.mark.parametrize("draws", [48, 192])
def bench_country(benchmark: Benchmark, draws: int, tmp_path: Path) -> None:
    if not benchmark.enabled:
        pytest.skip("takes long; the blocks of a country are run below")
    scenario = country(tmp_path, MUNICIPALITIES, real=is_real())
    used = measured(benchmark, lambda: whole_process(scenario, draws, "--workers", "1"), rounds=1)
    benchmark.extra_info.update(used, real=is_real())


def block_of(futures: Futures) -> int:
    """Draws of a block as a run has them; two where nothing is measured."""
    regions = futures.people.population.sizes["region"]
    return work_of(futures, 1000).blocks.size if regions == MUNICIPALITIES else 2


@pytest.mark.benchmark(group="block: a country", timer=time.process_time)
def bench_block_of_a_country(benchmark: Benchmark) -> None:
    """With each diagnosis twice, as there are 16 in the tables and the goal is about 30."""
    regions = MUNICIPALITIES if benchmark.enabled else 4
    futures = country_of(regions, benchmark.enabled and is_real(), diagnoses=2)
    draws = block_of(futures)
    figures = measured(benchmark, lambda: figures_of_block(futures, 0, draws), rounds=3, warm=1)
    benchmark.extra_info["draws"] = draws
    assert figures["people"][1].shape[:2] == (draws, regions + 1)  # type: ignore[index]


@pytest.mark.benchmark(group="block: a country", timer=time.process_time)
def bench_bare_matrix_product_of_a_country(benchmark: Benchmark) -> None:
    """People of all ages times the use of every diagnosis and setting: what the block contains."""
    regions = MUNICIPALITIES if benchmark.enabled else 4
    futures = country_of(regions, benchmark.enabled and is_real(), diagnoses=2)
    draws = block_of(futures)
    figures = figures_of_block(futures, 0, draws)
    years = figures["people"][1].sizes["year"]
    diagnoses = figures["contacts_by_diagnosis"][1].sizes["diagnosis"]
    rows, used = draws * regions * years, diagnoses * figures["contacts"][1].sizes["setting"]
    generator = np.random.default_rng(5)
    people = generator.uniform(1, 100, (rows, len(SEXES) * (OPEN_AGE + 1)))
    rates = generator.uniform(0, 1, (people.shape[1], used))
    with threadpool_limits(limits=1, user_api="blas"):
        result = measured(benchmark, lambda: people @ rates, rounds=5, warm=1)
    assert result.shape == (rows, used)  # type: ignore[attr-defined]


@pytest.mark.benchmark(group="scaling: draws", timer=time.process_time)
@pytest.mark.parametrize("draws", [64, 128, 256, 512])
def bench_scaling_in_draws(benchmark: Benchmark, draws: int) -> None:
    if not benchmark.enabled and draws > 64:
        pytest.skip("one is enough to see that it runs")
    count = draws if benchmark.enabled else 1
    work = work_of(hallingdal(), count)
    totals = measured(benchmark, lambda: summarised(work), rounds=2)
    benchmark.extra_info["size"] = draws
    assert totals.measures["beds"].attrs["draws"] == count  # type: ignore[attr-defined]


@pytest.mark.benchmark(group="scaling: regions", timer=time.process_time)
@pytest.mark.parametrize("regions", [45, 89, 178, MUNICIPALITIES])
def bench_scaling_in_regions(benchmark: Benchmark, regions: int) -> None:
    if not benchmark.enabled:
        pytest.skip("a block of few regions is run above")
    futures = country_of(regions, is_real())
    _, draws = work_of(futures, 1000).blocks[0]  # as many as the run has in a block
    measured(benchmark, lambda: figures_of_block(futures, 0, draws), rounds=3, warm=1)
    benchmark.extra_info.update(size=regions, draws=draws)


@pytest.mark.benchmark(group="scaling: diagnoses", timer=time.process_time)
@pytest.mark.parametrize("times", [1, 2, 4])
def bench_scaling_in_diagnoses(benchmark: Benchmark, times: int) -> None:
    if not benchmark.enabled and times != 2:
        pytest.skip("one is enough to see that it runs")
    futures = with_more_diagnoses(times)
    count = 64 if benchmark.enabled else 1
    figures = measured(benchmark, lambda: figures_of_block(futures, 0, count), rounds=3, warm=1)
    diagnoses = figures["contacts_by_diagnosis"][1].sizes["diagnosis"]  # type: ignore[index]
    benchmark.extra_info["size"] = diagnoses
    assert diagnoses % times == 0


@pytest.mark.benchmark(group="workers: Hallingdal, 512 draws")
@pytest.mark.parametrize("executor", [Here(), Processes(2)], ids=["one", "two"])
def bench_workers(benchmark: Benchmark, executor: Executor) -> None:
    work = work_of(hallingdal(), 512 if benchmark.enabled else 1)
    rounds, before = 2, processor_seconds()
    measured(benchmark, lambda: summarised(work, executor=executor), rounds=rounds)
    benchmark.extra_info["processor_seconds"] = (processor_seconds() - before) / rounds
