"""The loss model against a discrete-event simulation that knows nothing of it."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import simpy

from projector.capacity.erlang import Rhythm, refusal
from projector.capacity.rhythm import rhythm_of

Draw = Callable[[], float]

FLAT = [1.0] * 7
EVEN = [1.0] * 12
BUSY_MONDAYS = [1.5, 1.2, 1.0, 1.0, 0.9, 0.7, 0.7]
SPRING = [1.3, 1.3, 1.2, 1.0, 1.0, 0.9, 0.6, 0.8, 0.9, 1.0, 1.0, 1.0]


def simulated(
    beds: int, load: float, nights: float, stay: Draw, seed: int,
    weekdays: list[float] = FLAT, months: list[float] = EVEN, years: int = 30,
) -> tuple[float, float]:  # fmt: skip
    """Share turned away and its standard error, from years taken as batches."""
    rng = np.random.default_rng(seed)
    factor = np.array([weekdays[d % 7] * months[d * 12 // 364] for d in range(364)])
    factor /= factor.mean()
    asked, lost = np.zeros(years), np.zeros(years)
    environment = simpy.Environment()
    unit = simpy.Resource(environment, capacity=beds)

    def patient(year: int) -> Iterator[simpy.Event]:
        asked[year] += 1
        if unit.count == unit.capacity:
            lost[year] += 1
            return
        with unit.request() as bed:
            yield bed
            yield environment.timeout(stay())

    def arrivals() -> Iterator[simpy.Event]:
        for day in range(364 * (years + 1)):
            count = rng.poisson(load / nights * factor[day % 364])
            moments = np.sort(rng.uniform(0, 1, count))
            for moment in moments:
                yield environment.timeout(max(day + moment - environment.now, 0.0))
                if day >= 364:  # the first year fills the unit
                    environment.process(patient(day // 364 - 1))
                else:
                    environment.process(warming())

    def warming() -> Iterator[simpy.Event]:
        if unit.count < unit.capacity:
            with unit.request() as bed:
                yield bed
                yield environment.timeout(stay())

    environment.process(arrivals())
    environment.run()
    shares = lost / np.maximum(asked, 1)
    return float(lost.sum() / asked.sum()), float(shares.std(ddof=1) / np.sqrt(years))


def stays(kind: str, nights: float, seed: int) -> Draw:
    rng = np.random.default_rng(seed + 1000)
    spread = np.sqrt(np.log1p(1.2**2))
    return {
        "exponential": lambda: float(rng.exponential(nights)),
        "fixed": lambda: nights,
        "lognormal": lambda: float(rng.lognormal(np.log(nights) - spread**2 / 2, spread)),
    }[kind]


@pytest.mark.parametrize("kind", ["exponential", "fixed", "lognormal"])
@pytest.mark.parametrize(("beds", "load"), [(3, 1.3), (7, 5.9), (10, 7.0), (30, 27.0)])
def test_a_steady_unit_turns_away_what_the_loss_model_says(
    kind: str, beds: int, load: float
) -> None:
    years = 10 if load > 20 else 30  # of as many patients as the smaller units have
    share, error = simulated(beds, load, 3.0, stays(kind, 3.0, beds), seed=beds, years=years)
    expected = float(refusal(np.array(beds), np.array(load)))
    assert abs(share - expected) < 4 * error + 1e-4


@pytest.mark.parametrize("kind", ["exponential", "lognormal"])
@pytest.mark.parametrize(
    ("beds", "load", "nights"), [(3, 1.3, 2.5), (10, 7.5, 2.5), (25, 20.0, 5.0)]
)
def test_a_unit_with_weekdays_and_seasons_turns_away_what_its_rhythm_says(
    kind: str, beds: int, load: float, nights: float
) -> None:
    draw = stays(kind, nights, beds)
    share, error = simulated(
        beds, load, nights, draw, seed=beds, weekdays=BUSY_MONDAYS, months=SPRING
    )
    rhythm = rhythm_of(BUSY_MONDAYS, SPRING, nights, stays=kind, variation=1.2)
    expected = float(refusal(np.array(beds), np.array(load), rhythm))
    # The load of a day is that of a unit that refuses nobody: a known, small approximation.
    assert abs(share - expected) < 4 * error + 0.05 * expected
    steady = float(refusal(np.array(beds), np.array(load), Rhythm()))
    assert abs(share - expected) < abs(share - steady)
