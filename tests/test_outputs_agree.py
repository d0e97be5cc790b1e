"""The same figure is the same in whatever a run leaves behind, to the digits that each shows.

Results are read from netCDF here and added up anew. Against them stand, of every result that they
show: CSV, the workbook, the tables of the report, the table at the terminal, ``projector results``
as text, CSV and JSON, and the summary that ``projector run --json`` prints.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import netCDF4
import numpy as np
import openpyxl
import pytest
import xarray as xr

pytest.importorskip("xlsxwriter", reason="the extra `report` is not installed")
pytest.importorskip("jinja2", reason="the extra `report` is not installed")

from projector.outputs import netcdf, read_results
from projector.outputs.words import number, word
from projector.run.measures import AGE_BANDS, MEASURES
from projector.tables.result_names import ALSO_CALLED, RESULT_NAMES, YEARS_TOLD
from tests.cli.test_commands import projector
from tests.embedded import SCENARIOS

WHOLE = "all"
YEARS = {"calibration", "uncertainty"}
SCENARIO = """\
scenario: Agreed
extends: {parent}
years: {{base: 2026, end: 2031}}
{more}
"""
RUNS = {
    "hallingdal-copd": "uncertainty: {draws: 8, population: written}",
    "ringerike-visitors": "",
}


@dataclass
class Outputs:
    """All that one run leaves behind."""

    folder: Path
    printed: str
    told: dict
    asked: dict = field(default_factory=dict)

    @cached_property
    def tree(self) -> xr.DataTree:
        return read_results(self.folder / "results.nc")

    @cached_property
    def names(self) -> dict:
        return json.loads(self.tree.attrs["names"])

    def result(self, name: str) -> xr.DataArray:
        group, variable = RESULT_NAMES[ALSO_CALLED.get(name, name)]
        return self.tree[group].to_dataset()[variable]

    @cached_property
    def listed(self) -> list[str]:
        told = json.loads(projector("results", self.folder, "--json").stdout)
        return [one["result"] for one in told["results"] if self.result(one["result"]).size]

    def _again(self, path: Path) -> AbstractContextManager[netCDF4.Dataset]:
        assert Path(path) == self.folder / "results.nc"
        return nullcontext(self.opened)

    @cached_property
    def opened(self) -> netCDF4.Dataset:
        """The file, open for all that is asked: to open it takes longer than to read from it."""
        return netCDF4.Dataset(self.folder / "results.nc")

    def ask(self, *options: str) -> str:
        with pytest.MonkeyPatch.context() as patch:
            library = SimpleNamespace(Dataset=self._again)
            patch.setattr(netcdf, "netCDF4", library)
            said = projector("results", self.folder, "--language", "en", *options)
        assert said.exit_code == 0, said.output
        return said.stdout

    def read(self, name: str) -> dict:
        if name not in self.asked:
            self.asked[name] = json.loads(self.ask("--result", name, "--json"))
        return self.asked[name]

    def line(self, name: str, **parts: str) -> dict[int, float]:
        """A line of ``projector results --json``, by year; what is not named is the whole."""
        told = self.read(name)
        (line,) = (
            one
            for one in told["lines"]
            if all(one["parts"][axis] == parts.get(axis, WHOLE) for axis in one["parts"]
                   if axis != "region_name" and (axis in parts or len(axes_of(told, axis)) > 1))
        )  # fmt: skip
        return dict(zip(told["years"] or [None], line["values"], strict=True))


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def axes_of(told: dict, axis: str) -> set[str]:
    return {line["parts"][axis] for line in told["lines"]}


@pytest.fixture(
    scope="module",
    params=["hallingdal-copd", pytest.param("ringerike-visitors", marks=pytest.mark.slow)],
)
def outputs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Outputs]:
    folder = tmp_path_factory.mktemp(request.param)
    own, out = folder / "own.yaml", folder / "out"
    parent = (SCENARIOS / f"{request.param}.yaml").as_posix()
    own.write_text(SCENARIO.format(parent=parent, more=RUNS[request.param]), encoding="utf-8")
    run = ("run", own, "--output", out, "--language", "en", "--quiet")
    told = projector(*run, "--json", "--no-report")
    ran = projector(*run)
    assert ran.exit_code == 0, ran.output
    assert projector("excel", out, "--language", "en").exit_code == 0
    found = Outputs(out, ran.stdout, json.loads(told.stdout))
    yield found
    found.opened.close()


def whole(values: xr.DataArray, axes: list[str]) -> xr.DataArray:
    """Parts added up; unknown where none is known."""
    return values.sum(axes, min_count=1) if axes else values


def chosen(values: xr.DataArray, parts: dict[str, str]) -> np.ndarray:
    """What a line of ``projector results`` is of, added up from the file anew."""
    for axis, part in parts.items():
        if axis not in values.dims:
            continue
        if axis == "age" and part in AGE_BANDS:
            first, last = AGE_BANDS[part]
            values = values.sel(age=slice(first, last))
        elif part != WHOLE:
            label = int(str(part).rstrip("+")) if axis == "age" else part
            values = values.sel({axis: [label]})
    values = whole(values, [str(axis) for axis in values.dims if axis != "year"])
    return np.atleast_1d(values.values)


def shows(text: str, value: float, *, factor: float = 1.0) -> bool:
    """Whether a printed number is a figure, to the digits that it has."""
    bare = text.strip().lstrip("+").removesuffix("%")
    decimals = len(bare.partition(".")[2])
    return bare in (
        number(factor * value, "en", decimals),
        number(abs(factor * value), "en", decimals),  # a rounded 0 has no sign
    ) and (float(bare.replace(",", "")) == 0 or (bare[0] == "-") == (value < 0))


def test_csv_has_every_cell_of_the_results(outputs: Outputs) -> None:
    seen = 0
    for node in outputs.tree.subtree:
        if node.path.strip("/").split("/")[0] in YEARS:
            continue
        for name, array in node.to_dataset().data_vars.items():
            (result,) = (
                key for key, place in RESULT_NAMES.items() if place == (node.path.strip("/"), name)
            )
            path = outputs.folder / "csv" / f"{result}.csv"
            if not array.size:
                assert not path.exists()
                continue
            rows = table(path)
            axes = [str(axis) for axis in array.dims]
            labels = product(*(map(str, array[axis].values) for axis in axes))
            known = {
                key: f"{value:.10g}"
                for key, value in zip(labels, array.values.ravel().tolist(), strict=True)
                if not np.isnan(value)
            }
            assert {tuple(row[axis] for axis in axes): row["value"] for row in rows} == known
            assert {row["unit"] for row in rows} <= {array.attrs["units"]}
            seen += 1
    assert seen > 50


def test_tables_of_draws_are_those_of_the_results(outputs: Outputs) -> None:
    drawn = "uncertainty" in outputs.tree.children
    files = sorted((outputs.folder / "csv").glob("uncertainty_*.csv"))
    assert bool(files) == drawn
    for path in files:
        summary = outputs.tree["uncertainty"][path.stem.removeprefix("uncertainty_")].to_dataset()
        axes = [str(axis) for axis in summary["mean"].dims]
        many = summary["quantile_value"].transpose("quantile", *axes)
        columns = {"mean": summary["mean"]}
        columns |= {f"p{100 * float(share):g}": one for share, one in zip(
            many["quantile"].values, many, strict=True)}  # fmt: skip
        labels = list(product(*(map(str, summary[axis].values) for axis in axes)))
        known = {
            name: dict(zip(labels, column.values.ravel().tolist(), strict=True))
            for name, column in columns.items()
        }
        for row in table(path):
            cell = tuple(row[axis] for axis in axes)
            for name, values in known.items():
                assert row[name] == f"{values[cell]:.10g}"


def test_every_result_read_as_json_is_that_of_the_file(outputs: Outputs) -> None:
    for name in outputs.listed:
        told, array = outputs.read(name), outputs.result(name)
        assert told["unit"] == array.attrs["units"]
        for line in told["lines"]:
            values = np.array(line["values"], dtype=float)
            np.testing.assert_allclose(
                values, chosen(array, line["parts"]), rtol=1e-12, atol=1e-9, err_msg=name
            )


def test_every_result_read_as_csv_is_that_of_json(outputs: Outputs) -> None:
    for name in outputs.listed:
        told = outputs.read(name)
        lines = {
            (*(str(line["parts"][axis]) for axis in line["parts"]), str(year)): value
            for line in told["lines"]
            for year, value in zip(told["years"] or [""], line["values"], strict=True)
            if value is not None
        }
        rows = list(csv.DictReader(io.StringIO(outputs.ask("--result", name, "--csv"))))
        axes = list(told["lines"][0]["parts"])
        read = {(*(row[axis] for axis in axes), row.get("year", "")): row["value"] for row in rows}
        assert read == {key: f"{value:.10g}" for key, value in lines.items()}, name


def test_every_result_read_as_text_is_that_of_json(outputs: Outputs) -> None:
    counted = 0
    for name in outputs.listed:
        told = outputs.read(name)
        heading, *body = outputs.ask("--result", name).splitlines()
        assert heading.startswith(f"{name} (")
        if not any(value for line in told["lines"] for value in line["values"]):
            continue  # nothing but zeros has no table
        shown = [int(year) for year in body[0].split()] if told["years"] else [None]
        at = [told["years"].index(year) for year in shown] if told["years"] else [0]
        rows = [re.split(r"\s{2,}", text.strip()) for text in body if text.startswith("  ")]
        cells = [row[-len(shown) :] for row in rows if len(row) > len(shown)]
        lines = [[line["values"][place] for place in at] for line in told["lines"]]
        if len(lines) > 1:  # lines of nothing are named below
            lines = [line for line in lines if any(line)]
        assert len(cells) == len(lines), name
        for texts, values in zip(cells, lines, strict=True):
            for text, value in zip(texts, values, strict=True):
                if value is None:
                    assert text == word("reading does not arise", "en")
                elif RESULT_NAMES[ALSO_CALLED.get(name, name)][1] in YEARS_TOLD:
                    assert text == f"{value:.0f}"
                else:
                    assert shows(text.split(" (")[0], value), (name, text, value)
                counted += 1
    assert counted > 500


def test_the_summary_of_the_run_is_what_is_read(outputs: Outputs) -> None:
    assert [one["result"] for one in outputs.told["figures"]][:2] == ["population", "beds_need"]
    for one in outputs.told["figures"]:
        name = next((n for n, full in ALSO_CALLED.items() if full == one["result"]), one["result"])
        read = outputs.read(name)
        assert one["lines"] == read["lines"]
        assert one["years"] == read["years"]
    for one in outputs.told["shortages"]:
        first = outputs.result(f"{one['unit']}_first_shortage")
        gap = outputs.result(f"{one['unit']}_gap").isel(year=-1)
        cell = {"site": one["site"], "resource": one["resource"]}
        assert one["first_year"] == float(first.sel(cell))
        assert one["short_at_end"] == float(gap.sel(cell))


def test_the_workbook_has_every_figure_of_the_results(outputs: Outputs) -> None:
    book = openpyxl.load_workbook(outputs.folder / "results.xlsx", read_only=True, data_only=True)
    measures = {one.name: one for one in MEASURES}
    seen = set()
    for sheet in book.worksheets:
        rows = list(sheet.iter_rows(min_row=2, values_only=True))
        name = sheet.title.removesuffix("_detail")
        detail = sheet.title not in measures
        if detail and name not in RESULT_NAMES:
            continue
        if not detail:
            measure = measures[name]
            array = outputs.tree[measure.group].to_dataset()[measure.variable]
            array = array.reset_coords(drop=True)
            array = array.sum(list(measure.over))
            if "age" in array.dims:
                bands = [array.sel(age=slice(*band)).sum("age") for band in AGE_BANDS.values()]
                array = xr.concat(bands, "ages").transpose(..., "ages")
            if measure.adds_up and array.sizes.get("region", 0) > 1:
                together = array.sum("region", min_count=1).expand_dims(region=[WHOLE])
                array = xr.concat([array, together], "region").transpose(*array.dims)
            columns = [array.values.ravel()]
            if name in outputs.tree.get("uncertainty", {}):
                summary = outputs.tree["uncertainty"][name].to_dataset()
                place = {axis: array[axis].values for axis in array.dims}
                many = [summary["mean"], *summary["quantile_value"].transpose("quantile", ...)]
                many += [summary["above"]] if "above" in summary else []
                columns += [one.sel(place).transpose(*array.dims).values.ravel() for one in many]
            figures = np.stack(columns, axis=1)
            kept = ~np.isnan(figures[:, 0])
        else:
            array = outputs.result(name)
            axes = [axis for axis in array.dims if axis != "year"]
            width = array.sizes.get("year", 1)
            order = (*axes, "year") if "year" in array.dims else tuple(axes)
            figures = array.transpose(*order).values.reshape(-1, width)
            kept = ~np.isnan(figures).all(axis=1)
            if "year" in array.dims:
                assert list(rows[0][-width:]) == array["year"].values.tolist()
            array = array.isel(year=0) if "year" in array.dims else array
        written = np.array(
            [[np.nan if cell is None else cell for cell in row[-figures.shape[1] :]]
             for row in rows[1:]], dtype=float,
        )  # fmt: skip
        np.testing.assert_allclose(written, figures[kept], rtol=1e-12, atol=1e-9, err_msg=name)
        if array.dims[:1] == ("region",):
            inner = figures.shape[0] // array.sizes["region"]
            regions = np.repeat(array["region"].values, inner)[kept].tolist()
            assert [row[0] for row in rows[1:]] == regions
        seen.add(sheet.title)
    listed = {ALSO_CALLED.get(name, name) for name in outputs.listed}
    shown = {name.removesuffix("_detail") for name in seen}
    summarised = {(measures[n].group, measures[n].variable) for n in shown & measures.keys()}
    missing = {name for name in listed - shown if RESULT_NAMES[name] not in summarised}
    assert all(np.isnan(outputs.result(name).values).all() for name in missing), missing


class Tables(HTMLParser):
    """Tables of a page by the title they stand under: headers and rows of texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self.title, self.text = "", None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("h3", "caption", "th", "td"):
            self.text = ""
        if tag == "tr":
            self.found.setdefault(self.title, []).append([])

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if self.text is None:
            return
        if tag in ("h3", "caption"):
            self.title = self.text.strip()
        elif tag in ("th", "td"):
            self.found[self.title][-1].append(self.text.strip())
        if tag in ("h3", "caption", "th", "td"):
            self.text = None


