# Everything Terang needs is installed below .terang/ by these targets; only Python >= 3.11 and make come from outside.
PYTHON ?= python3
HERE := $(CURDIR)/.terang
UV := $(HERE)/bootstrap/bin/uv
BIN := $(HERE)/venv/bin
# CKAN=2.11 makes a portal of that version, in an environment of its own; without it the newest one
OF := $(if $(CKAN),-$(CKAN))
PORTAL := $(HERE)/portal$(OF)/venv
export CKAN
export UV_CACHE_DIR ?= $(HERE)/cache
export UV_PYTHON_DOWNLOADS := never
export DAGSTER_HOME ?= $(HERE)/dagster
export DAGSTER_DISABLE_TELEMETRY := yes

.PHONY: help demo test check portal real torture oracles bench install install-portal lock clean

help:                ## what there is
	@grep -hE '^[a-z-]+: .*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 24

demo: install install-portal   ## the whole path, on a portal of your own; ONCE=1 stops it at the end, SCALE=n makes it n times as large
	@$(BIN)/python -m examples demo $(if $(ONCE),--once) $(if $(SCALE),--scale $(SCALE))

test: install install-portal   ## every test, two at a time, each side on a real portal and real systems of its own
	@$(BIN)/python -m pytest -n 2 --dist loadfile --durations=25

check: install $(DAGSTER_HOME)/dagster.yaml   ## lint, types and the quick tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/dg check defs
	@$(BIN)/python -m pytest -m "not portal and not systems and not real and not oracles and not slow" -n 2

real: install        ## the tests that read public files of real governments, where they are at hand
	@$(BIN)/python -m pytest -m "real and not portal"

torture: install install-portal   ## the tests of publishing with every fault at every place, and 5,000 damaged files: takes hours
	@TERANG_TORTURE=1 $(BIN)/python -m pytest tests/real/test_mutated.py
	@TERANG_TORTURE=1 $(BIN)/python -m pytest tests/publish/ckan tests/portal/terang

oracles: install $(HERE)/oracles/venv/.installed   ## compare k, l and anonymising with other people's programs
	@$(BIN)/python -m pytest -m oracles

bench: install       ## time the local path at 200,000 and 2 million payments; SCALE=n for one other size
	@$(BIN)/python -m benchmarks $(SCALE)

portal: install-portal   ## an empty portal alone, until Ctrl-C; CKAN=2.11 is the older version
	@$(PORTAL)/bin/python -m portal up --state $(HERE)/portal$(OF)

install: $(HERE)/venv/.installed

$(DAGSTER_HOME)/dagster.yaml: $(HERE)/venv/.installed
	@$(BIN)/python -c "import sys; from pathlib import Path; from pipelines.instance import prepare; prepare(Path(sys.argv[1]))" $(@D)

install-portal: $(PORTAL)/.extension

$(UV): requirements/uv.txt
	@echo "installing the installer ..."
	@$(PYTHON) -m venv $(HERE)/bootstrap
	@$(HERE)/bootstrap/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(HERE)/venv/.installed: $(UV) requirements/pipeline.txt pyproject.toml
	@echo "installing the pipeline's environment ..."
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) $(HERE)/venv
	@VIRTUAL_ENV=$(HERE)/venv $(UV) pip sync --quiet --compile-bytecode --require-hashes requirements/pipeline.txt
	@VIRTUAL_ENV=$(HERE)/venv $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(PORTAL)/.installed: $(UV) requirements/portal$(OF).txt portal/solr.lock
	@echo "installing the portal's environment and Solr ..."
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) $(PORTAL)
	@VIRTUAL_ENV=$(PORTAL) $(UV) pip sync --quiet --compile-bytecode --require-hashes requirements/portal$(OF).txt
	@$(PORTAL)/bin/python -m portal install
	@touch $@

$(PORTAL)/.extension: $(PORTAL)/.installed $(shell find portal/ckanext-terang -name '*.py' -o -name '*.toml' -o -name '*.yaml')
	@rm -rf portal/ckanext-terang/build portal/ckanext-terang/*.egg-info
	@VIRTUAL_ENV=$(PORTAL) $(UV) pip install --quiet --no-deps --no-build-isolation --offline --reinstall-package ckanext-terang --compile-bytecode ./portal/ckanext-terang
	@rm -rf portal/ckanext-terang/build portal/ckanext-terang/*.egg-info
	@touch $@

$(HERE)/oracles/venv/.installed: $(UV) requirements/oracles.txt
	@echo "installing the oracles' environment ..."
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) $(HERE)/oracles/venv
	@VIRTUAL_ENV=$(HERE)/oracles/venv $(UV) pip sync --quiet --require-hashes requirements/oracles.txt
	@touch $@

lock: $(UV)          ## resolve all environments anew
	@$(UV) pip compile --quiet --upgrade pyproject.toml --group dev --group demo --universal --python-version 3.11 --generate-hashes --no-header -o requirements/pipeline.txt
	@$(UV) pip compile --quiet --upgrade requirements/portal.in --override requirements/portal-overrides.txt --universal --python-version 3.11 --generate-hashes --no-header -o requirements/portal.txt
	@sed 's/^\(ckan\[.*\)==.*/\1==2.11.*/' requirements/portal.in | $(UV) pip compile --quiet --upgrade - --override requirements/portal-overrides.txt --universal --python-version 3.11 --generate-hashes --no-header -o requirements/portal-2.11.txt
	@$(UV) pip compile --quiet --upgrade requirements/oracles.in --universal --python-version 3.11 --generate-hashes --no-header -o requirements/oracles.txt

clean:               ## remove everything that was installed or written
	@chmod -R u+w $(HERE) 2>/dev/null || true
	@rm -rf $(HERE)
