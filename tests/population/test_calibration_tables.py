"""A calibration given back unchanged is the same; what is given takes its place, and no more."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from projector.population.calibrate import Calibration
from projector.population.calibration_tables import (
    OVERRIDES,
    calibration_dataset,
    calibration_tables,
    mean_by_age,
    overridden,
)
from projector.population.extraordinary import Extraordinary
from projector.tables import SEXES, check_dataset

AGES = np.arange(6)
NAMES = {"0301": "Oslo", "3330": "Hol", "0": "Norge"}


def made_up(regions: list[str], seed: int) -> Calibration:
    """A calibration with other figures in every cell."""
    source = np.random.default_rng(seed)
    parts = ("value", "own", "parent", "credibility")
    moves = xr.Dataset(
        {
            part: (("region", "sex", "age"), source.random((len(regions), 2, len(AGES))))
            for part in parts
        },
        coords={"region": np.array(regions, dtype=str), "sex": list(SEXES), "age": AGES},
    )
    level = {
        measure: xr.Dataset(
            {part: ("region", source.random(len(regions))) for part in parts},
            coords={"region": moves["region"]},
        )
        for measure in ("mortality", "fertility")
    }
    return Calibration(
        moves=moves,
        mortality=level["mortality"],
        fertility=level["fertility"],
        national_migration=xr.DataArray(
            source.normal(size=(2, len(AGES))), coords={"sex": moves["sex"], "age": moves["age"]}
        ),
        national_margin=xr.DataArray(
            source.normal(size=(2, len(AGES))), coords={"sex": moves["sex"], "age": moves["age"]}
        ),
        extraordinary=tuple(
            Extraordinary(code, 2015, 2016, float(source.normal()), 0.4)
            for code in [*regions[:1], "0"]
        ),
        years=(2015, 2020),
    )


def as_read(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Tables as the reader of input tables gives them: ages in two columns."""
    result = {name: table for name, table in tables.items() if name in OVERRIDES}
    for name in ("cohort_ratios", "national_migration"):
        if name in result:
            ages = result[name]["ages"].str.rstrip("+").astype(int)
            result[name] = result[name].assign(age_from=ages, age_to=ages)
    return result


def assert_same(one: Calibration, other: Calibration) -> None:
    for name in ("moves", "mortality", "fertility", "national_migration", "national_margin"):
        xr.testing.assert_identical(getattr(one, name), getattr(other, name))
    assert (one.extraordinary, one.years) == (other.extraordinary, other.years)


def test_the_tables_say_what_the_calibration_says() -> None:
    calibration = made_up(["0301", "3330"], 1)
    tables = calibration_tables(calibration_dataset(calibration, NAMES))
    ratios = tables["cohort_ratios"].set_index(["region", "sex", "ages"])
    cell = calibration.moves.sel(region="3330", sex="male", age=3)
    row = ratios.loc[("3330", "male", "3")]
    assert row["region_name"] == "Hol"
    assert row["ratio"] == float(cell["value"])
    for part in ("own", "parent", "credibility"):
        assert row[part] == float(cell[part])
    levels = tables["regional_levels"].set_index(["region", "measure"])
    assert levels.loc[("0301", "fertility"), "level"] == float(calibration.fertility["value"][0])
    assert levels.loc[("0301", "mortality"), "own"] == float(calibration.mortality["own"][0])
    moves = tables["national_migration"].set_index(["sex", "ages"])["persons"]
    last = calibration.national_migration.sel(sex="female", age=5)
    assert moves["female", "5+"] == float(last)
    found = tables["extraordinary"].to_dict("records")
    assert [one["region_name"] for one in found] == ["Oslo", "Norge"]
    assert found[0]["persons"] == calibration.extraordinary[0].persons
    assert (found[0]["from"], found[0]["to"], found[0]["weight"]) == (2015, 2016, 0.4)


@given(regions=st.sampled_from([[], ["0301"], ["0301", "3330", "3332"]]), seed=st.integers(0, 99))
def test_a_calibration_keeps_the_contract_of_results(regions: list[str], seed: int) -> None:
    dataset = calibration_dataset(made_up(regions, seed), NAMES)
    checked = check_dataset("calibration", dataset)
    assert list(checked["region_name"].values) == [NAMES.get(code, code) for code in regions]


