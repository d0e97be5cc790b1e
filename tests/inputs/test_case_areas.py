"""The embedded inputs agree with the published figures, reckoned here again with plain pandas."""

import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from projector.inputs.case_areas import CASE_AREAS, build
from projector.inputs.input_set import load_inputs
from projector.run import run
from projector.scenario import load_scenario
from projector.tables import (
    HOSPITAL_SETTINGS,
    INPUT_TABLES,
    MUNICIPAL_SETTINGS,
    QUALITIES,
    SETTINGS,
)

BUILT = ("paths", "use_rates", "length_of_stay", "growth", "use_levels")
TIDY = tuple(
    name
    for name, contract in INPUT_TABLES.items()
    if name != "population" and (contract.required or (CASE_AREAS / f"{name}.csv").is_file())
)
RINGERIKE = "Ringerike sykehusområde"
CODES = {"code": str, "member": str, "region": str, "serves": str}


@cache
def table(name: str) -> pd.DataFrame:
    return pd.read_csv(CASE_AREAS / f"{name}.csv", dtype=CODES)


@cache
def figure(name: str) -> float:
    figures = pd.read_csv(CASE_AREAS / "published" / "figures.csv").set_index("figure")
    return float(figures.loc[name, "value"])


def limits(ages: str) -> tuple[int, int]:
    if ages == "*":
        return 0, 999
    if ages.endswith("+"):
        return int(ages[:-1]), 999
    first, _, last = ages.partition("-")
    return int(first), int(last or first)


def within(ages: str, outer: str) -> bool:
    return limits(outer)[0] <= limits(ages)[0] and limits(ages)[1] <= limits(outer)[1]


def regions(place: str) -> list[str]:
    members = table("areas").query("area == @place")["member"]
    return [place] if members.empty else [code for name in members for code in regions(name)]


def people(place: str, year: int) -> pd.DataFrame:
    chosen = table("population")["code"].isin(regions(place))
    persons = table("population")[chosen].groupby(["sex", "age_group"])[str(year)].sum()
    return persons.rename("persons").reset_index()


@cache
def on_age_groups(name: str) -> pd.DataFrame:
    """A table of rates, once for every age group of the population table."""
    rows = table(name)
    groups = table("population")["age_group"].unique()
    parts = [
        rows[[within(group, ages) for ages in rows["ages"]]].assign(age_group=group)
        for group in groups
    ]
    return pd.concat(parts, ignore_index=True)


def growth_index(measure: str, rows: pd.DataFrame, year: int) -> np.ndarray:
    index = np.ones(len(rows))
    groups = rows["age_group"].unique()
    since = rows["year"].to_numpy()
    for change in table("growth").query("measure == @measure").to_dict("records"):
        inside = [group for group in groups if within(group, change["ages"])]
        applies = rows["age_group"].isin(inside)
        for column in ("diagnosis", "setting"):
            applies &= (rows[column] == change[column]) | (change[column] == "*")
        first = np.maximum(np.minimum(since, year), change["from"])
        last = np.minimum(np.maximum(since, year), change["to"])
        years = np.maximum(last - first, 0) * np.sign(year - since)
        index *= np.where(applies, (1 + change["annual"]) ** years, 1)
    return index


def one_visitor(year: int) -> pd.DataFrame:
    """One visitor by sex and age group: shares of the table, as the nation's people in each."""
    nation = people("0", year)
    nation["share"] = 0.0
    for row in table("visitor_ages").to_dict("records"):
        chosen = np.array([within(group, row["ages"]) for group in nation["age_group"]])
        chosen &= (nation["sex"] == row["sex"]) | (row["sex"] == "*")
        persons = nation["persons"].where(chosen, 0)
        nation["share"] += row["share"] * persons / persons.sum()
    return nation.drop(columns="persons")


