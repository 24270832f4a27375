# The verbs of development; each makes what it needs.  PYTHON=python3.12 chooses the interpreter (3.10 or
# newer), VENV the virtual environment (one for each interpreter), IDENTIFY_BUILD the build and IDENTIFY_JOBS how many
# modules are compiled at a time (see setup.py).

.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
SHELL := /bin/bash

# The first that runs and is new enough; shims of version managers exist without running.
CANDIDATES := python3 python3.13 python3.12 python3.11 python3.10 python3.14
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 10))
PYTHON ?= $(shell for one in $(CANDIDATES); do $$one -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$one && break; done)
VENV ?= .venv
IDENTIFY_BUILD ?= release
IDENTIFY_WERROR ?= 0
export IDENTIFY_BUILD IDENTIFY_WERROR
export PIP_DISABLE_PIP_VERSION_CHECK := 1

BIN := $(VENV)/bin
# What runs under it prints only if it fails, and a line says that it goes on.
QUIETLY = .ci/progress.py
INSTALL := -m pip install --quiet
SOURCES := setup.py $(wildcard _ext/*/*.pyx _ext/*/*.pxd _ext/*/*.h)
BUILT := $(VENV)/.built-$(IDENTIFY_BUILD)-$(IDENTIFY_WERROR)
STUBBED := $(patsubst identify/_compiled/%.pyi,identify._compiled.%,$(wildcard identify/_compiled/_*.pyi))
# More arguments for pytest or the demonstration: make test ARGS="-k header -x"
ARGS ?=
# What `make fast` leaves out.
FAST := not slow and not network and not browser and not frameworks

# More arguments for the published run: make bench-publish PUBLISH="--only source --resume"
PUBLISH ?=
PEERS := pytricia py-radix pysubnettree maxminddb mmdb_writer httptools sipmessage google-re2 hyperscan \
  dpkt scapy configparserc pyst2

.PHONY: build demo test fast lint typing bench bench-publish count count-baseline examples docs clean help

build: $(BUILT)  ## Build the compiled modules in place.

demo: $(BUILT)  ## Run the proxy scenarios of examples/ and print what was identified and how (ARGS=--traces: and why).
	@echo "Asking for the requests of examples/"
	@$(BIN)/python examples/demo.py $(ARGS)

test: $(BUILT) $(VENV)/.group-test  ## Run every test that this machine can run.
	$(BIN)/python -m pytest $(ARGS)

fast: $(BUILT) $(VENV)/.group-test  ## Run the tests without the long ones and without those that need PyPI, a browser or frameworks.
	$(BIN)/python -m pytest -m "$(FAST)" $(ARGS)

lint: $(BUILT) $(VENV)/.group-lint  ## Check style: ruff, cython-lint, the rules of this project, figures in documents.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PATH="$(abspath $(BIN)):$$PATH" cython-lint _ext benchmarks
	$(BIN)/python .ci/rules.py
	$(BIN)/python -m benchmarks.publishing --check

typing: $(BUILT) $(VENV)/.group-typing  ## Check types, and that the stubs say what the compiled modules have.
	$(BIN)/mypy --strict
	$(BIN)/python -m mypy.stubtest --mypy-config-file pyproject.toml --allowlist tests/stubtest.txt $(STUBBED)

bench: $(BUILT) $(VENV)/.group-test $(VENV)/.group-bench  ## Run the benchmarks of development, two minutes.
	$(BIN)/python -m pytest benchmarks/development --benchmark-max-time=0.3 --benchmark-columns=min,median,iqr,rounds $(ARGS)

bench-publish: $(BUILT) $(VENV)/.group-test $(VENV)/.group-bench $(VENV)/.peers  ## Measure the published figures and write them into the documents.
	$(BIN)/python -m benchmarks.publishing $(PUBLISH)

count: $(BUILT) $(VENV)/.group-test  ## Count instructions and hold them against the baseline.
	$(BIN)/python -m benchmarks.counting

count-baseline: $(BUILT) $(VENV)/.group-test  ## Count instructions and make that the baseline.
	$(BIN)/python -m benchmarks.counting --baseline

examples: $(BUILT) $(VENV)/.group-test  ## Write anew what the commands shown in the documents print, and lists from code.
	$(BIN)/python tests/writers/consoles.py
	$(BIN)/python tests/writers/judgements.py
	$(BIN)/python tests/writers/snapshots.py

docs: $(BUILT) $(VENV)/.group-docs  ## Build the documents as a site in build/site; what doesn't lead anywhere is an error.
	@rm -rf build/site
	$(BIN)/python -m sphinx -b html -c docs/site -d build/doctrees -E -j 2 -q -W --keep-going . build/site
	$(BIN)/python .ci/site_check.py build/site

clean:  ## Remove what was built, but not the virtual environments.
	rm -rf build dist *.egg-info identify/_compiled/*.so _ext/*/*.c $(VENV)/.built-*

help:  ## List the verbs.
	@sed -n 's/^\([a-z-]*\):.*##/\1\t/p' Makefile | expand -t 17

# -- The virtual environment: each stamp stands for what was installed from the pyproject.toml of its time --

$(VENV)/.created:
	@test -n "$(PYTHON)" || { echo "No Python 3.10 or newer found; name one: make PYTHON=/path/to/python3" >&2; exit 2; }
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { echo "$(PYTHON) doesn't run or is older than Python 3.10" >&2; exit 2; }
	@$(PYTHON) $(QUIETLY) "Making the virtual environment $(VENV)" -- $(SHELL) -c \
	    '$(PYTHON) -m venv --clear $(VENV) 2>/dev/null || $(PYTHON) -m virtualenv --quiet --clear $(VENV)' 2>/dev/null \
	  || { echo "$(PYTHON) can make no virtual environment: apt-get install python3-venv (or pip install virtualenv)" >&2; exit 2; }
	@$(BIN)/python $(QUIETLY) "Updating pip" -- $(BIN)/python $(INSTALL) --upgrade "pip>=25.1"
	@touch $@

$(VENV)/.group-%: $(VENV)/.created pyproject.toml
	@$(BIN)/python $(QUIETLY) "Installing the group '$*' of pyproject.toml" -- $(BIN)/python $(INSTALL) --group $*
	@touch $@

# Peers that have no wheel for this Python are left out one by one; the published tables say so.
$(VENV)/.peers: $(VENV)/.created pyproject.toml
	@$(BIN)/python $(INSTALL) --group bench-peers \
	  || for one in $(PEERS); do $(BIN)/python $(INSTALL) $$one || echo "without $$one"; done
	@touch $@

# Installed as a link to this folder, for the command and the metadata; needed anew when the metadata change.
# The files of pyproject's metadata may still be missing in a checkout of an old commit, so only it is named.
$(VENV)/.linked: $(VENV)/.group-build pyproject.toml identify/version.py
	@$(BIN)/python -c 'import sysconfig, os, sys; sys.exit(not os.path.exists(sysconfig.get_paths()["include"] + "/Python.h"))' \
	  || { echo "The headers of $(PYTHON) are missing: apt-get install python3-dev" >&2; exit 2; }
	@command -v $${CC:-gcc} > /dev/null || { echo "A C compiler is missing: apt-get install gcc libc6-dev" >&2; exit 2; }
	@IDENTIFY_BUILD=none $(BIN)/python $(QUIETLY) "Linking this folder into $(VENV), installing what it needs" -- \
	  $(BIN)/python $(INSTALL) --no-build-isolation --editable .
	@touch $@

# Another kind of build leaves newer files behind than the sources are, hence --force.
$(BUILT): $(VENV)/.linked $(SOURCES)
	@force=; for one in $(VENV)/.built-*; do [ "$$one" = "$@" ] || [ ! -e "$$one" ] || force=--force; done; \
	  rm -f $(VENV)/.built-*; \
	  $(BIN)/python setup.py --quiet build_ext --inplace $$force
	@touch $@
