"""A table as text: names that are too long, and years that are many."""

from hypothesis import given
from hypothesis import strategies as st

from projector.outputs.table import WIDTH, Row, Section, printed

words = st.lists(st.text("abc", min_size=1, max_size=12), min_size=1, max_size=12)
figures = st.lists(st.text("0123456789,", min_size=1, max_size=11), min_size=4, max_size=4)


@given(named=st.lists(st.tuples(words, figures), min_size=1, max_size=6), title=words)
def test_no_line_is_wider_than_a_page_and_nothing_is_lost(
    named: list[tuple[list[str], list[str]]], title: list[str]
) -> None:
    rows = [Row(" ".join(name), tuple(values)) for name, values in named]
    text = printed(" ".join(title), [2026, 2030, 2035, 2040], [Section("Heading", tuple(rows))])
    lines = text.splitlines()
    assert max(map(len, lines)) <= WIDTH
    said = [word for name, values in named for word in (*name, *values)]
    assert text.split() == [*title, "2026", "2030", "2035", "2040", "Heading", *said]


def test_a_long_name_stands_above_its_figures() -> None:
    rows = (Row("short", ("1", "2")), Row("    very " + "long " * 30, ("30", "40")))
    lines = printed("Title", [2026, 2040], [Section("Heading", rows)]).splitlines()
    assert lines[-1].startswith("        ")  # one step further in than where the name begins
    assert lines[-1].split()[-2:] == ["30", "40"]
    assert len(lines[-1]) == len(lines[1])
