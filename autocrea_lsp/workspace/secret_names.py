"""Credentials that have no shape of their own: values given to a name that says so, passwords in addresses, headers.

A value counts when it looks made by a machine, or, for a password, chosen by a person; not when it is an expression,
a placeholder for people (`your-api-key-here`), a reference (`${VAR}`, `process.env.X`), a type or a label.
"""

from __future__ import annotations

import base64
import binascii
import functools
import re
from collections.abc import Iterator

from autocrea_lsp.workspace.secret_shapes import Found, positions

# Looked for in the text in lower case. A name may go on behind them (SECRET_KEY, tokenV2).
_WORDS = {
    "secret": "secret",
    "token": "token",
    "passw": "password",
    "passphrase": "password",
    "pwd": "password",
    "key": "key",
    "credential": "secret",
    "sig": "signature",
}
# Two that name all sorts of things: what must stand before "key", and before and behind "sig" (of an Azure address).
_KEYS = re.compile(
    r"(?:api|access|account|auth|private|signing|encrypt(?:ion)?|master|service|admin|client|deploy|license|session|"
    r"shared|storage|crypto?|hmac|jwt|webhook|subscription|app|function|publishable|cf|cloudflare)[_\-. ]?\Z"
)
_SIGNATURE = re.compile(r"[?&]sig=")

# How a name ends when its value is about the secret and not the secret.
_ABOUT = re.compile(
    r"(?:^|[_.-]|(?=[A-Z]))(?i:urls?|uris?|names?|types?|paths?|files?|ids?|endpoints?|ttl|expir\w*|length|len|size|count|"
    r"limit|max|min|fields?|headers?|prefix|suffix|regex|pattern|labels?|placeholder|hint|text|title|message|error|kind|"
    r"class|algorithm|format|version|dir|directory|folder|location|ref|arn|manager|provider|store|service|scope|audience|"
    r"issuer|policy|chars?|alphabet|index|map|list|set|column|table|mode|env|var|help|usage|rules?|strength)\Z"
)

_ASSIGNED = (
    r"(?P<rest>[A-Za-z0-9_.-]{0,40}+)\\?[\"'`]?\]?[ \t]{0,8}+"
    r"(?:\??:[ \t]{0,3}+[A-Za-z_&*][\w.<>|\[\]&*]{0,60}+(?:[ \t]{1,8}+(?==)|(?==[ \t]{0,3}[\"'`])))?"  # a type
    r"(?:=>|:=|\?\?=|\|\|=|=(?![=>~])|:(?![:=]))[ \t]{0,16}+"
    r"(?:[bBrRuU@]{0,2}\\?(?P<quote>\"\"\"|'''|[\"'`])(?P<quoted>[^\s\"'`]{6,600}+)\\?(?P=quote)"
    r"|(?P<bare>[^\s\"'`]{6,600}+))"
)
_DEFINED = r"[A-Za-z0-9_]{0,40}+[\"'],[ \t]{0,3}+(?P<quote>[\"'])(?P<quoted>[^\s\"'`]{6,600}+)(?P=quote)[ \t]{0,3}\)"
_ADDRESS = r"://[^\s/:@'\"`<>]{0,100}+:(?P<secret>[^\s/@'\"`<>]{3,200}+)@"
_HEADER = (
    r"authorization\\?['\"]?\]?[ \t]{0,3}+[:=,][ \t]{0,3}+f?\\?['\"`]?"
    r"(?P<scheme>bearer|basic|token|apikey|bot|key)[ \t]{1,3}+(?P<secret>[A-Za-z0-9._~+/=:|-]{8,4000}+)"
)
_BEARER = r"bearer[ \t]{1,3}+(?P<secret>[A-Za-z0-9._~+/=-]{16,4000}+)"
_MIXED = re.compile(r"[0-9]\D*[A-Za-z]|[A-Za-z]\D*[0-9]")

