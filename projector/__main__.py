"""Run the command line with ``python -m projector``."""

from projector.cli.main import main

main()
