"""The page of a run: what it says, that it stands alone, and that nobody's text can act in it."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

pytest.importorskip("jinja2", reason="the extra `report` is not installed")

from projector.outputs.summary import people_in
from projector.outputs.words import Language, number
from projector.report.page import report_page
from projector.report.sections.indicators import indicators
from projector.report.sections.staff import shortages
from projector.report.view import Explained, View
from projector.run import run
from projector.scenario import load_scenario
from tests.embedded import SCENARIOS, result_of, result_with

VOID = {"meta", "link", "br", "hr", "img", "input"}
HOSTILE = """<script>alert(1)</script>"'&{{ 7 * 7 }}=SUM(A1)"""


class Page(HTMLParser):
    """Elements of a page, that they close in the order they were opened, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


@cache
def page_of(name: str, language: Language = "nb") -> str:
    return report_page(result_of(name), language)


@cache
def drawn() -> xr.DataTree:
    """Hallingdal with COPD followed up at home, with few draws."""
    return run(load_scenario(SCENARIOS / "hallingdal-copd.yaml").with_draws(16))


def figure(value: float, decimals: int = 0) -> str:
    return " ".join(number(value, "nb", decimals).split())


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize("name", ["hallingdal", "ahus-future", "reference"])
def test_pages_are_well_formed_and_stand_alone(name: str, language: Language) -> None:
    text = page_of(name, language)
    page = Page(text)
    assert page.of("html") == [{"lang": language}]
    assert len(text.encode()) < 6_000_000
    assert not re.search(
        r"(?:https?:)?//|@import|url\((?!#)", text.replace("http://www.w3.org", "")
    )
    assert not {"script", "link", "iframe", "object", "img", "form"} & {
        tag for tag, _ in page.elements
    }
    identifiers = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(identifiers) == len(set(identifiers))
    for attrs in page.of("a"):
        assert str(attrs["href"]).removeprefix("#") in identifiers


@pytest.mark.parametrize("name", ["hallingdal", "reference"])
def test_every_picture_says_in_words_what_it_shows_and_has_a_table_behind_it(name: str) -> None:
    page = Page(page_of(name))
    pictures = [attrs for attrs in page.of("svg") if attrs.get("aria-hidden") != "true"]
    identifiers = {attrs.get("id") for _, attrs in page.elements}
    assert len(pictures) > 10
    for attrs in pictures:
        assert attrs["role"] == "img"
        assert attrs["aria-labelledby"] in identifiers
        assert attrs["aria-describedby"] in identifiers
    opened = [tag for tag, _ in page.elements]
    for i, tag in enumerate(opened):
        if tag == "figure":
            rest = opened[i + 1 :]
            whole = rest[: rest.index("figure")] if "figure" in rest else rest
            assert whole.index("svg") < whole.index("details") < whole.index("table")
    scrolling = [attrs for attrs in page.of("div") if attrs.get("class") == "scroll"]
    assert all(attrs["tabindex"] == "0" and attrs["aria-label"] for attrs in scrolling)


def test_the_answer_is_the_numbers_of_the_results() -> None:
    tree = result_of("hallingdal")
    text = Page(page_of("hallingdal")).text
    oldest = people_in(tree["population"].to_dataset()["population"], "80+").sum("region").values
    growth = 100 * (oldest[-1] / oldest[0] - 1)
    assert (
        f"80 år og eldre i Hallingdal: fra {figure(oldest[0])} i 2026 til {figure(oldest[-1])} "
        f"i 2040 (+{figure(growth)} %)" in text
    )
    beds = tree["capacity/beds"].to_dataset()
    acute = beds.sel(site="Hallingdal sjukestugu", resource="municipal_acute")
    share = 100 * float(acute["refusal"].sel(year=2040))
    assert (
        f"Kommunale akutte døgnplasser (KAD): for lite fra {int(acute['first_shortage'])}. "
        f"I 2040 trengs {figure(float(acute['served'].sel(year=2040)))}; "
        f"det finnes {figure(float(acute['existing'].sel(year=2040)))}. "
        f"Med det som finnes møter {figure(share, 1)} % av pasientene" in text
    )
    gaps = tree["workforce/supply"].to_dataset()["gap"].sum("region", min_count=1)
    nurses = float(gaps.sel(profession="nurse", year=2040))
    assert f"Sykepleier: {figure(nurses, 1)} årsverk mangler i 2040" in text


def test_a_page_of_draws_tells_how_sure_it_is() -> None:
    tree = drawn()
    text = Page(report_page(tree, "nb")).text
    sure = tree["uncertainty/people"].to_dataset().sel(region="all", year=2040, ages="80+")
    low, high = (float(value) for value in sure["quantile_value"].values[[0, -1]])
    assert f"80 år og eldre i 2040: trolig {figure(low)} til {figure(high)}." in text
    gap = tree["uncertainty/staff_gap"].to_dataset().sel(region="all", year=2040)
    above = 100 * float(gap["above"].sel(profession="nurse"))
    assert f"for få i {figure(above)} % av trekningene" in text
    assert "16 trekninger av alt som er usikkert" in text
    assert "Kjøringen har ingen trekninger" not in text
    assert "Kjøringen har ingen trekninger" in Page(page_of("hallingdal")).text


def test_intervals_hold_the_draws_of_all_regions_together() -> None:
    view = View(drawn(), "en", {})
    sure = view.interval("beds", resource="somatic")
    assert sure is not None
    need = drawn()["capacity/beds"].to_dataset()["need"].sel(resource="somatic").sum("region")
    assert (sure.low <= sure.high).all()
    assert sure.low[0] <= float(need[0]) * (1 + 1e-9)
    assert sure.high[-1] > float(need.max("year")) * 0.9
    assert view.interval("beds", resource="no such bed") is None


def test_shortages_add_up_over_regions_and_the_largest_comes_first() -> None:
    tree = result_of("hallingdal")
    found = [one for one in shortages(View(tree, "nb", {}), "profession") if one.gap is not None]
    supply = tree["workforce/supply"].to_dataset()
    for one in found:
        need = tree["workforce"].to_dataset()["need"].sel(profession=one.key)
        np.testing.assert_allclose(one.need, need.sum(("region", "setting")))
        np.testing.assert_allclose(
            np.array(one.need) - np.array(one.supply), one.gap, rtol=0, atol=1e-6
        )
        np.testing.assert_allclose(
            one.supply, supply["supply"].sel(profession=one.key).sum("region")
        )
    lasts = [(one.gap or [0.0])[-1] for one in found]
    assert lasts == sorted(lasts, reverse=True)


def test_what_is_not_known_is_said_and_not_drawn() -> None:
    """Of the Ahus area no site is compared; without stocks nobody knows who is missing."""
    assert "sier ikke hva som finnes på noe sted" in Page(page_of("ahus-future")).text
    tree = result_of("hallingdal")
    kept = {
        node.path: node.to_dataset(inherit=False)
        for node in tree.subtree
        if node.path != "/workforce/supply"
    }
    without = xr.DataTree.from_dict(kept)
    without.attrs = tree.attrs
    text = Page(report_page(without, "nb")).text
    assert "Inndata sier ikke hvem som arbeider i helsetjenesten" in text
    assert "årsverk mangler" not in text


def test_every_region_is_in_the_table_where_only_the_largest_are_drawn() -> None:
    tree = result_of("ahus-future")
    text = Page(page_of("ahus-future")).text
    for name in tree["population"].to_dataset()["region_name"].values:
        assert f"{name}, 80 år og eldre" in text


def hostile_tree() -> xr.DataTree:
    tree = result_of("hallingdal").copy()
    for group in ("population", "activity", "workforce", "workforce/supply"):
        dataset = tree[group].to_dataset(inherit=False)
        if "region_name" in dataset.coords:
            names = [HOSTILE] * dataset.sizes["region"]
            tree[group].dataset = dataset.assign_coords(region_name=("region", names))
    beds = tree["capacity/beds"].to_dataset(inherit=False)
    tree["capacity/beds"].dataset = beds.assign_coords(site=[HOSTILE])
    tree.attrs = dict(tree.attrs) | {"title": HOSTILE, "inputs_notes": HOSTILE}
    resolved = str(tree.attrs["scenario_resolved"]).replace("Hallingdal mot 2040", "x")
    hostile = "'" + HOSTILE.replace("'", "''") + "'"
    tree.attrs["scenario_resolved"] = f"{resolved}activity:\n  {hostile}: 1 # a.yaml:1\n"
    return tree


def test_hostile_names_are_text_and_nothing_else() -> None:
    lines = (
        Explained("level", HOSTILE, 1.0, 0.0),
        Explained("effect", HOSTILE, 1.0, 1.0),
        Explained("change", HOSTILE, 1.0, 1.0),
        Explained("level", HOSTILE, 2.0, 0.0),
    )
    told = {HOSTILE: lines}
    text = report_page(hostile_tree(), "en", told)
    page = Page(text)
    assert "script" not in {tag for tag, _ in page.elements}
    assert not any(name.startswith("on") for _, attrs in page.elements for name in attrs)
    assert "alert(1)" in page.text
    assert "{{ 7 * 7 }}" in page.text
    assert "<script" not in text


def test_the_same_results_give_the_same_bytes() -> None:
    assert report_page(result_of("hallingdal"), "nb") == page_of("hallingdal")
    assert report_page(result_of("hallingdal"), "en") != page_of("hallingdal")


def test_a_waterfall_ends_where_the_change_does() -> None:
    told = {
        "Beds": (
            Explained("level", "2026", 100.0, 0.0),
            Explained("effect", "Number of people", 12.5, 12.5),
            Explained("effect", "A change", -2.5, -3.0),
            Explained("interaction", "Interaction", 0.0, 0.5),
            Explained("change", "Change 2026–2040", 10.0, 10.0),
            Explained("level", "2040", 110.0, 0.0),
        )
    }
    text = report_page(result_of("hallingdal"), "en", told)
    page = Page(text).text
    assert "From 100.0 in 2026 to 110.0 in 2040." in page
    assert "+12.5" in page
    assert "-2.5" in page
    assert "What drives the change is not worked out here" not in page


def test_what_matters_most_is_a_tornado_of_what_stands_out_from_chance() -> None:
    tree = drawn().copy(deep=False)
    tree["uncertainty/sensitivity/beds"] = xr.DataTree(_depending())
    tree["uncertainty"].attrs["assumptions"] = 2
    page = Page(report_page(tree, "en"))
    told = "capacity / occupancy matters most: 90 where it is low, 110 where it is high"
    assert told in page.text
    assert "No assumption stands out from chance for:" in page.text
    assert "use / growth matters most" not in page.text


def _depending() -> xr.Dataset:
    """Beds that depend on one assumption and seem to on another, and other resources on none."""
    measure = drawn()["uncertainty/beds"].to_dataset()
    shape = (2, measure.sizes["year"], measure.sizes["resource"])
    shares, low, high = np.zeros(shape), np.full(shape, 100.0), np.full(shape, 100.0)
    at = list(measure["resource"].values).index("somatic")
    shares[:, :, at] = [[0.9], [0.05]]
    low[0, :, at], high[0, :, at] = 90.0, 110.0
    dims = ("assumption", "year", "resource")
    return xr.Dataset(
        {
            "first": (dims, shares),
            "first_error": (dims, np.full(shape, 0.04)),
            "low": (dims, low),
            "high": (dims, high),
            "rest": (dims[1:], np.full(shape[1:], 0.05)),
        },
        coords={
            "assumption": ["capacity/occupancy", "use/growth"],
            "year": measure["year"].values,
            "resource": measure["resource"].values,
        },
    )


@pytest.mark.parametrize(
    ("assumptions", "told"),
    [(0, "No value of the scenario is written as a distribution"), (1, "Too few draws to tell")],
)
def test_why_nothing_is_told_of_what_matters_is_told(assumptions: int, told: str) -> None:
    tree = drawn().copy(deep=False)
    tree["uncertainty"].attrs["assumptions"] = assumptions
    assert told in Page(report_page(tree, "en")).text
    undrawn = Page(page_of("hallingdal", "en")).text
    assert "Which assumption matters most is shown by a run with draws" in undrawn


def test_regions_lie_on_a_map_of_squares_with_their_growth_where_the_inputs_have_one() -> None:
    page = Page(page_of("hallingdal", "en"))
    population = result_of("hallingdal")["population"]["population"]
    oldest = people_in(population, "80+").sel(region="3330")
    growth = round(100 * (float(oldest[-1] / oldest[0]) - 1))
    assert re.search(rf"Hol: \+{growth}\W?%", page.text)
    tree = result_of("hallingdal").copy(deep=False)
    tree.attrs = {**tree.attrs, "tiles": "{}"}
    assert "A map of squares" not in report_page(tree, "en")
    assert "A map of squares" in page_of("hallingdal", "en")


TARGETS = """{targets: {acute: 65 %, readmissions: 9 %, own_coverage: 80 %, ready_days: 15000,
  active_per_old: 3}}"""


@pytest.mark.parametrize(
    ("language", "held", "missed"), [("nb", "ja", "nei, fra 2026"), ("en", "yes", "no, from 2026")]
)
def test_indicators_are_held_against_their_targets(
    tmp_path: Path, language: Language, held: str, missed: str
) -> None:
    tree = result_with(
        tmp_path, "ahus", years="{base: 2026, end: 2028}", outputs=TARGETS,
        workforce="{limits: {working_age_share: {2026: 20 %, 2028: 10 %}}}",
    )  # fmt: skip
    view = View(tree, language, {})
    (gallery,) = (block for block in indicators(view).blocks if block.kind == "gallery")
    rows = {row[0]: row[1:] for row in gallery.table.rows}
    (told,) = (rows[view.common(key)] for key in ("acute share",))
    stays = tree["activity"]["contacts"].sel(setting="inpatient").sum(("region", "diagnosis"))
    acute = tree["activity"]["acute"].sel(setting="inpatient").sum(("region", "diagnosis"))
    assert (acute / stays > 0.65).all()
    assert told[-1] == missed
    assert told[-2] == view.word("at most", figure=number(65.0, language, 1))
    assert rows[view.common("readmission share")][-1] == held
    assert rows[view.common("own coverage")][-1] == missed
    assert rows[view.common("own coverage")][-2] == view.word(
        "at least", figure=number(80.0, language, 1)
    )
    assert rows[view.common("ready days")][-1] == held
    assert rows[view.common("active_per_old 67+")][-1] == held
    assert rows[view.common("share of working age")][-2:] == (
        view.word("at most", figure=number(10.0, language, 1)), held,
    )  # fmt: skip
    assert rows[view.common("active_per_old 80+")][-2:] == (view.word("no limit"), "")


def test_a_target_that_the_inputs_say_nothing_of_is_told(tmp_path: Path) -> None:
    tree = result_with(
        tmp_path, "hallingdal", years="{base: 2026, end: 2027}",
        outputs="{targets: {own_coverage: 80 %}}",
    )  # fmt: skip
    texts = [
        block.text for block in indicators(View(tree, "en", {})).blocks if block.kind == "paragraph"
    ]
    assert texts == [
        "The inputs lack what it takes to hold this against its target: Own coverage, per cent."
    ]
