"""A scenario in which everything moves, on the embedded inputs."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from projector.run.pipeline import People, project_people
from projector.run.worlds import Worlds, worlds_of
from projector.scenario import Scenario, load_scenario
from tests.embedded import SCENARIOS

MOVING = f"""
scenario: Everything moves
extends: {SCENARIOS}/hallingdal-copd.yaml
years: {{base: 2026, end: 2031}}
population: {{visitors: {{Hallingdal: {{2026: 20000, annual: 2 %}}}}}}
activity:
  healthy_ageing: {{share: 50 %}}
  growth: {{copd: {{annual: 2 %, sex: female}}, heart: {{annual: -1 %, region: Hol}}}}
capacity:
  occupancy: {{inpatient: {{2026: 85 %, 2030: 90 %}}}}
  opening: {{outpatient: {{utilisation: {{2026: 60 %, 2030: 70 %}}}}}}
workforce: {{duty: {{nurse: {{inpatient: {{per: bed, FTE: {{2026: 1.3, 2030: 1.5}}}}}}}}}}
"""


def written(text: str) -> Scenario:
    """A scenario from its text; the file is not needed once it is read."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "own.yaml"
        path.write_text(text, encoding="utf-8")
        return load_scenario(path)


@cache
def moving() -> tuple[Scenario, People]:
    """The scenario and its people; never to be changed."""
    scenario = written(MOVING)
    return scenario, project_people(scenario)


@cache
def moving_worlds() -> Worlds:
    """The worlds of the scenario."""
    return worlds_of(*moving())
