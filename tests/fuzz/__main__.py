"""Fuzz every reader in turn: ``python -m tests.fuzz --minutes 60 --log fuzz.log``."""

import argparse
import hashlib
import importlib.util
import re
import subprocess
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TextIO

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import FlakyStrategyDefinition

from tests.fuzz.harnesses import HARNESSES, Harness

_FOUND = Path(__file__).parent / "found"
_ROUND = 500
_CORPUS = 10
_UNGUIDED = ("input_set",)
"""Harnesses whose depth is reached by what tables say, not by the bytes they say it with."""
_TIME_TO_SHRINK = 30.0
_SLOW = 20.0
"""Seconds of the processor that no small file may take."""


@dataclass
class Tally:
    """What came of the files of one harness."""

    executions: int = 0
    taken: int = 0
    refused: int = 0
    slowest: float = 0.0
    abandoned: int = 0
    messages: Counter[str] = field(default_factory=Counter)
    findings: dict[str, bytes] = field(default_factory=dict)

    def add(self, harness: Harness, content: bytes) -> None:
        """Run a file and count it."""
        self.executions += 1
        began = time.process_time()
        said = harness(content)
        took = time.process_time() - began
        self.slowest = max(self.slowest, took)
        assert took < _SLOW, f"{took:.0f} s for {len(content)} bytes"
        if said is None:
            self.taken += 1
        else:
            self.refused += 1
            kind = re.sub(r"'[^']*'|[0-9]+", "…", said.split("\n")[0].partition(": ")[2])
            self.messages[kind[:80]] += 1


def fuzz(harness: Harness, seconds: float, first_seed: int) -> tuple[Tally, int]:
    """Files by chance until the time is over; a finding is made small and the search goes on."""
    tally, number = Tally(), first_seed
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        _one_round(harness, number, end, tally)
        number += 1
    return tally, number


def _one_round(harness: Harness, number: int, end: float, tally: Tally) -> None:
    """Some hundred files of one seed; after the time is over nothing is read any more."""
    last = b""

    @seed(number)
    @settings(
        max_examples=_ROUND,
        database=None,
        deadline=None,
        derandomize=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(st.randoms(use_true_random=False), st.integers(0, 2**32))
    def one(chance: Random, other: int) -> None:
        nonlocal last
        if time.monotonic() > end + _TIME_TO_SHRINK:
            return
        # Half of the files are of a source that Hypothesis can shrink, half of a quick one.
        last = harness.make(Random(other) if other % 2 else chance)
        tally.add(harness, last)

    try:
        one()
    except FlakyStrategyDefinition:
        tally.abandoned += 1  # Hypothesis could not replay its own choices; nothing was found
    except Exception as error:
        tally.findings.setdefault(_place(error), last)


def _place(error: Exception) -> str:
    """What an exception is told by: where in the program it rose."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/projector/" in frame.filename] or frames
    at = own[-1]
    return f"{type(error).__name__} at {Path(at.filename).name}:{at.lineno}: {str(error)[:120]}"


def guided(name: str, seconds: float, corpus: Path) -> str:
    """The same harness under atheris, which follows the branches that a file reaches."""
    corpus.mkdir(parents=True, exist_ok=True)
    for number in range(_CORPUS):
        (corpus / f"seed{number}").write_bytes(HARNESSES[name].make(Random(number)))
    command = [sys.executable, "-m", "tests.fuzz.guided", name, str(corpus)]
    done = subprocess.run(
        [*command, f"-max_total_time={max(int(seconds), 1)}", f"-artifact_prefix={_FOUND / name}_"],
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line for line in done.stderr.splitlines() if line.startswith("Done ")]
    return told[-1] if told and not done.returncode else done.stderr[-4000:]


def _report(name: str, tally: Tally, first: int, last: int, log: TextIO) -> None:
    line = (
        f"{name}: {tally.executions} executions, seeds {first} to {last - 1}, {tally.taken} taken, "
        f"{tally.refused} refused in {len(tally.messages)} ways, slowest {tally.slowest:.2f} s, "
        f"{len(tally.findings)} findings"
    )
    if tally.abandoned:
        line += f", {tally.abandoned} rounds abandoned"
    for key, content in tally.findings.items():
        file = _FOUND / name / hashlib.sha256(content).hexdigest()[:12]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        line += f"\n  FOUND {key}\n    {file.relative_to(_FOUND)}: {content[:200]!r}"
    for said, count in tally.messages.most_common(5):
        line += f"\n  {count} × {said}"
    print(line, flush=True)
    print(line, file=log, flush=True)


def main() -> int:
    """Run the harnesses; 1 where anything was found."""
    parser = argparse.ArgumentParser(prog="tests.fuzz")
    parser.add_argument("--minutes", type=float, default=5.0, help="for all harnesses together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=Path, default=Path("fuzz.log"))
    parser.add_argument("--only", nargs="*", choices=sorted(HARNESSES), default=sorted(HARNESSES))
    asked = parser.parse_args()
    each = 60 * asked.minutes / len(asked.only)
    has_atheris = importlib.util.find_spec("atheris") is not None
    found = 0
    asked.log.parent.mkdir(parents=True, exist_ok=True)
    with asked.log.open("a", encoding="utf-8") as log:
        print(
            f"# {time.strftime('%Y-%m-%d %H:%M')}: {asked.minutes:g} minutes, seed {asked.seed}, "
            f"atheris {'half the time' if has_atheris else 'not installed'}",
            file=log,
        )
        for name in asked.only:
            is_guided = has_atheris and name not in _UNGUIDED
            part = each / 2 if is_guided else each
            tally, last = fuzz(HARNESSES[name], part, asked.seed)
            _report(name, tally, asked.seed, last, log)
            found += len(tally.findings)
            if is_guided:
                told = guided(name, part, asked.log.parent / ".fuzz" / name)
                found += not told.startswith("Done ")
                print(f"  guided: {told}", flush=True)
                print(f"  guided: {told}", file=log, flush=True)
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
