"""Real tables that lie beside the checkout, never inside it: tests that use them may skip."""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

SHARED = Path(__file__).resolve().parents[2] / "shared"

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real tables of ../shared are not beside this checkout"
)


@cache
def tidy_people(name: str) -> xr.DataArray:
    """A tidy population table of ../shared as ``[region, year, sex, age]``; no code is "0".

    Read once for all tests, so never change it.
    """
    table = pd.read_csv(SHARED / "ssb" / "tidy" / name, dtype={"code": str})
    table["region"] = table["code"].fillna("0")
    people = table.set_index(["region", "year", "sex", "age"])["persons"].to_xarray()
    return people.transpose("region", "year", "sex", "age").astype(float)
