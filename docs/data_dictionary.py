"""The data dictionary: input tables and results, from the contracts that the program checks."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from projector.outputs.netcdf import COORDINATES
from projector.outputs.tidy import csv_name
from projector.run.measures import AGE_BANDS, MEASURES, WHOLE
from projector.tables import (
    DIAGNOSIS_KINDS,
    EDUCATIONS,
    INPUT_TABLES,
    OLD_AGES,
    OPEN_AGE,
    SEASONS,
    SETTINGS,
    SEXES,
    VARIABLES,
    Column,
    Table,
    Variable,
)

__all__ = ["input_tables", "result_variables"]

_INPUTS = Path(__file__).parents[1] / "inputs"
_KINDS = {
    "code": "code: text, `0301` keeps its zero",
    "text": "text",
    "year": "year: four digits",
    "ages": "ages: `7`, `0-9`, `80+`",
    "number": "number, decimal point",
    "integer": "whole number",
}
_LABELS = {
    "sex": SEXES,
    "setting": SETTINGS,
    "kind": DIAGNOSIS_KINDS,
    "season": tuple(SEASONS),
    "education": EDUCATIONS,
    "old": tuple(OLD_AGES),
}
"""Labels of the dimensions whose list is closed."""

_FROM_TABLES = {
    "measure": "of levels `mortality` and `fertility`; of beds in use `mean`, `busy_month`, `p90`, `p95`",
    "extraordinary": "one for each region and two tables between which a year is out of the ordinary",
    "diagnosis": "`diagnoses`",
    "group": "`priority_groups`, and `other`",
    "resource": "`norms`",
    "site": "`sites`, and those that the scenario opens",
    "profession": "`rosters`, `workloads`, `staffing` and the scenario's `duty`",
    "competence": "`competences`",
    "pool": "the scenario's `pools`",
    "region": "`population`, those of the scenario's `regions`",
}
"""Where the labels of the others come from."""

_INPUTS_OPENING = """# Input tables

One file for each table of an input set, named after it: `use_rates.csv` (or `.csv.gz`, JSON-stat2
`.json`, netCDF `.nc`). Tables in CSV are UTF-8, with a heading. A scenario puts a file of its own in
the place of any of them: `inputs: {set: …, use_rates: my_rates.csv}`.

- **May be absent**: the column may be left out.
- **May be empty**: the cell may, and that means *does not apply*, never zero.
- **Not published**: a number may be suppressed as statistics do it, with an empty cell, `:`, `..`,
  `…` or `.`. It is then unknown, never zero; `-` is zero.
- `*` where it is allowed stands for every value.
- No two rows have the same **key**.

*Embedded* says what the sets in `inputs/` have: rows, by the quality that each row says of itself.
Each set's `SOURCES.md` has the sources, and every row names its own.
"""


def input_tables() -> str:
    """The page of the input tables, as Markdown."""
    lines = [_INPUTS_OPENING]
    for name, table in INPUT_TABLES.items():
        lines += [f"## {name}", "", f"{table.description}{'' if table.required else ' Optional.'}"]
        lines += ["", f"Key: {', '.join(f'`{key}`' for key in table.key)}."]
        lines += [f"Embedded: {'; '.join(_embedded(name)) or 'in none of the sets'}.", ""]
        lines += ["| column | what | is | unit | allowed |", "|---|---|---|---|---|"]
        lines += [_column(key, column, table) for key, column in table.columns.items()]
        lines.append("")
    return "\n".join(lines)


def _column(key: str, column: Column, table: Table) -> str:
    what = column.description
    if column.optional:
        what += " (may be absent)"
    if column.printed:
        what += " (may be empty or not published)"
    elif column.blank:
        what += " (may be empty)"
    mark = " (key)" if key in table.key else ""
    return (
        f"| `{key}`{mark} | {what} | {_KINDS[column.kind]} | {column.unit or ''} "
        f"| {_allowed(column)} |"
    )


def _allowed(column: Column) -> str:
    if column.allowed is not None:
        listed = [*column.allowed, *(["*"] if column.any_of else [])]
        return ", ".join(f"`{value}`" for value in listed)
    bounds = [
        f"{word} {bound:g}"
        for word, bound in (("at least", column.minimum), ("at most", column.maximum))
        if bound is not None
    ]
    return ", ".join([*bounds, *(["`*` for all"] if column.any_of else [])])


def _embedded(name: str) -> Iterator[str]:
    """Rows of the table in each embedded set, by quality."""
    for path in sorted(_INPUTS.glob(f"*/{name}.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        counted = Counter(row["quality"] for row in rows if row.get("quality"))
        told = ", ".join(f"{count} {quality}" for quality, count in sorted(counted.items()))
        yield f"`{path.parent.name}` {len(rows)} rows" + (f" ({told})" if told else "")


_RESULTS_OPENING = """# Results

