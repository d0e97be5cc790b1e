"""The picture of a backtest."""

from pathlib import Path

import pandas as pd
import pytest

pytest.importorskip("matplotlib", reason="the extra `report` is not installed")

from projector.report.backtest_chart import draw_backtest


def errors(base: int) -> pd.DataFrame:
    """Two years and two sizes; the published projection speaks of the last year only."""
    cells = [
        (year, size, method)
        for year in (base + 1, base + 2)
        for size in ("all", "0-1999", "2000-4999")
        for method in ("model", "no_change", "published")
        if method != "published" or year == base + 2
    ]
    table = pd.DataFrame(cells, columns=["year", "size", "method"])
    return table.assign(base=base, ages="total", regions=3, mean_absolute_error=0.03)


def test_the_picture_shows_each_base_method_and_size(tmp_path: Path) -> None:
    both = pd.concat([errors(2010), errors(2015)])
    for name in ("one.svg", "two.svg"):
        draw_backtest(both, tmp_path / name, "Every municipality", "nb")
    text = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert text == (tmp_path / "two.svg").read_text(encoding="utf-8")
    for said in ("Every municipality", "fra 2010", "fra 2015", "uendret", "publisert", "2–5"):
        assert said in text


def test_two_methods_are_two_bars(tmp_path: Path) -> None:
    table = errors(2010)
    draw_backtest(table[table["method"] != "published"], tmp_path / "own.svg", "Own", "en")
    text = (tmp_path / "own.svg").read_text(encoding="utf-8")
    assert "this model" in text
    assert "published" not in text
