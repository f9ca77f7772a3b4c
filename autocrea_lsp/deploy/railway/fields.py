"""Reading the host's JSON. Their times are RFC 3339 texts, of logs with nanoseconds; ours are seconds."""

from __future__ import annotations

import re
from datetime import datetime

from autocrea_lsp.deploy.fields import EMPTY, Json, line, record, records, text

__all__ = ["EMPTY", "Json", "line", "nanoseconds", "nodes", "record", "records", "seconds", "text"]

_TIME = re.compile(r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(?:\.(\d{1,18}))?([Zz]|[+-]\d\d:\d\d)?")
_NANOSECONDS = 10**9


def nodes(value: object, *path: str) -> list[Json]:
    """The objects of a connection: `{edges: [{node}]}`."""
    found = [record(edge, "node") for edge in records(value, *path, "edges")]
    return [node for node in found if node]


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
