# The targets are what CI runs; `make help` lists them. Everything happens in .venv, made on first use from the lock file.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
JOBS ?= auto
N ?= 2000
BENCH ?=

.DEFAULT_GOAL := help
.PHONY: help demo run check test bench kills drill lock clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "monitor needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..." >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "could not make a virtual environment; on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 2; }

$(RUNTIME): $(VENV)/pyvenv.cfg requirements.lock pyproject.toml hatch_build.py monitor/topics/_scan.c
	@echo "installing (once) ..."
	@$(PIP) install -r requirements.lock
	@$(PIP) install --no-deps --editable .
	@$(BIN)/python -c "import monitor.topics._scan" 2>/dev/null || echo "note: no C compiler was found, so topics are matched in Python, at half the speed; for more: apt-get install gcc python3-dev && make clean" >&2
	@touch $@

$(DEV): $(RUNTIME) requirements-dev.lock
	@echo "installing the test tools (once) ..."
	@$(PIP) install -r requirements-dev.lock
	@touch $@

demo: $(RUNTIME) ## the whole way on bundled sample outlets: no network, no account
	@$(BIN)/monitor demo

run: $(RUNTIME) ## the daemon with the feeds of config/, on SQLite in data/
	@$(BIN)/monitor run

check: $(DEV) ## lint, format, types, and the shipped configuration with its topic examples
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/monitor check

test: $(DEV) ## every test (a missing Chromium skips only its own tests, and says so)
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

bench: $(DEV) ## measure, beside the named peers, in the same run: make bench BENCH=topics
	$(BIN)/python -m tests.bench $(BENCH)

kills: $(DEV) ## kill -9 real daemons N times at random and at every named point, on both databases: make kills N=200 (CI)
	$(BIN)/python -m tests.end_to_end.drill --kills $(N)

drill: kills ## the same, and the long fault drills of the store and the fetcher: make drill N=2000
	$(BIN)/python -m pytest -m drill

lock: ## resolve the lock files anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --all-extras pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --all-extras --group dev pyproject.toml -o requirements-dev.lock

clean: ## remove what was made here (never data/)
	rm -rf $(VENV) build dist monitor/topics/*.so *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
