# What a person types. Each target sets up what it needs in .venv, from the lock file.
SHELL := /bin/sh
PYTHON ?= python3
UV := .venv/bin/uv
RUN := .venv/bin

.PHONY: demo test check setup dev browser lint types unit storm kills month exactly-once truth bench-recordings bench-crm-pace bench-reports messages clean

demo: setup ## the whole job against simulated PBXs, CRMs and a mail server, into ./demo/
	$(RUN)/trunkline demo

test: setup lint types unit ## everything that CI checks

check: test

setup: .venv/bin/uv ## .venv with trunkline as it ships (a wheel) and the tools, from uv.lock
	@echo "setting up .venv from uv.lock"
	@UV_PROJECT_ENVIRONMENT=.venv $(UV) sync --frozen --quiet --no-editable --reinstall-package trunkline --inexact --compile-bytecode

dev: .venv/bin/uv ## the same, but edits show at once
	@UV_PROJECT_ENVIRONMENT=.venv $(UV) sync --frozen --quiet --inexact

browser: ## what the tests of mails and pages need beside chromium: axe-core, caniemail and puppeteer-core (Node.js 20)
	@cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "trunkline needs Python 3.11 or newer; set PYTHON=python3.11 or install it"; exit 2; }
	@echo "making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'

lint:
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/lint-imports

types:
	$(RUN)/mypy

unit:
	$(RUN)/pytest -n 2 --dist loadscope --no-loadscope-reorder

storm: setup ## a fleet of forty under faults, with ten seeds: about half an hour
	TRUNKLINE_FLEET=40 TRUNKLINE_SEEDS="1 2 3 4 5 6 7 8 9 10" $(RUN)/pytest -n 2 tests/flows/test_fleet.py

month: setup ## thirty days of 25 PBXs and every cause of a missing recording: about ten minutes
	TRUNKLINE_MONTH_DAYS=10 $(RUN)/pytest -n0 tests/flows/test_month.py

kills: setup ## a sync killed at every point, and the fetching of recordings 50 times: some minutes
	TRUNKLINE_KILLS=50 $(RUN)/pytest -n0 tests/flows/test_killed.py tests/flows/test_fetch_killed.py

exactly-once: setup ## every kind of CRM under faults and kills, with ten seeds: some minutes
	TRUNKLINE_KILLS=8 TRUNKLINE_SEEDS="1 2 3 4 5 6 7 8 9 10" $(RUN)/pytest -n0 tests/tasks/test_exactly_once.py

truth: setup ## the reports' figures against a reckoning of their own, in 400 random worlds: about twenty minutes
	TRUNKLINE_SEEDS="$$(seq -s ' ' 1 400)" $(RUN)/pytest -n 2 tests/reports/test_truth.py tests/reports/test_recompute.py

bench-crm-pace: setup ## 1,000 calls to one CRM beside what its rate limit alone costs: four minutes
	$(RUN)/python benchmarks/crm_pace.py

bench-recordings: setup ## fetching 2,000 recordings of 500 kB, beside curl (see benchmarks/README.md)
	$(RUN)/python benchmarks/recordings.py

bench-reports: setup ## all reports of 200 accounts over lakes of one and ten million calls: some minutes
	$(RUN)/python benchmarks/reports.py

messages: ## the catalogs of reports/locale brought up to date with the code: then translate what is empty
	cd reports && ../$(RUN)/pybabel -q extract -F ../pyproject.toml -k N_ --omit-header --add-location file --sort-by-file -w 110 -o locale/trunkline.pot .
	cd reports && for lang in locale/*/; do ../$(RUN)/pybabel -q update -N --ignore-obsolete --omit-header --ignore-pot-creation-date \
		-w 110 -i locale/trunkline.pot -D trunkline -d locale -l "$$(basename $$lang)" || exit 1; done
	rm reports/locale/trunkline.pot

clean:
	rm -rf .venv build dist demo tests/browser/node_modules .mypy_cache .ruff_cache .pytest_cache