@cache
def activity(place: str, year: int, visitors: int = 0) -> pd.DataFrame:
    """Contacts and bed days by diagnosis, setting, sex and age group."""
    rows = on_age_groups("use_rates")
    rows = rows.assign(rate=rows["contacts_per_1000"] * growth_index("contacts", rows, year) / 1000)
    rows = rows.merge(people(place, year), on=["sex", "age_group"]).merge(
        one_visitor(year).rename(columns={"share": "visitor"}), on=["sex", "age_group"]
    )
    kind = rows["diagnosis"].map(table("diagnoses").set_index("diagnosis")["kind"])
    share = pd.Series(0.0, index=rows.index)
    for visitor in table("visitor_use").to_dict("records"):
        applies = (rows["setting"] == visitor["setting"]) & (
            (kind == visitor["kind"]) | (visitor["kind"] == "*")
        )
        share[applies] = visitor["share"]
    present = visitors * rows["visitor"]
    rows = rows.assign(kind=kind, contacts=rows["rate"] * (rows["persons"] + share * present))
    for local in table("use_levels").query("region == @place").to_dict("records"):
        applies = (rows["setting"] == local["setting"]) & (
            (rows["kind"] == local["kind"]) | (local["kind"] == "*")
        )
        rows.loc[applies, "contacts"] *= local["level"]
    stays = on_age_groups("length_of_stay")
    stays = stays.assign(days=stays["days"] * growth_index("length_of_stay", stays, year))
    keys = ["diagnosis", "setting", "age_group"]
    rows = rows.merge(stays[[*keys, "days"]], on=keys, how="left")
    return rows.assign(bed_days=rows["contacts"] * rows["days"])


def somatic(place: str, year: int, setting: str, visitors: int = 0) -> pd.DataFrame:
    rows = activity(place, year, visitors)
    return rows[(rows["setting"] == setting) & (rows["kind"] == "somatic")]


@cache
def hours_at_work(pattern: str) -> float:
    row = table("working_time").set_index("pattern").loc[pattern]
    away = row["leave_weeks"] + (row["holiday_days"] + row["training_days"]) / 5
    return float(row["hours_per_week"] * (365 / 7 - away) * (1 - row["sickness"]))


@cache
def ratios() -> pd.DataFrame:
    """Staffing rows, and rosters and workloads as full-time equivalents per bed and contact."""
    posts = table("rosters")
    on_duty = (5 * posts["weekday_posts"] + 2 * posts["weekend_posts"]) / 7
    fte = posts["hours"] * 365 * on_duty / hours_at_work("rotating")
    per_bed = posts.assign(per="bed", fte=fte)
    work, allowances = table("workloads"), table("allowances")
    assert set(work["per"]) == {"contact"}
    assert set(work["diagnosis"]) == set(allowances["setting"]) == {"*"}
    fte = []
    for row in work.to_dict("records"):
        mine = allowances[allowances["profession"].isin(["*", row["profession"]])]
        hours = hours_at_work(row["pattern"])
        some = (mine["hours"] * mine["staff"] / 100 / hours).sum()
        fte.append(row["minutes"] / 60 / hours * (1 + some) / (1 - mine["share"].sum()) * 1000)
    per_contact = work.assign(per="1000 contacts", fte=fte)
    columns = ["profession", "setting", "kind", "per", "fte"]
    together = [part[columns] for part in (table("staffing"), per_bed, per_contact)]
    return pd.concat(together, ignore_index=True)


def staff(place: str, year: int, visitors: int = 0) -> pd.DataFrame:
    """Full-time equivalents of every row of `ratios`."""
    rows, norms = activity(place, year, visitors), table("norms")
    inhabitants = people(place, year)["persons"].sum()
    totals = []
    for ratio in ratios().to_dict("records"):
        served = rows[rows["setting"] == ratio["setting"]]
        if ratio["kind"] != "*":
            served = served[served["kind"] == ratio["kind"]]
        if ratio["per"] == "bed":
            fits = (norms["setting"] == ratio["setting"]) & (norms["kind"] == ratio["kind"])
            beds = norms[fits & (norms["unit"] == "beds")]
            of_a_bed_day = (beds["share"].fillna(1) / (beds["occupancy"] * 365)).sum()
            driver = served["bed_days"].sum() * of_a_bed_day
        elif ratio["per"] == "1000 contacts":
            driver = served["contacts"].sum() / 1000
        else:
            assert ratio["per"] == "1000 inhabitants"
            driver = inhabitants / 1000
        totals.append(ratio["fte"] * driver)
    return ratios().assign(total=totals)


