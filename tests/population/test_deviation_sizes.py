"""Sizes of deviations are found again in projections that were off by known paths."""

import numpy as np
import pytest

from projector.population.deviation_fit import fitted_path, level, national_sizes, summed
from projector.population.deviation_sizes import Earlier, regional_sizes

HORIZONS = np.arange(1.0, 9.0)


@pytest.mark.parametrize("persistence", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("grown", [level, summed])
def test_a_path_and_chance_are_told_apart(persistence: float, grown: object) -> None:
    made = grown(persistence, HORIZONS)  # type: ignore[operator]
    found = fitted_path(
        HORIZONS, grown, 2e-5 * made, 0.1 * made + 0.3 * HORIZONS, chance=True  # type: ignore[arg-type]
    )  # fmt: skip
    assert found["yearly"] == pytest.approx(2e-5, rel=1e-6)
    assert found["persistence"] == pytest.approx(persistence)
    together = found["yearly_per_person"] * made + found["chance_per_person"] * HORIZONS
    np.testing.assert_allclose(together, 0.1 * made + 0.3 * HORIZONS, rtol=1e-6)


def test_variances_of_paths_are_those_of_simulated_ones() -> None:
    scores = np.random.default_rng(5).standard_normal((40_000, 8))
    path = np.zeros_like(scores)
    for t in range(8):
        path[:, t] = scores[:, t] + (0.7 * path[:, t - 1] if t else 0.0)
    np.testing.assert_allclose(path.var(axis=0), level(0.7, HORIZONS), rtol=0.03)
    np.testing.assert_allclose(path.cumsum(axis=1).var(axis=0), summed(0.7, HORIZONS), rtol=0.03)


def test_the_moves_of_regions_are_found_again() -> None:
    """300 regions, six earlier projections, all ages under 67 off by the same path and chance."""
    generator = np.random.default_rng(8)
    people = generator.lognormal(9.0, 1.0, 300)
    base = people[:, np.newaxis] * np.full(106, 1 / 106)
    cases = []
    for _ in range(6):
        path, total = np.zeros(300), np.zeros(300)
        came = {}
        for ahead in range(1, 7):
            path = 0.5 * path + 0.005 * generator.standard_normal(300)
            total = (
                total + path + np.sqrt(0.2 / (people * 67 / 106)) * generator.standard_normal(300)
            )
            off = np.where(np.arange(106) < 67, np.exp(total)[:, np.newaxis], 1.0)
            came[ahead] = base * off * np.exp(generator.normal(0, 1e-4, base.shape))
        cases.append(Earlier(base, dict.fromkeys(came, base), came))
    found = {
        (measure, first, what): value for measure, first, _, what, value in regional_sizes(cases)
    }
    assert found["moves", 0, "yearly"] == pytest.approx(0.005**2, rel=0.25)
    assert found["moves", 0, "persistence"] == pytest.approx(0.5, abs=0.16)
    assert found["moves", 0, "chance_per_person"] == pytest.approx(0.2, rel=0.25)
    assert found["moves", 67, "yearly"] < 1e-7
    profile = [value for (_, _, what), value in found.items() if what == "profile"]
    np.testing.assert_allclose(profile, 1.0, rtol=0.01)


def test_the_nation_goes_on_as_far_off_as_it_was() -> None:
    generator = np.random.default_rng(2)
    years = range(1950, 2150)
    walk = np.cumsum(0.02 * generator.standard_normal(len(years)))
    lives = (
        70 + 0.1 * np.arange(len(years)) + np.cumsum(0.2 * generator.standard_normal(len(years)))
    )
    series = {
        "total_fertility": dict(zip(years, np.exp(0.5 + walk), strict=True)),
        "life_expectancy": dict(zip(years, lives, strict=True)),
    }
    found = {(row[0], row[3]): row[4] for row in national_sizes(series, 2149)}
    assert found["total_fertility", "yearly"] == pytest.approx(0.02**2, rel=0.4)
    assert found["total_fertility", "persistence"] >= 0.9
    # Gains of twenty years are not the drift itself: ten years ahead that adds a half.
    assert 0.2**2 * 0.75 < found["life_expectancy", "yearly"] < 0.2**2 * 1.75
    with pytest.raises(ValueError, match="too few years of total_fertility"):
        national_sizes(series, 1953)
