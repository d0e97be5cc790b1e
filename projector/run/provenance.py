"""Where a result comes from: enough to make it again, and nothing that the clock decides."""

import json
from typing import TYPE_CHECKING

from projector import __version__
from projector.inputs.input_set import InputSet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projector.scenario.models import Scenario

__all__ = ["provenance"]


def provenance(
    scenario: "Scenario",
    inputs: InputSet,
    calibrated: tuple[int, int],
    left_out: "Sequence[str]",
) -> dict[str, str]:
    """Attributes of the result's root.

    Parameters
    ----------
    scenario
        The scenario that ran.
    inputs
        The tables it ran on.
    calibrated
        First and last year of the age tables that moves and births were derived from.
    left_out
        Sites whose capacity could not be compared.

    Returns
    -------
    dict of str
        CF global attributes, the resolved scenario with the place that set each value, and
        SHA-256 of the scenario and of every input file.
    """
    return {
        "Conventions": "CF-1.11",
        "title": scenario.scenario,
        "source": f"Projector {__version__}",
        "projector_version": __version__,
        "scenario_sha256": scenario.digest(),
        "scenario_resolved": scenario.resolved_yaml(),
        "inputs_sha256": json.dumps(dict(sorted(inputs.files.items())), ensure_ascii=False),
        "inputs_notes": "\n".join([*inputs.notes, *_calibration_note(scenario, calibrated)]),
        "calibration_years": f"{calibrated[0]}-{calibrated[1]}",
        "names": json.dumps(_names(inputs), ensure_ascii=False),
        "sites_left_out": json.dumps(list(left_out), ensure_ascii=False),
    }


def _calibration_note(scenario: "Scenario", calibrated: tuple[int, int]) -> list[str]:
    """Said where the tables do not reach as far as the scenario asks."""
    asked = scenario.population.calibration
    if asked is None or (asked.first, asked.last) == calibrated:
        return []
    return [
        f"the scenario asks for moves and births of {asked.first}-{asked.last}; the age tables "
        f"that could be compared are of {calibrated[0]}-{calibrated[1]}"
    ]


def _names(inputs: InputSet) -> dict[str, dict[str, dict[str, str]]]:
    """What diagnoses, resources, professions and competences are called, by type and key."""
    named: dict[str, dict[str, dict[str, str]]] = {}
    for row in inputs.tables["names"].to_dict("records"):
        named.setdefault(row["type"], {})[row["key"]] = {"nb": row["nb"], "en": row["en"]}
    return named