def keyed(outputs: Outputs, kind: str) -> dict[str, str]:
    """Keys of resources, professions and so on by what they are called."""
    return {one["en"]: key for key, one in outputs.names[kind].items()}


def answers(outputs: Outputs):
    """What a row of the report is of: result and parts by title and name of the row."""
    region = {
        str(name): str(code)
        for code, name in zip(
            *(outputs.result("people")[axis].values for axis in ("region", "region_name")),
            strict=True,
        )
    }
    ages = {word(f"ages {band}", "en"): band for band in AGE_BANDS}
    kinds = {kind: keyed(outputs, kind) for kind in ("resource", "profession", "competence")}
    diagnosis = keyed(outputs, "diagnosis")
    setting = {
        word(str(key), "en"): str(key) for key in outputs.result("contacts")["setting"].values
    }

    def by_diagnosis(title: str, row: str) -> dict[int, float] | None:
        level = title.removesuffix(" by diagnosis")
        values = outputs.result("contacts").sel(setting=setting[level]).sum("region")
        values = values.sel(diagnosis=diagnosis[row])
        return dict(zip(values["year"].values.tolist(), values.values.tolist(), strict=True))

    def at_site(title: str, row: str) -> dict[int, float] | None:
        site, _, resource = title.rpartition(": ")
        key = kinds["resource"][resource]
        for unit in ("beds", "places", "rooms"):
            if key in outputs.result(f"{unit}_need")["resource"].values:
                result = {"Need": "served", "Exists": "existing", "Short": "gap"}.get(row)
                return result and outputs.line(f"{unit}_{result}", site=site, resource=key)
        raise AssertionError(title)

    def refused(_: str, row: str) -> dict[int, float]:
        site, _, resource = row.rpartition(": ")
        return outputs.line("refusal", site=site, resource=kinds["resource"][resource])

    def of_profession(title: str, row: str) -> dict[int, float] | None:
        key = kinds["profession"][title.removesuffix(": need and supply, FTE")]
        result = {"Need": "staff", "Supply": "staff_supply", "Short": "staff_gap"}.get(row)
        return result and outputs.line(result, profession=key)

    def of_people(_: str, row: str) -> dict[int, float]:
        name, _, band = row.rpartition(", ")
        of = region[name] if name else None
        values = outputs.result("people")
        values = values.sel(region=of) if of else values.sum("region")
        if band != "Total":
            values = values.sel(age=slice(*AGE_BANDS[ages[band]]))
        values = values.sum(("sex", "age"))
        return dict(zip(values["year"].values.tolist(), values.values.tolist(), strict=True))

    def of_need(unit: str):
        return lambda _, row: outputs.line(unit, resource=kinds["resource"][row])

    return [
        (r"People by age ", of_people),
        (r"Growth in people of 80", lambda t, row: of_people(t, f"{row}, Ages 80 and over")),
        (r"Ages 67–79 and 80 and over", of_people),
        (r"Stays, consultations", lambda _, row: outputs.line("contacts", setting=setting[row])),
        (r"Bed days by level", lambda _, row: outputs.line("bed_days", setting=setting[row])),
        (r".* by diagnosis$", by_diagnosis),
        (r"Share that meets a full unit", refused),
        *((rf"Need of {unit} in ", of_need(unit)) for unit in ("beds", "places", "rooms")),
        (r".*, by profession$", lambda t, row: outputs.line(
            "staff" if t.startswith("FTE needed") else "staff_gap",
            profession=kinds["profession"][row])),
        (r".*, by competence$", lambda _, row: outputs.line(
            "competence_gap", competence=kinds["competence"][row])),
        (r".*: need and supply, FTE$", of_profession),
        (r".*: .*(beds|chairs|places|rooms|theatres)$", at_site),
    ]  # fmt: skip


