"""Whether the problems are gone and nothing new stands, from what a checker found before and after."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from autocrea_lsp.assist.blocks import Block, blocks, is_new, moved_to
from autocrea_lsp.assist.checking.findings import Finding, Report
from autocrea_lsp.assist.diagnostic import Diagnostic
from autocrea_lsp.text import split_lines

_QUOTED = re.compile(r"[`'\"“‘]([^`'\"”’\n]{1,80})[`'\"”’]")
_NEAR = 1  # lines; checkers do not agree about where a problem starts


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`unknown`: problems that the checker did not find before, so that it cannot say that they are gone."""

    standing: tuple[Finding, ...]
    new: tuple[Finding, ...]
    outside: tuple[Finding, ...]  # new, but perhaps only for want of the project's other files
    gone: frozenset[Diagnostic]
    unknown: tuple[Diagnostic, ...]


def compare(report: Report, before: str, after: str, diagnostics: Sequence[Diagnostic]) -> Comparison:
    changes = blocks(split_lines(before), split_lines(after))
    matched = {each: found for each in diagnostics if (found := _match(each, report)) is not None}
    asked = Counter(found.key for found in matched.values())
    count_before = Counter(finding.key for finding in report.before)
    count_after = Counter(finding.key for finding in report.after)
    standing: list[Finding] = []
    gone: set[Diagnostic] = set()
    for diagnostic, found in matched.items():
        still = [each for each in report.after if each.key == found.key]
        unmoved = moved_to(found.line, changes)
        left = max(count_before[found.key] - asked[found.key], 0)  # of the same kind, and not asked about
        if report.first_only and found.syntax and report.after:
            standing.append(report.after[0])
        elif count_after[found.key] > left or any(each.line == unmoved for each in still):
            standing.append(still[0])
        else:
            gone.add(diagnostic)
    new = _new(report, changes, {found.code for found in matched.values()})
    return Comparison(
        standing=tuple(standing),
        new=tuple(each for each in new if not each.outside),
        outside=tuple(each for each in new if each.outside),
        gone=frozenset(gone),
        unknown=tuple(each for each in diagnostics if each not in matched),
    )


def _new(report: Report, changes: Sequence[Block], asked_codes: set[str]) -> list[Finding]:
    """Findings that count and did not stand before.

    In a text that does not parse a checker sees little else. What it finds once the text parses is new where we
    changed it; the rest may have been there all the time.
    """
    blind = any(each.syntax for each in report.before) and not any(each.syntax for each in report.after)
    known = Counter(each.key for each in report.before)
    new = []
    for finding in report.after:
        if not finding.error and finding.code not in asked_codes:
            continue
        if blind:
            if is_new(finding.line, changes):
                new.append(finding)
        elif known[finding.key] > 0:
            known[finding.key] -= 1
        else:
            new.append(finding)
    return new


def _match(diagnostic: Diagnostic, report: Report) -> Finding | None:
    """The finding that is this problem, however the diagnostic's own source calls it."""
    near = [
        each
        for each in report.before
        if not each.outside and (_distance(diagnostic, each) <= _NEAR or (report.first_only and each.syntax))
    ]
    for same in (_same_code, _same_words, _both_syntax):
        if found := [each for each in near if same(diagnostic, each)]:
            return min(found, key=lambda each: (_distance(diagnostic, each), not _same_words(diagnostic, each)))
    return None


def _distance(diagnostic: Diagnostic, finding: Finding) -> int:
    span = diagnostic.span
    return max(span.start_line - finding.line, finding.line - max(span.start_line, span.end_line), 0)


def _same_code(diagnostic: Diagnostic, finding: Finding) -> bool:
    code = diagnostic.code.upper().removeprefix("TS").strip("()")
    return bool(code) and code == finding.code.upper()


def _same_words(diagnostic: Diagnostic, finding: Finding) -> bool:
    """The same message, or on the same line one about the same quoted names."""
    if diagnostic.message.strip() and diagnostic.message.strip() == finding.message.strip():
        return True
    if diagnostic.span.start_line != finding.line:
        return False
    ours, theirs = set(_QUOTED.findall(diagnostic.message)), set(_QUOTED.findall(finding.message))
    return bool(ours) and bool(ours & theirs)


def _both_syntax(diagnostic: Diagnostic, finding: Finding) -> bool:
    return finding.syntax and diagnostic.severity == 1