_FOR_PEOPLE = re.compile(
    r"(?:^|[-_ .<])(?:your?|my|the|some|examples?|sample|dummy|fake|mock|placeholder|change-?_?(?:me|this|it)|insert|"
    r"replace|redacted|hidden|todo|fixme|tbd|foo|bar|baz|enter|none|null|undefined|here|goes)(?:[-_ .>]|$)|"
    r"x{4}|\*{3}|\.{3}|…"
)
_REFERENCE = re.compile(
    r"\$\{|\{\{|\$\(|#\{|%\(|<%|\{[A-Za-z_][\w.\[\]]*[!:}]|\{[0-9]?\}|^\$[A-Za-z_]\w*$|^%\w+%$|%[sdr](?:$|\W)|^<.*>$|"
    r"^\[.*\]$|://|^/[a-z0-9.]{2,}/[a-z]|^(?:\.{1,2}|~|@)/|⟦|^process\.env|^os\.environ"
)
_MOST_TRIES = 6  # at names inside one value: a text of nothing else would take seconds
_IN_EXAMPLES = frozenset({"pass", "password", "passwd", "pwd", "pw", "secret", "token", "xxx", "port", "user"})
_PLAIN = re.compile(r"[A-Za-z]+(?:[^A-Za-z0-9][A-Za-z]*)*|[0-9_.,:+-]*|0x[0-9A-Fa-f]{1,16}")  # words, a number
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|->)[A-Za-z_$][\w$]*)*")
_EXPRESSION = re.compile(rf"{_IDENTIFIER.pattern}(?:[(\[].*)?")
_ENDS = re.compile(r"[<>(){}\[\],;]")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_KINDS = str.maketrans(
    {chr(code): "aA0"[chr(code).isupper() + 2 * chr(code).isdigit()] for code in range(128) if chr(code).isalnum()}
)
_SAME = re.compile(r"a+|A+|0+")

# In front of a value that is the rest of its line: `export KEY=`, `- key: `, `key = `.
_ENV_NAME = re.compile(
    r"[ \t]*(?:export[ \t]+|set[ \t]+|-[ \t]+|ENV[ \t]+)?[A-Z][A-Z0-9_]*=|[ \t]*(?:-[ \t]+)?[\w.-]+:[ \t]+"
)
_SETTING_NAME = re.compile(r"[ \t]*(?:export[ \t]+|set[ \t]+|-[ \t]+|ENV[ \t]+)?[\"']?[\w.-]+[\"']?[ \t]*[:=][ \t]*")
_IN_CONNECTION = re.compile(r";[ ]?[\w ]{0,24}\Z")  # Server=…;Password=


def find(text: str) -> Iterator[Found]:
    """Every value that counts; they may overlap with each other."""
    lower = text.lower()
    if len(lower) != len(text):  # "İ" becomes two characters; places must agree
        lower = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    for word in _WORDS:
        end = tries = 0
        for start in positions(lower, word):
            tries = tries + 1 if start < end else 0
            if tries > _MOST_TRIES:
                continue
            found, behind = _assigned(text, lower, word, start)
            end = max(end, behind)
            if found is not None:
                yield found
    for start in positions(text, "://"):
        match = _compiled(_ADDRESS).match(text, start)
        if match and _REFERENCE.search(match["secret"]) is None and match["secret"].lower() not in _IN_EXAMPLES:
            yield *match.span("secret"), "url"
    for start in positions(lower, "authorization"):
        match = _compiled(_HEADER).match(text, start)
        if match and (_is_basic(match["secret"]) if match["scheme"].lower() == "basic" else _is_mixed(match["secret"])):
            yield *match.span("secret"), "authorization"
    for start in positions(lower, "bearer "):
        match = _compiled(_BEARER).match(text, start)
        if match and looks_random(match["secret"]):
            yield *match.span("secret"), "authorization"


