"""Slices of a prompt, and what the worker is known to have read."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from autocrea_lsp.ai.embedded.reading import SLICE_CHARS, Seen, slices

A = "".join(f"alpha {n}\n" for n in range(100))
B = "".join(f"beta {n}\n" for n in range(100))


@given(st.text(st.sampled_from("ab\n"), max_size=3000), st.integers(0, 3000))
def test_slices_grow_by_at_most_one_slice_and_leave_at_most_one(text: str, known: int) -> None:
    known = min(known, len(text))
    parts = list(slices(text, known))
    assert all(text.startswith(part) for part in parts)
    ends = [known, *map(len, parts)]
    assert all(0 < after - before <= SLICE_CHARS for before, after in itertools.pairwise(ends))
    assert len(text) - ends[-1] <= SLICE_CHARS


def test_slices_end_where_lines_end() -> None:
    parts = list(slices(A, 0))
    assert len(parts) == 2
    assert all(A[len(part)] == "\n" for part in parts)


def test_a_line_longer_than_a_slice_is_cut() -> None:
    assert [len(part) for part in slices("x" * 1000, 10)] == [10 + SLICE_CHARS, 10 + 2 * SLICE_CHARS]


def test_nothing_is_known_of_a_new_worker() -> None:
    seen = Seen()
    assert seen.known(A) == 0
    seen.add(A)
    seen.clear()
    assert seen.known(A) == 0


def test_the_common_beginning_with_the_last_prompt_is_known() -> None:
    seen = Seen()
    seen.add(A)
    assert seen.known(A + "more") == len(A)
    assert seen.known(A[:50] + "other") == 50
    assert seen.known(B) == 0


def test_a_prompt_that_was_left_for_another_is_remembered() -> None:
    seen = Seen()
    seen.add(A)
    seen.add(B)
    assert seen.known(A + "more") == len(A)
    assert seen.known(B) == len(B)
    assert seen.known(A[:100] + "other") == 0  # less than half of it: the worker would not fetch it back


def test_a_prompt_that_was_edited_in_its_second_half_is_forgotten_from_there() -> None:
    seen = Seen()
    seen.add(A)
    edited = A[:800] + "edited"
    seen.add(edited)
    assert seen.known(A) == 800


def test_old_prompts_are_forgotten() -> None:
    seen = Seen()
    for name in ("one", "two", "three", "four", "five"):
        seen.add(name * 100)
    assert seen.known("one" * 100) == 0
    assert seen.known("two" * 100) == 300
