"""What the model is shown, and what of its answer is handed on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocrea_lsp.ai.base import FillPrompt
from autocrea_lsp.ai.embedded.window import ANCHOR_LINES, MAX_CHARS, Continuation, Window, smaller, window
from autocrea_lsp.text import split_lines


def prompt(prefix: str, first_line: int = 0) -> FillPrompt:
    return FillPrompt(prefix=prefix, suffix="", first_line=first_line, language="", file_name="")


def numbered(first: int, caret_line: int) -> str:
    return "".join(f"line {n}\n" for n in range(first, caret_line)) + f"line {caret_line}"


@pytest.mark.parametrize("first_line", [0, 50, 70])
@pytest.mark.parametrize("caret_line", [*range(70, 130), 300])
def test_starts_at_an_anchor_at_least_25_and_under_50_lines_above_the_caret(first_line: int, caret_line: int) -> None:
    shown = window(prompt(numbered(first_line, caret_line), first_line))
    start = int(shown.text.splitlines()[0].removeprefix("line "))
    above = caret_line - start
    if start > first_line:
        assert start % ANCHOR_LINES == 0
        assert ANCHOR_LINES <= above < 2 * ANCHOR_LINES
    else:
        assert above < 2 * ANCHOR_LINES  # the document, or what we were given, starts here
    assert shown.text.endswith(f"line {caret_line}")


def test_the_start_stays_while_25_lines_are_written() -> None:
    starts = [window(prompt(numbered(0, line) + "\n")).text.splitlines()[0] for line in range(100, 150)]
    assert len(set(starts)) == 3
    assert [starts.count(start) for start in dict.fromkeys(starts)] == [24, 25, 1]


@pytest.mark.parametrize(
    ("prefix", "text", "owed"),
    [
        ("x = ", "x =", " "),
        ("x =", "x =", ""),
        ("x = \t ", "x =", " \t "),
        ("def f():\n    ", "def f():", "\n    "),
        ("def f():\r\n    ", "def f():", "\n    "),
        ("a\rb\r", "a\nb", "\n"),
        ("if x {\n\t\t", "if x {", "\n\t\t"),
        ("a\n\n\n", "a", "\n\n\n"),
        ("a\r\n\r\nb = ", "a\n\nb =", " "),
        ("a\f", "a", "\f"),
        ("a\u2028", "a\u2028", ""),  # text, as for LSP
        ("", "", ""),
        (" \n\t", "", " \n\t"),
        ("x\ud800y", "x?y", ""),
    ],
)
def test_blanks_at_the_end_are_left_out_and_owed(prefix: str, text: str, owed: str) -> None:
    assert window(prompt(prefix)) == Window(text=text, owed=owed)


@given(st.text(st.sampled_from("ab \t\r\n𝒳"), max_size=300), st.integers(0, 100), st.integers(1, 200))
def test_shows_an_end_of_the_document_in_full(prefix: str, first_line: int, max_chars: int) -> None:
    shown = window(prompt(prefix, first_line), max_chars)
    whole = "".join(split_lines(prefix)).replace("\r\n", "\n").replace("\r", "\n")
    assert whole.endswith(shown.text + shown.owed)
    assert len(shown.text + shown.owed) <= max_chars
    assert shown.text == shown.text.rstrip(" \t\n")


def test_a_long_window_starts_with_a_line() -> None:
    line = "x" * 399 + "\n"
    shown = window(prompt(line * 20 + "end"))
    assert MAX_CHARS // 2 < len(shown.text) <= MAX_CHARS
    assert shown.text == line * (len(shown.text) // 400) + "end"


def test_one_very_long_line_is_cut_and_its_start_moves_only_every_thousand_characters() -> None:
    text = "".join(f"{n:05d}," for n in range(2000))
    starts = [len(text[:end]) - len(window(prompt(text[:end])).text) for end in range(9000, 11_000)]
    assert sorted(set(starts)) == [5120, 6144, 7168]
    assert all(
        MAX_CHARS // 2 < end - start <= MAX_CHARS for end, start in zip(range(9000, 11_000), starts, strict=True)
    )


@given(st.integers(2, MAX_CHARS), st.integers(1, 20_000), st.integers(1, 2048))
def test_a_smaller_window_is_smaller_and_fits_by_the_same_density(chars: int, tokens: int, room: int) -> None:
    tokens = max(tokens, room + 1)  # it is asked for only then
    size = smaller(chars, tokens, room)
    assert 1 <= size < chars
    assert size == 1 or size * tokens <= chars * room


CONTINUATIONS = [
    # owed, lines, pieces as the model writes them, what is handed on, whether more is wanted
    ("", 1, ["load", "(f)"], "load(f)", False),
    ("", 1, ["load", "(f)", "\n", "x"], "load(f)", True),
    ("", 1, ["\n", "x"], "", True),
    (" ", 1, [" 1", "0"], "10", False),
    (" ", 1, [" ", "1"], "1", False),
    (" ", 1, ["1"], "", True),  # the document has a space where the model has none
    (" ", 1, ["\n"], "", True),
    ("  ", 1, [" ", "1"], "", True),
    ("\n    ", 1, ["\n   ", " return", " x", "\n"], "return x", True),
    ("\n    ", 1, ["\n       ", " return", "\n"], "    return", True),  # deeper than typed: part of the suggestion
    ("\n        ", 1, ["\n   ", " return"], "", True),  # less deep than typed
    ("\n    ", 1, ["\n", "\n", "x"], "", True),  # a blank line that the document does not have
    ("\n", 1, ["\n   ", " return"], "    return", False),
    ("\n", 1, ["\n", "\n", "x"], "", True),
    ("\n\t", 1, ["\n\t", "x", "\n"], "x", True),
    ("\n\t", 1, ["\n   ", " x"], "", True),  # spaces are no tab
    ("\n\n", 1, ["\n\n", "def"], "def", False),
    ("\n\n", 1, ["\n", "def"], "", True),
    ("", 2, ["a", "\n", "b", "\n", "c"], "a\nb", True),
    ("", 2, ["a\nb\nc"], "a\nb", True),
    ("\n  ", 2, ["\n  a\n  ", "b\n", "c"], "a\n  b", True),
    ("", 3, ["a\n", "\n", "b"], "a\n\nb", False),
    (" ", 1, ["", " x"], "x", False),  # half a character is held back by the worker
]


@pytest.mark.parametrize(("owed", "lines", "pieces", "expected", "over"), CONTINUATIONS)
def test_hands_on_what_belongs_at_the_caret(
    owed: str, lines: int, pieces: list[str], expected: str, over: bool
) -> None:
    wanted = Continuation(owed, lines)
    got = ""
    for piece in pieces:
        got += wanted.feed(piece)
        if wanted.over:
            break
    assert (got, wanted.over) == (expected, over)


@given(st.sampled_from(CONTINUATIONS), st.data())
def test_how_the_answer_is_cut_into_pieces_does_not_matter(
    case: tuple[str, int, list[str], str, bool], data: st.DataObject
) -> None:
    owed, lines, pieces, expected, over = case
    wanted = Continuation(owed, lines)
    rest, got = "".join(pieces), ""
    while rest and not wanted.over:
        size = data.draw(st.integers(1, len(rest)))
        got += wanted.feed(rest[:size])
        rest = rest[size:]
    assert (got, wanted.over) == (expected, over)
