"""Code and comments are told apart without moving anything."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocrea_lsp.assist.blocks import blocks, is_new, moved_to
from autocrea_lsp.assist.checking.masking import masked
from autocrea_lsp.assist.checking.removal import removed
from autocrea_lsp.assist.checking.silencing import silenced

CASES = [
    ("python", "x = 1  # noqa\n", "x = 1        \n", "       # noqa\n"),
    ("python", "x = '# no'\n", "x = '    '\n", "          \n"),
    ("python", '"""a\n# b"""\n', '"   \n     "\n', "    \n      \n"),
    ("typescript", "a // b\n", "a     \n", "  // b\n"),
    ("typescript", "a /* any\n */ b\n", "a       \n    b\n", "  /* any\n */  \n"),
    ("typescript", "a = `//` + '/*'\n", "a = `  ` + '  '\n", "               \n"),
    ("lua", "a = '--' -- b\n", "a = '  '     \n", "         -- b\n"),
    ("shellscript", "a '#' # b\n", "a ' '    \n", "      # b\n"),
]


@pytest.mark.parametrize(("language", "text", "code", "comments"), CASES)
def test_code_and_comments_stay_where_they_are(language: str, text: str, code: str, comments: str) -> None:
    found = masked(text, language)
    assert (found.code, found.comments) == (code, comments)


@pytest.mark.parametrize("piece", ["/*", "/* ", '"""', '\\"""', "'" * 3, "`", "--[[", "[[", "<!--", "'", "\\"])
@pytest.mark.parametrize("language", ["python", "typescript", "lua", "php", "html"])
def test_a_hostile_text_takes_no_longer_than_another(piece: str, language: str) -> None:
    started = time.process_time()
    masked(piece * (400_000 // len(piece)), language)
    assert time.process_time() - started < 2  # seconds; what grows with the square of the length takes minutes


@pytest.mark.parametrize(
    "piece",
    ["def f(", "except ", "catch (", "\n", "if TYPE_CHECKING:\n a\n", "return\n\n", "func (", "any", "#\n"],
)
@pytest.mark.parametrize("language", ["python", "typescript", "go", "c"])
def test_nor_does_looking_for_tricks_in_one(piece: str, language: str) -> None:
    started = time.process_time()
    text = masked(piece * (100_000 // len(piece)), language)
    silenced(text, text, language, [])
    removed(text, text, [])
    assert time.process_time() - started < 2


@given(st.text(alphabet="ab \n\t#/*'\"`\\-[]"), st.sampled_from(["python", "typescript", "lua", "php", "html", "ruby"]))
def test_lengths_and_lines_are_those_of_the_text(text: str, language: str) -> None:
    found = masked(text, language)
    assert len(found.code) == len(found.comments) == len(text)
    assert [at for at, char in enumerate(found.code) if char == "\n"] == [
        at for at, char in enumerate(text) if char == "\n"
    ]


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.lists(st.sampled_from("abcd"), max_size=12))
def test_every_line_is_kept_changed_or_new(before: list[str], after: list[str]) -> None:
    changes = blocks(before, after)
    kept = {at: moved_to(at, changes) for at in range(len(before))}
    assert all(before[at] == after[to] for at, to in kept.items() if to is not None)
    assert {to for to in kept.values() if to is not None} == {at for at in range(len(after)) if not is_new(at, changes)}
