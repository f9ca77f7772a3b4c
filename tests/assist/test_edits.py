"""Reading a model's edits in every form it writes them, and putting them where they belong."""

from __future__ import annotations

import json

import pytest

from autocrea_lsp.assist.edits import Edit, put, read
from autocrea_lsp.errors import UnusableAnswer

ONE = {"explanation": "Why.", "edits": [{"path": "a.py", "old": "x = 1\n", "new": "x = 2\n"}]}
EDIT = Edit(path="a.py", old="x = 1\n", new="x = 2\n")


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ONE),
        f"```json\n{json.dumps(ONE)}\n```",
        f"Sure, here it is:\n\n{json.dumps(ONE, indent=2)}\n\nI hope that helps.",
        '<explanation>Why.</explanation><edit path="a.py"><old>\nx = 1\n</old><new>\nx = 2\n</new></edit>',
        '<explanation>Why.</explanation>\n<edit path="a.py">\n<old>x = 1\n</old>\n<new>x = 2\n</new>\n</edit>',
    ],
)
def test_every_form_of_an_answer_is_read(text: str) -> None:
    found = read(text)
    assert (found.explanation, found.edits) == ("Why.", (EDIT,))


def test_a_replacement_stands_for_the_lines_asked_about() -> None:
    found = read("<replacement>\n```python\ny = 3\n```\n</replacement>")
    assert found.edits == (Edit(path="", old=None, new="y = 3\n"),)
    assert put("a\nb\nc\n", found.edits[0], first=1, last=2) == "a\ny = 3\nc\n"


@pytest.mark.parametrize(
    "text",
    [
        "I cannot do that.",
        "",
        "{",
        json.dumps({"edits": "none"}),
        json.dumps({"edits": [{"path": "a.py", "old": 1, "new": "x"}]}),
        json.dumps({"edits": ["x"]}),
        json.dumps({"explanation": 5, "edits": []}),
        json.dumps({"edits": [ONE["edits"][0]] * 500}),  # type: ignore[index]
        "[" * 100_000,
    ],
)
def test_an_answer_in_no_known_form_is_refused(text: str) -> None:
    with pytest.raises(UnusableAnswer):
        read(text)


TEXT = "def f():\n    a = 1\n    return a\n\n\ndef g():\n    a = 1\n    return a\n"


@pytest.mark.parametrize(
    ("old", "new", "first", "last", "expected"),
    [
        # exactly once in the region, though twice in the document
        ("    a = 1\n", "    a = 2\n", 5, 8, TEXT[:-24] + TEXT[-24:].replace("1", "2")),
        # outside the region it still counts when it is the only one
        ("def g():\n", "def h():\n", 0, 3, TEXT.replace("def g", "def h")),
        # careless indentation and blanks: the document's own count
        ("def f():  \na = 1\n", "def f():\na = 3\n", 0, 3, TEXT.replace("    a = 1\n", "a = 3\n", 1)),
        # without the last line end
        ("def f():", "def k():", 0, 3, TEXT.replace("def f():", "def k():")),
    ],
)
def test_an_edit_is_put_where_its_old_text_stands(old: str, new: str, first: int, last: int, expected: str) -> None:
    assert put(TEXT, Edit(path="", old=old, new=new), first=first, last=last) == expected


@pytest.mark.parametrize("old", ["    a = 1\n", "nowhere\n", "   ", ""])
def test_an_edit_without_one_place_is_sent_back_with_words_for_the_model(old: str) -> None:
    with pytest.raises(UnusableAnswer, match="`old`"):
        put(TEXT, Edit(path="", old=old, new="x\n"), first=0, last=0)


def test_old_text_is_whole_lines_not_the_middle_of_others() -> None:
    assert put("max = 10\nx = 1\n", Edit(path="", old="x = 1", new="x = 2"), first=0, last=2) == "max = 10\nx = 2\n"
    assert put("f(a, b)\n", Edit(path="", old="a, b", new="b"), first=0, last=1) == "f(b)\n"


def test_only_lsps_line_ends_count() -> None:
    text = "a\x0cb\nc\u2028d\ne\n"
    assert put(text, Edit(path="", old=" c\u2028d \n", new="f\n"), first=0, last=0) == "a\x0cb\nf\ne\n"


def test_an_empty_document_takes_the_whole_text() -> None:
    assert put("", Edit(path="", old="", new="x\n"), first=0, last=0) == "x\n"
