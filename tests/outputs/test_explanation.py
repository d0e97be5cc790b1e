"""An explanation as lines, as text and as a table; effects of changes as text."""

import numpy as np
import pandas as pd
import pytest

from projector.outputs.ablation import printed_ablation
from projector.outputs.explanation import explanation_table, heading, lines, printed
from projector.outputs.words import signed
from projector.run.explain import Explanation
from projector.run.questions import Question
from projector.run.worlds import AGEING, SIZE, Factor

DIAGNOSES = [f"d{i}" for i in range(5)]


def explanation(*, order_free: bool = False) -> Explanation:
    """Ten beds that become sixteen: by 1 + 2 + (0.1 … 0.5) + 1.5."""
    factors = (SIZE, AGEING, *(Factor("growth", d) for d in DIAGNOSES), Factor("change", "Plan"))
    effects = np.array([[0, 1.0], [0, 2.0], *([0, 0.1 * (i + 1)] for i in range(5)), [0, 1.5]])
    alone = 0.5 * effects
    return Explanation(
        title="Test",
        question=Question("beds", (("resource", "somatic"),), "capacity/beds", ("1",), ("Hol",)),
        names={
            "resource": {"somatic": {"nb": "Somatiske senger", "en": "Somatic beds"}},
            "diagnosis": {d: {"nb": f"D {d}", "en": f"D {d}"} for d in DIAGNOSES},
        },
        years=np.array([2026, 2027]),
        values=10.0 + effects.sum(axis=0),
        factors=factors,
        effects=effects,
        alone=alone,
        interaction=(effects - alone).sum(axis=0),
        order_free=order_free,
    )


def test_the_lines_lead_from_the_base_year_to_the_year_asked_about() -> None:
    told = lines(explanation(), 2027, "en")
    roles = [line.role for line in told]
    assert roles == ["level", *["effect"] * 8, "interaction", "change", "level"]
    amounts = [line.amount or 0.0 for line in told if line.role == "effect"]
    assert told[0].amount == pytest.approx(10.0)
    assert told[-1].amount == pytest.approx(10.0 + sum(amounts))
    assert told[-3].alone == pytest.approx(3.0)


def test_many_diagnoses_stand_together_and_nothing_is_lost() -> None:
    few, all_of_them = (lines(explanation(), 2027, "en", most) for most in (2, None))
    labels = [line.label for line in few]
    assert labels[3:6] == ["Use: D d3", "Use: D d4", "Use: other diagnoses (3)"]
    for field in ("amount", "alone"):
        one, other = (
            sum(getattr(line, field) or 0.0 for line in told if line.role == "effect")
            for told in (few, all_of_them)
        )
        assert one == pytest.approx(other)


def test_one_diagnosis_too_many_is_no_reason_to_put_two_together() -> None:
    assert len(lines(explanation(), 2027, "en", 4)) == len(lines(explanation(), 2027, "en"))


def test_the_text_has_signs_and_shares_in_the_language_asked_for() -> None:
    text = printed(explanation(), 2027, "nb")
    assert heading(explanation(), "nb") == "Senger: Somatiske senger, Hol"
    (ageing,) = (line for line in text.splitlines() if line.startswith("Aldring"))
    assert ageing.split() == ["Aldring", "+2,0", "+20,0", "%", "+1,0"]
    (change,) = (line for line in text.splitlines() if line.startswith("Endring"))
    assert change.split()[2:] == ["+6,0", "+60,0", "%", "+6,0"]
    assert "every order" in printed(explanation(order_free=True), 2027, "en")


def test_a_base_of_nothing_has_no_shares() -> None:
    empty = explanation()
    nothing = Explanation(**{**vars(empty), "values": empty.values - 10.0})
    assert "–" in printed(nothing, 2027, "en")
    assert explanation_table(nothing)["share_of_base"].isna().all()


def test_the_table_has_every_factor_in_every_year() -> None:
    table = explanation_table(explanation())
    assert len(table) == 2 * (8 + 4)
    last = table[table["year"] == 2027].set_index("factor")
    assert last.loc["ageing", "share_of_base"] == pytest.approx(0.2)
    assert last.loc["interaction", "alone"] == pytest.approx(3.0)
    assert np.isnan(last.loc["interaction", "effect"])
    assert last.loc["result", "effect"] == pytest.approx(16.0)
    assert set(table["unit"]) == {"beds"}


@pytest.mark.parametrize(
    ("value", "nb", "en"),
    [(1234.56, "+1\u202f234,6", "+1,234.6"), (-2.0, "−2,0", "-2.0"), (-0.04, "0,0", "0.0")],
)
def test_a_signed_number_has_no_sign_where_it_is_nothing(value: float, nb: str, en: str) -> None:
    assert signed(value, "nb", 1) == nb
    assert signed(value, "en", 1) == en


def test_a_change_that_moves_nothing_shown_is_told_so() -> None:
    rows = [
        ("Calls", world, "contacts", "remote", 2030, 5.0, 5.0, "contacts year-1")
        for world in ("alone", "all but")
    ]
    columns = ["change", "world", "result", "of", "year", "value", "effect", "unit"]
    text = printed_ablation(pd.DataFrame(rows, columns=columns), "en")
    assert "Does nothing to what is shown here." in text
