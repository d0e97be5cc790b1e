"""Rules of the areas that a scenario draws itself: top-level `areas` and `catchments`.

They see what the file and its parents say; members that only the inputs can open, such as an
area of theirs, are held against each other when the scenario runs.
"""

from collections.abc import Iterator, Mapping, Sequence

from projector.scenario.change_rules import same_names, texts
from projector.scenario.faults import KEY, Fault

__all__ = ["EVERYWHERE", "areas_faults", "catchments_faults"]

EVERYWHERE = "all"
"""Stands for all regions of the inputs."""

Location = tuple[str | int, ...]
Members = dict[str, list[tuple[int, str]]]
"""By area, the names of its members, each with its position."""


def areas_faults(areas: object) -> Iterator[Fault]:
    """An area has a name of its own, and does not hold itself."""
    if not isinstance(areas, dict):
        return
    for name in areas:
        if name == EVERYWHERE:
            message = "this name stands for all regions already"
            yield Fault(message, ("areas", name, KEY), expected="another name")
        elif isinstance(name, str) and name.isdecimal():
            message = "an area has a name; this is the code of a region"
            yield Fault(message, ("areas", name, KEY), expected="another name")
    yield from _circles(_members(areas))


def _members(areas: object) -> Members:
    """The areas that can be read."""
    return {
        name: [(position, member) for (position,), member in texts(written)]
        for name, written in (areas.items() if isinstance(areas, dict) else ())
        if isinstance(name, str)
    }


def _circles(members: Members) -> Iterator[Fault]:
    """Each circle once, at the member that closes it."""
    done: set[str] = set()

    def walk(chain: tuple[str, ...]) -> Iterator[Fault]:
        area = chain[-1]
        for position, member in members[area]:
            if member in chain:
                circle = [*chain[chain.index(member) :], member]
                message = "an area cannot hold itself: " + " → ".join(circle)
                yield Fault(message, ("areas", area, position))
            elif member in members and member not in done:
                yield from walk((*chain, member))
        done.add(area)

    for area in members:
        if area not in done:
            yield from walk((area,))


def catchments_faults(catchments: object, areas: object) -> Iterator[Fault]:
    """Alternatives can be told apart, and no region of one belongs to two hospital areas."""
    if not isinstance(catchments, list | tuple):
        return
    yield from same_names(catchments, "catchments", "two alternatives")
    yield from _several_presents(catchments)
    drawn = _members(areas)
    for position, catchment in enumerate(catchments):
        for key in ("areas", "psychiatry"):
            divided = _members(catchment.get(key) if isinstance(catchment, dict) else None)
            yield from _shared_regions(divided, ("catchments", position, key), drawn)


def _several_presents(catchments: Sequence[object]) -> Iterator[Fault]:
    """The map is drawn in one way today."""
    first: Location | None = None
    for position, catchment in enumerate(catchments):
        if isinstance(catchment, dict) and catchment.get("present") is True:
            location = ("catchments", position, "present")
            if first is not None:
                message = "the map is drawn in one way today; that is in {other}"
                yield Fault(message, location, other=first)
            first = first or location


def _shared_regions(divided: Members, above: Location, drawn: Members) -> Iterator[Fault]:
    first_with: dict[str, Location] = {}
    for area, members in divided.items():
        own: dict[str, Location] = {}
        for position, member in members:
            location = (*above, area, position)
            regions = _opened(member, drawn)
            shared = next((region for region in regions if region in first_with), None)
            if shared is not None:
                message = f"{shared} belongs to another area already, in {{other}}"
                yield Fault(message, location, other=first_with[shared])
            own |= dict.fromkeys(regions, location)
        first_with = own | first_with


def _opened(name: str, drawn: Mapping[str, Sequence[tuple[int, str]]]) -> list[str]:
    """A name with all that the scenario's own areas say it holds, to any depth."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        inner = waiting.pop()
        if inner not in found:
            found[inner] = None
            waiting += [member for _, member in drawn.get(inner, ())]
    return list(found)
