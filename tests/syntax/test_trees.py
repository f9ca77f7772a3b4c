"""Trees of open documents: made aside, out of the last one, and the same as if made from nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autocrea_lsp.syntax import Tree, Trees, parse, parsing
from autocrea_lsp.syntax.parsing import parse_lines
from autocrea_lsp.text import split_lines
from tests.syntax.samples import SAMPLES

URI = "untitled:a"
PIECES = st.sampled_from([*"\n\r\té𝒳(){}\"'`x<:", "  ", "def f():\n", "# c\n", "/*", "*/", "\r\n"])
EDITS = st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0, 0, 0, 1, 3, 12]), PIECES | st.just("")), max_size=6)


class Watched(Trees):
    """Tells when a tree has been made in the background."""

    def __init__(self) -> None:
        super().__init__(idle_s=0.001)
        self.made = asyncio.Event()

    async def _refresh(self, *arguments: Any) -> None:
        await super()._refresh(*arguments)
        self.made.set()

    async def noted(self, version: int, uri: str = URI) -> Tree:
        """The tree of a version that was noted."""
        async with asyncio.timeout(10):
            while (tree := self.ready(uri, version)) is None:
                self.made.clear()
                await self.made.wait()
        return tree


@pytest.fixture
async def trees() -> AsyncIterator[Watched]:
    trees = Watched()
    yield trees
    await trees.aclose()


def points_of(tree: Tree) -> list[tuple[object, object]]:
    """Where the parser believes its nodes to be."""
    waiting, found = [tree.raw.root_node], []
    while waiting:
        node = waiting.pop()
        found.append((node.start_point, node.end_point))
        waiting.extend(node.children)
    return found


def said(tree: Tree) -> tuple[object, ...]:
    places = [(line, column) for line in range(len(tree.source.lines)) for column in (0, 5)]
    return (
        str(tree.raw.root_node),
        points_of(tree),
        tree.problems(),
        tree.import_lines(),
        [tree.enclosing_definition(*place) for place in places],
        [tree.where(*place) for place in places],
    )


@settings(max_examples=25, deadline=None)
@pytest.mark.parametrize("language", SAMPLES)
@given(edits=EDITS)
def test_a_tree_made_from_the_last_one_is_the_tree_of_the_text(
    language: str, edits: list[tuple[float, int, str]]
) -> None:
    text = SAMPLES[language]
    tree = parse_lines(split_lines(text), language)
    for where, size, piece in edits:
        at = int(where * len(text))
        text = text[:at] + piece + text[at + size :]
        tree = parse_lines(split_lines(text), language, tree)
        fresh = parse(text, language)
        assert tree is not None
        assert fresh is not None
        assert said(tree) == said(fresh)


@pytest.mark.parametrize("language", SAMPLES)
def test_lines_come_and_go_without_a_trace(language: str) -> None:
    """Most of these texts have no error, so that their trees are made from the last one."""
    lines = split_lines(SAMPLES[language])
    tree = parse_lines(lines, language)
    for at in range(len(lines), -1, -3):
        for changed in ([*lines[:at], "\n", *lines[at:]], lines):
            tree = parse_lines(changed, language, tree)
            fresh = parse_lines(changed, language)
            assert tree is not None
            assert fresh is not None
            assert said(tree) == said(fresh)


def test_the_last_tree_stays_as_it_was() -> None:
    tree = parse(SAMPLES["python"], "python")
    assert tree is not None
    before = said(tree)
    parse_lines(["x = 1\n", *tree.source.lines], "python", tree)
    assert said(tree) == before


async def test_a_noted_document_has_a_tree_after_a_while(trees: Watched) -> None:
    trees.note(URI, 1, "python", lambda: ["def f():\n", "    pass\n"])
    assert trees.ready(URI, 1) is None
    tree = await trees.noted(1)
    assert tree.enclosing_definition(1, 4) is not None
    assert trees.ready(URI, 2) is None


async def test_only_the_newest_text_is_read_and_copied(trees: Watched) -> None:
    asked: list[int] = []
    lines = ["x = 1\n"]

    def give(version: int) -> Callable[[], Sequence[str]]:
        return lambda: (asked.append(version), lines)[1]

    for version in range(1, 50):
        trees.note(URI, version, "python", give(version))
    lines.append("y = 2\n")
    tree = await trees.noted(49)
    lines.clear()
    assert asked == [49]
    assert tree.source.lines == ("x = 1\n", "y = 2\n")


async def test_who_needs_a_tree_gets_it_and_the_next_one_finds_it(trees: Watched) -> None:
    tree = await trees.get(URI, 3, "python", ["x = 1\n"])
    assert tree is not None
    assert trees.ready(URI, 3) is tree
    assert await trees.get(URI, 3, "python", ["x = 1\n"]) is tree


async def test_the_text_counts_and_not_its_number(trees: Watched) -> None:
    """A file that is not open has no version: it is asked for as version 0 whatever it holds."""
    await trees.get(URI, 0, "python", ["x = 1\n"])
    tree = await trees.get(URI, 0, "python", ["y = 2\n"])
    assert tree is not None
    assert tree.source.lines == ("y = 2\n",)


async def test_a_document_opened_anew_under_the_same_version_is_another(trees: Watched) -> None:
    await trees.get(URI, 1, "python", ["x = 1\n"])
    trees.note(URI, 1, "python", lambda: ["y = 2\n"])
    assert trees.ready(URI, 1) is None
    assert (await trees.noted(1)).source.lines == ("y = 2\n",)


async def test_an_old_text_does_not_take_the_place_of_a_newer_one(trees: Watched) -> None:
    trees.note(URI, 2, "python", lambda: ["y = 2\n"])
    newest = await trees.noted(2)
    old = await trees.get(URI, 1, "python", ["x = 1\n"])
    assert old is not None
    assert old.source.lines == ("x = 1\n",)
    assert trees.ready(URI, 2) is newest


async def test_another_language_is_another_tree(trees: Watched) -> None:
    await trees.get(URI, 1, "json", ["{} // c\n"])
    tree = await trees.get(URI, 1, "jsonc", ["{} // c\n"])
    assert tree is not None
    assert tree.problems() == []


async def test_what_has_no_grammar_or_is_too_large_has_no_tree(trees: Watched) -> None:
    trees.note(URI, 1, "cobol", lambda: pytest.fail("nobody needs these lines"))
    assert await trees.get(URI, 1, "cobol", ["x\n"]) is None
    assert await trees.get(URI, 1, "python", ["x = 1\n"] * 400_000) is None


async def test_a_closed_document_is_forgotten(trees: Watched) -> None:
    asked: list[str] = []
    await trees.get(URI, 1, "python", ["x = 1\n"])
    trees.note(URI, 2, "python", lambda: (asked.append(URI), ["x = 2\n"])[1])
    trees.forget(URI)
    trees.note("untitled:b", 1, "python", lambda: (asked.append("untitled:b"), ["x = 1\n"])[1])
    await trees.noted(1, "untitled:b")  # its timer was set later
    assert trees.ready(URI, 1) is None
    assert asked == ["untitled:b"]


async def test_the_least_recently_used_go(trees: Watched) -> None:
    for number in range(20):
        await trees.get(f"untitled:{number}", 1, "python", [f"x = {number}\n"])
    assert trees.ready("untitled:0", 1)
    await trees.get(URI, 1, "python", ["y = 1\n"])
    assert trees.ready("untitled:0", 1)
    assert trees.ready("untitled:1", 1) is None
    assert trees.ready("untitled:2", 1)


async def test_closing_ends_what_is_being_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    started, ended = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    stopped: list[bool] = []

    def slow(lines: Sequence[str], language: str, last: Tree | None, stop: Callable[[], bool]) -> None:
        loop.call_soon_threadsafe(started.set)
        until = time.monotonic() + 10
        while not stop() and time.monotonic() < until:
            pass
        stopped.append(stop())
        loop.call_soon_threadsafe(ended.set)

    monkeypatch.setattr("autocrea_lsp.syntax.trees.parse_lines", slow)
    trees = Trees(idle_s=0)
    trees.note(URI, 1, "python", lambda: ["x\n"])
    async with asyncio.timeout(10):
        await started.wait()
        await trees.aclose()
        await ended.wait()
    assert stopped == [True]
    assert trees.ready(URI, 1) is None


def test_a_text_that_takes_too_long_has_no_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "MAX_PARSE_S", 0.0)
    assert parse("x = (1 + 2)\n" * 5_000, "python") is None


async def test_noting_a_change_costs_microseconds() -> None:
    trees = Trees()
    lines = ["x = 1\n"] * 10_000
    trees.note(URI, 0, "python", lambda: lines)
    started = time.thread_time()
    for version in range(1, 1001):
        trees.note(URI, version, "python", lambda: lines)
    assert time.thread_time() - started < 0.05  # 50 µs each; about 2 are needed
    await trees.aclose()


def test_a_text_with_errors_has_one_tree_whatever_it_was_before() -> None:
    """Recovering from errors, the parser would come to another reading from the last tree than from nothing."""
    text = SAMPLES["csharp"]
    tree = parse(text, "csharp")
    for at, size, piece in ((55, 1, '"'), (14, 10, "$")):
        text = text[:at] + piece + text[at + size :]
        tree = parse_lines(split_lines(text), "csharp", tree)
    fresh = parse(text, "csharp")
    assert tree is not None
    assert fresh is not None
    assert said(tree) == said(fresh)
