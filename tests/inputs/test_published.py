"""A published projection in each form that it comes in, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from projector.errors import InputsError
from projector.inputs.published import read_published
from projector.tables import OPEN_AGE, SEXES
from tests.shared import SHARED, needs_shared

TAIL = xr.DataArray(
    np.ones((2, OPEN_AGE + 1)), coords={"sex": list(SEXES), "age": np.arange(OPEN_AGE + 1)}
)


def read(folder: Path, *lines: str) -> xr.DataArray:
    path = folder / "published.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_published(path, tail=TAIL)


def test_one_column_a_year_and_one_row_a_year_say_the_same(tmp_path: Path) -> None:
    wide = read(tmp_path, "# SSB", "code,name,2026,2030", "0301,Oslo,7,9", "3320,Flå,1,2")
    tidy = read(
        tmp_path,
        "region,year,persons",
        "3320,2030,2",
        "0301,2026,7",
        "0301,2030,9",
        "3320,2026,1",
    )
    xr.testing.assert_identical(wide, tidy.sel(region=wide["region"]))
    assert wide.sel(region="0301").values.tolist() == [7.0, 9.0]


def test_sex_and_age_are_kept_as_single_ages_of_both_sexes(tmp_path: Path) -> None:
    rows = [
        f"3320,2026,{sex},{ages},{people}"
        for sex in SEXES
        for ages, people in (("0-19", 40), ("20-66", 94), ("67+", 39))
    ]
    found = read(tmp_path, "region,year,sex,age,persons", *rows).sel(region="3320", year=2026)
    assert found.dims == ("age",)
    assert float(found.sel(age=slice(0, 19)).sum()) == pytest.approx(80)
    assert float(found.sel(age=slice(67, None)).sum()) == pytest.approx(78)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["code,2026,2030", "0301,7,9", "3320,,2"], r"csv:3: region 3320 in 2026: not a number"),
        (["code,2026", "0301,-7"], r"csv:2: region 0301 in 2026: .*found -7"),
        (["region,year,persons", "0301,2026,7", "0301,2026,8"], r"csv:3: .*stands twice"),
        (
            ["region,year,persons", "0301,2026,7", "0301,2030,8", "3320,2026,1"],
            "region 3320 has no people in 2030",
        ),
        (["region,persons", "0301,7"], "does not say the people of each region and year"),
        (
            ["region,variant,year,persons", "0301,M,2026,7", "0301,H,2026,8"],
            "the column 'variant' divides the people",
        ),
        (["region,year,age,persons", "0301,2026,0-9,7", "0301,2026,10+,8"], "the sex"),
    ],
)
def test_a_table_that_is_not_one_number_a_region_and_year_is_refused(
    tmp_path: Path, lines: list[str], message: str
) -> None:
    with pytest.raises(InputsError, match=message):
        read(tmp_path, *lines)


@needs_shared
def test_the_official_projection_of_2020_is_read() -> None:
    path = SHARED / "ssb" / "tidy" / "12882_base2020_MMMM_selected.csv"
    found = read_published(path, tail=TAIL)
    assert found.shape == (32, 6)
    assert float(found.sel(region="3320", year=2026)) == 1069
