"""What a child takes over from its parent, and what it replaces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import ScenarioError
from projector.scenario import load_scenario
from projector.scenario.extends import merge
from projector.scenario.tree import Entry, Items, Map, Place, Scalar


def tree(value, file="file.yaml"):
    """A tree whose places do not matter but for the file."""
    place = Place(file)
    if isinstance(value, dict):
        return Map(place, {key: Entry(place, tree(part, file)) for key, part in value.items()})
    if isinstance(value, list):
        return Items(place, tuple(tree(part, file) for part in value))
    return Scalar(place, value, str(value))


def values(node):
    if isinstance(node, Map):
        return {key: values(entry.node) for key, entry in node.entries.items()}
    if isinstance(node, Items):
        return [values(item) for item in node.nodes]
    return node.value


def merged(parent, child):
    return values(merge(tree(parent), tree(child)))


keys = st.sampled_from(["a", "b", "name", "annual", "normal", 2026, 2030])
trees = st.recursive(
    st.one_of(st.integers(0, 3), st.sampled_from(["x", "y"])),
    lambda inner: st.one_of(
        st.dictionaries(keys, inner, max_size=3),
        st.lists(inner, max_size=3),
        st.lists(
            st.fixed_dictionaries({"name": st.sampled_from("pqr"), "share": inner}),
            max_size=3,
            unique_by=lambda item: item["name"],
        ),
    ),
    max_leaves=8,
)
maps = st.dictionaries(st.sampled_from(["a", "b", "c"]), trees, max_size=3)


@given(maps)
def test_an_empty_child_changes_nothing(parent):
    assert merged(parent, {}) == parent


@given(maps)
def test_an_empty_parent_adds_nothing(child):
    assert merged({}, child) == child


@given(maps, maps)
def test_extending_twice_is_extending_once(parent, child):
    once = merged(parent, child)
    assert merged(once, child) == once


@given(maps, maps)
def test_no_key_of_either_is_lost(parent, child):
    assert set(merged(parent, child)) == set(parent) | set(child)


def test_maps_merge_and_the_child_wins():
    parent = {"capacity": {"occupancy": {"inpatient": 0.8, "hotel": 0.7}}}
    child = {"capacity": {"occupancy": {"inpatient": 0.9}, "source": "plan"}}
    assert merged(parent, child) == {
        "capacity": {"occupancy": {"inpatient": 0.9, "hotel": 0.7}, "source": "plan"}
    }


@pytest.mark.parametrize(
    ("parent", "child"),
    [
        ({2026: 5, 2030: 8}, {2026: 3}),
        ({2026: 5}, {"annual": 0.1}),
        ({"annual": 0.1}, {2026: 5}),
        ({2026: 5, "annual": 0.1}, {"annual": 0.2}),
        ({"normal": [1, 2]}, {"uniform": [1, 2]}),
        ({"normal": [1, 2]}, {"annual": 0.1}),
        ({2026: 5}, 4),
        (4, {2026: 5}),
        ([1, 2, 3], [4]),
    ],
)
def test_values_over_years_and_plain_lists_are_replaced_whole(parent, child):
    assert merged({"value": parent}, {"value": child}) == {"value": child}


def test_growth_that_only_names_a_rate_keeps_the_ages_of_its_parent():
    parent = {"heart": {"annual": 0.1, "ages": {"80+": 0.2}}}
    assert merged(parent, {"heart": {"annual": 0.3}}) == {
        "heart": {"annual": 0.3, "ages": {"80+": 0.2}}
    }


def test_named_items_merge_by_name_in_the_order_of_the_parent():
    parent = [{"name": "one", "share": 1, "to": "day"}, {"name": "two", "share": 2}]
    child = [{"name": "three", "share": 3}, {"name": "one", "share": 9}]
    assert merged({"changes": parent}, {"changes": child})["changes"] == [
        {"name": "one", "share": 9, "to": "day"},
        {"name": "two", "share": 2},
        {"name": "three", "share": 3},
    ]


def test_the_amount_of_a_child_replaces_that_of_its_parent():
    parent = [{"name": "one", "contacts": 12, "source": "plan"}, {"name": "two", "coverage": 0.8}]
    child = [{"name": "one", "share": 0}, {"name": "two", "source": "another plan"}]
    assert merged({"changes": parent}, {"changes": child})["changes"] == [
        {"name": "one", "share": 0, "source": "plan"},
        {"name": "two", "coverage": 0.8, "source": "another plan"},
    ]


def test_an_empty_list_takes_all_named_items_away():
    assert merged({"changes": [{"name": "one"}]}, {"changes": []}) == {"changes": []}


def test_two_items_of_a_name_are_both_kept_to_be_reported():
    child = [{"name": "one", "share": 1}, {"name": "one", "share": 2}]
    assert merged({"changes": [{"name": "one"}]}, {"changes": child})["changes"] == child


def test_places_go_with_the_values():
    node = merge(tree({"a": {"b": 1, "c": 2}}, "parent"), tree({"a": {"b": 3}}, "child"))
    inner = node.entries["a"].node
    assert inner.entries["b"].node.place.file == "child"
    assert inner.entries["c"].node.place.file == "parent"


@pytest.mark.parametrize(
    ("parent", "child", "kept"),
    [
        ("{inpatient: 60 %, day: 5 %}", "{hospital: 25 %}", {"hospital": 0.25}),
        ("{hospital: 25 %}", "{inpatient: 60 %}", {"inpatient": 0.6}),
        ("{inpatient: 60 %, day: 5 %}", "{day: 0}", {"inpatient": 0.6, "day": 0.0}),
        ("{hospital: 25 %}", "{}", {"hospital": 0.25}),
    ],
)
def test_acute_of_a_child_replaces_what_does_not_go_with_it(folder, parent, child, kept):
    for name, above, acute in (
        ("parent", "reference", parent),
        ("child", "parent", child),
    ):
        (folder / f"{name}.yaml").write_text(
            f"scenario: Own\nextends: {above}.yaml\nactivity: {{acute: {acute}}}\n"
        )
    assert load_scenario(folder / "child.yaml").activity.acute == kept


def test_a_chain_of_any_length(folder, monkeypatch):
    monkeypatch.chdir(folder)
    parent = "reference.yaml"
    for number in range(30):
        name = f"link{number}.yaml"
        (folder / name).write_text(
            f"scenario: Link {number}\nextends: {parent}\nyears: {{end: {2030 + number}}}\n"
        )
        parent = name
    scenario = load_scenario(parent)
    assert scenario.scenario == "Link 29"
    assert scenario.description is None
    assert (scenario.years.base, scenario.years.end) == (2025, 2059)
    assert scenario.where("years", "base") == "reference.yaml:5:9"


def test_a_fault_of_the_parent_is_reported_in_the_parent(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    parent = folder / "reference.yaml"
    parent.write_text(parent.read_text(encoding="utf-8") + "  ocupancy: {hotel: 80 %}\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario("scenarios/hallingdal.yaml")
    (problem,) = caught.value.problems
    assert problem.where == "scenarios/reference.yaml:10:3"
    assert problem.nearest == "occupancy"


def test_a_number_of_draws_takes_the_place_of_when_to_stop(tmp_path):
    (tmp_path / "parent.yaml").write_text(
        "scenario: Parent\ninputs: .\nregions: ['3322']\nyears: {base: 2026, end: 2040}\n"
        "uncertainty: {draws: auto, tolerance: 2 %, most: 500, seed: 3}\n",
        encoding="utf-8",
    )
    child = tmp_path / "child.yaml"

    def said(uncertainty):
        child.write_text(
            f"scenario: Child\nextends: parent.yaml\nuncertainty: {uncertainty}\n", "utf-8"
        )
        return load_scenario(child)

    assert said("{draws: 20}").resolved()["uncertainty"] == {"draws": 20, "seed": 3}
    stops = said("{draws: auto, most: 90}")
    assert stops.resolved()["uncertainty"] == {
        "draws": "auto", "tolerance": 0.02, "most": 90, "seed": 3,
    }  # fmt: skip
    assert stops.with_draws(20).resolved()["uncertainty"] == {"draws": 20, "seed": 3}
    assert stops.with_draws(0).resolved()["uncertainty"] == {"seed": 3}
    assert said("{seed: 4}").with_draws("auto").uncertainty.most == 500
