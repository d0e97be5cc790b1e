"""The reference of the commands, from what `--help` says."""

from collections.abc import Iterator

import click

from projector.cli.main import cli

__all__ = ["command_reference"]

_WIDTH = 92
_OPENING = """# Commands

What `--help` says of each. In a checkout the command is `.venv/bin/projector`.
"""


def command_reference() -> str:
    """The page, as Markdown."""
    lines = [_OPENING, "```text", cli.get_help(_context("projector", cli)), "```", ""]
    for name, command in _commands("projector", cli):
        lines += [f"## {name}", "", "```text", command.get_help(_context(name, command)), "```", ""]
    return "\n".join(lines)


def _context(name: str, command: click.Command) -> click.Context:
    return click.Context(command, info_name=name, terminal_width=_WIDTH, max_content_width=_WIDTH)


def _commands(above: str, group: click.Group) -> Iterator[tuple[str, click.Command]]:
    """Every command, those within another by both names."""
    for name, command in sorted(group.commands.items()):
        called = f"{above} {name}"
        if isinstance(command, click.Group):
            yield from _commands(called, command)
        elif not command.hidden:
            yield called, command
