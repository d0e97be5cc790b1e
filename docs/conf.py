"""Sphinx settings, and the reference of the input tables made from their contracts."""

from pathlib import Path

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util.math import wrap_displaymath
from sphinx.writers.html5 import HTML5Translator

from projector import __version__
from projector.tables import INPUT_TABLES, VARIABLES, Column

project = "Projector"
author = "The Projector authors"
version = release = __version__
extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
]
myst_enable_extensions = ["dollarmath"]
html_math_renderer = "mathml"
numpydoc_show_class_members = False
autodoc_typehints = "none"
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {"description": "Who will live here, and what will they need?"}
doctest_test_doctest_blocks = ""


def _allowed(column: Column) -> str:
    if column.allowed is not None:
        return ", ".join(f"`{value}`" for value in column.allowed)
    bounds = [
        f"{word} {bound:g}"
        for word, bound in (("at least", column.minimum), ("at most", column.maximum))
        if bound is not None
    ]
    return ", ".join(bounds)


def _input_tables() -> str:
    lines = ["# Input tables", "", "One file per table in an input set, named after it.", ""]
    for name, table in INPUT_TABLES.items():
        need = "" if table.required else " Optional."
        lines += [f"## {name}.csv", "", f"{table.description}{need}", ""]
        lines += ["| column | what | unit | allowed |", "|---|---|---|---|"]
        for key, column in table.columns.items():
            what = column.description + (" (may be absent)" if column.optional else "")
            if column.printed:
                what += " (may be empty, `:` or `..`: not published; `-` is none)"
            elif column.blank:
                what += " (may be empty: does not apply)"
            lines.append(f"| `{key}` | {what} | {column.unit or ''} | {_allowed(column)} |")
        lines.append("")
    return "\n".join(lines)


def _result_variables() -> str:
    lines = ["# Result variables", "", "Groups and variables of `results.nc`.", ""]
    lines += ["| group | variable | what | dimensions | unit |", "|---|---|---|---|---|"]
    for group, variables in VARIABLES.items():
        for name, variable in variables.items():
            lines.append(
                f"| `{group}` | `{name}` | {variable.long_name} | {', '.join(variable.dims)} "
                f"| {variable.unit} |"
            )
    return "\n".join([*lines, ""])


def _inline(writer: HTML5Translator, node: nodes.Element) -> None:
    writer.body.append(convert(node.astext()))
    raise nodes.SkipNode


def _block(writer: HTML5Translator, node: nodes.Element) -> None:
    lines = node.astext()
    latex = wrap_displaymath(lines, None, False).replace("\\begin{equation*}", "")
    latex = latex.replace("\\end{equation*}", "")
    writer.body.append(f'<div class="math">{convert(latex, display="block")}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Equations as MathML: browsers draw it themselves, so the pages need no network."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))


_REFERENCE = Path(__file__).parent / "reference"
_REFERENCE.mkdir(exist_ok=True)
(_REFERENCE / "inputs.md").write_text(_input_tables(), encoding="utf-8")
(_REFERENCE / "results.md").write_text(_result_variables(), encoding="utf-8")
