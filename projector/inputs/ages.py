"""Age labels, and grouped ages spread over single ages."""

import re
from typing import TYPE_CHECKING

import numpy as np
import xarray
from numpy.typing import NDArray

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

    Within a closed group of :math:`n` people and width :math:`h` the cumulative count is the cubic
    with the slopes :math:`d_0, d_1` at its ends,

    .. math:: C(t) = n\,t^2(3 - 2t) + h\,d_0\,t(1 - t)^2 - h\,d_1\,t^2(1 - t), \quad 0 \le t \le 1

    where a slope between two groups is the harmonic mean of their people per age, which keeps
    :math:`C` from falling (Fritsch and Butland 1984, doi:10.1137/0905021). The open group follows
    `tail`. Single ages are left as they are.

    Parameters
    ----------
    population
        People by region, year, sex and age group.
    open_age
        Last age of the result, which is open.
    tail
        Positive weights by (sex, age), such as the survivors of a stationary population, for every
        age from the start of the open group to `open_age`; the last weight stands for the open age.

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
    last_start = int(starts[-1])
    weights = _tail_weights(persons, tail, last_start, max(open_age, last_start))
    grouped = persons.transpose("region", "year", "sex", "age_group").to_numpy().astype(float)
    oldest = grouped[..., -1:] * weights
    slopes = _slopes(grouped, np.diff(starts), oldest[..., 0])
    parts = [
        _spread(grouped[..., group], width, slopes[..., group], slopes[..., group + 1])
        for group, width in enumerate(np.diff(starts))
    ]
    single = np.concatenate([*parts, oldest], axis=-1)
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


def _tail_weights(
    persons: xarray.DataArray, tail: xarray.DataArray, first: int, last: int
) -> NDArray[np.float64]:
    """Shares (sex, age) of the open group by single age from its start; each row sums to 1."""
    if first == last:
        return np.ones((persons.sizes["sex"], 1))
    try:
        chosen = tail.transpose("sex", "age").sel(
            sex=persons["sex"].values, age=np.arange(first, last + 1)
        )
    except (KeyError, ValueError) as error:
        raise ValueError(f"tail must hold both sexes and ages {first} to {last}") from error
    weights = chosen.to_numpy().astype(float)
    if not (weights > 0).all():
        raise ValueError("tail must be positive")
    shares: NDArray[np.float64] = weights / weights.sum(axis=-1, keepdims=True)
    return shares


def _slopes(
    grouped: NDArray[np.float64], widths: NDArray[np.int_], after: NDArray[np.float64]
) -> NDArray[np.float64]:
    """People per age at the edges of the closed groups: (..., groups + 1).

    `after` is the first age of the open group, the neighbour of the last closed one.
    """
    density = np.concatenate([grouped[..., :-1] / widths, after[..., None]], axis=-1)
    width = np.append(widths, 1).astype(float)
    left, right = density[..., :-1], density[..., 1:]
    weight_left, weight_right = (
        width[:-1] + 2 * width[1:],
        2 * width[:-1] + width[1:],
    )
    product = left * right
    spread = weight_left * right + weight_right * left
    # Where one neighbour is empty the curve is flat: 0 / 0 is 0 here.
    inner = (weight_left + weight_right) * np.divide(
        product, spread, out=np.zeros_like(product), where=spread > 0
    )
    if len(widths) < 2:
        outer = left[..., 0]
    else:
        # The three-point slope at age 0, which must not turn the curve back.
        share = width[0] / (width[0] + width[1])
        outer = np.maximum(left[..., 0] + share * (left[..., 0] - left[..., 1]), 0.0)
    return np.concatenate([outer[..., None], inner], axis=-1)


def _spread(
    people: NDArray[np.float64],
    width: int,
    first_slope: NDArray[np.float64],
    last_slope: NDArray[np.float64],
) -> NDArray[np.float64]:
    """One closed group by single age: (..., width)."""
    if width == 1:
        return people[..., None]
    t = np.arange(width + 1) / width
    whole = np.diff(t**2 * (3 - 2 * t))
    first = np.diff(t * (1 - t) ** 2) * width
    last = np.diff(-(t**2) * (1 - t)) * width
    return people[..., None] * whole + first_slope[..., None] * first + last_slope[..., None] * last
