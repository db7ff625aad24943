# Everything a newcomer needs: `make up`, `make test`. Each target says what it does in `make help`.
STACK ?= dev
BASE ?= main
PYTHON ?= python3
MINUTES ?= 60
# REAL=1: pods run on a real node, as root (docs/localcluster.md).
REAL ?=
ifneq ($(REAL),)
export STATEFAST_REAL := $(REAL)
endif
# The program runs hundreds of times in a test: what is compiled is kept, as is Python's default.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
CLUSTER := $(BIN)/python -m localcluster
PYTEST := $(BIN)/pytest
SOURCES := __main__.py settings statefast workloads cli gate localcluster policy plugin benchmarks tests

SHELL := bash

.DEFAULT_GOAL := help
.PHONY: help venv up preview outputs status destroy review down clean test test-fast test-real test-languages demo walk lint format record-previews locks

help: ## Shows this list.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

venv: .venv/.installed ## Makes the Python environment in .venv.

.venv/.installed: requirements.txt requirements-dev.txt policy/requirements.txt pyproject.toml
	@echo "installing the Python environment in .venv"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
# Of thousands of modules a hundred are ever loaded, and compiled then.
	@set -o pipefail; $(BIN)/pip install --disable-pip-version-check --no-compile -r requirements-dev.txt | \
		awk '/^Collecting/ && ++n % 10 == 0 {print "  " n " packages found"; fflush()} /^Installing/ {print "  installing them"; fflush()} /^ERROR/'
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
# Without its dependencies: it asks for protobuf 5, and works with 6.
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps "$$(grep ^pulumi_policy== policy/requirements.txt)"
	@touch $@

up: venv ## Brings the stack up on the embedded cluster, building what is missing.
	@$(CLUSTER) stack up $(STACK)

preview: venv ## Shows what `make up` would change.
	@$(CLUSTER) stack preview $(STACK)

outputs: venv ## Prints the outputs of the stack.
	@$(CLUSTER) stack outputs $(STACK)

status: venv ## Shows the stack's workloads in the embedded cluster.
	@$(CLUSTER) stack status $(STACK)

destroy: venv ## Removes the stack's objects from the embedded cluster; retained claims stay.
	@$(CLUSTER) stack destroy $(STACK)

review: venv ## Says what merging HEAD (default: these files) into BASE would do to the data.
	@$(CLUSTER) review --stack $(STACK) $(BASE) $(HEAD)

down: venv ## Stops the embedded cluster; its data stays for the next `make up`.
	@$(CLUSTER) down

clean: ## Stops the embedded cluster and removes its data, the stacks' state and .venv.
	@test ! -x $(BIN)/python || $(CLUSTER) down --delete
	@rm -rf .statefast .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

lint: venv ## Checks style and types.
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy $(SOURCES)

format: venv ## Formats the code.
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

test-fast: venv ## Runs the tests that need no cluster.
	@$(PYTEST) -n 2 --dist worksteal -m "not engine"

test-real: venv ## Runs the databases on a real node, and reads back what they held. Linux, as root.
	@STATEFAST_REAL=1 $(CLUSTER) build
# Two nodes, each for the files of its process: most of the time something is waited for.
	@STATEFAST_REAL=1 $(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder -m real

test-languages: venv ## Guards programs in TypeScript, Go and YAML by the plugin. Takes Go, and Node with npm.
	@$(CLUSTER) build
	@STATEFAST_LANGUAGES=1 $(PYTEST) -m languages

demo: venv ## Grows a real ZooKeeper in place, kills its node, reads its data back. Linux, as root.
	@$(CLUSTER) demo

walk: venv ## Walks at random over a stack for MINUTES (60) from SEED (any), and shortens what it finds.
	@$(CLUSTER) build
	@$(BIN)/python -m tests.engine.walk --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

record-previews: venv ## Records the previews the gate is tested with, on the real engine.
	@$(CLUSTER) build
	@$(BIN)/python -m tests.gate.record

locks: ## Writes locks/ anew: what CI installs with a cluster's credentials or as the judge, with hashes.
	@tools="$$(mktemp -d)" && trap 'rm -rf "$$tools"' EXIT && $(PYTHON) -m venv "$$tools" \
	  && "$$tools/bin/pip" install --quiet --disable-pip-version-check pip-tools==7.6.2 \
	  && lock() { "$$tools/bin/pip-compile" --quiet --generate-hashes --allow-unsafe --strip-extras \
	    --no-annotate --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	    --output-file "$$1" "$$2"; } \
	  && lock locks/program.txt requirements.txt && lock locks/judge.txt locks/judge.in

test: venv ## Checks everything: style, types, and every tier of tests on the real engine.
# The check of types is one process, beside which there is room for tests.
	@$(MAKE) --no-print-directory -j 2 lint test-fast
	@$(CLUSTER) build
# Each process has a cluster of its own, so that it does not matter which runs what.
	@$(PYTEST) -n 2 --dist worksteal -m "engine and not languages$(if $(STATEFAST_REAL), and not real)"
	@$(if $(STATEFAST_REAL),$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder -m real)
