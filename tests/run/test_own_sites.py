"""A site that the scenario opens is at home among those whom it serves."""

from pathlib import Path

import numpy as np
import pandas as pd

from projector.activity.flows import with_own_sites
from tests.activity.world import scenario
from tests.embedded import result_with


def test_what_a_new_site_treats_is_own_coverage_of_those_it_serves(tmp_path: Path) -> None:
    tree = result_with(
        tmp_path,
        "hallingdal",
        capacity="{existing: {Gol helsehus: {serves: Gol, outpatient: 2}}}",
        activity="{changes: [{name: At home, redirect: {region: Gol, setting: outpatient}, "
        "to_site: Gol helsehus, share: 30 %}]}",
    )
    own = tree["sites"]["own_coverage"].sel(setting="outpatient")
    np.testing.assert_allclose(own.sel(region="3324"), 0.3)
    # One room takes them: a site that serves them and is sent them works for them alone.
    rooms = tree["capacity/rooms"].to_dataset().sel(resource="outpatient")
    need = rooms["need"].sel(region="3324")
    served = rooms["served"].sel(site="Gol helsehus")
    assert ((served > 0.2 * need) & (served < 0.4 * need)).all()


def test_sites_of_the_inputs_stay_and_may_serve_others(tmp_path: Path) -> None:
    tables = {"sites": pd.DataFrame({"site": ["A", "B"], "serves": ["West", "0003"]})}
    written = scenario(
        tmp_path, capacity={"existing": {"B": {"serves": "West"}, "C": {"serves": "0003"}}}
    )
    found = with_own_sites(tables, written)["sites"]
    assert dict(zip(found["site"], found["serves"], strict=True)) == {
        "A": "West",
        "B": "West",
        "C": "0003",
    }
    assert tables["sites"]["serves"].tolist() == ["West", "0003"]
    assert with_own_sites({}, scenario(tmp_path)) == {}