def looks_random(value: str) -> bool:
    """Whether a machine made it: letters and digits change places more often than in anything that people name."""
    if _UUID.fullmatch(value):
        return True
    kinds = value.translate(_KINDS)
    digits = kinds.count("0")
    size = kinds.count("a") + kinds.count("A") + digits
    if size < 16:
        return False
    changes = len(_SAME.findall(kinds)) - 1
    if "a" in kinds and "A" in kinds:
        return changes >= (0.36 if digits else 0.42) * size
    return 0 < digits < size and changes >= max(4, 0.18 * size)


def _assigned(text: str, lower: str, word: str, start: int) -> tuple[Found | None, int]:
    """What is given to the name that the word at `start` is in, if it counts; and where that ends."""
    behind = start + len(word)
    if word == "key" and _KEYS.search(lower, max(0, start - 16), start) is None:
        return None, 0
    if word == "sig" and _SIGNATURE.match(lower, max(0, start - 1)) is None:
        return None, 0
    match = _compiled(_ASSIGNED).match(text, behind)
    if match is None:  # PHP: define('DB_PASSWORD', '…')
        if lower.find("define(", max(0, start - 60), start) >= 0:
            match = _compiled(_DEFINED).match(text, behind)
        if match is None:
            return None, 0
    elif _ABOUT.search(match["rest"]):
        return None, match.end()
    is_worth_hiding = _is_password if _WORDS[word] == "password" else _is_key
    if (value := match["quoted"]) is not None:
        if _is_credential(value) and (looks_random(value) or is_worth_hiding(value)):
            return (*match.span("quoted"), _WORDS[word]), match.end()
        return None, match.end()
    value, first = match["bare"], match.start("bare")
    if not _is_setting(text, start, match):
        cut = _ENDS.search(value)
        value = value[: cut.start()] if cut else value
        if (cut and cut[0] in "([{<") or (_IDENTIFIER.fullmatch(value) and not any(map(str.isdigit, value))):
            return None, match.end()
        if not _IN_CONNECTION.search(text, max(0, start - 28), start):
            is_worth_hiding = looks_random
    if _is_credential(value) and (looks_random(value) or is_worth_hiding(value)):
        return (first, first + len(value), _WORDS[word]), match.end()
    return None, match.end()


def _is_setting(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether a value without quotes is all that follows a name on its line, as in files of settings, and no code."""
    line_start = text.rfind("\n", max(0, start - 120), start) + 1
    line_end = text.find("\n", match.end(), match.end() + 200)
    after = text[match.end() : line_end if line_end >= 0 else match.end() + 200].strip()
    if after and not after.startswith(("#", ";")):
        return False
    name, value = text[line_start : match.start("bare")], match["bare"]
    known = _ENV_NAME if _EXPRESSION.fullmatch(value) else _SETTING_NAME
    return known.fullmatch(name) is not None and not value.endswith((",", ";", "(", "{"))


def _is_credential(value: str) -> bool:
    """Not one of the things that stand in a credential's place."""
    return len(set(value)) > 3 and _REFERENCE.search(value) is None and _FOR_PEOPLE.search(value.lower()) is None


def _is_password(value: str) -> bool:
    """What a person might have chosen: with a digit among the letters, or three words with signs between them."""
    if not _PLAIN.fullmatch(value):
        return any(map(str.isalpha, value))
    words = re.split(r"[^a-z]", value)
    return len(words) > 2 and value.islower() and not any(word.startswith(("pass", "pwd")) for word in words)


def _is_key(value: str) -> bool:
    """What a machine made that is too short or too regular to look random: long, with digits between its letters."""
    return (
        len(value) >= 12
        and not _PLAIN.fullmatch(value)
        and re.search(r"[0-9]\D+[0-9]|[0-9][a-zA-Z]{2}", value) is not None
    )


def _is_mixed(value: str) -> bool:
    return _is_credential(value) and _MIXED.search(value) is not None


def _is_basic(value: str) -> bool:
    """Whether it is what `Basic` says: a name and a password with a colon between, in base 64."""
    try:
        return b":" in base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """On first use: start-up has no time for it."""
    return re.compile(pattern, re.IGNORECASE | re.ASCII)
