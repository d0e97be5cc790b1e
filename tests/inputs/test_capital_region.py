"""The hospital areas of the capital region in the proposal of 2007."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from projector.inputs.capital_region import CAPITAL_REGION, build
from projector.inputs.input_set import InputSet, load_inputs
from projector.tables import HOSPITAL_SETTINGS, NATION
from tests.embedded import CASE_AREAS, result_with

OWN = ("population", "areas", "sites", "existing", "flows", "use_levels")
PARTS = pd.read_csv(CAPITAL_REGION / "published" / "parts.csv", dtype={"code": str})


@cache
def region() -> InputSet:
    return load_inputs(CASE_AREAS, {name: [CAPITAL_REGION / f"{name}.csv"] for name in OWN})


def people(year: int) -> pd.Series:
    persons = region().population.persons.sel(year=year)
    return persons.sum(["sex", "age_group"]).to_series()


def test_builder_gives_the_committed_bytes(tmp_path: Path) -> None:
    written = build(CAPITAL_REGION, CASE_AREAS / "population.csv", tmp_path)
    assert written.read_bytes() == (CAPITAL_REGION / "population.csv").read_bytes()


def test_every_part_has_its_printed_people() -> None:
    printed = PARTS.set_index("code")["persons"]
    assert people(2007)[printed.index].to_numpy() == pytest.approx(printed.to_numpy(), abs=25)


@pytest.mark.parametrize(
    ("area", "printed"),
    [
        ("Oslo", 500_000),
        ("Ahus", 400_000),
        ("Asker og Bærum, Buskerud, Blefjell og Ringerike", 460_000),
        ("Telemark og Vestfold", 340_000),
        ("Sørlandet", 270_000),
        ("Østfold", 270_000),
        ("Østfold med Follo", 380_000),
        ("Innlandet", 400_000),
    ],
)
def test_every_area_has_its_printed_people(area: str, printed: int) -> None:
    assert people(2007)[list(region().members(area))].sum() == pytest.approx(printed, rel=0.004)


def test_the_whole_region_is_every_part_once() -> None:
    members = region().members("Hovedstadsområdet")
    assert sorted(members) == sorted(PARTS["code"])


def test_every_part_grows_as_the_nation() -> None:
    nation = load_inputs(CASE_AREAS, {}).population.persons.sel(region=NATION)
    grown = float(nation.sel(year=2026).sum() / nation.sel(year=2007).sum())
    np.testing.assert_allclose(people(2026) / people(2007), grown, rtol=1e-3)


def test_all_hospital_contacts_with_a_flow_go_somewhere() -> None:
    flows = region().tables["flows"]
    own = flows[flows["region"] != "Hovedstadsområdet"]
    assert set(own["region"]) == set(PARTS["code"])
    used = set(HOSPITAL_SETTINGS) & set(region().tables["use_rates"]["setting"])
    assert set(own["setting"]) == used - {"rehabilitation"}
    regional = flows[flows["region"] == "Hovedstadsområdet"]
    assert own["share"].unique() + regional["share"].unique() == pytest.approx(1)


@pytest.mark.parametrize("name", OWN)
def test_every_figure_has_source_and_quality(name: str) -> None:
    rows = pd.read_csv(CAPITAL_REGION / f"{name}.csv")
    assert rows["source"].str.len().gt(8).all()
    says_assumption = rows["source"].str.startswith("Assumption")
    assert (rows["quality"][says_assumption] == "assumption").all()


def test_the_region_can_be_run(tmp_path: Path) -> None:
    tables = ", ".join(f"{name}: {CAPITAL_REGION / name}.csv" for name in OWN)
    tree = result_with(
        tmp_path,
        "reference",
        inputs=f"{{set: {CASE_AREAS}, {tables}}}",
        regions="[Hovedstadsområdet]",
        years="{base: 2026, end: 2030}",
    )
    persons = tree["population"]["population"].sum(["sex", "age"])
    shares = persons / persons.sum("region")
    np.testing.assert_allclose(shares.sel(year=2030), shares.sel(year=2026), rtol=0.005)
