"""What lines that begin a definition, an import or the like look like, in the languages that people write.

All patterns are for a line without the blanks at its ends, of at most `MAX_WIDTH` characters: none takes more than some
microseconds on any such line.
"""

from __future__ import annotations

import re

MAX_WIDTH = 200

_MODIFIERS = (
    r"(?:(?:export|default|declare|async|public|private|protected|internal|static|final|abstract|virtual|override|"
    r"sealed|partial|readonly|pub(?:\([^)]{0,40}\))?|unsafe|const|extern(?:\s+\"[^\"]{0,20}\")?|inline|constexpr|local|"
    r"open|data|suspend|synchronized|native)\s++)*+"
)

# Classes and what is like them

_CLASS = re.compile(
    rf"{_MODIFIERS}(?:class|interface|trait|struct|enum(?:\s+class)?|union|record|module)\s++"
    r"(?P<name>[A-Za-z_$][\w$:.]*+)(?!\s*+[=;,)])"
)
_IMPL = re.compile(
    r"(?:unsafe\s+)?impl\b(?:<[^>]{0,80}>)?\s++(?:[\w:<>, ']{1,100}\sfor\s++)?(?P<name>[A-Za-z_][\w:]*+)"
)
_GO_TYPE = re.compile(r"type\s+(?P<name>\w+)(?:\[[^\]]{0,80}\])?\s+(?:struct|interface)\b")
ALIAS = re.compile(r"(?:export\s+|declare\s+)*+type\s+(?P<name>\w++)(?:<[^>]{0,80}>)?\s*=")
ACCESS = re.compile(r"(?:public|private|protected)\s*:")

# Functions

FUNCTION = re.compile(
    rf"{_MODIFIERS}(?:def|function\s*\*?|func|fn|fun|sub)\s++(?P<receiver>\([^)]{{0,100}}\)\s*+)?"
    r"(?P<name>[A-Za-z_$][\w$.:]*+[?!=]?)"
)
# `const f = (…) => {`, `f: function (…) {`, `f := func(…) {`, `const F = memo((…) => {`
BOUND = re.compile(
    rf"{_MODIFIERS}(?:(?:let|var)\s++)?(?P<name>[A-Za-z_$][\w$.]*+)\s*+(?::[^=]{{1,100}})?(?::?=|:)\s*+"
    r"(?:async\s++)?(?:function\b|func\s*+\(|(?:[\w.]++\()?(?:async\s++)?(?:\([^()]*+\)|\w++)\s*+(?::[^=]{1,80})?=>)"
)
# `name(…) {`, `int name(…)`, `Type<X> A::name(…) const {`; what is called ends with `;`
METHOD = re.compile(
    rf"{_MODIFIERS}(?:[A-Za-z_][\w:<>,.\[\]?*&]*+\s++[*&]*+)*+(?P<name>[A-Za-z_$~#][\w$:]*+)\s*+(?:<[^>]{{0,80}}>)?"
    r"\((?:[^;{}]*\)[^;(){}=]*+(?:\{.*)?|[^;{}()]*+)$"
)
CONTROL = frozenset(
    {
        *("if", "for", "while", "switch", "catch", "return", "else", "elif", "do", "try", "match", "with", "foreach"),
        *("lock", "using", "sizeof", "throw", "new", "await", "yield", "assert", "print", "unless", "until", "when"),
        *("case", "not", "and", "or", "in", "super", "this", "self", "require", "describe", "it", "test", "raise"),
    }
)

# What stands around

DECORATOR = re.compile(r"@[\w.]++\s*+(?:\((?:.*\))?)?$|#!?\[|\[[A-Za-z][\w.]*+[\](,]|template\s*<[^;{]*>$")
CLOSES = re.compile(r"[)\]}]|(?:end|fi|done|esac)\b")
SHUT = re.compile(r"(?:[)\]}]++[;,]?|end|fi|done|esac)\s*(?:$|[;,)#/-])")
LONE_BRACE = re.compile(r"[{(]?")
OPENS = ("{", "(", "[", ":", "=>", "do", "then")

# Imports

IMPORT = re.compile(
    r"import\b|from\s+\S+\s+import\b|#\s*include\b|(?:pub(?:\([^)]{0,40}\))?\s+)?use\s+[\w:\\{]|using\s+[\w.=\s]+;|"
    r"extern\s+crate\b|require(?:_relative|_once)?\b|include_once\b|@import\b|(?:source|\.)\s+\S|"
    r"(?:const|let|var|local)\b[^=]{1,100}=\s*require\b"
)
BEFORE_IMPORTS = re.compile(
    r"#!|#\s|#$|//|/?\*|--|<\?php|package\s|namespace\s+[\w\\.]+;|#pragma\b|#ifndef\b|#define\s+\w+$|#!?\[|"
    r"(?:pub\s+)?mod\s+\w+;|if\s+(?:typing\.)?TYPE_CHECKING\s*:|@charset\b|['\"]use \w+['\"];?|declare\("
)


def class_at(line: str) -> re.Match[str] | None:
    """A line that begins a class or what is like one; the name is the group `name`."""
    return _CLASS.match(line) or _IMPL.match(line) or _GO_TYPE.match(line)
