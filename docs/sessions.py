"""What is typed at a terminal, shown as such and run when the examples are.

Three directives for pages that planners read::

    ```{session}
    $ projector check scenarios/own.yaml
    scenarios/own.yaml: no problems
    ```

    ```{written} scenarios/own.yaml
    scenario: …
    ```

The doctest builder runs a session in a working folder that the page has for itself, made by
``projector new``, and holds what is printed against the page; ``…`` stands for anything. What a
command tells about its progress is left out. ``written`` puts a file into the folder.
"""

import os
import shlex
import tempfile
from contextlib import chdir
from functools import cache
from pathlib import Path

from click.testing import CliRunner
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from projector.cli.main import cli

__all__ = ["setup", "typed", "wrote"]

_PROMPT = "$ "
_SPACES = str.maketrans("\u00a0\u202f", "  ")
"""Spaces that do not break, which Norwegian numbers have: a page has plain ones."""


@cache
def _folder(page: str) -> Path:
    """A working folder, with results where the commands look for them."""
    folder = Path(tempfile.mkdtemp(prefix="projector-page-")) / "plan"
    _ran(["new", str(folder)])
    return folder


def _ran(words: list[str]) -> str:
    told = CliRunner().invoke(cli, words)
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    said = told.stdout if told.exit_code == 0 else told.stdout + told.stderr
    return said.translate(_SPACES)


def typed(page: str, line: str) -> None:
    """Run a command in the page's folder, and print it with what it says."""
    print(_PROMPT + line)
    program, *words = shlex.split(line)
    with chdir(_folder(page)):
        if program == "projector":
            print(_ran(words).rstrip())
        elif program in {"cat", "head"}:
            print(Path(words[-1]).read_text(encoding="utf-8").rstrip())
        elif program == "ls":
            print("  ".join(sorted(path.name for path in Path(*words).iterdir())))
        else:
            raise ValueError(f"a page runs projector, cat, head and ls, and no {program}")


def wrote(page: str, name: str, text: str) -> None:
    """Put a file into the page's folder."""
    path = _folder(page) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


class Session(SphinxDirective):
    """Commands with what they print."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """A block to read, and a hidden example that the doctest builder runs."""
        shown = "\n".join(self.content)
        block = nodes.literal_block(shown, shown, language="console")
        example: list[str] = []
        for line in self.content:
            if line.startswith(_PROMPT):
                command = line.removeprefix(_PROMPT)
                example.append(f">>> typed({self.env.docname!r}, {command!r})")
                example.append(line)
            else:
                example.append("<BLANKLINE>" if not line.strip() else line.replace("…", "..."))
        return [block, self._hidden("\n".join(example))]

    def _hidden(self, example: str) -> nodes.comment:
        hidden = nodes.comment(example, example, testnodetype="doctest", groups=["default"])
        self.set_source_info(hidden)
        return hidden


class Written(SphinxDirective):
    """A file of the working folder."""

    has_content = True
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A block with the name above it, and a hidden example that writes the file."""
        name, text = self.arguments[0], "\n".join(self.content) + "\n"
        language = {".yaml": "yaml", ".csv": "text"}[Path(name).suffix]
        block = nodes.literal_block(text, text, language=language)
        caption = nodes.container("", literal_block=True, classes=["literal-block-wrapper"])
        caption += nodes.caption(name, name)
        caption += block
        example = f"wrote({self.env.docname!r}, {name!r}, {text!r})"
        hidden = nodes.comment(example, example, testnodetype="testcode", groups=["default"])
        self.set_source_info(hidden)
        return [caption, hidden]


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directives."""
    app.add_directive("session", Session)
    app.add_directive("written", Written)
    os.environ.setdefault("COLUMNS", "92")
    return {"parallel_read_safe": True}
