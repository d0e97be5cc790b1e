"""What a result changes by and because of what: as lines to read, and as a table of all years."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.outputs.words import Language, number, signed, word

if TYPE_CHECKING:
    from projector.run.explain import Explanation
    from projector.run.questions import Question
    from projector.run.worlds import Factor

__all__ = [
    "Answer",
    "Line",
    "averaged",
    "decimals",
    "decimals_of",
    "explanation_table",
    "heading",
    "lines",
    "printed",
    "scale_of",
]

Array = NDArray[np.float64]


class Answer(Protocol):
    """An answer to a question, with what its words mean."""

    @property
    def question(self) -> "Question":
        """What was asked."""

    @property
    def names(self) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
        """What diagnoses, resources and professions are called, by type and key."""


@dataclass(frozen=True)
class Line:
    """One line of an explanation.

    Parameters
    ----------
    role
        ``level`` (the result of a year), ``effect`` of a factor, ``interaction`` or ``change``
        (the whole).
    label
        What it is.
    amount
        The result of the year, or what is added to it; None for the interaction, which the
        effects hold already.
    alone
        Effect with everything else held; None for a level.
    """

    role: str
    label: str
    amount: float | None
    alone: float | None = None


def lines(
    explanation: "Explanation", year: int, language: Language, most_diagnoses: int | None = None
) -> list[Line]:
    """An explanation of one year, line by line.

    Parameters
    ----------
    explanation
        From `projector.run.explain.explain`.
    year
        One of its years.
    language
        ``nb`` or ``en``.
    most_diagnoses
        So many diagnoses have a line of their own, those with the largest effects; the others
        stand together after them.

    Returns
    -------
    list of Line
        The base year, the factors, the interaction, the whole change and the year asked about.
    """
    at = int(year - explanation.years[0])
    base = int(explanation.years[0])
    scale = scale_of(explanation)
    values = explanation.values * scale
    effects, alone = explanation.effects[:, at] * scale, explanation.alone[:, at] * scale
    growing = [i for i, one in enumerate(explanation.factors) if one.kind == "growth"]
    together = _together(growing, effects, alone, decimals(explanation), most_diagnoses)
    found = [Line("level", str(base), float(values[0]))]
    for i, factor in enumerate(explanation.factors):
        if i not in together:
            label = _factor(factor, explanation, language)
            found.append(Line("effect", label, float(effects[i]), float(alone[i])))
        if together and i == growing[-1]:
            label = word("explain other diagnoses", language, count=len(together))
            found.append(
                Line("effect", label, float(effects[together].sum()), float(alone[together].sum()))
            )
    change = float(values[at] - values[0])
    label = word("explain interaction", language)
    found.append(Line("interaction", label, None, float(explanation.interaction[at] * scale)))
    label = word("explain change", language, base=base, year=year)
    found.append(Line("change", label, change, change))
    found.append(Line("level", str(year), float(values[at])))
    return found


def _together(
    growing: Sequence[int], effects: Array, alone: Array, places: int, most: int | None
) -> list[int]:
    """Positions of the diagnoses that stand together: the smallest, and what rounds to nothing."""
    by_size = sorted(growing, key=lambda i: -abs(float(effects[i])))
    nothing = [i for i in by_size if not (round(effects[i], places) or round(alone[i], places))]
    smallest = [] if most is None or len(growing) <= most + 1 else by_size[most:]
    together = {*nothing, *smallest}
    return [i for i in growing if i in together] if len(together) > 1 else []


def heading(told: Answer, language: Language) -> str:
    """What was asked: ``Beds: Somatic beds, Hallingdal``."""
    asked = told.question
    parts = [_named(axis, key, told, language) for axis, key in asked.of]
    whole = [] if parts or not asked.about.parts else [word("explain all", language)]
    text = ", ".join([*parts, *whole, *asked.names])
    return word(f"explain {asked.result}", language) + (f": {text}" if text else "")


def _named(axis: str, key: str, told: Answer, language: Language) -> str:
    named = told.names.get(axis, {}).get(key)
    if named is not None:
        return named[language]
    return key if axis in ("site", "pool") else word(key, language)


def scale_of(told: Answer) -> float:
    """What figures are multiplied by to be read: shares are read in per cent."""
    return 100.0 if told.question.unit == "1" else 1.0


def averaged(explanation: "Explanation") -> bool:
    """Whether effects are means over every order of some changes."""
    return explanation.order_free and any(one.kind == "change" for one in explanation.factors)


def printed(explanation: "Explanation", year: int, language: Language) -> str:
    """An explanation of one year as text for a terminal: a line each, figures in columns."""
    base = float(explanation.values[0]) * scale_of(explanation)
    shown = lines(explanation, year, language)
    places = decimals(explanation)
    first = int(explanation.years[0])
    columns = [
        word(f"explain column {key}", language, base=first) for key in ("effect", "share", "alone")
    ]
    rows = []
    for line in shown:
        figures = ["", "", ""]
        if line.role == "level":
            figures[0] = number(line.amount or 0.0, language, places)
        elif line.amount is not None:
            figures[0] = signed(line.amount, language, places)
            figures[1] = f"{signed(100 * line.amount / base, language, 1)} %" if base else "–"
        if line.alone is not None:
            figures[2] = signed(line.alone, language, places)
        rows.append((line.label, figures))
    wide = max(len(label) for label, _ in rows) + 2
    narrow = [
        max(len(heading), *(len(figures[i]) for _, figures in rows)) + 2
        for i, heading in enumerate(columns)
    ]

    def joined(label: str, figures: list[str]) -> str:
        cells = (f"{text:>{width}}" for text, width in zip(figures, narrow, strict=True))
        return (label.ljust(wide) + "".join(cells)).rstrip()

    return "\n".join(
        [
            explanation.title,
            heading(explanation, language),
            "",
            joined("", columns),
            *(joined(label, figures) for label, figures in rows),
            "",
            word("explain note free" if averaged(explanation) else "explain note", language),
        ]
    )


def decimals(explanation: "Explanation") -> int:
    """Decimals that tell its effects: none of many contacts, two of few beds."""
    return decimals_of(explanation, explanation.values)


def decimals_of(told: Answer, values: Array) -> int:
    """Decimals that tell figures of a question apart."""
    largest = float(abs(values).max())
    if told.question.unit == "1":
        return 1
    if told.question.unit.endswith("year-1"):
        return 0 if largest >= 100 else 1
    return 1 if largest >= 10 else 2


def explanation_table(explanation: "Explanation") -> pd.DataFrame:
    """An explanation of all years, a row for each factor and year.

    Parameters
    ----------
    explanation
        From `projector.run.explain.explain`.

    Returns
    -------
    DataFrame
        ``factor`` (``base`` the result of the base year, the factors in their order,
        ``interaction``, ``total`` the whole change, ``result`` that of the year), ``name`` of the
        diagnosis or change, ``year``, ``effect``, ``share_of_base``, ``alone`` and ``unit``;
        NaN where a column does not apply. The effects of a year sum to its change.
    """
    base = float(explanation.values[0])
    changes = explanation.values - base
    none = [float("nan")] * len(changes)
    blocks: list[Mapping[str, object]] = [
        {"factor": "base", "effect": [base] * len(changes), "alone": none},
        *(
            {"factor": one.kind, "name": one.name, "effect": effect, "alone": by_itself}
            for one, effect, by_itself in zip(
                explanation.factors, explanation.effects, explanation.alone, strict=True
            )
        ),
        {"factor": "interaction", "effect": none, "alone": explanation.interaction},
        {"factor": "total", "effect": changes, "alone": changes},
        {"factor": "result", "effect": explanation.values, "alone": none},
    ]
    table = pd.concat(
        [pd.DataFrame({"name": "", "year": explanation.years} | dict(one)) for one in blocks],
        ignore_index=True,
    )
    share = table["effect"] / base if base else table["effect"] * float("nan")
    table["share_of_base"] = share.where(~table["factor"].isin(["base", "result"]))
    table["unit"] = explanation.question.unit
    return table[["factor", "name", "year", "effect", "share_of_base", "alone", "unit"]]


def _factor(factor: "Factor", explanation: "Explanation", language: Language) -> str:
    if factor.kind == "change":
        return factor.name
    name = explanation.names.get("diagnosis", {}).get(factor.name, {}).get(language, factor.name)
    return word(f"explain {factor.kind}", language, name=name)
