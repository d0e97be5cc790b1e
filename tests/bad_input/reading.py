"""How a case of bad input is laid out in a folder and read."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from projector.inputs.read import read_population, read_table
from projector.inputs.region_changes import read_region_changes
from projector.scenario import load_scenario

__all__ = ["read"]


def read(case: Mapping[str, Any]) -> object:
    """Write the file of a case into the folder that one stands in, and read it by its kind."""
    parts = case["content"]
    text = parts if isinstance(parts, str) else "".join(part * times for part, times in parts)
    encoded = text.encode(case.get("encoding", "utf-8"))
    content = encoded + bytes.fromhex(case.get("append_hex", ""))
    kind, _, how = case["kind"].partition(" ")
    if kind == "scenario":
        return _read_scenario(content, held=how == "within")
    path = Path("table.csv")
    path.write_bytes(content)
    match kind:
        case "people":
            return read_population([path])
        case "table":
            return read_table(path, how)
        case _:
            return read_region_changes(path)


def _read_scenario(content: bytes, *, held: bool) -> object:
    """Beside the file lie a pipe, a link that leads out, and a set with such a link in it."""
    folder = Path("own")
    (folder / "set").mkdir(parents=True)
    Path("parent.yaml").write_text("scenario: Parent\n", "utf-8")
    os.mkfifo(folder / "pipe")
    (folder / "link").symlink_to(Path.cwd())
    (folder / "set" / "population.csv").symlink_to(Path.cwd() / "parent.yaml")
    os.chdir(folder)
    path = Path("scenario.yaml")
    path.write_bytes(content)
    return load_scenario(path, within=Path() if held else None)