def test_builder_gives_the_committed_bytes(tmp_path: Path) -> None:
    written = build(CASE_AREAS, tmp_path)
    assert [path.stem for path in written] == list(BUILT)
    for path in written:
        assert path.read_bytes() == (CASE_AREAS / path.name).read_bytes(), path.name


def test_builder_refuses_groups_that_exceed_all_stays(tmp_path: Path) -> None:
    shutil.copytree(CASE_AREAS, tmp_path / "set")
    groups = tmp_path / "set" / "published" / "somatic_groups.csv"
    text = groups.read_text(encoding="utf-8")
    assert "(I00-I99),1.4," in text
    groups.write_text(text.replace("(I00-I99),1.4,", "(I00-I99),14,"), encoding="utf-8")
    with pytest.raises(ValueError, match="published groups exceed all stays at ages"):
        build(tmp_path / "set", tmp_path)


@pytest.mark.parametrize("name", TIDY)
def test_table_keeps_its_contract(name: str) -> None:
    contract, rows = INPUT_TABLES[name], table(name)
    assert list(rows.columns) == list(contract.columns)
    assert not rows.duplicated(list(contract.key)).any()
    for column, rule in contract.columns.items():
        values = rows[column]
        assert rule.blank or values.notna().all(), column
        if rule.allowed is not None:
            assert set(values) <= {*rule.allowed, *(["*"] if rule.any_of else [])}, column
        if rule.minimum is not None:
            assert (values.dropna() >= rule.minimum).all(), column
        if rule.maximum is not None:
            assert (values.dropna() <= rule.maximum).all(), column


@pytest.mark.parametrize(
    "path",
    sorted(CASE_AREAS.rglob("*.csv")),
    ids=lambda path: path.name,
)
def test_every_figure_has_source_and_quality(path: Path) -> None:
    if path.name.startswith("hospital_"):
        assert path.read_text(encoding="utf-8").startswith("# ")
        return
    rows = pd.read_csv(path)
    assert rows["source"].str.len().gt(8).all()
    assert set(rows["quality"]) <= set(QUALITIES)
    says_assumption = rows["source"].str.startswith("Assumption")
    assert (rows["quality"][says_assumption] == "assumption").all()


def test_set_is_read_by_the_program() -> None:
    inputs = load_inputs(CASE_AREAS, {})
    assert len(inputs.codes) == 35
    assert len(inputs.areas["Ahus"]) == 24


def test_every_setting_and_diagnosis_is_used() -> None:
    rates = table("use_rates")
    assert set(rates["setting"]) <= set(SETTINGS)
    # One that nobody uses yet is for changes to lead to, and what it takes must be known.
    assert set(SETTINGS) <= set(rates["setting"]) | set(table("norms")["setting"])
    assert set(rates["diagnosis"]) == set(table("diagnoses")["diagnosis"])


def test_everything_is_named_in_both_languages() -> None:
    names = table("names")
    assert names[["nb", "en"]].map(str.strip).ne("").all(axis=None)
    for kind, home, column in (
        ("diagnosis", "diagnoses", "diagnosis"),
        ("resource", "norms", "resource"),
        ("profession", "professions", "profession"),
        ("competence", "competences", "competence"),
        ("group", "priority_groups", "group"),
        ("need", "needs", "need"),
    ):
        assert set(names[names["type"] == kind]["key"]) == set(table(home)[column]), kind


