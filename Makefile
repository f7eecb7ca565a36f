# The portal's commands. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.SILENT:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules

PYTHON ?= python3
# One more than two cores: browser journeys wait a good part of their time.
WORKERS ?= 3
VENV := .venv
BIN := $(VENV)/bin
# Addresses of package mirrors come from the environment (PIP_INDEX_URL, npm_config_registry).
export PIP_DISABLE_PIP_VERSION_CHECK := 1
NODE_TOOLS := tests/tools/node_modules/.package-lock.json

## run: start the portal here (PORT=8000); the first time it installs what is missing
run: $(VENV)/.runtime $(VENV)/.system
	exec $(BIN)/python -m flask --app charity_portal.app serve --demo

## test: everything that must hold, on SQLite and PostgreSQL, browser journeys included
test: lint $(VENV)/.system-test
	$(BIN)/python -m pytest -n $(WORKERS)

## lint: formatting, lint, types, import contracts, static files
lint: $(VENV)/.dev $(NODE_TOOLS)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy charity_portal config.py
	$(BIN)/lint-imports --cache-dir .cache/import-linter
	$(BIN)/python -m tests.architecture.house.tail
	tests/tools/node_modules/.bin/biome lint --config-path=tests/tools --error-on-warnings static

## format: put the code into the form that lint asks for
format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

## install: everything that `run` and `test` need, without starting either
install: $(VENV)/.runtime $(VENV)/.system $(VENV)/.dev $(VENV)/.system-test $(NODE_TOOLS)

## migration: write the next migration from the models (M="what changes"); read it before use
migration: $(VENV)/.dev
	export DATABASE_URL=sqlite:///$(CURDIR)/.cache/migration.sqlite3 SECRET_KEY=only-for-writing-a-migration-never-for-data
	mkdir -p .cache
	rm -f .cache/migration.sqlite3*
	$(BIN)/python -m alembic upgrade head
	$(BIN)/python -m alembic revision --autogenerate -m "$(or $(M),$(error say what changes: make migration M="..."))"
	$(BIN)/ruff format -q migrations/versions
	$(BIN)/ruff check -q --fix migrations/versions
	ls migrations/versions | grep '^[0-9]' | sort | tail -1 | sed 's/\.py$$//' > migrations/HEAD
	echo "Written: migrations/versions/$$(cat migrations/HEAD).py"

## lock: write the two lock files anew from pyproject.toml
lock:
	$(PYTHON) -m venv .cache/lock
	.cache/lock/bin/pip install -q uv==0.13.9
	compile=".cache/lock/bin/uv --no-config pip compile -q --universal --python-version 3.11"
	hashed="--generate-hashes --no-annotate --no-header --no-emit-index-url pyproject.toml"
	$$compile $$hashed -o requirements.txt
	$$compile $$hashed --group dev -c requirements.txt -o requirements-dev.txt

## clean: remove what was installed and cached here; data in var/ stays
clean:
	rm -rf $(VENV) .cache tests/tools/node_modules

## help: this list
help:
	sed -n 's/^## \([a-z]*\): /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: run test lint format install migration lock clean help

# --- What the commands stand on; each stamp is renewed when its lock file changes -----------------

# Installs Debian packages when it may; otherwise names them in one line and stops.
define install_packages
install_packages() {
  [ $$# -eq 0 ] && return
  local as=""
  [ "$$(id -u)" -eq 0 ] || as="sudo -n"
  if ! command -v apt-get >/dev/null || ! $$as true 2>/dev/null; then
    echo "Please install these system packages and try again: $$*" >&2
    exit 1
  fi
  echo "Installing system packages: $$*"
  $$as env DEBIAN_FRONTEND=noninteractive apt-get -qq update </dev/null
  $$as env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
    -o DPkg::Lock::Timeout=300 "$$@" </dev/null >/dev/null
}
endef

# Whether a shared library can be loaded, whatever package it came with.
define has
has() { $(BIN)/python -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' "$$1" 2>/dev/null; }
endef

$(BIN)/python:
	$(install_packages)
	command -v $(PYTHON) >/dev/null || install_packages python3
	if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
	  echo "The portal needs Python 3.11 or newer and found $$($(PYTHON) --version 2>&1);" \
	    "choose one with PYTHON=/path/to/python3.11" >&2
	  exit 1
	fi
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(BIN)/python
	echo "Installing Python packages for the portal (once)"
	$(BIN)/python -m pip install -q --require-hashes -r requirements.txt
	touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(BIN)/python
	echo "Installing Python packages for development (once)"
	$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.txt
	touch $@

$(VENV)/.system: | $(BIN)/python
	$(install_packages)
	missing=()
	$(has)
	has libpango-1.0.so.0 || missing+=(libpango-1.0-0)
	has libpangoft2-1.0.so.0 || missing+=(libpangoft2-1.0-0)
	has libharfbuzz-subset.so.0 || missing+=(libharfbuzz-subset0)
	fc-list 2>/dev/null | grep -qi 'noto.*cjk' || missing+=(fontconfig fonts-noto-cjk)
	install_packages "$${missing[@]}"
	touch $@

$(VENV)/.system-test: $(VENV)/.system
	$(install_packages)
	$(has)
	missing=()
	has libatomic.so.1 || missing+=(libatomic1) # the browser's driver wants it
	[ -x "$${CHROMIUM:-/usr/bin/chromium}" ] || missing+=(chromium)
	install_packages "$${missing[@]}"
	touch $@

$(NODE_TOOLS): tests/tools/package-lock.json | $(BIN)/python
	$(install_packages)
	command -v npm >/dev/null || install_packages nodejs npm
	cd tests/tools
	npm ci --silent
	touch node_modules/.package-lock.json
