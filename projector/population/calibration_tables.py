"""A calibration as results and as tables that a planner may change and give back.

`calibration_dataset` is what a run keeps, `calibration_tables` the same figures as tidy tables.
Three of the tables are input tables too: what `overridden` finds there takes the place of the
estimate, and what it does not find stays, to the last bit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.inputs.ages import OPEN, age_label
from projector.population.calibrate import Calibration
from projector.tables import REGIONAL_MEASURES

__all__ = [
    "OVERRIDES",
    "calibration_dataset",
    "calibration_tables",
    "mean_by_age",
    "overridden",
]

OVERRIDES = ("cohort_ratios", "regional_levels", "national_migration")
"""Input tables that take the place of estimates."""

_PARTS = {"value": "", "own": "_own", "parent": "_parent", "credibility": "_credibility"}
"""Variables of an estimate, and what their names end with among the results."""


def calibration_dataset(calibration: Calibration, names: Mapping[str, str]) -> xr.Dataset:
    """A calibration as a group of results.

    Parameters
    ----------
    calibration
        From `projector.population.calibrate`.
    names
        Region names by code; a region without one is called by its code.

    Returns
    -------
    Dataset
        Variables of ``VARIABLES["calibration"]``; the years out of the ordinary are numbered,
        with their region and years as coordinates.
    """
    levels = xr.concat(
        [getattr(calibration, measure) for measure in REGIONAL_MEASURES],
        dim=pd.Index(REGIONAL_MEASURES, name="measure"),
    ).transpose("region", "measure")
    variables = {
        f"{name}{ending}": estimate[part]
        for name, estimate in (("cohort_ratio", calibration.moves), ("regional_level", levels))
        for part, ending in _PARTS.items()
    }
    found = calibration.extraordinary
    codes = [one.region for one in found]
    each = "extraordinary"
    return xr.Dataset(
        {
            **variables,
            "national_migration": calibration.national_migration,
            "national_margin": calibration.national_margin,
            "extraordinary_persons": (each, np.array([one.persons for one in found], dtype=float)),
            "extraordinary_weight": (each, np.array([one.weight for one in found], dtype=float)),
        },
        coords={
            "region_name": ("region", _texts(_named(calibration.moves["region"].values, names))),
            "extraordinary_region": (each, _texts(codes)),
            "extraordinary_region_name": (each, _texts(_named(codes, names))),
            "extraordinary_from": (each, np.array([one.first for one in found], dtype=int)),
            "extraordinary_to": (each, np.array([one.last for one in found], dtype=int)),
        },
    )


def calibration_tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """The same figures as tidy tables.

    Parameters
    ----------
    dataset
        From `calibration_dataset`.

    Returns
    -------
    dict of DataFrame
        ``cohort_ratios``, ``regional_levels`` and ``national_migration``, with the columns of the
        input tables of these names, and ``extraordinary``. Rows follow the axes; the last age is
        open.
    """
    ages = [int(age) for age in dataset["age"].values]
    labels = _texts([*(age_label(age, age) for age in ages[:-1]), age_label(ages[-1], OPEN)])
    code, name = dataset["region"].values, dataset["region_name"].values
    sex, measure = dataset["sex"].values, dataset["measure"].values
    by_age = (len(code), len(sex), len(labels))
    by_measure = (len(code), len(measure))
    return {
        "cohort_ratios": pd.DataFrame(
            {
                "region": _along(code, 0, by_age),
                "region_name": _along(name, 0, by_age),
                "sex": _along(sex, 1, by_age),
                "ages": _along(labels, 2, by_age),
                **_parts(dataset, "cohort_ratio", "ratio"),
            }
        ),
        "regional_levels": pd.DataFrame(
            {
                "region": _along(code, 0, by_measure),
                "region_name": _along(name, 0, by_measure),
                "measure": _along(measure, 1, by_measure),
                **_parts(dataset, "regional_level", "level"),
            }
        ),
        "national_migration": pd.DataFrame(
            {
                "sex": _along(sex, 0, by_age[1:]),
                "ages": _along(labels, 1, by_age[1:]),
                "persons": dataset["national_migration"].values.ravel(),
                "share_of_one_more": dataset["national_margin"].values.ravel(),
            }
        ),
        "extraordinary": pd.DataFrame(
            {
                column: dataset[f"extraordinary_{column}"].values
                for column in ("region", "region_name", "from", "to", "persons", "weight")
            }
        ),
    }


def overridden(calibration: Calibration, tables: Mapping[str, pd.DataFrame]) -> Calibration:
    """A calibration with what the input tables say in place of what was estimated.

    Parameters
    ----------
    calibration
        As estimated.
    tables
        Input tables, of which those of `OVERRIDES` count, if they are there. Their regions are
        those of the calibration and their ages single, which is checked where they are read.

    Returns
    -------
    Calibration
        The same values but for the rows given, in `moves`, `mortality`, `fertility` and
        `national_migration`. How the estimates came about is left as it was.

    Raises
    ------
    ValueError
        If a region or age is not one of the calibration.
    """
    moves, migration = calibration.moves, calibration.national_migration
    levels = {measure: getattr(calibration, measure) for measure in REGIONAL_MEASURES}
    if "cohort_ratios" in tables:
        rows = tables["cohort_ratios"]
        value = moves["value"].copy(deep=True)
        cells = _places(moves["region"], rows["region"]), *_sexes_and_ages(moves, rows)
        value.values[cells] = rows["ratio"]
        moves = moves.assign(value=value)
    if "regional_levels" in tables:
        rows = tables["regional_levels"]
        for measure, estimate in levels.items():
            own = rows[rows["measure"] == measure]
            value = estimate["value"].copy(deep=True)
            value.values[_places(estimate["region"], own["region"])] = own["level"]
            levels[measure] = estimate.assign(value=value)
    if "national_migration" in tables:
        rows = tables["national_migration"]
        migration = migration.copy(deep=True)
        migration.values[_sexes_and_ages(migration, rows)] = rows["persons"]
    return replace(calibration, moves=moves, national_migration=migration, **levels)


def mean_by_age(
    figures: xr.DataArray, base: xr.DataArray, groups: Mapping[str, tuple[int, int | None]]
) -> xr.DataArray:
    r"""Mean of a calibrated figure over the people of the base, by broad age.

    .. math:: m_{r,g} = \frac{\sum_{s,\, a \in g} x_{r,s,a} P_{r,s,a-1}}
                             {\sum_{s,\, a \in g} P_{r,s,a-1}}

    Of :math:`x = \rho - 1` it is the net moves of a year per person, beyond the nation's.

    Parameters
    ----------
    figures
        ``[region, sex, age]``, by age at the end of the year.
    base
        ``[region, sex, age]``, persons on 1 January; those at the open age stay there.
    groups
        First and last age at the end of the year by name; None where the group is open.

    Returns
    -------
    DataArray
        ``[region, ages]``; NaN where there is nobody.
    """
    cohort = base.shift(age=1, fill_value=0.0)
    cohort[{"age": -1}] += base.isel(age=-1)
    total, there = _by_age(figures * cohort, groups), _by_age(cohort, groups)
    return total / there.where(there > 0)


def _by_age(cells: xr.DataArray, groups: Mapping[str, tuple[int, int | None]]) -> xr.DataArray:
    """Sums over sex and the ages of each group, ``[region, ages]``."""
    sums = [cells.sel(age=slice(*limits)).sum(("sex", "age")) for limits in groups.values()]
    return xr.concat(sums, dim=pd.Index(list(groups), name="ages")).transpose("region", "ages")


def _parts(dataset: xr.Dataset, variable: str, value: str) -> dict[str, NDArray[np.float64]]:
    """The columns of an estimate, its own under the name of the input table's column."""
    return {
        value if part == "value" else part: dataset[f"{variable}{ending}"].values.ravel()
        for part, ending in _PARTS.items()
    }


def _along(labels: NDArray[np.str_], axis: int, shape: tuple[int, ...]) -> NDArray[np.str_]:
    """Labels of one axis for every cell, in the order of the cells."""
    aligned = labels.reshape([-1 if place == axis else 1 for place in range(len(shape))])
    return np.broadcast_to(aligned, shape).ravel()


def _sexes_and_ages(
    cells: xr.Dataset | xr.DataArray, rows: pd.DataFrame
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return (
        _places(cells["sex"], rows["sex"]),
        _places(cells["age"], rows["age_from"]),
    )


def _places(axis: xr.DataArray, labels: pd.Series) -> NDArray[np.intp]:
    """The position of each label on an axis."""
    places: NDArray[np.intp] = pd.Index(axis.values).get_indexer(labels.to_numpy())
    if (places < 0).any():
        raise ValueError(f"not a {axis.name}: {labels.to_numpy()[places < 0][0]}")
    return places


def _named(codes: Iterable[object], names: Mapping[str, str]) -> list[str]:
    return [names.get(str(code), str(code)) for code in codes]


def _texts(texts: Sequence[str]) -> NDArray[np.str_]:
    """Text of a fixed length, also where there is none."""
    return np.array(texts, dtype=str)
