import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projector.errors import InputsError
from projector.inputs.read import read_long
from tests.shared import SHARED, needs_shared

CATEGORIES = {
    "Region": {"0301": "Oslo", "3320": "Flå"},
    "Kjonn": {"1": "Menn", "2": "Kvinner"},
    "Alder": {"000": "0 år", "001": "1 år", "002+": "2 år eller eldre"},
    "Tid": {"2020": "2020", "2021": "2021"},
}


def dataset(
    order: list[str], values: dict[tuple[str, ...], float | None], sparse: bool, listed: bool
) -> dict[str, Any]:
    """A JSON-stat2 dataset with its dimensions in any order."""
    codes = {key: list(CATEGORIES[key]) for key in order}
    flat = [
        values[tuple(dict(zip(order, cell, strict=True))[key] for key in CATEGORIES)]
        for cell in itertools.product(*codes.values())
    ]
    given_cells = {str(n): value for n, value in enumerate(flat) if value is not None}
    return {
        "version": "2.0",
        "class": "dataset",
        "id": order,
        "size": [len(codes[key]) for key in order],
        "dimension": {
            key: {
                "label": key.lower(),
                "category": {
                    "index": codes[key] if listed else {c: n for n, c in enumerate(codes[key])},
                    "label": dict(reversed(CATEGORIES[key].items())),
                },
            }
            for key in order
        },
        "value": given_cells if sparse else flat,
    }


def read(tmp_path: Path, document: object) -> pd.DataFrame:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    frame = read_long(path).frame
    keys = ["region", "sex", "ages", "year"]
    return frame.astype(dict.fromkeys(keys, "str")).sort_values(keys).reset_index(drop=True)


cell_values = st.lists(
    st.one_of(st.none(), st.integers(0, 10**9), st.floats(0, 1e9)), min_size=24, max_size=24
)


@given(cell_values, st.permutations(list(CATEGORIES)), st.booleans(), st.booleans())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_order_density_and_form_of_index_do_not_change_the_table(
    tmp_path: Path, numbers: list[float | None], order: list[str], sparse: bool, listed: bool
) -> None:
    values = dict(zip(itertools.product(*CATEGORIES.values()), numbers, strict=True))
    frame = read(tmp_path, dataset(order, values, sparse, listed))
    plain = read(tmp_path, dataset(list(CATEGORIES), values, sparse=False, listed=True))
    columns = ["region", "region_name", "sex", "ages", "year", "value", "symbol"]
    pd.testing.assert_frame_equal(frame[columns], plain[columns], check_categorical=False)
    oslo_girls = frame.query("region == '0301' and sex == 'female' and ages == '0 år'")
    expected = [values["0301", "2", "000", year] for year in ("2020", "2021")]
    np.testing.assert_array_equal(oslo_girls["value"], np.array(expected, dtype=float))


def test_null_keeps_its_status_and_is_not_zero(tmp_path: Path) -> None:
    values = dict.fromkeys(itertools.product(*CATEGORIES.values()), None)
    document = dataset(list(CATEGORIES), values, sparse=False, listed=True)
    document["value"][5] = 0
    document["status"] = {"3": ":", "4": ".."}
    path = tmp_path / "status.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    frame = read_long(path).frame
    assert frame["symbol"].tolist()[3:6] == [":", "..", ""]
    assert np.isnan(frame["value"].to_numpy()[:5]).all()
    assert frame["value"].to_numpy()[5] == 0


@pytest.mark.parametrize("text", ["[]", "{}", '{"value": NaN}', '{"a": 1, "a": 2}', "[" * 100_000])
def test_json_that_is_no_dataset_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputsError, match=r"other\.json"):
        read_long(path)


@given(st.data())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_part_may_be_wrong_without_breaking_the_reader(
    tmp_path: Path, data: st.DataObject
) -> None:
    values = dict.fromkeys(itertools.product(*CATEGORIES.values()), 1.0)
    document = dataset(list(CATEGORIES), values, sparse=False, listed=False)
    part: Any = document
    for _ in range(data.draw(st.integers(0, 4))):
        inner = [key for key in part if isinstance(part[key], dict) and part[key]]
        if not inner:
            break
        part = part[data.draw(st.sampled_from(inner))]
    leaf = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3))
    junk = st.recursive(leaf, lambda inner: st.lists(inner, max_size=3), max_leaves=5)
    part[data.draw(st.sampled_from(list(part)))] = data.draw(junk)
    path = tmp_path / "spoilt.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        rows = len(read_long(path).frame)
    except InputsError as error:
        problems = error.problems
    else:
        problems = ()
    assert problems or rows == 24


@needs_shared
def test_the_published_projection_for_oslo() -> None:
    frame = read_long(SHARED / "ssb" / "jsonstat" / "14746_oslo_sample.json").frame
    main = frame.query("contents == 'Hovedalternativet (MMMM)' and ages == '0 år' and year == 2040")
    assert main["value"].tolist() == [4633]
    assert frame["region"].unique().tolist() == ["0301"]
    assert frame["sex"].unique().tolist() == ["female"]
    assert frame["value"].iloc[[0, 24, 25, -1]].tolist() == [4355, 4511, 4355, 5523]