def test_a_calibration_without_anything_extraordinary_has_an_empty_table() -> None:
    calm = replace(made_up(["3330"], 1), extraordinary=())
    dataset = check_dataset("calibration", calibration_dataset(calm, NAMES))
    table = calibration_tables(dataset)["extraordinary"]
    assert list(table.columns) == ["region", "region_name", "from", "to", "persons", "weight"]
    assert table.empty


@given(seed=st.integers(0, 99))
def test_given_back_unchanged_it_is_the_same(seed: int) -> None:
    calibration = made_up(["0301", "3330", "3332"], seed)
    tables = as_read(calibration_tables(calibration_dataset(calibration, NAMES)))
    assert set(tables) == set(OVERRIDES)
    assert_same(overridden(calibration, tables), calibration)
    assert_same(overridden(calibration, {}), calibration)


@pytest.mark.slow
@given(seed=st.integers(0, 99), share=st.floats(0, 1))
def test_only_the_rows_given_change(seed: int, share: float) -> None:
    """All rows of another calibration, some of them given: each cell is of one of the two."""
    codes = ["0301", "3330", "3332"]
    estimate, other = made_up(codes, seed), made_up(codes, seed + 1000)
    before = made_up(codes, seed)
    tables = as_read(calibration_tables(calibration_dataset(other, NAMES)))
    given_rows = {
        name: table.sample(frac=share, random_state=seed) for name, table in tables.items()
    }
    result = overridden(estimate, given_rows)
    assert_same(estimate, before)
    replaced = 0
    for name, table in calibration_tables(calibration_dataset(result, NAMES)).items():
        if name not in OVERRIDES:
            continue
        column = {"cohort_ratios": "ratio", "regional_levels": "level"}.get(name, "persons")
        old = calibration_tables(calibration_dataset(estimate, NAMES))[name]
        new = tables[name]
        is_given = table.index.isin(given_rows[name].index)
        np.testing.assert_array_equal(table[column], np.where(is_given, new[column], old[column]))
        for part in {"own", "parent", "credibility"} & set(table):
            np.testing.assert_array_equal(table[part], old[part])
        replaced += int(is_given.sum())
    assert replaced == sum(len(rows) for rows in given_rows.values())


def test_a_region_that_is_not_calibrated_is_a_fault_of_the_program() -> None:
    rows = pd.DataFrame({"region": ["9999"], "measure": ["mortality"], "level": [1.0]})
    with pytest.raises(ValueError, match="not a region: 9999"):
        overridden(made_up(["3330"], 1), {"regional_levels": rows})


def test_moves_of_the_base_by_hand() -> None:
    """Of 100 aged 0 and 50 aged 1, ten in a hundred more come at ages 1 and 2; the open age
    keeps its own."""
    base = xr.DataArray(
        [[[100.0, 50.0, 0.0, 30.0]]],
        coords={"region": ["3330"], "sex": ["female"], "age": np.arange(4)},
    )
    ratio = xr.full_like(base, 1.1)
    ratio[..., -1] = 0.9
    groups = {"young": (1, 2), "one": (1, 1), "old": (3, None)}
    result = mean_by_age(ratio - 1.0, base, groups).sel(region="3330")
    assert result.sel(ages="young").item() == pytest.approx((10 + 5) / 150)
    assert result.sel(ages="one").item() == pytest.approx(10 / 100)
    assert result.sel(ages="old").item() == pytest.approx(-0.1)
    assert np.isnan(mean_by_age(ratio, base * 0, groups)).all()


@given(seed=st.integers(0, 99), figure=st.floats(-2, 2))
def test_the_mean_of_one_figure_is_the_figure(seed: int, figure: float) -> None:
    people = made_up(["0301", "3330"], seed).moves["own"]
    means = mean_by_age(xr.full_like(people, figure), people, {"some": (1, 3), "all": (0, None)})
    np.testing.assert_allclose(means, figure, rtol=1e-12)
