"""Checkers that take too long, fail, or may not be run: never passed, and the user reads why."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from autocrea_lsp.assist.checking import check
from autocrea_lsp.assist.checking.tools import Tools
from autocrea_lsp.assist.diagnostic import Diagnostic
from autocrea_lsp.sandbox import isolation
from tests.assist.checking.case import Case, problem
from tests.assist.checking.test_tools import program

FIX = Case(
    name="typo",
    language="python",
    before="def f(x):\n    return y\n",
    after="def f(x):\n    return x\n",
    problems=[problem(2, "Ruff", "F821", "Undefined name `y`")],
    expect="passed",
    label="",
)
GO_FIX = replace(
    FIX,
    language="go",
    before="package a\n\nvar A = f(\n",
    after="package a\n\nvar A = f()\n",
    problems=[problem(3, "syntax", "", "expected operand, found newline")],
)


def only(folder: Path) -> Tools:
    return Tools(folders=(), own=folder, path=(), packages=())


FOUND = json.dumps([{"code": "F821", "location": {"row": 2}, "message": "Undefined name `y`"}])
BROKEN = {
    "ends with an error": ("exit 2", "ruff could not check this text"),
    "says nothing": ("exit 0", "ruff did not answer as expected"),
    "says something else": ("echo '{}'", "ruff did not answer as expected"),
    "is killed": ("kill -9 $$", "ruff was ended by signal 9"),
    "says too much": ("head -c 5000000 /dev/zero", "ruff reported more than can be read"),
    "finds nothing in either": ("echo '[]'", "ruff did not report the problem before either"),
}


@pytest.mark.parametrize("how", BROKEN)
async def test_a_checker_that(how: str, tmp_path: Path) -> None:
    script, label = BROKEN[how]
    program(tmp_path / "ruff", script)
    verdict = await check(FIX.candidate(), timeout_s=20, tools=only(tmp_path))
    assert (verdict.status, verdict.complaint) == ("unchecked", "")
    assert label in verdict.label


async def test_a_checker_that_takes_too_long_is_killed_and_the_fix_is_unchecked(tmp_path: Path) -> None:
    program(tmp_path / "ruff", "sleep 1000")
    start = time.monotonic()
    verdict = await check(FIX.candidate(), timeout_s=0.5, tools=only(tmp_path))
    assert (verdict.status, verdict.label) == ("unchecked", "Not checked: ruff took longer than 0.5 s.")
    assert time.monotonic() - start < 5


async def test_the_time_is_for_all_runs_together(tmp_path: Path) -> None:
    """Each run takes less than the limit; both together take more."""
    program(tmp_path / "ruff", f"sleep 0.6; echo '{FOUND}'; exit 1")
    verdict = await check(FIX.candidate(), timeout_s=1.0, tools=only(tmp_path))
    assert verdict.label == "Not checked: ruff took longer than 1 s."


async def test_where_isolation_is_required_and_missing_nothing_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "_known", None)
    monkeypatch.setattr(isolation, "PLACES", ())
    program(tmp_path / "ruff", f"echo ran > {tmp_path}/trace")
    verdict = await check(FIX.candidate(), timeout_s=20, level="required", tools=only(tmp_path))
    assert verdict.status == "unchecked"
    assert "isolated" in verdict.label
    assert not (tmp_path / "trace").exists()


async def test_the_verdict_says_how_well_the_checker_was_locked_in(tools: Tools) -> None:
    verdict = await check(FIX.candidate(), timeout_s=20, level="off", tools=tools)
    assert (verdict.status, verdict.isolation) == ("passed", "limits only, NOT isolated")


async def test_settings_of_the_project_are_not_read(
    tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ruff.toml").write_text('lint.ignore = ["F"]\n', "utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.pyright]\nreportUndefinedVariable = false\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    bad = replace(FIX, after="def f(x):\n    return z\n").candidate()
    verdict = await check(replace(bad, folders=(tmp_path,)), timeout_s=20, tools=tools)
    assert (verdict.status, "Undefined name `z`" in verdict.label) == ("failed", True)


@pytest.mark.parametrize("name", ["-x.py", "../a.py", "a/b.py", "", ".py", "ä b.py", "x" * 300 + ".py", "a\nb.py"])
async def test_a_strange_file_name_does_no_harm(name: str, tools: Tools) -> None:
    verdict = await check(replace(FIX.candidate(), file_name=name), timeout_s=20, tools=tools)
    assert verdict.status == "passed"


REFACTORED = "def f(x: int) -> int:\n    return x\n"


@pytest.mark.parametrize(
    ("after", "status", "label"),
    [
        (REFACTORED, "passed", "Checked with ruff: nothing new stands."),
        (REFACTORED.replace("return x", "return z"), "failed", "ruff reports something new: F821"),
        (REFACTORED.replace("return x", "return (x"), "failed", "does not parse"),
        ("def g():\n    pass\n", "passed", "nothing new stands"),
    ],
)
async def test_a_refactoring_is_free_to_change_what_it_likes_but_for_errors(
    after: str, status: str, label: str, tools: Tools
) -> None:
    candidate = replace(FIX.candidate(), before="def f(x):\n    return x\n", after=after, diagnostics=())
    verdict = await check(candidate, timeout_s=20, tools=tools)
    assert (verdict.status, label in verdict.label) == (status, True), verdict


async def test_errors_that_stood_before_are_not_held_against_a_fix(tools: Tools) -> None:
    old = "\n\ndef other():\n    return missing\n"
    candidate = replace(FIX, before=FIX.before + old, after="import os\nprint(os)\n" + FIX.after + old).candidate()
    assert (await check(candidate, timeout_s=20, tools=tools)).status == "passed"
    worse = replace(candidate, after=candidate.after + "    return missing\n")
    assert (await check(worse, timeout_s=20, tools=tools)).status == "failed"


GOFMT = """
while IFS= read -r line; do
  case $line in *'f(') echo "<standard input>:3:11: expected operand, found newline" >&2; bad=1;; esac
