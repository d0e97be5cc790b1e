"""Small drawings."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("jinja2", reason="the extra `report` is not installed")

from projector.report.drawing import Bar, Line, bars, lines
from projector.report.drawing.svg import Scale, folded, shortened, ticks, width_of

numbers = st.floats(-1e9, 1e9, allow_nan=False)


@given(numbers, st.floats(1e-3, 1e9))
def test_marks_of_an_axis_span_the_values_in_few_even_steps(low: float, span: float) -> None:
    high = low + span
    marks = ticks(low, high)
    steps = [after - before for before, after in pairwise(marks)]
    assert marks[0] <= low + 1e-6 * span
    assert marks[-1] >= high - 1e-6 * span
    assert len(marks) <= 8
    assert max(steps) - min(steps) <= 1e-6 * max(span, abs(high))


def test_marks_of_an_axis_are_round() -> None:
    assert ticks(0, 97) == [0, 20, 40, 60, 80, 100]
    assert ticks(-3, 12) == [-5, 0, 5, 10, 15]
    assert ticks(0, 0) == [0, 0.2, 0.4, 0.6, 0.8, 1.0]


@given(st.floats(-100, 100), st.floats(0.1, 100), st.floats(-100, 100), st.floats(0.1, 100))
def test_a_scale_takes_ends_to_ends(low: float, span: float, start: float, length: float) -> None:
    scale = Scale(low, low + span, start, start + length)
    assert scale(low) == pytest.approx(start)
    assert scale(low + span) == pytest.approx(start + length)
    assert scale(low + span / 2) == pytest.approx(start + length / 2)


@given(st.text(st.characters(categories=["Ll"]), min_size=1), st.floats(30, 300))
def test_shortened_texts_have_room(words: str, width: float) -> None:
    assert width_of(shortened(words, width)) <= width + width_of("…")


def test_long_names_go_on_two_lines() -> None:
    assert folded("Kort", 100) == ("Kort",)
    first, second = folded("Plasser i omsorgsbolig med heldøgns bemanning", 190)
    assert f"{first} {second}" == "Plasser i omsorgsbolig med heldøgns bemanning"


def test_lines_end_at_their_values() -> None:
    drawing = lines(
        [2026, 2030], [Line("a", [0.0, 10.0])], title="t", description="d", figure=str, width=200,
        height=124,
    )  # fmt: skip
    (points,) = re.findall(r'<polyline points="([^"]+)"', drawing)
    (_, low), (_, high) = (map(float, point.split(",")) for point in points.split())
    assert low == 124 - 24
    assert high == 12


def test_bars_are_as_long_as_their_values() -> None:
    drawing = bars(
        [Bar("a", (10.0,), "10"), Bar("b", (-5.0,), "-5")], ("",), title="t", description="d",
        figure=str,
    )  # fmt: skip
    long, short = (float(width) for width in re.findall(r'<rect [^>]*width="([\d.]+)"', drawing))
    assert long == pytest.approx(2 * short, rel=1e-3)
