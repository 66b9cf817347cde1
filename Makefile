# Birge. `make` alone says what there is; everything can be called again at any time.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# Where it is set, every process would compile all code and every test anew.
unexport PYTHONDONTWRITEBYTECODE

VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 2
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist loadgroup
# On which database each test runs this time, but for those that run on both; LOT= runs all on both. See tests/conftest.py
LOT := $(shell echo $$((RANDOM % 2)))
# Where the slow ones are: to look for them everywhere takes longer than many of them.
SLOW = $(shell grep -rl --include='*.py' 'mark.slow' tests | grep -v conftest) tests/funds/demonstration
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes

# The newest Python from 3.11 on; `make PYTHON=…` chooses another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)

##@ The two commands

.PHONY: run
run: $(VENV)/installed  ## Set everything up, load the demonstration, serve http://127.0.0.1:8000 (PORT=8001 for another)
	@PORT=$(or $(PORT),8000) $(BIN)/python tools/run.py

.PHONY: test
test: $(VENV)/installed-dev  ## Run the whole suite, on SQLite and on PostgreSQL, in random order
	@$(MAKE) -k test-sqlite test-postgresql LOT=$(LOT)

##@ Tests and checks

.PHONY: test-sqlite
test-sqlite: $(VENV)/installed-dev  ## The suite on SQLite (ARGS="-k pledge" for a part)
	@echo "On SQLite ($(if $(LOT),lot $(LOT),everything)):"
	@BIRGE_TEST_LOT=$(LOT) BIRGE_TEST_DATABASE=sqlite $(PYTEST) -m "not slow" $(ARGS)

.PHONY: test-postgresql
test-postgresql: $(VENV)/installed-dev  ## The suite on PostgreSQL, which comes as a package
	@echo "On PostgreSQL ($(if $(LOT),lot $(LOT),everything)):"
	@BIRGE_TEST_LOT=$(LOT) BIRGE_TEST_DATABASE=postgresql $(PYTEST) -m "not slow" $(ARGS)

.PHONY: test-databases
test-databases: $(VENV)/installed-dev  ## Migrate the empty databases that tests start from; else the first tests wait for it
	@for each in sqlite postgresql; do BIRGE_TEST_DATABASE=$$each $(BIN)/pytest tests/test_databases.py; done

.PHONY: test-slow
test-slow: $(VENV)/installed-dev  ## What takes minutes: crash points, many histories, whole flows in a browser
	@echo "Slow tests, on SQLite:"
	@BIRGE_TEST_DATABASE=sqlite $(PYTEST) -m slow $(SLOW) $(ARGS)
	@echo "Slow tests, on PostgreSQL:"
	@BIRGE_TEST_DATABASE=postgresql $(PYTEST) -m slow $(SLOW) $(ARGS)

.PHONY: tamper-drill
tamper-drill: $(VENV)/installed-dev  ## Tell nine lies to copies of the ledger, and see who finds out
	@$(BIN)/python tools/tamper_drill.py

.PHONY: check
check: $(VENV)/installed-dev  ## Style, types, layers, templates, migrations and the API's schema
	@$(MAKE) -k check-style check-types check-layers check-templates check-migrations check-schema

.PHONY: check-style check-types check-layers check-templates check-migrations check-schema
check-style: $(VENV)/installed-dev
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check . && echo "style: fine"

check-types: $(VENV)/installed-dev
	@$(BIN)/mypy --no-error-summary . && echo "types: fine"

check-layers: $(VENV)/installed-dev
	@PYTHONPATH=platform:engine $(BIN)/lint-imports

check-templates: $(VENV)/installed-dev
	@$(BIN)/djlint --quiet --lint . && echo "templates: fine"

check-migrations: $(VENV)/installed-dev
	@DJANGO_SETTINGS_MODULE=birge.settings.tests $(BIN)/python manage.py makemigrations --check --dry-run

check-schema: $(VENV)/installed-dev
	@DJANGO_SETTINGS_MODULE=birge.settings.tests $(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null
	@echo "schema: fine"

.PHONY: fix
fix: $(VENV)/installed-dev  ## Let ruff sort imports and lay out the code
	@$(BIN)/ruff check --quiet --fix-only . && $(BIN)/ruff format --quiet .

.PHONY: benchmark
benchmark: $(VENV)/installed-dev  ## Speed of the ledger beside pgbench, as ratios (some 20 minutes; ARGS="--million 0" for less)
	@$(BIN)/python benchmarks/ledger/run.py $(ARGS)

.PHONY: benchmark-matching
benchmark-matching: $(VENV)/installed-dev  ## Speed of the matching engine beside pandas, as ratios (some 2 minutes; ARGS=--full for all)
	@$(BIN)/python benchmarks/matching/run.py $(ARGS)

##@ Keeping it

.PHONY: backup
backup: $(VENV)/installed  ## Put the database and all files into one archive (FILE=… says where, else var/backups/)
	@$(BIN)/python tools/backup.py $(FILE)

.PHONY: restore
restore: $(VENV)/installed  ## Bring back FILE=…; refused if something is there already, unless FORCE=1
	@test -n "$(FILE)" || { echo "Which archive? make restore FILE=var/backups/…tar.gz"; exit 2; }
	@$(BIN)/python tools/restore.py $(if $(FORCE),--force) $(FILE)

.PHONY: shots
shots: $(VENV)/installed-dev  ## Pictures of the main pages, 360×740 and 1280×800, into var/shots (needs Chromium)
	@$(BIN)/python tools/shots.py

.PHONY: messages
messages: $(VENV)/installed-dev  ## Compile the translations
	@$(BIN)/python tools/compile_messages.py

.PHONY: lock
lock:  ## Pin the newest allowed versions of everything (needs uv)
	uv lock --upgrade
	uv export --quiet --no-dev --no-emit-project --output-file requirements.txt
	uv export --quiet --no-emit-project --output-file requirements-dev.txt

.PHONY: clean
clean:  ## Remove the environment and all caches; data stays
	rm -rf $(VENV) var/static .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.PHONY: help
help:  ## Say what there is
	@awk 'BEGIN {FS = ":.*  ## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*  ## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)


# What the others stand on: an environment with exactly what the lock says, made anew only when the lock changes.

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Birge needs Python 3.11 or newer."; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.txt | $(VENV)/bin/python
	@echo "Installing what Birge needs"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing what the tests need"
	@$(PIP) -r requirements-dev.txt
	@touch $(VENV)/installed $@
