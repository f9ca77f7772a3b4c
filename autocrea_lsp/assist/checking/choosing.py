"""Which checkers can speak about the problems of a text."""

from __future__ import annotations

from collections.abc import Mapping

from autocrea_lsp.assist.checking import golang, javascript, jsontext, python
from autocrea_lsp.assist.checking.findings import Checker
from autocrea_lsp.assist.checking.tools import Tools
from autocrea_lsp.assist.checking.verdict import Candidate

_RUFF = frozenset({"ruff"})
_PYRIGHT = frozenset({"pyright", "basedpyright", "pylance"})
_TYPESCRIPT = frozenset({"ts", "typescript", "js", "javascript", "deno-ts", "vtsls", ""})
_JSON = frozenset({"json", "jsonc"})
_NAMES: Mapping[str, str] = {
    "python": "Python",
    "javascript": "JavaScript",
    "javascriptreact": "JavaScript",
    "typescript": "TypeScript",
    "typescriptreact": "TypeScript",
    "go": "Go",
    "json": "JSON",
    "jsonc": "JSON",
}


def language_name(language: str) -> str:
    return _NAMES.get(language) or language or "this language"


def checkers(candidate: Candidate, tools: Tools) -> list[Checker]:
    """Those that are there, the quickest first. All of them are asked: a problem is gone where one says so."""
    sources = {each.source.lower() for each in candidate.diagnostics}
    found: list[Checker | None] = []
    match candidate.language:
        case "python":
            other = bool(sources - _RUFF - _PYRIGHT)
            if not sources or other or sources & _RUFF:
                found.append(python.ruff(tools))
            if other or sources & _PYRIGHT or found == [None]:
                names = ("basedpyright", "pyright") if "basedpyright" in sources else ("pyright", "basedpyright")
                found.append(python.pyright(tools, names=names))
        case "typescript" | "typescriptreact":
            found.append(javascript.tsc(tools))
        case "javascript" | "javascriptreact":
            if candidate.language == "javascript":
                found.append(javascript.node(tools))
            if sources & _TYPESCRIPT or candidate.language == "javascriptreact":
                found.append(javascript.tsc(tools))
        case "go":
            found += [golang.gofmt(tools), golang.vet(tools)]
        case language if language in _JSON:
            found.append(jsontext.parser(candidate))
    return [checker for checker in found if checker is not None]