@pytest.mark.parametrize(
    ("place", "year", "expected"),
    [
        (RINGERIKE, 2007, 62139),
        ("Ahus uten Kongsvingerregionen", 2014, 490307),
        ("Ahus uten Kongsvingerregionen", 2019, 528489),
        ("Ahus uten Kongsvingerregionen", 2026, 591661),
    ],
)
def test_area_has_the_published_people(place: str, year: int, expected: int) -> None:
    assert people(place, year)["persons"].sum() == expected


@pytest.mark.parametrize(
    ("year", "expected"), [(2010, 3710), (2015, 4187), (2019, 4536), (2024, 5021), (2026, 5168)]
)
def test_hallingdal_has_the_published_people_of_65_and_over(year: int, expected: int) -> None:
    persons = people("Hallingdal", year)
    assert persons[[within(ages, "65+") for ages in persons["age_group"]]]["persons"].sum() == (
        expected
    )


def test_nested_areas_make_up_ahus() -> None:
    parts = ("Groruddalen", "Follo", "Romerike", "Kongsvingerregionen")
    assert sorted(regions("Ahus")) == sorted(code for part in parts for code in regions(part))


def test_fertility_shares_sum_to_one() -> None:
    assert table("fertility").groupby("year")["share"].sum().to_numpy() == pytest.approx(1)


@pytest.mark.parametrize(
    ("component", "sex", "level", "year", "expected"),
    [
        ("total_fertility", "both", "L", 2030, 1.22),
        ("total_fertility", "both", "H", 2050, 1.91),
        ("life_expectancy", "male", "M", 2050, 86.0),
        ("life_expectancy", "female", "M", 2050, 88.3),
        ("net_immigration", "both", "M", 2024, 41093),
        ("net_immigration", "both", "H", 2030, 23742),
        ("net_immigration", "both", "L", 2024, 18554),
        ("net_immigration", "both", "L", 2050, 4704),
        ("net_immigration", "both", "M", 2050, 13275),
        ("net_immigration", "both", "H", 2050, 28136),
        ("population", "both", "M", 2050, 6146321),
    ],
)
def test_paths_hold_the_published_values(
    component: str, sex: str, level: str, year: int, expected: float
) -> None:
    paths = table("paths").set_index(["component", "sex", "level", "year"])["value"]
    assert paths[component, sex, level, year] == expected


def test_path_of_people_is_the_population_table_as_long_as_it_lasts() -> None:
    paths = table("paths").query("component == 'population' and year <= 2026")
    assert sorted(set(paths["year"])) == list(range(2006, 2027))
    expected = [people("0", year)["persons"].sum() for year in paths["year"]]
    assert paths["value"].to_list() == expected


def test_low_and_high_life_expectancy_stand_as_far_apart_as_published() -> None:
    paths = table("paths").set_index(["component", "sex", "level", "year"])["value"]
    for sex in ("female", "male"):
        life = paths["life_expectancy", sex]
        assert life["H", 2050] - life["L", 2050] == pytest.approx(89.2 - 85.4, abs=1e-4)
        assert life["H", 2030] - life["L", 2030] == pytest.approx(85.2 - 83.5, abs=1e-4)


def test_somatic_stays_of_2012_by_age() -> None:
    published = pd.read_csv(
        CASE_AREAS / "published" / "hospital_stays_by_age_1997_2004_2012.csv", comment="#"
    ).query("table == 'tab135'")
    by_age = published.set_index("age")["both"]
    stays = somatic("0", 2012, "inpatient")
    assert stays["contacts"].sum() == pytest.approx(by_age["all"], rel=1e-6)
    unknown = by_age["all"] / by_age.drop("all").sum()
    for ages, expected in by_age.drop("all").items():
        inside = [within(group, str(ages)) for group in stays["age_group"]]
        assert stays["contacts"][inside].sum() == pytest.approx(expected * unknown, rel=1e-6)