done
exit ${bad:+2}
"""
VET = """
[ "$1 $2" = "vet ." ] && [ "$GOPROXY $CGO_ENABLED" = "off 0" ] && [ -e go.mod ] || exit 3
grep -q undefinedName sample.go || exit 0
echo "# candidate" >&2
echo "vet: ./sample.go:3:9: undefined: undefinedName" >&2
exit 1
"""


@pytest.mark.parametrize(
    ("before", "after", "diagnostic", "status", "label"),
    [
        (GO_FIX.before, GO_FIX.after, GO_FIX.problems[0], "passed", "Checked with gofmt: the problem is gone"),
        (
            "package a\n\nvar A = undefinedName\n",
            "package a\n\nvar A = B\n\nvar B = 2\n",
            problem(3, "compiler", "UndeclaredName", "undefined: undefinedName"),
            "passed",
            "Checked with go vet: the problem is gone",
        ),
        (
            "package a\n\nvar A = undefinedName\n",
            "package a\n\nvar A = 1 + undefinedName\n",
            problem(3, "compiler", "UndeclaredName", "undefined: undefinedName"),
            "failed",
            "go vet still reports undefined: undefinedName",
        ),
    ],
)
async def test_what_gos_programs_say_is_understood(
    before: str, after: str, diagnostic: Diagnostic, status: str, label: str, tmp_path: Path
) -> None:
    """With programs that answer as Go's do: Go itself is on few machines of ours."""
    program(tmp_path / "go" / "bin" / "gofmt", GOFMT)
    program(tmp_path / "go" / "bin" / "go", VET)
    candidate = replace(GO_FIX, before=before, after=after, problems=[diagnostic]).candidate()
    verdict = await check(candidate, timeout_s=20, tools=only(tmp_path / "go" / "bin"))
    assert (verdict.status, label in verdict.label) == (status, True), verdict
