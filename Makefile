# Two commands set everything up on a machine that has Python >= 3.11, git and make:
#   make demo    run the simulated firm once, end to end
#   make test    everything the gate checks
PYTHON ?= python3
BIN := .venv/bin
export SIGHTLINE_HOME ?= $(CURDIR)/.sightline
export SIGHTLINE_DAGSTER ?= $(SIGHTLINE_HOME)/dagster
UV := $(BIN)/uv pip
# Folders as well: a model that is gone changes no other file.
MODELS := $(shell find dbt_project -mindepth 1 -path dbt_project/target -prune -o -path dbt_project/logs -prune -o -print)

.PHONY: help setup demo dev lint types sql definitions test format lock clean
.DEFAULT_GOAL := help

help:
	@echo "make setup  install from the hashed lock into .venv"
	@echo "make demo   run the simulated firm once, end to end (SCENARIO=throttled for the other)"
	@echo "make dev    open Dagster on the firm and let it live on"
	@echo "make test   lint, types, contracts and tests"
	@echo "make lock   resolve the pins again"

$(BIN)/uv: locks/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/bootstrap.txt
	@touch $@

# --compile-bytecode, or every process would compile its imports again.
.venv/.runtime: $(BIN)/uv locks/runtime.txt pyproject.toml
	$(UV) install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r locks/runtime.txt
	$(UV) install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.runtime locks/dev.txt
	$(UV) install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r locks/dev.txt
	@touch $@

dbt_project/target/manifest.json: .venv/.runtime $(MODELS)
	@mkdir -p $(SIGHTLINE_HOME)
	$(BIN)/dbt --quiet parse --project-dir dbt_project --profiles-dir dbt_project
	@touch $@

setup: .venv/.runtime dbt_project/target/manifest.json

SCENARIO ?= as_planned
demo: setup
	$(BIN)/sightline demo run --scenario $(SCENARIO)

dev: setup
	$(BIN)/sightline demo live

lint: .venv/.dev dbt_project/target/manifest.json
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory --jobs=2 types sql definitions

# Each runs on one core for a minute or so: two run at a time.
types:
	$(BIN)/mypy

sql:
	$(BIN)/sqlfluff lint dbt_project/models

definitions:
	VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/dg check defs

test: lint
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

format: .venv/.dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

COMPILE := $(UV) compile --universal --generate-hashes --no-header --no-annotate --quiet
lock: $(BIN)/uv
	$(COMPILE) --group pyproject.toml:bootstrap -o locks/bootstrap.txt
	$(COMPILE) pyproject.toml --extra postgres -o locks/runtime.txt
	$(COMPILE) pyproject.toml --extra postgres --group dev -c locks/runtime.txt -o locks/dev.txt

clean:
	rm -rf .venv .sightline dbt_project/target dbt_project/logs
