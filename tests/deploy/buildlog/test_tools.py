"""Each tool's output: the right file, line, column, message, severity and code, on any host and from any folder."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autocrea_lsp.deploy.buildlog import Problem
from tests.deploy.buildlog import cases_bundlers, cases_compiled, cases_javascript, cases_python
from tests.deploy.buildlog.logs import Case, found, read

CASES = (*cases_javascript.CASES, *cases_bundlers.CASES, *cases_python.CASES, *cases_compiled.CASES)

PREFIXES = {
    "netlify": "8:01:02 PM: ",
    "vercel's text": "[15:24:58.123] ",
    "iso": "2026-11-24T15:24:58.123456789Z ",
    "iso with two spaces": "2026-11-24T15:24:58.123Z  ",
    "docker": "#12 3.456 ",
    "docker's summary": "0.512 ",
    "docker on netlify": "8:01:02 PM: #12 3.456 ",
    "railway": "[err] ",
    "npm": "npm error ",
    "npm, older": "npm ERR! ",
    "turbo": "@shop/web:build: ",
    "compose": "web-1  | ",
    "coloured": "\x1b[31m\x1b[1m",
    "colours without their escape": "[31m",
    "progress": "building 10%\rbuilding 20%\r",
}
ROOTS = (
    "/vercel/path0",
    "/vercel/path1",
    "/opt/build/repo",
    "/app",
    "/workspace",
    "/usr/src/app",
    "/builds/team/shop",
    "/tmp/preview-8f2a/source",
    "/home/runner/job/shop/shop",
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_tool(case: Case) -> None:
    assert read(case) == list(case.expected)


@pytest.mark.parametrize(
    ("case", "prefix"),
    [
        pytest.param(case, prefix, id=f"{case}-{host}")
        for case in CASES
        for host, prefix in PREFIXES.items()
        if not (prefix.startswith("npm") and "npm error" in case.log)  # npm puts its name there once
    ],
)
def test_what_a_host_puts_before_each_line_changes_nothing(case: Case, prefix: str) -> None:
    assert read(case, prefix=prefix) == list(case.expected)


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_where_the_host_builds_changes_nothing(case: Case, root: str) -> None:
    expected = [replace(each, message=each.message.replace("/vercel/path0", root)) for each in case.expected]
    assert read(case, root=root) == expected


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_project_in_a_folder_of_the_repository(case: Case) -> None:
    root = "/vercel/path0/apps/web"
    expected = [_inside("apps/web/", each, root) for each in case.expected]
    assert read(case, root=root, inside="apps/web/", root_directory="apps/web") == expected


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_same_log_twice_says_nothing_more(case: Case) -> None:
    twice = replace(case, log=f"{case.log}\n\n{case.log}")
    assert read(twice) == list(case.expected)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_nothing_of_another_project(case: Case) -> None:
    text = case.log.replace("{root}", "/vercel/path0")
    assert found(text.split("\n"), "other.txt") == []


def _inside(folder: str, problem: Problem, root: str) -> Problem:
    return replace(problem, path=folder + problem.path, message=problem.message.replace("/vercel/path0", root))
