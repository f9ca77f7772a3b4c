"""The day and the month that somebody lives in: local time, with its summer and its winter."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A calendar day or month, from `start` until `end` (seconds since the epoch). `key` tells two of them apart."""

    key: tuple[int, ...]
    start: float
    end: float


def day_of(at: float) -> Period:
    """The local day of a time."""
    year, month, day = time.localtime(at)[:3]
    return Period(key=(year, month, day), start=_midnight(year, month, day), end=_midnight(year, month, day + 1))


def month_of(at: float) -> Period:
    """The local month of a time."""
    year, month = time.localtime(at)[:2]
    return Period(key=(year, month), start=_midnight(year, month, 1), end=_midnight(year, month + 1, 1))


def in_words(seconds: float) -> str:
    """How long to wait, never too short: "12 s", "3 min", "5 h", "9 days"."""
    for unit_s, most, unit in ((1, 90, "s"), (60, 90, "min"), (3600, 36, "h")):
        if seconds <= most * unit_s:
            return f"{max(1, math.ceil(seconds / unit_s))} {unit}"
    return f"{math.ceil(seconds / 86_400)} days"


def _midnight(year: int, month: int, day: int) -> float:
    # `mktime` takes the 32nd and the 13th month as what they mean, and finds out about summer time itself.
    return time.mktime((year, month, day, 0, 0, 0, 0, 0, -1))