def test_somatic_bed_days() -> None:
    assert somatic("0", 2012, "inpatient")["bed_days"].sum() == pytest.approx(3_640_000, rel=1e-6)
    stays = somatic("0", 2008, "inpatient")
    old = np.array([within(group, "80+") for group in stays["age_group"]])
    share = stays["bed_days"][old].sum() / stays["bed_days"].sum()
    assert share == pytest.approx(0.215, abs=1e-5)


@pytest.mark.parametrize(
    ("diagnosis", "expected"),
    [
        ("heart", -0.017),
        ("stroke", -0.017),
        ("copd", -0.004),
        ("musculoskeletal", 0.022),
        ("injury", 0.013),
        ("hip_fracture", -0.016),
    ],
)
def test_growth_of_the_oldest_is_the_published_one(diagnosis: str, expected: float) -> None:
    rows = table("growth").query("diagnosis == @diagnosis and ages == '80+' and `from` == 2017")
    assert rows["annual"].item() == pytest.approx(expected, abs=0.0006)


def test_ringerike_sykehus_2007() -> None:
    stays = somatic(RINGERIKE, 2007, "inpatient", 20000)
    assert stays["contacts"].sum() == pytest.approx(12197, rel=1e-6)
    assert stays["bed_days"].sum() / (0.85 * 365) == pytest.approx(190, rel=0.015)
    assert somatic(RINGERIKE, 2007, "outpatient", 20000)["contacts"].sum() == pytest.approx(
        47211, rel=1e-6
    )
    clinic = activity(RINGERIKE, 2007, 20000).query("setting == 'outpatient' and kind != 'somatic'")
    assert clinic["contacts"].sum() == pytest.approx(27198, rel=1e-6)


def test_municipal_places_of_2023() -> None:
    days = activity("0", 2023).groupby("setting")["bed_days"].sum()
    occupancy = table("norms").set_index("setting")["occupancy"]
    for setting, places in (("nursing_home", 31405), ("municipal_short_stay", 10014)):
        assert days[setting] / (365 * occupancy[setting]) == pytest.approx(places, rel=1e-6)


def test_users_of_home_care_of_80_and_over() -> None:
    rows = activity("0", 2023).query("setting == 'home_care'")
    old = np.array([within(group, "80+") for group in rows["age_group"]])
    nation = people("0", 2023)
    persons = nation[[within(group, "80+") for group in nation["age_group"]]]["persons"].sum()
    visits_per_user = figure("home_care_hours") / figure("home_care_visit_hours") * 365 / 7
    visited = rows["contacts"][old].sum() / visits_per_user
    assert (visited + residents("care_home", "80+")) / persons == pytest.approx(0.269, rel=1e-5)


def residents(setting: str, ages: str) -> float:
    rows = activity("0", 2023).query("setting == @setting")
    chosen = np.array([within(group, ages) for group in rows["age_group"]])
    return float(rows["bed_days"][chosen].sum() / 365)


def test_care_round_the_clock_has_the_published_coverage() -> None:
    nation = people("0", 2023)
    old = nation[[within(group, "80+") for group in nation["age_group"]]]["persons"].sum()
    everybody = residents("nursing_home", "0+") + residents("care_home", "0+")
    assert everybody / old == pytest.approx(0.28, rel=1e-6)
    assert residents("care_home", "80+") / residents("care_home", "0+") == pytest.approx(
        1 / 3, abs=0.02
    )


