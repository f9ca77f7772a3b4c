"""Characters nobody sees: found where they hide something, left alone where a script or an emoji needs them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocrea_lsp.assist.invisible import find, introduced, strip, strip_for_model

ORDINARY = {
    "plain": "def f(x): return x\n",
    "family": "👨‍👩‍👧‍👦 and 👩‍💻, 🧑🏽‍🚀",
    "rainbow": "🏳️‍🌈",
    "heart and keycap": "❤️ 1️⃣ #️⃣ ©️",
    "flag of Wales": "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
    "Hebrew": "שלום עולם",
    "Arabic": "مرحبا بالعالم",
    "Arabic with marks of direction": "(مرحبا\u200f!)",
    "Persian": "می\u200cخواهم",
    "Hindi": "क्\u200dष",
    "Thai": "ประเทศ\u200bไทย",
    "Japanese with a variant": "葛\U000e0100城",
    "byte order mark": "\ufeffx = 1",
}
DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
TAGS = "\U000e0001\U000e0041\U000e007f"
BLANKS = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u3164\u2063"
SUSPECT = {
    **{f"{ord(each):04x}": (f"a{each}b", "bidi") for each in DIRECTIONS},
    **{f"{ord(each):04x}": (f"a{each}b", "tag") for each in TAGS},
    **{f"{ord(each):04x}": (f"us{each}er", "zero-width") for each in BLANKS},
    "selector on a letter": ("a\ufe0fb", "selector"),
    "many selectors": ("a\U000e0100\U000e0120\U000e01ef", "selector"),
    "tags on a flag": ("\U0001f3f4\U000e0068\U000e0069\U000e007f", "tag"),
}


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY)
def test_ordinary_text_is_let_alone(text: str) -> None:
    assert find(text) == []
    assert strip(text) == text
    assert not introduced("", text)


@pytest.mark.parametrize(("text", "kind"), SUSPECT.values(), ids=SUSPECT)
def test_what_hides_something_is_found_and_taken_away(text: str, kind: str) -> None:
    found = find(text)
    assert found
    assert {each.kind for each in found} == {kind}
    assert all(text[each.offset] == each.character for each in found)
    assert introduced("", text)
    assert find(strip(text)) == []


def test_a_finding_says_where() -> None:
    found = find("one\r\né𝒳 = 1\u202e\rtwo\n\u200b")
    assert [(each.line, each.column, each.offset) for each in found] == [(1, 6, 11), (3, 0, 17)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("if a:\u202e #", "if a:\\u202e #"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("rule\U000e0049\U000e0067\U000e006e", "rule"),
        ("😀\ufe01\ufe02\ufe03", "😀"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("❤️", "❤️"),
    ],
)
def test_a_model_reads_no_hidden_text_and_sees_controls(text: str, shown: str) -> None:
    assert strip_for_model(text) == shown


def test_an_edit_beside_an_old_one_brings_none_in() -> None:
    before = "x = 'a\u202eb'\n"
    assert not introduced(before, "y = 'a\u202eb'  # renamed\n")
    assert not introduced(before, "y = 1\n")


def test_an_edit_that_adds_or_moves_one_does() -> None:
    before = "x = 'a\u202eb'\ny = 1\n"
    assert introduced(before, before + "z = 'a\u202e'\n")
    assert introduced(before, "x = 'ab'\ny = \u202e1\n")
    assert introduced("", "y\u200b = 1")


@given(st.text(st.sampled_from("ab \n\r\u202e\u200b\u200d\ufe0f👩💻\U000e0041مश") | st.characters(), max_size=40))
def test_what_is_stripped_holds_nothing_of_what_was_found(text: str) -> None:
    found = {each.offset for each in find(text)}
    assert strip(text) == "".join(character for at, character in enumerate(text) if at not in found)
    assert not introduced(text, text)


def test_a_clean_text_costs_next_to_nothing() -> None:
    def seconds(text: str) -> float:
        started = time.perf_counter()
        introduced(text, text)
        find(text)
        strip_for_model(text)
        return time.perf_counter() - started

    assert min(seconds("x = 1\n" * 60_000) for _ in range(5)) < 0.001
    assert min(seconds("año = 1\n" * 45_000) for _ in range(5)) < 0.1
