# The two commands: `make run` and `make test`. Both set everything up first, in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORE := $(wildcard host/tibicen/native/*.c host/tibicen/native/*.h) host/tibicen/native/build_core.py
SANITIZED := build/sanitize
FUZZED := build/fuzz
FUZZ_SECONDS ?= 210

.PHONY: run test lint unit bench soak fuzz sanitize reference clean

run: $(VENV)/.installed
	$(BIN)/tibicen run $(ARGS)

# Ends with pytest's summary line; pytest fails when it finds no test.
test: lint unit

lint: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/tibicen reference --check
	$(MAKE) --no-print-directory luacheck

.PHONY: luacheck
luacheck:
	@command -v luacheck >/dev/null || { $(as_root) apt-get update -qq && $(as_root) apt-get install -y -qq lua-check; } \
	|| { echo "luacheck is missing; install it (Debian: lua-check)"; exit 1; }
	luacheck --quiet lua plugins

as_root := $(if $(filter 0,$(shell id -u)),,sudo)

unit: $(VENV)/.tested
	$(BIN)/python -m pytest --numprocesses auto $(ARGS)

bench: $(VENV)/.tested
	$(BIN)/tibicen bench $(ARGS)

# Bounded: the fuzzers, then 10,000 reloads, then twenty minutes of reloads, crashes, runaways and floods.
soak: $(VENV)/.tested fuzz
	$(BIN)/tibicen bench soak $(ARGS)
	$(BIN)/tibicen bench endurance $(ARGS)

# Bounded: FUZZ_SECONDS for all targets of tests/fuzz together (FUZZ_TARGETS: of these). What fails is left in build/fuzz/found.
fuzz: $(VENV)/.tested
	@command -v clang >/dev/null || { $(as_root) apt-get update -qq && $(as_root) apt-get install -y -qq clang; } \
	|| { echo "clang is missing; install it (Debian: clang)"; exit 1; }
	$(BIN)/python -m tests.fuzz.build $(FUZZED)
	$(BIN)/python -m tests.fuzz.run $(FUZZED) $(FUZZ_SECONDS) $(FUZZ_TARGETS)

reference: $(VENV)/.tested
	$(BIN)/tibicen reference

# The native core under the address and undefined-behaviour sanitizers, with the tests that drive it.
sanitize: $(VENV)/.tested
	rm -rf $(SANITIZED)
	mkdir -p $(SANITIZED)
	cp -r host lua manifests tests pyproject.toml $(SANITIZED)
	find $(SANITIZED) -name '_core*.so' -delete
	TIBICEN_SANITIZE=1 $(BIN)/python $(SANITIZED)/host/tibicen/native/build_core.py
	cd $(SANITIZED) && LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" \
	ASAN_OPTIONS=detect_leaks=0:handle_segv=0 UBSAN_OPTIONS=print_stacktrace=1 PYTHONPATH=host \
	$(abspath $(BIN))/python -m pytest -p no:cacheprovider tests/native tests/fuzz \
	tests/protocol/test_layouts.py tests/protocol/test_program.py tests/protocol/test_versions.py

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version) if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade pip

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml setup.py $(CORE)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.tested: $(VENV)/bin/python pyproject.toml setup.py $(CORE)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build dist host/*.egg-info host/tibicen/native/_core.c host/tibicen/native/_core*.so
	find . -name __pycache__ -prune -exec rm -rf {} +
