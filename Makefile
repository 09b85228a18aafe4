PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8501
HOST ?= localhost

.DEFAULT_GOAL := help

help:  ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

# On one's own machine: the pages answer to its name only, and trials reach the endpoints that run on it.
app: export BREAKEVEN_HOSTS ?= localhost,127.0.0.1,::1
app: export BREAKEVEN_TRIALS ?= local
app: .venv/app  ## set everything up and open the app
	$(BIN)/streamlit run app.py --server.port $(PORT) --server.address $(HOST)

test: .venv/dev tools  ## set everything up and run all tests
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: .venv/dev  ## lint, types, import directions, data
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy app.py pricing estimator tests
	$(BIN)/python -m pytest -q tests/test_imports.py
	$(BIN)/python -m pricing check

audit: .venv/dev  ## ask what is known against the locked packages (.ci/audit.py tells 3 where nobody can be asked)
	$(BIN)/python .ci/audit.py

bench: .venv/dev tools  ## speed: of the pages, then as ratios against named peers
	$(BIN)/python -m tests.bench_pages --browser
	$(BIN)/python -m tests.bench

pictures: .venv/dev tools  ## take the pictures of all pages anew
	$(BIN)/python -m tests.pictures

calibrate: .venv/dev  ## fit the constants of throughput to published measurements, and tell the errors
	$(BIN)/python -m estimator.selfhost.calibration

lock: .venv/dev  ## renew the locked requirements from pyproject.toml
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile -q $(LOCK) pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q $(LOCK) pyproject.toml --extra dev -c requirements.txt -o requirements-dev.txt

LOCK := --upgrade --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-header --no-annotate

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=python3.12 app"; exit 1; }
	$(PYTHON) -m venv .venv
	touch $@

.venv/app: .venv/python requirements.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

.venv/dev: .venv/python requirements-dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@ .venv/app

# Programs that tests and pictures use, each with the Debian package that has it.
TOOLS := chromium:chromium nginx:nginx soffice:libreoffice-calc-nogui initdb:postgresql

tools:
	@export PATH="$$PATH:/usr/sbin:$$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1)"; missing=""; \
	for tool in $(TOOLS); do command -v $${tool%:*} >/dev/null || missing="$$missing $${tool#*:}"; done; \
	test -z "$$missing" || { apt-get update -qq && apt-get install -y -qq $$missing >/dev/null; } || \
		{ echo "The tests need the Debian packages$$missing: install them."; exit 1; }

.PHONY: help app test check audit bench pictures calibrate lock tools
