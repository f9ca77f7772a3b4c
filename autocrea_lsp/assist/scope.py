"""Where an act may change a document: the lines asked about, and the imports at its top."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from autocrea_lsp.assist.diagnostic import Diagnostic
from autocrea_lsp.assist.goal import Goal
from autocrea_lsp.assist.hunks import Hunk
from autocrea_lsp.assist.source import Lines, Source, lines_of
from autocrea_lsp.syntax import Tree, guess_definition, guess_import_lines
from autocrea_lsp.text import Span

AROUND = 2  # lines before and after a problem that belong to it

# Whole lines, without blanks at the ends: nothing may follow on an import's line.
_QUOTED = r"(?:\"[^\"]{1,300}\"|'[^']{1,300}')"
_IMPORT = re.compile(
    "|".join(
        (
            rf"import\s+(?:type\s+|static\s+)?[\w.*,{{}}\s$]{{1,300}}(?:\sfrom\s+{_QUOTED})?\s*;?",
            rf"import\s+(?:\w+\s+)?{_QUOTED}\s*;?",
            r"from\s+[\w.]{1,200}\s+import\s+\(?[\w.*,\s]{0,300}\)?",
            r"use\s+[\w:\\{},*\s]{1,300};",
            r"using\s+(?:static\s+)?[\w.=<>\s]{1,200};",
            r"#\s*include\s+[<\"][^<>\"]{1,200}[>\"]",
            rf"(?:require|require_relative|require_once|include_once)\s*\(?\s*{_QUOTED}\s*\)?\s*;?",
            rf"(?:const|let|var|local)\s+[\w{{}},\s:$]{{1,200}}=\s*require\s*\(?\s*{_QUOTED}\s*\)?\s*;?",
            # inside a list of imports
            r"[\w.*]{1,100}(?:\s+as\s+\w{1,100})?,",
            rf"(?:\w+\s+)?{_QUOTED}",
            rf"\}}\s*from\s*{_QUOTED}\s*;?",
            r"import\s*\(|[(){}]",
        )
    )
)


_CLOSES = re.compile(r"[\])};,]{1,9}|end")  # a line that ends what the lines before began


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """`spans` may be changed at will, `imports` get and lose import lines only; nothing else is touched.

    `beside`: new lines may also stand right before and after a span, as an extracted function does.
    """

    spans: tuple[Lines, ...]
    imports: Lines
    beside: bool = True

    @property
    def main(self) -> Lines:
        """The lines that a model is told of: from the first span's start to the last one's end."""
        return Lines(first=min(span.first for span in self.spans), last=max(span.last for span in self.spans))

    def complaint(self, old: Sequence[str], hunks: Sequence[Hunk]) -> str:
        """What is outside, in words for the model; "" when nothing is."""
        for hunk in hunks:
            if not self._allows(old, hunk):
                return f"it changes line {hunk.start + 1}, which is outside the lines that the task names"
        return ""

    def _allows(self, old: Sequence[str], hunk: Hunk) -> bool:
        first, last = hunk.start, hunk.end
        if any(span.holds(first, last) and (self.beside or _belongs(old, span, hunk)) for span in self.spans):
            return True
        # A diff may slide over a blank line beside the lines asked about.
        if any(
            first < last
            and (first < span.first or last > span.last)
            and span.holds(max(first, span.first), min(last, span.last))
            and first >= span.first - 1
            and last <= span.last + 1
            and not any(line.strip() for line in [*old[first : span.first], *old[span.last : last]])
            for span in self.spans
        ):
            return True
        changed = [*old[first:last], *hunk.new]
        at_top = first >= min(self.imports.first, self.imports.last) and last <= self.imports.last + 1
        return at_top and all(not line.strip() or _IMPORT.fullmatch(line.strip()) for line in changed)


def definition(source: Source, tree: Tree | None, line: int, column: int = 0) -> Lines | None:
    """The definition around a place, by the tree or else by a guess."""
    found = tree.enclosing_definition(line, column) if tree else guess_definition(source.lines, line)
    return lines_of(found.span) if found else None


def scope(source: Source, tree: Tree | None, goal: Goal, selected: Span, diagnostics: Sequence[Diagnostic]) -> Scope:
    """Where `goal` may change the document; `selected` is the user's selection, or empty at the caret."""
    end = len(source.lines)
    first, last = tree.import_lines() if tree else guess_import_lines(source.lines)
    imports = Lines(first=first, last=last)
    if goal == "fixAll":
        return Scope(spans=(Lines(first=0, last=end),), imports=imports)
    if goal == "fix":
        spans = tuple(_around(source, tree, each.span) for each in diagnostics)
        return Scope(spans=spans or (_around(source, tree, selected),), imports=imports, beside=False)
    empty = (selected.start_line, selected.start_column) == (selected.end_line, selected.end_column)
    chosen = _clipped(lines_of(selected), end)
    if empty or goal in ("document", "extract"):  # those change what stands around the selection
        around = definition(source, tree, selected.start_line, selected.start_column)
        chosen = around or (_clipped(Lines(first=0, last=end), end) if empty else chosen)
    return Scope(spans=(chosen,), imports=imports)


def _belongs(old: Sequence[str], span: Lines, hunk: Hunk) -> bool:
    """Whether lines that are put in belong to the span: between its lines, or at its end and indented as its body."""
    if hunk.end < span.last and (hunk.start < hunk.end or hunk.start > span.first):
        return True
    if hunk.start == hunk.end == span.first or span.first >= len(old):
        return False
    depth = _depth(next((line for line in old[span.first : span.last] if line.strip()), ""))
    more = hunk.new[hunk.end - hunk.start :]  # than it replaces
    return all(_depth(line) > depth or _CLOSES.fullmatch(line.strip()) for line in more if line.strip())


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _around(source: Source, tree: Tree | None, span: Span) -> Lines:
    end = len(source.lines)
    near = lines_of(span)
    near = Lines(first=max(0, near.first - AROUND), last=min(end, near.last + AROUND))
    inside = definition(source, tree, span.start_line, span.start_column)
    if inside is None:
        return near
    return Lines(first=min(near.first, inside.first), last=min(end, max(near.last, inside.last)))


def _clipped(lines: Lines, end: int) -> Lines:
    return Lines(first=min(lines.first, end), last=min(lines.last, end))
