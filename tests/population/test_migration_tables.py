"""Gross migration from input tables, made up and from the real history."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from projector.errors import ConsistencyError
from projector.inputs.migration_rules import (
    destinations_sum_to_one,
    every_cell_of_moves,
    moves_go_together,
    moves_of_regions,
)
from projector.inputs.read import read_table
from projector.population import project
from projector.population.migration_tables import components_from_tables
from projector.tables import SEXES
from tests.shared import needs_shared, tidy_people

PROVENANCE = "source,quality"
SAID = "made up,assumption"
OPEN = 6

OUT = [
    f"{region},{sex},{ages},{rate}"
    for region, rates in {"3301": (0.1, 0.2), "3303": (0.05, 0.0), "0301": (0.3, 0.1)}.items()
    for sex in SEXES
    for ages, rate in zip(("0-2", "3+"), rates, strict=True)
]
TO = [
    "3301,0301,*,0.6",
    "3301,3303,*,0.4",
    "3303,0301,0-1,1",
    "3303,0301,2+,0.25",
    "3303,3301,2+,0.75",
    "0301,3301,*,0.3333",
    "0301,3303,*,0.6666",
]
CELLS = [f"{region},{sex}" for region in ("3301", "3303", "0301") for sex in SEXES]
IN = [f"{cell},{band}" for cell in CELLS for band in ("0-3,40", "4+,6")]
ABROAD = [f"{cell},*,0.01" for cell in CELLS]
HEADINGS = {
    "out_migration": "region,sex,ages,rate",
    "destinations": "region,to_region,ages,share",
    "immigration": "region,sex,ages,persons",
    "emigration": "region,sex,ages,rate",
}
ROWS = {"out_migration": OUT, "destinations": TO, "immigration": IN, "emigration": ABROAD}
BOUNDS, BANDS = [0, 25, 67], ["0-24", "25-66", "67+"]
RULES = (moves_go_together, every_cell_of_moves, moves_of_regions, destinations_sum_to_one)
REGIONS = ["0301", "3301", "3303"]


def written(folder: Path, rows: dict[str, list[str]]) -> dict[str, Path]:
    """The tables as CSV files."""
    files = {}
    for name, lines in rows.items():
        text = [f"{HEADINGS[name]},{PROVENANCE}"]
        text += [f"{line},{SAID}" for line in lines]
        files[name] = folder / f"{name}.csv"
        files[name].write_text("\n".join(text) + "\n", encoding="utf-8")
    return files


def components(folder: Path, **rows: list[str]) -> xr.Dataset:
    files = written(folder, ROWS | rows)
    return components_from_tables(
        {name: read_table(path, name) for name, path in files.items()}, REGIONS, OPEN
    )


def test_bands_become_single_ages_and_regions_stand_in_the_order_asked(tmp_path: Path) -> None:
    found = components(tmp_path)
    assert list(found["region"].values) == REGIONS
    rates = found["out_rate"].sel(sex="male")
    np.testing.assert_allclose(rates.sel(region="3301"), [0.1] * 3 + [0.2] * 4)
    np.testing.assert_allclose(rates.sel(region="0301"), [0.3] * 3 + [0.1] * 4)
    assert found["emigration_rate"].dims == ("region", "sex", "age")


def test_immigrants_of_a_band_are_spread_over_it_and_none_is_lost(tmp_path: Path) -> None:
    found = components(tmp_path)["immigration"]
    np.testing.assert_allclose(found.sel(region="3303", sex="female"), [10, 10, 10, 10, 2, 2, 2])
    assert found.sum().item() == pytest.approx(3 * 2 * 46)


def test_destinations_have_as_many_groups_as_their_ages_need(tmp_path: Path) -> None:
    found = components(tmp_path)
    np.testing.assert_array_equal(found["destination_group"], [0, 0, 1, 1, 1, 1, 1])
    shares = found["destination"].sel(region="3303")
    np.testing.assert_allclose(shares.sel(to_region="0301"), [1.0, 0.25])
    np.testing.assert_allclose(found["destination"].sum("to_region"), 1.0, rtol=1e-15)


def test_the_components_project(tmp_path: Path) -> None:
    found = components(tmp_path)
    base = xr.DataArray(
        np.full((3, 2, OPEN + 1), 100.0),
        coords={"region": REGIONS, "sex": list(SEXES), "age": np.arange(OPEN + 1)},
    )
    years = [2026, 2027]
    national = xr.Dataset(
        {
            "survival": (("year", "sex", "age"), np.ones((2, 2, OPEN + 1))),
            "fertility": (("year", "age"), np.zeros((2, OPEN + 1))),
            "sex_ratio_at_birth": ("year", [1.06, 1.06]),
        },
        coords={"year": years, "sex": list(SEXES), "age": np.arange(OPEN + 1)},
    )
    total = xr.DataArray([50.0, -10.0], coords={"year": years})
    result = project(base, national.merge(found).assign(national_net_migration=total))
    net = result.net_migration.sum(("region", "sex", "age"))
    np.testing.assert_allclose(net, total, rtol=1e-10)
    ends = result.population.sum(("region", "sex", "age")).values
    np.testing.assert_allclose(np.diff(ends), total)


def test_without_tables_there_are_no_components() -> None:
    assert not components_from_tables({}, REGIONS, OPEN).data_vars


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            {"out_migration": [row for row in OUT if row != "3303,male,3+,0.0"]},
            "nothing for region 3303, male, age 3",
        ),
        (
            {"emigration": [row for row in ABROAD if not row.startswith("0301")]},
            "nothing for region 0301, female, age 0",
        ),
        (
            {"destinations": [*TO[:-1], "0301,3304,*,0.6666"]},
            "does not have (found 3304)",
        ),
        (
            {"destinations": TO[:-1]},
            "the shares of region 0301 at age 0 do not sum to 1",
        ),
        (
            {"destinations": [row for row in TO if row != "3303,0301,0-1,1"]},
            "the shares of region 3303 at age 0 do not sum to 1, and people of that age leave it",
        ),
        (
            {"emigration": [row.replace("*", "0-8") for row in ABROAD]},
            "ages reach above the open age of the population (found 0-8",
        ),
    ],
)
def test_what_the_tables_lack_is_told(
    tmp_path: Path, rows: dict[str, list[str]], message: str
) -> None:
    with pytest.raises(ConsistencyError) as caught:
        components(tmp_path, **rows)
    assert message in str(caught.value)


def test_a_region_that_nobody_leaves_needs_no_destinations(tmp_path: Path) -> None:
    still = [row.replace("0.05", "0") for row in OUT]
    found = components(
        tmp_path,
        out_migration=still,
        destinations=[row for row in TO if not row.startswith("3303")],
    )
    assert not found["destination"].sel(region="3303").any()


def test_parts_of_a_region_beside_it_are_refused(tmp_path: Path) -> None:
    files = written(tmp_path, ROWS)
    tables = {name: read_table(path, name) for name, path in files.items()}
    with pytest.raises(ConsistencyError, match=r"lies in another.*030110"):
        components_from_tables(tables, ["0301", "030110", "3301"], OPEN)


def flows_of_real_moves() -> tuple[xr.DataArray, xr.DataArray, dict[str, xr.DataArray]]:
    """People of 357 municipalities in 2018, what 2019 added by age band, and it as gross flows.

    A municipality whose cohorts of a band shrink is one that people leave, and they go where
    cohorts grow; what all together gain or lose crosses the border. Deaths count as leaving.
    """
    people = tidy_people("municipalities_sex_age_2005_2020.csv.gz").sel(year=[2018, 2019])
    before, after = (people.sel(year=year, drop=True) for year in (2018, 2019))
    survivors = before.shift(age=1, fill_value=0.0)
    survivors[{"age": -1}] += before.isel(age=-1)
    change = (after - survivors).where(people["age"] > 0, 0.0)

    def by_band(values: xr.DataArray) -> xr.DataArray:
        band = xr.DataArray(np.digitize(people["age"], BOUNDS) - 1, dims="age").rename("band")
        return values.sum("sex").groupby(band).sum()

    net = by_band(change)
    leaving, coming = (-net).clip(min=0.0), net.clip(min=0.0)
    crossing = net.sum("region")
    emigrants = leaving * ((-crossing).clip(min=0.0) / leaving.sum("region"))
    immigrants = coming * (crossing.clip(min=0.0) / coming.sum("region")).fillna(0.0)
    moving_in = coming - immigrants
    return (
        before,
        net,
        {
            "out": (leaving - emigrants) / by_band(survivors),
            "emigration": emigrants / by_band(survivors),
            "immigrants": immigrants,
            "to": (moving_in / moving_in.sum("region")).fillna(0.0),
        },
    )


def rows_by_sex(values: xr.DataArray) -> list[str]:
    return [
        f"{region},{sex},{label},{float(values[r, b]):.15f}"
        for r, region in enumerate(values["region"].values)
        for sex in SEXES
        for b, label in enumerate(BANDS)
    ]


@needs_shared
def test_tables_made_of_the_real_moves_of_all_municipalities_give_them_back(
    tmp_path: Path,
) -> None:
    base, net, flows = flows_of_real_moves()
    codes = [str(code) for code in base["region"].values]
    share = flows["to"].transpose("region", "band").values
    destinations = [
        f"{origin},{goal},{label},{share[q, b]:.15f}"
        for r, origin in enumerate(codes)
        for b, label in enumerate(BANDS)
        if float(flows["out"][r, b]) > 0
        for q, goal in enumerate(codes)
        if share[q, b] > 0
    ]
    files = written(
        tmp_path,
        {
            "out_migration": rows_by_sex(flows["out"]),
            "destinations": destinations,
            "immigration": rows_by_sex(flows["immigrants"] / 2),
            "emigration": rows_by_sex(flows["emigration"]),
        },
    )
    tables = {name: read_table(path, name) for name, path in files.items()}
    assert not [fault for rule in RULES for fault in rule(tables)]
    ages = base["age"].values
    closed = xr.Dataset(
        {
            "survival": (("year", "sex", "age"), np.ones((1, 2, len(ages)))),
            "fertility": (("year", "age"), np.zeros((1, len(ages)))),
            "sex_ratio_at_birth": ("year", [1.06]),
        },
        coords={"year": [2018], "sex": list(SEXES), "age": ages},
    )
    found = components_from_tables(tables, codes, int(ages[-1]))
    result = project(base, closed.merge(found))
    moved = result.net_migration.isel(year=0).sum("sex").values
    added = np.add.reduceat(moved, BOUNDS, axis=-1)
    np.testing.assert_allclose(added, net.transpose("region", "band"), rtol=1e-9, atol=1e-7)
    arrived, left = (flow.sum("region") for flow in (result.in_migration, result.out_migration))
    np.testing.assert_allclose(arrived, left, rtol=1e-12)
    assert left.sum() > 1000
