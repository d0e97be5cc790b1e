"""Whether the cells that came sum to the totals that were asked for apart."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from projector.errors import FetchError, Problem
from projector.inputs.fetch.extracts import Fetched
from projector.inputs.fetch.kept import Record
from projector.inputs.jsonstat import read_jsonstat
from projector.tables import NATION

__all__ = ["check_totals"]

_SHOWN = 5


def _sums(records: Sequence[Record]) -> pd.Series:
    """People by region and year."""
    frames = [read_jsonstat(record.path).frame for record in records]
    together = pd.concat([frame[["region", "year", "value"]] for frame in frames])
    return together.astype({"region": str}).groupby(["region", "year"])["value"].sum()


def check_totals(fetched: Fetched, everywhere: bool) -> None:
    """Sexes and ages sum to the totals, and all municipalities to the nation.

    Parameters
    ----------
    fetched
        Totals by region and year, and all cells; nothing is checked without the totals.
    everywhere
        Whether the regions are all municipalities and the nation.

    Raises
    ------
    FetchError
        With the first cells that do not.
    """
    if len(fetched.records) < 2:
        return
    totals, cells = (_sums(records) for records in fetched.records)
    where = f"table {fetched.metadata.table}"
    problems = []
    wrong = totals.index[~np.isclose(totals, cells.reindex(totals.index), rtol=0, atol=0.5)]
    for region, year in wrong[:_SHOWN]:
        message = f"the sexes and ages of {region} in {year} do not sum to its total"
        found, expected = cells.get((region, year)), totals[region, year]
        problems.append(Problem(where, message, f"{found:g}", f"{expected:g}"))
    if everywhere:
        by_year = totals.unstack("region")
        towns = by_year[[code for code in by_year if len(str(code)) == 4]].sum(axis=1)
        for year in by_year.index[~np.isclose(towns, by_year[NATION], rtol=0, atol=0.5)]:
            message = f"the municipalities do not sum to the nation in {year}"
            found, expected = f"{towns[year]:g}", f"{by_year.loc[year, NATION]:g}"
            problems.append(Problem(where, message, found, expected))
    if problems:
        raise FetchError(problems)
