"""Reading the host's JSON: what is missing, null or of another type becomes an empty value, never an error.

Their times are RFC 3339 texts, of logs with nanoseconds; ours are seconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

Json = Mapping[str, Any]

EMPTY: Json = {}
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LONGEST = 400  # characters of a text of theirs that we repeat
_TIME = re.compile(r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(?:\.(\d{1,18}))?([Zz]|[+-]\d\d:\d\d)?")
_NANOSECONDS = 10**9


def record(value: object, *path: str) -> Json:
    """The object at `path` below `value`."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else EMPTY


def records(value: object, *path: str) -> list[Json]:
    """The objects of the array at `path`."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def nodes(value: object, *path: str) -> list[Json]:
    """The objects of a connection: `{edges: [{node}]}`."""
    found = [record(edge, "node") for edge in records(value, *path, "edges")]
    return [node for node in found if node]


def text(value: Json, name: str) -> str:
    """A string as it is."""
    found = value.get(name)
    return found if isinstance(found, str) else ""


def line(words: str) -> str:
    """A text of theirs as one line to show: no control characters, not endless."""
    shown = " ".join(_UNSHOWN.sub(" ", words).split())
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def nanoseconds(when: str) -> int:
    """A moment of theirs in nanoseconds since 1970; 0 for what is none."""
    match = _TIME.fullmatch(when.strip())
    if match is None:
        return 0
    try:
        whole = datetime.fromisoformat(match[1].upper().replace(" ", "T") + (match[3] or "Z").upper())
        return round(whole.timestamp()) * _NANOSECONDS + int((match[2] or "0")[:9].ljust(9, "0"))
    except (ValueError, OverflowError):
        return 0


def seconds(value: Json, name: str) -> float:
    """A moment in seconds since 1970; 0: it is not there."""
    return nanoseconds(text(value, name)) / _NANOSECONDS
