"""Ways of drawing hospital areas as text: figures, what is other than today, criteria missed."""

import textwrap
from collections.abc import Iterator

import pandas as pd

from projector.outputs.words import Language, number, signed, word

__all__ = ["printed_areas"]

_SHOWN = {
    "people": (1, 0),
    "people 80+": (1, 0),
    "psychiatry people": (1, 0),
    "hospital contacts": (1, 0),
    "hospital beds": (1, 0),
    "psychiatry beds": (1, 0),
    "own coverage": (100, 1),
    "psychiatry own coverage": (100, 1),
    "mean travel": (1, 0),
    "longest travel": (1, 0),
}
"""Measures that are printed, with a scale and decimals; the table on disk has all of them."""

_WHERE_APART = ("psychiatry people", "psychiatry own coverage")
"""Measures that are printed where psychiatry is not that of the somatic areas."""

_DETAILS = 4
"""Of a criterion that is missed, so many are shown."""

_COLUMN = 12
_WIDTH = 100
_FROM = "people from "


def printed_areas(
    figures: pd.DataFrame,
    findings: pd.DataFrame,
    alternative: str,
    present: str | None,
    sized: bool,
    language: Language,
) -> str:
    """An alternative as text.

    Parameters
    ----------
    figures
        From `projector.run.areas.with_present`.
    findings
        From `projector.run.area_criteria.area_findings`.
    alternative
        Its name.
    present
        Name of the present division, if there is one.
    sized
        Whether the scenario says how many people an area should have.
    language
        ``nb`` or ``en``.

    Returns
    -------
    str
        A block for each measure with a line for each area, and below it the difference from the
        area of today where there is any; then where the people of areas that are put together
        in another way are today, and the criteria that are missed.
    """
    own = figures[figures["alternative"] == alternative]
    years = sorted(own["year"].unique())
    if alternative == present:
        title = word("area present", language, name=alternative)
    elif present is not None:
        title = word("area against", language, name=alternative, present=present)
    else:
        title = alternative
    body = [*_blocks(own, years, language)]
    wide = max(len(name) for name, texts in body if texts) + 2
    lines = [title, "".ljust(wide) + "".join(f"{year:>{_COLUMN}}" for year in years)]
    lines += [
        (name.ljust(wide) + "".join(f"{text:>{_COLUMN}}" for text in texts)).rstrip()
        for name, texts in body
    ]
    lines += _origins(own, int(years[0]), language)
    lines += _missed(findings[findings["alternative"] == alternative], language)
    if not sized:
        lines.append(f"  {word('criteria without size', language)}")
    return "\n".join(lines)


def _blocks(
    own: pd.DataFrame, years: list[int], language: Language
) -> Iterator[tuple[str, list[str]]]:
    """Lines of the table: a name, and a text for each year or none."""
    apart = _psychiatry_apart(own)
    for measure, (scale, decimals) in _SHOWN.items():
        of_measure = own[own["measure"] == measure]
        if of_measure.empty or (measure in _WHERE_APART and not apart):
            continue
        yield word(f"area {measure}", language), []
        for area, rows in of_measure.groupby("area", sort=False):
            by_year = rows.set_index("year").reindex(years)
            yield (
                f"  {area}",
                [number(scale * value, language, decimals) for value in by_year["value"]],
            )
            differences = (scale * by_year["difference"]).round(decimals)
            if (differences.fillna(0.0) != 0).any():
                today = word("area change from", language, area=rows["present_area"].iloc[0])
                yield f"    {today}", [signed(value, language, decimals) for value in differences]
            elif rows["present_area"].isna().all() and own["present_area"].notna().any():
                yield f"    {word('area new', language)}", []


def _psychiatry_apart(own: pd.DataFrame) -> bool:
    """Whether psychiatry has other people than somatic care, in some area."""
    people = (
        own[own["measure"] == measure].set_index(["area", "year"])["value"]
        for measure in ("people", "psychiatry people")
    )
    somatic, psychiatry = people
    return not somatic.sort_index().equals(psychiatry.sort_index())


def _origins(own: pd.DataFrame, year: int, language: Language) -> list[str]:
    """Where the people of areas of another making are today."""
    then = own[own["year"] == year]
    origins = then[then["measure"].str.startswith(_FROM)]
    people = then[then["measure"] == "people"].set_index("area")
    unchanged = (people["difference"] == 0).to_dict()
    lines = []
    for area, rows in origins.groupby("area", sort=False):
        if len(rows) == 1 and unchanged.get(area, False):
            continue
        names = rows["measure"].str.removeprefix(_FROM)
        parts = [
            f"{name} {number(value, language)}"
            for name, value in zip(names, rows["value"], strict=True)
        ]
        lines += _wrapped(f"{area}: {', '.join(parts)}")
    heading = word("area origins", language, year=year)
    return [heading, *lines] if lines else []


def _missed(missed: pd.DataFrame, language: Language) -> list[str]:
    lines = [word("criteria missed" if len(missed) else "criteria met", language)]
    for key, rows in missed.groupby(["area", "criterion"], sort=False):
        area, criterion = map(str, key)
        details = list(rows["detail"])
        more = [f"… +{len(details) - _DETAILS}"] if len(details) > _DETAILS else []
        text = "; ".join([*details[:_DETAILS], *more])
        lines += _wrapped(f"{area}: {_criterion(criterion, rows, language)}: {text}")
    return lines


def _criterion(criterion: str, rows: pd.DataFrame, language: Language) -> str:
    limit = rows["limit"].iloc[0]
    people = "" if pd.isna(limit) else number(float(limit), language)
    return word(f"criterion {criterion}", language, people=people)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
