from pathlib import Path

import numpy as np
import pytest

from projector.errors import InputsError
from projector.inputs.read import read_table


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_ages_become_two_columns_and_codes_stay_text(tmp_path: Path) -> None:
    path = write(
        tmp_path / "population.csv",
        "region,year,sex,ages,persons\n0301,2020,female,0-4,4.5\n0301,2020,female,5+,3\n",
    )
    table = read_table(path, "population")
    assert table.columns.tolist() == ["region", "year", "sex", "age_from", "age_to", "persons"]
    assert table["region"].tolist() == ["0301", "0301"]
    assert table[["age_from", "age_to"]].to_numpy().tolist() == [[0, 4], [5, -1]]
    assert table["persons"].tolist() == [4.5, 3.0]
    assert table["year"].dtype == np.int64
    assert table.index.tolist() == [2, 3]


def test_a_star_is_every_age_where_the_contract_allows_it(tmp_path: Path) -> None:
    path = write(
        tmp_path / "fertility.csv",
        "year,ages,share,source,quality\n2020,*,1,SSB 04232,official\n",
    )
    table = read_table(path, "fertility")
    assert table[["age_from", "age_to"]].to_numpy().tolist() == [[0, -1]]


def test_a_blank_is_missing_only_where_the_contract_allows_it(tmp_path: Path) -> None:
    heading = (
        "setting,kind,resource,unit,occupancy,minutes,hours_per_day,days_per_year,utilisation,"
        "source,quality\n"
    )
    path = write(
        tmp_path / "norms.csv", heading + "inpatient,*,bed,beds,0.85,,,365,,Plan,derived\n"
    )
    table = read_table(path, "norms")
    assert np.isnan(table["minutes"].to_numpy()).all()
    assert table["occupancy"].tolist() == [0.85]
    write(path, heading + "inpatient,*,bed,beds,0.85,,,,,Plan,derived\n")
    with pytest.raises(
        InputsError, match=r"norms\.csv:2: column 'days_per_year': the cell is blank"
    ):
        read_table(path, "norms")


def test_a_semicolon_file_with_decimal_comma_is_the_same_table(tmp_path: Path) -> None:
    path = write(
        tmp_path / "fertility.csv",
        "\ufeffyear;ages;share;source;quality\n2020;15-19;0,125;SSB; official\n".replace(
            "; o", ";o"
        ),
    )
    assert read_table(path, "fertility")["share"].tolist() == [0.125]


def test_provenance_is_required(tmp_path: Path) -> None:
    path = write(tmp_path / "fertility.csv", "year,ages,share\n2020,15-19,0.1\n")
    with pytest.raises(InputsError) as raised:
        read_table(path, "fertility")
    assert [problem.message for problem in raised.value.problems] == [
        "the column 'source' is missing: where the figure comes from",
        "the column 'quality' is missing: official, derived or assumption",
    ]


def test_faults_beyond_the_first_twenty_are_counted(tmp_path: Path) -> None:
    rows = "".join(f"3320,2020,female,{age},x{age}\n" for age in range(30))
    path = write(tmp_path / "population.csv", "region,year,sex,ages,persons\n" + rows)
    with pytest.raises(InputsError) as raised:
        read_table(path, "population")
    assert len(raised.value.problems) == 21
    assert any("10 more texts are wrong" in problem.message for problem in raised.value.problems)


COUNTS = "region,diagnosis,setting,measure,year,count,source,quality\n"


def test_a_count_that_is_not_published_is_missing_and_nil_is_none(tmp_path: Path) -> None:
    texts = ["", ":", "..", "…", ".", "-", "12", "1 234*"]
    rows = [
        f"0301,*,inpatient,contacts,{2000 + n},{text},SSB 10261,official\n"
        for n, text in enumerate(texts)
    ]
    table = read_table(write(tmp_path / "counts.csv", COUNTS + "".join(rows)), "activity_counts")
    missing = [np.nan] * 5
    np.testing.assert_array_equal(table["count"].to_numpy(), [*missing, 0.0, 12.0, 1234.0])


def test_a_count_below_zero_or_a_word_is_refused(tmp_path: Path) -> None:
    rows = [
        f"0301,*,inpatient,contacts,{2000 + n},{text},SSB 10261,official\n"
        for n, text in enumerate(["-3", "few", "*"])
    ]
    with pytest.raises(InputsError) as raised:
        read_table(write(tmp_path / "counts.csv", COUNTS + "".join(rows)), "activity_counts")
    expected = "a number of at least 0, or : where it is not published"
    assert [str(problem).split("counts.csv:")[1] for problem in raised.value.problems] == [
        f"2: column 'count': out of bounds (found '-3'; expected {expected})",
        f"3: column 'count': not a number (found 'few'; expected {expected})",
        f"4: column 'count': a symbol is not a number (found '*'; expected {expected})",
    ]
