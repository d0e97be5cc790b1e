import pytest

from projector.inputs.labels import (
    canonical_column,
    is_damaged,
    parse_code,
    parse_regions,
    parse_sex,
    split_year,
)


@pytest.mark.parametrize(
    ("label", "code", "name"),
    [
        ("K-3039 Flå", "3039", "Flå"),
        ("0101 Halden", "0101", "Halden"),
        ("0301\u00a0Oslo", "0301", "Oslo"),
        ("3320", "3320", None),
        ("030110a Grorud", "030110", "Grorud"),
        ("030100aa Oslo total", "030100", "Oslo total"),
        ("030110 Lambertseter (1988-2003)", "030110 (1988-2003)", "Lambertseter (1988-2003)"),
        ("3001 Halden (2020-2023)", "3001", "Halden (2020-2023)"),
        ("0702 Holmestrand (-2017)", "0702", "Holmestrand (-2017)"),
        ("3018 Våler (Østfold)", "3018", "Våler (Østfold)"),
        ("K-21-22 Svalbard and Jan Mayen", "21-22", "Svalbard and Jan Mayen"),
        ("K-Rest Divided municalities", "Rest", "Divided municalities"),
        ("Hele landet", "0", "Hele landet"),
        ("0 Hele landet", "0", "Hele landet"),
        ("Halden", None, "Halden"),
    ],
)
def test_a_region_label_gives_code_and_name(label: str, code: str | None, name: str | None) -> None:
    regions, faults = parse_regions([label])
    assert (regions[0].code, regions[0].name) == (code, name)
    assert not faults


def test_a_code_in_use_again_is_kept_apart_from_the_ended_region() -> None:
    regions, faults = parse_regions(["0716 Våle (-2001)", "0716 Re"])
    assert [region.code for region in regions] == ["0716 (-2001)", "0716"]
    assert not faults


def test_two_regions_with_one_code_are_a_fault() -> None:
    _, faults = parse_regions(["3320 Flå", "K-3320 Flaa"])
    assert faults == {1: "code 3320 belongs to '3320 Flå' as well"}


@pytest.mark.parametrize(("code", "likely"), [("301", "0301"), ("30110", "030110")])
def test_a_lost_leading_zero_is_refused_with_the_likely_code(code: str, likely: str) -> None:
    with pytest.raises(ValueError, match=likely):
        parse_code(code)


@pytest.mark.parametrize(
    ("label", "sex"),
    [
        ("Males", "male"),
        ("Menn", "male"),
        ("1", "male"),
        ("Females", "female"),
        ("Kvinner", "female"),
        ("2", "female"),
        ("Both sexes", "both"),
        ("Begge kjønn", "both"),
        ("Begge kjÃ¸nn", "both"),
    ],
)
def test_sexes_in_both_languages_and_in_codes(label: str, sex: str) -> None:
    assert parse_sex(label) == sex


def test_an_unknown_sex_names_the_nearest() -> None:
    with pytest.raises(ValueError, match="perhaps 'kvinner'"):
        parse_sex("Kvinnr")


@pytest.mark.parametrize(
    ("label", "name"),
    [("alder", "ages"), ("kj�nn", "sex"), ("år", "year"), ("Ã¥r", "year"), ("alternativ", None)],
)
def test_headings_are_known_in_both_languages_and_when_damaged(
    label: str, name: str | None
) -> None:
    assert canonical_column(label) == name


def test_years_are_found_at_the_end_of_a_heading() -> None:
    assert split_year("Persons 2020") == ("Persons", 2020)
    assert split_year("2020") == ("", 2020)
    assert split_year("Persons") is None
    assert split_year("120200") is None


@pytest.mark.parametrize("name", ["S\ufffdr-Varanger", "Sï¿½r-Varanger", "SÃ¸r-Varanger"])
def test_damaged_names_are_recognised(name: str) -> None:
    assert is_damaged(name)
    assert not is_damaged("Sør-Varanger")
