"""Guesses by the look of lines: as good as the tree on ordinary code, and never late."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from autocrea_lsp.syntax import Definition, guess_definition, guess_import_lines, parse
from autocrea_lsp.text import split_lines
from tests.syntax.samples import SAMPLES

ROOT = Path(__file__).resolve().parents[2]
BRACES = ("javascript", "typescriptreact", "typescript", "go", "rust", "java", "cpp", "csharp", "php")
GUESSED = ("python", *BRACES, "ruby", "lua")


def described(definition: Definition | None) -> tuple[str, str, int, int] | None:
    if definition is None:
        return None
    return definition.kind, definition.name, definition.span.start_line, definition.span.end_line


@pytest.mark.parametrize("language", GUESSED)
def test_a_guess_agrees_with_the_tree(language: str) -> None:
    tree, lines = parse(SAMPLES[language], language), split_lines(SAMPLES[language])
    assert tree is not None
    places = [number for number, line in enumerate(lines) if line.strip()]
    exact = {number: described(tree.enclosing_definition(number, 0)) for number in places}
    guessed = {number: described(guess_definition(lines, number)) for number in places}
    if language == "go":
        exact = {number: None if each and each[1] == "X" else each for number, each in exact.items()}
    assert guessed == exact


def test_a_guess_agrees_with_the_tree_on_this_project() -> None:
    wrong = places = 0
    for path in sorted((ROOT / "autocrea_lsp/lsp").glob("*.py")):
        text = path.read_text("utf-8")
        tree, lines = parse(text, "python"), split_lines(text)
        assert tree is not None
        for number in range(len(lines)):
            places += 1
            wrong += described(tree.enclosing_definition(number, 0)) != described(guess_definition(lines, number))
    assert places > 1000
    assert wrong < places // 50


@pytest.mark.parametrize("language", GUESSED)
def test_imports_are_guessed_as_the_tree_has_them(language: str) -> None:
    tree = parse(SAMPLES[language], language)
    assert tree is not None
    assert guess_import_lines(split_lines(SAMPLES[language])) == tree.import_lines()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (0, 0)),
        ("x = 1\n", (0, 0)),
        ('"""Doc\nstring."""\nx = 1\n', (2, 2)),
        ("package main\n\nfunc f() {}\n", (1, 1)),
        ("/* a\n b */\n#include <x>\n", (2, 3)),
        ("import a\n\nx = 1\nimport b\n", (0, 1)),
    ],
)
def test_imports_at_the_top(text: str, expected: tuple[int, int]) -> None:
    assert guess_import_lines(split_lines(text)) == expected


@pytest.mark.parametrize("line", [-1, 3, 99])
def test_a_line_that_is_not_there_is_in_nothing(line: int) -> None:
    assert guess_definition(["def f():\n", "    pass\n", "\n"], line) is None


HARD = {
    "flat": ["x = 1\n"] * 10_000,
    "one function": ["def f():\n", *["    x = 1\n"] * 9_999],
    "calls over lines": ["def f():\n", *["        x(\n", "        )\n"] * 4_999],
    "signatures without an end": ["    int a(int b,\n"] * 10_000,
    "closing braces": ["    }\n"] * 10_000,
    "stairs down": [" " * (3_000 - depth) + "x\n" for depth in range(3_000)],
    "stairs up": [" " * depth + "x(y,\n" for depth in range(3_000)],
    "deep and wide": [" " * 400 + "a " * 300 + "\n"] * 10_000,
    "long lines": ["a" * 100_000 + "\n"] * 50,
    "blank": ["\n"] * 10_000,
    "words": ["    " + "a b<c> " * 25 + "(\n"] * 10_000,
    "modifiers": [" " + "public static " * 14 + "\n"] * 10_000,
}


@pytest.mark.parametrize("lines", HARD.values(), ids=HARD)
def test_a_guess_is_never_late(lines: list[str]) -> None:
    """A millisecond is meant; the bound allows for a busy machine."""
    chance = random.Random(7)
    places = [0, len(lines) // 2, len(lines) - 1, *(chance.randrange(len(lines)) for _ in range(20))]

    def seconds(line: int) -> float:
        started = time.thread_time()
        guess_definition(lines, line)
        return time.thread_time() - started

    assert max(min(seconds(place) for _ in range(3)) for place in places) < 0.004
    started = time.thread_time()
    guess_import_lines(lines)
    assert time.thread_time() - started < 0.02
