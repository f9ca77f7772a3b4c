"""Private keys over several lines: a part of a document must not begin or end inside one, or half of it would be sent.

Redaction finds a key by its first line. Whoever shows lines of a document widens them to whole keys first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_LINES = 400  # of one key; the largest in use have about a hundred

_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")


def key_around(lines: Sequence[str], line: int) -> tuple[int, int] | None:
    """The lines (first, last exclusive) of the key that goes on across the start of `line`; None where none does.

    A key without an end goes on to the end of the document, or for as many lines as a key may have.
    """
    for at in range(min(line, len(lines)) - 1, max(-1, line - MAX_LINES - 1), -1):
        text = lines[at]
        if "-----" not in text:
            continue
        if _END.search(text):
            return None
        if _BEGIN.search(text):
            limit = min(len(lines), at + MAX_LINES)
            end = next((below for below in range(at + 1, limit) if _END.search(lines[below])), None)
            return at, limit if end is None else end + 1
    return None


def whole_keys(lines: Sequence[str], first: int, last: int) -> tuple[int, int]:
    """Lines `first` to before `last`, widened so that no key is cut at either end."""
    above, below = key_around(lines, first), key_around(lines, last)
    return (above[0] if above else first), (max(last, below[1]) if below else last)
