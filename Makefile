# Two commands do everything, the set-up too:
#
#     make run      the dashboard, on the devdash.toml of this folder
#     make test     the whole test suite
#
# `make help` lists the rest. PYTHON chooses the interpreter, VENV the virtual environment,
# ARGS is handed on: make test ARGS="-k battery", make run ARGS="--config my.toml".

PYTHON ?= python3
VENV ?= .venv
ARGS ?=
# Test processes; tests mostly wait, so that "auto" (one for each core) suits every machine.
JOBS ?= auto

export PYTHON VENV
# pyright's wrapper would ask the network for newer versions at every run.
export PYRIGHT_PYTHON_IGNORE_WARNINGS = 1

BIN := $(VENV)/bin

.PHONY: help run test types mypy pyright lint format bench screenshot snapshots clean
.DEFAULT_GOAL := help

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-12s %s\n' "$$name" "$$text"; done

run: ## the dashboard, on the devdash.toml of this folder
	@.ci/venv run
	@$(BIN)/devdash --config devdash.toml $(ARGS)

test: ## the whole test suite
	@.ci/venv dev
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

types: mypy pyright ## both type checkers

mypy: ## mypy --strict
	@.ci/venv dev
	@$(BIN)/mypy

pyright: ## pyright
	@.ci/venv dev
	@$(BIN)/pyright

lint: ## ruff: rules and formatting
	@.ci/venv dev
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

format: ## let ruff mend what it can
	@.ci/venv dev
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: ## measure start, idle, stalls, memory, against references run side by side
	@.ci/venv dev
	@$(BIN)/python -m bench $(ARGS)

screenshot: ## draw the text screenshot in README.md from the real app
	@.ci/venv dev
	@$(BIN)/python docs/screenshot.py

snapshots: ## take what tests see now as what they expect; read the diff before you commit it
	@.ci/venv dev
	@$(BIN)/python -m pytest --snapshot-update $(ARGS)

clean: ## remove the virtual environment and all caches
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
