"""Python's checkers: ruff for its rules, pyright for types. Neither runs the code or reads the project's settings."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autocrea_lsp.assist.checking.bench import Bench, Unable
from autocrea_lsp.assist.checking.findings import Checker, Finding, Report
from autocrea_lsp.assist.checking.tools import Tools
from autocrea_lsp.assist.checking.verdict import Candidate

_RULE = re.compile(r"[A-Z]{1,4}\d{3,4}")
_TYPE_RULE = re.compile(r"report[A-Z]\w{2,60}")
_BASIC_RULES = ("E9", "F")  # what is wrong in any project
_VERSION = "3.13"
_OUTSIDE = frozenset({"reportMissingImports", "reportMissingModuleSource", "reportMissingTypeStubs"})


def ruff(tools: Tools) -> Checker | None:
    program = tools.program("ruff")
    if program is None:
        return None

    async def judge(candidate: Candidate, bench: Bench) -> Report:
        asked = {each.code for each in candidate.diagnostics if _RULE.fullmatch(each.code)}
        before = await _ruff(program, candidate, candidate.before, asked, bench)
        return Report(before=before, after=await _ruff(program, candidate, candidate.after, asked, bench))

    return Checker(name="ruff", judge=judge)


async def _ruff(program: Path, candidate: Candidate, text: str, asked: set[str], bench: Bench) -> tuple[Finding, ...]:
    """`--ignore-noqa`: a marker neither hides a problem nor makes one."""
    command = (
        *(str(program), "check", "--isolated", "--no-cache", "--ignore-noqa", "--output-format", "json"),
        *("--target-version", "py" + _VERSION.replace(".", ""), "--select", ",".join((*_BASIC_RULES, *sorted(asked)))),
        *("--stdin-filename", candidate.file_name, "-"),
    )
    result = await bench.run("ruff", command, files={}, reads=(program,), stdin=_bytes(text))
    if result.exit_code not in (0, 1):  # 2: a rule that it does not know, for one
        raise Unable("ruff could not check this text.")
    rows = _read("ruff", result.stdout, list)
    found = []
    for row in rows:
        code = row.get("code") or row.get("name") or "invalid-syntax"
        found.append(
            Finding(
                line=row["location"]["row"] - 1,
                code=code,
                message=row["message"],
                syntax=code in ("invalid-syntax", "syntax-error", "E999"),
            )
        )
    return tuple(found)


def pyright(tools: Tools, *, names: Sequence[str] = ("pyright", "basedpyright")) -> Checker | None:
    node = tools.program("node")
    found = [(name, package) for name in names if (package := tools.package(name)) is not None]
    if node is None or not found:
        return None
    name, package = found[0]

    async def judge(candidate: Candidate, bench: Bench) -> Report:
        return await _pyright(name, node, package, candidate, bench)

    return Checker(name=name, judge=judge)


async def _pyright(name: str, node: Path, package: Path, candidate: Candidate, bench: Bench) -> Report:
    """Both texts in one run, each in a folder of its own: starting takes most of the time."""
    asked = {each.code: "error" for each in candidate.diagnostics if _TYPE_RULE.fullmatch(each.code)}
    settings: dict[str, Any] = {
        "typeCheckingMode": "standard",
        "pythonVersion": _VERSION,
        "pythonPlatform": "Linux",
        "enableTypeIgnoreComments": False,
        "include": ["before", "after"],
        "executionEnvironments": [{"root": "before"}, {"root": "after"}],
        **asked,
    }
    files = {
        "pyrightconfig.json": json.dumps(settings).encode(),
        f"before/{candidate.file_name}": _bytes(candidate.before),
        f"after/{candidate.file_name}": _bytes(candidate.after),
    }
    command = (str(node), str(package / "index.js"), "--outputjson", "--project", "pyrightconfig.json")
    result = await bench.run(name, command, files=files, reads=(node, package))
    if result.exit_code not in (0, 1):  # 2 and above: it failed, or did not like its settings
        raise Unable(f"{name} could not check this text.")
    before: list[Finding] = []
    after: list[Finding] = []
    for row in _read(name, result.stdout, dict).get("generalDiagnostics", []):
        rule = row.get("rule", "")
        finding = Finding(
            line=row.get("range", {}).get("start", {}).get("line", 0),
            code=rule,
            message=row["message"],
            error=row["severity"] == "error",
            syntax=not rule and row["severity"] == "error",
            outside=rule in _OUTSIDE,
        )
        (before if Path(row["file"]).parent.name == "before" else after).append(finding)
    return Report(before=tuple(before), after=tuple(after))


def _read(name: str, text: str, kind: type[Any]) -> Any:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Unable(f"{name} did not answer as expected.") from error
    if not isinstance(value, kind):
        raise Unable(f"{name} did not answer as expected.")
    return value


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
