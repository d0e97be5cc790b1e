r"""Who comes: newly trained and from abroad, and who specialises, year by year.

Those who begin in year :math:`y` have their exam in :math:`y + T`, and are in the stock of
1 January after it. Of :math:`b_y` beginners a share :math:`c_y` will have an exam, a share
:math:`h` of those works in health care, and a part :math:`w_r` settles in a region:

.. math:: N_{r,y} = w_r \left( h\, c_{y-T}\, b_{y-T} + A_y \right), \qquad
          M_{r,y} = w_r\, (1 - h)\, c_{y-T}\, b_{y-T}

with :math:`A` from abroad and :math:`M` who go straight to other work. Calibrated as *steady*, so
many begin before and in the base year that as many come in the base year as leave and retire;
calibrated as *observed*, as many as the table ``staff_entry`` has counted. What a scenario writes
changes who begins from then on.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.workforce.staff_tables import Staff
from projector.workforce.stock import Flows

if TYPE_CHECKING:
    from projector.scenario.models import Scenario
    from projector.scenario.values import Path

__all__ = ["Beginners", "beginners", "competent", "settled"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Beginners:
    """What comes to the nation, ``[profession, year]``, heads.

    Parameters
    ----------
    begun
        Beginners of the year.
    trained
        Those with an exam in the year.
    abroad
        Recruited from abroad.
    """

    begun: Array
    trained: Array
    abroad: Array


def settled(
    scenario: "Scenario",
    heads: Array,
    people: float,
    inside: dict[str, NDArray[np.bool_]],
) -> Array:
    """Part of those who come to the nation that settles in a region, ``[profession, region]``.

    Parameters
    ----------
    scenario
        Its ``workforce.supply.settle``.
    heads
        ``[profession, region]`` of the base year: what is not written follows them.
    people
        Share of the nation's people in the regions of the run.
    inside
        Regions ``[region]`` of each name of ``settle``.

    Raises
    ------
    ConsistencyError
        If a region is in two of the names, or is not in the run.
    """
    whole = heads.sum(axis=1, keepdims=True)
    by_stock = np.divide(heads, whole, out=np.zeros_like(heads), where=whole > 0)
    parts = people * by_stock
    taken = np.zeros(heads.shape[1], dtype=bool)
    problems = []
    for name, share in scenario.workforce.supply.settle.items():
        here = inside[name]
        if not here.any() or (taken & here).any():
            problems.append(
                Problem(
                    where=scenario.where("workforce", "supply", "settle", name),
                    message="a region of this name stands in another already"
                    if here.any()
                    else "no region of the run is of this name",
                    found=name,
                )
            )
        taken |= here
        of = by_stock * here
        within = of.sum(axis=1, keepdims=True)
        parts = np.where(
            here, share * np.divide(of, within, out=np.zeros_like(of), where=within > 0), parts
        )
    if problems:
        raise ConsistencyError(problems)
    result: Array = parts
    return result


def beginners(
    scenario: "Scenario",
    staff: Staff,
    years: NDArray[np.int64],
    parts: Array,
    lost: Array,
) -> Beginners:
    """Who begins and comes, year by year.

    Parameters
    ----------
    scenario
        Its ``workforce.supply``.
    staff
        Figures of the tables.
    years
        The years of the projection.
    parts
        ``[profession, region]`` of `settled`.
    lost
        ``[profession]``, heads of the run that leave and retire in the base year less those that
        return: what steady calibration replaces.

    Raises
    ------
    ConsistencyError
        If as many as counted shall begin and nobody has counted them, or a stock is steady with
        fewer beginners than none.
    """
    supply, base = scenario.workforce.supply, int(years[0])
    shape = (len(staff.professions), len(years))
    begun, trained, abroad = (np.zeros(shape) for _ in range(3))
    problems: list[Problem] = []
    for p, name in enumerate(staff.professions):
        said = supply.education.get(name)
        abroad[p] = _over(supply.abroad.get(name), years, base, staff.entry["abroad"][p])
        started = years - int(staff.entry["training_years"][p])
        completed = _over(
            None if said is None else said.completion, started, base, staff.entry["completion"][p]
        )
        if said is not None and said.places is not None:
            begun[p], before = (said.places.at(when, base_year=base) for when in (years, started))
        else:
            part = float(parts[p].sum())
            exams = _exams(scenario, staff, p, part, lost[p], abroad[p, 0], problems)
            change = None if said is None else said.change
            # Those who have their exam in the base year began before it.
            begun[p], before = (
                exams / completed[0] * (1 + _over(change, when, base, 0.0))
                for when in (years, started)
            )
        trained[p] = before * completed
    if problems:
        raise ConsistencyError(problems)
    return Beginners(begun, trained, abroad)


def _over(path: "Path | None", years: NDArray[np.int64], base: int, otherwise: float) -> Array:
    """A path over years, or the figure of the tables in every one."""
    return np.full(len(years), otherwise) if path is None else path.at(years, base_year=base)


def _exams(
    scenario: "Scenario",
    staff: Staff,
    profession: int,
    part: float,
    lost: float,
    abroad: float,
    problems: list[Problem],
) -> float:
    """Exams of the base year in the nation."""
    supply, name = scenario.workforce.supply, staff.professions[profession]
    said = supply.education.get(name)
    own = said is not None and said.calibrate is not None
    where = scenario.where(
        "workforce", "supply", *(("education", name) if own else ()), "calibrate"
    )
    way = said.calibrate if said is not None and own else supply.calibrate
    if way == "observed":
        counted = float(staff.entry["trained"][profession])
        if np.isnan(counted):
            problems.append(
                Problem(
                    where=where,
                    message=f"nobody has counted how many {name} are trained a year",
                    expected="a row `trained` in the table staff_entry, or `places` here",
                )
            )
        return counted
    if part == 0:
        return 0.0
    needed = lost / part - abroad
    if needed < 0:
        problems.append(
            Problem(
                where=where,
                message=f"more {name} come from abroad and return than leave and retire",
                found=f"{-needed:.1f} heads a year too many",
                expected="calibrate: observed, or fewer from abroad",
            )
        )
    return max(needed, 0.0) / float(staff.entry["to_health"][profession])


def competent(scenario: "Scenario", staff: Staff, years: NDArray[np.int64], flows: Flows) -> Array:
    """Who finishes a further training, ``[year, group, region]``, heads.

    Parameters
    ----------
    scenario
        Its ``workforce.supply.specialisation``.
    staff
        Groups, and years of training.
    years
        The years of the projection.
    flows
        Of the base year without any who finish: as many as a competence loses then finish then.

    Raises
    ------
    ConsistencyError
        If more return to a competence than leave it.
    """
    lost = flows.left + flows.retired - flows.returned
    general = staff.groups.general
    lost[general] = 0.0
    if np.any(lost < 0):
        group = int(np.argmin(lost.min(axis=1)))
        raise ConsistencyError(
            Problem(
                where="table staff_exits",
                message="more return to a competence than leave it, so it cannot be steady",
                found=_group_names(staff)[group],
                expected="fewer who return, or more in health care of those with the training",
            )
        )
    base = int(years[0])
    change = np.zeros((len(years), len(lost)))
    for group, name in enumerate(_group_names(staff)):
        said = scenario.workforce.supply.specialisation.get(name)
        if said is not None and group not in general:
            started = years - staff.training_years[group]
            change[:, group] = said.change.at(started, base_year=base)
    finished: Array = (1 + change)[:, :, np.newaxis] * lost
    return finished


def _group_names(staff: Staff) -> list[str]:
    """Name of each group: the profession, or its competence."""
    return [
        name
        for profession, competences in zip(staff.professions, staff.competences, strict=True)
        for name in (profession, *competences)
    ]
