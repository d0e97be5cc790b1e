"""Fuzz every reader in turn: ``python -m tests.fuzz --minutes 60 --log fuzz.log``."""

import argparse
import hashlib
import importlib.util
import itertools
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

from tests.fuzz.harnesses import HARNESSES, Harness

_FOUND = Path(__file__).parent / "found"
_CORPUS = 10
_UNGUIDED = ("input_set", "netcdf", "netcdf_people", "results")
"""Harnesses whose depth is reached by what files say, not by the bytes they say it with; and the
HDF5 library, below every reader, is not safe against changed bytes."""
_MOST_TRIALS = 400
_SLOW = 20.0
"""Seconds of the processor that no small file may take."""


@dataclass
class Tally:
    """What came of the files of one harness."""

    executions: int = 0
    taken: int = 0
    slowest: float = 0.0
    messages: Counter[str] = field(default_factory=Counter)
    findings: dict[str, tuple[int, bytes]] = field(default_factory=dict)


def fuzz(harness: Harness, seconds: float, first_seed: int) -> Tally:
    """Files by chance until the time is over, each by a seed of its own that makes it again."""
    tally = Tally()
    end = time.monotonic() + seconds
    for number in itertools.count(first_seed):
        if time.monotonic() > end:
            return tally
        content = harness.make(Random(number))
        tally.executions += 1
        began = time.process_time()
        said, fault = outcome(harness, content)
        took = time.process_time() - began
        tally.slowest = max(tally.slowest, took)
        if fault is None and took > _SLOW:
            fault = f"{_SLOW:.0f} s of the processor or more"
        if fault is not None and fault not in tally.findings:
            tally.findings[fault] = number, smaller(harness, content, fault)
        elif fault is None and said is None:
            tally.taken += 1
        elif said is not None:
            kind = re.sub(r"'[^']*'|[0-9]+", "…", said.split("\n")[0].partition(": ")[2])
            tally.messages[kind[:80]] += 1
    return tally


def outcome(harness: Harness, content: bytes) -> tuple[str | None, str | None]:
    """The refusal that a reader told, if it did; and what it is told by if it broke instead."""
    try:
        return harness(content), None
    except Exception as error:
        return None, _place(error)


def smaller(harness: Harness, content: bytes, fault: str) -> bytes:
    """The file without pieces that the fault does not need, as far as a few hundred trials go."""
    trials, piece = 0, max(len(content) // 2, 1)
    while piece and trials < _MOST_TRIALS:
        at = 0
        while at < len(content) and trials < _MOST_TRIALS:
            less = content[:at] + content[at + piece :]
            trials += 1
            if outcome(harness, less)[1] == fault:
                content = less
            else:
                at += piece
        piece //= 2
    return content


def _place(error: Exception) -> str:
    """What an exception is told by: where in the program it rose."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/projector/" in frame.filename] or frames
    return f"{type(error).__name__} at {Path(own[-1].filename).name}:{own[-1].lineno}"


def guided(name: str, seconds: float, corpus: Path) -> str:
    """The same harness under atheris, which follows the branches that a file reaches."""
    corpus.mkdir(parents=True, exist_ok=True)
    (_FOUND / name).mkdir(parents=True, exist_ok=True)
    for number in range(_CORPUS):
        (corpus / f"seed{number}").write_bytes(HARNESSES[name].make(Random(number)))
    command = [sys.executable, "-m", "tests.fuzz.guided", name, str(corpus)]
    done = subprocess.run(
        [*command, f"-max_total_time={max(int(seconds), 1)}", f"-artifact_prefix={_FOUND / name}/"],
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line for line in done.stderr.splitlines() if line.startswith("Done ")]
    return told[-1] if told and not done.returncode else done.stderr[-4000:]


def _report(name: str, tally: Tally, first: int, log: TextIO) -> None:
    line = (
        f"{name}: {tally.executions} executions, seeds {first} to {first + tally.executions - 1}, "
        f"{tally.taken} taken, {tally.messages.total()} refused in {len(tally.messages)} ways, "
        f"slowest {tally.slowest:.2f} s, {len(tally.findings)} findings"
    )
    for fault, (number, content) in tally.findings.items():
        file = _FOUND / name / hashlib.sha256(content).hexdigest()[:12]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        line += f"\n  FOUND {fault}, seed {number}\n    {file.name}: {content[:200]!r}"
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
            tally = fuzz(HARNESSES[name], part, asked.seed)
            _report(name, tally, asked.seed, log)
            found += len(tally.findings)
            if is_guided:
                told = guided(name, part, asked.log.parent / ".fuzz" / name)
                found += not told.startswith("Done ")
                print(f"  guided: {told}", flush=True)
                print(f"  guided: {told}", file=log, flush=True)
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
