"""How region codes lie in one another."""

from collections.abc import Sequence

from projector.tables import NATION

__all__ = ["contains", "outermost"]


def contains(outer: str, inner: str) -> bool:
    """Whether one region lies in another by its code.

    The nation contains every region, a county (two digits) its municipalities, and a
    municipality (four) the districts (six) that begin with its code.
    """
    if outer == inner:
        return False
    return outer == NATION or (len(inner) > len(outer) and inner.startswith(outer))


def outermost(codes: Sequence[str]) -> list[str]:
    """The regions that lie in no other of them: together they count everybody once.

    Parameters
    ----------
    codes
        Region codes, without the nation's where the parts are meant.

    Returns
    -------
    list of str
        In the same order.
    """
    present = set(codes)
    return [
        code
        for code in codes
        if not (NATION in present and code != NATION)
        and not any(code[:length] in present for length in range(1, len(code)))
    ]
