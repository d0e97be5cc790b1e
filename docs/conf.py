"""Sphinx settings; the pages of `reference/` are made from the program itself."""

import sys
from pathlib import Path

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util.math import wrap_displaymath
from sphinx.writers.html5 import HTML5Translator

from projector import __version__

sys.path.insert(0, str(Path(__file__).parent))

from command_reference import command_reference
from data_dictionary import input_tables, result_variables
from scenario_reference import scenario_reference

project = "Projector"
author = "The Projector authors"
project_copyright = "2026, The Projector authors"
version = release = __version__
extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sessions",
]
myst_enable_extensions = ["dollarmath"]
html_math_renderer = "mathml"
numpydoc_show_class_members = False
autodoc_typehints = "none"
exclude_patterns = ["_build", "examples"]
html_theme = "alabaster"
html_theme_options = {
    "description": "Who will live here, and what will they need?",
    "fixed_sidebar": True,
    "page_width": "75rem",
    "body_max_width": "none",
    "sidebar_collapse": True,
}
html_static_path = ["static"]
html_css_files = ["pages.css"]
doctest_test_doctest_blocks = ""
doctest_global_setup = "from sessions import typed, wrote"


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
for _name, _page in (
    ("scenario", scenario_reference),
    ("inputs", input_tables),
    ("results", result_variables),
    ("commands", command_reference),
):
    (_REFERENCE / f"{_name}.md").write_text(_page(), encoding="utf-8")
