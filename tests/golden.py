"""Golden results of the embedded scenarios: the figures a planner reads, to ten digits.

``python -m tests.golden`` accepts what the program gives now. Numbers that change on purpose
are also told in CHANGELOG.md.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import xarray as xr

from projector.outputs.summary import AGE_GROUPS, headline_years, people_in
from tests.embedded import result_of

__all__ = ["GOLDEN_SCENARIOS", "figures", "golden_file", "read_golden"]

GOLDEN_SCENARIOS = (
    "hallingdal",
    "hallingdal-copd",
    "ahus",
    "reference",
    "ahus-pathways",
    "ahus-mental",
    "ahus-future",
)


def golden_file(name: str) -> Path:
    """Where the golden figures of a scenario are kept."""
    return Path(__file__).parent / "golden_results" / f"{name}.csv"


def figures(name: str) -> dict[str, float]:
    """Figures of a scenario by a readable key, for the headline years."""
    return dict(_figures(result_of(name)))


def read_golden(name: str) -> dict[str, float]:
    """The figures that were accepted last."""
    with golden_file(name).open(encoding="utf-8", newline="") as file:
        return {row["figure"]: float(row["value"]) for row in csv.DictReader(file)}


def _figures(tree: xr.DataTree) -> Iterator[tuple[str, float]]:
    years = headline_years(tree["population"]["year"].values)
    population = tree["population"]["population"].sel(year=years)
    for group in AGE_GROUPS:
        people = people_in(population, group)
        for region in people["region"].values:
            for year in years:
                yield (
                    f"people {group}, {region}, {year}",
                    float(people.sel(region=region, year=year)),
                )
    totals = {
        "contacts": tree["activity"]["contacts"].sum(("region", "diagnosis")),
        "bed days": tree["activity"]["bed_days"].sum(("region", "diagnosis")),
        **{
            f"{unit} needed": tree[f"capacity/{unit}"]["need"].sum("region")
            for unit in ("beds", "places", "rooms")
        },
        "FTE": tree["workforce"]["need"].sum(("region", "setting")),
        "FTE with competence": tree["workforce"]["competence_need"].sum("region"),
        **{
            f"staff, {what}": tree["workforce/supply"][what]
            .sum("region", min_count=1)
            .dropna("profession")
            for what in ("supply", "heads", "gap")
        },
    }
    for what, values in totals.items():
        (dim,) = (str(dim) for dim in values.dims if dim != "year")
        for key in values[dim].values:
            for year in years:
                yield f"{what}, {key}, {year}", float(values.sel({dim: key, "year": year}))
    yield from _figures_of_care(tree, years)


def _figures_of_care(tree: xr.DataTree, years: list[int]) -> Iterator[tuple[str, float]]:
    """What is known of urgency, readmissions, readiness, coverage and money."""
    activity, money = (tree[group].to_dataset().sum("region") for group in ("activity", "money"))
    figures = {
        "acute": activity["acute"].sum("diagnosis"),
        "readmissions": activity["readmissions"].sum("diagnosis"),
        "days after readiness": activity["ready_days"].sum("diagnosis"),
        "DRG points": money["drg_points"],
        "NOK, income": money["activity_income"],
        "NOK, days after readiness": money["ready_day_payment"],
        "NOK, cost": money["cost"],
    }
    if "sites" in tree.children:
        figures["own coverage"] = tree["sites"]["own_coverage"].mean("region")
    for what, values in figures.items():
        for setting in values["setting"].values if "setting" in values.dims else [None]:
            one = values if setting is None else values.sel(setting=setting)
            if bool((one > 0).any()):
                name = what if setting is None else f"{what}, {setting}"
                yield from ((f"{name}, {year}", float(one.sel(year=year))) for year in years)


def main() -> None:
    """Write the golden files anew."""
    for name in GOLDEN_SCENARIOS:
        path = golden_file(name)
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["figure", "value"])
            writer.writerows((key, f"{value:.10g}") for key, value in figures(name).items())
        print(f"{path.relative_to(Path.cwd())}: {len(figures(name))} figures")


if __name__ == "__main__":
    main()
