# Two commands do it all: `make demo` and `make test`. Each installs what is missing first.
# A person's PATH often lacks the folders that root's programs are in.
export PATH := $(PATH):/usr/local/sbin:/usr/sbin:/sbin
# Without it each worker of the tests, and each program that they start, would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
# While one run waits, for PostgreSQL or for a clock, the others have the two processors. Each takes a third of the
# tests in their order, and what another has left when it is done.
SIDE_BY_SIDE := -n 3 --dist worksteal
TALLY := .cache/tests.json
STATIC := .cache/static.log
# Calls mostly wait, so four runs share two processors; what one file sets up is for its tests together.
PHONES := -n 4 --dist loadfile --no-loadscope-reorder
LOCK := UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test check lines chaos hostile bench-calls bench-memory bench-counts bench-voicemail bench-voice bench-commands bench-scale texts house format lock settings-page static installed steer test-browser bench-reach

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Ring the simulated neighbourhood and say who heard the alert (FOLDER= works elsewhere)
	@exec scripts/demo $(if $(FOLDER),"$(FOLDER)")

test: installed static ## Check the code and run every test, also those on a real Asterisk
	@$(PYTEST) -q -m "not pbx" $(SIDE_BY_SIDE) --tally-to $(TALLY)
	@$(PYTEST) -q -m pbx $(PHONES) --tally-from $(TALLY)

check: installed ## Check the code and run the quick tests, in some minutes
	@$(MAKE) --silent static >$(STATIC) 2>&1 & static=$$!; \
	$(PYTEST) -q -m "not pbx and not thorough" --hypothesis-profile quick $(SIDE_BY_SIDE); tests=$$?; \
	wait $$static || tests=1; cat $(STATIC); exit $$tests

test-browser: installed ## Work at the screen in a Chromium, on a running system (JOURNEY= walks some)
	@$(BIN)/python -m tests.browser $(if $(JOURNEY),"$(JOURNEY)")

lines: installed ## Hold scripted conversations with our number over real calls
	@$(BIN)/python -m tests.acceptance

steer: installed ## Pause, slow down, stop, correct and follow up alerts over real calls (ONLY= plays some)
	@$(BIN)/python -m tests.acceptance.steering $(if $(ONLY),--only "$(ONLY)")

chaos: installed ## Kill everything, again and again, and let the phones tell (SEED= draws other faults)
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED))

hostile: installed ## Attack a server from the network and from accounts of its machine (SEED= draws other packets)
	@$(BIN)/python -m tests.hostile $(if $(SEED),--seed $(SEED))

bench-calls: installed ## Compare us with plain Asterisk call files: what a call costs, and the highest pace
	@$(BIN)/python -m bench.calls

bench-memory: installed ## Does the memory of the line and of Asterisk stay as it is over 10,000 calls?
	@$(BIN)/python -m bench.calls.memory

bench-counts: installed ## Count what a call asks of PostgreSQL and of Asterisk (EACH=1 names each)
	@$(BIN)/python -m tests.counts $(if $(EACH),--each)

bench-voicemail: installed ## Ring drawn people and voicemails, judge by what they recorded (SEED= draws others)
	@$(BIN)/python -m bench.voicemail $(if $(SEED),--seed $(SEED)) $(if $(COUNT),--count $(COUNT))

bench-voice: installed ## Is our voice understood on a telephone, how soon and how fast does it speak?
	@$(BIN)/python -m bench.voice

bench-commands: installed ## What does a command cost that only looks something up?
	@$(BIN)/python -m bench.commands

bench-scale: installed ## Create a broadcast for a million and work at it, against one for ten thousand
	@$(BIN)/python -m bench.scale

bench-reach: installed ## Reach a thousand people on a hundred lines, beside the soonest possible (SEED=, SPEED=, NODES=)
	@$(BIN)/python -m bench.reach $(if $(SEED),--seed $(SEED)) $(if $(SPEED),--speed $(SPEED)) $(if $(NODES),--nodes $(NODES))

texts: installed ## Are texts said right? Our table, all words of four languages, drawn figures (TABLE=, SEED=)
	@$(BIN)/python -m tests.texts $(if $(TABLE),--table $(TABLE)) $(if $(SEED),--seed $(SEED))

house: installed ## Count rooms, arrows, circles and names from the code, and plant a violation of each gate
	@$(BIN)/python -m tests.architecture

format: installed ## Put the code in its standard form
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format

lock: installed ## Bring the lock files up to date with pyproject.toml
	@command -v uv >/dev/null || $(BIN)/python -m pip install --quiet uv
	@PATH="$$PATH:$(CURDIR)/$(BIN)" && export PATH && \
	$(LOCK) --group build pyproject.toml -o requirements.lock && \
	$(LOCK) --group dev -c requirements.lock -o requirements-dev.lock && \
	$(LOCK) --group voice -c requirements.lock -o requirements-voice.lock

settings-page: installed ## Write docs/settings.md anew from the code
	@$(BIN)/python -m buurtbel.settings.page

static:
	@$(BIN)/ruff format --check --quiet || { echo "Some files are not in standard form: run 'make format'."; exit 1; }
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo

lines: NEEDS := asterisk phones
steer: NEEDS := asterisk
test-browser: NEEDS := dev asterisk browser
chaos: NEEDS := dev asterisk chaos
hostile: NEEDS := dev asterisk
test: NEEDS := dev asterisk phones texts voices
check: NEEDS := dev texts voices
house format lock settings-page: NEEDS := dev
bench-calls: NEEDS := asterisk bench
bench-memory: NEEDS := asterisk bench
bench-voicemail: NEEDS := asterisk voices
bench-voice: NEEDS := voice
bench-scale: NEEDS := bench
bench-reach: NEEDS := bench
bench-counts: NEEDS := dev
texts: NEEDS := texts

installed:
	@scripts/bootstrap $(NEEDS)
