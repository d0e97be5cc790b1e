"""The comparison: everything that is told of some runs side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from projector.compare.assumptions import Differing, Tables, differing, tables
from projector.compare.divergence import Parted, parted
from projector.compare.draws import Paired, paired
from projector.compare.figures import Figures, Unlike, aligned, unlike
from projector.compare.sides import Side

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Runs side by side; the first is what the others are held against.

    Parameters
    ----------
    sides
        Two or more.
    assumptions
        Values of their scenarios that differ.
    tables
        Input tables that differ.
    parted
        For each side but the first, stage by stage, what differs.
    figures
        Every measure of all sides.
    unlike
        What not all sides have.
    paired
        For each side but the first, how sure its difference is.
    """

    sides: tuple[Side, ...]
    assumptions: tuple[Differing, ...]
    tables: tuple[Tables, ...]
    parted: tuple[tuple[Parted, ...], ...]
    figures: tuple[Figures, ...]
    unlike: tuple[Unlike, ...]
    paired: tuple[Paired, ...]

    @property
    def years(self) -> list[int]:
        """Years that all sides have."""
        common = set.intersection(*(set(side.years) for side in self.sides))
        return sorted(common)

    @property
    def is_equal(self) -> bool:
        """Whether no assumption, table, label or figure sets the runs apart."""
        apart = any(one.differing for stages in self.parted for one in stages)
        return not (apart or self.assumptions or self.tables or self.unlike)


def compare(sides: Sequence[Side]) -> Comparison:
    """Compare runs.

    Parameters
    ----------
    sides
        From `projector.compare.sides.sides_of`; two or more.

    Returns
    -------
    Comparison
    """
    first, *others = sides
    figures = aligned(sides)
    return Comparison(
        tuple(sides),
        tuple(differing(sides)),
        tuple(tables(sides)),
        tuple(tuple(parted(first, other)) for other in others),
        tuple(figures),
        tuple(unlike(sides)),
        tuple(paired(first, other, figures) for other in others),
    )
