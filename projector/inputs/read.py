"""The readers of input tables, by the names other rooms call them."""

from projector.inputs.formats import read_long
from projector.inputs.long_table import LongTable
from projector.inputs.population import Population, read_population
from projector.inputs.tidy import read_table

__all__ = ["LongTable", "Population", "read_long", "read_population", "read_table"]
