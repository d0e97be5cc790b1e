"""Outputs: netCDF and CSV, written whole or not at all."""

from projector.outputs.netcdf import read_results
from projector.outputs.write import RESULTS_FILE, refuse_target, write_results

__all__ = ["RESULTS_FILE", "read_results", "refuse_target", "write_results"]
