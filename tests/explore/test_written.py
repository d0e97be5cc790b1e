"""What the page writes: the file says what was moved, and nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.explore.written import APPENDED, Edit, changed, difference, file_text
from projector.scenario import load_scenario
from projector.scenario.loading import load_over
from tests.embedded import SCENARIOS
from tests.explore.example import HOSTILE, session

BEFORE = {
    "activity": {
        "changes": [{"name": "A", "share": {2026: 0.0, 2030: 0.1}, "source": "a plan"}],
        "growth": {"heart": [{"annual": 0.01}, {"annual": 0.02}]},
    },
    "capacity": {"occupancy": {"somatic": 0.85}},
}


def test_nothing_moved_writes_nothing():
    assert changed(BEFORE, [], "{what}") == BEFORE
    assert difference(BEFORE, BEFORE) == {}


def test_a_point_of_a_change_writes_the_change_by_name_and_the_value_whole():
    edit = Edit(("activity", "changes", 0, "share", 2030), "20 %", "share")
    after = changed(BEFORE, [edit], "moved ({what})")
    assert difference(BEFORE, after) == {
        "activity": {
            "changes": [
                {
                    "name": "A",
                    "share": {2026: 0.0, 2030: "20 %"},
                    "source": "a plan; moved (share)",
                }
            ]
        }
    }
    assert BEFORE["activity"]["changes"][0]["share"][2030] == 0.1


def test_an_item_of_a_list_without_names_writes_the_list():
    edit = Edit(("activity", "growth", "heart", 1, "annual"), "3 %")
    said = difference(BEFORE, changed(BEFORE, [edit], ""))
    assert said == {"activity": {"growth": {"heart": [{"annual": 0.01}, {"annual": "3 %"}]}}}


def test_what_was_not_there_is_made():
    edits = [
        Edit(("workforce", "duty", "nurse", "inpatient"), {"per": "bed", "FTE": 1.2}, "nurses"),
        Edit(("activity", "changes", APPENDED), {"name": "B", "share": 0}, "b"),
        Edit(("activity", "changes", APPENDED), {"name": "C", "share": 0}, "c"),
    ]
    said = difference(BEFORE, changed(BEFORE, edits, "{what}"))
    assert said == {
        "workforce": {
            "duty": {"nurse": {"inpatient": {"per": "bed", "FTE": 1.2, "source": "nurses"}}}
        },
        "activity": {
            "changes": [
                {"name": "B", "share": 0, "source": "b"},
                {"name": "C", "share": 0, "source": "c"},
            ]
        },
    }


def test_a_section_without_a_source_of_its_values_says_what_was_changed():
    edits = [
        Edit(("capacity", "occupancy", "somatic"), "80 %", "somatic"),
        Edit(("capacity", "occupancy", "intensive"), "70 %", "intensive"),
    ]
    after = changed({**BEFORE, "capacity": {"source": "Storting"}}, edits, "moved ({what})")
    assert after["capacity"]["source"] == "Storting; moved (somatic, intensive)"


@settings(max_examples=40)
@given(st.text(min_size=1).filter(str.strip))
def test_no_text_of_a_name_can_leave_its_place(name):
    text = file_text(name, "parent.yaml", {"activity": {"changes": [{"name": name}]}}, name)
    lines = text.splitlines()
    assert lines[0].startswith("#")
    parent = load_scenario(SCENARIOS / "hallingdal.yaml")
    try:
        text.encode()
    except UnicodeEncodeError:
        return  # half of a character: no file of UTF-8 holds it, so no scenario has it
    # The change says nothing but its name, which is refused, or the name itself is.
    with pytest.raises(Exception, match=r"own\.yaml") as refused:
        load_over(parent, text, SCENARIOS / "own.yaml")
    for problem in refused.value.problems:
        assert problem.where.startswith(str(SCENARIOS / "own.yaml"))


def moves():
    """One other value for every control of the page."""
    for key, control in session().controls("en").items():
        if control.kind == "switch":
            yield key, "off"
        elif control.kind == "choice":
            yield key, next(one for one, _ in control.choices if one != control.value)
        else:
            low, high = (
                float(control.text(end)) for end in (control.reach.low, control.reach.high)
            )
            other = (3 * low + high) / 4
            yield key, f"{other:.4f}" if f"{other:.4f}" != control.value else f"{high:.4f}"


def test_every_control_writes_a_lawful_file_that_says_it():
    """Read over its parent, the file is the scenario with the moved value in its place."""
    own = session()
    before = own.scenario.resolved()
    for key, text in moves():
        content = own.text({key: text}, "en")
        scenario = load_over(own.scenario, content, own.path.with_name(own.file_name))
        after = scenario.resolved()
        assert after != before, key
        section = {"activity", "capacity", "population", "workforce"} & {
            name for name in after if after.get(name) != before.get(name)
        }
        assert section == {key.split("/")[0]}, key
        assert "changed in projector explore" in content


def test_the_file_on_disk_is_the_scenario_that_ran():
    own = session()
    content = own.text(dict(moves()), "nb")
    path = own.path.with_name("on-disk.yaml")
    path.write_text(content, encoding="utf-8")
    from_disk, ran = load_scenario(path), load_over(own.scenario, content, path)
    assert from_disk.resolved() == ran.resolved()
    assert from_disk.resolved_yaml() == ran.resolved_yaml()
    assert from_disk.digest() == ran.digest()
    assert from_disk.scenario.startswith(HOSTILE)
