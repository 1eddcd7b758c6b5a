# Everything a person runs. `make` alone lists it.
# Needs Python 3.11 or newer, make and, the first time, the internet.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
# Where it is set, each of the many processes here would compile the whole project anew.
unexport PYTHONDONTWRITEBYTECODE

# The first Python that is new enough; `make run PYTHON=/opt/python/bin/python3` names another.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$name"; break; }; done)
BIN := .venv/bin
# How long `make load` measures, on each database.
SECONDS ?= 60
# Whether `make test` runs what is slow as well; empty: no.
ALL ?=
# Which module `make mutate` tries; empty: all of them.
ONLY ?=
MANAGE := $(BIN)/python manage.py
# What an ordinary installation looks like, for the checks that only production knows.
PRODUCTION_LIKE := PRODUCTION=1 DEBUG=0 SITE_URL=https://example.org ALLOWED_HOSTS=example.org \
	MAIL_FROM='Practice <post@example.org>' SMTP_URL=smtps://user:secret@mail.example.org:465 \
	DATABASE_URL=postgres://courseapp@127.0.0.1:5432/courseapp \
	KEYS_DATABASE_URL=postgres://courseapp@127.0.0.1:5432/courseapp_keys BROKER_URL=redis://127.0.0.1:6379/0 \
	CACHE_URL=redis://127.0.0.1:6379/1 TRUSTED_PROXIES=1

.PHONY: help run test coverage check format bench faults load mutate content-report lock messages sbom clean

help: ## List what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.installed ## Start the site on http://localhost:8000 (PORT=9000 for another port)
	@exec $(MANAGE) serve

test: .venv/.installed-dev ## Run the test suite, on all databases and brokers that answer (ALL=1: with the slow ones)
	@exec $(BIN)/python -m tests.run $(if $(ALL),--all)

coverage: .venv/.installed-dev ## Run the suite and tell which code it never came to (half an hour)
	@exec $(BIN)/python -m tests.covering

check: .venv/.installed-dev ## Check format, lint, types, imports, migrations, settings, templates
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(MANAGE) makemigrations --check --dry-run
	$(BIN)/python -m tests.linting
	$(MANAGE) settings_reference --check
	$(MANAGE) check --fail-level WARNING
	SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))')" \
		VAULT_KEYS="new:$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(32))')" \
		$(PRODUCTION_LIKE) $(MANAGE) check --deploy --fail-level WARNING
	find templates -name '*.html' -print0 | xargs -0 -r $(BIN)/djade --check --target-version 5.2
	$(BIN)/python -m pytest -q -p no:randomly tests/test_catalogues.py tests/test_wording.py

format: .venv/.installed-dev ## Put code and templates in the shape that check wants
	$(BIN)/ruff check --quiet --fix-only .
	$(BIN)/ruff format --quiet .
	find templates -name '*.html' -print0 | xargs -0 -r $(BIN)/djade --target-version 5.2

bench: .venv/.installed-dev ## Measure speed on SQLite and PostgreSQL; writes var/bench.json
	@exec $(MANAGE) bench

faults: .venv/.installed-dev ## Make everything go wrong, and look what held; writes var/faults.json
	@exec $(BIN)/python -m tests.faults

load: .venv/.installed-dev ## Let 200 readers come at once, 50 on SQLite (SECONDS=600: ten minutes); writes var/load.json
	@exec $(BIN)/python -m tests.load --seconds $(SECONDS)

mutate: .venv/.installed-dev ## Put mistakes into what has authority: do the tests notice? (ONLY=payments/projection.py); writes var/mutants.json
	@exec $(BIN)/python -m tests.mutation $(if $(ONLY),--only $(ONLY))

content-report: .venv/.installed ## Show length, readability and tics of every shipped lesson
	@exec $(MANAGE) content_report

lock: .venv/.installed-dev ## Pin the requirements anew, with hashes
	$(BIN)/uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --no-emit-index-url requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --no-emit-index-url requirements-dev.in -o requirements-dev.txt

messages: .venv/.installed-dev ## Bring the catalogues up to date with code and templates
	@exec $(MANAGE) messages

sbom: .venv/.installed-dev ## List every library with its hashes (CycloneDX); writes var/sbom.json
	@exec $(MANAGE) sbom

clean: ## Remove what can be made again; var/ with your database and mail stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache htmlcov .mutation
	find courseapp lessons payments tests -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
	find courseapp/locale -name '*.mo' -delete 2>/dev/null || true

.venv/bin/python:
	@echo "1/9  Virtual environment in .venv"
	@test -n "$(PYTHON)" || { echo "     Python 3.11 or newer is needed and was not found. Install it, or name it: make run PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "     $(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

# pip says one line per library; shown as a counter on a terminal, and not at all elsewhere. Whether it
# is one has to be asked before the pipe.
TTY = tty=0; if [ -t 1 ]; then tty=1; fi
COUNTER = awk -v all="$$(cat $(1) | grep -c '==')" -v tty="$$tty" \
	'/^(Collecting|Processing) / { seen++; n = split($$2, path, "/"); \
	   if (tty) printf "\r     %d of %d  %-50.50s", seen, all, path[n]; fflush() } \
	 /^ERROR/ { print; fflush() } \
	 /^Installing/ { if (tty) printf "\r     installing %d libraries %-40s", seen, ""; fflush() } \
	 END { if (tty && seen) print "" }'

.venv/.installed: requirements.txt | .venv/bin/python
	@echo "2/9  Libraries, each pinned by its hash (once, about a minute)"
	@$(TTY); $(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.txt 2> >(grep -v "^WARNING" >&2) | $(call COUNTER,requirements.txt)
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	@echo "     Tools for developing (once, about a minute)"
	@$(TTY); $(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-dev.txt 2> >(grep -v "^WARNING" >&2) | $(call COUNTER,requirements.txt requirements-dev.txt)
	@touch $@