def test_tables_of_the_report_are_what_is_read(outputs: Outputs) -> None:
    tables = Tables((outputs.folder / "report.html").read_text(encoding="utf-8")).found
    ways = answers(outputs)
    seen: dict[str, int] = {}
    apart = {"Indicators over the years"}  # see the table at the terminal below
    for title, (headers, *rows) in tables.items():
        years = {place: int(text) for place, text in enumerate(headers) if text.isdecimal()}
        if not years or title in apart:
            continue
        (way,) = [way for pattern, way in ways if re.match(pattern, title)][:1] or [None]
        assert way is not None, f"nobody checks {title}"
        for row in rows:
            if "likely" in row[0] or "of the draws" in row[0] or row[0].startswith("Likely"):
                continue
            values = way(title, row[0])
            if values is None:
                continue
            for place, year in years.items():
                factor = 100.0 if row[place].endswith("%") else 1.0
                assert shows(row[place], values[year], factor=factor), (title, row, values)
                seen[title] = seen.get(title, 0) + 1
    assert len(seen) > 12
    assert sum(seen.values()) > 150


def of_printed(outputs: Outputs, heading: str, name: str) -> dict[int, float] | None:
    """What a row of the table at the terminal is of; None of what no result holds as it is."""
    if name.startswith(("Of these", "Total")) and heading != "People":
        return None
    section = heading.partition(" (")[0]
    if section == "People" and name.startswith("Visitors"):
        of = outputs.result("visitors").sum("region").mean("season")
        return dict(zip(of["year"].values.tolist(), of.values.tolist(), strict=True))
    if section == "People":
        ages = {word(f"ages {band}", "en"): band for band in AGE_BANDS}
        return outputs.line("people", age=ages.get(name, WHOLE))
    result, kind = {
        **{unit: (unit.lower(), "resource") for unit in ("Beds", "Places", "Rooms")},
        "Full-time equivalents": ("staff", "profession"),
        "FTE short": ("staff_gap", "profession"),
    }.get(section, (None, ""))
    return result and outputs.line(result, **{kind: keyed(outputs, kind)[name]})


def test_the_table_at_the_terminal_is_what_is_read(outputs: Outputs) -> None:
    heading, years, counted = "", [], 0
    for text in outputs.printed.splitlines():
        if text and not text.startswith(" "):
            heading = text
            years = years or [int(one) for one in text.split() if one.isdecimal()]
        name, *cells = re.split(r"\s{2,}", text.strip())
        if not text.startswith("  ") or not cells:
            continue
        values = of_printed(outputs, heading, name)
        for year, cell in zip(years, cells if values else [], strict=False):
            assert shows(cell, values[year]), (heading, name, cell, values[year])
            counted += 1
    assert counted > 60


def test_indicators_of_the_report_are_those_at_the_terminal(outputs: Outputs) -> None:
    tables = Tables((outputs.folder / "report.html").read_text(encoding="utf-8")).found
    headers, *rows = tables["Indicators over the years"]
    years = [place for place, text in enumerate(headers) if text.isdecimal()]
    printed = " ".join(outputs.printed.split())
    for row in rows:
        assert " ".join([row[0], *(row[place] for place in years)]) in printed, row
    assert len(rows) > 4
