"""What each change does alone and on top of the others, as a short table to read."""

import pandas as pd

from projector.outputs.words import Language, signed, word

__all__ = ["ABLATION_TABLE", "printed_ablation"]

ABLATION_TABLE = "ablation"
"""Name of its table among those of a run."""

_WORLDS = ("alone", "all but")
_SHOWN = {"bed_days": "bed days"} | {one: one for one in ("beds", "places", "rooms", "staff")}
"""Results that may be added up over their parts, and their words. Contacts may not: a stay is not
a visit."""


def printed_ablation(effects: pd.DataFrame, language: Language) -> str:
    """Effects of the last year as text for a terminal.

    Parameters
    ----------
    effects
        From `projector.run.ablation.ablation`; without rows the scenario has no changes.
    language
        ``nb`` or ``en``.

    Returns
    -------
    str
        A block for each change: bed days, beds, places, rooms and staff that it moves, alone and
        on top of the others. Contacts are by setting, and stand in the file.
    """
    if effects.empty:
        return word("ablation none", language)
    year = int(effects["year"].max())
    last = effects[effects["year"] == year]
    columns = [word(f"ablation {world}", language) for world in _WORLDS]
    wide = max(len(word(key, language)) for key in _SHOWN.values()) + 6
    head = word("ablation", language, year=year)
    text = [head.ljust(wide) + "".join(f"{name:>{len(name) + 4}}" for name in columns)]
    for change, own in last.groupby("change", sort=False):
        text += ["", f"  {change}"]
        whole = own.groupby(["result", "world"])["effect"].sum().to_dict()
        moved = [one for one in _SHOWN if any(whole.get((one, world)) for world in _WORLDS)]
        for result in moved:
            places = 0 if result == "bed_days" else 1
            figures = [
                signed(whole[result, world], language, places).rjust(len(name) + 4)
                for world, name in zip(_WORLDS, columns, strict=True)
            ]
            text.append(f"    {word(_SHOWN[result], language)}".ljust(wide) + "".join(figures))
        if not moved:
            text.append(f"    {word('ablation nothing', language)}")
    text += ["", word("ablation file", language, file="csv/ablation.csv")]
    return "\n".join(text)
