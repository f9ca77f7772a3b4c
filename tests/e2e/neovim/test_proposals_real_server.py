"""Proposals of the real server with an emulated model: changes made anew, undone, and code that is new."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.neovim.acting import expect_on_screen, screen, tabs, text_of
from tests.e2e.neovim.emulator import EmulatorProcess
from tests.e2e.neovim.real_acts import CLEAR, CODE, answer, edits, opened
from tests.e2e.neovim.screen import Nvim

NAMES = ("def area(w, h):\n    return w * h\n", "def area(width, height):\n    return width * height\n")
TYPES = ("def describe(value):\n", "def describe(value) -> str:\n")
BOTH = CLEAR.replace(*TYPES)
TESTS = "from shapes import area\n\n\ndef test_area():\n    assert area(2, 3) == 6\n"
TWICE = "def twice(value):\n    return 2 * value\n"


@pytest.fixture
def file(project: Path) -> Path:
    return project / "shapes.py"


def two_changes(api: EmulatorProcess, nvim: Nvim, file: Path) -> Nvim:
    """A refactoring of two hunks is under review."""
    opened(nvim, file)
    answer(api, {"match": "say what they are", "answer": edits(NAMES, TYPES)})
    nvim.type(":%Autocrea refactor let the names say what they are<CR>")
    nvim.wait(lambda: screen(nvim).count("? pending") == 2)
    return nvim


def test_one_change_is_made_anew_and_all_are_accepted(api: EmulatorProcess, nvim: Nvim, file: Path) -> None:
    two_changes(api, nvim, file)
    answer(api, {"match": "in one word", "answer": edits((NAMES[0], "def area(a, b):\n    return a * b\n"))})
    nvim.type("g.")
    expect_on_screen(nvim, "What should be different?")
    nvim.type("in one word<CR>")
    expect_on_screen(nvim, "area(a, b)", "-> str")
    assert screen(nvim).count("? pending") == 2
    assert text_of(nvim, file) == CODE
    nvim.type("gA")
    nvim.wait(lambda: tabs(nvim) == 1)
    assert text_of(nvim, file) == BOTH.replace("width", "a").replace("height", "b")
    assert api.calls() == 2


def test_the_other_change_is_made_anew_without_a_word_after_one_was_accepted(
    api: EmulatorProcess, nvim: Nvim, file: Path
) -> None:
    two_changes(api, nvim, file)
    nvim.type("ga")
    expect_on_screen(nvim, "+ accepted", "? pending")
    answer(api, {"match": "Another way", "answer": edits((TYPES[0], "def describe(value: object) -> str:\n"))})
    nvim.type("g.<CR>")
    expect_on_screen(nvim, "+ accepted", "value: object", "? pending")
    nvim.type("gA")
    nvim.wait(lambda: tabs(nvim) == 1)
    assert text_of(nvim, file) == CLEAR.replace(TYPES[0], "def describe(value: object) -> str:\n")


def test_all_is_made_anew(api: EmulatorProcess, nvim: Nvim, file: Path) -> None:
    two_changes(api, nvim, file)
    answer(api, {"match": "only the types", "answer": edits(TYPES)})
    nvim.type("g:")
    expect_on_screen(nvim, "What should be different?")
    nvim.type("only the types<CR>")
    nvim.wait(lambda: screen(nvim).count("? pending") == 1)
    nvim.type("gA")
    nvim.wait(lambda: tabs(nvim) == 1)
    assert text_of(nvim, file) == CODE.replace(*TYPES)
    assert nvim.command("Autocrea proposals") == ""
    nvim.wait(lambda: nvim.messages()[-1:] == ["AUTOCREA: no proposals wait"])  # the first one is gone


def test_a_change_that_was_undone_waits_again(api: EmulatorProcess, nvim: Nvim, file: Path) -> None:
    two_changes(api, nvim, file)
    nvim.type("ga")
    expect_on_screen(nvim, "+ accepted", "? pending")
    nvim.type("1gt")
    nvim.wait(lambda: nvim.lines() == CLEAR.splitlines())
    nvim.type("u")
    nvim.wait(lambda: nvim.lines() == CODE.splitlines())
    nvim.type("2gt")
    nvim.wait(lambda: "+ accepted" in screen(nvim))  # nobody has asked yet
    nvim.type("ga")
    nvim.wait(lambda: text_of(nvim, file) == CODE.replace(*TYPES))
    expect_on_screen(nvim, "? pending", "+ accepted")
    nvim.type("gA")
    nvim.wait(lambda: tabs(nvim) == 1)
    assert text_of(nvim, file) == BOTH


def test_an_edit_that_was_not_applied_waits_again(api: EmulatorProcess, nvim: Nvim, file: Path) -> None:
    two_changes(api, nvim, file)
    nvim.lua("was = vim.lsp.util.apply_workspace_edit; vim.lsp.util.apply_workspace_edit = function() end")
    nvim.type("ga")
    nvim.wait(lambda: nvim.messages())
    nvim.lua("vim.lsp.util.apply_workspace_edit = was")
    nvim.wait(lambda: screen(nvim).count("? pending") == 2)
    nvim.type("gA")
    nvim.wait(lambda: tabs(nvim) == 1)
    assert text_of(nvim, file) == BOTH
    assert nvim.messages()[1:] == ["AUTOCREA: Refactor: let the names say what they are: 2 accepted, 0 rejected"]


def test_two_files_are_accepted_in_one_go(api: EmulatorProcess, nvim: Nvim, file: Path, project: Path) -> None:
    """The second answer must not take the first file for one that was not changed."""
    user = project / "user.py"
    user.write_text("import shapes\n\nprint(shapes.area(2, 3))\n", encoding="utf-8")
    opened(nvim, file)
    nvim.command(f"badd {user}")
    changes = [
        {"path": "shapes.py", "old": "def area(w, h):\n", "new": "def surface(w, h):\n"},
        {"path": "user.py", "old": "print(shapes.area(2, 3))\n", "new": "print(shapes.surface(2, 3))\n"},
    ]
    answer(api, {"match": "call it surface", "answer": json.dumps({"explanation": "", "edits": changes})})
    nvim.lua(
        """
        local file, user = ...
        local client = require('autocrea.client').get(0)
        local stop = { line = 11, character = 0 }
        require('autocrea.acts').refactor(client, {
          uri = file, files = { user }, instruction = 'call it surface', goal = 'refactor',
          range = { start = { line = 0, character = 0 }, ['end'] = stop },
        })
        """,
        file.as_uri(),
        user.as_uri(),
    )
    expect_on_screen(nvim, "file 1 of 2", "? pending")
    nvim.type("gaga")
    nvim.wait(lambda: tabs(nvim) == 1)
    assert text_of(nvim, file) == CODE.replace("area", "surface")
    assert text_of(nvim, user) == "import shapes\n\nprint(shapes.surface(2, 3))\n"


def test_a_definition_gets_its_documentation(api: EmulatorProcess, nvim: Nvim, file: Path) -> None:
    opened(nvim, file)
    documented = NAMES[0].replace("):\n", '):\n    """Width by height."""\n')
    answer(api, {"match": "documentation comment", "answer": edits((NAMES[0], documented))})
    nvim.type("4G:Autocrea document<CR>")
    expect_on_screen(nvim, "? pending", "Width by height")
    nvim.type("ga")
    nvim.wait(lambda: tabs(nvim) == 1)
    assert text_of(nvim, file) == CODE.replace(NAMES[0], documented)
    assert file.read_text(encoding="utf-8") == CODE  # saving is the user's


def test_tests_come_as_a_new_file_on_the_disk(api: EmulatorProcess, nvim: Nvim, file: Path, project: Path) -> None:
    opened(nvim, file)
    path = project / "tests" / "test_shapes.py"
    answer(api, {"match": "unit tests", "answer": edits(("", TESTS), path="tests/test_shapes.py")})
    nvim.type("4G:Autocrea tests<CR>")
    expect_on_screen(nvim, "(new)", "? pending", "def test_area")
    assert not path.exists()
    nvim.type("ga")
    nvim.wait(lambda: path.exists() and path.read_text(encoding="utf-8") == TESTS)
    nvim.wait(lambda: nvim.lua("return vim.fn.expand('%:p')") == str(path))
    assert nvim.lua("return vim.bo.modified") is False
    assert text_of(nvim, file) == CODE


def test_code_is_generated_at_the_cursor(api: EmulatorProcess, nvim: Nvim, file: Path) -> None:
    opened(nvim, file)
    said = f"<code>\n{TWICE}</code>\n<explanation>Doubles.</explanation>"
    answer(api, {"match": "twice a value", "answer": said})
    nvim.type("6G:Autocrea generate a function that gives twice a value<CR>")
    expect_on_screen(nvim, "? pending", "def twice(value):")
    assert text_of(nvim, file) == CODE
    nvim.type("ga")
    nvim.wait(lambda: tabs(nvim) == 1)
    rows = CODE.splitlines(keepends=True)
    assert text_of(nvim, file) == "".join([*rows[:5], TWICE, *rows[5:]])
