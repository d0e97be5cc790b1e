"""Changes that undo one another are refused, naming both; others are not."""

from pathlib import Path

import pandas as pd
import pytest

from tests.activity.world import change, changed_views, refusal, tables

STAYS = {"setting": "inpatient"}
HEARTS = {"diagnosis": "heart", "setting": "inpatient"}
OUT = change("shift", HEARTS, to="observation", share=0.2)
BACK = change("shift", {"setting": "observation"}, to="inpatient", share=0.1)
FROM_A = change("redirect", {"site": "A", **STAYS}, to_site="C", share=0.2)
FROM_C = change("redirect", {"site": "C", **STAYS}, to_site="A", share=0.2)
MORE = change("add", HEARTS, share=0.1)
LESS = change("avoid", {"ages": "80+", **STAYS}, share=0.1)
PATHWAY = change("pathway", HEARTS, steps=[{"setting": "municipal_acute", "share": 0.3, "days": 4}])
COVER = change("cover", {"setting": "municipal_acute"}, coverage=0.1)

CONFLICTS = [
    (OUT, BACK, "shifts back from observation what goes there by"),
    (FROM_A, FROM_C, "sends back from C what goes there by"),
    (MORE, LESS, "undoes what is done by"),
    (LESS, MORE, "undoes what is done by"),
    (change("add", STAYS, share=0.1), change("readmissions", {}, share=0.1),
     "undoes what is done by"),
    (PATHWAY, LESS, "changes the start of the pathway"),
    (PATHWAY, OUT, "changes the start of the pathway"),
    (PATHWAY, change("readmissions", {}, share=0.1), "changes the start of the pathway"),
    (PATHWAY, MORE, "changes the start of the pathway"),
    (PATHWAY, change("add", HEARTS, contacts=5), "changes the start of the pathway"),
    (PATHWAY, change("work_off", STAYS, waiting=5, between={"from": 2026, "to": 2027}),
     "changes the start of the pathway"),
    (PATHWAY, change("shift", {"setting": "municipal_acute"}, to="inpatient", share=0.1),
     "brings more to the start of the pathway"),
    (PATHWAY, change("avoid", {"setting": "municipal_acute"}, share=0.1,
                     adds={"setting": "inpatient", "contacts": 0.5, "days": 3}),
     "brings more to the start of the pathway"),
    (COVER, COVER | {"coverage": 0.2}, "sets anew what is set by"),
    (PATHWAY, PATHWAY, "takes the place, in municipal_acute, of what follows by"),
    (change("add", HEARTS, contacts=5), change("avoid", STAYS, contacts=5),
     "undoes what is done by"),
    (change("shift", STAYS, to="municipal_acute", share=0.1, days=3), PATHWAY,
     "takes the place, in municipal_acute, of what goes there by"),
    (change("avoid", STAYS, share=0.1,
            adds={"setting": "municipal_acute", "contacts": 1, "days": 3}), PATHWAY,
     "takes the place, in municipal_acute, of what goes there by"),
    (change("avoid", {"setting": "municipal_acute"}, share=0.1), COVER, "sets anew what is set by"),
    (change("shorten", {"setting": "municipal_acute"}, share=0.1), COVER,
     "sets anew what is set by"),
    (change("shift", STAYS, to="municipal_acute", share=0.1, days=3), COVER,
     "sets anew what is set by"),
    (PATHWAY, COVER, "sets anew what is set by"),
]  # fmt: skip


@pytest.mark.parametrize(("earlier", "later", "how"), CONFLICTS)
def test_two_changes_of_which_one_undoes_the_other_are_refused(
    tmp_path: Path, earlier: dict[str, object], later: dict[str, object], how: str
) -> None:
    (problem,) = refusal(tmp_path, earlier, later)
    assert problem.message.startswith(f"'2: {later['name']}' {how} '1: {earlier['name']}' in ")
    line_of_later = int(problem.where.split(":")[-2])
    line_of_earlier = int(problem.message.split(":")[-2])
    assert line_of_earlier < line_of_later


def test_a_circle_of_three_changes_is_refused_and_all_are_named(tmp_path: Path) -> None:
    (problem,) = refusal(
        tmp_path,
        change("shift", STAYS, to="day", share=0.1),
        change("avoid", {"diagnosis": "copd", **STAYS}, share=0.1),
        change("shift", {"setting": "day"}, to="observation", share=0.1),
        change("shift", {"setting": "observation"}, to="inpatient", share=0.1),
    )
    assert problem.message.startswith(
        "'4: shift' shifts back from observation what goes there by '1: shift' in "
    )
    assert ", then by '3: shift' in " in problem.message
    assert "avoid" not in problem.message


def of(written: dict[str, object], **limits: object) -> dict[str, object]:
    """A change that is limited further."""
    verb = str(written["name"])
    selection = written[verb]
    assert isinstance(selection, dict)
    return written | {verb: selection | limits}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (OUT, of(BACK, diagnosis="copd")),
        (COVER, of(COVER, region="West")),
        (of(OUT, ages="80+"), of(BACK, ages="18-66")),
        (of(OUT, region="West"), of(BACK, region="0003")),
        (OUT, change("shift", HEARTS, to="day", share=0.1)),
        (FROM_A, of(FROM_C, setting="observation")),
        (of(FROM_A, diagnosis="heart"), of(FROM_C, diagnosis="copd")),
        (of(FROM_A, sex="male"), of(FROM_C, sex="female")),
        (of(FROM_A, region="0001"), of(FROM_C, region="0002")),
        (MORE, of(LESS, diagnosis="copd")),
        (of(MORE, urgency="acute"), of(LESS, urgency="elective")),
        (change("add", HEARTS, contacts=5), LESS),
        (COVER, change("avoid", {"setting": "municipal_acute"}, share=0.1)),
        (
            of(change("shift", STAYS, to="municipal_acute", share=0.1, days=3), region="West"),
            of(COVER, region="0003"),
        ),
        (
            of(change("shift", STAYS, to="municipal_acute", share=0.1, days=3), diagnosis="copd"),
            PATHWAY,
        ),
        (LESS, PATHWAY),
        (PATHWAY, of(LESS, diagnosis="copd")),
        (PATHWAY, of(BACK, diagnosis="copd")),
        (of(PATHWAY, region="West"), of(BACK, region="0003")),
    ],
)
def test_changes_about_different_people_or_contacts_are_not(
    tmp_path: Path, one: dict[str, object], other: dict[str, object]
) -> None:
    some_at_c = change(
        "redirect", {"setting": ["inpatient", "observation"]}, to_site="C", share=0.1
    )
    rates = tables()["use_rates"]
    observed = rates[rates["setting"] == "inpatient"].assign(setting="observation")
    both = {"use_rates": pd.concat([rates, observed])}
    found = changed_views(tmp_path, some_at_c, one, other, changed=both)
    assert float(found["activity"]["contacts"].sum()) > 0


def test_all_conflicts_are_told_at_once(tmp_path: Path) -> None:
    assert len(refusal(tmp_path, OUT, BACK, MORE, LESS)) == 2
