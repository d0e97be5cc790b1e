"""Own tables, as planners have them, added to an input set by the command."""

from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from projector.cli.main import cli
from projector.inputs.input_set import load_inputs
from projector.outputs import input_sets
from projector.run import run
from projector.scenario import load_scenario
from tests.embedded import CASE_AREAS, SCENARIOS

STAYS = "Kommune;Nivå;År;Antall opphold\nÅl;KAD;2023;88\nHol;KAD;2023;61\n"
PLACES = "Sted;Type plass;År;Plasser\nHallingdal sjukestugu;municipal_acute;2030;4\n"
STAFF = "Område;Yrke;År;Ansatte;Årsverk\nHallingdal;Sykepleier;2025;412;318,5\n"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The set is not read again once it is written: others see to that."""
    monkeypatch.setattr(input_sets, "_check", lambda folder, target: None)


def add(kind: str, path: Path, target: Path, *words: object) -> Result:
    arguments = ["inputs", "add", kind, str(path), "--to", str(target), *map(str, words)]
    return CliRunner().invoke(cli, arguments, catch_exceptions=False)


def added(tmp_path: Path, kind: str, content: str | bytes, *words: object) -> Result:
    path = tmp_path / "own.csv"
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return add(kind, path, tmp_path / "mine", "--base", CASE_AREAS, *words)


def workbook(path: Path, rows: list[list[Any]], title: str = "Ark1") -> Path:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def table(tmp_path: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(tmp_path / "mine" / f"{name}.csv", dtype=str, keep_default_na=False)


def test_stays_go_in_with_source_and_quality(tmp_path: Path) -> None:
    result = added(tmp_path, "opphold", STAYS, "--source", "Ål kommune", "--language", "en")
    assert result.exit_code == 0, result.output
    rows = table(tmp_path, "activity_counts").to_dict("records")
    assert rows[0] == {
        "region": "3328",
        "diagnosis": "*",
        "setting": "municipal_acute",
        "measure": "contacts",
        "year": "2023",
        "count": "88",
        "source": "Ål kommune",
        "quality": "official",
    }
    for line in (
        "CSV in utf-8, parted by semicolon",
        "  A  Kommune → region",
        "  D  Antall opphold → stays",
        "Rows: 2, of which 2 new, 0 in the set already, 0 in place of other figures",
    ):
        assert line in result.output
    sources = (tmp_path / "mine" / "SOURCES.md").read_text(encoding="utf-8")
    assert "`activity_counts.csv`: stays, 2 rows of `own.csv`" in sources
    assert "Ål kommune (official)" in sources
    assert load_inputs(tmp_path / "mine", {}).tables["activity_counts"].shape[0] == 2


@pytest.mark.slow
def test_a_run_uses_the_own_counts(tmp_path: Path) -> None:
    assert added(tmp_path, "stays", STAYS).exit_code == 0
    scenario = tmp_path / "own.yaml"
    text = (
        f"scenario: Own\nextends: {SCENARIOS}/hallingdal.yaml\ninputs: {CASE_AREAS}\n"
        "regions: [Ål]\nyears: {base: 2023, end: 2024}\n"
        "population: {calibration: {from: 2016, to: 2023}}\n"
    )
    contacts = []
    for inputs in (CASE_AREAS, tmp_path / "mine"):
        scenario.write_text(text.replace(str(CASE_AREAS), str(inputs)), encoding="utf-8")
        result = run(load_scenario(scenario))["activity/contacts"]
        contacts.append(float(result.sel(year=2023, setting="municipal_acute").sum()))
    assert abs(contacts[1] - 88) < abs(contacts[0] - 88)


@pytest.mark.usefixtures("quick")
def test_places_join_those_of_the_set(tmp_path: Path) -> None:
    assert added(tmp_path, "plasser", PLACES).exit_code == 0
    rows = table(tmp_path, "existing")
    before = pd.read_csv(CASE_AREAS / "existing.csv", dtype=str)
    assert len(rows) == len(before) + 1
    assert rows.iloc[-1]["amount"] == "4"


@pytest.mark.usefixtures("quick")
def test_a_new_site_comes_with_whom_it_serves(tmp_path: Path) -> None:
    content = "Sykehjem;Type plass;År;Plasser;Betjener\nÅlstunet;nursing_home;2024;42;Ål\n"
    assert added(tmp_path, "places", content).exit_code == 0
    sites = table(tmp_path, "sites")
    assert sites.iloc[-1][["site", "serves"]].tolist() == ["Ålstunet", "3328"]
    unknown = "Sykehjem;Type plass;År;Plasser\nÅlstunet;nursing_home;2024;42\n"
    (tmp_path / "two").mkdir()
    result = added(tmp_path / "two", "places", unknown)
    assert result.exit_code == 4
    assert "own.csv, cell A2: unknown site (found 'Ålstunet'" in result.output
    assert "--column 'HEADING=serves'" in result.output


@pytest.mark.usefixtures("quick")
def test_staff_by_names_of_the_set(tmp_path: Path) -> None:
    assert added(tmp_path, "ansatte", STAFF).exit_code == 0
    row = table(tmp_path, "staff_counts").iloc[0]
    assert row[["region", "profession", "of", "year", "heads", "fte"]].tolist() == [
        "Hallingdal", "nurse", "all", "2025", "412", "318.5",
    ]  # fmt: skip


@pytest.mark.usefixtures("quick")
def test_an_excel_sheet_with_floats_lost_zeros_and_title_rows(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "own.xlsx",
        [
            ["Utskrivninger 2023"],
            [],
            ["Kommunenr", "Kommune", "År", "Nivå", "Opphold"],
            [615.0, "Flå", 2023.0, "Døgn", 1234.0],
            [3330.0, "Hol", 2023.0, "Døgn", 650.5],
        ],
    )
    words = ["--base", CASE_AREAS, "--language", "en"]
    # The set of the case areas does not have 0615, so a lost zero is no way to read it.
    result = add("stays", path, tmp_path / "mine", *words)
    assert result.exit_code == 4
    assert "own.xlsx, sheet 'Ark1', cell A4: not the code of a region of the set" in result.output
    older_codes = tmp_path / "base"
    older_codes.mkdir()
    for file in CASE_AREAS.glob("*.csv"):
        text = file.read_text(encoding="utf-8")
        (older_codes / file.name).write_text(
            text.replace("3320,Flå", "0615,Flå") if file.stem == "population" else text,
            encoding="utf-8",
        )
    result = add("stays", path, tmp_path / "mine", "--base", older_codes, "--language", "en")
    assert result.exit_code == 0, result.output
    assert "615 read as 0615 Flå: the zero in front was lost" in result.output
    rows = table(tmp_path, "activity_counts")
    assert rows["region"].tolist() == ["0615", "3330"]
    assert rows["count"].tolist() == ["1234", "650.5"]
    assert rows["year"].tolist() == ["2023", "2023"]


@pytest.mark.usefixtures("quick")
def test_years_as_headings_sums_symbols_and_remarks(tmp_path: Path) -> None:
    content = (
        "Liggedøgn\n\nKommunenr;Nivå;2022;2023\n3328;KAD;210;224,5\n3330;KAD;-;:\n"
        "Sum;;210;224,5\nKilde: sjukestugu\n"
    ).encode("cp1252")
    result = added(tmp_path, "liggedøgn", content, "--language", "en")
    assert result.exit_code == 0, result.output
    rows = table(tmp_path, "activity_counts")
    assert rows["count"].tolist() == ["210", "224.5", "0", ""]
    for line in (
        "CSV in cp1252",
        "row 6, 'Sum', is the sum of the others: left out",
        "row 7 is a remark: Kilde: sjukestugu",
        "cell D5 has no figure: not published",
        "Cells without a figure, not published: 1",
    ):
        assert line in result.output


@pytest.mark.usefixtures("quick")
def test_decomposed_letters_areas_and_utf_16(tmp_path: Path) -> None:
    text = STAYS.replace("Ål", "A\u030al").replace("Hol", "Hallingdal")
    assert added(tmp_path, "stays", text.encode("utf-16")).exit_code == 0
    assert table(tmp_path, "activity_counts")["region"].tolist() == ["3328", "Hallingdal"]


@pytest.mark.usefixtures("quick")
def test_rows_are_added_together_when_asked(tmp_path: Path) -> None:
    content = "Kommune;Nivå;År;Kjønn;Opphold\nÅl;KAD;2023;Menn;40\nÅl;KAD;2023;Kvinner;48\n"
    refused = added(tmp_path, "stays", content)
    assert refused.exit_code == 4
    said = "own.csv, cell E3: the same 3328, municipal_acute, *, 2023 as own.csv, cell E2"
    assert said in refused.output
    assert "--sum 'Kjønn'" in refused.output
    assert added(tmp_path, "stays", content, "--sum", "Kjønn").exit_code == 0
    assert table(tmp_path, "activity_counts")["count"].tolist() == ["88"]


@pytest.mark.usefixtures("quick")
def test_the_same_again_changes_nothing_and_others_are_asked_for(tmp_path: Path) -> None:
    assert added(tmp_path, "places", PLACES).exit_code == 0
    target = tmp_path / "mine"
    again = add("places", tmp_path / "own.csv", target, "--language", "en")
    assert "0 new, 1 in the set already" in again.output
    (tmp_path / "own.csv").write_text(PLACES.replace(";4", ";5"), encoding="utf-8")
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    other = add("places", tmp_path / "own.csv", target)
    assert other.exit_code == 2
    assert "mine/existing.csv has other figures for Hallingdal sjukestugu" in other.output
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    assert add("places", tmp_path / "own.csv", target, "--replace").exit_code == 0
    assert table(tmp_path, "existing").iloc[-1]["amount"] == "5"
    sources = (target / "SOURCES.md").read_text(encoding="utf-8")
    assert sources.count("- `existing.csv`") == 3


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    result = added(tmp_path, "stays", STAYS, "--dry-run", "--language", "en")
    assert result.exit_code == 0
    assert "Nothing is written" in result.output
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        ("stays", STAYS.replace("88", "1,234"), "--decimal comma, or --decimal point"),
        ("stays", STAYS.replace("88", "1.234"), "the point may part thousands or decimals"),
        ("stays", STAYS.replace("88", "mange"), "cell D2: not a number (found 'mange'"),
        ("stays", STAYS.replace("88", "-5"), "cell D2: fewer than none (found '-5'"),
        ("stays", STAYS.replace("2023;88", "i fjor;88"), "cell C2: not a year (found 'i fjor'"),
        ("stays", STAYS.replace("Hol", "Hål"), "cell A3: unknown region (found 'Hål'"),
        ("stays", STAYS.replace("Hol;", ";"), "cell A3: the region is blank"),
        ("stays", STAYS.replace("KAD", "KADD"), "Did you mean"),
        ("stays", STAYS.replace("År;", "Tidsrom;"), "no column says: year"),
        ("stays", STAYS.replace("Nivå", "Hva"), "no column says: setting"),
        ("stays", STAYS.replace("Antall opphold", "Opphold per 1000"), "a rate, where a count"),
        ("stays", STAYS.replace("Antall opphold", "Andel opphold"), "no column says: stays"),
        ("stays", STAYS.replace("Antall opphold", "Opphold (1000)"), "--unit thousands, or --unit"),
        ("stays", "Knr;Kode;Nivå;År;Opphold\n3328;3;KAD;2023;1\n", "A and B both say: region"),
        ("stays", "a;b\n1;2\n", "no row of headings is found (found 'a', 'b'"),
        ("stays", "bare tekst\n", "no columns are found"),
        ("stays", STAYS.splitlines()[0] + "\n", "no rows below the headings"),
        ("stays", STAYS + "Sum;;;150\n", "not the sum of the rows, which is 149"),
        ("stays", STAYS + "Ål;KAD;2023;88\n", "the same 3328, municipal_acute, *, 2023 as"),
        ("staff", "Kommune;År;Antall\nÅl;2025;30\n", "--unit fte if 'Antall' is that"),
        ("places", PLACES.replace("municipal_acute", "kad-senger"), "cell B2: unknown resource"),
        ("people", STAYS, "not a kind of own table"),
        (
            "stays",
            "Kommunenr;Kommune;Nivå;År;Opphold\n3328;Hol;KAD;2023;1\n",
            "cell B2: not the name of 3328 (found 'Hol'; expected Ål)",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_cell(
    tmp_path: Path, kind: str, content: str, said: str
) -> None:
    result = added(tmp_path, kind, content)
    assert result.exit_code in {2, 4}
    assert said in result.output
    assert not (tmp_path / "mine").exists()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("content", "words", "column", "expected"),
    [
        (STAYS.replace("88", "1,234"), ["--decimal", "comma"], "count", "1.234"),
        (STAYS.replace("88", "1,234"), ["--decimal", "point"], "count", "1234"),
        (STAYS.replace("88", "1.234"), ["--decimal", "comma"], "count", "1234"),
        (STAYS.replace("88", "1.234,5"), ["--decimal", "comma"], "count", "1234.5"),
        (STAYS.replace("År;", "Tidsrom;"), ["--year", "2022"], "year", "2022"),
        (STAYS.replace("Nivå;", "Hva;"), ["--setting", "KAD"], "setting", "municipal_acute"),
        (
            STAYS.replace("År;", "Tidsrom;"),
            ["--column", "Tidsrom=year"],
            "year",
            "2023",
        ),
        (STAYS.replace("Antall opphold", "Opphold (1000)"), ["--unit", "thousands"], "count",
         "88000"),
        (STAYS.replace("Antall opphold", "Opphold i 1000"), [], "count", "88000"),
        (STAYS.replace("Antall opphold", "Antall"), [], "count", "88"),
    ],
)  # fmt: skip
def test_the_option_that_is_named_says_which(
    tmp_path: Path, content: str, words: list[str], column: str, expected: str
) -> None:
    result = added(tmp_path, "stays", content, *words)
    assert result.exit_code == 0, result.output
    assert table(tmp_path, "activity_counts").iloc[0][column] == expected


@pytest.mark.usefixtures("quick")
def test_workbooks_that_leave_something_open(tmp_path: Path) -> None:
    rows = [["Kommune", "Nivå", "År", "Opphold"], ["Ål", "KAD", 2023, 88]]
    book = openpyxl.Workbook()
    book.active.title = "Ark1"
    for row in rows:
        book.active.append(row)
    other = book.create_sheet("Ark2")
    for row in rows:
        other.append(row)
    other["D2"] = "=40+48"
    book.create_sheet("Tomt")
    path = tmp_path / "own.xlsx"
    book.save(path)
    words = ["--base", CASE_AREAS]
    several = add("stays", path, tmp_path / "mine", *words)
    assert "several sheets hold something (found 'Ark1', 'Ark2'" in several.output
    formula = add("stays", path, tmp_path / "mine", *words, "--sheet", "Ark2")
    assert "sheet 'Ark2', cell D2: a formula whose value is not saved" in formula.output
    absent = add("stays", path, tmp_path / "mine", *words, "--sheet", "Ark3")
    assert "no such sheet (found 'Ark3'" in absent.output
    assert add("stays", path, tmp_path / "mine", *words, "--sheet", "Ark1").exit_code == 0
    path.write_bytes(path.read_bytes()[:500])
    broken = add("stays", path, tmp_path / "other", *words)
    assert (broken.exit_code, "the workbook cannot be read" in broken.output) == (4, True)


def test_every_wrong_cell_is_told_at_once(tmp_path: Path) -> None:
    rows = "".join(f"Sted{n};KAD;20;x\n" for n in range(30))
    result = added(tmp_path, "stays", STAYS.splitlines()[0] + "\n" + rows)
    assert result.output.count("own.csv, cell") == 20
    assert "own.csv: 70 more cells are wrong" in result.output
    assert np.isclose(result.exit_code, 4)


def test_a_source_like_a_formula_stays_text_however_often_rows_are_added(
    tmp_path: Path, quick: None
) -> None:
    source = "=HYPERLINK(1)"
    assert added(tmp_path, "opphold", STAYS, "--source", source).exit_code == 0
    more = tmp_path / "more.csv"
    more.write_text("Kommune;Nivå;År;Antall opphold\nGol;KAD;2023;70\n", encoding="utf-8")
    again = add("opphold", more, tmp_path / "mine", "--source", source)
    assert again.exit_code == 0, again.output
    written = set(table(tmp_path, "activity_counts")["source"])
    assert written == {f"'{source}"}
    read = load_inputs(tmp_path / "mine", {}).tables["activity_counts"]
    assert set(read["source"]) == {source}
