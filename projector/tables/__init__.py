"""The data contracts: what every table that passes between rooms must look like.

Two kinds of contract stand here and nowhere else:

* `INPUT_TABLES`: the tables of an input set, column by column, as a planner sees
  them in a CSV file;
* `VARIABLES`: the result variables of each stage, with dimensions, unit and names.

The room holds no readers and no arithmetic, only the contracts and the words
they are made of.
"""

from projector.tables.inputs import INPUT_TABLES, Column, Table
from projector.tables.results import VARIABLES, Variable, check_dataset
from projector.tables.vocabulary import (
    BED_SETTINGS,
    DIAGNOSIS_KINDS,
    DRIVERS,
    HOSPITAL_SETTINGS,
    LEVELS,
    LONGEST_PERIODS,
    MUNICIPAL_SETTINGS,
    NATION,
    OPEN_AGE,
    PERIODS,
    PRICE_ITEMS,
    PSYCHIATRIC_KINDS,
    QUALITIES,
    REGIONAL_MEASURES,
    SEASONS,
    SETTINGS,
    SEXES,
    UNITS,
    URGENCIES,
    VERBS,
    WHO,
    one_or_all,
    unique,
)

__all__ = [
    "BED_SETTINGS",
    "DIAGNOSIS_KINDS",
    "DRIVERS",
    "HOSPITAL_SETTINGS",
    "INPUT_TABLES",
    "LEVELS",
    "LONGEST_PERIODS",
    "MUNICIPAL_SETTINGS",
    "NATION",
    "OPEN_AGE",
    "PERIODS",
    "PRICE_ITEMS",
    "PSYCHIATRIC_KINDS",
    "QUALITIES",
    "REGIONAL_MEASURES",
    "SEASONS",
    "SETTINGS",
    "SEXES",
    "UNITS",
    "URGENCIES",
    "VARIABLES",
    "VERBS",
    "WHO",
    "Column",
    "Table",
    "Variable",
    "check_dataset",
    "one_or_all",
    "unique",
]
