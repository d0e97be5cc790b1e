"""Each change alone, and all but each."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from projector.errors import ConsistencyError
from projector.run import run
from projector.run.ablation import ablation
from projector.run.pipeline import project_people
from projector.scenario import Scenario, load_scenario
from tests.embedded import SCENARIOS

COPD = SCENARIOS / "hallingdal-copd.yaml"
YEARS = [2026, 2028, 2031]
NAMES = [change.name for change in load_scenario(COPD).activity.changes]


def copd(*without: str) -> Scenario:
    """The shipped scenario with few years, without some of its changes."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "own.yaml"
        path.write_text(
            f"scenario: Own\nextends: {COPD}\nyears: {{base: 2026, end: 2031}}\n", encoding="utf-8"
        )
        return load_scenario(path, without=without)


@pytest.fixture(scope="module")
def effects() -> pd.DataFrame:
    scenario = copd()
    return ablation(scenario, project_people(scenario), YEARS)


def figures(tree: xr.DataTree) -> pd.Series:
    """What an ablation tells of, from a tree of results."""
    activity = tree["activity"].to_dataset()
    parts = [
        (measure, activity[measure].sum(("region", "diagnosis")).rename(setting="of"))
        for measure in ("contacts", "bed_days")
    ]
    parts += [
        (unit, tree[f"capacity/{unit}"]["need"].sum("region").rename(resource="of"))
        for unit in ("beds", "places", "rooms")
    ]
    staff = tree["workforce"]["need"].sum(("region", "setting")).rename(profession="of")
    rows = [
        values.sel(year=YEARS).to_series().rename("value").reset_index().assign(result=result)
        for result, values in [*parts, ("staff", staff)]
    ]
    return pd.concat(rows).set_index(["result", "of", "year"])["value"]


def told(effects: pd.DataFrame, change: str, world: str, column: str) -> pd.Series:
    chosen = effects[(effects["change"] == change) & (effects["world"] == world)]
    return chosen.set_index(["result", "of", "year"])[column]


@pytest.mark.parametrize("name", NAMES)
def test_all_but_a_change_is_the_run_without_it(effects: pd.DataFrame, name: str) -> None:
    found = told(effects, name, "all but", "value")
    expected = figures(run(copd(name)))
    np.testing.assert_allclose(found, expected.loc[found.index], rtol=1e-9)


def test_a_change_alone_is_the_run_without_the_others(effects: pd.DataFrame) -> None:
    found = told(effects, NAMES[0], "alone", "value")
    expected = figures(run(copd(*NAMES[1:])))
    np.testing.assert_allclose(found, expected.loc[found.index], rtol=1e-9)


def test_effects_are_against_no_changes_and_against_all_of_them(effects: pd.DataFrame) -> None:
    none = figures(run(copd(*NAMES)))
    everything = figures(run(copd()))
    alone = told(effects, NAMES[0], "alone", "value")
    others = told(effects, NAMES[0], "all but", "value")
    np.testing.assert_allclose(
        told(effects, NAMES[0], "alone", "effect"), alone - none.loc[alone.index], atol=1e-6
    )
    np.testing.assert_allclose(
        told(effects, NAMES[0], "all but", "effect"),
        everything.loc[others.index] - others,
        atol=1e-6,
    )


def test_settings_that_nobody_uses_have_no_rows(effects: pd.DataFrame) -> None:
    contacts = effects[effects["result"] == "contacts"].groupby("of")["value"].max()
    assert (contacts > 0).all()
    assert set(effects["year"]) == set(YEARS)
    assert set(effects["unit"]) == {
        "contacts year-1", "bed days year-1", "beds", "places", "rooms", "FTE",
    }  # fmt: skip


def test_without_changes_there_is_nothing_to_take_away(tmp_path: Path) -> None:
    scenario = own(tmp_path)
    assert ablation(scenario, project_people(scenario), YEARS).empty


POOL = """{pools: [{name: Ten, site: Hallingdal sjukestugu, overflow: 5 %,
  resources: [municipal_acute, municipal_short_stay]}]}"""
BIRTHS = "shift: {diagnosis: birth, setting: inpatient}, to: rehabilitation, share: 10 %"


def own(folder: Path, *changes: str) -> Scenario:
    """Hallingdal with pooled beds and some changes."""
    path = folder / "own.yaml"
    listed = ", ".join(f"{{{change}}}" for change in changes)
    path.write_text(
        f"scenario: Own\nextends: {SCENARIOS / 'hallingdal.yaml'}\n"
        "years: {base: 2026, end: 2031}\n"
        f"activity: {{changes: [{listed}]}}\ncapacity: {POOL}\n",
        encoding="utf-8",
    )
    return load_scenario(path)


def test_pooled_beds_stand_beside_the_needs_that_are_told_of(tmp_path: Path) -> None:
    scenario = own(tmp_path, "name: Shorter, shorten: {setting: inpatient}, share: 5 %")
    found = ablation(scenario, project_people(scenario), YEARS)
    assert set(found["result"]) == {"contacts", "bed_days", "beds", "places", "rooms", "staff"}


def test_a_change_that_cannot_be_alone_is_told_with_the_world_it_fails_in(tmp_path: Path) -> None:
    scenario = own(tmp_path, f"name: First, {BIRTHS}, days: 10", f"name: Second, {BIRTHS}")
    with pytest.raises(ConsistencyError, match="with only 'Second' of the changes: no length"):
        ablation(scenario, project_people(scenario), YEARS)