Everything stands in `results.nc`, in groups, and once more in `csv/`, one tidy table for each
variable. All numbers are 64-bit floating point, all labels text, years and ages whole numbers. What
does not apply is NaN in `results.nc` and has no row in CSV; it is never zero.

A CSV table has a column for each dimension in the order below, then `value` and `unit`. After
`region` comes `region_name`, after `competence` its `profession`. Text that begins like a formula of a
spreadsheet stands behind an apostrophe.

Nothing is suppressed in results: small numbers of people are expectations, not counted persons.

## Dimensions

| dimension | what | labels |
|---|---|---|
"""

_DRAWS = f"""## With draws

`projector run --draws` summarises the measures below, in group `uncertainty` and in
`csv/uncertainty_….csv`. In both, region `{WHOLE}` is all regions of the run together (quantiles do
not add up), and ages are in the bands {", ".join(AGE_BANDS)}.

| column in CSV | in `results.nc` | what |
|---|---|---|
| the dimensions, `region_name` | the same | as below |
| `p10`, `p50`, … | `quantile_value`, dimension `quantile` | the scenario's `quantiles` |
| `p10_error`, … | `quantile_error` | standard error of each, for the number of draws |
| `mean`, `deviation` | the same | mean and standard deviation over draws |
| `above` | the same | share of draws above nothing; of what is short |
| `unit` | attribute `units` | |

A cell that has no number in any draw has no row.

| measure | is | dimensions | unit |
|---|---|---|---|
"""

_OTHER_TABLES = """
## Other files

| file | columns | when |
|---|---|---|
| `csv/sensitivity_….csv` | `assumption`, the dimensions of the measure, `first` (part of the variance it explains), `first_error` | draws |
| `draws.nc` | one group for each measure, variable `value`, first dimension `draw` | `--keep-draws` |
| `csv/ablation.csv` | `change, world, result, of, year, value, effect, unit` | `--ablate` |
| `calibration/cohort_ratios.csv` | `region, region_name, sex, ages, ratio, own, parent, credibility` | always |
| `calibration/regional_levels.csv` | `region, region_name, measure, level, own, parent, credibility` | always |
| `calibration/national_migration.csv` | `sex, ages, persons, share_of_one_more` | always |
| `calibration/extraordinary.csv` | `region, region_name, from, to, persons, weight` | always |
| `scenario.yaml` | the scenario with all that it inherits, the file and line of every value behind it | always |
| `SHA256SUMS` | checksums of the files | always |
"""


def result_variables() -> str:
    """The page of the results, as Markdown."""
    dims = dict.fromkeys(
        dim for variables in VARIABLES.values() for one in variables.values() for dim in one.dims
    )
    lines = [_RESULTS_OPENING + "\n".join(_dimension(dim) for dim in dims), ""]
    for group, variables in VARIABLES.items():
        lines += [f"## {group}", "", "| variable | what | dimensions | unit | in CSV |"]
        lines.append("|---|---|---|---|---|")
        lines += [_variable(group, name, one) for name, one in variables.items()]
        lines.append("")
    lines.append(_DRAWS + "\n".join(_measures()) + "\n" + _OTHER_TABLES)
    return "\n".join(lines)


def _dimension(dim: str) -> str:
    if dim in _LABELS:
        labels = ", ".join(f"`{label}`" for label in _LABELS[dim])
    elif dim == "age":
        labels = f"0 to {OPEN_AGE}, which is open"
    elif dim == "year":
        labels = "the scenario's `base` to `end`; flows are those of the year"
    else:
        labels = _FROM_TABLES.get(dim, "")
    return f"| `{dim}` | {COORDINATES[dim]['long_name'] if dim in COORDINATES else ''} | {labels} |"


def _variable(group: str, name: str, variable: Variable) -> str:
    what = variable.long_name
    if variable.may_not_apply:
        what += "; may not apply"
    if variable.minimum is None:
        what += "; may be negative"
    own = "calibration" if group == "calibration" else f"`{csv_name(f'/{group}', name)}`"
    return f"| `{name}` | {what} | {', '.join(variable.dims)} | {variable.unit} | {own} |"


def _measures() -> Iterator[str]:
    for measure in MEASURES:
        dims: Sequence[str] = VARIABLES[measure.group][measure.variable].dims
        kept = ["ages" if dim == "age" else dim for dim in dims if dim not in measure.over]
        yield (
            f"| `{measure.name}` | `{measure.group}`: `{measure.variable}` | {', '.join(kept)} "
            f"| {measure.unit} |"
        )
