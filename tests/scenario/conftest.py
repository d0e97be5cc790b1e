"""A folder with an input set and the example of the design."""

import pathlib

import pytest

EXAMPLE = """\
# yaml-language-server: $schema=../scenario.schema.json
scenario: Hallingdal, COPD followed up at home
extends: reference.yaml                  # one parent, relative to this file
inputs: ../inputs/case-areas             # an input set: tables + SOURCES.md
regions: [Hallingdal]                    # names or codes, of regions or areas
years: {base: 2026, end: 2040}

population:
  variant: MMMM                          # or component by component:
  fertility: {total: {2026: 1.44, 2030: 1.57, 2050: 1.66}}
  visitors: {Ringerike: 20000}           # non-residents present on an average day

activity:
  growth:
    heart: {annual: -0.5 %, ages: {80+: -1.7 %}, source: admissions per 1000, 2017 to 2023}
  changes:                               # applied in this order
    - name: Ambulatory follow-up of COPD
      avoid: {diagnosis: copd, setting: inpatient, ages: 65+}
      share: {2026: 0, 2030: {triangular: [40 %, 55 %, 70 %]}}
      adds: {setting: ambulatory, contacts: 12}      # per avoided contact
      source: joint plan of the Ahus area

capacity:
  occupancy: {inpatient: 85 %}
  overflow: {municipal_acute: 5 %}       # sized by queueing instead of occupancy
  existing: {Hallingdal sjukestugu: {municipal_acute: 3, municipal_short_stay: {2026: 7, 2032: 9}}}

workforce:
  duty: {nurse: {inpatient: {per: bed, FTE: 1.35}}}
  source: assumption

uncertainty: {draws: 1000, seed: 7, quantiles: [10 %, 50 %, 90 %]}
"""

REFERENCE = """\
scenario: Reference
description: Not inherited.
inputs: ../inputs/national
regions: [Norge]
years: {base: 2025, end: 2050}
activity:
  growth: {heart: {annual: -1 %, setting: inpatient}}
capacity:
  occupancy: {inpatient: 80 %, observation: 0.75}
"""


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    for inputs in ("case-areas", "national"):
        (tmp_path / "inputs" / inputs).mkdir(parents=True)
    scenarios = tmp_path / "scenarios"
    scenarios.mkdir()
    (scenarios / "hallingdal.yaml").write_text(EXAMPLE, encoding="utf-8")
    (scenarios / "reference.yaml").write_text(REFERENCE, encoding="utf-8")
    return scenarios
