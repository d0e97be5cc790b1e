"""What a scenario may say of section `uncertainty`.

`projector.scenario.models` holds the other sections, and gives these names too.
"""

from typing import ClassVar

from projector.scenario import fields, rules
from projector.scenario.section import Rule, Section

__all__ = ["Correlation", "Uncertainty"]


class Correlation(Section):
    """Uncertain assumptions that are high, or low, together."""

    between: fields.Names
    """two or more uncertain assumptions: the keys that lead to each, with / between them and items
    of lists by name; or as many of these keys as it takes, such as the name of a change alone"""
    rank: fields.RankCorrelation
    """Spearman's rank correlation of every two of them"""
    source: fields.Source | None = None

    rule: ClassVar[Rule] = staticmethod(rules.correlation_rule)


class Uncertainty(Section):
    """How sure are we."""

    draws: fields.Draws | None = None
    """joint samples of all uncertain assumptions; without it they take their medians; `auto` is as
    many as it takes"""
    tolerance: fields.Tolerance = 0.01
    """with `draws: auto`, the standard error that is small enough, as a share of each quantile of
    the main figures"""
    most: fields.MostDraws = 4096
    """with `draws: auto`, draws that are never exceeded"""
    seed: fields.Seed = 0
    """which draws: the same seed gives the same draws"""
    quantiles: fields.Quantiles = ()
    """shares of the draws below the limits that are told, in increasing order"""
    correlations: tuple[Correlation, ...] = ()
    """assumptions that do not vary independently of each other"""
    population: fields.PeopleInDraws = "written"
    """how people vary in draws: as the distributions that are written, or stochastic: nation and
    regions deviate besides, as much as earlier projections were off"""
    small_numbers: fields.SmallNumbers = "vary"
    """with stochastic people: the births, deaths and moves of few people, and the contacts of a
    year, vary by chance too, or are as expected"""
    contacts: fields.Truth = True
    """where small numbers vary, whether the contacts of a year do; sizing of beds that few meet
    full has its own account of chance"""

    rule: ClassVar[Rule] = staticmethod(rules.uncertainty_rule)

    @property
    def paths(self) -> bool:
        """Whether nation and regions deviate from the projection of people."""
        return self.population == "stochastic"

    @property
    def chance(self) -> bool:
        """Whether small numbers vary."""
        return self.paths and self.small_numbers == "vary"

    @property
    def chance_of_contacts(self) -> bool:
        """Whether the contacts of a year vary by chance."""
        return self.chance and self.contacts
