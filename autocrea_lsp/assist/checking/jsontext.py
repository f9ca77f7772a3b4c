"""JSON's checker is its parser; nothing is run. `jsonc` may hold comments and a comma before a closing bracket."""

from __future__ import annotations

import json
import re
from typing import Any

from autocrea_lsp.assist.checking.bench import Bench
from autocrea_lsp.assist.checking.findings import Checker, Finding, Report
from autocrea_lsp.assist.checking.masking import masked
from autocrea_lsp.assist.checking.verdict import Candidate

_LAST_COMMA = re.compile(r",(\s*[}\]])")


def parser(candidate: Candidate) -> Checker:
    comments = candidate.language == "jsonc"

    async def judge(candidate: Candidate, _bench: Bench) -> Report:
        return Report(
            before=findings(candidate.before, comments), after=findings(candidate.after, comments), first_only=True
        )

    return Checker(name="the JSON parser", judge=judge)


def findings(text: str, comments: bool = False) -> tuple[Finding, ...]:
    """The first syntax error, or every name that an object holds twice."""
    if comments:
        text = _plain(text)
    twice: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        seen = dict(items)
        if len(seen) < len(items):
            names = [name for name, _ in items]
            twice.extend(sorted({name for name in names if names.count(name) > 1}))
        return seen

    try:
        json.loads(text, object_pairs_hook=pairs, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        return (Finding(line=error.lineno - 1, code="", message=error.msg, syntax=True),)
    except (ValueError, RecursionError) as error:
        return (Finding(line=0, code="", message=str(error), syntax=True),)
    return tuple(
        Finding(line=line, code="", message="Duplicate object key") for name in twice for line in _lines_of(text, name)
    )


def _plain(text: str) -> str:
    """The text without comments and last commas, every line where it was."""
    comments = masked(text, "jsonc").comments
    bare = "".join(char if comment in " \t\r\n" else " " for char, comment in zip(text, comments, strict=True))
    code = masked(bare, "jsonc").code
    spots = {match.start() for match in _LAST_COMMA.finditer(code)}
    return "".join(" " if at in spots else char for at, char in enumerate(bare))


def _lines_of(text: str, name: str) -> list[int]:
    """The lines where objects have that name."""
    pattern = re.compile(re.escape(json.dumps(name, ensure_ascii=False)) + r"\s*:")
    return [text.count("\n", 0, match.start()) for match in pattern.finditer(text)]


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
