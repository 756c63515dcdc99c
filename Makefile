# For developers. Everything runs in the .venv that `python3 start.py test` makes.

PYTHON := .venv/bin/python
TEMPLATES := $(shell git ls-files --cached --others --exclude-standard 'templates/*.html' '*/templates/*.html')
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-strip-extras \
  --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)
GERMAN = locale/de/LC_MESSAGES/django.po
ENGLISH = locale/en/LC_MESSAGES/django.po

.DEFAULT_GOAL := help
.PHONY: help lint python templates layers migrations format types test coverage messages bench models lock

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

lint: python templates layers migrations  ## style, templates, layers, migrations; `make -k lint` goes on after a failure

python:
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

templates:
	@$(if $(TEMPLATES),.venv/bin/djade --check --target-version 5.2 $(TEMPLATES))
	@$(if $(TEMPLATES),.venv/bin/djlint --lint --quiet $(TEMPLATES))

layers:
	.venv/bin/lint-imports --no-logo

migrations:
	$(PYTHON) manage.py makemigrations --check --dry-run

format:  ## rewrite Python and templates in the house style
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .
	@$(if $(TEMPLATES),.venv/bin/djade --target-version 5.2 $(TEMPLATES))

types:  ## mypy --strict
	$(PYTHON) -m mypy .

test:  ## the whole suite, on SQLite and on PostgreSQL with Redis
	python3 start.py test

coverage:  ## the suite on SQLite with branch coverage, as HTML in htmlcov/
	$(PYTHON) -m pytest --cov --cov-report=term --cov-report=html

messages:  ## collect texts into locale/*.po and compile them (needs GNU gettext)
	$(PYTHON) manage.py makemessages --locale de --locale en --no-obsolete --no-wrap --no-location \
	  --ignore .venv --ignore var --ignore tests
	msgattrib --sort-output --no-wrap --output-file $(GERMAN) $(GERMAN)
	msgen --sort-output --no-wrap --output-file $(ENGLISH) $(ENGLISH)
	sed -i '/^"POT-Creation-Date\|^"Report-Msgid-Bugs-To/d' $(GERMAN) $(ENGLISH)
	.venv/bin/pybabel -q compile --domain django --directory locale

bench:  ## replay comments through the whole system: FILE=comments.jsonl, SERVICES=1 for PostgreSQL and Redis
	$(PYTHON) bench/replay.py $(or $(FILE),$(error FILE names the comments to replay)) $(if $(SERVICES),--services)

models:  ## train the shipped models anew: DATA=folder of Parquet files, PYTHON=one with requirements-models.txt
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PYTHON) -m training models $(or $(DATA),$(error DATA names the folder of texts))
	MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=8589934592 $(PYTHON) -m training encoder $(DATA) $(or $(WORK),var/encoder)
	$(PYTHON) -m training topic $(DATA)

lock:  ## compile pyproject.toml into the three requirements files (needs uv); UPGRADE=1 takes newer releases
	$(COMPILE) pyproject.toml --output-file requirements.txt
	$(COMPILE) --constraint requirements.txt --group dev pyproject.toml --output-file requirements-dev.txt
	$(COMPILE) --constraint requirements.txt --group models pyproject.toml --output-file requirements-models.txt
