# make book    build the site into _build/html          make serve  show it on http://127.0.0.1:8000
# make test    every check, every notebook, a class     make lab    open chapters and exercises
# make lock    refresh constraints.txt                  make clean  forget everything built
# make canary  the book and all tests with the newest version of everything
PYTHON ?= python3
BIN := .venv/bin
# Kernels start from this environment even where another Jupyter is installed for the user.
export JUPYTER_PREFER_ENV_PATH := 1

# What a chapter's outputs depend on: not the commands, the checks of exercises, or the site.
LIBRARY := $(filter-out dlcourse/cli.py dlcourse/doctor.py dlcourse/testing.py, \
	$(shell find dlcourse -name '*.py' -not -path 'dlcourse/grading/*' -not -path 'dlcourse/checks/*' -not -path 'dlcourse/sphinxext/*'))
PAGES := $(wildcard *.md chapters/*.md) _config.yml _toc.yml references.bib $(shell find assets dlcourse/sphinxext -type f -not -name '*.pyc')

.PHONY: book serve lab test lint notebooks unit canary lock clean
.DEFAULT_GOAL := book

# --- environment: one .venv, filled as far as the target needs ------------------------------------
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "dlcourse needs Python 3.11 or newer, this is " + sys.version.split()[0] + ": name another with make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

.venv/installed-book: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[book]'
	@touch $@

.venv/installed-all: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[book,grade,test]'
	@touch $@ .venv/installed-book

# --- the book -------------------------------------------------------------------------------------
book: _build/html/.complete
	@echo "The book is ready: open _build/html/index.html, or run 'make serve'."

# Outputs are cached by the text of a chapter, and Sphinx rereads changed pages only. Outputs depend
# on the library too, so when it changes every chapter runs again.
_build/.library: $(LIBRARY) constraints.txt
	@rm -rf _build/.jupyter_cache _build/.doctrees && mkdir -p _build && touch $@

# A label that moves to another page is known twice until both have been read again.
_build/.toc: _toc.yml
	@rm -rf _build/.doctrees && mkdir -p _build && touch $@

_build/html/.complete: .venv/installed-book _build/.library _build/.toc $(PAGES)
	$(BIN)/jupyter-book build . -n -W --keep-going
	@touch $@

serve: book
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html 8000

lab: .venv/installed-all
	$(BIN)/jupyter lab

# --- the checks -----------------------------------------------------------------------------------
# The book comes after the notebooks, whose run leaves it the chapters' outputs.
test: lint notebooks book unit

lint: .venv/installed-all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/nbstripout --verify --keep-id $$(git ls-files '*.ipynb')

# Every notebook in full; a notebook stays on one worker, since its cells share a kernel.
notebooks: .venv/installed-all _build/.library
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --nbval-lax -n 2 --dist loadfile chapters solutions

# A worker that is done takes over tests of the other: those of the site are slow and stand together.
unit: .venv/installed-all book
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal tests

# Early warning: what will break once the pins of Jupyter Book 1 are left. An environment of its own
# has the newest version of everything, those packages too that Jupyter Book holds back; the chapters'
# outputs are those of the book. pip says that the pins are not kept, as is meant here.
CANARY := _build/canary
canary: book
	rm -rf $(CANARY) && mkdir -p $(CANARY)/_build && cp -r _build/.jupyter_cache $(CANARY)/_build/
	$(PYTHON) -m venv $(CANARY)/venv
	$(CANARY)/venv/bin/python -m pip install --quiet --disable-pip-version-check -e '.[book,grade,test]'
	$(CANARY)/venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade \
		$$($(CANARY)/venv/bin/python -c "import re; from importlib.metadata import requires; \
		print(*(re.match(r'[\w.-]+', r)[0] for r in requires('jupyter-book') if 'extra ==' not in r))")
	$(CANARY)/venv/bin/python -m pip freeze --exclude-editable > $(CANARY)/versions.txt
	$(CANARY)/venv/bin/jupyter-book build . --path-output $(CANARY) -n -W --keep-going
	OMP_NUM_THREADS=1 DLCOURSE_SITE=$(CANARY)/_build/html \
		$(CANARY)/venv/bin/python -m pytest -n 2 --dist worksteal tests

# --- housekeeping ---------------------------------------------------------------------------------
lock: .venv/installed-all
	$(BIN)/python -m pip install --quiet --upgrade --upgrade-strategy eager -e '.[book,grade,test]'
	$(BIN)/python -m pip freeze --exclude-editable --exclude pip --exclude setuptools > constraints.txt

clean:
	rm -rf _build .venv dlcourse.egg-info .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
