"""Reading a deployment's logs: the newest lines of a span of time that a filter lets through."""

from __future__ import annotations

import datetime as dt
import math
import re
import shlex

from tests.emulators.railway_plan import Entry, Phase
from tests.emulators.railway_rules import Denied
from tests.emulators.railway_things import Deployment

DEFAULT_LIMIT = 500
_FRACTION = re.compile(r"\.(\d+)")


def lines(
    deployment: Deployment,
    phase: Phase,
    now_s: float,
    *,
    filter: str | None = None,  # noqa: A002
    limit: int | None = None,
    startDate: str | None = None,  # noqa: N803  # the schema's names
    endDate: str | None = None,  # noqa: N803
) -> list[Entry]:
    """Oldest first. As the host does, one line more than `limit` where there are more."""
    if limit is not None and limit < 0:
        raise Denied("Problem processing request")
    begins_ns = _nanoseconds(startDate) if startDate else 0
    ends_ns = _nanoseconds(endDate) if endDate else math.inf
    found = [
        entry
        for entry in deployment.course.entries(phase, now_s)
        if begins_ns <= entry.at_ns <= ends_ns and passes(entry, filter)
    ]
    return found[-(DEFAULT_LIMIT if limit is None else limit + 1) :]


def passes(entry: Entry, wanted: str | None) -> bool:
    """Words that must all be there, in quotes or not; `-word`: not there; `@level:error`; `@name:value`."""
    return all(_passes(entry, word) for word in _words(wanted or ""))


def _passes(entry: Entry, word: str) -> bool:
    if len(word) > 1 and word.startswith("-"):
        return not _passes(entry, word[1:])
    if word.startswith("@") and ":" in word:
        name, _, wanted = word[1:].partition(":")
        given = entry.severity if name == "level" else entry.attributes.get(name)
        return str(given) == wanted
    return word.lower() in entry.message.lower()


def _words(text: str) -> list[str]:
    try:
        return [word for word in shlex.split(text) if word != "AND"]
    except ValueError:
        raise Denied("Problem processing request") from None


def _nanoseconds(moment: str) -> int:
    """Of an RFC 3339 text, whose fraction may have nine digits."""
    fraction = match[1] if (match := _FRACTION.search(moment)) else ""
    try:
        whole = dt.datetime.fromisoformat(_FRACTION.sub("", moment))
    except ValueError:
        raise Denied("Problem processing request") from None
    if whole.tzinfo is None:
        whole = whole.replace(tzinfo=dt.UTC)
    return round(whole.timestamp()) * 1_000_000_000 + int(fraction[:9].ljust(9, "0"))
