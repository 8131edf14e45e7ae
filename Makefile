# make help says what there is.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
DOCS ?=

.DEFAULT_GOAL := help
.PHONY: help run test lint bench screenshots lock clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: $(VENV)/.installed  ## index samples/ (or DOCS=FOLDER) and serve http://127.0.0.1:8000
	$(BIN)/python -m bot index $(if $(DOCS),--only "$(DOCS)")
	$(BIN)/python server.py

test: $(VENV)/.installed-test chromium  ## the whole suite, headless Chromium included
	$(BIN)/python -m pytest

lint: $(VENV)/.installed-test  ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.installed-test  ## measure, and write benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

screenshots: $(VENV)/.installed-test chromium  ## the README's pictures
	$(BIN)/python -m benchmarks.screenshots

lock: ## pin anew what pyproject.toml asks for
	PYTHON=$(PYTHON) sh benchmarks/lock.sh

clean:  ## remove the environment and the index
	rm -rf $(VENV) .index

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "error: $(PYTHON) is missing; install Python 3.11, or: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock | $(VENV)/bin/python
	@echo "Installing what requirements.lock pins; torch is the largest part …"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@touch $@

$(VENV)/.installed-test: requirements-test.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-test.lock
	@touch $@

# Browser tests use Chromium, and a font with Chinese characters, from Debian where neither is there.
.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { \
		echo "Installing headless Chromium …"; \
		sudo=$$(command -v sudo || true); \
		$$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null \
		|| { echo "error: install chromium by hand, then run make test again"; exit 1; }; }
