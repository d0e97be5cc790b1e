r"""Which site treats whom: from the table ``flows`` to rows of the ledger and their shares.

Of the contacts :math:`N_{rd}` of a region's people for a diagnosis in a setting a site :math:`s`
has the share :math:`\phi_{rds}` of the table, and the rest are elsewhere:

.. math:: N_{rds} = \phi_{rds} N_{rd}, \qquad
          N_{rd,\text{elsewhere}} = \left(1 - \sum_s \phi_{rds}\right) N_{rd}

Own coverage is the part of the contacts that sites have which serve the region.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.activity.axes import ELSEWHERE, Column, Row
from projector.errors import ConsistencyError, Problem
from projector.tables import unique

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["Flows", "flows_of", "with_own_sites"]

Array = NDArray[np.float64]

_ROUNDED = 1e-6


@dataclass(frozen=True)
class Flows:
    """Rows of a ledger.

    Parameters
    ----------
    rows
        Who, by the site that treats them.
    origin
        Position of the origin of each row.
    share
        Share of the origin's contacts, ``[column, row]``; None where nobody knows of sites.
    """

    rows: tuple[Row, ...]
    origin: NDArray[np.int64]
    share: Array | None


def flows_of(
    table: pd.DataFrame | None,
    origins: Sequence[Row],
    columns: Sequence[Column],
    kinds: dict[str, str],
    members: Callable[[str], Sequence[str]],
    redirected: Sequence[str],
) -> Flows:
    """Rows for every origin and every site that treats, or will treat, some of it.

    Parameters
    ----------
    table
        Input table ``flows``, if there is one. A row for a smaller area goes before one for a
        larger area that contains it, then one for a diagnosis, for a kind and for a setting before
        one for all of them.
    origins
        Residents and visitors of the regions.
    columns
        Columns of the ledger.
    kinds
        Kind of each diagnosis.
    members
        Region codes of a region or area name.
    redirected
        Sites that the scenario redirects to: every origin has a row there.

    Raises
    ------
    ConsistencyError
        If more than all of a region's contacts of some kind would be treated.
    """
    regions = unique(origin.region for origin in origins)
    records = [
        row
        for row in ([] if table is None else table.to_dict("records"))
        if not set(regions).isdisjoint(members(row["region"]))
    ]
    if not records and not redirected:
        return Flows(tuple(origins), np.arange(len(origins)), None)
    sites = unique([*(row["site"] for row in records), *redirected])
    share = np.zeros((len(sites), len(columns), len(regions)))
    for row in sorted(records, key=lambda row: _specificity(row, members)):
        chosen = [
            c
            for c, column in enumerate(columns)
            if row["diagnosis"] in ("*", column.diagnosis)
            and row["setting"] in ("*", column.setting)
            and row["kind"] in ("*", kinds[column.diagnosis])
        ]
        where = [i for i, code in enumerate(regions) if code in members(row["region"])]
        share[np.ix_([sites.index(row["site"])], chosen, where)] = row["share"]
    elsewhere = 1.0 - share.sum(axis=0)
    _refuse_more_than_all(elsewhere, columns, regions)
    elsewhere[np.abs(elsewhere) < _ROUNDED] = 0.0
    by_site = dict(zip([*sites, ELSEWHERE], [*share, elsewhere], strict=True))
    rows, origin, shares = [], [], []
    for position, one in enumerate(origins):
        i = regions.index(one.region)
        for site, treated in by_site.items():
            if treated[:, i].any() or site in redirected:
                rows.append(Row(one.region, one.who, site))
                origin.append(position)
                shares.append(treated[:, i])
    return Flows(tuple(rows), np.array(origin), np.stack(shares, axis=1))


def with_own_sites(
    tables: Mapping[str, pd.DataFrame], scenario: "Scenario"
) -> dict[str, pd.DataFrame]:
    """The input tables, with the sites that the scenario opens or that serve others in it.

    Parameters
    ----------
    tables
        Input table ``sites``, if there is one.
    scenario
        What its existing capacity says that a site serves.
    """
    own = {
        name: site.serves
        for name, site in scenario.capacity.existing.items()
        if site.serves is not None
    }
    if not own:
        return dict(tables)
    known = tables.get("sites", pd.DataFrame(columns=["site", "serves"]))
    stay = known.assign(serves=known["site"].map(own).fillna(known["serves"]))
    new = [name for name in own if name not in set(known["site"])]
    opened = pd.DataFrame({"site": new, "serves": [own[name] for name in new]})
    return {**tables, "sites": pd.concat([stay, opened], ignore_index=True)}


def _specificity(
    row: Mapping[Hashable, Any], members: Callable[[str], Sequence[str]]
) -> tuple[int, int, int, int]:
    """Sorts general rows before those that take their place."""
    return (
        -len(members(row["region"])),
        int(row["diagnosis"] != "*"),
        int(row["kind"] != "*"),
        int(row["setting"] != "*"),
    )


def _refuse_more_than_all(
    elsewhere: Array, columns: Sequence[Column], regions: Sequence[str]
) -> None:
    wrong = np.argwhere(elsewhere < -_ROUNDED)
    if len(wrong):
        c, r = wrong[0]
        raise ConsistencyError(
            Problem(
                where="table flows",
                message=f"more than all contacts of region {regions[r]} are treated: "
                f"{columns[c].diagnosis}, {columns[c].setting}",
                found=f"shares that sum to {1 - elsewhere[c, r]:.4f}",
                expected="at most 1; what is left is treated elsewhere",
            )
        )
