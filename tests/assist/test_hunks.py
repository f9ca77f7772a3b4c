"""Hunks: they make the new text of the old one, they are small, and they follow a text that changes meanwhile."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocrea_lsp.assist.hunks import Hunk, apply, between, rebase

LINE = st.sampled_from(["a\n", "b\n", "c\n", "\n", "  d\n"])
TEXT = st.lists(LINE, max_size=12)


@given(TEXT, TEXT)
def test_the_hunks_between_two_texts_make_one_of_the_other(old: list[str], new: list[str]) -> None:
    found = between(old, new)
    assert apply(old, found) == new
    assert all(one.end < two.start for one, two in itertools.pairwise(found)), "hunks touch"


def test_a_changed_line_is_one_hunk_of_that_line() -> None:
    old = [f"line {number}\n" for number in range(10_000)]
    new = [*old[:5_000], "other\n", *old[5_001:]]
    assert between(old, new) == [Hunk(start=5_000, end=5_001, new=("other\n",))]


def test_texts_without_a_last_line_end_are_joined_by_one() -> None:
    assert apply(["a"], [Hunk(start=1, end=1, new=("b\n",))]) == ["a\n", "b\n"]


def test_a_text_that_differs_everywhere_is_one_hunk_rather_than_a_long_wait() -> None:
    old, new = [f"a{n}\n" for n in range(3_000)], [f"b{n}\n" for n in range(3_000)]
    assert between(old, new) == [Hunk(start=0, end=3_000, new=tuple(new))]


OLD = [f"{number}\n" for number in range(10)]
HUNK = Hunk(start=4, end=6, new=("x\n",))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (OLD, (4, 6)),
        (["new\n", *OLD], (5, 7)),  # a line above
        ([*OLD[:1], *OLD[3:]], (2, 4)),  # two lines above are gone
        ([*OLD, "new\n"], (4, 6)),  # below
        ([*OLD[:4], "other\n", *OLD[5:]], None),  # a line that it replaces
        ([*OLD[:3], "other\n", *OLD[4:]], None),  # the line above it
        ([*OLD[:6], "other\n", *OLD[7:]], None),  # the line below it
        ([*OLD[:5], "new\n", *OLD[5:]], None),  # inside it
        ([], None),
    ],
)
def test_a_hunk_follows_its_lines_or_is_given_up(now: list[str], expected: tuple[int, int] | None) -> None:
    moved = rebase([HUNK], OLD, now)
    assert (None if moved is None else (moved[0].start, moved[0].end)) == expected


@given(st.lists(st.sampled_from(["u\n", "v\n"]), max_size=3), st.lists(st.sampled_from(["u\n", "v\n"]), max_size=3))
def test_a_rebased_hunk_replaces_the_same_lines(above: list[str], below: list[str]) -> None:
    now = [*above, *OLD, *below]
    moved = rebase([HUNK], OLD, now)
    assert moved is not None
    assert now[moved[0].start : moved[0].end] == OLD[4:6]