def units(resource: str, year: int) -> tuple[float, float]:
    """Bed days or contacts of the nation that take a resource, and how many it takes."""
    rows, norms = activity("0", year), table("norms").query("resource == @resource")
    work = number = 0.0
    for norm in norms.to_dict("records"):
        here = rows[rows["setting"] == norm["setting"]]
        if norm["kind"] != "*":
            here = here[here["kind"] == norm["kind"]]
        named = set(norms.query("setting == @norm['setting']")["diagnosis"]) - {"*"}
        of_row = {norm["diagnosis"]} if norm["diagnosis"] != "*" else set(here["diagnosis"]) - named
        here = here[here["diagnosis"].isin(of_row)]
        share = norm["share"] if norm["share"] == norm["share"] else 1.0
        if norm["unit"] == "beds":
            taken = share * here["bed_days"].sum()
            number += taken / (norm["occupancy"] * norm["days_per_year"])
        else:
            taken = share * here["contacts"].sum()
            turnover = norm["turnover"] if norm["turnover"] == norm["turnover"] else 0.0
            hours = norm["hours_per_day"] * norm["days_per_year"] * norm["utilisation"]
            number += taken * (norm["minutes"] + turnover) / 60 / hours
        work += taken
    return work, number


def test_intensive_beds_of_the_nation() -> None:
    """61 843 days in 2017 at 86 % of the units; 248 beds counted in 2020."""
    days, _ = units("intensive", 2017)
    assert days == pytest.approx(61_843 / 0.86, rel=0.03)
    assert units("intensive", 2020)[1] == pytest.approx(248, rel=0.1)


def test_operations_of_the_nation() -> None:
    """30.6 % of stays as in Sweden, 721 operations a theatre as in eleven hospitals of 2009."""
    stays = somatic("0", 2023, "inpatient")["contacts"].sum()
    operations, theatres = units("theatre", 2023)
    day = somatic("0", 2023, "day")
    norms = table("norms").query("resource == 'theatre' and setting == 'day'")
    share = norms.set_index("diagnosis")["share"]
    by_day = day["diagnosis"].map(share).fillna(share["*"]) * day["contacts"]
    assert (operations - by_day.sum()) / stays == pytest.approx(0.306, abs=0.01)
    assert operations / theatres == pytest.approx(721, rel=0.02)


def test_haemodialysis_and_imaging_of_the_nation() -> None:
    """1 171 in haemodialysis at the end of 2015; 1.7 examinations a stay that has any."""
    assert units("dialysis_chair", 2015)[0] / 156 == pytest.approx(1171, rel=0.1)
    rows, norms = activity("0", 2017), table("norms").query("resource == 'imaging'")
    examinations = {}
    for norm in norms.to_dict("records"):
        here = rows[rows["setting"] == norm["setting"]]
        if norm["kind"] != "*":
            here = here[here["kind"] == norm["kind"]]
        examinations[norm["setting"]] = norm["share"] * here["contacts"].sum()
    assert 1.7 * examinations["inpatient"] == pytest.approx(0.29 * 4.2e6, rel=0.05)
    outpatients = examinations["outpatient"] + examinations["observation"]
    assert outpatients == pytest.approx((0.71 - 0.32) * 4.2e6, rel=0.05)


def test_dementia_of_municipal_planning() -> None:
    share = table("needs").set_index(["need", "sex", "ages"])["share"]["dementia"]
    assert share["female", "90+"] == 0.509
    assert share["male", "65-69"] == 0.0057
    assert (share.xs("0-64", level="ages") == 0).all()


def test_rhythms_have_the_mean_one() -> None:
    means = table("rhythms").groupby(["resource", "period"])["factor"].mean()
    assert means.to_numpy() == pytest.approx(1)


@pytest.mark.parametrize(
    ("setting", "beds", "occupancy"),
    [("municipal_acute", 3, (0.74 + 0.44) / 2), ("municipal_short_stay", 7, (0.77 + 0.93) / 2)],
)
def test_municipal_beds_of_hallingdal(setting: str, beds: int, occupancy: float) -> None:
    days = activity("Hallingdal", 2019).query("setting == @setting")["bed_days"].sum()
    assert days / (beds * 365) == pytest.approx(occupancy, rel=1e-5)


