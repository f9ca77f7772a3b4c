from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocrea_lsp.ai.base import FillPrompt
from autocrea_lsp.ai.claude import hole

TEXTS = st.text(alphabet="<>/fil ab\né", max_size=30)


def reference(answer: str) -> str:
    """What the tag holds, when all of the text is there at once."""
    _, tag, rest = answer.partition(hole.OPEN)
    return rest.partition(hole.CLOSE)[0] if tag else ""


def pieces(text: str, cuts: list[int]) -> list[str]:
    places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(places)]


@given(before=TEXTS, inside=TEXTS, after=TEXTS, cuts=st.lists(st.integers(0, 1000), max_size=20))
def test_the_text_inside_the_tag_is_found_wherever_the_stream_is_cut(
    before: str, inside: str, after: str, cuts: list[int]
) -> None:
    answer = f"{before}{hole.OPEN}{inside}{hole.CLOSE}{after}"
    parser = hole.InsideTag()
    assert "".join(map(parser.feed, pieces(answer, cuts))) + parser.finish() == reference(answer)


@given(inside=TEXTS, cuts=st.lists(st.integers(0, 1000), max_size=20))
def test_without_the_closing_tag_only_its_own_start_is_missing(inside: str, cuts: list[int]) -> None:
    """The closing tag is the stop sequence, so the service does not send it."""
    answer = hole.OPEN + inside
    parser = hole.InsideTag()
    got = "".join(map(parser.feed, pieces(answer, cuts))) + parser.finish()
    whole = reference(answer)
    assert whole.startswith(got)
    assert whole[len(got) :] in {"", *(hole.CLOSE[:length] for length in range(3, len(hole.CLOSE)))}


@pytest.mark.parametrize(
    ("fed", "certain", "rest"),
    [
        (["no tag at all"], "", ""),
        (["<fi"], "", ""),
        (["<fill>a < b"], "a < b", ""),
        (["<fill>a <"], "a ", "<"),
        (["<fill>x</"], "x", "</"),
        (["<fill>x</fi"], "x", ""),
        (["<fill>x</", "div>"], "x</div>", ""),
        (["<fill>", "x", "</fill>", "y<fill>z</fill>"], "x", ""),
        (["<fill></fill>"], "", ""),
        (["text <fil", "l>\n  go(", ")</fi", "ll> more"], "\n  go()", ""),
    ],
)
def test_what_is_certain_comes_at_once_and_the_rest_at_the_end(fed: list[str], certain: str, rest: str) -> None:
    parser = hole.InsideTag()
    assert "".join(map(parser.feed, fed)) == certain
    assert parser.finish() == rest
    assert parser.feed("<fill>late</fill>") == ""


def test_the_caret_comes_last_and_its_line_is_said_again(fill: FillPrompt) -> None:
    text = hole.question(fill)
    after, before = text.index("<after>"), text.index("<before>")
    assert after < before
    assert f"{fill.suffix}</after>" in text
    assert f"{fill.prefix}</before>" in text
    assert text.rindex("<line>        return json.</line>") > before
    assert "load.py" in text
    assert "python" in text
    assert "the rest of this line" in text
    assert "at most 5 lines" in hole.question(replace(fill, max_lines=5))


@pytest.mark.parametrize(
    ("prefix", "suffix", "said"),
    [
        ("a\n", "\nb", "at the start of an empty line"),
        ("", "", "at the start of an empty line"),
        ("a\n    ", "", "(4 spaces)"),
        ("a\n\t", "", "(1 tab)"),
        ("a\n \t", "", "(2 characters)"),
        ("a\r\nfoo(", ")\r\nb", "<line>foo(</line>"),
        ("foo(", ")\r\nb", "goes on with `)`"),
    ],
)
def test_where_the_caret_stands_is_said(fill: FillPrompt, prefix: str, suffix: str, said: str) -> None:
    assert said in hole.question(replace(fill, prefix=prefix, suffix=suffix))


def test_only_what_lies_near_the_caret_is_sent(fill: FillPrompt) -> None:
    prefix = "".join(f"before_{number} = 1\n" for number in range(5000)) + "last_before = "
    suffix = "\nfirst_after = 2\n" + "".join(f"after_{number} = 1\n" for number in range(5000))
    text = hole.question(replace(fill, prefix=prefix, suffix=suffix))
    assert len(text) < 9000
    assert "last_before = </before>" in text
    assert "<after>\nfirst_after = 2\n" in text
    shown = text[text.index("<before>") + len("<before>") :]
    assert shown.startswith("before_")  # whole lines
    assert text[: text.index("</after>")].endswith("= 1\n")


def test_one_endless_line_is_cut_too(fill: FillPrompt) -> None:
    text = hole.question(replace(fill, prefix="x" * 100_000, suffix="y" * 100_000))
    assert len(text) < 20_000


def test_a_strange_file_name_stays_on_its_line(fill: FillPrompt) -> None:
    assert hole.question(replace(fill, file_name="a\nb.py")).startswith("File ab.py, language python.\n")


@pytest.mark.parametrize(("minimum", "cacheable"), [(512, True), (1024, True), (2048, False), (4096, False)])
def test_the_stable_part_is_long_enough_to_be_cached_or_not_padded(minimum: int, cacheable: bool) -> None:
    text, told = hole.stable(minimum)
    assert told is cacheable
    if cacheable:
        assert len(text) >= minimum * 4  # code holds fewer characters a token, so it has at least so many tokens
    else:
        assert text == hole.stable(512)[0]
    assert len(text) < 5000


def test_every_example_is_an_answer_in_the_form_that_is_asked_for() -> None:
    text, _ = hole.stable(1024)
    examples = text.split("<example>\n")[1:]
    assert len(examples) == 6
    for example in examples:
        question, _, answer = example.partition("\n\n<fill>")
        assert question.startswith("File ")
        assert answer.rstrip("\n").endswith("</fill>\n</example>")
