"""Ledgers of what changes touch, and sums of all else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import xarray as xr
from hypothesis import given

from projector.activity import stage
from projector.activity.filling import Filled, filled
from tests.activity.lawful import few, lists_of_changes
from tests.activity.world import change, optional_tables, scenario, views

TABLES = {name: table for name, table in optional_tables().items() if name != "priority_groups"}
"""Nothing is told of single ages."""
STEPS = [{"setting": "ambulatory", "share": 0.5, "contacts": 4}]


def touched_by(folder: Path, changes: list[dict[str, object]]) -> set[tuple[str, str]]:
    """Diagnoses and settings that are filled in cells; all views are as if every one was."""
    named = [one | {"name": f"{i}: {one['name']}"} for i, one in enumerate(changes, start=1)]
    written = scenario(folder, activity={"changes": named})
    in_cells = views(written, changed=TABLES)
    parts: list[Filled] = []

    def summed(*arguments: object) -> Iterator[Filled]:
        for part in filled(*arguments, by_age=False):  # type: ignore[arg-type]
            parts.append(part)
            yield part

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "filled", summed)
        found = views(written, changed=TABLES)
    assert found.keys() == in_cells.keys()
    for name, dataset in in_cells.items():
        xr.testing.assert_allclose(found[name], dataset, rtol=1e-12, atol=1e-12)
    return {
        (column.diagnosis, column.setting)
        for part in parts
        for column in part.of_ledger.axes.columns
    }


@given(changes=lists_of_changes)
@few
def test_columns_that_no_change_touches_need_no_cells(
    tmp_path: Path, changes: list[dict[str, object]]
) -> None:
    touched_by(tmp_path, changes)


@pytest.mark.parametrize(
    ("changes", "touched"),
    [
        ([], set()),
        (
            [change("add", {"diagnosis": "copd", "setting": "ambulatory"}, share=0.1)],
            {("copd", "ambulatory")},
        ),
        (
            [change("shift", {"diagnosis": "heart", "setting": "inpatient", "ages": "80+"},
                    share=0.1, to="municipal_acute")],
            {("heart", "inpatient"), ("heart", "municipal_acute")},
        ),
        (
            [change("pathway", {"diagnosis": "heart", "setting": "inpatient"}, steps=STEPS)],
            {("heart", "inpatient"), ("heart", "ambulatory")},
        ),
        (
            [change("cover", {"setting": "municipal_acute"}, coverage=0.05)],
            {("heart", "municipal_acute")},
        ),
    ],
)  # fmt: skip
def test_what_a_change_takes_from_and_brings_to_is_touched(
    tmp_path: Path, changes: list[dict[str, object]], touched: set[tuple[str, str]]
) -> None:
    assert touched_by(tmp_path, changes) == touched
