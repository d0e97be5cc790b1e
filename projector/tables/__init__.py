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
    ALLOWANCES,
    BED_SETTINGS,
    COUNTED_STAFF,
    DIAGNOSIS_KINDS,
    DRIVERS,
    EDUCATIONS,
    ENTRY_MEASURES,
    HOSPITAL_SETTINGS,
    LANGUAGES,
    LEVELS,
    LEVERS,
    LONGEST_PERIODS,
    MUNICIPAL_SETTINGS,
    NATION,
    OLD_AGES,
    OPEN_AGE,
    ORIGINS,
    PERIODS,
    PRICE_ITEMS,
    PSYCHIATRIC_KINDS,
    QUALITIES,
    REGIONAL_MEASURES,
    SEASONS,
    SETTINGS,
    SEXES,
    SHIFTS,
    SHORTAGE_GROUPS,
    STAFF_AGES,
    UNITS,
    URGENCIES,
    VERBS,
    WHO,
    WORK_PATTERNS,
    WORKING_AGES,
    WORKLOAD_UNITS,
    one_or_all,
    unique,
)
from projector.tables.workforce_inputs import PROFESSION_TABLES

__all__ = [
    "ALLOWANCES",
    "BED_SETTINGS",
    "COUNTED_STAFF",
    "DIAGNOSIS_KINDS",
    "DRIVERS",
    "EDUCATIONS",
    "ENTRY_MEASURES",
    "HOSPITAL_SETTINGS",
    "INPUT_TABLES",
    "LANGUAGES",
    "LEVELS",
    "LEVERS",
    "LONGEST_PERIODS",
    "MUNICIPAL_SETTINGS",
    "NATION",
    "OLD_AGES",
    "OPEN_AGE",
    "ORIGINS",
    "PERIODS",
    "PRICE_ITEMS",
    "PROFESSION_TABLES",
    "PSYCHIATRIC_KINDS",
    "QUALITIES",
    "REGIONAL_MEASURES",
    "SEASONS",
    "SETTINGS",
    "SEXES",
    "SHIFTS",
    "SHORTAGE_GROUPS",
    "STAFF_AGES",
    "UNITS",
    "URGENCIES",
    "VARIABLES",
    "VERBS",
    "WHO",
    "WORKING_AGES",
    "WORKLOAD_UNITS",
    "WORK_PATTERNS",
    "Column",
    "Table",
    "Variable",
    "check_dataset",
    "one_or_all",
    "unique",
]
