"""The table that a run prints, in both languages."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from projector.outputs.summary import headline_years, summary
from projector.outputs.table import Row, Section, printed
from projector.outputs.words import Language
from tests.embedded import result_of, result_with


def section(tree: xr.DataTree, heading: str) -> dict[str, tuple[str, ...]]:
    found: list[Section] = [one for one in summary(tree, "en") if one.heading.startswith(heading)]
    return {row.name: row.figures for one in found for row in one.rows}


def figures(tree: xr.DataTree, heading: str, name: str) -> list[float]:
    return [float(text.replace(",", "")) for text in section(tree, heading)[name]]


def test_stays_are_told_by_urgency_readmission_coverage_and_days_after_readiness() -> None:
    tree = result_of("ahus")
    assert list(section(tree, "Of the inpatient stays")) == [
        "Acute, per cent",
        "Acute again within 30 days, per cent",
        "Own coverage, per cent",
        "Bed days after readiness for discharge",
    ]
    activity = tree["activity"].to_dataset().sum(("region", "diagnosis"))
    activity = activity.sel(year=headline_years(activity["year"].values))
    stays = activity["contacts"].sel(setting="inpatient")
    for name, share in (
        ("Acute, per cent", activity["acute"].sel(setting="inpatient") / stays),
        ("Acute again within 30 days, per cent", activity["readmissions"] / stays),
    ):
        shown = figures(tree, "Of the inpatient stays", name)
        assert shown == pytest.approx(100 * share.values, abs=0.05)


def test_own_coverage_is_the_mean_of_the_regions_by_their_stays(tmp_path: Path) -> None:
    own = figures(result_of("ahus"), "Of the inpatient stays", "Own coverage, per cent")
    assert all(0 < share < 80 for share in own)  # somatic stays have 75 %, the others less
    one_region = result_with(tmp_path, "ahus", regions="[Nittedal]")
    coverage = one_region["sites"]["own_coverage"].sel(setting="inpatient").squeeze("region")
    shown = figures(one_region, "Of the inpatient stays", "Own coverage, per cent")
    years = headline_years(coverage["year"].values)
    assert shown == pytest.approx(100 * coverage.sel(year=years).values, abs=0.05)


def test_money_is_in_millions_and_nothing_else_is() -> None:
    tree = result_of("hallingdal")
    money = tree["money"].to_dataset().sum("region")
    money = money.sel(year=headline_years(money["year"].values))
    assert figures(tree, "Money", "DRG points, number") == pytest.approx(
        money["drg_points"].sum("setting").values, abs=0.5
    )
    for name, amount in (
        ("Income by activity", money["activity_income"]),
        ("Municipal payment for days after readiness", money["ready_day_payment"]),
    ):
        assert figures(tree, "Money", name) == pytest.approx(amount.values / 1e6, abs=0.05)


def test_what_the_inputs_do_not_tell_has_no_line(tmp_path: Path) -> None:
    nation = section(result_of("reference"), "Of the inpatient stays")
    assert "Own coverage, per cent" not in nation  # no flow is of the whole country
    tree = result_of("ahus").copy()
    del tree["money"], tree["sites"]
    for name in ("acute", "readmissions", "ready_days"):
        tree["activity"][name] = 0 * tree["activity"][name]
    headings = {one.heading for one in summary(tree, "nb")}
    assert not headings & {
        "Om døgnoppholdene",
        "Økonomi (millioner kroner, prisnivå som i inndata)",
    }
    assert "Senger" in headings


def existing(tree: xr.DataTree) -> list[Row]:
    (found,) = (one for one in summary(tree, "en") if one.heading.startswith("Need against"))
    return list(found.rows)


def test_below_what_exists_stands_when_it_is_too_little_how_full_it_is_and_the_bad_days() -> None:
    tree = result_of("hallingdal-beds")
    rows = existing(tree)
    assert [row.name for row in rows[:9]] == [
        "Hallingdal sjukestugu",
        "  Municipal acute beds",
        "    too few from 2026",
        "    turned away because it is full, per cent",
        "    beds in use, on average",
        "    in the busiest month",
        "    at most, nine of ten days",
        "    at most, nineteen of twenty days",
        "    the gap costs, NOK million of 2024 a year",
    ]
    beds = tree["capacity/beds"].to_dataset().squeeze("site")
    acute = beds.sel(resource="municipal_acute", year=headline_years(beds["year"].values))
    shown = [[float(text) for text in row.figures] for row in rows[3:9]]
    assert shown[0] == pytest.approx(100 * acute["refusal"].values, abs=0.05)
    for figures, measure in zip(shown[1:5], ("mean", "busy_month", "p90", "p95"), strict=True):
        assert figures == pytest.approx(acute["site_peak"].sel(measure=measure).values, abs=0.05)
    missing = np.array([5, 5, 6, 6]) - 3
    assert shown[5] == pytest.approx(1.661 * missing, abs=0.05)


def test_a_shortage_that_ends_is_said_to_end(tmp_path: Path) -> None:
    """Beds that are closed for some years and opened again: from the first year is not enough."""
    openings = (
        "[{resource: day, from: 2028, until: 2029, amount: -20},"
        " {resource: day, from: 2034, until: 2034, amount: -20},"
        " {resource: day, from: 2040, amount: -20}]"
    )
    centre = f"{{existing: {{Dagsenter: {{serves: Hallingdal, day: 20, openings: {openings}}}}}}}"
    tree = result_with(tmp_path, "hallingdal", capacity=centre)
    names = [row.name for row in existing(tree)]
    assert names[names.index("Dagsenter") :] == [
        "Dagsenter",
        "  Day places",
        "    too few 2028–2029, 2034, from 2040",
    ]


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize("name", ["hallingdal-beds", "ahus", "reference"])
def test_a_page_has_100_columns(name: str, language: Language) -> None:
    tree = result_of(name)
    years = headline_years(tree["population"]["year"].values)
    text = printed(tree.attrs["title"], years, summary(tree, language))
    assert max(map(len, text.splitlines())) <= 100


def test_pooled_beds_are_told_together_apart_and_saved() -> None:
    tree = result_of("hallingdal-beds")
    rows = section(tree, "Shared beds")
    pool = tree["capacity/pools"].to_dataset().squeeze("pool").sel(year=2040)
    beds = rows["Ti felles senger"][-1]
    assert beds == f"{pool['together']:.0f} / {pool['apart']:.0f} / {pool['saved']:.0f}"
    full = rows["  turned away, per cent (together / apart)"][-1]
    assert full == f"{100 * pool['refusal_together']:.1f} / {100 * pool['refusal_apart']:.1f}"
    assert not section(result_of("hallingdal"), "Shared beds")


def test_places_that_are_enough_have_no_line_below(tmp_path: Path) -> None:
    enough = "{existing: {Dagsenter: {serves: Hallingdal, day: 20}}}"
    tree = result_with(tmp_path, "hallingdal", capacity=enough)
    assert [row.name for row in existing(tree)[-2:]] == ["Dagsenter", "  Day places"]


def test_staff_are_held_against_those_of_working_age() -> None:
    tree = result_of("hallingdal-tasks")
    people = tree["population"]["population"].sum(("region", "sex"))
    years = headline_years(people["year"].values)
    people = people.sel(year=years)
    ages = {first: people.sel(age=slice(first, None)).sum("age") for first in (67, 80)}
    working = people.sel(age=slice(20, 66)).sum("age")
    need = tree["workforce"]["need"].sum(("region", "setting", "profession")).sel(year=years)
    heading = "Who there is"
    for name, values, within in (
        ("Full-time equivalents per 100 people of 20–66", 100 * need / working, 0.05),
        ("Growth of staff needed since 2026, per cent", 100 * need / need[0] - 100, 0.05),
        ("Growth of people of 20–66 since 2026, per cent", 100 * working / working[0] - 100, 0.05),
        ("People of 20–66 per person of 67 and over", working / ages[67], 0.005),
        ("People of 20–66 per person of 80 and over", working / ages[80], 0.005),
    ):
        assert figures(tree, heading, name) == pytest.approx(values.values, abs=within), name
    above = figures(tree, heading, "  municipalities or districts above the limit")
    excess = tree["workforce"]["working_age_excess"].sel(year=years)
    assert above == list((excess > 0).sum("region").values)
    assert max(above) > 0


def test_no_limit_flags_nothing_and_missing_pay_is_named() -> None:
    rows = section(result_of("hallingdal"), "Who there is")
    assert "  municipalities or districts above the limit" not in rows
    assert "Pay, NOK million (as in the inputs); without Midwife" in rows


def test_staff_by_education_add_up_to_all_staff() -> None:
    tree = result_of("hallingdal")
    by_education = section(tree, "Full-time equivalents by education")
    assert list(by_education) == [
        "Without health education", "Upper secondary", "Bachelor", "Master or longer",
    ]  # fmt: skip
    levels = [figures(tree, "Full-time equivalents by education", name) for name in by_education]
    everyone = figures(tree, "Full-time equivalents (without", "Total")
    assert [sum(of_year) for of_year in zip(*levels, strict=True)] == pytest.approx(
        everyone, abs=0.25
    )


def test_staff_that_there_will_be_are_told_with_what_is_short_and_since_when() -> None:
    tree = result_of("hallingdal")
    staff = tree["workforce/supply"].sum("region", min_count=1).sel(profession="nurse")
    told = section(tree, "Staff that there will be")["Nurse"][0]
    assert told == f"{float(staff['supply'][0]):,.1f} / {float(staff['heads'][0]):,.1f}"
    short = section(tree, "FTE short")
    assert short["Nurse"][-1] == f"+{float(staff['gap'].sel(year=2040)):,.1f}"
    everybody = float(tree["workforce/supply"]["gap"].sel(year=2040).sum())
    assert short["Total with health education"][-1] == f"+{everybody:,.1f}"
    assert not any("without health education" in name for name in short)


def test_years_are_told_of_those_who_are_not_short_in_all_of_them() -> None:
    tree = result_of("hallingdal")
    names = list(section(tree, "FTE short"))
    (told,) = [name for name in names if name.startswith("Psychologist")]
    gap = tree["workforce/supply"]["gap"].sel(profession="psychologist").sum("region")
    last = int(gap["year"].values[gap.values > 0.005][-1])
    assert 2026 < last < 2040
    assert told == f"Psychologist, too few 2026–{last}"


def test_staff_are_left_out_where_the_inputs_do_not_tell_of_them() -> None:
    whole = result_of("hallingdal")
    groups = {
        node.path: node.to_dataset(inherit=False)
        for node in whole.subtree
        if node.path != "/workforce/supply"
    }
    tree = xr.DataTree.from_dict(groups)
    tree.attrs.update(whole.attrs)
    assert not section(tree, "Staff that there will be")
    assert not section(tree, "FTE short")
