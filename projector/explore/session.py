"""One session of the page: a scenario as it is written, what was changed in it, and another."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from projector.errors import Problem, UsageError
from projector.explore.controls import GROUPS, Control, Names, edits_of
from projector.explore.figures import Figures, Shown, figures_of
from projector.explore.offered import offered_controls
from projector.explore.stated import stated_controls
from projector.explore.written import changed, difference, file_text
from projector.outputs.words import Language
from projector.run import vocabulary
from projector.run.pipeline import region_names
from projector.run.provenance import names_of
from projector.run.rerun import Rerun, Results
from projector.scenario import load_scenario
from projector.scenario.loading import load_over
from projector.scenario.models import Scenario
from projector.scenario.suppression import refuse_suppression

__all__ = ["Session", "open_session"]

_KEPT = 64
"""Results that are kept as the page shows them."""


@dataclass
class Session:
    """What the page is of; see `open_session`. Not to be used by two threads at once.

    Parameters
    ----------
    path
        The scenario file.
    written
        The run of the scenario as it is written.
    other
        The run of another file to compare with; None where there is none.
    """

    path: Path
    written: Results
    other: Results | None
    _rerun: Rerun = field(repr=False)
    _controls: dict[Language, dict[str, Control]] = field(default_factory=dict, repr=False)
    _figures: OrderedDict[tuple[int, Shown, tuple[str, ...]], tuple[object, Figures]] = field(
        default_factory=OrderedDict, repr=False
    )

    @property
    def scenario(self) -> Scenario:
        """The scenario as it is written."""
        return self.written.scenario

    @property
    def walked(self) -> list[str]:
        """The stages that the last change has made anew."""
        return list(self._rerun.walked)

    @cached_property
    def regions(self) -> Mapping[str, tuple[str, ...]]:
        """Codes by the name of what can be chosen: areas of the run first, then its regions."""
        inputs = self.written.people.inputs
        inside = [str(code) for code in self.written.people.population["region"].values]
        known = region_names(inputs)
        areas = {
            name: codes
            for name, codes in inputs.areas.items()
            if len(codes) > 1 and set(codes) < set(inside)
        }
        single = {known.get(code, code): (code,) for code in inside} if len(inside) > 1 else {}
        return {**areas, **single}

    @property
    def inside(self) -> tuple[str, ...]:
        """Codes of all regions of the run."""
        return tuple(str(code) for code in self.written.people.population["region"].values)

    def names(self, language: Language) -> Names:
        """What things are called."""
        return Names(language, names_of(self.written.people.inputs))

    def controls(self, language: Language) -> Mapping[str, Control]:
        """All controls by key, in the order of the page: those of the scenario before others."""
        if language not in self._controls:
            names = self.names(language)
            found: Iterator[Control] = (
                control
                for controls in (
                    stated_controls(self.scenario, names),
                    offered_controls(self.written, names),
                )
                for control in controls
            )
            ordered = sorted(found, key=lambda one: (GROUPS.index(one.group), not one.stated))
            self._controls[language] = {control.key: control for control in ordered}
        return self._controls[language]

    @property
    def file_name(self) -> str:
        """What the file of the changes is called."""
        return f"{self.path.stem}-what-if.yaml"

    def text(self, moved: Mapping[str, str], language: Language) -> str:
        """The scenario file that says what was changed.

        Parameters
        ----------
        moved
            Texts of the page by key of the control.
        language
            Of its name and its remarks.

        Raises
        ------
        UsageError
            If there are keys or texts that the page cannot have sent.
        """
        names = self.names(language)
        said = self.scenario.resolved()
        edits = edits_of(self.controls(language), moved)
        after = changed(said, edits, names.word("remark", what="{what}"))
        name = names.word("what if", name=self.scenario.scenario)
        heading = names.word("file heading", file=self.path.name)
        return file_text(name, self.path.name, difference(said, after), heading)

    def figures(self, results: Results, shown: Shown, regions: tuple[str, ...]) -> Figures:
        """A result of some regions, as `projector.explore.figures.figures_of`; the last are kept.

        A group that a change has not touched is the same object as before.
        """
        group = results.groups[shown.group]
        key = (id(group), shown, regions)
        if key not in self._figures:
            # The group stands beside its figures, so that no other can have its identity.
            self._figures[key] = group, figures_of(results, shown, regions)
            if len(self._figures) > _KEPT:
                self._figures.popitem(last=False)
        self._figures.move_to_end(key)
        return self._figures[key][1]

    def run(self, text: str, *, staff: bool = True) -> Results:
        """Run a file that extends the scenario, which need not be on disk.

        Parameters
        ----------
        text
            The file.
        staff
            Whether staff is wanted too, as of `projector.run.rerun.Rerun.run`.

        Raises
        ------
        ProjectorError
            As `projector.run` does, with every problem and its place in the file.
        """
        where = self.path.with_name(self.file_name)
        self._rerun.walked.clear()
        return self._rerun.run(load_over(self.scenario, text, where), staff=staff)


def open_session(path: Path, other: Path | None = None) -> Session:
    """Read a scenario, and another to compare with, and run them.

    Parameters
    ----------
    path
        The scenario file that is to be changed.
    other
        A second file; None compares with the first as it is written alone.

    Raises
    ------
    ProjectorError
        As `projector.run` does.
    UsageError
        If the two have other years.
    """
    rerun = Rerun()
    scenario = load_scenario(path, vocabulary=vocabulary)
    refuse_suppression(scenario, "explore")
    written = rerun.run(scenario)
    beside = None
    if other is not None:
        alongside = load_scenario(other, vocabulary=vocabulary)
        refuse_suppression(alongside, "explore")
        beside = rerun.run(alongside)
        if beside.scenario.years != written.scenario.years:
            raise UsageError(
                Problem(
                    str(other),
                    "the two scenarios are of other years",
                    f"{beside.scenario.years.base}-{beside.scenario.years.end}",
                    f"{written.scenario.years.base}-{written.scenario.years.end}",
                )
            )
    return Session(path, written, beside, rerun)
