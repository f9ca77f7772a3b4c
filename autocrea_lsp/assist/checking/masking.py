"""A text's code and its comments apart, line by line: what a pattern may be searched in.

A few token patterns for each family of languages, not a parser: they hold for texts that do not parse, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_QUOTED = r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
# What is not closed reaches to the end: looking for its end again and again would take the square of the length.
_TRIPLE = r'"""(?:\\.|[^\\])*?(?:"""|\Z)|\'\'\'(?:\\.|[^\\])*?(?:\'\'\'|\Z)'
_BLOCK = r"/\*.*?(?:\*/|\Z)"
_C = re.compile(rf"(?P<comment>//[^\n]*|{_BLOCK})|(?P<string>{_QUOTED}|`(?:\\.|[^`\\])*(?:`|\Z))", re.DOTALL)
_PYTHON = re.compile(rf"(?P<comment>#[^\n]*)|(?P<string>{_TRIPLE}|{_QUOTED})", re.DOTALL)
_HASH = re.compile(rf"(?P<comment>#[^\n]*)|(?P<string>{_QUOTED})", re.DOTALL)
_PHP = re.compile(rf"(?P<comment>//[^\n]*|#(?!\[)[^\n]*|{_BLOCK})|(?P<string>{_QUOTED})", re.DOTALL)
_LUA = re.compile(rf"(?P<comment>--\[\[.*?(?:\]\]|\Z)|--[^\n]*)|(?P<string>{_QUOTED}|\[\[.*?(?:\]\]|\Z))", re.DOTALL)
_MARKUP = re.compile(r"(?P<comment><!--.*?(?:-->|\Z))|(?P<string>(?!))", re.DOTALL)

_FAMILIES: Mapping[str, re.Pattern[str]] = {
    "python": _PYTHON,
    **dict.fromkeys(("ruby", "shellscript", "yaml", "toml", "r", "perl", "elixir", "makefile", "dockerfile"), _HASH),
    "php": _PHP,
    "lua": _LUA,
    **dict.fromkeys(("html", "xml", "markdown", "vue", "svelte"), _MARKUP),
}

_NOT_BLANK = re.compile(r"[^\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """Texts of the same length and lines as the original, with blanks for what is not theirs."""

    text: str
    code: str  # neither comments nor what stands in strings; their quotes are left
    comments: str


def masked(text: str, language: str) -> Masked:
    code: list[str] = []
    comments: list[str] = []
    at = 0
    for match in _FAMILIES.get(language, _C).finditer(text):
        plain = text[at : match.start()]
        code.append(plain)
        comments.append(_blank(plain))
        found = match[0]
        if match["comment"] is not None:
            code.append(_blank(found))
            comments.append(found)
        else:
            code.append(found[0] + _blank(found[1:-1]) + found[1:][-1:])
            comments.append(_blank(found))
        at = match.end()
    code.append(text[at:])
    comments.append(_blank(text[at:]))
    return Masked(text=text, code="".join(code), comments="".join(comments))


def _blank(text: str) -> str:
    return _NOT_BLANK.sub(" ", text)
