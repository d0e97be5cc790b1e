"""The Excel workbook, read back by other programs."""

import gc
import shutil
import subprocess
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("xlsxwriter", reason="the extra `report` is not installed")

from projector.outputs import refuse_target, write_results
from projector.report.workbook import write_workbook
from projector.report.workbook.book import (
    LONGEST_NAME,
    MOST_CHARACTERS,
    Book,
    cut_text,
    sheet_name,
)
from projector.run.measures import figures_of
from tests.cli.test_commands import projector
from tests.embedded import result_with

FORMULA = "=1+1"
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def written(tree: xr.DataTree, path: Path, **options: object) -> Path:
    groups = {
        node.path.strip("/"): node.to_dataset().reset_coords(drop=True)
        for node in tree.subtree
        if node.path != "/"
    }
    write_workbook(tree, path, options.pop("language", "nb"), list(figures_of(groups)), **options)
    return path


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> xr.DataTree:
    """Three years, with draws, and a region that is called like a formula."""
    tree = result_with(
        tmp_path_factory.mktemp("scenario"),
        "hallingdal-copd",
        years="{end: 2028}",
        uncertainty="{draws: 4, population: written}",
    )
    names = tree["population"]["region_name"].values.astype(object)
    names[-1] = FORMULA
    tree["population"].coords["region_name"] = ("region", names)
    return tree


