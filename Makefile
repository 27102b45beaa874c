# Two commands: `make book` builds the book, `make test` checks it. Both start from nothing but Python.
PROFILE ?= book
PYTHON  ?= python3
EXECUTOR ?= local
SEEDS   ?= 20
SHARDS  ?= $(JOBS)
DEVICE  ?= auto
OUT     ?= data
JOBS    ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 2)
BIN     := .venv/bin
READY   := .venv/.ready
TESTS   := .venv/.test
LAB     := .venv/.lab

# Every target works with this tree's package, wherever its environment was first made and whatever else is set.
export PYTHONPATH := $(CURDIR)/src
export PYTHONNOUSERSITE := 1
unexport PYTHONOPTIMIZE PYTHONSTARTUP
export PROFILE NAME DEVICE OUT CHAPTER  # recipes read words from the environment, where no shell takes them apart

.DEFAULT_GOAL := help
.PHONY: help book run sweep replicate variations travel test test-all versions lint bench lock serve lab compare reference claims clean

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

book: $(READY)  ## run every notebook and build the book (PROFILE=smoke|book|paper)
	@$(BIN)/python workflow/build.py --profile "$$PROFILE" --jobs $(JOBS)

.PHONY: pdf
pdf: book  ## print the whole book into one PDF (needs Chromium)
	@$(BIN)/python workflow/bind.py "$$PROFILE"

.PHONY: archive
archive: book  ## put everything into one zip: sources, executed notebooks, pages, checksums, description
	@$(BIN)/python workflow/archive.py "$$PROFILE"

.PHONY: second
second: book  ## let a second renderer (mystmd, on Node) read every page
	@$(BIN)/python workflow/second.py "$$PROFILE"

# Whatever else is set on the command line, such as T=5, is a parameter of the chapter.
OWN := CHAPTER PROFILE PYTHON BIN READY TESTS LAB JOBS
GIVEN = $(foreach name,$(filter-out $(OWN),$(.VARIABLES)),$(if $(findstring command,$(origin $(name))),"$(name)=$$$(name)"))

run: $(READY)  ## run one chapter with other numbers (CHAPTER=replay/harm T=5), or list the numbers it takes
	@$(BIN)/python workflow/run.py --profile "$$PROFILE" -- "$$CHAPTER" $(GIVEN)

sweep: $(READY)  ## run sweeps in shards (NAME="depth layers" SHARDS=8 DEVICE=cuda EXECUTOR=slurm OUT=data)
	@$(BIN)/python -m snakemake --snakefile workflow/sweeps.smk --quiet rules host --rerun-incomplete \
	  --executor $(EXECUTOR) --cores $(JOBS) --jobs $(JOBS) $(OPTIONS) \
	  --config names="$${NAME:-$$($(BIN)/manytasks sweep list | tr '\n' ' ')}" \
	  profile="$$PROFILE" shards=$(SHARDS) device="$$DEVICE" out="$$OUT"

replicate: $(READY)  ## draw everything random again (SEEDS=20 CHAPTERS="replay/harm" EXECUTOR=slurm) into data/replication.csv
	@$(BIN)/python workflow/replicate.py --seeds $(SEEDS) --profile "$$PROFILE" --jobs $(JOBS) \
	  --executor $(EXECUTOR) --out "$$OUT" $(if $(CHAPTERS),--chapters $(CHAPTERS)) $(OPTIONS)

variations: $(READY)  ## change every parameter of every chapter in turn and run it (smoke sizes, resumes)
	@$(BIN)/python workflow/variations.py --jobs $(JOBS)

travel: $(READY)  ## run every chapter as older processors would, with one and two threads (smoke sizes, resumes)
	@$(BIN)/python workflow/travel.py --jobs $(JOBS)

# One worker more than there are cores: who waits for a browser or for a build leaves a core to others.
WORKERS = $(shell expr $(JOBS) + 1)
test: $(TESTS)  ## run the tests, the smoke book in a browser included; a third of the slowest a day
	@$(BIN)/python workflow/browser.py
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder \
	  -rs $(OPTIONS)

test-all: export THIRD = all
test-all: test  ## run every test, all thirds included

versions: $(TESTS)  ## run the fast tests on the oldest and the newest Python, with the lowest versions allowed
	@$(BIN)/python workflow/versions.py

lint: $(TESTS)  ## check style, docstrings and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache

bench: $(TESTS)  ## print speed ratios against named baselines
	@for file in benchmarks/*.py; do $(BIN)/python $$file || exit 1; done

lock: $(READY)  ## write the locks anew from pyproject.toml, with the hash of every file (OPTIONS=--upgrade)
	@$(BIN)/python workflow/lock.py $(OPTIONS)

serve: $(READY)  ## open the book and rebuild it whenever a source changes
	@$(BIN)/python workflow/serve.py --profile "$$PROFILE"

lab: $(LAB)  ## open the notebooks in JupyterLab
	@$(BIN)/jupyter lab --LabApp.default_url=/lab/tree/notebooks

compare: $(READY)  ## compare the last build with the committed reference (OPTIONS=--json)
	@$(BIN)/python workflow/compare.py --profile "$$PROFILE" $(OPTIONS)

reference: $(READY)  ## make the last build the reference in data/reference, after printing what differs
	@$(BIN)/python workflow/compare.py --profile "$$PROFILE" --reference

claims: $(READY)  ## print the claims table of the last build
	@$(BIN)/manytasks claims --profile "$$PROFILE"

clean:  ## remove everything that was built (keeps .venv)
	@rm -rf build .snakemake

# One pinned environment; made again only when a pin or the package's metadata changes. Every file has the
# hash of the lock, and nothing else comes along; what is imported is compiled then. Where else pip installs on this
# machine is none of its business.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes --no-deps -r
# Of torch there is a build for processors, on some indexes, and one that needs another lock and says so.
ASKS    := from importlib.metadata import requires; exit(not any("nvidia" in line for line in requires("torch")))
$(READY) $(TESTS) $(LAB): export PYTHONPATH :=
export PIP_USER := 0
unexport PIP_TARGET PIP_PREFIX PIP_ROOT
$(READY): requirements.lock requirements-cpu.lock requirements-gpu.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]} (set PYTHON=python3.x)")'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv  # none, or half of one
	@$(INSTALL) requirements-cpu.lock 2>/dev/null || true  # where pip finds it
	@$(INSTALL) requirements.lock
	@if $(BIN)/python -c '$(ASKS)'; then $(INSTALL) requirements-gpu.lock; fi
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

# What the book does without: the tests' tools, and JupyterLab.
$(TESTS) $(LAB): .venv/.%: requirements-%.lock $(READY)
	@$(INSTALL) $<
	@touch $@
