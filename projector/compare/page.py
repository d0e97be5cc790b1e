"""A comparison as a page to read, drawn and set like the report of a run."""

from dataclasses import dataclass

import xarray as xr

from projector.compare.comparison import Comparison
from projector.compare.sections import sections
from projector.compare.telling import Teller
from projector.outputs.words import Language, word
from projector.report.page import rendered

__all__ = ["comparison_page"]


@dataclass(frozen=True)
class _Told:
    """What the template asks of a page."""

    teller: Teller

    @property
    def language(self) -> Language:
        return self.teller.language

    @property
    def title(self) -> str:
        return self.teller.title

    @property
    def base(self) -> int | str:
        return self.teller.years[0] if self.teller.years else ""

    @property
    def end(self) -> int | str:
        return self.teller.years[-1] if self.teller.years else ""

    @property
    def tree(self) -> xr.DataTree:
        return self.teller.comparison.sides[0].given.tree

    def word(self, key: str, **values: object) -> str:
        if key == "kicker":
            return self.teller.word("kicker" if self.teller.years else "kicker none", **values)
        if key == "made by":
            return self.teller.word("made by", **values)
        return word(f"report {key}", self.language, **values)


def comparison_page(comparison: Comparison, language: Language) -> str:
    """The page of a comparison as HTML.

    Parameters
    ----------
    comparison
        From `projector.compare.compare`.
    language
        ``nb`` or ``en``.

    Returns
    -------
    str
        A whole document without scripts, that asks nothing of any other machine. The same
        comparison gives the same bytes.
    """
    teller = Teller(comparison, language)
    return rendered(_Told(teller), list(sections(teller)))
