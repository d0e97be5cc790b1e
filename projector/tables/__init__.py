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
    COUNTED_STAFF,
    DIAGNOSIS_KINDS,
    DRIVERS,
    ENTRY_MEASURES,
    HOSPITAL_SETTINGS,
    LEVELS,
    LEVERS,
    MUNICIPAL_SETTINGS,
    NATION,
    OPEN_AGE,
    ORIGINS,
    PERIODS,
    PRICE_ITEMS,
    QUALITIES,
    REGIONAL_MEASURES,
    SEASONS,
    SETTINGS,
    SEXES,
    SHORTAGE_GROUPS,
    UNITS,
    URGENCIES,
    VERBS,
    WHO,
    WORKING_AGES,
    one_or_all,
    unique,
)

__all__ = [
    "BED_SETTINGS",
    "COUNTED_STAFF",
    "DIAGNOSIS_KINDS",
    "DRIVERS",
    "ENTRY_MEASURES",
    "HOSPITAL_SETTINGS",
    "INPUT_TABLES",
    "LEVELS",
    "LEVERS",
    "MUNICIPAL_SETTINGS",
    "NATION",
    "OPEN_AGE",
    "ORIGINS",
    "PERIODS",
    "PRICE_ITEMS",
    "QUALITIES",
    "REGIONAL_MEASURES",
    "SEASONS",
    "SETTINGS",
    "SEXES",
    "SHORTAGE_GROUPS",
    "UNITS",
    "URGENCIES",
    "VARIABLES",
    "VERBS",
    "WHO",
    "WORKING_AGES",
    "Column",
    "Table",
    "Variable",
    "check_dataset",
    "one_or_all",
    "unique",
]
