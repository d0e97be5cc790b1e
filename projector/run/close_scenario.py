"""The scenario that does what closes a gap."""

import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from projector.run.close import Proposal
from projector.run.close_levers import SHIFT, path_of, with_levers

__all__ = ["proposal_yaml"]


def proposal_yaml(proposal: Proposal, target: Path) -> str:
    """A scenario file that does what closes the gap, all levers together.

    Parameters
    ----------
    proposal
        From `close_gap`, possible and not without a gap.
    target
        Where the file will lie: it extends the original relative to there.
    """
    scenario, name = proposal.scenario, proposal.profession
    years = proposal.alone[0].lever.years
    after = proposal.paths()
    shift = after.pop(SHIFT, None)
    done = with_levers(scenario, name, after, years).workforce.supply
    supply: dict[str, Any] = {}
    for lever in after:
        if lever == "places":
            education = done.education[name]
            key = "change" if education.places is None else "places"
            supply["education"] = {name: {key: getattr(education, key).plain()}}
        else:
            supply[lever] = {name: getattr(done, lever)[name].plain()}
    workforce: dict[str, Any] = {"supply": supply} if supply else {}
    title = f"{scenario.scenario}, {name} {proposal.year}"
    if shift is not None:
        # A list whose items have no names would be replaced: the others are written again.
        others = scenario.resolved().get("workforce", {}).get("levers", {}).get(SHIFT, [])
        workforce["levers"] = {
            SHIFT: [
                *others,
                {
                    "name": title,
                    "from": name,
                    "to": proposal.to,
                    "share": path_of(shift, years).plain(),
                    "source": "assumption",
                },
            ]
        }
    parent = os.path.relpath(scenario.path.resolve(), target.resolve().parent)
    document: dict[str, Any] = {"scenario": title, "extends": Path(parent).as_posix()}
    if proposal.regions:
        document["regions"] = list(proposal.regions)
    document["workforce"] = workforce
    return _yaml(document)


def _yaml(document: Mapping[str, Any]) -> str:
    yaml = YAML(typ="safe")
    yaml.default_flow_style = None
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.allow_unicode = True
    yaml.width = 100
    stream = io.StringIO()
    yaml.dump(dict(document), stream)
    return stream.getvalue()
