"""The picture of a result."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="the extra `report` is not installed")

from projector.report.chart import _apart, draw_chart
from tests.embedded import result_of


def test_the_picture_names_every_region_and_site(tmp_path: Path) -> None:
    draw_chart(result_of("hallingdal"), tmp_path / "chart.svg", "nb")
    text = (tmp_path / "chart.svg").read_text(encoding="utf-8")
    for name in ("Flå", "Nesbyen", "Gol", "Hemsedal", "Ål", "Hol", "Hallingdal sjukestugu"):
        assert name in text
    assert "de 7 største" not in text


def test_a_picture_of_many_regions_says_that_it_shows_the_largest(tmp_path: Path) -> None:
    draw_chart(result_of("ahus"), tmp_path / "chart.svg", "en")
    text = (tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert "the 7 largest" in text
    assert "Lillestrøm" in text
    assert "Hurdal" not in text


def test_labels_keep_their_distance_and_order() -> None:
    moved = _apart(np.array([10.0, 9.9, 9.8, 2.0]), 1.0)
    assert (np.diff(moved) <= -1.0 + 1e-12).all()
    assert moved[0] == 10.0
    assert moved[-1] == 2.0
