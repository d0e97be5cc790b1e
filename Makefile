# Two commands: `make run` and `make test`. Both set everything up in .venv first.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup develop run test test-slow lint bench fuzz accuracy docs golden inputs schema clean

help:  ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

.venv/installed: setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Projector needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[report,explore,fetch]'
	touch $@

.venv/for-development: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

setup: .venv/installed  ## create .venv and install what planners use
develop: .venv/for-development  ## install what tests, lint and benchmarks use besides

run: setup  ## the main job: Hallingdal to 2040 on the embedded inputs
	$(BIN)/projector run scenarios/hallingdal.yaml --draws 256 --drivers

test: develop  ## all tests that finish in minutes
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -q -n auto --dist loadfile -m 'not slow'

test-slow: develop  ## the slower checks, and laws on many more examples
	$(BIN)/python -m pytest -q -m slow
	$(BIN)/python -m pytest -q -m 'hypothesis and not slow' --hypothesis-profile many

lint: develop  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: develop  ## measure all; prints ratios within one run and writes benchmarks/RESULTS.md
	mkdir -p .benchmarks
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest benchmarks --benchmark-enable --benchmark-only --benchmark-columns=min,median,rounds --benchmark-sort=min --benchmark-json=.benchmarks/latest.json -q
	$(BIN)/python -m benchmarks.results .benchmarks/latest.json

MINUTES ?= 5
fuzz: develop  ## feed spoilt files to every reader: MINUTES=60, log in .fuzz/fuzz.log
	mkdir -p .fuzz
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.fuzz --minutes $(MINUTES) --log .fuzz/fuzz.log

accuracy: develop  ## backtest on the real tables beside the checkout; writes docs/accuracy.md
	$(BIN)/python -m benchmarks.accuracy

golden: develop  ## accept new golden results (say why in CHANGELOG.md)
	$(BIN)/python -m tests.golden

docs: develop  ## build docs/ into docs/_build, running every example in them
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	$(BIN)/sphinx-build -q -W -b doctest docs docs/_build/doctest
	$(BIN)/sphinx-build -q -W -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

inputs: setup  ## rebuild inputs/ from the published figures
	$(BIN)/python -m projector.inputs.case_areas
	$(BIN)/python -m projector.inputs.capital_region

schema: setup  ## rewrite scenario.schema.json from the models
	$(BIN)/projector schema --write scenario.schema.json

clean:  ## remove what was built
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache
