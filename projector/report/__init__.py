"""Report: pictures of results, drawn from the result tree alone."""

from projector.report.chart import draw_chart

__all__ = ["draw_chart"]
