# make run    one year on the northern route: summary, figures, folder of results
# make test   the quick tests
# make lint   style, types and import rules
# make check  all of them: lint, then the quick and the long tests
#
# PYTHON=python3.12 picks the interpreter, VENV=folder the environment, OUT=folder where runs are written.

PYTHON ?= python3
VENV ?= .venv
OUT ?= runs
PYTEST_ARGS ?=

BIN := $(VENV)/bin
INSTALL = $(BIN)/python -m pip --disable-pip-version-check install -qq --constraint constraints.txt --editable

.PHONY: run test lint check
.DELETE_ON_ERROR:

run: $(VENV)/.installed
	$(BIN)/kordon run northern_route_2010 --key 1 --out "$(OUT)"

test: $(VENV)/.installed-dev
	@$(BIN)/python -c 'import sim; sim.warmup()' # kernels are compiled once, before two processes ask for them
	$(BIN)/python -m pytest -m "not long" -n 2 $(PYTEST_ARGS)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

check: lint
	$(BIN)/python -m pytest $(PYTEST_ARGS)

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "kordon needs Python 3.11 or newer, and '$(PYTHON)' is not: say make PYTHON=python3.12, for one." >&2; \
	  exit 1; }
	$(PYTHON) -m venv "$(VENV)"
	@touch $@

$(VENV)/.installed: $(VENV)/.created pyproject.toml constraints.txt
	@echo "Installing kordon into $(VENV); this takes about a minute."
	@$(INSTALL) .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.created pyproject.toml constraints.txt
	@echo "Installing kordon and its test tools into $(VENV); this takes about a minute."
	@$(INSTALL) ".[dev]"
	@touch $@ $(VENV)/.installed
