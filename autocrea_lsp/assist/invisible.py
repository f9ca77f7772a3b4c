"""Characters that nobody sees and that change what a text means: in what a model is shown, and in what it writes.

Bidirectional controls show code in another order than it runs ("Trojan Source"); tags, variation selectors and
zero-width characters carry hidden text. Emoji sequences, and joiners and marks between letters of the scripts that need
them, are ordinary text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["bidi", "tag", "zero-width", "selector"]

_EMBEDDING = "\u202a-\u202e\u2066-\u2069"  # embeddings, overrides, isolates, and their ends
_MARKS = "\u200e\u200f\u061c"
_TAGS = "\U000e0000-\U000e007f"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef\u180b-\u180d\u180f"
_JOINERS = "\u200c\u200d"
_BLANK = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
)
_SUSPECT = re.compile(f"[{_EMBEDDING}{_MARKS}{_TAGS}{_SELECTORS}{_JOINERS}{_BLANK}]")

# Flags of England, Scotland and Wales: the only sequences of tag characters that fonts show.
_FLAG = re.compile("\U0001f3f4\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|"
                   "\U000e0077\U000e006c\U000e0073)\U000e007f")  # fmt: skip
_PICTURE = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935\u2b05-\u2b55\u3030"
    "\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_IS_PICTURE = re.compile(f"[{_PICTURE}]")
_BEFORE_JOINER = re.compile(f"[{_PICTURE}\ufe0f]")
_BEFORE_SELECTOR = re.compile(f"[{_PICTURE}#*0-9\u2000-\u2bff\u3000-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_MONGOLIAN = re.compile("[\u1800-\u18af]")
# Scripts whose letters join, so that joiners between them mean something: Arabic, Syriac, Indic, Sinhala, Tibetan,
# Mongolian; and those without blanks, where a zero-width space ends a word: Thai, Lao, Tibetan, Myanmar, Khmer.
_JOINING = re.compile("[\u0600-\u08ff\u0900-\u0dff\u0f00-\u0fff\u1000-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc]")
_UNSPACED = re.compile("[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_LINE_END = re.compile(r"[\r\n]")
_FOR_MODEL = re.compile(f"[{_EMBEDDING}{_MARKS}{_TAGS}]|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{{2,}}")
_STRIPPED = re.compile(f"[{_TAGS}]|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{{2,}}")
_NEIGHBOURS = 2  # characters on either side that tell one occurrence from another


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One character. `offset`, and `column` on `line`, in code points from 0."""

    offset: int
    line: int
    column: int
    character: str
    kind: Kind


def find(text: str) -> list[Finding]:
    """Every character that does not belong, in order."""
    if text.isascii():
        return []
    found: list[Finding] = []
    line = start = seen = 0  # lines end with `\n`, `\r\n` or `\r`
    for offset, kind in _suspects(text):
        for end in _LINE_END.finditer(text, seen, offset):
            if not (end[0] == "\r" and text.startswith("\n", end.end())):
                line, start = line + 1, end.end()
        seen = offset
        found.append(Finding(offset=offset, line=line, column=offset - start, character=text[offset], kind=kind))
    return found


def introduced(before: str, after: str) -> bool:
    """Whether an edit brings such characters in, or moves them: those that stay among their neighbours are not new."""
    if after.isascii():
        return False
    return bool(_occurrences(after) - _occurrences(before))


def strip_for_model(text: str) -> str:
    """As a model may read it: hidden text is gone, and controls of direction are written out as `\\u202e`."""
    return text if text.isascii() else _FOR_MODEL.sub(_shown, text)


def strip(text: str) -> str:
    """As a person may read it: without any of these characters."""
    if text.isascii():
        return text
    gone = {offset for offset, _ in _suspects(text)}
    return "".join(character for at, character in enumerate(text) if at not in gone) if gone else text


def _shown(match: re.Match[str]) -> str:
    text = match[0]
    return "" if _STRIPPED.match(text) else "".join(f"\\u{ord(character):04x}" for character in text)


def _occurrences(text: str) -> Counter[tuple[str, str, str]]:
    if text.isascii():
        return Counter()
    return Counter(
        (text[at], text[max(0, at - _NEIGHBOURS) : at], text[at + 1 : at + 1 + _NEIGHBOURS])
        for at, _ in _suspects(text)
    )


def _suspects(text: str) -> Iterator[tuple[int, Kind]]:
    flags = {at for match in _FLAG.finditer(text) for at in range(match.start(), match.end())}
    right_to_left = _RIGHT_TO_LEFT.search(text) is not None
    for match in _SUSPECT.finditer(text):
        at, character = match.start(), match[0]
        if at in flags:
            continue
        before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
        kind = _kind(character, before, after)
        if kind == "bidi" and character in _MARKS and right_to_left and _near(text, at):
            continue
        if kind is not None and not (at == 0 and character == "\ufeff"):  # a byte order mark
            yield at, kind


def _kind(character: str, before: str, after: str) -> Kind | None:
    """What is wrong with a character between those two; None when it belongs there."""
    if character in _MARKS or "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069":
        return "bidi"
    if "\U000e0000" <= character <= "\U000e007f":
        return "tag"
    if character in _JOINERS:
        in_emoji = character == "\u200d" and _BEFORE_JOINER.match(before) and _IS_PICTURE.match(after)
        return None if in_emoji or _JOINING.match(before) else "zero-width"
    if "\ufe00" <= character <= "\ufe0f" or character >= "\U000e0100":
        return None if _BEFORE_SELECTOR.match(before) or _JOINING.match(before) else "selector"
    if "\u180b" <= character <= "\u180f":
        return None if _MONGOLIAN.match(before) else "selector"
    if character == "\u200b" and _UNSPACED.match(before):
        return None
    return "zero-width"


def _near(text: str, at: int) -> bool:
    """Whether a letter that is written from right to left stands near, on the same line."""
    around = text[max(0, at - 40) : at].rpartition("\n")[2] + text[at + 1 : at + 41].partition("\n")[0]
    return _RIGHT_TO_LEFT.search(around) is not None
