# Two commands do everything on a fresh machine with Python 3.11 or newer: `make up`, `make test`.
PYTHON ?= python3
PORT ?= 8080
DATA ?= ./var
BIN := .venv/bin

FUZZ_SECONDS ?= 60
HARNESSES ?= messages explanations key_files forms tokens documents card_ranges

.PHONY: up test check coverage bench mutation fuzz docs pictures lock clean

up: ## start the house: every room, one process
	@tools/setup "$(PYTHON)" run
	@exec $(BIN)/sekisho up --port $(PORT) --data $(DATA)

test: ## all checks and all tests, browser journeys and PostgreSQL included
	@tools/setup "$(PYTHON)" dev
	@tools/system-packages
	@$(MAKE) --no-print-directory check
	@SEKISHO_WITHOUT="$$(cat .venv/without 2>/dev/null)" $(BIN)/pytest -n 2 --dist loadgroup
	@$(BIN)/python tools/requirement_ids.py

check: ## style, types, architecture, house rules, stale pages
	@tools/setup "$(PYTHON)" dev
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/test_tidy.py tests/test_docs.py

coverage: ## every line and branch of kernel and protocol is run by their own tests
	@tools/setup "$(PYTHON)" dev
	@EXAMPLES=10 nice $(BIN)/coverage run --branch --source=sekisho.kernel,sekisho.protocol -m pytest \
		tests/unit/kernel tests/unit/protocol tests/unit/testkit
	@$(BIN)/coverage report --show-missing --skip-covered --fail-under=100

bench: ## speed and memory, as ratios in one run; writes var/bench.json
	@tools/setup "$(PYTHON)" dev
	@$(BIN)/python -m bench

mutation: ## change the checks and state tables, see that tests notice: make mutation [MODULES="walk ..."]
	@tools/setup "$(PYTHON)" dev
	@$(BIN)/python tools/mutation $(MODULES)

fuzz: ## throw bytes at every parser, FUZZ_SECONDS at each; what is found lies in var/fuzz
	@tools/setup "$(PYTHON)" dev
	@for name in $(HARNESSES); do nice $(BIN)/python -m fuzz $$name $(FUZZ_SECONDS) || exit 1; done

docs: ## write the generated reference pages anew
	@tools/setup "$(PYTHON)" dev
	$(BIN)/python tools/reference.py

pictures: ## take the README's screenshot anew, from the journey that shows it
	@tools/setup "$(PYTHON)" dev
	@tools/system-packages
	$(BIN)/pytest tests/journeys/test_purchase.py -k inside_the_cart
	cp screenshots/test_the_right_code_passes_the_challenge_inside_the_cart/01-challenge.png docs/pictures/challenge.png

lock: ## write the hashed requirement files anew (needs uv)
	tools/lock

clean: ## forget the virtual environment and the house's data
	rm -rf .venv var