def test_staff_of_ringerike_sykehus_2007() -> None:
    rows = staff(RINGERIKE, 2007, 20000)
    hospital = rows["setting"].isin(["inpatient", "outpatient", "day", "observation", "hotel"])
    own = hospital & rows["kind"].isin(["somatic", "*"]) & (rows["per"] != "1000 inhabitants")
    assert rows[own]["total"].sum() == pytest.approx(780, rel=0.1)


def test_staff_of_the_nation() -> None:
    rows = staff("0", 2023)
    municipal = rows["setting"].isin(MUNICIPAL_SETTINGS)
    educated = municipal & ~rows["profession"].isin(["secretary", "unskilled"])
    assert rows[municipal]["total"].sum() == pytest.approx(figure("municipal_fte"), rel=0.1)
    assert rows[educated]["total"].sum() == pytest.approx(
        figure("municipal_fte_health_educated"), rel=0.1
    )
    first, last = figure("specialist_fte_2013"), figure("specialist_fte_2040")
    for year in (2013, 2026):
        rows = staff("0", year)
        expected = first + (last - first) * (year - 2013) / (2040 - 2013)
        specialist = rows[~rows["setting"].isin(MUNICIPAL_SETTINGS)]["total"].sum()
        assert specialist == pytest.approx(expected, rel=0.1)


def test_economically_active_per_person_of_67_and_over_in_the_ahus_area() -> None:
    """The joint plan has 4.14 in 2015; participation of 2017 is not fitted to it."""
    rows = people("Ahus uten Kongsvingerregionen", 2015)
    active = 0.0
    for row in table("participation").to_dict("records"):
        bands = rows["age_group"].map(limits)
        # Groups of five years lie within the bands, but for 65-69: two of its years to 66.
        first, last = limits(row["ages"])
        part = [
            max(0, min(last, high) - max(first, low) + 1) / (high - low + 1) for low, high in bands
        ]
        active += row["share"] * (rows["persons"] * part)[rows["sex"] == row["sex"]].sum()
    old = sum(
        persons * max(0, high - max(67, low) + 1) / (high - low + 1)
        for persons, (low, high) in zip(rows["persons"], rows["age_group"].map(limits), strict=True)
    )
    assert active / old == pytest.approx(4.14, rel=0.02)


def shares(name: str, column: str, rows: pd.DataFrame) -> pd.Series:
    """A share of contacts or bed days per row; rows of a diagnosis go before those for ``*``."""
    found = pd.Series(np.nan, index=rows.index)
    stated = table(name)
    if "setting" not in stated:
        stated = stated.assign(setting="inpatient")
    named = set(stated[["diagnosis", "setting"]].itertuples(index=False, name=None))
    pairs = zip(rows["diagnosis"], rows["setting"], strict=True)
    named_here = np.array([pair in named for pair in pairs])
    for row in stated.to_dict("records"):
        applies = rows["setting"] == row["setting"]
        ages = row.get("ages", "*")
        applies &= np.array([within(group, ages) for group in rows["age_group"]])
        other = row["diagnosis"] == "*"
        applies &= ~named_here if other else rows["diagnosis"] == row["diagnosis"]
        found[applies] = row[column]
    return found


def test_acute_share_of_the_nations_somatic_stays() -> None:
    for year, tolerance in ((2007, 0.002), (2022, 0.02)):
        stays = somatic("0", year, "inpatient")
        acute = (shares("urgency", "acute", stays) * stays["contacts"]).sum()
        assert acute / stays["contacts"].sum() == pytest.approx(562824 / 843236, abs=tolerance)


def test_acute_share_of_all_hospital_contacts() -> None:
    rows = activity("0", 2015)
    rows = rows[rows["setting"].isin(HOSPITAL_SETTINGS)]
    acute = (shares("urgency", "acute", rows).fillna(0) * rows["contacts"]).sum()
    assert acute / rows["contacts"].sum() == pytest.approx(0.19, abs=0.001)


