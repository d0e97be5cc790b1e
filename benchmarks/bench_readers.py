"""The readers on 750 000 cells, beside what merely taking the file apart costs."""

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyjstat import pyjstat  # type: ignore[import-untyped]

from projector.inputs.read import read_long

Benchmark = Callable[..., object]

REGIONS = [f"{1000 + i}" for i in range(354)]
SEXES = {"1": "Menn", "2": "Kvinner"}
AGES = {f"{age:03d}": f"{age} år" for age in range(106)}
YEARS = [str(year) for year in range(2016, 2026)]


@pytest.fixture(scope="module")
def regions(timed: bool) -> list[str]:
    return REGIONS if timed else REGIONS[:5]


@pytest.fixture(scope="module")
def numbers(regions: list[str]) -> list[int]:
    cells = len(regions) * len(SEXES) * len(AGES) * len(YEARS)
    return np.random.default_rng(2).integers(0, 500, cells).tolist()


@pytest.fixture(scope="module")
def statbank_file(
    tmp_path_factory: pytest.TempPathFactory, regions: list[str], numbers: list[int]
) -> Path:
    """07459 as StatBank writes it: a column for each year."""
    path = tmp_path_factory.mktemp("bench") / "07459.csv"
    heading = ";".join(['"region"', '"kjønn"', '"alder"', *(f'"Personer {y}"' for y in YEARS)])
    rows = iter(numbers)
    with path.open("w", encoding="utf-8") as file:
        file.write(f'"07459: Befolkning"\n\n{heading}\n')
        for region, sex, age in product(regions, SEXES.values(), AGES.values()):
            cells = ";".join(str(next(rows)) for _ in YEARS)
            file.write(f'"K-{region} Sted {region}";"{sex}";"{age}";{cells}\n')
    return path


@pytest.fixture(scope="module")
def jsonstat_file(
    tmp_path_factory: pytest.TempPathFactory, regions: list[str], numbers: list[int]
) -> Path:
    labels = {
        "Region": {code: f"Sted {code}" for code in regions},
        "Kjonn": SEXES,
        "Alder": AGES,
        "Tid": {year: year for year in YEARS},
    }
    dataset = {
        "version": "2.0",
        "class": "dataset",
        "id": list(labels),
        "size": [len(names) for names in labels.values()],
        "role": {"time": ["Tid"], "geo": ["Region"]},
        "dimension": {
            key: {"label": key, "category": {"index": list(names), "label": names}}
            for key, names in labels.items()
        },
        "value": numbers,
    }
    path = tmp_path_factory.mktemp("bench") / "07459.json"
    path.write_text(json.dumps(dataset), encoding="utf-8")
    return path


@pytest.mark.benchmark(group="readers: StatBank CSV, 750 000 cells")
def bench_read_statbank(benchmark: Benchmark, statbank_file: Path, numbers: list[int]) -> None:
    table = benchmark(read_long, statbank_file)
    assert len(table.frame) == len(numbers)  # type: ignore[attr-defined]
    assert table.frame["value"].sum() == sum(numbers)  # type: ignore[attr-defined]


@pytest.mark.benchmark(group="readers: StatBank CSV, 750 000 cells")
def bench_bare_pandas_csv(benchmark: Benchmark, statbank_file: Path, numbers: list[int]) -> None:
    """No labels understood, nothing checked, nothing made long."""
    frame = benchmark(pd.read_csv, statbank_file, sep=";", skiprows=2)
    assert frame.shape == (len(numbers) // len(YEARS), 3 + len(YEARS))  # type: ignore[attr-defined]


@pytest.mark.benchmark(group="readers: JSON-stat2, 750 000 cells")
def bench_read_jsonstat(benchmark: Benchmark, jsonstat_file: Path, numbers: list[int]) -> None:
    table = benchmark(read_long, jsonstat_file)
    assert len(table.frame) == len(numbers)  # type: ignore[attr-defined]
    assert table.frame["value"].sum() == sum(numbers)  # type: ignore[attr-defined]


@pytest.mark.benchmark(group="readers: JSON-stat2, 750 000 cells")
def bench_bare_json(benchmark: Benchmark, jsonstat_file: Path, numbers: list[int]) -> None:
    dataset = benchmark(lambda: json.loads(jsonstat_file.read_bytes()))
    assert len(dataset["value"]) == len(numbers)  # type: ignore[index]


@pytest.mark.filterwarnings("ignore:Shouldn't use this function:DeprecationWarning")
@pytest.mark.benchmark(group="readers: JSON-stat2, 750 000 cells")
def bench_pyjstat(benchmark: Benchmark, jsonstat_file: Path, numbers: list[int]) -> None:
    """The library that others read it with; it gives labels alone and checks nothing."""
    text = jsonstat_file.read_text(encoding="utf-8")
    frame = benchmark(lambda: pyjstat.Dataset.read(text).write("dataframe"))
    assert len(frame) == len(numbers)  # type: ignore[arg-type]
    assert frame["value"].sum() == sum(numbers)  # type: ignore[index]
