"""The second law: whatever stands on the page is what `projector run` gives of the file."""

from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
import xarray as xr

from projector.errors import UsageError
from projector.explore.answer import Asked
from projector.explore.controls import told
from projector.explore.page import answer_html
from projector.explore.session import open_session
from projector.explore.telling import answer_of
from projector.outputs.summary import people_in
from projector.outputs.words import number
from projector.report.view import few
from projector.run import run
from projector.run.rerun import Rerun
from projector.scenario import load_scenario
from projector.scenario.loading import load_over
from tests.embedded import SCENARIOS
from tests.explore.example import page, session

MOVED = {
    "activity/changes/0/share/2030": "31.5",
    "activity/changes/1/on": "off",
    "capacity/occupancy/somatic": "79",
    "capacity/existing/Hallingdal sjukestugu/municipal_short_stay": "9",
    "workforce/duty/nurse/inpatient/FTE": "1.62",
    "workforce/supply/retention/nurse": "12",
    "activity/shorter/inpatient": "10",
    "population/variant/1": "H",
}


class Cells(HTMLParser):
    """Numbers and texts of the cells, by table and key of the row."""

    def __init__(self, html):
        super().__init__()
        self.table = self.row = ""
        self.cells, self.open = {}, False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag == "table":
            self.table = said["id"]
        if tag == "tr" and "data-key" in said:
            self.row = said["data-key"]
            self.cells[self.table, self.row] = []
        self.open = "data-value" in said and tag == "td"
        if self.open:
            self.cells[self.table, self.row].append([float(said["data-value"]), ""])

    def handle_data(self, data):
        if self.open:
            self.cells[self.table, self.row][-1][1] += data

    def handle_endtag(self, tag):
        self.open = False


@pytest.fixture(scope="module")
def tree():
    """The run of the file, read from disk."""
    path = session().path.with_name("law.yaml")
    path.write_text(page().ask(MOVED)["file"], encoding="utf-8")
    return run(load_scenario(path))


def asked(result, **more):
    return Cells("".join(page().ask(MOVED, result=result, **more)["html"].values())).cells


@pytest.mark.parametrize("year", [2026, 2030])
@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize(
    ("result", "group", "variable", "part"),
    [
        ("contacts", "activity", "contacts", "setting"),
        ("bed_days_by_diagnosis", "activity", "bed_days", "diagnosis"),
        ("beds", "capacity/beds", "need", "resource"),
        ("rooms", "capacity/rooms", "need", "resource"),
        ("staff", "workforce", "need", "profession"),
        ("staff_gap", "workforce/supply", "gap", "profession"),
        ("competence_gap", "workforce/supply", "competence_gap", "competence"),
    ],
)
def test_figures_and_digits_are_those_of_the_run(
    tree, result, group, variable, part, year, language
):
    cells = asked(result, year=year, language=language)
    figures = tree[group].to_dataset()[variable].sel(year=year)
    others = [axis for axis in figures.dims if axis != part]
    by_part = figures.sum(others, skipna=False)
    shown = [key for table, key in cells if table == "by-part" and key]
    assert shown
    for key in shown:
        value, text = cells["by-part", key][1]
        own = float(by_part.sel({part: key}))
        assert value == pytest.approx(own, rel=1e-9, abs=1e-9)
        assert text == number(own, language, few(own))
    assert cells["by-part", ""][1][0] == pytest.approx(float(by_part.sum()), rel=1e-9)


def test_people_of_a_region_are_those_of_the_run(tree):
    cells = asked("people", region="Gol", part="80+")
    people = tree["population"].to_dataset()["population"]
    oldest = people_in(people, "80+").sel(region="3324")
    for year in (2026, 2028, 2030):
        assert cells["by-year", str(year)][1][0] == pytest.approx(float(oldest.sel(year=year)))
        own = float(oldest.sel(year=year))
        assert cells["by-year", str(year)][1][1] == number(own, "en", few(own))


def test_sites_are_those_of_the_run(tree):
    cells = asked("beds")
    beds = tree["capacity/beds"].to_dataset().sel(site="Hallingdal sjukestugu")
    for resource, name in (
        ("municipal_acute", "Municipal acute beds"),
        ("municipal_short_stay", "Municipal short-stay beds"),
    ):
        row = cells["by-site", f"Hallingdal sjukestugu: {name}"]
        own = beds.sel(resource=resource, year=2030)
        assert row[0][0] == float(own["existing"])
        assert row[2][0] == pytest.approx(float(own["served"]), rel=1e-9)
    assert row[0][0] == 9


def test_all_groups_have_the_bits_of_the_run(tree):
    results = session().run(page().ask(MOVED)["file"])
    for name, dataset in results.groups.items():
        own = tree[name].to_dataset()
        for variable, array in dataset.data_vars.items():
            xr.testing.assert_identical(
                array.reset_coords(drop=True), own[variable].reset_coords(drop=True)
            )


