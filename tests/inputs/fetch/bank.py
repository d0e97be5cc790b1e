"""A statistics bank on this machine that speaks as the real one does, faults included.

PxWebApi 2 (``/v2``), PxWebApi 1 (``/v1``) and KLASS (``/klass``), after SSB's guides and the
answers that they print. Figures are those of the embedded set.
"""

import json
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.embedded import CASE_AREAS

AGES = [*(f"{age:03d}" for age in range(105)), "105+"]
AGE_LABELS = [*(f"{age} år" for age in range(105)), "105 år eller eldre"]
SEXES = (("2", "Kvinner"), ("1", "Menn"))
HALLINGDAL = {
    "3320": ("Flå", "0615", "3039"),
    "3322": ("Nesbyen", "0616", "3040"),
    "3324": ("Gol", "0617", "3041"),
    "3326": ("Hemsedal", "0618", "3042"),
    "3328": ("Ål", "0619", "3043"),
    "3330": ("Hol", "0620", "3044"),
}
OTHER_TOWNS = {
    "0301": "Oslo - Oslove",
    "1515": "Herøy",
    "1818": "Herøy",
    "5622": "Porsanger - Porsáŋgu - Porsanki",
}


@dataclass
class BankTable:
    """A table of the bank; `values` in the order of `dimensions`."""

    table: str
    title: str
    updated: str
    dimensions: list[tuple[str, str, list[str], list[str], bool]]
    values: NDArray[np.float64]
    time: str = "Tid"
    geo: str = "Region"
    nation: str | None = "0"


@dataclass
class Fault:
    """What goes wrong with the next question whose address holds a text."""

    address: str
    kind: str
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    times: int = 1


@dataclass
class Bank:
    """What the server holds, and what it was asked."""

    tables: dict[str, BankTable]
    towns: dict[str, str]
    changes: list[tuple[str, str, str, str, str]]
    ward_changes: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    most_cells: int = 800_000
    faults: list[Fault] = field(default_factory=list)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    address: str = ""

    def data_asked(self, table: str) -> int:
        """How many extracts of a table were asked for."""
        return sum(table in path and body is not None for _, path, body in self.asked)


def cube(table: BankTable, selection: dict[str, Sequence[str]]) -> dict[str, Any]:
    """The answer to a selection, as JSON-stat2."""
    values, kept = table.values, []
    for axis, (code, label, codes, labels, _) in reversed(list(enumerate(table.dimensions))):
        if code in selection:
            places = [codes.index(one) for one in selection[code]]
            values = values.take(places, axis=axis)
            kept.append((code, label, [codes[p] for p in places], [labels[p] for p in places]))
        elif code == table.geo and table.nation is not None:
            values = values.take(codes.index(table.nation), axis=axis)
        else:
            values = values.sum(axis=axis)
    kept.reverse()
    flat = values.ravel()
    return {
        "version": "2.0",
        "class": "dataset",
        "label": table.title,
        "source": "Statistisk sentralbyrå",
        "updated": table.updated,
        "role": {
            "time": [table.time],
            "geo": [table.geo],
            "metric": ["ContentsCode"],
        },
        "id": [code for code, *_ in kept],
        "size": [len(codes) for _, _, codes, _ in kept],
        "dimension": {
            code: {
                "label": label,
                "category": {
                    "index": {one: place for place, one in enumerate(codes)},
                    "label": dict(zip(codes, labels, strict=True)),
                },
                "extension": {"elimination": False, "show": "value"},
            }
            for code, label, codes, labels in kept
        },
        "value": [None if np.isnan(one) else int(one) for one in flat],
        **(
            {"status": {str(place): ":" for place in np.flatnonzero(np.isnan(flat))}}
            if np.isnan(flat).any()
            else {}
        ),
    }


def metadata_v2(table: BankTable) -> dict[str, Any]:
    told = cube(table, {code: codes for code, _, codes, _, _ in table.dimensions})
    del told["value"]
    told.pop("status", None)
    for code, _, _, _, eliminable in table.dimensions:
        told["dimension"][code]["extension"] = {"elimination": eliminable, "codelists": []}
    return told


def metadata_v1(table: BankTable) -> dict[str, Any]:
    return {
        "title": table.title,
        "variables": [
            {
                "code": code,
                "text": label,
                "values": codes,
                "valueTexts": labels,
                **({"elimination": True} if eliminable else {}),
                **({"time": True} if code == table.time else {}),
            }
            for code, label, codes, labels, eliminable in table.dimensions
        ],
    }


