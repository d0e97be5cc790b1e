"""Outputs: netCDF and CSV, written whole or not at all."""

from projector.outputs.reading import read_results, results_file
from projector.outputs.write import RESULTS_FILE, refuse_target, write_results

__all__ = ["RESULTS_FILE", "read_results", "refuse_target", "results_file", "write_results"]
