"""``projector workforce close``: what closes the gap of a profession, in a few lines."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.errors import InfeasibleError, Problem, UsageError
from projector.outputs.words import number, signed, word
from projector.run import vocabulary
from projector.run.close import Proposal, close_gap
from projector.run.close_scenario import proposal_yaml
from projector.run.pipeline import read_inputs
from projector.run.provenance import names_of
from projector.scenario import load_scenario

if TYPE_CHECKING:
    from projector.outputs.words import Language
    from projector.workforce.closing import Lever

__all__ = ["close_scenario"]

_FEW = 1000
"""FTE below which a decimal tells something."""

_PLACES = "places"
_MANY = 100


def close_scenario(
    path: Path,
    profession: str,
    year: int,
    *,
    regions: Sequence[str],
    levers: Sequence[str],
    to: str | None,
    output: Path | None,
    language: "Language",
) -> None:
    """Tell a reader at a terminal what closes a gap, and write the scenario that does.

    Parameters
    ----------
    path
        The scenario file.
    profession, year
        Whose gap, and by when.
    regions, levers, to
        As for `projector.run.close.close_gap`.
    output
        Where to write a scenario, if anywhere.
    language
        ``nb`` or ``en``.

    Raises
    ------
    InfeasibleError
        If not even all levers together close the gap.
    """
    if output is not None and output.exists():
        raise UsageError(Problem(str(output), "the file is there already", expected="a new name"))
    scenario = load_scenario(path, vocabulary=vocabulary)
    found = close_gap(scenario, profession, year, regions=regions, levers=levers, to=to)
    named = names_of(read_inputs(found.scenario)).get("profession", {})

    def called(name: str) -> str:
        return str(named.get(name, {}).get(language, name))

    for line in [*_lines(found, called(profession), language), *_taker(found, called, language)]:
        click.echo(line)
    if found.nothing_short:
        return
    if not found.possible:
        raise InfeasibleError(
            Problem(
                where=str(path),
                message=f"not possible: with {', '.join(one.lever.name for one in found.alone)} "
                f"at their bounds {found.left:.1f} FTE of {profession} are still short in {year}",
                expected="more levers, wider bounds (workforce: close) or a later year",
            )
        )
    if output is not None:
        output.write_text(proposal_yaml(found, output), encoding="utf-8")
        click.echo(f"\n{word('close written', language, file=output)}")


def _lines(found: Proposal, name: str, language: "Language") -> list[str]:
    short = _fte(abs(found.short), language)
    if found.nothing_short:
        return [word("close nothing", language, name=name, year=found.year, fte=short)]
    lines = [word("close short", language, name=name, year=found.year, fte=short), ""]
    lines.append(word("close alone", language))
    wide = max(len(_called(one.lever, language)) for one in found.alone) + 2
    for one in found.alone:
        if one.part is None:
            bound = _stands(one.lever, 1.0, found, language)
            left = _fte(one.left, language)
            told = word("close impossible", language, bound=bound, fte=left)
        else:
            told = _moves(one.lever, one.part, found, language)
        lines.append(f"  {_called(one.lever, language):<{wide}}{told}")
    lines += ["", word("close together", language)]
    if not found.possible:
        left = _fte(found.left, language)
        lines.append(f"  {word('close all impossible', language, fte=left)}")
        return lines
    lines += [
        f"  {_called(lever, language):<{wide}}{_moves(lever, float(part), found, language)}"
        for lever, part in zip((one.lever for one in found.alone), found.together, strict=True)
    ]
    return lines


def _taker(found: Proposal, called: Callable[[str], str], language: "Language") -> Iterator[str]:
    """What the task shift means to those who take over."""
    if found.taker is not None and found.to is not None and found.possible:
        yield ""
        key = "close taker short" if found.taker.has_stock else "close taker need"
        before, after = (_fte(value, language) for value in (found.taker.before, found.taker.after))
        told = {"before": before, "after": after, "year": found.year}
        yield word(key, language, name=called(found.to), **told)


def _fte(value: float, language: "Language") -> str:
    return number(value, language, 0 if abs(value) >= _FEW else 1)


def _called(lever: "Lever", language: "Language") -> str:
    return word(f"lever {lever.name}", language)


def _moves(lever: "Lever", part: float, found: Proposal, language: "Language") -> str:
    """From where it would stand in the year to where it must."""
    before, after = (_stands(lever, way, found, language) for way in (0.0, part))
    return f"{before} → {after}"


def _stands(lever: "Lever", part: float, found: Proposal, language: "Language") -> str:
    value = lever.at_goal(part)
    if lever.name == _PLACES:
        decimals = 0 if found.places >= _MANY else 1 if found.places >= 1 else 2
        places = number(found.places * (1 + value), language, decimals)
        return f"{places} ({signed(100 * value, language, 1)} %)" if value else places
    if lever.name == "full_time":
        return number(value, language, 3)
    return f"{number(100 * value, language, 1)} %"
