r"""Build the people of the capital region's hospital areas from the totals of 2007.

``python -m projector.inputs.capital_region`` reads the printed totals and writes
``inputs/capital-region/population.csv``. Every part has the nation's age structure, and its
growth since,

.. math:: P_{r,y,s,a} = T_r \, \frac{N_{y,s,a}}{\sum_{s,a} N_{2007,s,a}}

with :math:`T_r` the printed total and :math:`N` the nation's people. So the parts differ in
size alone, and what happens in them is what happens in the nation.
"""

from pathlib import Path

import pandas as pd

from projector.inputs.case_areas import CASE_AREAS
from projector.tables import NATION

__all__ = ["CAPITAL_REGION", "build", "main"]

CAPITAL_REGION = CASE_AREAS.parent / "capital-region"
_PRINTED_YEAR = "2007"
_SOURCE = (
    "Assumption: total of the proposal of 2007 with the nation's age structure and growth "
    "(SSB table 07459)"
)


def build(inputs: Path, nation: Path, target: Path) -> Path:
    """Compute the people of every part and write them.

    Parameters
    ----------
    inputs
        The folder with ``published/parts.csv``: code, name and people of 2007.
    nation
        A population table with the nation, one column for each year.
    target
        The folder that ``population.csv`` is written to.

    Returns
    -------
    Path
        The file written.
    """
    parts = pd.read_csv(inputs / "published" / "parts.csv", dtype={"code": str})
    people = pd.read_csv(nation, dtype={"code": str})[lambda rows: rows["code"] == NATION]
    years = [column for column in people.columns if column.isdigit() and column >= _PRINTED_YEAR]
    shares = people[years] / people[_PRINTED_YEAR].sum()
    labels = people[["sex", "age_group"]]
    tables = [
        labels.assign(
            code=part["code"], name=part["name"], source=_SOURCE, quality="assumption"
        ).join((part["persons"] * shares).round().astype(int))
        for part in parts.to_dict("records")
    ]
    columns = ["code", "name", "sex", "age_group", "source", "quality", *years]
    path = target / "population.csv"
    pd.concat(tables)[columns].to_csv(path, index=False, lineterminator="\n")
    return path


def main() -> None:
    """Rebuild the people of the capital region in place."""
    print(build(CAPITAL_REGION, CASE_AREAS / "population.csv", CAPITAL_REGION).name)


if __name__ == "__main__":
    main()
