# FitTrack: `make run` starts it with a demo world, `make test` proves it. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000

# Processes that test at once: as many as cores, between 2 and 4. Each starts servers of its own.
WORKERS ?= $(shell cores=$$(nproc 2>/dev/null || echo 2); echo $$((cores < 2 ? 2 : cores > 4 ? 4 : cores)))

$(VENV)/.ready: pyproject.toml
	@test -n "$(PYTHON)" || { echo "FitTrack needs Python 3.11, 3.12 or 3.13; none was found. Set PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing packages into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group test --group lint --group bench
	@touch $@

# What runs a second time on Oracle: a test server, or with ORACLE_DSN a real one.
ORACLE_TESTS ?= @tests/oracle_suite.txt

.PHONY: setup redis chromium run dev test test-oracle test-unit test-integration test-cov lint lock format bench soak screenshots smoke demo db-migrate db-seed db-reset docker-up docker-up-all docker-down docker-ready clean help

setup: $(VENV)/.ready ## Make the virtual environment and install everything into it

run: setup ## Migrate, load the demo world once, serve on port 8000
	@$(BIN)/fittrack migrate
	@$(BIN)/fittrack seed --once
	@exec $(BIN)/fittrack serve --host $(HOST) --port $(PORT)

dev: run ## The same as run

redis: ## Find redis-server, which tests run; install it where that is possible
	@sh tests/install.sh redis-server "Redis 6 or newer" redis-server

chromium: ## Find Chromium, which tests drive; install it where that is possible
	@sh tests/install.sh chromium Chromium chromium chromium-browser google-chrome google-chrome-stable

test: lint redis chromium ## Run every check and every test
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup
	@$(MAKE) --no-print-directory test-oracle

test-oracle: setup redis ## Journeys, the journal and queries on Oracle: a test server, or the one of ORACLE_DSN
	@FITTRACK_TEST_DATABASE=oracle $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ORACLE_TESTS)

test-unit: setup redis ## Only the fast tests of single parts
	@$(BIN)/python -m pytest -n $(WORKERS) tests/actors tests/protocol tests/fittrack

test-integration: setup redis chromium ## Only the tests that run the whole server
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup tests/browser tests/contracts tests/docs tests/generated tests/e2e tests/cluster tests/simulation tests/chaos

test-cov: setup redis chromium ## Every test, with a coverage report
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --cov=fittrack --cov=actors --cov=protocol --cov-report=term-missing:skip-covered

lint: setup ## ruff, mypy --strict, and the architecture's import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

LOCK := uv pip compile --quiet --universal --upgrade --generate-hashes --no-emit-index-url --no-header --python-version 3.11

lock: setup ## Lock what the container installs, with hashes: the newest that pyproject.toml and its tests allow
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' \
		| $(BIN)/$(LOCK) --no-annotate --output-file deploy/build.lock - >/dev/null
	@made=$$(mktemp -d) && trap 'rm -rf "$$made"' EXIT \
		&& $(BIN)/$(LOCK) --group pyproject.toml:test --output-file "$$made/tested" pyproject.toml >/dev/null \
		&& $(BIN)/$(LOCK) --constraint "$$made/tested" --annotation-style line --extra otel --output-file "$$made/run" pyproject.toml >/dev/null \
		&& sed -E 's/-c [^,]*, //; s/, -c [^,]*//' "$$made/run" > deploy/requirements.lock
	@echo "$$(grep -c == deploy/requirements.lock) packages are locked in deploy/requirements.lock"

format: setup ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup ## Measure speed and memory against baselines run in the same minute
	@$(BIN)/python -m tests.benchmarks $(BENCH)

soak: setup redis ## The long forms of the chaos, contract, end-to-end and simulation tests; new examples for the rules
	@FITTRACK_SOAK=1 $(BIN)/python -m pytest -p no:cacheprovider --timeout 3600 tests/chaos tests/cluster tests/contracts tests/e2e tests/simulation
	@FITTRACK_SOAK=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m hypothesis tests/actors tests/fittrack tests/protocol

screenshots: setup chromium ## Take the pictures of the README anew
	@$(BIN)/python -m tests.browser.screenshots

smoke: setup ## Start a server, log in, buy a ticket, stop
	@$(BIN)/python -m pytest tests/e2e/test_journey.py

demo: run ## The same as run

db-migrate: setup ## Bring the database to the newest schema
	@$(BIN)/fittrack migrate

db-seed: setup ## Load the demo world into an empty database
	@$(BIN)/fittrack seed

db-reset: setup ## Throw the embedded database away and make a new one
	@test -z "$$ORACLE_DSN" || { echo "ORACLE_DSN is set, and this is for the embedded database: docs/oracle.md says how to begin anew on Oracle"; exit 1; }
	@rm -rf var/fittrack.db var/fittrack.db-wal var/fittrack.db-shm
	@$(BIN)/fittrack migrate

COMPOSE := docker compose --file deploy/compose.yaml

docker-ready:
	@command -v docker >/dev/null \
		|| { echo "There is no docker here: install Docker Engine with its compose plugin. 'make run' needs neither."; exit 1; }
	@docker compose version >/dev/null 2>&1 \
		|| { echo "This docker has no compose: install its plugin docker-compose-plugin. 'make run' needs neither."; exit 1; }
	@docker info >/dev/null 2>&1 \
		|| { echo "Docker's engine does not answer: start it, or ask to be let in. 'make run' needs none."; exit 1; }

docker-up: docker-ready ## Start Oracle Free and Redis, and wait until both are healthy
	@$(COMPOSE) up --wait

docker-up-all: docker-ready ## Start two nodes behind a balancer as well, with the demo world and dashboards, at http://127.0.0.1:8000
	@$(COMPOSE) --profile all up --build --wait
	@$(COMPOSE) run --rm seed

docker-down: docker-ready ## Stop whatever docker-up and docker-up-all started; what the databases hold stays
	@$(COMPOSE) --profile all --profile demo down

clean: ## Remove what was made: environment, database, caches
	@rm -rf $(VENV) var build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis htmlcov .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1m%-18s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)
