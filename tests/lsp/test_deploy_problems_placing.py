"""Where a build's problem stands in the text, and after an edit."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from lsprotocol import types as lsp

from autocrea_lsp.deploy.buildlog.problem import Problem
from autocrea_lsp.lsp.deploying.placing import found_again, moved_by, spot, wire_range
from autocrea_lsp.text import body, split_lines
from tests.lsp.test_documents import document, partial

LINES = ["import os\n", "  let total: number = 'x';\n", "é𝒳 = call(a, b)\n", "\n", "end"]


def problem(line: int, column: int = 0, tool: str = "tsc", *, end_line: int = 0, end_column: int = 0) -> Problem:
    found = Problem(path="a.ts", line=line, column=column, message="m", tool=tool)
    return replace(found, end_line=end_line, end_column=end_column)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (problem(2, 7), "total"),
        (problem(2, 23), "'"),
        (problem(2, 3, end_column=12), "let total"),
        (problem(2, 3, end_line=2, end_column=6), "let"),
        (problem(2, 3, end_line=4, end_column=1), "let total: number = 'x';"),
        (problem(2), "let total: number = 'x';"),
        (problem(2, 99), ";"),
        (problem(2, 3, end_column=2), " "),
        (problem(4), ""),
        (problem(5, 1), "end"),
        (problem(9, 4), "end"),
        (problem(3, 7), "call"),
        (problem(3, 6, "python"), "call"),
        (problem(3, 10, "go"), "call"),
    ],
)
def test_it_stands_at_the_word_that_the_tool_points_at(found: Problem, text: str) -> None:
    place = spot(found, found.line - 1, LINES)
    assert place.text[place.column : place.end_column] == text
    assert place.text == body(LINES[place.line])


def test_an_empty_file_has_a_place_too() -> None:
    place = spot(problem(3, 2), 2, [])
    assert (place.line, place.column, place.end_column, place.text) == (0, 0, 0, "")


@pytest.mark.parametrize(("encoding", "start", "end"), [("utf-8", 9, 13), ("utf-16", 6, 10), ("utf-32", 5, 9)])
def test_the_client_is_told_in_its_own_units(encoding: str, start: int, end: int) -> None:
    place = spot(problem(3, 6, "python"), 2, LINES)
    range_ = wire_range(place, encoding)  # type: ignore[arg-type]
    assert (range_.start, range_.end) == (lsp.Position(2, start), lsp.Position(2, end))


TEXT = "one\ntwo\nthree\nfour\n"


@pytest.mark.parametrize(
    ("start", "end", "new", "stands"),
    [
        ((0, 0), (0, 0), "zero\n", 3),
        ((0, 3), (0, 3), "\n", 3),
        ((0, 0), (1, 0), "", 1),
        ((3, 0), (3, 4), "4", 2),
        ((2, 0), (2, 0), "x\ny\n", 4),
        ((1, 0), (2, 0), "", 1),
        ((1, 1), (2, 0), "", None),
        ((2, 5), (2, 5), "\n", 2),
        ((2, 5), (3, 0), "\nx\n", 2),
        ((2, 5), (2, 5), ";", None),
        ((2, 2), (2, 2), "\n", None),
        ((2, 0), (2, 0), "  ", None),
        ((2, 0), (3, 0), "", None),
        ((1, 0), (3, 0), "2\nnew\nthree\n", 3),
        ((1, 0), (3, 0), "2\n3\n", None),
        ((1, 0), (3, 0), "three\nthree\n", None),
        ((0, 0), (9, 0), "five\none\nthree\n", 2),
    ],
)
def test_an_edit_moves_a_line_or_drops_it(
    start: tuple[int, int], end: tuple[int, int], new: str, stands: int | None
) -> None:
    change, text = partial(start, end, new), document(TEXT)
    line = moved_by(change, 2, "three")
    text.apply_change(change)
    found = line if line is not None and line < len(text.lines) and body(text.lines[line]) == "three" else None
    assert found == stands


def test_a_whole_new_text_is_searched() -> None:
    assert moved_by(lsp.TextDocumentContentChangeWholeDocument(text="x\nthree\n"), 2, "three") == 1
    assert moved_by(lsp.TextDocumentContentChangeWholeDocument(text="x\n3\n"), 2, "three") is None


def test_a_line_that_is_there_twice_is_found_at_its_place_only() -> None:
    assert found_again(1, "}", ["{\n", "}\n", "}\n"]) == 1
    assert found_again(0, "}", ["{\n", "}\n", "}\n"]) is None
    assert found_again(0, "", ["{\n", "\n"]) is None


def test_lines_that_no_edit_touches_are_always_found() -> None:
    """Whatever is done to other lines, the line of the problem is where its text is."""
    random.seed(20261125)
    for _ in range(3_000):
        text = document("".join(f"line {number}\n" for number in range(8)))
        line, own = 4, "line 4"
        for _ in range(4):
            lines = text.lines
            first = random.choice([each for each in range(len(lines)) if each != line])
            last = first if first > line else random.randint(first, line - 1)
            stop = (last, random.randint(0, len(body(lines[last])))) if random.random() < 0.6 else (last + 1, 0)
            new = "".join(random.choice(["a", "\n", "b\r\n", "é"]) for _ in range(random.randint(0, 4)))
            start = (first, random.randint(0, len(body(lines[first])))) if stop[1] or new.endswith("\n") else (first, 0)
            if stop[0] > last and first < line and not new.endswith("\n") and start[1]:
                continue
            if stop[0] > last and stop[0] == line and new and not new.endswith("\n"):
                continue  # it is put in before the text of the line itself
            change = partial(start, max(start, stop), new)
            text.apply_change(change)
            moved = moved_by(change, line, own)
            assert moved is not None, (change, lines)
            line = moved
            assert body(text.lines[line]) == own


def test_splitting_counts_the_ends_that_documents_count() -> None:
    change = partial((0, 0), (0, 0), "a\u2028b\x0c\r\nc\r")
    assert moved_by(change, 2, "three") == 2 + len(split_lines("a\u2028b\x0c\r\nc\r"))
