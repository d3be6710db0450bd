# Each target sets up .venv by itself; Python 3.11 or newer and make are all it takes.
# The system's own is built to be fast; one that pyenv built does the same work in a third more time.
FIT := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for each in /usr/bin/python3 python3; do $$each -c '$(FIT)' 2>/dev/null && echo $$each && exit; done; echo python3)
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.run-installed
DEV_STAMP := $(VENV)/.dev-installed
BENCH_STAMP := $(VENV)/.bench-installed
BENCHMARKS := calendars sweeping
ARGS ?=

.PHONY: demo install test explore lint check bench bench-long faults lock clean

install: $(RUN_STAMP)

demo: $(RUN_STAMP)
	$(BIN)/triage demo $(ARGS)

# Needs neither PostgreSQL nor Chromium. Without PostgreSQL's programs it says what it left out; with TRIAGE_TEST_ALL=1 it fails.
test: $(DEV_STAMP)
	$(BIN)/pytest -n auto $(ARGS)

# The property tests with cases of which nobody has thought; what they find belongs into the test as an example.
explore: $(DEV_STAMP)
	TRIAGE_EXPLORE=1 $(BIN)/pytest -n auto -m hypothesis $(ARGS)

lint: $(DEV_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/triage rules check --fail-level warning
	$(BIN)/triage rules page --check
	$(BIN)/triage rules schema --check
	$(BIN)/triage rules codes --check docs/rule-codes.md

check: lint test

# What calendars and sweeps cost beside others: within 12 minutes. Installing the packages to compare with needs the
# network. Every benchmark runs, also after one that missed its figures. One alone: make bench BENCHMARKS=sweeping.
bench: $(BENCH_STAMP)
	failed=0; for name in $(BENCHMARKS); do echo "== $$name"; $(BIN)/python -m benchmarks.$$name $(ARGS) || failed=1; done; exit $$failed

# Sweeps of 1,000 to 20,000 issues, as a table.
bench-long: $(DEV_STAMP)
	$(BIN)/python -m benchmarks.sweeping --long $(ARGS)

# The service under faults: ten minutes, or two with ARGS=--short. Without PostgreSQL's programs it says what it left out.
faults: $(DEV_STAMP)
	$(BIN)/python -m benchmarks.faults $(ARGS)

# Resolves the dependencies of pyproject.toml again; needs `uv` on the PATH.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade \
		--extra build pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade \
		--extra build --extra dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "triage needs Python 3.11 or newer, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(DEV_STAMP): requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@ $(RUN_STAMP)

$(BENCH_STAMP): $(DEV_STAMP)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[bench]'
	touch $@
