"""``projector population calibrate``, as a planner runs it."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from projector.cli.main import cli
from tests.embedded import CASE_AREAS, SCENARIOS

OPENED, REGIONS, YEARS = "3310", 25, range(2016, 2027)


def calibrate(*arguments: object) -> Result:
    given = ["population", "calibrate", *map(str, arguments)]
    return CliRunner().invoke(cli, given)


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario on 25 municipalities of steady people, where a centre opens one year and closes
    the next: in one of them, and a little in eleven others."""
    folder = tmp_path_factory.mktemp("country")
    source = np.random.default_rng(3)
    age = np.arange(106)
    shape = 60.0 * np.where(age < 60, 1.0, np.exp(-(((age - 60) / 22.0) ** 2)))
    rows = ["region,region_name,year,sex,ages,persons"]
    codes = [f"33{number:02d}" for number in range(1, REGIONS + 1)]
    for year in YEARS:
        together = np.zeros((2, 106))
        for place, code in enumerate(codes):
            cells = (1 + place) * shape * np.ones((2, 1))
            cells *= 1 + 0.01 / (1 + place) ** 0.5 * source.normal(size=cells.shape)
            if year == 2021 and (code == OPENED or place >= REGIONS - 11):
                cells[:, 20:40] *= 1.5 if code == OPENED else 1.2
            together += cells
            rows += [
                f"{code},Sted {code},{year},{sex},{label(a)},{cells[s, a]:.3f}"
                for s, sex in enumerate(("female", "male"))
                for a in age
            ]
        rows += [
            f"0,Norge,{year},{sex},{label(a)},{20 * together[s, a]:.3f}"
            for s, sex in enumerate(("female", "male"))
            for a in age
        ]
    (folder / "people.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    path = folder / "country.yaml"
    path.write_text(
        f"scenario: Tjuefem steder\ninputs: {{set: {CASE_AREAS}, population: people.csv}}\n"
        "regions: [all]\nyears: {base: 2026, end: 2030}\n",
        encoding="utf-8",
    )
    return path


def label(age: int) -> str:
    return "105+" if age == 105 else str(age)


def test_it_prints_every_region_and_writes_the_tables(tmp_path: Path) -> None:
    result = calibrate(SCENARIOS / "hallingdal.yaml", "--output", tmp_path / "out")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Hallingdal mot 2040: hva alderstabellene 2016–2026 sier")
    heading = next(line for line in lines if "Innbyggere" in line)
    assert heading.split() == [
        *["Innbyggere", "Dødelighet", "Fruktbarhet"],
        *["1–17", "18–24", "25–39", "40–66", "67+", "Egen", "vekt"],
    ]
    shown = [
        line for line in lines if line.startswith(("Flå", "Nesbyen", "Gol", "Hem", "Ål", "Ho"))
    ]
    assert [line.split()[0] for line in shown] == ["Flå", "Nesbyen", "Gol", "Hemsedal", "Ål", "Hol"]
    assert all(line.startswith("Hol  ") == ("Hol" in line) for line in shown)
    assert len({len(line) for line in [heading, *shown]}) == 1
    assert "Gol 2023–2024: +" in result.stdout
    assert "Landet 2022–2023: +" in result.stdout or "Norge 2022–2023: +" in result.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "cohort_ratios.csv",
        "regional_levels.csv",
        "national_migration.csv",
        "extraordinary.csv",
    }


def test_it_speaks_english_when_asked(tmp_path: Path) -> None:
    result = calibrate(
        SCENARIOS / "reference.yaml", "--output", tmp_path / "out", "--language", "en"
    )
    assert result.exit_code == 0
    for text in ("People", "Mortality", "Own weight", "The results are in"):
        assert text in result.stdout
    assert "… and 14 more, which differ less from the nation" in result.stdout


def test_of_many_regions_those_that_differ_most_come_first(country: Path, tmp_path: Path) -> None:
    result = calibrate(country, "--output", tmp_path / "out", "--language", "en")
    assert result.exit_code == 0
    shown = [line for line in result.stdout.splitlines() if line.startswith("Sted")]
    assert len(shown) == 20
    assert "… and 5 more, which differ less" in result.stdout


def test_years_out_of_the_ordinary_are_listed_the_farthest_out_first(
    country: Path, tmp_path: Path
) -> None:
    result = calibrate(country, "--output", tmp_path / "out", "--language", "en")
    lines = [line for line in result.stdout.splitlines() if line.startswith("  ")]
    named = [line for line in lines if line.startswith(("  Sted", "  The nation"))]
    table = (tmp_path / "out" / "extraordinary.csv").read_text("utf-8").splitlines()[1:]
    assert len(named) == 10
    assert f"… and {len(table) - 10} more; all are in extraordinary.csv" in result.stdout
    opened, closed = sorted(line for line in named if line.startswith(f"  Sted {OPENED} "))
    assert opened.startswith(f"  Sted {OPENED} 2020–2021: +")
    assert closed.startswith(f"  Sted {OPENED} 2021–2022: -")
    weights = [float(line.rpartition(" ")[2]) for line in named]
    assert weights == sorted(weights)
    assert weights[0] < 0.5


def test_years_that_were_not_looked_for_are_not_said_to_be_ordinary(
    country: Path, tmp_path: Path
) -> None:
    path = tmp_path / "keep.yaml"
    path.write_text(
        f"scenario: Keep\nextends: {country}\n"
        "population: {calibration: {extraordinary: keep}}\n",
        encoding="utf-8",
    )
    result = calibrate(path, "--output", tmp_path / "out", "--language", "en")
    assert result.exit_code == 0
    assert "were not looked for" in result.stdout
    assert len((tmp_path / "out/extraordinary.csv").read_text().splitlines()) == 1


@pytest.mark.slow
def test_changed_tables_are_given_back(tmp_path: Path) -> None:
    """Estimate, change one number, run with it: the run says so and writes that number."""
    folder = tmp_path / "mine"
    calibrate(SCENARIOS / "hallingdal.yaml", "--output", folder)
    table = folder / "regional_levels.csv"
    lines = table.read_text("utf-8").splitlines()
    changed = [
        "3330,Hol,mortality,0.9,,," if line.startswith("3330,Hol,mortality") else line
        for line in lines
    ]
    table.write_text("\n".join(changed) + "\n", encoding="utf-8")
    path = tmp_path / "own.yaml"
    path.write_text(
        f"scenario: Own\nextends: {SCENARIOS}/hallingdal.yaml\n"
        f"inputs: {{set: {CASE_AREAS}, regional_levels: mine/regional_levels.csv}}\n",
        encoding="utf-8",
    )
    result = CliRunner().invoke(cli, ["run", str(path), "--output", str(tmp_path / "out")])
    assert result.exit_code == 0
    assert "takes the place of estimates (rows: 68)" in result.stderr
    written = (tmp_path / "out/calibration/regional_levels.csv").read_text("utf-8").splitlines()
    (hol,) = (line for line in written if line.startswith("3330,Hol,mortality"))
    assert hol.split(",")[3] == "0.9"
    assert [line for line in written if line != hol] == [
        line for line in lines if not line.startswith("3330,Hol,mortality")
    ]
    again = calibrate(path, "--output", folder)
    assert again.exit_code == 2
    assert "earlier tables that no scenario reads" in again.stderr
    assert "3330,Hol,mortality,0.9,,," in table.read_text("utf-8")


def test_a_region_that_is_not_there_is_told_with_file_and_line(tmp_path: Path) -> None:
    table = tmp_path / "own.csv"
    table.write_text("region,measure,level\n3330,mortality,1\n3331,mortality,1\n", "utf-8")
    path = tmp_path / "own.yaml"
    path.write_text(
        f"scenario: Own\nextends: {SCENARIOS}/hallingdal.yaml\n"
        f"inputs: {{set: {CASE_AREAS}, regional_levels: own.csv}}\n",
        encoding="utf-8",
    )
    for command in (["run"], ["check"], ["population", "calibrate"]):
        result = CliRunner().invoke(cli, [*command, str(path)])
        assert result.exit_code == 4
        assert f"{table}:3: column 'region': the population table has no such region" in (
            result.stderr
        )
