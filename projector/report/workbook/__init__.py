"""Results as an Excel workbook: a front page, a sheet for each result, charts and assumptions."""

from projector.report.workbook.write import write_workbook

__all__ = ["write_workbook"]
