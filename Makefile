# ForexPro. `make` lists what there is; needs only Python 3.11 or newer, make and the package registries.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# The first Python that is new enough and can make virtual environments; PYTHON=/path/to/python overrides.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3 python; do \
	"$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$python"; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Node.js from the PATH when it is new enough, otherwise the one that requirements.txt brings.
SYSTEM_NODE := $(shell npm --version >/dev/null 2>&1 && \
	node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && echo yes)
ifneq ($(SYSTEM_NODE),yes)
WITH_NODE := PATH="$(CURDIR)/.venv/bin:$$PATH"
endif

FRONT_END := package.json scripts/build.mjs $(shell find static/src -type f 2>/dev/null)
PYTEST := $(BIN)/python -m pytest
TEST_PROCESSES ?= 2
PIP_AUDIT := 2.10.1
# What `make check` pretends to be deployed as.
PRODUCTION := ENV_FILE=/dev/null DEBUG=false SITE_URL=https://forexpro.example EMAIL_URL=smtp+tls://mail.forexpro.example:587

.PHONY: help
help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

# --- Use ---------------------------------------------------------------------------------------
.PHONY: demo build
demo: .venv/.installed static/dist/app.css  ## run the whole platform with demo data (Ctrl-C ends it)
	@$(BIN)/python manage.py demo

build: static/dist/app.css  ## install what is missing and build the front end

# --- Develop -----------------------------------------------------------------------------------
.PHONY: test long-tests check format openapi bench lock audit chromium clean
test: .venv/.installed-dev static/dist/app.css chromium  ## run all tests, the browser tests included
	$(PYTEST) --numprocesses $(TEST_PROCESSES)

long-tests: .venv/.installed-dev static/dist/app.css chromium  ## run the tests that take minutes each
	$(PYTEST) -m long

check: .venv/.installed-dev static/dist/app.css  ## check style, types, layers, migrations, deployment settings
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/lint-imports
	$(BIN)/python -m mypy .
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

format: .venv/.installed-dev  ## put the sources in the form that `make check` asks for
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

openapi: .venv/.installed  ## write the document of the API, docs/openapi.yaml, anew
	ENV_FILE=/dev/null $(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

bench: .venv/.installed-dev  ## measure what matters, each beside its floor
	LOG_LEVEL=WARNING $(BIN)/python manage.py bench

lock: .venv/.installed-dev  ## compile requirements*.in and package.json into their lock files
	$(BIN)/uv pip compile --quiet --python-version 3.11 --universal --no-emit-index-url --no-header requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --python-version 3.11 --universal --no-emit-index-url --no-header requirements-dev.in -o requirements-dev.txt
	$(WITH_NODE) npm install --package-lock-only

audit: .venv/.installed-dev  ## ask the registries which locked packages have known vulnerabilities
	$(BIN)/uv tool run --from pip-audit==$(PIP_AUDIT) pip-audit --no-deps --disable-pip \
		--requirement requirements.txt --requirement requirements-dev.txt
	$(WITH_NODE) npm audit

chromium: .venv/.installed-dev  ## find a Chromium for the browser tests, or install one
	@$(BIN)/python scripts/chromium.py

clean:  ## remove what was built and installed; the demo's data in .local stays
	rm -rf .venv node_modules static/dist staticfiles .*_cache

# --- Installed once, again only when its lock file changes -------------------------------------
.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "ForexPro needs Python 3.11 or newer with its venv module: install it (on Debian and"; \
		echo "Ubuntu: python3 and python3-venv), or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Creating .venv with $$($(PYTHON) --version)"
	@rm -rf .venv && $(PYTHON) -m venv .venv

.venv/.installed: requirements.txt | .venv/bin/python
	@echo "Installing the Python packages of requirements.txt (about a minute the first time)"
	@$(PIP) install -r requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	@echo "Installing the development tools of requirements-dev.txt"
	@$(PIP) install -r requirements-dev.txt
	@touch $@

node_modules/.installed: package-lock.json .venv/.installed
	@echo "Installing the front end's packages of package-lock.json"
	@$(WITH_NODE) npm ci
	@touch $@

static/dist/app.css: $(FRONT_END) node_modules/.installed
	@echo "Building the front end"
	@$(WITH_NODE) node scripts/build.mjs
	@touch $@
