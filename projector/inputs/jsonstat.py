"""JSON-stat2 answers as long tables (https://json-stat.org/full/)."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.errors import HIDDEN, InputsError, Problem, hidden_in, nearest_name
from projector.inputs.files import MOST_CELLS, read_content, tidied
from projector.inputs.jsonstat_values import Faults, read_symbols, read_values
from projector.inputs.labels import canonical_column, parse_regions, parse_sex, parse_year
from projector.inputs.long_table import LongTable, categorical, damage_notes, symbol_notes
from projector.tables import unique

__all__ = ["read_jsonstat"]

_ROLES = {"time": "year", "geo": "region", "metric": "contents"}


@dataclass(frozen=True)
class _Dimension:
    """One dimension: its column name, and codes and labels in the order of `index`."""

    name: str
    key: str
    codes: tuple[str, ...]
    labels: tuple[str, ...]


def read_jsonstat(path: Path, content: bytes | None = None) -> LongTable:
    """Read a JSON-stat2 dataset, its values dense or sparse.

    The last dimension of ``id`` varies fastest; categories stand in the order of their ``index``.
    A ``null`` value keeps its ``status`` as symbol.

    Parameters
    ----------
    path
        The file, gzipped or not.
    content
        Its bytes, where they are read already.

    Returns
    -------
    LongTable
        One row per cell of the whole cube, cells that a sparse ``value`` leaves out as blanks.

    Raises
    ------
    InputsError
        With every fault of the structure, or every fault of the values.
    """
    document = _document(path, read_content(path) if content is None else content)
    faults = Faults(path)
    dimensions = _dimensions(document, faults)
    faults.raise_any()
    shape = tuple(len(dimension.codes) for dimension in dimensions)
    if math.prod(shape) > MOST_CELLS:
        faults.add("size", "too many cells", str(math.prod(shape)), f"at most {MOST_CELLS}")
        faults.raise_any()
    values = read_values(document.get("value"), math.prod(shape), faults)
    symbols = read_symbols(document.get("status"), math.prod(shape), faults)
    notes: list[str] = []
    frame: dict[str, object] = {}
    for axis, dimension in enumerate(dimensions):
        index = _positions(shape, axis)
        frame |= _column(dimension, index, faults)
        if dimension.name == "region":
            notes += damage_notes(dimension.labels)
    faults.raise_any()
    notes += symbol_notes(symbols, values)
    place = pd.RangeIndex(math.prod(shape), name="value")
    frame |= {"value": values, "symbol": symbols}
    return LongTable(pd.DataFrame(frame, index=place), path, tuple(notes), "value")


def _document(path: Path, content: bytes) -> dict[str, Any]:
    """The JSON object, which is a JSON-stat2 dataset."""

    def refuse_constant(name: str) -> NoReturn:
        raise InputsError(Problem(str(path), "not a JSON number", f"'{name}'"))

    def refuse_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            names = [name for name, _ in pairs]
            repeated = next(name for name in names if names.count(name) > 1)
            raise InputsError(Problem(str(path), "a key stands twice", f"'{repeated}'"))
        return members

    try:
        text = content.decode("utf-8")
        document = json.loads(
            text, parse_constant=refuse_constant, object_pairs_hook=refuse_repeats
        )
    except UnicodeDecodeError as error:
        where = f"{path}, byte {error.start}"
        raise InputsError(Problem(where, "JSON must be UTF-8")) from error
    except json.JSONDecodeError as error:
        where = f"{path}:{error.lineno}:{error.colno}"
        raise InputsError(Problem(where, f"not valid JSON: {error.msg}")) from error
    except RecursionError as error:
        raise InputsError(Problem(str(path), "the JSON is nested too deeply")) from error
    except ValueError as error:
        raise InputsError(Problem(str(path), f"not readable JSON: {error}")) from error
    faults = Faults(path)
    if not isinstance(document, dict):
        faults.add("top level", "not a JSON-stat2 dataset", type(document).__name__, "an object")
    elif "error" in document and "value" not in document:
        faults.add("error", "StatBank answered with an error", str(document["error"])[:200])
    elif document.get("version") != "2.0" or document.get("class") != "dataset":
        found = f"version {document.get('version')!r}, class {document.get('class')!r}"
        faults.add("top level", "not a JSON-stat2 dataset", found, "version '2.0', class 'dataset'")
    faults.raise_any()
    dataset: dict[str, Any] = document
    return dataset


def _dimensions(document: Mapping[str, Any], faults: Faults) -> list[_Dimension]:
    """The dimensions in the order of ``id``."""
    keys: Any = document.get("id")
    sizes: Any = document.get("size")
    described: Any = document.get("dimension")
    for part, value, fits, expected in (
        ("id", keys, _all_of(keys, str), "a list of names"),
        ("size", sizes, _all_of(sizes, int), "a list of whole numbers"),
        ("dimension", described, isinstance(described, dict), "an object"),
    ):
        if not fits:
            faults.add(part, "missing or malformed", str(value)[:60], expected)
    if faults.problems:
        return []
    if len(keys) != len(sizes):
        faults.add("size", "not one size per dimension", str(len(sizes)), str(len(keys)))
        return []
    roles = document.get("role")
    names = _names(keys, roles if isinstance(roles, dict) else {}, described, faults)
    dimensions = []
    for key, size, name in zip(keys, sizes, names, strict=True):
        dimension = _dimension(key, name, described.get(key), faults)
        if dimension is None:
            continue
        if len(dimension.codes) != size:
            found, expected = str(len(dimension.codes)), f"{size}, as in size"
            faults.add(f"dimension.{key}", "wrong number of categories", found, expected)
        dimensions.append(dimension)
    return dimensions


def _all_of(value: object, kind: type) -> bool:
    return isinstance(value, list) and bool(value) and all(type(item) is kind for item in value)


def _names(
    keys: Sequence[str],
    roles: Mapping[str, Any],
    described: Mapping[str, Any],
    faults: Faults,
) -> list[str]:
    """Column name of each dimension: by its key or label, else by its role, else its label."""
    names = []
    for key in keys:
        dimension = described.get(key)
        label = dimension.get("label") if isinstance(dimension, dict) else None
        label = label if isinstance(label, str) and label else key
        role = next((r for r, members in roles.items() if _lists(members, key)), "")
        names.append(canonical_column(key) or canonical_column(label) or _ROLES.get(role) or label)
    for name in unique(names):
        if names.count(name) == 1 and name not in {"value", "symbol"}:
            continue
        faults.add("id", f"the dimensions do not have distinct names: '{name}'")
    return names


def _lists(members: object, key: str) -> bool:
    return isinstance(members, list) and key in members


def _dimension(key: str, name: str, described: object, faults: Faults) -> _Dimension | None:
    """Codes and labels of one dimension."""
    place = f"dimension.{key}"
    if described is None:
        faults.add(place, "the dimension is not described")
        return None
    category = described.get("category") if isinstance(described, dict) else None
    if not isinstance(category, dict):
        faults.add(place, "the dimension has no category")
        return None
    labels = category.get("label", {})
    if not isinstance(labels, dict) or not all(isinstance(v, str) for v in labels.values()):
        faults.add(f"{place}.category.label", "not an object of labels", str(labels)[:60])
        return None
    # A constant dimension may leave its index out.
    index = category.get("index", list(labels) if len(labels) == 1 else None)
    codes = _codes(index)
    if codes is None:
        faults.add(
            f"{place}.category.index",
            "not a list of codes, nor codes with positions from 0",
            str(index)[:60],
        )
        return None
    for unknown in [code for code in labels if code not in set(codes)]:
        near = nearest_name(unknown, codes)
        faults.problems.append(
            Problem(
                f"{faults.path}, {place}.category.label",
                "a label for a code that is not in index",
                f"'{unknown}'",
                nearest=near,
            )
        )
    shown = [labels.get(code, code) for code in codes]
    for text in (*codes, *shown):
        if (hidden := hidden_in(text)) is not None:
            faults.add(f"{place}.category", HIDDEN, f"{text[hidden]!a} in '{text}'")
            return None
    return _Dimension(name, key, tuple(map(tidied, codes)), tuple(map(tidied, shown)))


def _codes(index: Any) -> tuple[str, ...] | None:
    """Category codes in their order, or None where `index` is malformed."""
    codes: Any = index
    if isinstance(index, dict):
        if not all(type(position) is int for position in index.values()):
            return None
        if sorted(index.values()) != list(range(len(index))):
            return None
        codes = sorted(index, key=index.__getitem__)
    if not _all_of(codes, str) or len(set(codes)) < len(codes):
        return None
    return tuple(codes)


def _positions(shape: tuple[int, ...], axis: int) -> NDArray[np.intp]:
    """Position along one axis, for every cell in row-major order."""
    inner, outer = math.prod(shape[axis + 1 :]), math.prod(shape[:axis])
    return np.tile(np.repeat(np.arange(shape[axis]), inner), outer)


def _column(dimension: _Dimension, index: NDArray[np.intp], faults: Faults) -> dict[str, object]:
    """The columns one dimension makes."""
    name, codes, labels = dimension.name, dimension.codes, dimension.labels
    if name == "region":
        written = [
            code if code == label else f"{code} {label}"
            for code, label in zip(codes, labels, strict=True)
        ]
        regions, wrong = parse_regions(written)
        for position, fault in wrong.items():
            faults.add(f"dimension.{dimension.key}", fault, f"'{codes[position]}'")
        found = [region.code or code for region, code in zip(regions, codes, strict=True)]
        return {"region": categorical(found, index), "region_name": categorical(labels, index)}
    if name == "year" and None not in (years := [parse_year(code) for code in codes]):
        return {"year": np.array(years, dtype=np.int64)[index]}
    if name == "sex":
        return {"sex": categorical(_each(parse_sex, labels), index)}
    return {name: categorical(labels, index)}


def _each(parse: Callable[[str], str], labels: Sequence[str]) -> list[str]:
    """The parsed labels; one that cannot be parsed stays as it is."""
    parsed = []
    for label in labels:
        try:
            parsed.append(parse(label))
        except ValueError:
            parsed.append(label)
    return parsed
