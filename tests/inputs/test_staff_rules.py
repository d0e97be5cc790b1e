"""Faults in the tables on who works in health care."""

from pathlib import Path

from tests.inputs.test_consistency import faults, set_with

WRONG = [  # table, text, its replacement, the fault
    (
        "staff_ages",
        "nurse,female,18-24,0.036,",
        "nurse,female,18-24,0.136,",
        "the shares of nurse do not make one (found 1.1; expected 1)",
    ),
    (
        "staff_ages",
        "doctor,female,18-24,",
        "doctor,female,17-24,",
        "ages outside those who work (found 17-24; expected within 18-74)",
    ),
    (
        "staff_ages",
        "midwife,female,70-74,",
        "midwife,female,70+,",
        "ages outside those who work (found 70+; expected within 18-74)",
    ),
    (
        "staff_ages",
        "psychologist,female,25-29,",
        "psychologist,female,25-28,",
        "psychologist, female: age 29 has no row (expected each age from 18 to 74 once)",
    ),
    (
        "staff_ages",
        "secretary,female,25-29,",
        "secretary,female,24-29,",
        "secretary, female: age 24 has 2 rows (expected each age from 18 to 74 once)",
    ),
    (
        "staff_exits",
        "*,*,74,1,",
        "*,*,74,0.9,",
        "somebody goes on working after 74 (found retired 0.9; expected 1)",
    ),
    (
        "staff_entry",
        "nurse,completion,0.78",
        "nurse,completion,1.2",
        "completion is a share (found 1.2; expected above 0, at most 1)",
    ),
    (
        "staff_entry",
        "nurse,training_years,3,",
        "nurse,training_years,3.5,",
        "training takes whole years (found 3.5)",
    ),
    (
        "staff_entry",
        "bioengineer,completion",
        "bioengineer,trained",
        "the table staff_entry lacks completion of bioengineer",
    ),
    ("shortages", "nurse,general", "nurs,general", "(found nurs). Did you mean 'nurse'?"),
    (
        "specialisation",
        "nurse,theatre",
        "nurse,theater",
        "(found theater). Did you mean 'theatre'?",
    ),
]


def test_tables_of_staff_that_are_wrong_say_where_all_at_once(tmp_path: Path) -> None:
    folder = set_with(tmp_path, "names", "profession,nurse", "profession,nurse")
    for table, old, new, _ in WRONG:
        path = folder / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = faults(folder)
    for _, _, _, fault in WRONG:
        assert any(text.startswith("set/") and fault in text for text in found), (fault, found)


def test_the_tables_of_staff_go_together(tmp_path: Path) -> None:
    folder = set_with(tmp_path, "names", "profession,nurse", "profession,nurse")
    (folder / "staff_exits.csv").unlink()
    (folder / "shortages.csv").unlink()
    found = faults(folder)
    assert any("staff need the tables staff_exits, shortages too" in text for text in found), found
