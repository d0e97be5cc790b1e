"""The picture of an explanation."""

from pathlib import Path

import pytest

pytest.importorskip("matplotlib", reason="the extra `report` is not installed")

from projector.report.waterfall import draw_waterfall
from tests.outputs.test_explanation import explanation


def test_the_picture_has_every_effect_and_both_years(tmp_path: Path) -> None:
    draw_waterfall(explanation(), 2027, tmp_path / "w.svg", "nb")
    text = (tmp_path / "w.svg").read_text(encoding="utf-8")
    for label in ("2026", "10,0", "Folketall", "Aldring", "+2,0", "Plan", "2027", "16,0"):
        assert label in text
    assert "Endring siden 2026" in text
    assert "samspillet er +3,0" in text


def test_decline_is_told_apart_without_colour(tmp_path: Path) -> None:
    rising = explanation()
    draw_waterfall(rising, 2027, tmp_path / "up.svg", "en")
    falling = type(rising)(**{**vars(rising), "effects": -rising.effects})
    draw_waterfall(falling, 2027, tmp_path / "down.svg", "en")
    up, down = ((tmp_path / name).read_text(encoding="utf-8") for name in ("up.svg", "down.svg"))
    assert "<pattern" in down
    assert "<pattern" not in up


def test_the_picture_says_when_effects_are_means_over_orders(tmp_path: Path) -> None:
    draw_waterfall(explanation(order_free=True), 2027, tmp_path / "w.svg", "en")
    assert "mean over every order" in (tmp_path / "w.svg").read_text(encoding="utf-8")


@pytest.mark.filterwarnings("error")
def test_nothing_that_changes_is_a_picture_too(tmp_path: Path) -> None:
    """A scenario whose base year is its last one."""
    still = explanation()
    still = type(still)(**{**vars(still), "effects": 0 * still.effects})
    draw_waterfall(still, 2026, tmp_path / "w.svg", "en")
    assert (tmp_path / "w.svg").stat().st_size > 0
