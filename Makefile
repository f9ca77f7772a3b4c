# Every target sets up what it needs, inside this tree, and is quick when that was done before (.ci/setup.sh).
# Needs: Python 3.11 or newer, make, bash, and the package registries that pip, npm and apt are set up for.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test yardsticks e2e-vscode bench lint lock gen vsix clean setup
MAKEFLAGS += --no-print-directory

BIN := $(CURDIR)/.venv/bin
# Node 24 and npm of the development environment come before the machine's own.
export PATH := $(BIN):$(PATH)
# Weights and all else that the server keeps stay in this tree, apart from the user's own.
export AUTOCREA_HOME := $(CURDIR)/.cache/weights

help: ## say what each target does
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/\1\t\2/p' Makefile | \
	  while IFS=$$'\t' read -r name text; do printf '  make %-11s %s\n' "$$name" "$$text"; done

setup: ## install everything that tests and checks need (the other targets do it themselves)
	@.ci/setup.sh dev lua vscode weights sandbox checkers

demo: ## the server, three sample files, a real Neovim and a deployed site, on the embedded model: no key, no network
	@.ci/setup.sh run weights sandbox
	autocrea-lsp demo --need-nvim

test: ## unit, protocol and process tests, Neovim's included; then VS Code's unit tests (ARGS: for pytest)
	@.ci/setup.sh dev vscode weights sandbox checkers
	python -m pytest -m 'not bench and not yardsticks' $(ARGS)
	cd editors/vscode && npm test

yardsticks: ## the hosts' own clients over our emulators, and ours beside them; prints a table (ARGS: for pytest)
	@.ci/setup.sh dev
	python -m tests.yardsticks $(ARGS)

e2e-vscode: ## a real VS Code: type, see ghost text, press Tab, compare the saved file
	@.ci/setup.sh dev vscode weights
	editors/vscode/test/e2e/setup.sh
	node editors/vscode/test/e2e/run.mjs

bench: ## measure beside jedi-language-server and Vercel's own client, and print tables
	@.ci/setup.sh dev weights yardsticks
	python -m tests.bench

lint: ## ruff, mypy, import contracts, StyLua, luacheck, tsc, eslint
	@.ci/setup.sh dev lua vscode
	ruff check .
	ruff format --check .
	mypy
	lint-imports --no-logo
	editors/lint/node_modules/.bin/stylua --check --config-path editors/neovim/stylua.toml editors/neovim plugin autocrea_lsp
	luacheck --quiet --config editors/neovim/.luacheckrc editors/neovim plugin autocrea_lsp
	cd editors/vscode && npm run -s lint

# UPGRADE=1 takes the newest releases that pyproject.toml allows; without it only what changed there is resolved anew.
# uv asks the registry that the user has set up, and names none in what it writes.
LOCK_OPTIONS = --universal --python-version 3.11 --only-binary :all: --generate-hashes --quiet \
  --no-header --no-annotate --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)
COMPILE = python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' | \
  uv pip compile pyproject.toml - $(LOCK_OPTIONS) --extra local

lock: ## write requirements.txt and requirements-dev.txt from pyproject.toml (UPGRADE=1: newest releases)
	@.ci/setup.sh dev
	$(COMPILE) --group demo --output-file requirements.txt
	$(COMPILE) --group dev --constraint requirements.txt --output-file requirements-dev.txt
	uv pip compile tests/yardsticks/requirements.in $(LOCK_OPTIONS) --output-file tests/yardsticks/requirements.txt

gen: ## write what editors and README take from the Python: settings, names, types
	@.ci/setup.sh dev
	python editors/generate.py

vsix: ## package the VS Code extension into dist/
	@.ci/setup.sh dev vscode
	mkdir -p dist
	cd editors/vscode && npm run -s package -- --out $(CURDIR)/dist/

clean: ## remove everything that the targets made
	rm -rf .venv .cache .vscode-e2e dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf editors/*/node_modules tests/*/node_modules tests/yardsticks/.venv editors/vscode/out editors/vscode/test/e2e/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
