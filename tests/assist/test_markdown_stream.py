"""Markdown that is shown while it comes: by the sentence, and never otherwise than the whole would be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from autocrea_lsp.assist.markdown import Stream, plain, sanitize


def test_a_long_paragraph_is_shown_while_it_comes() -> None:
    stream = Stream()
    shown = [
        stream.feed(piece) for piece in ("It adds two numbers. The first", " is a, the second b. Then", " ![x](y)")
    ]
    assert shown == ["It adds two numbers. ", "The first is a, the second b. ", ""]
    assert "".join(shown) + stream.end() == sanitize("It adds two numbers. The first is a, the second b. Then ![x](y)")


PROSE = ["Word ", "hola, ", "end. ", "é, ", ". ", ": ", "\u3164. ", "a@b.c ", "https://e.v. ", "www.e.v "]
MARKS = ["[x](http://e.v) ", "![i](u) ", "`code` ", "<b>", "**b** ", "|", "\\", "\t", "<!-- "]
BLOCKS = ["\n", "\n\n", "- ", "1. ", "> ", "```\n", "# "]
PIECES = st.sampled_from([*PROSE, *MARKS, *BLOCKS])


@given(st.lists(PIECES, max_size=14), st.integers(1, 6), st.booleans())
def test_prose_that_is_shown_early_is_what_the_whole_says(pieces: list[str], size: int, markdown: bool) -> None:
    text = "".join(pieces)
    stream = Stream(markdown=markdown)
    out = "".join(stream.feed(text[at : at + size]) for at in range(0, len(text), size)) + stream.end()
    assert out == (sanitize(text) if markdown else plain(text))
