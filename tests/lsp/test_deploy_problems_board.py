"""Which problems are shown of which file, as deployments end and files change."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp

from autocrea_lsp.lsp.deploying.board import Board, Destination, Mark
from autocrea_lsp.lsp.deploying.placing import Spot
from tests.lsp.test_documents import partial

FILE, OTHER = Path("/shop/src/a b.ts"), Path("/shop/other.ts")
LINES = ["one\n", "two\n", "three\n"]
_numbers = itertools.count(1)


def destination(host: str = "vercel", target: str = "preview") -> Destination:
    return Destination(project="shop", host=host, target=target)


def mark(line: int = 1, **more: Any) -> Mark:
    text = LINES[line].strip()
    values: dict[str, Any] = {
        "id": next(_numbers),
        "deployment": "a",
        "begun_at": 1.0,
        "destination": destination(),
        "spot": Spot(line=line, column=0, end_column=len(text), text=text),
        "tool": "tsc",
        "message": "m",
        "severity": "error",
        "code": "TS1",
    }
    return Mark(**{**values, **more})


@pytest.fixture
def board() -> Board:
    board = Board()
    board.put(destination(), [(FILE, mark(1)), (FILE, mark(2))])
    return board


def lines_of(board: Board, path: Path = FILE) -> list[int]:
    file = board.find(path.as_uri())
    return [] if file is None else [each.spot.line for each in file.marks]


def test_a_new_failure_of_the_same_destination_takes_the_place_of_the_old_one(board: Board) -> None:
    changed = board.put(destination(), [(OTHER, mark(0))])
    assert {each.path for each in changed} == {FILE, OTHER}
    assert (lines_of(board), lines_of(board, OTHER)) == ([], [0])
    assert [each.path for each in board.all()] == [OTHER]


def test_another_destination_stands_beside_it(board: Board) -> None:
    board.put(destination(target="production"), [(FILE, mark(0, destination=destination(target="production")))])
    assert lines_of(board) == [1, 2, 0]


def test_a_file_that_has_problems_again_is_told_of_once(board: Board) -> None:
    changed = board.put(destination(), [(FILE, mark(0)), (FILE, mark(1))])
    assert [each.path for each in changed] == [FILE]
    assert lines_of(board) == [0, 1]


def test_the_last_problem_takes_its_file_with_it(board: Board) -> None:
    (changed,) = board.drop(lambda _, each: each.spot.line == 1)
    assert changed.path == FILE
    assert board
    (changed,) = board.drop(lambda file, _: file.path == FILE)
    assert changed.marks == []
    assert not board
    assert board.drop(lambda _file, _mark: True) == []


def test_several_changes_are_followed_one_after_the_other(board: Board) -> None:
    changes = [partial((0, 0), (0, 0), "zero\n"), partial((2, 0), (2, 0), "x"), partial((0, 0), (1, 0), "")]
    file = board.edited(FILE.as_uri(), changes, ["one\n", "xtwo\n", "three\n"])
    assert file is not None
    assert lines_of(board) == [2]


def test_a_change_that_moves_nothing_says_so(board: Board) -> None:
    uri = FILE.as_uri()
    assert board.edited(uri, [partial((0, 0), (0, 3), "1")], ["1\n", *LINES[1:]]) is None
    assert board.edited(OTHER.as_uri(), [partial((0, 0), (0, 3), "1")], ["1\n"]) is None
    assert lines_of(board) == [1, 2]


def test_the_text_of_the_line_has_the_last_word(board: Board) -> None:
    """Whatever the ranges say: a problem never stands on another line than its own."""
    board.edited(FILE.as_uri(), [partial((0, 0), (0, 0), "zero\n")], ["zero\n", "one\n", "2\n", "three\n"])
    assert lines_of(board) == [3]


def test_a_document_is_found_however_its_uri_is_written(board: Board) -> None:
    assert board.find("file:///shop/src/a b.ts") is board.find("file:///shop/src/a%20b.ts") is not None


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        (LINES, [1, 2]),
        (["one\n", "2\n", "three\n"], [2]),
        (["zero\n", *LINES], [2, 3]),
        (["two\n", "one\n", "two\n"], []),
        ([], []),
        (None, []),
    ],
)
def test_a_text_that_has_come_anew_keeps_the_problems_whose_lines_it_has(
    board: Board, lines: list[str] | None, left: list[int]
) -> None:
    file = board.settle(FILE.as_uri(), lines)
    assert lines_of(board) == left
    assert (file is None) == (lines == LINES)


def test_a_whole_new_text_keeps_the_lines_it_has(board: Board) -> None:
    whole = lsp.TextDocumentContentChangeWholeDocument(text="three\ntwo\n")
    board.edited(FILE.as_uri(), [whole], ["three\n", "two\n"])
    assert lines_of(board) == [1, 0]
