"""Compare: runs side by side, what differs between them, and where they first part.

It stands to the right of `projector.outputs` and `projector.report`: it reads results, whoever
made them, and runs nothing.
"""

from projector.compare.comparison import Comparison, compare
from projector.compare.sides import Given, Side, sides_of

__all__ = ["Comparison", "Given", "Side", "compare", "sides_of"]
