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

test: .venv/dev browser postgres nginx  ## set everything up and run all tests
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: .venv/dev  ## lint, types, import directions, data
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy app.py pricing estimator tests
	$(BIN)/python -m pytest -q tests/test_imports.py
	$(BIN)/python -m pricing check

audit: .venv/dev  ## ask what is known against the locked packages (.ci/audit.py tells 3 where nobody can be asked)
	$(BIN)/python .ci/audit.py

bench: .venv/dev browser  ## speed: of the pages, then as ratios against named peers
	$(BIN)/python -m tests.bench_pages --browser
	$(BIN)/python -m tests.bench

pictures: .venv/dev browser  ## take the pictures of all pages anew
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

browser:
	@command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
		{ echo "The tests of the pages need Chromium: install it so that 'chromium' is on the PATH."; exit 1; }

postgres:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || \
		{ apt-get update -qq && apt-get install -y -qq postgresql >/dev/null; } || \
		{ echo "The tests of saved work need PostgreSQL: install Debian's package postgresql."; exit 1; }

nginx:
	@PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || { apt-get update -qq && apt-get install -y -qq nginx >/dev/null; } || \
		{ echo "The test of a team's deployment needs nginx: install it so that 'nginx' is on the PATH."; exit 1; }

.PHONY: help app test check audit bench pictures calibrate lock browser postgres nginx
