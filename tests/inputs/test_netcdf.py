from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from projector.errors import InputsError
from projector.inputs.read import read_long, read_population


def dataset() -> xr.Dataset:
    return xr.Dataset(
        {
            "population": (
                ("region", "year", "sex", "age"),
                np.arange(2 * 3 * 2 * 4, dtype=float).reshape(2, 3, 2, 4),
                {"units": "persons"},
            )
        },
        coords={
            "region": ["0301", "3320"],
            "year": [2020, 2022, 2025],
            "sex": ["female", "male"],
            "age": [0, 1, 2, 3],
            "region_name": ("region", ["Oslo", "Flå"]),
        },
    )


@pytest.mark.parametrize("group", [None, "population"])
def test_our_own_file_is_read_back(tmp_path: Path, group: str | None) -> None:
    path = tmp_path / "result.nc"
    dataset().to_netcdf(path, engine="netcdf4", group=group)
    people = read_population([path])
    np.testing.assert_array_equal(people.persons.values, dataset()["population"].values)
    assert people.persons["region"].values.tolist() == ["0301", "3320"]
    assert people.persons["year"].values.tolist() == [2020, 2022, 2025]
    assert people.region_names == {"0301": "Oslo", "3320": "Flå"}
    assert people.age_width == 1


def test_a_missing_value_is_named_by_its_place(tmp_path: Path) -> None:
    path = tmp_path / "hole.nc"
    holed = dataset()
    holed["population"][1, 0, 0, 2] = np.nan
    holed.to_netcdf(path, engine="netcdf4")
    with pytest.raises(InputsError, match=r"hole.nc, value 26: the number of people is not given"):
        read_population([path])


def test_a_file_without_population_says_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "other.nc"
    dataset().rename(population="births").assign(deaths=1.0).to_netcdf(path, engine="netcdf4")
    with pytest.raises(InputsError, match=r"holds no population .found births, deaths"):
        read_long(path)


def test_a_dimension_without_coordinate_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "bare.nc"
    dataset().drop_vars("age").to_netcdf(path, engine="netcdf4")
    with pytest.raises(InputsError, match=r"the dimension has no coordinate .found 'age'"):
        read_long(path)
