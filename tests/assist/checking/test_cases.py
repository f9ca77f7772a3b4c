"""Proposed fixes, judged with the real checkers: the good ones pass, and none of the bad ones does."""

from __future__ import annotations

import pytest

from autocrea_lsp.assist.checking import check
from autocrea_lsp.assist.checking.tools import Tools
from autocrea_lsp.sandbox import probe
from tests.assist.checking import cases_other, cases_python, cases_web
from tests.assist.checking.case import Case

CASES = [*cases_python.CASES, *cases_web.CASES, *cases_other.CASES]
PATIENCE_S = 60.0  # the machine may be busy; how long each takes is another test's business


def name_of(case: Case) -> str:
    return f"{case.language}-{case.name}"


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_a_fix(case: Case, tools: Tools) -> None:
    if case.language == "go" and (tools.program("gofmt") or tools.program("go")) and case.expect == "unchecked":
        pytest.skip("Go is installed: what it says is not in this table")
    _skip_without(case.checker, tools)
    verdict = await check(case.candidate(), timeout_s=PATIENCE_S, tools=tools)
    assert (verdict.status, case.label in verdict.label) == (case.expect, True), verdict
    assert bool(verdict.complaint) == (verdict.status == "failed")
    if case.checker:
        assert verdict.isolation == str(await probe())


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_in_an_untrusted_workspace_nothing_is_run_and_nothing_passes(case: Case, tools: Tools) -> None:
    verdict = await check(case.candidate(trusted=False), timeout_s=PATIENCE_S, tools=tools)
    assert verdict.status in ("failed", "unchecked")
    assert (verdict.checker, verdict.isolation) == ("", "")
    if verdict.status == "unchecked":
        assert "not trusted" in verdict.label


def test_the_table_holds_what_it_should() -> None:
    assert len(CASES) >= 40
    assert len({name_of(case) for case in CASES}) == len(CASES)
    by_result = {(case.language, case.expect) for case in CASES}
    for language in ("python", "typescript", "json"):
        assert {(language, "passed"), (language, "failed"), (language, "unchecked")} <= by_result


def _skip_without(checker: str, tools: Tools) -> None:
    needed = {
        "ruff": tools.program("ruff"),
        "pyright": tools.program("node") and tools.package("pyright"),
        "tsc": tools.program("node") and tools.package("typescript"),
        "node": tools.program("node"),
    }
    if checker and not needed[checker]:
        pytest.skip(f"{checker} is not here: run `.ci/setup.sh dev vscode checkers`")
