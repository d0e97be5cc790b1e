"""The municipal beds of Hallingdal by home municipality: the table of counts, and a run with it."""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from projector.errors import ConsistencyError
from tests.embedded import CASE_AREAS, ROOT, result_with

COUNTS = ROOT / "inputs" / "hallingdal" / "activity_counts.csv"
PLACES = {"municipal_acute": 3, "municipal_short_stay": 7}
PRINTED = {  # per cent of the places in 2018 and 2019
    "municipal_acute": [(2, 0), (5, 3), (22, 10), (3, 3), (26, 15), (16, 13)],
    "municipal_short_stay": [(4, 5), (4, 5), (23, 26), (3, 12), (19, 25), (24, 19)],
}
CODES = ["3320", "3322", "3324", "3326", "3328", "3330"]


@cache
def counts() -> pd.Series:
    table = pd.read_csv(COUNTS, dtype={"region": str})
    return table.set_index(["setting", "region"])["count"]


def bed_days(folder: Path, inputs: str) -> xr.DataArray:
    """Bed days in 2019, ``[region, setting]``."""
    tree = result_with(
        folder,
        "reference",
        regions="[Hallingdal]",
        inputs=inputs,
        years="{base: 2019, end: 2020}",
        population="{calibration: {from: 2012, to: 2019}}",
    )
    return tree["activity"]["bed_days"].sel(year=2019).sum("diagnosis")


@pytest.mark.parametrize("setting", PRINTED)
def test_bed_days_are_the_mean_of_the_printed_occupancy(setting: str) -> None:
    for code, (first, second) in zip(CODES, PRINTED[setting], strict=True):
        expected = (first + second) / 2 / 100 * PLACES[setting] * 365
        assert counts()[setting, code] == pytest.approx(expected, rel=1e-5)


def test_a_run_keeps_the_sum_and_comes_nearer_to_every_municipality(tmp_path: Path) -> None:
    own = bed_days(tmp_path, f"{{set: {CASE_AREAS}, activity_counts: {COUNTS}}}")
    alike = bed_days(tmp_path, str(CASE_AREAS))
    for setting in PRINTED:
        counted = counts()[setting]
        with_counts = own.sel(setting=setting).to_series()
        without = alike.sel(setting=setting).to_series()
        assert with_counts.sum() == pytest.approx(counted.sum(), rel=1e-6)
        assert with_counts.sum() == pytest.approx(without.sum(), rel=0.007)
        assert ((with_counts - counted).abs() < (without - counted).abs()).all()


def test_a_count_that_cannot_be_used_is_told_with_file_and_line(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    printed = COUNTS.read_text(encoding="utf-8")
    own.write_text(printed.replace("\n3320,", "\n5501,", 1), encoding="utf-8")
    with pytest.raises(ConsistencyError) as caught:
        bed_days(tmp_path, f"{{set: {CASE_AREAS}, activity_counts: {own}}}")
    (problem,) = caught.value.problems
    assert problem.where == f"{own}:2"
    assert problem.message == "the population table has no people for 5501"
