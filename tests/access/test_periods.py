"""Local days and months, and how long to wait in words."""

from __future__ import annotations

import time

import pytest

from autocrea_lsp.access.periods import day_of, in_words, month_of


def at(*parts: int) -> float:
    return time.mktime((*parts, *[0] * (6 - len(parts)), 0, 0, -1))  # type: ignore[arg-type]


def test_a_time_lies_in_its_day_and_month() -> None:
    noon = at(2026, 12, 31, 12)
    assert (day_of(noon).start, day_of(noon).end) == (at(2026, 12, 31), at(2027, 1, 1))
    assert (month_of(noon).start, month_of(noon).end) == (at(2026, 12, 1), at(2027, 1, 1))
    assert day_of(at(2026, 12, 31)) == day_of(noon) != day_of(at(2027, 1, 1))
    assert month_of(at(2027, 1, 1) - 0.001) == month_of(noon) != month_of(at(2027, 1, 1))
    assert day_of(noon).key != day_of(at(2025, 12, 31)).key


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "1 s"),
        (0.2, "1 s"),
        (90, "90 s"),
        (90.5, "2 min"),
        (900, "15 min"),
        (900.1, "16 min"),
        (5401, "2 h"),
        (43_200, "12 h"),
        (129_601, "2 days"),
        (30 * 86_400, "30 days"),
    ],
)
def test_a_wait_in_words_is_never_too_short(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
