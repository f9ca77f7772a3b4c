"""How long to wait before a request is sent once more, as the host says or as we think.

Hosts say it in many forms: `Retry-After` in whole or broken seconds, as a date of HTTP's or of their own; when the
window begins anew, in seconds or milliseconds since 1970, or in seconds from now; in a header or in the body.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

TRIES = 5  # of one request, the first included
SHORTEST_PAUSE_S = 1.0  # where the host says how long
LONGEST_PAUSE_S = 60.0  # what we wait for silently; beyond it the user is told
_FIRST_BACKOFF_S, _LONGEST_BACKOFF_S = 0.5, 30.0
_JITTER = 0.25  # part of a pause that is left to chance, so that many clients do not come back together
_EPOCH_FROM = 1e9  # a larger number of seconds is a moment (from 2001 on), a smaller one a span
_MILLISECONDS_FROM = 1e11  # as a moment in seconds this would be the year 5138

Chance = Callable[[], float]


def parse_retry_after(headers: Mapping[str, str], body_hint: object, now: float) -> float | None:
    """Seconds from `now` (wall) until the host answers again; None where it does not say. Never negative.

    `headers`: names in lower case. `body_hint`: the answer's JSON; `resetMs`, `retryAfter` and `reset` are looked for
    in it, also inside `error` and `limit`. Moments count from the host's own clock, where its `Date` tells it.
    """
    there = _moment(headers.get("date", ""))
    now = now if there is None else there
    for text in (headers.get("retry-after"), headers.get("x-retry-after")):
        if text is not None and (wait_s := _wait(text, now)) is not None:
            return wait_s
    limits = _limits(body_hint)
    for value in (*(limit.get("resetMs") for limit in limits), headers.get("x-ratelimit-reset")):
        if value is not None and (wait_s := _wait(value, now)) is not None:
            return wait_s
    for name in ("retryAfter", "retry_after", "reset"):
        for limit in limits:
            if (wait_s := _wait(limit.get(name), now)) is not None:
                return wait_s
    return None


def asked_pause_s(headers: Mapping[str, str], now: float) -> float | None:
    """What `Retry-After` alone says; the other headers are about limits on requests, not about a host that is down."""
    return parse_retry_after({name: headers[name] for name in ("retry-after", "date") if name in headers}, None, now)


def pause_s(attempt: int, asked_s: float | None, chance: Chance = random.random) -> float:
    """How long to wait after the `attempt`th try (from 1): what was asked for, never less; else ever longer."""
    if asked_s is not None:
        kept_s = min(max(asked_s, SHORTEST_PAUSE_S), LONGEST_PAUSE_S)
        return kept_s + chance() * min(1.0, _JITTER * kept_s)
    grown_s = min(_FIRST_BACKOFF_S * 2.0 ** (attempt - 1), _LONGEST_BACKOFF_S)
    return grown_s * (1 - _JITTER + 2 * _JITTER * chance())


def _limits(body: object) -> list[Mapping[str, object]]:
    """The places in an answer's JSON where a limit may be told, the innermost first."""
    found: list[Mapping[str, object]] = []
    pending = [body]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            found.insert(0, each)
            pending += [each.get("error"), each.get("limit")]
    return found


def _wait(value: object, now: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        moment = _moment(str(value))
        return None if moment is None else max(0.0, moment - now)
    if not math.isfinite(number):
        return None
    if number < _EPOCH_FROM:
        return max(0.0, number)
    moment = number / 1000 if number >= _MILLISECONDS_FROM else number
    return max(0.0, moment - now)


def _moment(text: str) -> float | None:
    """A date of HTTP's, ISO's, or "2026-01-27 22:20:17 UTC", as wall seconds."""
    text = text.strip()
    if not text:
        return None
    for read in (_plain_date, parsedate_to_datetime):
        try:
            moment = read(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return None


def _plain_date(text: str) -> datetime:
    for zone in (" UTC", " GMT"):
        text = text.removesuffix(zone)
    return datetime.fromisoformat(text)
