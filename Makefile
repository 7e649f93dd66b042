# Everything a newcomer types. Only make and Python 3.12 or newer must be there.

SHELL := /bin/sh
.DEFAULT_GOAL := help
VENV := .venv
PY := $(VENV)/bin/python
# uv takes seconds where pip takes half a minute; where it cannot work, pip does it.
PIP = $(PY) -m pip --disable-pip-version-check install --quiet --require-hashes
SUITABLE = import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))
STAMP := $(VENV)/.installed
MESSAGES := $(VENV)/.messages
CATALOGUES := $(wildcard locale/*/LC_MESSAGES/*.po)

PYTEST_JOBS ?= auto

.PHONY: help setup run test check bench soak mutants screenshots clean

help: ## say what can be done
	@echo "make setup        install everything into .venv (done by itself when needed)"
	@echo "make run          start the whole of it, with a shop to look at"
	@echo "make test         run the tests, but for the long ones of .ci/run"
	@echo "make check        format, lint, types, layers, migrations, translations, deploy"
	@echo "make bench        measure posting, bills and look-ups beside hand-written SQL"
	@echo "make soak         run the long form of the tests"
	@echo "make mutants      change the guards one at a time, and see which no test misses"
	@echo "make screenshots  draw the screens into docs/screenshots"
	@echo "make clean        remove what was built; add DATA=yes for the data in var/ too"

setup: $(STAMP) $(MESSAGES)

# The newest Python that really runs: a shim may be there without its Python.
$(STAMP): requirements/dev.txt
	@test -w . || { echo "This folder cannot be written to: copy it to one of your own, then run make again." >&2; exit 1; }
	@if $(PY) -c '$(SUITABLE)' >/dev/null 2>&1; then exit 0; fi; \
	for name in python3.14 python3.13 python3.12 python3 python; do \
	  if $$name -c '$(SUITABLE)' >/dev/null 2>&1; then found=$$name; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Regulars needs Python 3.12 or newer with its venv module: install one (on Debian and Ubuntu python3-venv, else from python.org), then run make again." >&2; exit 1; \
	fi; \
	echo "Installing into $(VENV) with $$($$found --version) …"; \
	rm -rf $(VENV) && $$found -m venv $(VENV)
	@$(PIP) --no-deps --requirement requirements/uv.txt && \
	  $(PY) -m uv --quiet pip sync --compile-bytecode --python $(PY) --require-hashes requirements/dev.txt || \
	  $(PIP) --requirement requirements/dev.txt || \
	  { echo "The packages could not be installed (the lines above say why): see that the package index can be reached, then run make again." >&2; exit 1; }
	@touch $@

$(MESSAGES): $(STAMP) $(CATALOGUES)
	@$(PY) -m config.messages
	@touch $@

run: setup
	@$(PY) -m config.launcher

test: setup
	@$(PY) -m tests.run --numprocesses $(PYTEST_JOBS) $(ARGS)

check: setup
	@$(PY) -m config.checks

bench: setup
	@$(PY) -m benchmarks.run $(ARGS)

soak: setup
	@HYPOTHESIS_PROFILE=soak $(PY) -m tests.run --numprocesses $(PYTEST_JOBS) --soak $(ARGS)

mutants: setup
	@nice -n 15 $(PY) -m tests.mutants $(ARGS)

screenshots: setup
	@$(PY) -m tests.browser.screenshots

clean:
	@rm -rf $(VENV) staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -prune -exec rm -rf {} + ; find locale -name '*.mo' -delete
	@if [ "$(DATA)" = yes ]; then rm -rf var; fi
