# Everything runs in .venv, which is made on first use.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
EXTRAS := lightcurves,galaxies,search,conformal,scale,export,dev

.DEFAULT_GOAL := help
.PHONY: help demo test slow notebooks check format bench clean .venv

help:
	@echo "make .venv      install everything that is needed into .venv"
	@echo "make demo       simulate a survey, train and evaluate MESA on it, write a report"
	@echo "make test       fast tests (set MESA_DATA_DIR for those on real data)"
	@echo "make slow       tests that train, kill and reload"
	@echo "make notebooks  run the notebooks as tests"
	@echo "make check      format, lint, types, import rules"
	@echo "make format     rewrite the code in the project's format"
	@echo "make bench      install the libraries compared with, and measure"

.venv: $(VENV)/installed

$(VENV)/installed: setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[$(EXTRAS)]"
	@touch $@

demo: .venv
	$(BIN)/python -m cli.simulate mesa --output_dir $(DEMO)/data --num 3000 --seed 0
	$(BIN)/python -m cli.train_mesa --data_path $(DEMO)/data/train_data.csv --output_dir $(DEMO)/output
	$(BIN)/python -m cli.evaluate_mesa --model_path $(DEMO)/output/mesa_model.keras \
	    --test_data $(DEMO)/data/test_data.csv --output_dir $(DEMO)/test_results --visualize

test: .venv
	$(BIN)/python -m pytest -m "not slow" --numprocesses 2 --dist loadfile

slow: .venv
	$(BIN)/python -m pytest -m slow --numprocesses 2 --dist loadfile

notebooks: .venv
	$(BIN)/python -m pytest --nbmake --nbmake-timeout=600 notebooks

check: .venv
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[bench]"
	$(BIN)/python -m benchmarks.mesa_throughput
	$(BIN)/python -m benchmarks.mesa_against_lightgbm
	$(BIN)/python -m benchmarks.light_curve_views
	$(BIN)/python -m benchmarks.similarity_search

clean:
	rm -rf $(DEMO) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
