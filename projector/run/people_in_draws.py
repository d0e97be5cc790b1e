"""Many futures of a scenario's people, from its file alone."""

from typing import TYPE_CHECKING

from projector.population.futures import Futures
from projector.run.history import age_tables
from projector.run.pipeline import read_inputs
from projector.run.regions import chosen_regions
from projector.run.threads import in_one_thread

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["futures_of"]


@in_one_thread
def futures_of(scenario: "Scenario") -> Futures:
    """Read a scenario's inputs and do what no draw of its people changes.

    Parameters
    ----------
    scenario
        From `projector.load_scenario`.

    Returns
    -------
    Futures
        Whose `block` gives the people of some draws.

    Raises
    ------
    ScenarioError
        If the scenario names something that the inputs do not hold.
    InputsError
        If a table is wrong.
    ConsistencyError
        If scenario and inputs do not fit together.
    """
    inputs = read_inputs(scenario)
    regions = chosen_regions(scenario, inputs)
    history, age_width = age_tables(scenario, inputs)
    with inputs.located():
        return Futures.of(history, inputs.tables, scenario, regions, age_width=age_width)
