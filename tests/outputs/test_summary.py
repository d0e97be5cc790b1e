"""The table that a run prints, in both languages."""

from pathlib import Path

import pytest
import xarray as xr

from projector.outputs.summary import Section, headline_years, summary
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
    assert figures(tree, "Money", "DRG points") == pytest.approx(
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
