"""``projector completion``: names that the shell fills in when the tab key is pressed."""

from collections.abc import Callable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

__all__ = [
    "complete_parts",
    "complete_results",
    "complete_runs",
    "complete_scenarios",
    "completion",
]

_VARIABLE = "_PROJECTOR_COMPLETE"
_ENDINGS = (".yaml", ".yml")


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    r"""Print the script that has SHELL complete commands, options and names.

    \b
    bash:  projector completion bash > ~/.local/share/bash-completion/completions/projector
    zsh:   projector completion zsh > a file _projector in a folder of $fpath
    fish:  projector completion fish > ~/.config/fish/completions/projector.fish
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None, "click knows the three shells"
    root = ctx.find_root()
    script = made(root.command, {}, "projector", _VARIABLE)
    # Not source(): that asks the shell for its version, and this only prints.
    click.echo(script.source_template % script.source_vars())


def complete_scenarios(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Scenario files and folders that begin as what is typed; those of scenarios/ at first."""
    found = _below(incomplete, lambda path: path.is_dir() or path.suffix in _ENDINGS)
    own = Path("scenarios")
    if not incomplete and own.is_dir():
        found = [str(path) for path in sorted(own.iterdir()) if path.suffix in _ENDINGS] + found
    return [CompletionItem(path) for path in dict.fromkeys(found)]


def complete_runs(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Folders of runs that begin as what is typed; those of outputs/ at first."""
    from projector.outputs.write import RESULTS_FILE

    found = _below(incomplete, Path.is_dir)
    if not incomplete:
        found = [
            str(path.parent) for path in sorted(Path("outputs").glob(f"*/{RESULTS_FILE}"))
        ] + found
    return [CompletionItem(path) for path in dict.fromkeys(found)]


def complete_results(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Names of results."""
    from projector.tables import VARIABLES
    from projector.tables.result_names import ALSO_CALLED, RESULT_NAMES

    also = {full: short for short, full in ALSO_CALLED.items()}
    return [
        CompletionItem(also.get(name, name), help=VARIABLES[group][variable].long_name)
        for name, (group, variable) in RESULT_NAMES.items()
        if also.get(name, name).startswith(incomplete)
    ]


def complete_parts(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Parts of an axis that the run on the command line has: regions by name, the rest by key."""
    from projector.outputs.netcdf import labels_of
    from projector.outputs.write import RESULTS_FILE

    # An option that still waits for its value leaves the arguments before it unnamed.
    words = [ctx.params.get("run"), *ctx.args]
    run = next((Path(word) for word in words if word and Path(word).exists()), None)
    file = None if run is None else run / RESULTS_FILE if run.is_dir() else run
    if file is None or not file.is_file() or param.name is None:
        return []
    known = labels_of(file, "region_name" if param.name == "region" else param.name)
    return [CompletionItem(name) for name in known if name.startswith(incomplete)]


def _below(incomplete: str, fits: Callable[[Path], bool]) -> list[str]:
    """Paths that begin as what is typed."""
    folder, _, start = incomplete.rpartition("/")
    inside = Path(folder or ("/" if incomplete.startswith("/") else "."))
    if not inside.is_dir():
        return []
    return [
        f"{folder}/{path.name}" if "/" in incomplete else path.name
        for path in sorted(inside.iterdir())
        if path.name.startswith(start)
        and not (path.name.startswith(".") and not start)
        and fits(path)
    ]
