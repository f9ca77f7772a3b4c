"""Private keys are shown whole or not at all: a window of a document never begins or ends inside one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocrea_lsp.workspace.key_blocks import MAX_LINES, key_around, whole_keys
from autocrea_lsp.workspace.redact import Redaction

BODY = ["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDHGm2h8pYv4x3Q\n"] * 4
KEY = ["-----BEGIN " + "RSA PRIVATE KEY-----\n", *BODY, "-----END " + "RSA PRIVATE KEY-----\n"]
LINES = ["a = 1\n", "b = 2\n", *KEY, "c = 3\n", "d = 4\n"]  # the key is lines 2 to 8


@pytest.mark.parametrize(
    ("line", "expected"), [(0, None), (2, None), (3, (2, 8)), (5, (2, 8)), (7, (2, 8)), (8, None), (10, None)]
)
def test_a_key_goes_on_across_the_lines_after_its_first(line: int, expected: tuple[int, int] | None) -> None:
    assert key_around(LINES, line) == expected


def test_a_key_without_an_end_goes_on_but_not_for_ever() -> None:
    assert key_around(LINES[:5], 4) == (2, 5)
    endless = [KEY[0], *BODY * 500]
    assert key_around(endless, 10) == (0, MAX_LINES)
    assert key_around(endless, MAX_LINES + 5) is None


@given(st.integers(0, len(LINES)), st.integers(0, len(LINES)))
def test_no_window_shows_a_line_of_a_key(first: int, size: int) -> None:
    low, high = whole_keys(LINES, first, min(len(LINES), first + size))
    shown = Redaction().hide("".join(LINES[low:high]))
    assert BODY[0].strip() not in shown
    assert low <= first
