"""From what was written to a value over years, with every fault at its own year and number."""

from collections.abc import Callable

from projector.errors import nearest_name
from projector.scenario.distributions import DISTRIBUTIONS, Distribution
from projector.scenario.faults import KEY, Collector, Fault, FaultsError
from projector.scenario.numbers import Bounds, parse_number
from projector.scenario.parsing import parse_year
from projector.scenario.values import Amount, Path

__all__ = ["RATE", "parse_path"]

RATE = Bounds("rate", low=-1, low_open=True)


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
    """A number or a distribution within the bounds."""
    if not isinstance(written, dict):
        return bounds.require(parse_number(written), written)
    if len(written) != 1 or next(iter(written)) not in DISTRIBUTIONS:
        expected = "one of " + ", ".join(DISTRIBUTIONS) + ", alone"
        raise FaultsError(Fault("a distribution is one name with its numbers", expected=expected))
    ((kind, numbers),) = written.items()
    names = DISTRIBUTIONS[kind]
    form = f"[{', '.join(names)}]"
    if not isinstance(numbers, list | tuple) or len(numbers) != len(names):
        message = f"{kind} takes a list of {len(names)} numbers"
        raise FaultsError(Fault(message, (kind,), expected=form))
    collector = Collector()
    parameters = []
    for position, number in enumerate(numbers):
        with collector.under(kind, position):
            parameters.append(parse_number(number))
    collector.finish()
    distribution = Distribution(kind, tuple(parameters))
    for position, anchor in enumerate(distribution.anchors):
        with collector.under(kind, position):
            bounds.require(anchor, numbers[position])
    wrong = distribution.fault()
    if wrong is not None and not collector.faults:
        collector.faults.append(Fault(wrong, (kind,), expected=form))
    collector.finish()
    return distribution
