"""Tidy CSV against pandas, which writes the same cell by cell."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from projector.outputs.tidy import table_text, write_variable
from projector.tables.cells import guarded_table

words = st.text(st.sampled_from("aø%,\"'=-+@\n\r\t 1"), max_size=5)
rows = st.tuples(
    words,
    words | st.none(),
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-(2**53), 2**53),
    st.booleans(),
    words | st.none() | st.integers(-9, 9) | st.booleans() | st.floats(-1, 1),
)


@given(st.lists(rows, max_size=6), st.integers(1, 7))
def test_a_table_is_what_pandas_writes_of_it(cells: list[tuple[object, ...]], width: int) -> None:
    names = ["text", "=some", "number", "whole", "truth", "any", "some whole"]
    table = pd.DataFrame([(*row, row[3]) for row in cells], columns=names)
    table = table.astype(
        {"number": float, "whole": "int64", "truth": bool, "any": object, "some whole": "Int64"}
    ).iloc[:, :width]
    written = guarded_table(table).to_csv(index=False, float_format="%.10g", lineterminator="\n")
    assert table_text(table) == written


def test_a_variable_has_a_row_for_each_number_and_each_cell_that_is_suppressed(
    tmp_path: Path,
) -> None:
    variable = xr.DataArray(
        [[[1.5, np.nan], [np.nan, np.nan]], [[3.0, 4.0], [2 / 3, -1e-12]]],
        dims=("group", "year", "setting"),
        coords={"group": ["80 %", "a,b"], "year": [2026, 2027], "setting": ["100 %s", "=x"]},
        attrs={"units": "1 %"},
    )
    path = tmp_path / "told.csv"
    write_variable(variable, path)
    assert path.read_text(encoding="utf-8").splitlines() == [
        "group,year,setting,value,unit",
        "80 %,2026,100 %s,1.5,1 %",
        '"a,b",2026,100 %s,3,1 %',
        '"a,b",2026,\'=x,4,1 %',
        '"a,b",2027,100 %s,0.6666666667,1 %',
        '"a,b",2027,\'=x,-1e-12,1 %',
    ]
    hidden = xr.zeros_like(variable.isel(year=0, drop=True), dtype=np.int8)
    hidden[{"group": 0, "setting": 1}] = 1
    write_variable(variable, path, hidden)
    assert path.read_text(encoding="utf-8").splitlines()[:4] == [
        "group,year,setting,value,unit,status",
        "80 %,2026,100 %s,1.5,1 %,told",
        "80 %,2026,'=x,,1 %,suppressed",
        "80 %,2027,'=x,,1 %,suppressed",
    ]
