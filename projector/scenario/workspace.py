"""Whether what a scenario points to lies in the folder that it is held to.

A planner's own scenarios point wherever they like: ``extends: ../shared.yaml`` and inputs beside
the project are how files are shared. One that came from somebody else, by mail or from a web
page, is held to a folder: neither ``..`` nor an absolute path nor a symbolic link leads out of it.
"""

import pathlib

from projector.errors import Problem
from projector.files import kind_of_file
from projector.scenario.tree import Items, Located, Map, Node, Scalar

__all__ = ["is_within", "leads_out", "outside"]

_MESSAGE = "this leads out of the folder that the scenario is held to"


def is_within(path: pathlib.Path, folder: pathlib.Path) -> bool:
    """Whether a path, with every symbolic link followed, lies in a folder or is it."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # a name that no file system holds is nowhere
        return False


def outside(tree: Map, folder: pathlib.Path) -> list[Located]:
    """Every input of a merged tree that lies outside a folder.

    Parameters
    ----------
    tree
        The merged tree, in which the paths of `inputs` are absolute.
    folder
        Where they must lie.

    Returns
    -------
    list of Located
        One for each path that leads out, at its own place; and one for each file in an input set
        that is a link to a file outside.
    """
    entry = tree.entries.get("inputs")
    return [] if entry is None else _outside(entry.node, folder)


def leads_out(node: Scalar, folder: pathlib.Path, found: str) -> Located:
    """The problem of a path that leads out."""
    return node.place, Problem(str(node.place), _MESSAGE, found, f"a path within {folder}")


def _outside(node: Node, folder: pathlib.Path) -> list[Located]:
    match node:
        case Map(entries=entries):
            return [one for entry in entries.values() for one in _outside(entry.node, folder)]
        case Items(nodes=nodes):
            return [one for item in nodes for one in _outside(item, folder)]
        case Scalar(value=str(text)):
            path = pathlib.Path(text)
            if not is_within(path, folder):
                return [leads_out(node, folder, node.text)]
            if kind_of_file(path) != "a folder":
                return []
            return [
                leads_out(node, folder, f"{path.name}/{file.name}, a link")
                for file in sorted(path.iterdir())
                if not is_within(file, folder)
            ]
    return []
