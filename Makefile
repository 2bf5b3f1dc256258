# Everything a person or CI runs, one word each. Needs make, a POSIX shell and Python 3.11 to 3.13.

PY = .venv/bin/python
UV = .venv/bin/uv
ENGINES_PY = .venv-engines/bin/python
PINS = pyproject.toml constraints.txt
PORT ?= 3000
# by their words: Python cannot look up Dagster's own categories this early
QUIET = ignore:Function `dev_command` is superseded,ignore:Specifying a partitions_def on an AssetCheckSpec

export PYRIGHT_PYTHON_IGNORE_WARNINGS = 1
export DAGSTER_DISABLE_TELEMETRY = 1

.DEFAULT_GOAL = help
.PHONY: help setup shelf demo demo-roto demo-prints demo-motion demo-figurines test test-base test-engines judge lint bench ui pins clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

setup: .venv/base.stamp ## install what the demo and the UI need into .venv
	@echo "ready: .venv/bin/maquette, make demo, make ui"

shelf: .venv/base.stamp ## fetch the default models and art, 90 MB, checked by sha256
	@.venv/bin/maquette shelf fetch

demo: shelf ## make a small sticker pack, from prompts to USDZ
	@$(PY) -m scripts.demo

demo-roto: shelf .venv/roto.stamp ## cut a drawn kangaroo out of a two-second shot
	@.venv/bin/maquette shelf fetch mobile-sam
	@$(PY) -m scripts.demo_roto

demo-prints: shelf .venv/prints.stamp ## make a figure to print, and the same in half the size
	@$(PY) -m scripts.demo_prints

demo-motion: shelf .venv/motion.stamp ## make a mesh that moves of a drawn bear that waves
	@.venv/bin/maquette shelf fetch mobile-sam
	@$(PY) -m scripts.demo_motion

demo-figurines: shelf .venv/prints.stamp ## make a figurine of an astronaut's portrait
	@.venv/bin/maquette shelf fetch yunet face-mesh sface modnet
	@$(PY) -m scripts.demo_figurines

test: test-base test-engines ## run all tests

test-base: .venv/dev.stamp ## run the tests that need no torch
	@$(PY) -m pytest -n auto -m "not engines and not judge and not slow"

test-engines: .venv-engines/ready.stamp ## run the learned engines' tests on a CPU torch
	@OMP_NUM_THREADS=1 $(ENGINES_PY) -m pytest -m engines

judge: .venv/dev.stamp .venv/mesh.stamp .venv/alembic.stamp shelf ## let outside programs read what we write
	@sh tests/judges/setup.sh
	@$(PY) -m pytest -m judge

lint: .venv/dev.stamp ## check style, types, layers and spelling
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/pyright
	@.venv/bin/lint-imports
	@.venv/bin/codespell

bench: shelf .venv/roto.stamp .venv/prints.stamp .venv/motion.stamp ## measure what the README claims
	@.venv/bin/maquette shelf fetch mobile-sam ssd-coco yunet face-mesh sface modnet
	@$(PY) -m bench.stickers
	@$(PY) -m bench.packs
	@$(PY) -m bench.roto
	@OMP_NUM_THREADS=1 $(PY) -m bench.shapes
	@$(PY) -m bench.exports
	@OMP_NUM_THREADS=1 $(PY) -m bench.prints
	@OMP_NUM_THREADS=1 $(PY) -m bench.motion
	@OMP_NUM_THREADS=1 $(PY) -m bench.figurines

ui: shelf ## open Dagster on http://127.0.0.1:$PORT, 3000 unless set
	@mkdir -p var/dagster && cp dagster.yaml var/dagster/dagster.yaml
	@echo "in half a minute on http://127.0.0.1:$(PORT); Ctrl-C ends it"
	@DAGSTER_HOME=$(CURDIR)/var/dagster PYTHONWARNINGS='$(QUIET)' \
	    $(PY) -m dagster dev -w workspace.yaml -h 127.0.0.1 -p $(PORT) --log-level warning

pins: .venv/base.stamp ## renew constraints.txt from pyproject.toml
	@grep '^#' constraints.txt > constraints.new
	@$(UV) pip compile --quiet --universal --python-version 3.11 --all-extras --upgrade \
	    --no-header --no-annotate pyproject.toml >> constraints.new
	@mv constraints.new constraints.txt

clean: ## remove the environments and every cache; var/ is left alone
	rm -rf .venv .venv-engines .venv-judges tests/judges/node_modules .ruff_cache .import_linter_cache .hypothesis maquette.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than the pins it was made from, so a second run costs nothing.

.venv/bin/uv:
	@sh scripts/venv.sh .venv

.venv/base.stamp: .venv/bin/uv $(PINS)
	@$(UV) pip install --quiet --python $(PY) -c constraints.txt -e .
	@touch $@

.venv/roto.stamp: .venv/base.stamp
	@$(UV) pip install --quiet --python $(PY) -c constraints.txt -e '.[roto]'
	@touch $@

.venv/prints.stamp: .venv/base.stamp
	@$(UV) pip install --quiet --python $(PY) -c constraints.txt -e '.[prints]'
	@touch $@

.venv/alembic.stamp: .venv/base.stamp
	@$(UV) pip install --quiet --python $(PY) -c constraints.txt -e '.[alembic]'
	@touch $@

.venv/motion.stamp: .venv/base.stamp
	@$(UV) pip install --quiet --python $(PY) -c constraints.txt -e '.[motion]'
	@touch $@

.venv/mesh.stamp: .venv/base.stamp
	@$(UV) pip install --quiet --python $(PY) -c constraints.txt -e '.[mesh]'
	@touch $@

.venv/dev.stamp: .venv/base.stamp
	@$(UV) pip install --quiet --python $(PY) -c constraints.txt -e '.[dev]'
	@touch $@

.venv-engines/ready.stamp: .venv/base.stamp scripts/engines.sh
	@sh scripts/engines.sh .venv-engines
	@touch $@
