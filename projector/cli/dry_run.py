"""``projector run --dry-run``: what would run, how long it would take, and how much memory."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from projector.cli.sweep import refuse_family_target, sweep_told
from projector.outputs import refuse_target
from projector.outputs.readings import dumped
from projector.outputs.words import number, word
from projector.run import vocabulary
from projector.run.estimate import Estimate, Span, estimate
from projector.run.executors import workers_of
from projector.run.pipeline import region_names
from projector.run.whole import executor_of
from projector.scenario import load_family, load_scenario

if TYPE_CHECKING:
    from projector.outputs.words import Language
    from projector.scenario import Scenario

__all__ = ["tell_family", "tell_run"]

_MANY_REGIONS = 20
_PLACE = re.compile(r"# (\S.*):\d+$")
"""The place of a value at the end of a line of a resolved scenario."""
_MINUTE = 120.0
_MEBIBYTE = 2**20


def tell_run(
    path: Path,
    output: Path,
    language: "Language",
    *,
    without: Sequence[str] = (),
    draws: int | Literal["auto"] | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    as_json: bool = False,
) -> None:
    """Tell what a run would do; all that it refuses is refused here too, and nothing is written.

    Parameters
    ----------
    path, output, language, without, draws, workers, cluster
        As for `projector.cli.run.run_scenario`.
    as_json
        Whether to print it for scripts.
    """
    executor_of(workers, cluster)
    refuse_target(output)
    scenario = load_scenario(path, vocabulary=vocabulary, without=without)
    if draws is not None:
        scenario = scenario.with_draws(draws)
    workers = _workers(workers, cluster)
    made = estimate(scenario, workers=workers)
    if as_json:
        click.echo(dumped(_told(scenario, path, output, made, workers)))
    else:
        for line in _lines(scenario, path, output, made, workers, cluster, language):
            click.echo(line)


def _workers(asked: int | None, cluster: str | None) -> int:
    """Processes on this machine; of a cluster nobody here knows how many."""
    return workers_of(asked) if cluster is None else 1


def tell_family(
    path: Path,
    output: Path,
    language: "Language",
    *,
    without: Sequence[str] = (),
    draws: int | Literal["auto"] | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    as_json: bool = False,
) -> None:
    """Tell what a run of a scenario with a sweep would do, one scenario after another.

    Parameters are those of `tell_run`.
    """
    executor_of(workers, cluster)
    family = load_family(path, vocabulary=vocabulary, without=without)
    refuse_family_target(output, family)
    workers = _workers(workers, cluster)
    runs, together = [], []
    for name, member in family.scenarios.items():
        scenario = member if draws is None else member.with_draws(draws)
        made = estimate(scenario, workers=workers)
        together.append(made)
        if as_json:
            one = _told(scenario, path, output / name, made, workers)
            runs.append({"name": name, "label": family.labels[name], "run": one})
            continue
        click.echo(f"{family.labels[name]}:")
        *lines, _ = _lines(scenario, path, output / name, made, workers, cluster, language)
        for line in lines:
            click.echo(f"  {line}")
    seconds = _sum([made.seconds for made in together])
    if as_json:
        whole = sweep_told(family, path, output, runs)
        told = whole | {"format": "projector dry run sweep 1", "seconds": _pair(seconds)}
        click.echo(dumped(told))
        return
    time = _time(seconds, language)
    click.echo(word("dry sweep", language, count=len(together), time=time))
    click.echo(word("dry nothing written", language))


def _sum(spans: Sequence[Span]) -> Span:
    """One after another."""
    return Span(sum(one.low for one in spans), sum(one.high for one in spans))


def _files(scenario: "Scenario") -> list[str]:
    """The files that set values, and how many each: the scenario and what it inherits from."""
    lines = scenario.resolved_yaml().splitlines()
    named = Counter(found[1] for line in lines if (found := _PLACE.search(line)))
    return [f"{name} ({count})" for name, count in named.items()]


def _told(
    scenario: "Scenario", path: Path, output: Path, made: Estimate, workers: int
) -> dict[str, Any]:
    named = _named(made)
    return {
        "format": "projector dry run 1",
        "ok": True,
        "exit_code": 0,
        "title": scenario.scenario,
        "scenario": str(path),
        "scenario_sha256": scenario.digest(),
        "scenario_resolved": scenario.resolved_yaml(),
        "years": [scenario.years.base, scenario.years.end],
        "regions": [{"code": code, "name": name} for code, name in named.items()],
        "changes": [change.name for change in scenario.activity.changes],
        "uncertain_values": sum(one.is_uncertain for _, one in scenario.paths()),
        "folder": str(output),
        "folder_is_there": output.exists(),
        "draws": None if made.draws is None else list(made.draws),
        "draws_in_block": None if made.blocks is None else made.blocks.size,
        "blocks": None if made.blocks is None else len(made.blocks),
        "lots": None if made.blocks is None else made.blocks.lots,
        "workers": workers,
        "seconds": _pair(made.seconds),
        "seconds_tried": made.tried,
        "bytes": _pair(made.memory),
        "bytes_of_workers": _pair(made.memory_of_workers),
    }


def _named(made: Estimate) -> dict[str, str]:
    """Names of the regions of the run by code."""
    known = region_names(made.people.inputs)
    codes = [str(code) for code in made.people.population["region"].values]
    return {code: known.get(code, code) for code in codes}


def _pair(span: Span | None) -> list[float] | None:
    return None if span is None else [span.low, span.high]


def _lines(
    scenario: "Scenario",
    path: Path,
    output: Path,
    made: Estimate,
    workers: int,
    cluster: str | None,
    language: "Language",
) -> list[str]:
    names = list(_named(made).values())
    shown = ", ".join(names[:_MANY_REGIONS]) + (", …" if len(names) > _MANY_REGIONS else "")
    inside = made.people.inputs

    def told(key: str, **values: object) -> str:
        return word(f"dry {key}", language, **values)

    lines = [
        told("title", title=scenario.scenario, path=path),
        told("files", files=", ".join(_files(scenario))),
        told("inputs", folder=scenario.inputs.set, files=len(inside.files)),
        told("regions", count=len(names), names=shown),
        told("years", first=scenario.years.base, last=scenario.years.end),
        told(
            "changes",
            count=len(scenario.activity.changes),
            names="; ".join(change.name for change in scenario.activity.changes) or "–",
        ),
        told("uncertain", count=sum(one.is_uncertain for _, one in scenario.paths())),
    ]
    if made.draws is None or made.blocks is None:
        lines.append(told("no draws"))
    else:
        few, most = (number(count, language) for count in made.draws)
        lines.append(told("draws", draws=few if few == most else f"{few}–{most}"))
        lines.append(
            told(
                "blocks",
                blocks=len(made.blocks),
                size=made.blocks.size,
                lots=made.blocks.lots,
                workers=cluster or workers,
            )
        )
    lines.append(told("replaces" if output.exists() else "folder", folder=output))
    lines.append(
        told("time", time=_time(made.seconds, language), tried=number(made.tried, language, 1))
    )
    if made.memory is None:
        lines.append(told("memory unknown"))
    else:
        lines.append(told("memory", memory=_memory(made.memory, language)))
    if made.memory_of_workers is not None:
        lines.append(told("workers memory", memory=_memory(made.memory_of_workers, language)))
    if cluster is not None:
        lines.append(told("cluster"))
    return [*lines, told("nothing written")]


def _time(span: Span, language: "Language") -> str:
    unit, divisor = ("s", 1.0) if span.high < _MINUTE else ("min", 60.0)
    decimals = 0 if span.low / divisor >= 10 else 1
    low, high = (number(one / divisor, language, decimals) for one in (span.low, span.high))
    return f"{low}–{high} {unit}"


def _memory(span: Span, language: "Language") -> str:
    low, high = (number(one / _MEBIBYTE, language) for one in (span.low, span.high))
    return low + " MiB" if low == high else f"{low}–{high} MiB"