class _Handler(BaseHTTPRequestHandler):
    bank: Bank

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""

    def do_GET(self) -> None:
        self._answer("GET", None)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self._answer("POST", json.loads(self.rfile.read(length)))

    def _answer(self, method: str, body: Any) -> None:
        bank = self.bank
        parts = urlsplit(self.path)
        bank.asked.append((method, self.path, body))
        fault = next((one for one in bank.faults if one.address in self.path), None)
        if fault is not None:
            fault.times -= 1
            if fault.times <= 0:
                bank.faults.remove(fault)
            if fault.kind == "status":
                self._send(fault.status, fault.body, fault.headers)
                return
            if fault.kind == "html":
                self._send(200, b"<html>Vedlikehold</html>", {"Content-Type": "text/html"})
                return
            if fault.kind == "reset":
                self.connection.close()
                return
            if fault.kind == "slow":
                time.sleep(0.4)
            if fault.kind == "update":
                table = re.search(r"\d{5}", self.path)
                assert table is not None
                bank.tables[table[0]].updated = "2026-09-09T06:00:00Z"
        status, document = self._document(method, parts.path, parse_qs(parts.query), body)
        content = json.dumps(document).encode("utf-8") if document is not None else b""
        if fault is not None and fault.kind == "truncate":
            self._send(status, content, {}, keep=len(content) // 2)
            return
        if fault is not None and fault.kind == "cut":
            content = content[: len(content) // 2]
        if fault is not None and fault.kind == "change":
            content = content.replace(fault.body, fault.headers["to"].encode())
        self._send(status, content, {})

    def _send(
        self, status: int, content: bytes, headers: dict[str, str], keep: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json; charset=utf-8", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content if keep is None else content[:keep])
        if keep is not None:
            self.close_connection = True

    def _document(  # noqa: PLR0911
        self, method: str, path: str, query: dict[str, list[str]], body: Any
    ) -> tuple[int, Any]:
        bank = self.bank
        if path == "/v2/config":
            return 200, {
                "apiVersion": "2.3.2",
                "maxDataCells": bank.most_cells,
                "maxCallsPerTimeWindow": 0,
                "timeWindow": 0,
                "defaultDataFormat": "json-stat2",
            }
        if found := re.fullmatch(r"/v2/tables/(\d{5})/(metadata|data)", path):
            table = bank.tables.get(found[1])
            if table is None:
                return 404, _problem(404, "Non-existent table")
            if found[2] == "metadata":
                return 200, metadata_v2(table)
            wanted = (
                {one["variableCode"]: one["valueCodes"] for one in body["selection"]}
                if method == "POST"
                else {
                    key[len("valueCodes[") : -1]: ",".join(values).split(",")
                    for key, values in query.items()
                    if key.startswith("valueCodes[")
                }
            )
            return self._data(table, wanted, too_many=(400, "Too many cells selected"))
        if found := re.fullmatch(r"/v1/(\d{5})", path):
            table = bank.tables.get(found[1])
            if table is None:
                return 404, {"error": "Not found"}
            if method == "GET":
                return 200, metadata_v1(table)
            if body["response"]["format"] != "json-stat2":
                return 400, {"error": "Parameter error"}
            wanted = {one["code"]: one["selection"]["values"] for one in body["query"]}
            status, told = self._data(table, wanted, too_many=(403, "Too many values selected"))
            if status != 200 and told is not None:
                return status, {"error": told["title"]}
            if told is not None:
                told["updated"] = told["updated"].rstrip("Z")
            return status, told
        if path == "/klass/classifications/131/codesAt.json":
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", query["date"][0])
            codes = [{"code": code, "name": name} for code, name in bank.towns.items()]
            return 200, {"codes": [*codes, {"code": "9999", "name": "Uoppgitt"}]}
        if found := re.fullmatch(r"/klass/classifications/(131|103)/changes.json", path):
            held = bank.changes if found[1] == "131" else bank.ward_changes
            first, last = query["from"][0], query["to"][0]
            return 200, {
                "codeChanges": [
                    {
                        "oldCode": old,
                        "oldName": old_name,
                        "newCode": new,
                        "newName": new_name,
                        "changeOccurred": day,
                    }
                    for day, old, old_name, new, new_name in held
                    if first <= day < last
                ]
            }
        return 404, _problem(404, "Not Found")

    def _data(
        self, table: BankTable, wanted: dict[str, list[str]], too_many: tuple[int, str]
    ) -> tuple[int, Any]:
        known = {code: codes for code, _, codes, _, _ in table.dimensions}
        for code, values in wanted.items():
            if code not in known:
                return 400, _problem(400, "Non-existent variable")
            if len(set(values)) < len(values):
                return 500, None
            if not set(values) <= set(known[code]):
                return 400, _problem(400, "Non-existent value")
        for code, _, _, _, eliminable in table.dimensions:
            if code not in wanted and not eliminable:
                return 400, _problem(400, "Missing selection for mandantory variable")
        if np.prod([len(values) for values in wanted.values()]) > self.bank.most_cells:
            return too_many[0], _problem(too_many[0], too_many[1])
        # The order of the answer is the table's, whatever the order of the question.
        ordered = {code: wanted[code] for code in known if code in wanted}
        return 200, cube(table, ordered)


def _problem(status: int, title: str) -> dict[str, Any]:
    return {"type": "Parameter error", "title": title, "status": status}


@contextmanager
def serving(bank: Bank) -> Iterator[Bank]:
    """The bank on a port of this machine."""
    handler = type("Handler", (_Handler,), {"bank": bank})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    bank.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield bank
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _single_ages(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Five-year groups, the last open, as whole people of single ages to 105."""
    singles = np.zeros(106)
    for group, count in enumerate(counts):
        first = 5 * group
        width = min(5, 106 - first) if group + 1 < len(counts) else 10
        whole, rest = divmod(int(count), width)
        singles[first : first + width] = whole
        singles[first : first + rest] += 1
    return singles


def embedded_people() -> pd.DataFrame:
    """People of the embedded set: code, sex, age group in rows, years in columns."""
    table = pd.read_csv(CASE_AREAS / "population.csv", dtype={"code": str})
    return table.drop(columns=["source", "quality", "name"])


def norway(years: Sequence[int] = tuple(range(2014, 2027))) -> Bank:
    """Hallingdal, Oslo and three of its wards, and the nation, on the codes of each year."""
    people = embedded_people().set_index(["code", "sex"])
    texts = list(map(str, years))
    regions: dict[str, str] = {"0": "Hele landet"}
    for code, (name, first, second) in HALLINGDAL.items():
        regions |= {first: f"{name} (-2019)", second: f"{name} (2020-2023)", code: name}
    regions |= OTHER_TOWNS
    shape = (len(regions), 2, len(AGES), 1, len(years))
    values = np.zeros(shape)
    places = {code: place for place, code in enumerate(regions)}
    for code in ["0", *HALLINGDAL]:
        for sex, name in enumerate(("female", "male")):
            rows = people.loc[(code, name)].set_index("age_group")
            rows = rows.loc[sorted(rows.index, key=lambda text: int(re.split("[-+]", text)[0]))]
            for at, year in enumerate(years):
                older = 0 if year < 2020 else 1 if year < 2024 else None
                held = code if code == "0" or older is None else HALLINGDAL[code][1 + older]
                values[places[held], sex, :, 0, at] = _single_ages(rows[str(year)].to_numpy())
    for place, code in enumerate(OTHER_TOWNS):
        values[places[code], :, :90, 0, :] = 50 + 7 * place
    ward_values = np.zeros((5, 2, len(AGES), 1, len(years)))
    for place in range(2):
        ward_values[place, :, :90, 0, :] = 3 + place
    before = np.array(years) < 2020
    ward_values[3, :, :90, 0, before] = 9
    ward_values[4, :, :90, 0, ~before] = 8
    common = [
        ("Kjonn", "kjønn", [c for c, _ in SEXES], [label for _, label in SEXES], True),
        ("Alder", "alder", AGES, [*AGE_LABELS], True),
    ]
    tid = ("Tid", "år", texts, texts, False)
    persons = ("ContentsCode", "statistikkvariabel", ["Personer1"], ["Personer"], False)
    region = ("Region", "region", list(regions), list(regions.values()), True)
    ahead = [str(year) for year in range(years[-1], years[-1] + 4)]
    future = np.repeat(values[..., -1:], 4, axis=-1)
    tables = [
        BankTable(
            "07459",
            "07459: Befolkning, etter region, kjønn, alder, statistikkvariabel og år",
            "2026-02-25T07:00:00Z",
            [region, *common, persons, tid],
            values,
        ),
        BankTable(
            "10826",
            "10826: Befolkning i de 4 største byene (B)",
            "2026-02-25T07:00:00Z",
            [
                (
                    "Region",
                    "region",
                    ["030110a", "030111a", "030110", "120101", "460101"],
                    ["Grorud", "Stovner", "Lambertseter (1988-2003)", "Arna (-2019)", "Arna"],
                    True,
                ),
                *common,
                ("ContentsCode", "statistikkvariabel", ["Personer"], ["Personer"], False),
                tid,
            ],
            ward_values,
            nation=None,
        ),
        BankTable(
            "14746",
            "14746: Framskrevet folkemengde 1. januar",
            "2026-06-12T06:00:00Z",
            [
                region,
                *common,
                (
                    "ContentsCode",
                    "statistikkvariabel",
                    ["Personer", "Personer1"],
                    ["Hovedalternativet (MMMM)", "Lav nasjonal vekst (LLML)"],
                    False,
                ),
                ("Tid", "år", ahead, ahead, False),
            ],
            np.concatenate([future, future * 0.5], axis=3),
        ),
        BankTable(
            "10261",
            "10261: Pasienter, døgnopphold og liggedager ved somatiske sykehus",
            "2026-04-11T06:00:00Z",
            [
                (
                    "Region",
                    "region",
                    ["0", "H03", "H12"],
                    ["Hele landet", "Helse Vest", "Helse Sør-Øst"],
                    True,
                ),
                ("Kjonn", "kjønn", ["0", "1", "2"], ["Begge kjønn", "Menn", "Kvinner"], True),
                ("Alder", "alder", ["00-09", "10+"], ["0-9 år", "10 år eller eldre"], True),
                (
                    "ContentsCode",
                    "statistikkvariabel",
                    ["AntDognopphold", "Liggedager"],
                    ["Døgnopphold", "Liggedager"],
                    False,
                ),
                tid,
            ],
            np.arange(3 * 3 * 2 * 2 * len(years), dtype=float).reshape(3, 3, 2, 2, -1),
        ),
        BankTable(
            "12292",
            "12292: Omsorgstjenester - supplerende grunnlagstall (K)",
            "2026-06-15T06:00:00Z",
            [
                (
                    "KOKkommuneregion0000",
                    "region",
                    ["EAK", "3330", "3044", "0620"],
                    ["Landet", "Hol", "Hol (2020-2023)", "Hol (-2019)"],
                    False,
                ),
                (
                    "ContentsCode",
                    "statistikkvariabel",
                    ["KOSbeboere0000", "KOSplasser0000"],
                    ["Beboere i institusjon", "Plasser i institusjon"],
                    False,
                ),
                tid,
            ],
            np.where(np.arange(4 * 2 * len(years)) == 3, np.nan, 5.0).reshape(4, 2, -1),
            geo="KOKkommuneregion0000",
            nation=None,
        ),
    ]
    changes = []
    for code, (name, first, second) in HALLINGDAL.items():
        changes += [
            ("2020-01-01", first, name, second, name),
            ("2024-01-01", second, name, code, name),
        ]
    towns = {code: name for code, (name, *_) in HALLINGDAL.items()} | OTHER_TOWNS
    wards = [("2020-01-01", "120101", "Arna", "460101", "Arna")]
    return Bank({one.table: one for one in tables}, towns, changes, wards)


def small_country() -> Bank:
    """Three old towns, of which one is divided between the other two: ``1001`` and ``1003``."""
    random = np.random.default_rng(5)
    years = list(range(2017, 2024))
    codes = ["0", "1001", "1002", "1003"]
    values = np.zeros((4, 2, len(AGES), 1, len(years)))
    values[1:] = random.integers(20, 60, (3, 2, len(AGES), 1, len(years)))
    gone = years.index(2020)
    values[2, ..., gone:] = 0
    values[0] = values[1:].sum(axis=0)
    texts = list(map(str, years))
    table = BankTable(
        "07459",
        "07459: Befolkning",
        "2023-02-21T07:00:00Z",
        [
            ("Region", "region", codes, ["Hele landet", "Aa", "Bb (-2019)", "Cc"], True),
            ("Kjonn", "kjønn", [c for c, _ in SEXES], [label for _, label in SEXES], True),
            ("Alder", "alder", AGES, [*AGE_LABELS], True),
            ("ContentsCode", "statistikkvariabel", ["Personer1"], ["Personer"], False),
            ("Tid", "år", texts, texts, False),
        ],
        values,
    )
    changes = [
        ("2020-01-01", "1001", "Aa", "1001", "Aa"),
        ("2020-01-01", "1002", "Bb", "1001", "Aa"),
        ("2020-01-01", "1003", "Cc", "1003", "Cc"),
        ("2020-01-01", "1002", "Bb", "1003", "Cc"),
    ]
    return Bank({"07459": table}, {"1001": "Aa", "1003": "Cc"}, changes)
