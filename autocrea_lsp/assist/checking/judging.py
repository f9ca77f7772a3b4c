"""The steps of a check, cheapest first: changed, parses, hides nothing, throws nothing away, a checker agrees."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from autocrea_lsp.assist.checking.bench import Bench, Unable
from autocrea_lsp.assist.checking.choosing import checkers, language_name
from autocrea_lsp.assist.checking.comparing import Comparison, compare
from autocrea_lsp.assist.checking.findings import Checker
from autocrea_lsp.assist.checking.masking import masked
from autocrea_lsp.assist.checking.removal import removed
from autocrea_lsp.assist.checking.silencing import silenced
from autocrea_lsp.assist.checking.tools import Tools, find_tools
from autocrea_lsp.assist.checking.verdict import Candidate, Verdict
from autocrea_lsp.assist.diagnostic import Diagnostic
from autocrea_lsp.errors import UserError
from autocrea_lsp.sandbox import Level

_SAFE_NAME = re.compile(r"\w[\w.\-]{0,99}", re.ASCII)
_ENDINGS: Mapping[str, str] = {
    "python": ".py",
    "javascript": ".js",
    "javascriptreact": ".jsx",
    "typescript": ".ts",
    "typescriptreact": ".tsx",
    "go": ".go",
}
_MOST_LOST_WORDS = 2  # for each problem in JSON: a name and its value
_DATA_WORD = re.compile(r"[\w.\-]+")


async def check(
    candidate: Candidate, *, timeout_s: float, level: Level = "auto", tools: Tools | None = None
) -> Verdict:
    """Judge it, in `timeout_s` at most and outside the event loop. `tools` is where checkers are looked for."""
    candidate = replace(candidate, file_name=_name(candidate))
    objection = await asyncio.to_thread(_objection, candidate)
    if objection is not None:
        return objection
    if not candidate.trusted:
        return _unchecked("the workspace is not trusted, so no checker was run.")
    tools = tools or find_tools(candidate.folders)
    found = await asyncio.to_thread(checkers, candidate, tools)
    if not found:
        return _unchecked(f"no checker for {language_name(candidate.language)} is installed.")
    bench = Bench(level=level, timeout_s=timeout_s)
    return await _ask(candidate, found, bench)


def _objection(candidate: Candidate) -> Verdict | None:
    """What can be said without running anything; None where nothing speaks against it."""
    if candidate.after == candidate.before:
        return _failed("Nothing was changed.", "Your answer changes nothing. The problem is still there.")
    if problem := _new_syntax_error(candidate):
        return _failed(f"The result does not parse ({problem}).", f"Your result does not parse: {problem}.")
    if not candidate.diagnostics:
        return None
    if candidate.language in ("json", "jsonc"):
        lost = _lost_data(candidate)
    else:
        before, after = masked(candidate.before, candidate.language), masked(candidate.after, candidate.language)
        if trick := silenced(before, after, candidate.language, candidate.diagnostics):
            return _failed(
                f"The problem is hidden, not fixed: {trick}.",
                f"Your answer hides the problem with {trick}. Fix its cause; do not silence it.",
            )
        lost = removed(before, after, candidate.diagnostics)
    if lost:
        return _failed(
            f"The code is thrown away, not fixed: {lost}.",
            f"Your answer throws away {lost}. Keep what the code does, and fix it.",
        )
    return None


def _new_syntax_error(candidate: Candidate) -> str | None:
    """The first place that does not parse, where there are more of them now."""
    from autocrea_lsp import syntax  # grammars load on first use

    before, after = (syntax.parse(text, candidate.language) for text in (candidate.before, candidate.after))
    if before is None or after is None:
        return None
    known, found = before.problems(), after.problems()
    if len(found) <= len(known):
        return None
    messages = Counter(problem.message for problem in known)
    for problem in found:
        if messages[problem.message] <= 0:
            return f"line {problem.span.start_line + 1}: {problem.message}"
        messages[problem.message] -= 1
    return "it has more errors than before"


def _lost_data(candidate: Candidate) -> str | None:
    """A word of a JSON text that is gone: from a line that no problem is about, or one too many of those near one."""
    lines = candidate.before.splitlines()
    near = {
        line
        for each in candidate.diagnostics
        for line in range(each.span.start_line - 1, max(each.span.start_line, each.span.end_line) + 2)
    }
    words = [(word, at in near) for at, line in enumerate(lines) for word in _DATA_WORD.findall(line)]
    kept = Counter(_DATA_WORD.findall(candidate.after))
    lost_near = 0
    for word, is_near in words:
        if kept[word] > 0:
            kept[word] -= 1
            continue
        lost_near += is_near
        if not is_near or lost_near > _MOST_LOST_WORDS * len(candidate.diagnostics):
            return f"`{word[:80]}`"
    return None


async def _ask(candidate: Candidate, found: list[Checker], bench: Bench) -> Verdict:
    """Each checker in turn, until one objects."""
    agreed: list[str] = []
    gone: set[Diagnostic] = set()
    reasons: list[str] = []
    for checker in found:
        try:
            report = await checker.judge(candidate, bench)
        except Unable as reason:
            reasons.append(str(reason))
            continue
        except UserError as error:  # isolation is required and there is none
            return _unchecked(f"{error}")
        compared = await asyncio.to_thread(compare, report, candidate.before, candidate.after, candidate.diagnostics)
        if objection := _from(compared, checker):
            return replace(objection, isolation=bench.isolation)
        if compared.outside:
            reasons.append(f"{checker.name} does not see the rest of the project: {compared.outside[0]}.")
            continue
        if compared.gone or not candidate.diagnostics:
            agreed.append(checker.name)
            gone |= compared.gone
    names = " and ".join(agreed)
    if agreed and all(each in gone for each in candidate.diagnostics):
        what = "the problem is gone and nothing new stands" if candidate.diagnostics else "nothing new stands"
        if len(candidate.diagnostics) > 1:
            what = "the problems are gone and nothing new stands"
        return Verdict(
            status="passed", label=f"Checked with {names}: {what}.", checker=names, isolation=bench.isolation
        )
    if not reasons:
        asked = " and ".join(checker.name for checker in found)
        some = "some of the problems" if gone else "the problem"
        reasons.append(f"{asked} did not report {some} before either.")
    return replace(_unchecked(reasons[0]), checker=names, isolation=bench.isolation)


def _from(compared: Comparison, checker: Checker) -> Verdict | None:
    """What a checker holds against the text after."""
    if compared.standing:
        finding = compared.standing[0]
        return replace(
            _failed(f"{checker.name} still reports {finding}.", f"{checker.name} still reports: {finding}."),
            checker=checker.name,
        )
    if compared.new:
        finding = compared.new[0]
        return replace(
            _failed(
                f"{checker.name} reports something new: {finding}.",
                f"Your answer brings in a new problem. {checker.name} reports: {finding}.",
            ),
            checker=checker.name,
        )
    return None


def _failed(label: str, complaint: str) -> Verdict:
    return Verdict(status="failed", label=label, complaint=complaint)


def _unchecked(reason: str) -> Verdict:
    return Verdict(status="unchecked", label=f"Not checked: {reason}")


def _name(candidate: Candidate) -> str:
    """A file name that no program takes for an option or a path, with the ending that tells the language."""
    ending = _ENDINGS.get(candidate.language, "")
    name = candidate.file_name
    if _SAFE_NAME.fullmatch(name) and (not ending or "." in name):
        return name
    return f"text{ending or '.txt'}"
