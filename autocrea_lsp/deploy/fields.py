"""Reading a host's JSON: what is missing, null or of another type becomes an empty value, never an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]

EMPTY: Json = {}
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LONGEST = 400  # characters of a text of theirs that we repeat


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


def text(value: Json, name: str) -> str:
    """A string as it is."""
    found = value.get(name)
    return found if isinstance(found, str) else ""


def words(value: Json, name: str) -> list[str]:
    """The strings of an array; of one string, that one."""
    found = value.get(name)
    if isinstance(found, str):
        return [found]
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def number(value: Json, name: str) -> float | None:
    """A number, also where it comes as a string of digits."""
    found = value.get(name)
    if isinstance(found, str) and found.isdecimal() and len(found) < 20:
        return float(found)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def line(words: str) -> str:
    """A text of theirs as one line to show: no control characters, not endless."""
    shown = " ".join(_UNSHOWN.sub(" ", words).split())
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
