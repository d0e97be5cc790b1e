"""Names that would do something elsewhere are names and nothing else in every output."""

import csv
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import xarray as xr

from projector.outputs import read_results, write_results
from projector.report.page import report_page
from tests.embedded import result_with

TITLE = "<script>alert('title')</script> & \"Co\""
SITE = '"><img src=x onerror=alert(1)>, ../../../etc/passwd'
CHANGE = "../a/b\\c; DROP TABLE x; ${HOME} `id` %s {0}"


def yaml(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> xr.DataTree:
    found = result_with(
        tmp_path_factory.mktemp("hostile"),
        "hallingdal",
        description=yaml(TITLE),
        capacity=f"{{existing: {{{yaml(SITE)}: {{serves: Gol, outpatient: 2}}}}}}",
        activity=f"{{changes: [{{name: {yaml(CHANGE)}, redirect: {{region: Gol, "
        f"setting: outpatient}}, to_site: {yaml(SITE)}, share: 30 %}}]}}",
    )
    found.attrs["title"] = TITLE
    return found


@pytest.fixture(scope="module")
def folder(tree: xr.DataTree, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("written") / "deep" / "results"
    write_results(tree, target)
    return target


def test_no_name_becomes_a_path(folder: Path) -> None:
    assert [path.name for path in folder.parent.parent.iterdir()] == ["deep"]
    beside = [path.name for path in folder.parent.iterdir()]
    assert [name for name in beside if name != ".results.lock"] == ["results"]
    written = [path.relative_to(folder).as_posix() for path in folder.rglob("*")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.]+(/[a-z_]+\.csv)?", name) for name in written), written


def test_names_come_back_from_netcdf_and_csv_as_they_were(folder: Path) -> None:
    back = read_results(folder / "results.nc")
    assert back.attrs["title"] == TITLE
    assert SITE in back["capacity/rooms"].to_dataset()["site"].values
    with (folder / "csv" / "rooms_served.csv").open(encoding="utf-8") as file:
        assert SITE in {row["site"] for row in csv.DictReader(file)}


class Tags(HTMLParser):
    """The tags of a page and their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.acting: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.acting += [name for name, _ in attrs if name.startswith("on") or name == "src"]


def test_no_name_becomes_a_tag(tree: xr.DataTree) -> None:
    page = Tags(report_page(tree, "nb"))
    assert not page.found & {"script", "img", "iframe", "object", "embed"}
    assert not page.acting
