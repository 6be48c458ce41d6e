# The two commands of a newcomer are `make demo` and `make test`; everything else is for people who stay.
# A failed set-up says one sentence and ends with 3, which make itself shows as "Error 3".

BIN := .venv/bin
INSTALLED := .venv/installed
LAKE := .venv-lake/installed
BENCH_ARGS ?=
TOGETHER := --numprocesses 4 --dist loadfile --no-loadscope-reorder # the journeys wait more than they work, also on two cores

.DEFAULT_GOAL := help
.PHONY: help install postgres redis demo up test check lint types domain bench-lake capacity journey-apps journey-cluster journey-crawl format lock clean
MAKEFLAGS += --no-print-directory
unexport PYTHONDONTWRITEBYTECODE # else each of the thousand processes that the tests start compiles our code again

help: ## show this list
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(INSTALLED) ## make .venv with everything in it, and see to it that there is a Chromium

$(INSTALLED): requirements.lock pyproject.toml .ci/set-up
	@.ci/set-up python
	@.ci/set-up chromium
	@touch $@

$(LAKE): $(INSTALLED) requirements-lake.lock # the tests of lakes play with a DuckDB whose extensions are packages
	@.ci/set-up lake
	@touch $@

postgres: # the contract tests of the ledger play on a real server, through a real PgBouncer
	@.ci/set-up postgres

demo: $(INSTALLED) ## open a small shop, watch it, break it, see it caught
	@$(BIN)/python -m inspect_pipelines.examples.demo

up: $(INSTALLED) ## start everything: web, code server, daemon, Dagster UI
	@$(BIN)/python -m inspect_pipelines.examples.watch

redis: # runs that go over a broker go over a real one
	@.ci/set-up redis

test: $(INSTALLED) $(LAKE) postgres redis ## run all tests
	@$(BIN)/pytest -q $(TOGETHER)

check: $(INSTALLED) $(LAKE) postgres redis ## everything CI asks for, fast first
	@$(MAKE) --jobs 2 --output-sync lint types domain
	@$(BIN)/python tests/unsteady.py -q $(TOGETHER) --ignore tests/domain # which has just been played, with its branches counted

lint: $(INSTALLED)
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@PYTHONPATH=. $(BIN)/lint-imports > .venv/lint-imports.log || { cat .venv/lint-imports.log; exit 1; }

types: $(INSTALLED)
	@$(BIN)/mypy

domain: $(INSTALLED) # every branch of the rules
	@$(BIN)/pytest -q tests/domain --cov=inspect_pipelines.domain --cov-branch --cov-fail-under=100 --cov-report=term-missing:skip-covered

bench-%: $(INSTALLED) ## measure: bench-spine, ..; BENCH_ARGS go to the benchmark
	@$(BIN)/python -m benchmarks.$(subst -,_,$*) $(BENCH_ARGS)

bench-lake: $(LAKE) postgres # by the DuckDB that has a lake's extensions
	@.venv-lake/bin/python -m benchmarks.lake $(BENCH_ARGS)

capacity: $(INSTALLED) ## write docs/capacity.md anew: how many machines so many schedules take, by what was measured
	@$(BIN)/python -m benchmarks.capacity

journey-apps: $(INSTALLED) ## watch six real applications, installed from the package registries into .bench/
	@$(BIN)/python -m benchmarks.journey_apps $(BENCH_ARGS)

journey-crawl: $(INSTALLED) ## look round three of them with init --crawl; what it writes must pass twice
	@$(BIN)/python -m benchmarks.journey_crawl $(BENCH_ARGS)

journey-cluster: $(INSTALLED) postgres redis ## let three hosts play 300 runs while cables, servers and hosts fail
	@$(BIN)/python -m benchmarks.journey_cluster $(BENCH_ARGS)

fuzz-%: $(INSTALLED) ## feed it broken input by the thousand: fuzz-visual, ..
	@$(BIN)/python -m benchmarks.fuzz_$(subst -,_,$*) $(BENCH_ARGS)

chaos-%: $(INSTALLED) ## kill things while they work: chaos-run, ..
	@$(BIN)/python -m benchmarks.chaos_$(subst -,_,$*) $(BENCH_ARGS)

format: $(INSTALLED) ## let ruff write it
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header
EXTRAS := celery k8s objects postgres sbom

lock: ## write requirements.lock, and of it what the image takes, anew from pyproject.toml (needs uv)
	@command -v uv > /dev/null || { echo "make lock needs uv, which is not installed: pip install uv" >&2; exit 3; }
	@$(LOCK) --all-extras --output-file requirements.lock pyproject.toml
	@$(LOCK) $(EXTRAS:%=--extra %) --constraint requirements.lock --output-file deploy/requirements.lock pyproject.toml

clean: ## forget caches and .venv; .inspect holds data and stays
	@rm -rf .venv .venv-lake .unsteady .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
