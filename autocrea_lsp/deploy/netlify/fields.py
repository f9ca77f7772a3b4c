"""Reading the host's JSON: what is missing, null or of another type becomes an empty value, never an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from autocrea_lsp.deploy.fields import EMPTY, Json, line, number, record, records, text, words

__all__ = ["EMPTY", "Json", "items", "line", "moment", "number", "record", "records", "secure", "text", "words"]

_ADDRESS = re.compile(r"https?://[!-~]{1,2000}")


def items(value: object) -> list[Json]:
    """The objects of an array, which their lists are without anything around them."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def moment(value: Json, name: str) -> float:
    """A time of theirs ("2026-11-24T10:00:00.123Z") as wall seconds; 0: there is none."""
    said = text(value, name)
    try:
        found = datetime.fromisoformat(said)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def secure(address: str) -> str:
    """An address to show and to open, as https. Anything else becomes ""."""
    if not _ADDRESS.fullmatch(address):
        return ""
    return f"https://{address.removeprefix('http://')}" if address.startswith("http://") else address
