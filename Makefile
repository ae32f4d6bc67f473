# The verbs of a checkout. `make setup` is idempotent; everything else calls it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.setup-stamp
UV     ?= uv

.PHONY: setup demo test coverage mutation soak endurance bench regimes golden check audit lock format clean

setup: $(STAMP)

$(STAMP): requirements-dev.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: setup
	$(BIN)/hedged demo $(ARGS)

test: setup
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

# Every branch of strategies/, by the tests that are about it; fails under 100 %.
coverage: setup
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/strategies tests/macro tests/shell/test_migrations.py \
		--cov=strategies --cov-branch --cov-report=term --cov-fail-under=100 $(ARGS)

# Mutants of signals, sizes and gates, docs/mutation.md; about half an hour. Continues where it was stopped.
mutation: setup
	nice $(BIN)/mutmut run --max-children 2 > mutation.log
	$(BIN)/python -m bench.mutation

# Speed and size as ratios, docs/performance.md; ARGS=--write-docs writes that page.
bench: setup
	$(BIN)/python -m bench $(ARGS)

# Seeded fault days in virtual time, docs/reliability.md; a day that breaks a promise prints how to replay it.
N    ?= 1000
SEED ?= 0
soak: setup
	$(BIN)/python -m soak --days $(N) --seed $(SEED) $(ARGS)

# Sixty sessions in one life of the daemon, in virtual time, docs/reliability.md; about four minutes.
endurance: setup
	$(BIN)/python -m soak.endurance $(ARGS)

# Every generated market through the wire, a few minutes; ARGS=--write-docs rewrites the table of docs/strategy.md.
regimes: setup
	$(BIN)/python -m bench.regimes $(ARGS)

# Plays the real months of tests/golden through the wire and rewrites their stories; needs HEDGED_DATA. Read the diff.
golden: setup
	$(BIN)/python -m pytest -n 2 --dist load tests/golden --write-golden $(ARGS)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What is installed agrees with itself, and no advisory is known for what is locked, where that can be asked.
audit: setup
	$(BIN)/python -m pip check
	.ci/audit

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Rewrites both lock files from pyproject.toml; needs uv on the PATH. The locks are universal (3.11 to 3.13).
lock:
	$(UV) lock --upgrade
	$(UV) export --quiet --no-header --no-emit-project --no-dev --format requirements.txt -o requirements.lock
	$(UV) export --quiet --no-header --no-emit-project --all-groups --format requirements.txt -o requirements-dev.lock
	rm -f uv.lock

clean:
	rm -rf $(VENV) mutants mutation.log .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis state
