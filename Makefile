PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
ROOT   := $(if $(filter 0,$(shell id -u)),--allow-root)
QUICK  := $(addprefix tests/test_,$(addsuffix .py,\
          answers cam kinds_of_pictures layers project sources texts))

.PHONY: help lab check mutants test test-laptop test-oldest data bench models efficientnet patterns notebooks gallery live lab-kit grade badges book audit environment clean

help:  ## list the targets
	@awk -F ':.*## *' '/^[a-z-]+:.*##/ {printf "%-14s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

lab: $(VENV)/installed  ## set up all that is missing and open the course in JupyterLab
	-@$(BIN)/python -m helpers.sources
	-@$(BIN)/python -m tools.my_course
	$(BIN)/jupyter lab $(ROOT) --LabApp.default_url=/lab/tree/$$(test -f my_course/00_start_here.ipynb && echo my_course || echo notebooks)/00_start_here.ipynb

check: $(VENV)/installed  ## look at style, types, examples and the quick tests, in a minute; fetches no data
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	CNN_COURSE_OFFLINE=1 $(BIN)/python -m pytest --noconftest --override-ini addopts= \
		--numprocesses 2 --dist loadfile --doctest-modules helpers $(QUICK)

mutants: $(VENV)/installed  ## put one fault after the other into the helpers; do the tests notice? (5 minutes)
	$(BIN)/python -m tools.mutants

test: $(VENV)/installed  ## set up all that is missing and run every test and every lesson, two at a time
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-laptop: $(VENV)/installed  ## run lessons as on a laptop, on one core and on a busy machine; LESSONS="02 05" chooses
	$(BIN)/python -m tools.laptop $(LESSONS)

data: $(VENV)/installed  ## fetch data and weights, so that all lessons run without a network
	$(BIN)/python -m helpers.sources

test-oldest:  ## run the unit tests, and all lessons that do not train, with the oldest versions that pyproject allows
	$(PYTHON) -m venv --clear .venv-oldest
	$(PYTHON) -m tools.write_oldest > .venv-oldest/oldest.txt
	.venv-oldest/bin/python -m pip install --quiet --requirement .venv-oldest/oldest.txt
	.venv-oldest/bin/python -m pip install --quiet --constraint .venv-oldest/oldest.txt -e ".[test]"
	.venv-oldest/bin/python -m pytest tests helpers $(filter-out notebooks/01%,$(wildcard notebooks/*.ipynb)) --numprocesses 2 --dist loadfile

bench: $(VENV)/installed  ## compare speeds and write tests/benchmarks/README.md (about 70 minutes)
	$(BIN)/python -m tests.benchmarks

models: $(VENV)/installed  ## train the small nets in data/models again (3 to 4 hours)
	$(BIN)/python -m tools.make_models

efficientnet: $(VENV)/installed  ## write the weights of EfficientNet-Lite0 in data/models again
	$(BIN)/python -m tools.make_efficientnet_lite

patterns: $(VENV)/installed  ## grow the six patterns in data/patterns again (a minute or two)
	$(BIN)/python -m tools.make_patterns

notebooks: $(VENV)/installed  ## run all lessons in place and keep their outputs
	$(BIN)/python -m tools.execute_notebooks

gallery: $(VENV)/installed  ## draw the gallery, build/gallery (about 15 minutes; patterns that are there are kept)
	$(BIN)/python -m tools.make_gallery

live: $(VENV)/installed  ## write the live page, build/live, which opens from its index.html; needs npm
	@$(BIN)/python -m tools.make_live

lab-kit: $(VENV)/installed  ## write build/lab-kit, all that a room without network needs
	$(BIN)/python -m tools.make_lab_kit $(DIR)

grade: $(VENV)/installed  ## grade the notebooks below DIR=folder, into grades
	@test -n "$(DIR)" || { echo "say which folder: make grade DIR=returned"; exit 2; }
	$(BIN)/python -m tools.grade "$(DIR)"

badges: $(VENV)/installed  ## write launch links and set-up cells after the repository has moved
	@$(BIN)/python -m tools.write_badges $(ADDRESS)
	@touch $(VENV)/installed

book: $(VENV)/installed  ## write the book, build/book/site, from the stored lessons; runs nothing
	$(BIN)/python -m tools.make_book

audit: $(VENV)/installed  ## look up known faults of the installed packages, and list their versions
	$(BIN)/python -m pip install --quiet pip-audit
	-$(BIN)/python -m pip_audit --skip-editable
	$(BIN)/python -m pip list

environment: $(VENV)/installed  ## write environment.yml from pyproject.toml
	$(BIN)/python -m tools.write_environment

clean:  ## remove the virtual environment, what npm brought and all that can be made again; grades stay
	rm -rf $(VENV) .venv-oldest build docs/live/node_modules .pytest_cache .ruff_cache *.egg-info

$(VENV)/installed: pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))" 2>/dev/null || \
		{ echo "The course needs Python 3.11, 3.12 or 3.13; name one, as in: make lab PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -c "import ensurepip" 2>/dev/null || \
		{ echo "This Python lacks its module venv; on Debian and Ubuntu run: sudo apt install python3-venv"; exit 1; }
	@echo "Setting up $(VENV) takes a minute or more, for about 2 GB of packages."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade pip
	@$(BIN)/python -m pip install --quiet --editable ".[test,lab]"
	-@$(BIN)/jupyter-labextension disable --level=sys_prefix @jupyter/nbgrader >/dev/null 2>&1
	@touch $@
