"""Pathways: what follows on a stay moves with it."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given

from tests.activity.lawful import few, portions
from tests.activity.world import change, changed_views, refusal

START = {"diagnosis": "heart", "setting": "inpatient"}
STEPS = [
    {"setting": "municipal_acute", "share": 0.4, "days": 6},
    {"setting": "ambulatory", "share": 0.5, "contacts": 8, "after": "municipal_acute"},
]


def pathway(**more: object) -> dict[str, object]:
    return change("pathway", START, **{"steps": STEPS, **more})


def hearts(folder: Path, *changes: dict[str, object]) -> xr.Dataset:
    return changed_views(folder, *changes)["activity"].sel(diagnosis="heart")


def test_steps_follow_on_each_other_in_their_shares(tmp_path: Path) -> None:
    found = hearts(tmp_path, pathway())
    stays = found["contacts"].sel(setting="inpatient")
    short = found.sel(setting="municipal_acute")
    np.testing.assert_allclose(short["contacts"], 0.4 * stays)
    np.testing.assert_allclose(short["bed_days"], 6 * short["contacts"])
    np.testing.assert_allclose(found["contacts"].sel(setting="ambulatory"), 8 * 0.4 * 0.5 * stays)


@given(portion=portions)
@few
def test_the_portion_takes_the_place_of_as_much_of_today_s_use(
    tmp_path: Path, portion: float
) -> None:
    before, after = hearts(tmp_path), hearts(tmp_path, pathway(portion=portion))
    for setting, per_stay in (("municipal_acute", 0.4), ("ambulatory", 1.6)):
        np.testing.assert_allclose(
            after["contacts"].sel(setting=setting),
            (1 - portion) * before["contacts"].sel(setting=setting)
            + portion * per_stay * before["contacts"].sel(setting="inpatient"),
            atol=1e-12,
        )


def test_a_portion_of_nobody_is_the_identity(tmp_path: Path) -> None:
    nobody = pathway(portion={2026: 0, 2030: 0})
    xr.testing.assert_identical(hearts(tmp_path, nobody), hearts(tmp_path))
    started_nowhere = nobody | {"pathway": START | {"setting": "hotel"}}
    xr.testing.assert_identical(hearts(tmp_path, started_nowhere), hearts(tmp_path))


@pytest.mark.parametrize(
    "upstream",
    [
        change("avoid", {"setting": "inpatient"}, share=0.5),
        change("shift", {"setting": "inpatient"}, to="observation", share=0.5),
    ],
)
def test_what_halves_the_start_halves_all_that_follows(
    tmp_path: Path, upstream: dict[str, object]
) -> None:
    whole, half = hearts(tmp_path, pathway()), hearts(tmp_path, upstream, pathway())
    for setting in ("municipal_acute", "ambulatory"):
        xr.testing.assert_allclose(
            2 * half.drop_vars("visitors").sel(setting=setting),
            whole.drop_vars("visitors").sel(setting=setting),
        )


def test_a_change_of_the_start_after_the_pathway_is_refused_naming_both(tmp_path: Path) -> None:
    (problem,) = refusal(tmp_path, pathway(), change("avoid", START, share=0.5))
    assert problem.message.startswith(
        "'2: avoid' changes the start of the pathway '1: pathway' in "
    )
    assert "test.yaml:" in problem.where
    assert "test.yaml:" in problem.message
