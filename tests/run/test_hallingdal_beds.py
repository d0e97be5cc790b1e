"""The ten municipal beds at Ål: answers that a planner would check."""

import pytest

from tests.embedded import result_of

ACUTE, SHORT_STAY = "municipal_acute", "municipal_short_stay"


def test_the_ten_beds_of_hallingdal_are_too_few_and_better_shared() -> None:
    """The acute beds were in use 59 % in 2018 and 2019, the short-stay ones 85 %."""
    ten, eight = (result_of(f"hallingdal-beds{name}")["capacity"] for name in ("", "-five"))
    beds = ten["beds"].to_dataset().squeeze("site")
    now, then, later = (beds.sel(year=year) for year in (2026, 2030, 2040))
    for resource, existing, today, most in ((ACUTE, 3, (4, 6), 8), (SHORT_STAY, 7, (10, 12), 16)):
        assert now["existing"].sel(resource=resource) == existing
        need = [float(one["need"].sel(resource=resource).sum()) for one in (now, then, later)]
        assert today[0] <= need[0] <= need[1] <= need[2] <= most
        assert need[2] > need[0]
        assert beds["first_shortage"].sel(resource=resource) == 2026
        refused = beds["refusal"].sel(resource=resource)
        assert 0.1 < float(refused[0]) < 0.3
        assert (refused.diff("year") > 0).all()
    assert 0.55 < float(now["utilisation"].sel(resource=ACUTE)) < 0.75
    assert 0.8 < float(now["utilisation"].sel(resource=SHORT_STAY)) < 1.0

    parts = now["need"].sel(resource=ACUTE) / now["need"].sel(resource=ACUTE).sum()
    assert float(parts.sel(region="3328")) == pytest.approx(0.35, abs=0.05)  # Ål, the largest part
    assert float(parts.sel(region="3320")) < 0.05  # Flå

    pool, less = (one["pools"].to_dataset().squeeze("pool") for one in (ten, eight))
    assert pool["saved"].min() >= 2
    assert (pool["refusal_together"] < pool["refusal_apart"]).all()
    assert (less["refusal_together"].sel(year=[2030, 2040]) > 0.25).all()
    assert float(pool["refusal_together"].sel(year=2030)) == pytest.approx(0.18, abs=0.05)
    five = eight["beds"].to_dataset().squeeze("site").sel(resource=SHORT_STAY)
    assert five["existing"].sel(year=[2027, 2028, 2040]).values.tolist() == [7, 5, 5]
    assert 0.35 < float(five["refusal"].sel(year=2030)) < 0.55
    assert (five["need"] == beds["need"].sel(resource=SHORT_STAY)).all()


def test_fewer_with_care_round_the_clock_is_one_number() -> None:
    tree = result_of("hallingdal-coverage")
    old = tree["population"]["population"].sel(age=slice(80, None)).sum(("sex", "age"))
    days = tree["activity"]["bed_days"].sel(setting=["nursing_home", "care_home"])
    coverage = days.sum(("diagnosis", "setting")) / 365 / old
    for year, share in ((2026, 0.28), (2035, 0.22), (2040, 0.22)):
        assert coverage.sel(year=year).values == pytest.approx(share)
    places = tree["capacity/beds"]["need"].sel(resource=["nursing_home", "care_home"])
    places = places.sum(("region", "resource"))
    assert 1.15 < float(places.sel(year=2040) / places.sel(year=2026)) < 1.4  # people age anyway
    plain = result_of("hallingdal")
    visits = [one["activity"]["contacts"].sel(setting="home_care").sum() for one in (tree, plain)]
    assert float(visits[0]) > float(visits[1])
