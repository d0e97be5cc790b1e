"""One harness under atheris: ``python -m tests.fuzz.guided NAME CORPUS [options of libFuzzer]``."""

import sys

import atheris

with atheris.instrument_imports(include=["projector"]):
    from tests.fuzz.harnesses import HARNESSES


def main() -> None:
    """Hand the arguments over; a finding ends the process."""
    name, *rest = sys.argv[1:]
    harness = HARNESSES[name]
    atheris.Setup([sys.argv[0], *rest], lambda content: harness(content) and None)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
