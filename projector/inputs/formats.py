"""Reading a table in any format."""

from pathlib import Path

from projector.inputs.files import read_content, recognise
from projector.inputs.jsonstat import read_jsonstat
from projector.inputs.long_table import LongTable
from projector.inputs.netcdf import read_netcdf
from projector.inputs.statbank import read_statbank

__all__ = ["read_long"]


def read_long(path: Path | str) -> LongTable:
    """Read a table as one row per cell: StatBank or tidy CSV, JSON-stat2 or netCDF.

    Parameters
    ----------
    path
        The file. Its format is told from its content; text may be gzipped.

    Returns
    -------
    LongTable
        The cells, with the places they came from and notes for the planner.

    Raises
    ------
    InputsError
        If the file is not a table that can be read, with every fault found and its place.
    """
    path = Path(path)
    content = read_content(path)
    kind = recognise(path, content)
    if kind == "netcdf":
        return read_netcdf(path)
    return read_jsonstat(path, content) if kind == "json" else read_statbank(path, content)