def test_readmissions_of_the_nation() -> None:
    stays = activity("0", 2015).query("setting == 'inpatient'")
    again = shares("readmissions", "share", stays)
    assert (again * stays["contacts"]).sum() / stays["contacts"].sum() == pytest.approx(
        0.074, abs=0.0002
    )
    assert (again <= shares("urgency", "acute", stays)).all()


def test_days_of_the_nation_after_patients_are_ready_for_discharge() -> None:
    stays = somatic("0", 2022, "inpatient")
    waiting = (shares("discharge_ready", "share", stays) * stays["bed_days"]).sum()
    published = 13.1 * people("0", 2022)["persons"].sum() / 1000 / 3_156_666
    assert waiting / stays["bed_days"].sum() == pytest.approx(published, abs=0.0001)


def test_drg_points_of_the_nation() -> None:
    stays = somatic("0", 2022, "inpatient")
    points = (shares("drg_points", "points", stays) * stays["contacts"]).sum()
    published = 1_115_051 / (3_156_666 / 3.9)
    assert points / stays["contacts"].sum() == pytest.approx(published, rel=0.001)
    by_setting = table("drg_points").query("diagnosis == '*'").set_index("setting")["points"]
    assert by_setting["outpatient"] == pytest.approx(
        0.222 * 1_115_051 / 0.707 / 6_708_384, abs=5e-5
    )
    assert by_setting["day"] == pytest.approx(178_376 / 550_244, abs=5e-4)


def test_national_prices_of_2024() -> None:
    prices = table("prices").query("quality == 'official'").set_index("item")
    assert prices["nok"].to_dict() == {"drg_point": 52248, "discharge_ready_day": 5745}
    assert prices.loc["drg_point", "share"] == 0.4
    assert set(prices["year"]) == {2024}


def test_priority_groups_share_nobody() -> None:
    rows = table("priority_groups")
    kinds = table("diagnoses").set_index("diagnosis")["kind"]
    groups = table("population")["age_group"].unique()
    first = {}
    for row in rows.sort_values("order").to_dict("records"):
        for diagnosis, kind in kinds.items():
            fits = row["diagnosis"] in ("*", diagnosis) and row["kind"] in ("*", kind)
            for group in groups:
                if fits and within(group, row["ages"]):
                    first.setdefault((diagnosis, group), row["group"])
    assert first["birth", "20-24"] == first["addiction", "10-14"] == "children_young"
    assert first["mental", "85-89"] == "severe_mental_addiction"
    assert first["heart", "80-84"] == first["dementia", "95+"] == "frail_elderly"
    assert first["copd", "75-79"] == "several_chronic"
    assert ("cancer", "65-69") not in first


def test_flows_are_hospital_contacts_of_the_case_areas() -> None:
    flows = table("flows")
    assert set(flows["setting"]) <= set(HOSPITAL_SETTINGS)
    assert dict(zip(flows["region"], flows["site"], strict=True)) == {
        "Ahus": "Akershus universitetssykehus",
    }
    assert set(regions("Groruddalen")) < set(regions("Ahus"))


def test_national_run_lands_near_the_national_model(tmp_path: Path) -> None:
    scenario = tmp_path / "nation.yaml"
    scenario.write_text(
        f"scenario: Nation\ninputs: {CASE_AREAS}\nregions: ['0']\n"
        "years: {base: 2022, end: 2040}\n",
        encoding="utf-8",
    )
    result = run(load_scenario(scenario))["activity"].to_dataset().sum("region")
    kinds = table("diagnoses").set_index("diagnosis")["kind"]
    is_somatic = [kinds[name] == "somatic" for name in result["diagnosis"].values]
    stays = result["bed_days"].sel(setting="inpatient")[:, is_somatic].sum("diagnosis")
    clinic = result["contacts"].sel(setting="outpatient").sum("diagnosis")
    for series, name in ((stays, "bed_days"), (clinic, "outpatient")):
        ratio = float(series.sel(year=2040) / series.sel(year=2022))
        assert ratio == pytest.approx(figure(f"{name}_2040_to_2022"), abs=0.02)
