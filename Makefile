# Every target sets itself up: a virtual environment in .venv from requirements.lock (versions and hashes pinned).
# Needs Python >= 3.11 with pip, and make. `make help` lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# One more than the cores of the smallest machine, since some tests wait for a process, a server or a
# disk: 7:08 on two cores, with four 7:31. Each imports everything and takes processor time from others.
TEST_PROCESSES ?= 3
# Where tests lay their files: in memory where 4 GiB are free there, since a small month waits for the
# disk some fifty times, until its files are safe from a power cut. Empty: where temporary files go.
TEST_FOLDER ?= $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 4194304 { print "/dev/shm" }')
# These keep the processor busy, and a further process would import everything once more.
CHECK_PROCESSES ?= 2
# The beginning of a command that runs tests: a folder for their files, gone when they end.
IN_TEST_FOLDER = folder=$$(mktemp -d $(or $(TEST_FOLDER),$${TMPDIR:-/tmp})/de06-test.XXXXXX) && chmod 755 "$$folder" && \
  trap 'rm -rf "$$folder"' EXIT && trap 'exit 130' INT TERM && TMPDIR=$$folder

# The demo and the UI share one home folder, so that what the demo built is what the UI shows.
export DE06_HOME ?= $(CURDIR)/data
export DAGSTER_HOME ?= $(DE06_HOME)/dagster
export GX_ANALYTICS_ENABLED := false
export DAGSTER_DISABLE_TELEMETRY := 1
# Where it is set, every process that a test or a run starts would compile the product anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo check test lint format reference docs ui bench bench-quick sbom audit lock clean
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 10

setup: $(STAMP) ## create or refresh the environment (.venv)

# `venv --without-pip` and `pip --python`: works where Debian has left ensurepip out. `--no-deps`: the lock is complete, and pip
# would look for hashes of extras (`gql[requests]`) that lock files do not list.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11")'
	@echo "Setting up $(VENV) (the first time takes a minute or two) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv --without-pip $(VENV)
	@$(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check install -q --no-deps --require-hashes -r requirements.lock
	@$(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check install -q --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q de06_pipeline
	@touch $@

demo: $(STAMP) ## write sample exports, run every month through Dagster, show what was built
	@$(BIN)/de06 demo

# What needs no other program and no Dagster run.
check: $(STAMP) ## unit and property tests, with a fifth of the examples of the laws
	@$(IN_TEST_FOLDER) DE06_LAW_EXAMPLES=$${DE06_LAW_EXAMPLES:-0.2} $(BIN)/python -m pytest -n $(CHECK_PROCESSES) --dist loadfile --no-loadscope-reorder de06_pipeline_tests/unit de06_pipeline_tests/property

test: $(STAMP) ## run all tests
	@$(IN_TEST_FOLDER) $(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

lint: $(STAMP) ## formatting, lint, types, import directions, contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m lint.sql
	@$(BIN)/python -m lint.names
	@$(BIN)/python -m de06_pipeline.contracts.lint data_contracts/sources
	@$(BIN)/python -m de06_pipeline.indicators.check data_contracts/indicators data_contracts/sources

format: $(STAMP) ## rewrite the code to the house format
	@$(BIN)/ruff check --fix-only -q .
	@$(BIN)/ruff format .

reference: $(STAMP) ## write docs/reference from contracts, registry, warehouse, commands, settings
	@$(BIN)/python -m docs_pages

docs: $(STAMP) ## the documentation as a site in build/site; a wrong link fails
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict -q
	@$(BIN)/python -m docs_pages.self_contained build/site

ui: $(STAMP) ## webserver and daemon on 127.0.0.1:3000, schedules on
	@$(BIN)/de06 ui

bench: $(STAMP) ## benchmarks, as ratios of runs made side by side
	@$(BIN)/python -m benchmarks

sbom: $(STAMP) ## what a server is made of, with licences: build/sbom.json (CycloneDX)
	@$(BIN)/python -m lint.sbom

audit: $(STAMP) ## known vulnerabilities of what a server installs (asks a database on the network)
	@$(BIN)/python -m lint.audit

LOCK := uv pip compile pyproject.toml --extra postgres --extra celery --extra s3 --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --no-header --no-annotate -q

bench-quick: $(STAMP) ## the short benchmarks: fail on a ratio, never on a time
	@$(BIN)/python -m benchmarks --quick --rounds 1

lock: $(STAMP) ## resolve both locks anew from pyproject.toml (needs uv): all of it, and what a server needs
	@$(LOCK) --extra dev --upgrade -o requirements.lock
	@$(LOCK) --constraint requirements.lock -o requirements-run.lock

clean: ## remove the environment and what the demo built
	rm -rf $(VENV) $(DE06_HOME)
