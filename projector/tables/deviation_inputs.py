"""The tables that say how far off the people may be; both are optional."""

from collections.abc import Mapping
from types import MappingProxyType

from projector.tables.columns import AGES, PROVENANCE, YEAR, Column, Table, frozen
from projector.tables.vocabulary import SEXES

__all__ = ["DEVIATION_TABLES"]

DEVIATION_TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "national_history": Table(
            "Fertility, life expectancy and net immigration as they were counted, far back: how "
            "far off such figures may be is learned from them.",
            frozen(
                {
                    "component": Column(
                        "text",
                        "what was counted",
                        allowed=("total_fertility", "life_expectancy", "net_immigration"),
                    ),
                    "sex": Column("text", "sex, or both", allowed=(*SEXES, "both")),
                    "year": YEAR,
                    "value": Column("number", "children per woman, years or persons a year"),
                }
                | PROVENANCE
            ),
            ("component", "sex", "year"),
            required=False,
        ),
        "deviations": Table(
            "How much nation and regions deviate from what is projected, in draws with stochastic "
            "people.",
            frozen(
                {
                    "measure": Column(
                        "text",
                        "what deviates: the three figures of the nation, or a region's moves, "
                        "mortality and fertility",
                        allowed=(
                            "total_fertility",
                            "life_expectancy",
                            "net_immigration",
                            "moves",
                            "mortality",
                            "fertility",
                        ),
                    ),
                    "ages": AGES,
                    "statistic": Column(
                        "text",
                        "variance of a year's innovation of the path, and that of one person "
                        "besides; share of a path that is left a year later; variance of a year's "
                        "chance of one person, and of a child apart from all others; what an age "
                        "deviates by where its group does by 1",
                        allowed=(
                            "yearly",
                            "yearly_per_person",
                            "persistence",
                            "chance_per_person",
                            "apart_per_person",
                            "profile",
                        ),
                    ),
                    "value": Column("number", "the statistic", minimum=0),
                }
                | PROVENANCE
            ),
            ("measure", "ages", "statistic"),
            required=False,
        ),
    }
)
