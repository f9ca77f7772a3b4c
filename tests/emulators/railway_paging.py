"""Lists that are read a page at a time: edges with cursors, and what is before and after them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tests.emulators.railway_rules import Denied

T = TypeVar("T")
PAGE = 100  # entries where nobody says how many


def connection(
    things: Sequence[T],
    shown: Callable[[T], Any],
    key: Callable[[T], str],
    *,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
) -> dict[str, Any]:
    """A page of the things. Raises Denied for a cursor that is none, or numbers that make no sense."""
    if (first is not None and first < 0) or (last is not None and last < 0):
        raise Denied("Problem processing request")
    cursors = [_cursor(key(thing)) for thing in things]
    begins = _index(cursors, after) + 1 if after else 0
    ends = _index(cursors, before) if before else len(things)
    if first is None and last is None:
        first = PAGE
    if first is not None:
        ends = min(ends, begins + first)
    elif last is not None:
        begins = max(begins, ends - last)
    page = range(begins, max(ends, begins))
    return {
        "edges": [{"cursor": cursors[index], "node": shown(things[index])} for index in page],
        "pageInfo": {
            "hasNextPage": ends < len(things),
            "hasPreviousPage": begins > 0,
            "startCursor": cursors[page[0]] if page else None,
            "endCursor": cursors[page[-1]] if page else None,
        },
    }


def _cursor(key: str) -> str:
    return base64.b64encode(f"cursor:{key}".encode()).decode()


def _index(cursors: Sequence[str], cursor: str) -> int:
    if cursor not in cursors:
        raise Denied("Problem processing request")
    return cursors.index(cursor)
