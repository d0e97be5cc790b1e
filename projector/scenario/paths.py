"""From what was written to a value over years, with every fault at its own year and number."""

from collections.abc import Callable

from projector.errors import nearest_name
from projector.scenario.distributions import DISTRIBUTIONS, UNBOUNDED, WITHIN, Distribution
from projector.scenario.faults import KEY, Collector, Fault, FaultsError
from projector.scenario.numbers import Bounds, parse_number
from projector.scenario.parsing import parse_year
from projector.scenario.values import Amount, Path

__all__ = ["RATE", "parse_path"]

RATE = Bounds("rate", low=-1, high=10, low_open=True)
"""Elevenfold in a year is more than anything grows by: 50 for 50 % is a slip."""
_ENDS = ("low", "high")


def parse_path(
    bounds: Bounds, *, bare_rate: bool = False, rate: bool = True
) -> Callable[[object], Path]:
    """Parser of a value over years.

    Parameters
    ----------
    bounds
        What every value written must obey.
    bare_rate
        Whether ``{annual: rate}`` may stand alone: the inputs have a value to start from.
    rate
        Whether ``annual`` may stand beside a year.
    """

    def parse(written: object) -> Path:
        if isinstance(written, Path):
            return written
        if not isinstance(written, dict) or set(written) & set(DISTRIBUTIONS):
            return Path(((None, _parse_amount(written, bounds)),), bounds=bounds)
        if not written:
            raise FaultsError(Fault("an empty map", expected=_forms(rate)))
        collector = Collector()
        points: list[tuple[int | None, Amount]] = []
        annual = None
        for key, value in written.items():
            if key == "annual" and rate:
                with collector.under(key):
                    annual = _parse_amount(value, RATE)
                continue
            with collector.under(key, KEY):
                _require_year(key, rate=rate)
            if isinstance(key, int):
                with collector.under(key):
                    points.append((key, _parse_amount(value, bounds)))
        if "annual" in written and rate:
            collector.faults += _rate_faults(written, bare_rate=bare_rate)
        collector.finish()
        return Path(tuple(sorted(points, key=lambda point: point[0] or 0)), annual, bounds)

    return parse


def _forms(rate: bool) -> str:
    return "{2026: value, 2030: value}" + (", {2026: value, annual: rate}" if rate else "")


def _require_year(key: object, *, rate: bool) -> None:
    if isinstance(key, int):
        parse_year(key)
        return
    if isinstance(key, str) and key.isdecimal():
        raise FaultsError(Fault("a year is written without quotes", expected=key))
    words = [*DISTRIBUTIONS, "annual"] if rate else list(DISTRIBUTIONS)
    raise FaultsError(
        Fault(
            "unknown key in a value over years",
            expected="a year, " + ", ".join(words),
            nearest=nearest_name(str(key), words),
        )
    )


def _rate_faults(written: dict[str | int, object], *, bare_rate: bool) -> list[Fault]:
    years = len(written) - 1
    if years > 1:
        return [Fault("annual goes with one year only: the one it starts from", ("annual", KEY))]
    if not years and not bare_rate:
        message = "annual needs a year and value to start from here"
        return [Fault(message, ("annual", KEY), expected="{2026: value, annual: rate}")]
    return []


def _parse_amount(written: object, bounds: Bounds) -> Amount:
    """A number, or a distribution that no draw of lies outside the bounds."""
    if not isinstance(written, dict):
        return bounds.require(parse_number(written), written)
    kinds = [key for key in written if key != WITHIN]
    if len(kinds) != 1 or kinds[0] not in DISTRIBUTIONS:
        expected = f"one of {', '.join(DISTRIBUTIONS)}, alone or with {WITHIN}"
        raise FaultsError(Fault("a distribution is one name with its numbers", expected=expected))
    (kind,) = kinds
    collector = Collector()
    numbers = written[kind]
    parameters: tuple[float, ...] = ()
    with collector.under(kind):
        parameters = _parse_list(numbers, kind, DISTRIBUTIONS[kind])
    within = None
    if WITHIN in written:
        with collector.under(WITHIN):
            first, last = _parse_list(written[WITHIN], WITHIN, _ENDS)
            within = (first, last)
    collector.finish()
    distribution = Distribution(kind, parameters, within)
    for position, anchor in enumerate(distribution.anchors):
        with collector.under(kind, position):
            bounds.require(anchor, numbers[position])
    for position, end in enumerate(within or ()):
        with collector.under(WITHIN, position):
            bounds.require(end, written[WITHIN][position])
    if not collector.faults:
        collector.faults += _distribution_faults(distribution, bounds)
    collector.finish()
    return distribution


def _parse_list(written: object, word: str, names: tuple[str, ...]) -> tuple[float, ...]:
    """A number for each of the names."""
    if not isinstance(written, list | tuple) or len(written) != len(names):
        message = f"{word} takes a list of {len(names)} numbers"
        raise FaultsError(Fault(message, expected=_form(names)))
    collector = Collector()
    parsed = []
    for position, number in enumerate(written):
        with collector.under(position):
            parsed.append(parse_number(number))
    collector.finish()
    return tuple(parsed)


def _form(names: tuple[str, ...]) -> str:
    return f"[{', '.join(names)}]"


def _distribution_faults(distribution: Distribution, bounds: Bounds) -> list[Fault]:
    """Numbers that do not go together, and draws that the field does not allow."""
    kind = distribution.kind
    wrong = distribution.fault()
    if wrong is not None:
        return [Fault(wrong, (kind,), expected=_form(DISTRIBUTIONS[kind]))]
    wrong = distribution.within_fault()
    if wrong is not None:
        return [Fault(wrong, (WITHIN,), expected=_form(_ENDS) if kind in UNBOUNDED else None)]
    outside = [value for value in distribution.reach if not bounds.hold(value)]
    if not outside:
        return []
    message = f"draws of this {kind} come to {bounds.word} {outside[0]:.4g}"
    instead = "triangular or uniform" if bounds.high is not None else "one with a lowest value"
    expected = f"{bounds}: cut it off with `{WITHIN}: [low, high]`, or write {instead}"
    return [Fault(message, (kind,), expected=expected)]