@pytest.fixture(scope="module")
def path(drawn: xr.DataTree, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(drawn, tmp_path_factory.mktemp("book") / "results.xlsx", language="en")


@pytest.fixture(scope="module")
def book(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def test_the_same_run_gives_the_same_bytes(drawn: xr.DataTree, path: Path, tmp_path: Path) -> None:
    again = written(drawn, tmp_path / "again.xlsx", language="en")
    assert again.read_bytes() == path.read_bytes()


def test_a_summarised_result_has_values_and_quantiles_as_numbers(
    drawn: xr.DataTree, path: Path
) -> None:
    table = pd.read_excel(path, sheet_name="beds", header=1, dtype={"Region": str})
    assert list(table.columns) == [
        "Region", "Name", "Year", "Resource", "Value (beds)", "Mean over draws (beds)",
        "p10 (beds)", "p50 (beds)", "p90 (beds)",
    ]  # fmt: skip
    need = drawn["capacity/beds"]["need"]
    own = table[table["Region"] != "all"]
    np.testing.assert_allclose(own["Value (beds)"], need.values.ravel(), rtol=1e-15)
    summary = drawn["uncertainty/beds"].to_dataset()
    expected = summary["quantile_value"].sel(quantile=0.9).transpose(..., "resource")
    expected = expected.transpose("region", "year", "resource").values.ravel()
    np.testing.assert_allclose(table["p90 (beds)"], expected, rtol=1e-15)


def test_a_result_in_detail_has_a_column_for_each_year(drawn: xr.DataTree, path: Path) -> None:
    table = pd.read_excel(path, sheet_name="population", header=1, dtype={"Region": str})
    years = drawn["population"]["year"].values.tolist()
    people = drawn["population"]["population"].transpose("region", "sex", "age", "year")
    # A workbook holds sixteen digits.
    np.testing.assert_allclose(table[years], people.values.reshape(-1, len(years)), rtol=1e-15)


def test_every_result_has_a_sheet_with_filters_and_frozen_headings(
    book: openpyxl.Workbook, drawn: xr.DataTree
) -> None:
    assert book.sheetnames[0] == "Front page"
    assert {"people", "beds", "staff_gap", "population", "contacts", "contacts_detail"} <= set(
        book.sheetnames
    )
    for name in book.sheetnames[3:-3]:
        sheet = book[name]
        assert sheet.freeze_panes is not None
        assert sheet.auto_filter.ref.startswith("A2:")
        assert int(
            sheet.auto_filter.ref.rpartition(":")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        ) == (max(sheet.max_row, 3))


def test_the_front_page_says_what_it_is_of_and_links_to_every_sheet(
    book: openpyxl.Workbook, drawn: xr.DataTree
) -> None:
    sheet = book["Front page"]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "Own" in texts
    assert drawn.attrs["scenario_sha256"] in texts
    assert any(text.startswith("Ages 80 and over in Hallingdal: from ") for text in texts)
    links = [cell.hyperlink for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    targets = {link.location.split("!")[0].strip("'") for link in links}
    assert targets == set(book.sheetnames) - {"Front page"}


def test_assumptions_stand_with_value_file_and_source_and_are_marked(
    book: openpyxl.Workbook,
) -> None:
    sheet = book["Assumptions"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    found = next(row for row in rows if row[0] and "Ambulatory follow-up of COPD › share" in row[0])
    assert "hallingdal-copd.yaml:" in found[2]
    assert "triangular" in found[1]
    marked = {
        row[3].value for row in sheet.iter_rows(min_row=2) if row[0].fill.fgColor.rgb == "FFFFF2CC"
    }
    assert marked - {None} <= {"assumption", "assumption in part", "no source stated"}


def test_text_like_a_formula_stays_text(book: openpyxl.Workbook) -> None:
    cells = [cell for row in book["population"].iter_rows(min_row=3) for cell in row[:2]]
    formulas = [cell for cell in cells if cell.value == FORMULA]
    assert formulas
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in formulas)
    assert not any(
        cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row
    )


def test_charts_are_native(book: openpyxl.Workbook) -> None:
    assert len(book["Charts"]._charts) >= 4


def test_a_result_with_more_rows_than_a_sheet_goes_on_in_the_next(
    drawn: xr.DataTree, tmp_path: Path
) -> None:
    path = written(drawn, tmp_path / "long.xlsx", language="en", most_rows=1002)
    sheets = pd.read_excel(path, sheet_name=["population", "population (2)"], header=1)
    rows = [len(table) for table in sheets.values()]
    assert rows == [1000, 6 * 2 * 106 - 1000]
    front = openpyxl.load_workbook(path, read_only=True)["Front page"]
    told = [row for row in front.iter_rows(values_only=True) if row[0] == "population (2)"]
    assert told[0][3] == rows[1]
    assert "goes on in the sheets that follow" in told[0][4]


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=3))
def test_excel_takes_every_name_of_a_sheet(wanted: str, others: list[str]) -> None:
    taken: list[str] = []
    for name in [*others, wanted, wanted]:
        taken.append(sheet_name(name, taken))
    assert len({name.casefold() for name in taken}) == len(taken)
    for name in taken:
        assert 0 < len(name) <= LONGEST_NAME
        assert not set(name) & set("[]:*?/\\")
        assert name.strip("'") == name
        assert name.casefold() != "history"


def test_a_long_text_is_cut_into_cells_and_nothing_is_lost() -> None:
    text = "x" * (2 * MOST_CHARACTERS + 5)
    pieces = cut_text(text)
    assert "".join(pieces) == text
    assert max(map(len, pieces)) == MOST_CHARACTERS
    assert cut_text("") == [""]


@pytest.mark.slow
def test_the_command_writes_beside_the_results_and_a_new_run_takes_its_place(
    drawn: xr.DataTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_results(drawn, tmp_path / "out")
    told = projector("excel", tmp_path / "out", "--language", "en")
    assert told.exit_code == 0
    assert told.stdout.strip() == str(tmp_path / "out" / "results.xlsx")
    refuse_target(tmp_path / "out")  # takes the workbook for what a run has written
    monkeypatch.setattr("projector.cli.excel.find_spec", lambda _: None)
    refused = projector("excel", tmp_path / "out")
    assert refused.exit_code == 2
    assert "pip install 'projector[report]'" in refused.stderr


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it_with_the_same_numbers(
    drawn: xr.DataTree, path: Path, tmp_path: Path
) -> None:
    # Every sheet as CSV in UTF-8, numbers as they are and not as shown.
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    subprocess.run(
        [str(OFFICE), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
         "--convert-to", form, "--outdir", str(tmp_path), str(path)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    table = pd.read_csv(tmp_path / "results-beds.csv", header=1, dtype={"Region": str})
    need = drawn["capacity/beds"]["need"]
    own = table[table["Region"] != "all"]
    np.testing.assert_allclose(own["Value (beds)"], need.values.ravel(), rtol=1e-9)
    people = pd.read_csv(tmp_path / "results-population.csv", header=1, dtype={"Region": str})
    assert FORMULA in set(people["Name"])
    sheets = {one.stem.removeprefix("results-") for one in tmp_path.glob("results-*.csv")}
    assert sheets == set(openpyxl.load_workbook(path, read_only=True).sheetnames)
    subprocess.run(
        [str(OFFICE), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
         "--convert-to", 'pdf:calc_pdf_Export:{"PageRange":{"type":"string","value":"1-3"}}',
         "--outdir", str(tmp_path), str(path)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    assert (tmp_path / "results.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_folder_that_cannot_be_written_to_is_a_fault_of_the_file_system(tmp_path: Path) -> None:
    """As every command tells it: not one of the library's own."""
    with pytest.raises(FileNotFoundError), Book(tmp_path / "none" / "x.xlsx", "T", "S") as book:
        book.sheet("A")
    del book
    gc.collect()  # the library leaves its own files to the collector


def test_sheets_are_printed_within_the_width_of_a_page_with_headings_on_each(
    book: openpyxl.Workbook,
) -> None:
    for sheet in book.worksheets:
        assert sheet.page_setup.paperSize == 9
        assert sheet.oddFooter.right.text == "&P / &N"
        if sheet.title == "Charts":
            continue
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    for name, heading in (("beds", 2), ("staff", 2), ("Assumptions", 1), ("Sources", 1)):
        sheet = book[name]
        assert sheet.print_title_rows == f"${heading}:${heading}"
        first, last = sheet.print_area.split("!")[-1].split(":")
        assert first == "$A$1"
        row = int(last.split("$")[2])
        assert sheet.max_row - 1 <= row <= sheet.max_row + 1
        assert [cell.value for cell in sheet[heading]][-1] is not None
    assert book["Front page"].print_area.split("!")[-1].startswith("$A$1:$E$")


def test_narrow_sheets_stand_and_wide_ones_lie(book: openpyxl.Workbook) -> None:
    assert book["Front page"].page_setup.orientation == "landscape"
    assert book["Assumptions"].page_setup.orientation == "landscape"
    assert book["births"].page_setup.orientation == "portrait"
    assert book["staff_gap"].page_setup.orientation == "landscape"
