"""The page on accuracy is made from the real tables, and not without them."""

from pathlib import Path

import pytest

pytest.importorskip("matplotlib", reason="the extra `report` is not installed")

from benchmarks import accuracy
from tests.shared import needs_shared


def test_without_the_tables_it_says_which_are_lacking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accuracy, "TRUTH", tmp_path / "counted.csv")
    with pytest.raises(SystemExit, match=r"counted\.csv"):
        accuracy.main([str(tmp_path / "page")])
    assert not (tmp_path / "page").exists()


@needs_shared
@pytest.mark.slow
def test_the_page_has_every_case_and_its_picture(tmp_path: Path) -> None:
    accuracy.main([str(tmp_path)])
    page = (tmp_path / "accuracy.md").read_text(encoding="utf-8")
    assert "| total | 32 |" in page
    assert "2.85 % (-2.6 %)" in page
    assert "6.94 % (-6.6 %)" in page
    for case in (accuracy.OFFICIAL_CASE, *accuracy.ALL_CASES):
        assert f"## {case.heading}" in page
        assert f"(pictures/{case.picture}.svg)" in page
        assert (tmp_path / "pictures" / f"{case.picture}.svg").is_file()
    assert "/work" not in page
