# Two commands do it all: `make demo` and `make test`. Each installs what is missing first.
# A person's PATH often lacks the folders that root's programs are in.
export PATH := $(PATH):/usr/local/sbin:/usr/sbin:/sbin
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
TALLY := .cache/tests.json
# Calls mostly wait, so four runs share two processors; what one file sets up is for its tests together.
PHONES := -n 4 --dist loadfile --no-loadscope-reorder
LOCK := UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test check lines chaos bench-calls bench-voicemail bench-scale format lock static installed

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: installed ## Ring the simulated neighbourhood and say who heard the alert
	@$(BIN)/buurtbel demo

test: installed static ## Check the code and run every test, also those on a real Asterisk
	@$(PYTEST) -q -m "not pbx" -n 2 --tally-to $(TALLY)
	@$(PYTEST) -q -m pbx $(PHONES) --tally-from $(TALLY)

check: installed static ## Check the code and run the fast tests, in under two minutes
	@$(PYTEST) -q -m "not pbx" -n 2

lines: installed ## Hold scripted conversations with our number over real calls
	@$(BIN)/python -m bench.lines

chaos: installed ## Kill everything, again and again, and let the phones tell (SEED= draws other faults)
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED))

bench-calls: installed ## Compare us with plain Asterisk call files at 600 calls
	@$(BIN)/python -m bench.calls

bench-voicemail: installed ## Ring drawn people and voicemails, judge by what they recorded (SEED= draws others)
	@$(BIN)/python -m bench.voicemail $(if $(SEED),--seed $(SEED)) $(if $(COUNT),--count $(COUNT))

bench-scale: installed ## Create a broadcast for a million and work at it, against one for ten thousand
	@$(BIN)/python -m bench.scale

format: installed ## Put the code in its standard form
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format

lock: installed ## Bring the lock files up to date with pyproject.toml
	@command -v uv >/dev/null || $(BIN)/python -m pip install --quiet uv
	@PATH="$$PATH:$(CURDIR)/$(BIN)" && export PATH && \
	$(LOCK) --group build pyproject.toml -o requirements.lock && \
	$(LOCK) --group dev -c requirements.lock -o requirements-dev.lock

static:
	@$(BIN)/ruff format --check --quiet || { echo "Some files are not in standard form: run 'make format'."; exit 1; }
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo

demo: NEEDS := asterisk
lines: NEEDS := asterisk phones
chaos: NEEDS := dev asterisk chaos
test: NEEDS := dev asterisk
check format lock: NEEDS := dev
bench-calls: NEEDS := asterisk bench
bench-voicemail: NEEDS := asterisk voices
bench-scale: NEEDS := bench

installed:
	@scripts/bootstrap $(NEEDS)