def test_what_is_remembered_has_the_bits_of_what_is_made_anew():
    own = session()
    steps = [
        {"population/life_expectancy/female": "85"},
        {"activity/growth/copd/0/annual": "2"},
        {"population/life_expectancy/female": "85", "activity/growth/copd/0/annual": "2"},
        {"population/fertility/total": "1.4", "workforce/duty/nurse/inpatient/FTE": "1.7"},
        {"population/variant/3": "L", "capacity/occupancy/somatic": "80"},
    ]
    known = own.controls("en")
    for moved in steps:
        assert set(moved) <= set(known)
        text = own.text(moved, "en")
        remembered, anew = own.run(text), Rerun().run(load_over(own.scenario, text, own.path))
        assert remembered.groups.keys() == anew.groups.keys()
        for name, dataset in anew.groups.items():
            xr.testing.assert_identical(remembered.groups[name], dataset)


def test_a_first_answer_has_all_but_the_staff_and_the_next_is_whole():
    moved = {"capacity/occupancy/somatic": "81"}
    first = page().ask(moved, first=True)
    assert not first["whole"]
    assert not set(first["walked"]) & {"staff", "supply"}
    rest = page().ask(moved)
    assert rest["whole"]
    assert set(rest["walked"]) <= {"staff", "supply"}
    assert "staff" in rest["walked"]
    for part in ("chart", "table", "sites"):
        assert first["html"][part] == rest["html"][part]
    assert first["html"]["cards"].count(" waits") == 2
    assert " waits" not in rest["html"]["cards"]
    # Asked about staff there is one answer.
    assert page().ask({"capacity/occupancy/somatic": "82"}, result="staff", first=True)["whole"]


def test_as_written_is_the_run_of_the_scenario_itself():
    cells = Cells("".join(page().ask(result="beds")["html"].values())).cells
    for row in cells.values():
        figures = row[1:] if len(row) == 4 else row
        assert figures[0][0] == figures[1][0] or np.isnan(figures[0][0])
        assert figures[2][1] == "the same"


def test_what_is_moved_moves():
    before, after = (page().ask(moved)["html"]["table"] for moved in ({}, MOVED))
    assert before != after
    cells = asked("beds")
    written, changed, difference = (figure for figure, _ in cells["by-part", "somatic"])
    assert changed < written
    assert difference == pytest.approx(changed - written)


def test_another_file_stands_beside():
    own = session()
    beside = replace(own, other=own.written)
    told = answer_of(beside, own.written, Asked("Gol", "beds", "", 2030, "en"))
    assert all(row.other is not None for row in (*told.cards, *told.by_part, *told.by_year))
    assert all(row.other.text == row.written.text for row in told.by_part)
    html = answer_html(told, beside.names("en"), 2030)
    assert "The other file" in html["table"]


def test_a_region_that_another_file_lacks_is_unknown():
    own = session()
    people = own.written.people
    less = people.population.sel(region=["3322"])
    fewer = replace(own.written, people=replace(people, population=less))
    beside = replace(own, other=fewer)
    told = answer_of(beside, own.written, Asked("Gol", "beds", "", 2030, "nb"))
    assert {row.other.text for row in told.by_part} == {"ukjent"}
    assert told.chart.count("<polyline") == 2


def test_another_file_of_other_years_is_refused(tmp_path):
    path = tmp_path / "other.yaml"
    parent = (SCENARIOS / "hallingdal.yaml").as_posix()
    path.write_text(f"scenario: O\nextends: {parent}\nyears: {{base: 2026, end: 2027}}\n")
    with pytest.raises(UsageError, match="of other years"):
        open_session(session().path, path)


def test_only_what_changed_is_walked():
    page().ask({"activity/changes/0/share/2030": "41"})
    said = page().ask({"activity/changes/0/share/2030": "42"})
    assert said["walked"] == ["care", "capacity", "staff"]
    said = page().ask({"workforce/supply/retention/nurse": "7"})
    assert set(said["walked"]) <= {"care", "capacity", "staff", "supply"}
    said = page().ask({"workforce/supply/retention/nurse": "8"})
    assert said["walked"] == ["supply"]
    said = page().ask({"capacity/existing/Hallingdal sjukestugu/municipal_short_stay": "8"})
    assert said["walked"] == ["capacity", "staff"]
    assert page().ask({"workforce/supply/retention/nurse": "7"}, result="people")["walked"] == []


def test_numbers_beside_the_controls_are_in_the_form_of_the_language() -> None:
    assert told(0.4667, percent=True, language="nb") == "46,67"
    assert told(32889.5, percent=False, language="en") == "32,889.5"
    assert told(1e-05, percent=False, language="nb") == "0,00001"
