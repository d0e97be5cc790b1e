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

from projector.errors import InputsError, Problem, nearest_name
from projector.inputs.files import read_content
from projector.inputs.labels import canonical_column, parse_regions, parse_sex
from projector.inputs.long_table import LongTable, categorical, damage_notes, symbol_notes
from projector.inputs.numbers import SYMBOLS

__all__ = ["read_jsonstat"]

_MOST_CELLS = 100_000_000
_ROLES = {"time": "year", "geo": "region", "metric": "contents"}


@dataclass(frozen=True)
class _Dimension:
    """One dimension: its column name, and codes and labels in the order of `index`."""

    name: str
    key: str
    codes: tuple[str, ...]
    labels: tuple[str, ...]


class _Faults:
    """Collects the problems of one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def add(
        self, place: str, message: str, found: str | None = None, expected: str | None = None
    ) -> None:
        self.problems.append(Problem(f"{self.path}, {place}", message, found, expected))

    def raise_any(self) -> None:
        if self.problems:
            raise InputsError(self.problems)


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
    faults = _Faults(path)
    dimensions = _dimensions(document, faults)
    faults.raise_any()
    shape = tuple(len(dimension.codes) for dimension in dimensions)
    if math.prod(shape) > _MOST_CELLS:
        faults.add("size", "too many cells", str(math.prod(shape)), f"at most {_MOST_CELLS}")
        faults.raise_any()
    values = _values(document.get("value"), math.prod(shape), faults)
    symbols = _symbols(document.get("status"), math.prod(shape), faults)
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
    except (RecursionError, ValueError) as error:
        raise InputsError(Problem(str(path), f"not readable JSON: {error}")) from error
    faults = _Faults(path)
    if not isinstance(document, dict):
        faults.add("top level", "not a JSON-stat2 dataset", type(document).__name__, "an object")
    elif "error" in document and "value" not in document:
        faults.add("error", "StatBank answered with an error", str(document["error"])[:200])
    elif document.get("version") != "2.0" or document.get("class") != "dataset":
        found = f"version {document.get('version')!r}, class {document.get('class')!r}"
        faults.add("top level", "not a JSON-stat2 dataset", found, "version '2.0', class 'dataset'")
    faults.raise_any()
    return document  # type: ignore[no-any-return]


def _dimensions(document: Mapping[str, Any], faults: _Faults) -> list[_Dimension]:
    """The dimensions in the order of ``id``."""
    keys, sizes, described = (document.get(part) for part in ("id", "size", "dimension"))
    if not _all_of(keys, str) or not _all_of(sizes, int) or not isinstance(described, dict):
        for part, value, fits, expected in (
            ("id", keys, _all_of(keys, str), "a list of names"),
            ("size", sizes, _all_of(sizes, int), "a list of whole numbers"),
            ("dimension", described, isinstance(described, dict), "an object"),
        ):
            if not fits:
                faults.add(part, "missing or malformed", str(value)[:60], expected)
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
    faults: _Faults,
) -> list[str]:
    """Column name of each dimension: by its key or label, else by its role, else its label."""
    names = []
    for key in keys:
        dimension = described.get(key)
        label = dimension.get("label") if isinstance(dimension, dict) else None
        label = label if isinstance(label, str) and label else key
        role = next((r for r, members in roles.items() if _lists(members, key)), "")
        names.append(
            canonical_column(key) or canonical_column(label) or _ROLES.get(role) or label
        )
    for name in {name for name in names if names.count(name) > 1 or name in {"value", "symbol"}}:
        faults.add("id", f"the dimensions do not have distinct names: '{name}'")
    return names


def _lists(members: object, key: str) -> bool:
    return isinstance(members, list) and key in members


def _dimension(key: str, name: str, described: object, faults: _Faults) -> _Dimension | None:
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
    return _Dimension(name, key, codes, tuple(labels.get(code, code) for code in codes))


def _codes(index: object) -> tuple[str, ...] | None:
    """Category codes in their order, or None where `index` is malformed."""
    if isinstance(index, dict):
        if not all(type(position) is int for position in index.values()):
            return None
        if sorted(index.values()) != list(range(len(index))):
            return None
        index = sorted(index, key=lambda code: int(index[code]))
    if not _all_of(index, str):
        return None
    codes = tuple(index)  # type: ignore[arg-type]
    return codes if len(set(codes)) == len(codes) else None


def _positions(shape: tuple[int, ...], axis: int) -> NDArray[np.intp]:
    """Position along one axis, for every cell in row-major order."""
    inner, outer = math.prod(shape[axis + 1 :]), math.prod(shape[:axis])
    return np.tile(np.repeat(np.arange(shape[axis]), inner), outer)


def _column(
    dimension: _Dimension, index: NDArray[np.intp], faults: _Faults
) -> dict[str, object]:
    """The columns one dimension makes."""
    name, codes, labels = dimension.name, dimension.codes, dimension.labels
    if name == "region":
        written = [code if code == label else f"{code} {label}" for code, label in zip(
            codes, labels, strict=True
        )]
        regions, wrong = parse_regions(written)
        for position, fault in wrong.items():
            faults.add(f"dimension.{dimension.key}", fault, f"'{codes[position]}'")
        found = [region.code or code for region, code in zip(regions, codes, strict=True)]
        return {"region": categorical(found, index), "region_name": categorical(labels, index)}
    if name == "year" and all(len(code) == 4 and code.isdigit() for code in codes):
        return {"year": np.array(codes, dtype=np.int64)[index]}
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


def _values(value: object, size: int, faults: _Faults) -> NDArray[np.float64]:
    """The values in row-major order, NaN for ``null`` and for cells left out."""
    values = np.full(size, np.nan)
    if isinstance(value, dict):
        places = _places(value, size, "value", faults)
        given = list(value.values())
    elif isinstance(value, list):
        places, given = np.arange(len(value)), value
        if len(value) != size:
            faults.add("value", "wrong number of values", str(len(value)), f"{size}, as in size")
    else:
        faults.add("value", "missing or malformed", str(value)[:60], "a list or an object")
        return values
    if not {type(item) for item in given} <= {int, float, type(None)}:
        for position, item in enumerate(given):
            if type(item) not in {int, float, type(None)}:
                faults.add(f"value {position}", "not a number", json.dumps(item)[:60])
                break
    if faults.problems:
        return values
    try:
        numbers = np.array(given, dtype=np.float64)
    except OverflowError:
        faults.add("value", "a number is too large")
        return values
    infinite = np.flatnonzero(np.isinf(numbers))
    if len(infinite):
        faults.add(f"value {places[infinite[0]]}", "the number is too large")
    values[places] = numbers
    return values


def _places(
    members: Mapping[str, object], size: int, part: str, faults: _Faults
) -> NDArray[np.intp]:
    """Positions that the keys of a sparse object name."""
    places = []
    for key in members:
        if not (key.isascii() and key.isdigit() and int(key) < size):
            faults.add(part, "not the position of a cell", f"'{key}'", f"0 to {size - 1}")
            break
        places.append(int(key))
    return np.array(places, dtype=np.intp)


def _symbols(status: object, size: int, faults: _Faults) -> pd.Categorical:
    """The symbol of each cell; ``""`` where there is none."""
    texts: NDArray[np.object_] = np.full(size, "", dtype=object)
    if isinstance(status, str):
        texts[:] = status
    elif isinstance(status, dict):
        places = _places(status, size, "status", faults)
        if not faults.problems:
            texts[places] = [str(item) for item in status.values()]
    elif isinstance(status, list):
        if len(status) == size:
            texts[:] = ["" if item is None else str(item) for item in status]
        else:
            faults.add("status", "wrong number of symbols", str(len(status)), f"{size}")
    elif status is not None:
        faults.add("status", "malformed", str(status)[:60], "a text, a list or an object")
    index, distinct = pd.factorize(texts)
    known = [{"...": "…"}.get(text, text) for text in distinct]
    for unknown in [text for text in known if text not in SYMBOLS]:
        faults.add("status", "unknown symbol", f"'{unknown}'", "one of . .. … : - *")
    return categorical(known, index)
