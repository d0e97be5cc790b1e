"""What a question asks for, of the groups of a run: a figure for each year, or draw and year."""

from collections.abc import Mapping

import xarray as xr

from projector.errors import Problem, UsageError
from projector.run.questions import Question

__all__ = ["asked"]

_KEPT = ("draw", "year")


def asked(groups: Mapping[str, xr.Dataset], question: Question) -> xr.DataArray:
    """The figures that a question asks for.

    Parameters
    ----------
    groups
        Groups of the tree of results, with a dimension ``draw`` or without: that of the question,
        and ``activity`` where the result is a mean.
    question
        From `projector.run.questions.question_of`.

    Returns
    -------
    DataArray
        ``[year]`` or ``[draw, year]``, in the unit of the question: the chosen part, summed over
        what is not chosen, or the mean by weight.

    Raises
    ------
    UsageError
        If the groups have no figures of what is asked, or it does not add up over the regions.
    """
    about, parts = question.about, dict(question.of)
    if question.group not in groups:
        raise _unknown_here(question)
    figures = groups[question.group][about.variable]
    for axis, key in parts.items():
        if key not in figures[axis].values:
            raise _unknown_here(question)
        figures = figures.sel({axis: key})
    weights = None
    if about.weight is not None:
        weights = groups["activity"][about.weight].sum("diagnosis")
        weights = weights.sel({axis: key for axis, key in parts.items() if axis in weights.dims})
    if "region" in figures.dims:
        codes = [str(code) for code in figures["region"].values]
        chosen = [codes.index(code) for code in question.regions]
        figures = figures.isel(region=chosen)
        weights = None if weights is None else weights.isel(region=chosen)
    axes = [axis for axis in figures.dims if axis not in _KEPT]
    if about.single and any(figures.sizes[axis] != 1 for axis in axes):
        raise UsageError(
            Problem(
                "--region",
                f"{question.result} does not add up over regions",
                f"{len(question.regions)} regions",
                "one region",
            )
        )
    if bool(figures.isnull().all(axes).any()):
        raise _unknown_here(question)
    if weights is not None:
        weights = weights.where(figures.notnull())
        figures = (figures * weights).sum(axes) / weights.sum(axes)
    else:
        figures = figures.sum(axes)
    return figures.transpose(*(axis for axis in _KEPT if axis in figures.dims))


def _unknown_here(question: Question) -> UsageError:
    """The inputs do not say what it takes to know the result."""
    return UsageError(
        Problem(
            where="--result",
            message="the run has no figures of this: the inputs lack its prices, flows, groups or "
            "sites, or the site has none of it",
            found=" ".join([question.result, *(key for _, key in question.of)]),
            expected="a part that the run has figures of",
        )
    )
