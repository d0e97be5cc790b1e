"""Small drawings as SVG, made of numbers and words that are ready to be shown."""

from projector.report.drawing.bars import Bar, bars
from projector.report.drawing.lines import Line, lines
from projector.report.drawing.pyramid import pyramid
from projector.report.drawing.steps import Step, steps
from projector.report.drawing.svg import MOST_SERIES
from projector.report.drawing.swings import Swing, swings
from projector.report.drawing.tiles import Tile, tiles

__all__ = [
    "MOST_SERIES",
    "Bar",
    "Line",
    "Step",
    "Swing",
    "Tile",
    "bars",
    "lines",
    "pyramid",
    "steps",
    "swings",
    "tiles",
]
