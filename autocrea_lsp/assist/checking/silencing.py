"""Problems that were hidden from the checker instead of fixed: markers in comments, and code that switches it off."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autocrea_lsp.assist.checking.masking import Masked
from autocrea_lsp.assist.diagnostic import Diagnostic

_SCRIPT = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact", "vue", "svelte"})
_PYTHON = frozenset({"python"})
_GO = frozenset({"go"})

_MARKERS = (
    r"\bno-?qa\b",
    r"type:\s*ignore",
    r"\b(?:base)?pyright:\s*\w",
    r"\btype:\s*(?:typing\.)?Any\b",
    r"@(?:type|param|returns?|typedef)\s*\{\s*(?:any|\*)",  # types of JavaScript
    r"\bpyre-(?:ignore|fixme|unsafe)",
    r"\bpylint:\s*(?:disable|skip)",
    r"\bmypy:\s*\w",
    r"\b(?:flake8|ruff|isort):\s*\w",
    r"\bnosec\b",
    r"\bpragma:?\s*no",
    r"@ts-(?:ignore|expect-error|nocheck)",
    r"\b(?:eslint|tslint|oxlint|stylelint)[-:]disable",
    r"\b(?:jshint|jslint)\b",
    r"\b(?:biome|deno-lint|deno-fmt|svelte|vue)-ignore",
    r"\$FlowFixMe|\$FlowIgnore",
    r"(?i:\bnolint\b)",
    r"\blint:(?:ignore|file-ignore)",
    r"\bgo:build\b|\+build\b",
    r"\bNOSONAR\b|\bnoinspection\b",
    r"\brubocop:\s*(?:disable|todo)",
    r"\bphpcs:\s*(?:ignore|disable)|@phpstan-ignore|@psalm-suppress",
    r"\bshellcheck\s+disable",
    r"\bluacheck:|@diagnostic\s+disable",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trick:
    """Code that hides a problem: in which languages, and how it is called. Counted: what stood there may stay."""

    pattern: re.Pattern[str]
    words: str
    languages: frozenset[str] | None = None  # None: in all


# A statement that leaves, and one behind it that is reached by no other way: pyright does not look at that.
_DEAD = (
    r"^([ \t]*)(?:return|raise|continue|break|exit|quit|sys\.exit|os\._exit|assert (?:False|0))\b[^\n]*\n"
    r"(?:[ \t]*\n)*\1(?!elif\b|else\b|except\b|finally\b|case\b)[^\s)\]}#]"
)


def _trick(pattern: str, words: str, languages: frozenset[str] | None = None) -> _Trick:
    return _Trick(pattern=re.compile(pattern, re.MULTILINE), words=words, languages=languages)


_TRICKS = (
    # Python
    _trick(r"^(?![ \t]*(?:from|import)\b).*?\bAny\b", "the type `Any`", _PYTHON),
    _trick(r"\bAny\s+as\b", "the type `Any`", _PYTHON),
    _trick(r"\bcast\s*\(", "`cast`", _PYTHON),
    _trick(r"@(?:\w+\.)?no_type_check\b", "`no_type_check`", _PYTHON),
    _trick(r"\bexcept\b[^:\n]{0,200}:\s*(?:pass|\.\.\.)", "an exception that is swallowed", _PYTHON),
    _trick(r"\bsuppress\s*\(", "an exception that is swallowed", _PYTHON),
    _trick(r"^[ \t]*assert\s+True\b", "`assert True`", _PYTHON),
    _trick(r"\b(?:sys\.platform|sys\.version_info|os\.name)\b", "code that runs elsewhere only", _PYTHON),
    _trick(_DEAD, "code that never runs", _PYTHON),
    _trick(r"\b(?:if|while)\s+(?:False|0)\s*:", "code that never runs", _PYTHON),
    _trick(r"^[ \t]*del\s", "`del`", _PYTHON),
    _trick(r"\b(?:getattr|setattr|globals|locals|vars|eval|exec)\s*\(", "a look-up that no checker follows", _PYTHON),
    _trick(r"\b(?:filterwarnings|simplefilter)\s*\(", "a warning that is switched off", _PYTHON),
    # JavaScript and TypeScript
    _trick(r"\bany\b", "the type `any`", _SCRIPT),
    _trick(r"\bas\s+(?:unknown\s+as|never)\b", "a cast", _SCRIPT),
    _trick(r"[\w)\]]!(?=[.\[;,)\]])", "a `!` that says it is never null", _SCRIPT),
    _trick(r"^[ \t]*(?:export\s+)?declare\b", "`declare`", _SCRIPT),
    _trick(r"\bcatch\s*(?:\([^)\n]{0,200}\))?\s*\{\s*\}", "an error that is swallowed", _SCRIPT),
    _trick(r"\b(?:if|while)\s*\(\s*(?:false|0)\s*\)", "code that never runs", _SCRIPT),
    _trick(r"\beval\s*\(", "`eval`", _SCRIPT),
    # Go
    _trick(r"^[ \t]*(?:var\s+)?_\s*=", "an assignment to nothing", _GO),
    _trick(r"\bany\b|\binterface\s*\{\s*\}", "the type `any`", _GO),
    _trick(r"\bif\s+false\b", "code that never runs", _GO),
    # Others
    _trick(r"@SuppressWarnings\b|@Suppress\b|\bSuppressMessage\b", "a warning that is switched off"),
    _trick(r"#!?\[\s*(?:allow|expect)\b", "a warning that is switched off", frozenset({"rust"})),
    _trick(
        r"#\s*(?:pragma|if\s+0|if\s+false)\b",
        "code or warnings that are switched off",
        frozenset({"c", "cpp", "csharp"}),
    ),
    _trick(r"\brescue\s+nil\b", "an exception that is swallowed", frozenset({"ruby"})),
)
_MARKER = re.compile("|".join(f"(?:{marker})" for marker in _MARKERS))
_GLOBAL = re.compile(r"^[ \t]*(?:global|nonlocal)\s", re.MULTILINE)
_UNDEFINED = frozenset({"F821", "reportUndefinedVariable"})
_QUOTED_ANY = re.compile(r"[\"'](?:[\w.]*\.)?Any[\"']")
_FUNCTION = re.compile(r"\bdef\s+(\w+)\s*\(")
_SIGNATURE = re.compile(r"[()\[\]{}:]")
_LONGEST_SIGNATURE = 5_000  # characters
_LINE = re.compile(r"^.*\S.*$", re.MULTILINE)
_ONLY_TYPES = re.compile(r"^([ \t]*)if\s+(?:\w+\.)?TYPE_CHECKING\s*:(.*)\n?", re.MULTILINE)


def silenced(before: Masked, after: Masked, language: str, diagnostics: Sequence[Diagnostic]) -> str | None:
    """How the text after hides a problem that the text before did not, in words; None where it hides none."""
    if marker := _more(_MARKER.findall, before.comments, after.comments):
        return f"`{marker.strip()}`"
    if language == "python" and _more(_QUOTED_ANY.findall, before.text, after.text):
        return "the type `Any`"
    for trick in _TRICKS:
        if trick.languages is not None and language not in trick.languages:
            continue
        if _more(trick.pattern.findall, before.code, after.code):
            return trick.words
    if language == "python":
        had = _annotations(before.code)
        if any(count < had[name] for name, count in _annotations(after.code).items()):
            return "a type annotation that is taken away"
    if any(each.code in _UNDEFINED for each in diagnostics) and _more(_GLOBAL.findall, before.code, after.code):
        return "a `global` for a name that does not exist"
    moves_imports = any(each.code.startswith("TC") for each in diagnostics)  # rules that ask for such blocks
    if language == "python" and not moves_imports and _hidden_lines(after.code) > _hidden_lines(before.code):
        return "code that only the checker sees (`TYPE_CHECKING`)"
    return None


def _more(find: Callable[[str], list[str]], before: str, after: str) -> str | None:
    """One of the finds where there are more of them now."""
    new = find(after)
    return (new[-1] or "it") if len(new) > len(find(before)) else None


def _annotations(code: str) -> Counter[str]:
    """How many parameters and results of each function have a type."""
    found: Counter[str] = Counter()
    read = 0
    for match in _FUNCTION.finditer(code):
        if match.start() < read:  # inside the brackets of another, which is no code that parses
            continue
        signature = code[match.end() : match.end() + _LONGEST_SIGNATURE]
        depth, types, end = 1, 0, len(signature)
        for piece in _SIGNATURE.finditer(signature):
            char = piece[0]
            depth += (char in "([{") - (char in ")]}")
            types += char == ":" and depth == 1
            if depth == 0:
                end = piece.end()
                break
        read = match.end() + end
        found[match[1]] += types + signature[end : end + 20].lstrip().startswith("->")
    return found


def _hidden_lines(code: str) -> int:
    """Statements under `if TYPE_CHECKING:` that are not imports."""
    count = 0
    for match in _ONLY_TYPES.finditer(code):
        indent, same_line = match[1], match[2].strip()
        lines = [same_line] if same_line else _block(code, match.end(), indent)
        count += sum(not line.lstrip().startswith(("from ", "import ", ")", "pass")) for line in lines)
    return count


def _block(code: str, start: int, indent: str) -> list[str]:
    """The statements from there on that stand deeper than `indent`, without what stands in their brackets."""
    lines: list[str] = []
    open_brackets = 0
    for match in _LINE.finditer(code, start):
        line = match[0]
        if open_brackets == 0:
            if not line.startswith(indent) or not line[len(indent) :][:1].isspace():
                break
            lines.append(line)
        open_brackets += line.count("(") - line.count(")")
    return lines
