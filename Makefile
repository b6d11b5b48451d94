# Every developer command. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run test check fast translate bench lock clean

help: ## List the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(STAMP): requirements-dev.lock package-lock.json tools/frontend.py tools/setup.sh
	@PYTHON=$(PYTHON) sh tools/setup.sh

run: $(STAMP) ## Set everything up and serve the demo world on loopback
	@$(BIN)/python -m marketplace.cli run --port $${PORT:-8000}

test: $(STAMP) ## Set everything up and run every test, journeys in a browser included
	@sh tools/browser.sh
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(STAMP) ## Style, and the line of rooms
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --no-cache

fast: $(STAMP) ## The tests without journeys
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not journey"

translate: $(STAMP) ## Collect visible text and bring the English catalogue up to date
	@$(BIN)/python tools/translate.py

bench: $(STAMP) ## Print the figures of the README
	@$(BIN)/python -m benchmarks

lock: ## Lock the dependencies anew (needs uv)
	@uv pip compile -q --generate-hashes --universal --no-emit-index-url --extra s3 pyproject.toml -o requirements.lock
	@uv pip compile -q --generate-hashes --universal --no-emit-index-url --all-extras -c requirements.lock pyproject.toml -o requirements-dev.lock
	@npm install --package-lock-only

clean: ## Remove what was installed and the demo data
	rm -rf .venv node_modules var marketplace/static/vendor
