"""What is left of a model's answer: only what belongs at the caret."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from autocrea_lsp.assist.reply import Reply


@dataclass(frozen=True)
class Case:
    name: str
    raw: str
    want: str
    head: str = ""
    tail: str = ""
    following: str = ""
    lines: int = 1


CASES = [
    Case("clean", "load(f)\n", "load(f)", head="        return json."),
    Case("a fence", "```python\nload(f)\n```", "load(f)", head="        return json."),
    Case("an unclosed fence", "```python\nload(f)", "load(f)", head="        return json."),
    Case("prose before a fence", "Here is the code:\n```js\nreduce(f, 0);\n```\nDone", "reduce(f, 0);", head="items."),
    Case("Spanish prose", "Aquí está el código:\nreduce(f, 0);", "reduce(f, 0);", head="return items."),
    Case("a leading line break", "\nload(f)\n", "load(f)", head="        return json."),
    Case("a new line of code is not the rest of this one", "\n    x = 1", "", head="def f():"),
    Case("the whole line again", "        return json.load(f)", "load(f)", head="        return json."),
    Case("the line again, without its indentation", "return json.load(f)", "load(f)", head="        return json."),
    Case("the last word again", "json.load(f)", "load(f)", head="        return json."),
    Case("a word that only looks repeated", "value)", "value)", head="pair(value, "),
    Case("indentation again", "    x = 1", "x = 1", head="    "),
    Case("closing bracket that is there already", "f)", "f", head="foo(", tail=")"),
    Case("closing bracket with a partner of its own", "g(x)", "g(x)", head="foo(", tail=")"),
    Case("one of two closing brackets", "g(x))", "g(x)", head="foo(", tail=")"),
    Case("bracket and colon", "a, b):", "a, b", head="def add(", tail="):"),
    Case("nothing after the caret", "a, b):", "a, b):", head="def add("),
    Case("quote and bracket", 'name")', "name", head='print("', tail='")'),
    Case("semicolon", "value;", "value", head="let x = ", tail=";"),
    Case("words after the caret", "a + b return", "a + b", head="x = ", tail=" return"),
    Case("a second line is cut", "a\nb", "a"),
    Case(
        "runs into the next line", "x = 1\n    y = 2\n    return y\n", "x = 1\n    y = 2", "    ", "", "    return y", 5
    ),
    Case("at most that many lines", "a\nb\nc\nd", "a\nb\nc", lines=3),
    Case("only blanks", "   \n ", "", head="    "),
    Case("nothing", "", ""),
    Case("CRLF", "a\r\nb\r\n", "a\nb", lines=2),
    Case("trailing blanks", "load(f)   ", "load(f)", head="return json."),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("pieces", [1, 3, 1000], ids=["by character", "by three", "whole"])
def test_only_what_belongs_at_the_caret_is_left(case: Case, pieces: int) -> None:
    reply = Reply(head=case.head, tail=case.tail, following=case.following, max_lines=case.lines)
    for start in range(0, len(case.raw), pieces):
        if reply.feed(case.raw[start : start + pieces]):
            break
    assert reply.text() == case.want


@pytest.mark.parametrize(
    ("raw", "decided_after"),
    [
        ("load(f)\nmore", "load(f)\n"),
        ("\nload(f)\nmore", "\nload(f)\n"),
        ("```\nload(f)\nx = 1\n```", "```\nload(f)\n"),
    ],
)
def test_the_stream_can_be_closed_as_soon_as_the_line_is_complete(raw: str, decided_after: str) -> None:
    reply = Reply(head="return json.", tail="", following="", max_lines=1)
    fed = ""
    for character in raw:
        fed += character
        if reply.feed(character):
            break
    assert fed == decided_after
