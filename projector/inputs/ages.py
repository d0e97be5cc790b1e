"""Age labels, and grouped ages spread over single ages."""

import re
from typing import TYPE_CHECKING

import numpy as np
import xarray
from numpy.typing import NDArray

from projector.inputs.composite_link import spread_groups
from projector.inputs.labels import folded

if TYPE_CHECKING:
    from projector.inputs.population import Population

__all__ = ["OPEN", "age_label", "parse_ages", "ungroup"]

OPEN = -1
"""Upper age of a group that has none."""

_OLDEST = 150
_YEARS = r"(?:\s*(?:years?|år|\?r|aar))?"
_OLDER = r"(?:\+|(?:or|and) (?:older|over|more)|(?:eller|og) (?:eldre|over|mer))"
_SINGLE = re.compile(rf"(\d+){_YEARS}", re.ASCII)
_CLOSED = re.compile(rf"(\d+)\s*-\s*(\d+){_YEARS}", re.ASCII)
_OPENED = re.compile(rf"(\d+){_YEARS}\s*{_OLDER}{_YEARS}", re.ASCII)
_UNDER = re.compile(rf"(?:under|less than)\s*(\d+){_YEARS}", re.ASCII)
_TOTALS = frozenset({"*", "total", "all", "all ages", "alle", "alle aldre", "i alt", "999"})


def parse_ages(label: str) -> tuple[int, int]:
    """First and last age of an age label.

    Parameters
    ----------
    label
        Such as ``7``, ``007``, ``0 years``, ``0-4 år`` or ``105 år eller eldre``.

    Returns
    -------
    tuple of int
        Ages in completed years, both inclusive; the last is -1 where the group is open.

    Raises
    ------
    ValueError
        With the reason.
    """
    text = folded(label)
    if text in _TOTALS:
        raise ValueError("a total over ages, not an age")
    if match := _SINGLE.fullmatch(text):
        ages = (int(match[1]), int(match[1]))
    elif match := _CLOSED.fullmatch(text):
        ages = (int(match[1]), int(match[2]))
    elif match := _OPENED.fullmatch(text):
        ages = (int(match[1]), OPEN)
    elif match := _UNDER.fullmatch(text):
        ages = (0, int(match[1]) - 1)
    else:
        raise ValueError("not an age")
    if max(ages) > _OLDEST:
        raise ValueError(f"an age above {_OLDEST}")
    if ages[1] not in {OPEN} and ages[0] > ages[1]:
        raise ValueError("the first age is above the last")
    return ages


def age_label(first: int, last: int) -> str:
    """The shortest label of an age group: ``7``, ``0-9`` or ``80+``."""
    if last == OPEN:
        return f"{first}+"
    return str(first) if first == last else f"{first}-{last}"


def ungroup(population: "Population", *, open_age: int, tail: xarray.DataArray) -> xarray.DataArray:
    r"""Spread grouped ages over single ages and keep every group's total.

    Each series is a smooth multiple of `tail` over single ages, found by the penalised composite
    link model of `projector.inputs.composite_link`; the open group ends with the last age of
    `tail` that is asked for. Single ages are left as they are, and an empty group stays empty.

    Parameters
    ----------
    population
        People by region, year, sex and age group.
    open_age
        Last age of the result, which is open.
    tail
        Positive weights by (sex, age), such as the survivors of a stationary population, for every
        age from 0 to `open_age`; the last weight stands for the open age.

    Returns
    -------
    xarray.DataArray
        (region, year, sex, age) in persons, age 0 to `open_age`. Non-negative.

    Raises
    ------
    ValueError
        If `open_age` is not positive, or `tail` lacks a sex or age it needs or is not positive.
    """
    if open_age < 1:
        raise ValueError(f"open_age must be positive, not {open_age}")
    persons = population.persons
    starts = persons["age_group"].to_numpy().astype(int)
    last_age = max(open_age, int(starts[-1]))
    grouped = persons.transpose("region", "year", "sex", "age_group").to_numpy().astype(float)
    if len(starts) == last_age + 1:
        single = grouped
    else:
        weights = _weights(persons, tail, last_age)
        reference = np.broadcast_to(weights, (*grouped.shape[:2], *weights.shape))
        single = spread_groups(
            grouped.reshape(-1, len(starts)), starts, reference.reshape(-1, last_age + 1)
        ).reshape(reference.shape)
    if single.shape[-1] > open_age + 1:
        older = single[..., open_age:].sum(axis=-1, keepdims=True)
        single = np.concatenate([single[..., :open_age], older], axis=-1)
    coordinates = {name: persons[name] for name in ("region", "year", "sex")}
    return xarray.DataArray(
        single,
        dims=("region", "year", "sex", "age"),
        coords=coordinates | {"age": np.arange(open_age + 1)},
        attrs={"units": "persons"},
    )


def _weights(persons: xarray.DataArray, tail: xarray.DataArray, last: int) -> NDArray[np.float64]:
    """Weights (sex, age) of the single ages to the last one."""
    try:
        chosen = tail.transpose("sex", "age").sel(
            sex=persons["sex"].values, age=np.arange(last + 1)
        )
    except (KeyError, ValueError) as error:
        raise ValueError(f"tail must hold both sexes and ages 0 to {last}") from error
    weights: NDArray[np.float64] = chosen.to_numpy().astype(float)
    if not (weights > 0).all():
        raise ValueError("tail must be positive")
    return weights
