"""Explanations in a window beside the cursor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.neovim.acting import OLD, expect_gone, expect_on_screen, screen
from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Nvim, Stub

METHOD = "autocrea/explain"
MARKDOWN = "# Area\n\nMultiplies **both** sides.\n\n```python\narea(2, 3)\n```\n"
ANSWER = {"markdown": MARKDOWN, "tokensUsed": 9, "costMicros": None}
FILE_WINDOW = "return vim.api.nvim_win_get_config(0).relative == ''"


def explaining(start: Start, stub: Stub, file: Path, keys: str = ":Autocrea explain<CR>", **script: Any) -> Nvim:
    stub.script(answers={METHOD: ANSWER}, **script)
    nvim = start()
    nvim.edit(file, OLD)
    nvim.type(keys)
    return nvim


def test_it_is_shown_as_it_comes_and_the_cursor_stays(start: Start, stub: Stub, file: Path) -> None:
    nvim = explaining(start, stub, file, streams={METHOD: ["# Area\n\n", "Multi", "plies"]}, hold=[METHOD])
    expect_on_screen(nvim, "JoxCoder", "Area", "Multiplies")
    assert "AreaMulti" not in screen(nvim)
    assert "both" not in screen(nvim)
    assert nvim.lua(FILE_WINDOW)
    nvim.type("ix<Esc>")  # one works on
    nvim.wait(lambda: nvim.lines()[0] == "ximport os")
    nvim.execute("stub.release")
    rows = expect_on_screen(nvim, "Multiplies both sides.", "area(2, 3)")  # `**` is concealed
    assert "```" not in rows
    assert nvim.lua(FILE_WINDOW)
    assert nvim.messages() == []


@pytest.mark.parametrize("key", ["q", "<Esc>", "<C-c>"])
def test_asked_again_it_is_entered_scrolled_and_closed(start: Start, stub: Stub, file: Path, key: str) -> None:
    long = {**ANSWER, "markdown": "\n\n".join(f"Line {number}." for number in range(40))}
    nvim = explaining(start, stub, file)
    expect_on_screen(nvim, "Multiplies")
    stub.script(answers={METHOD: long})
    nvim.type(":Autocrea explain<CR>")
    nvim.wait(lambda: not nvim.lua(FILE_WINDOW))
    assert len(stub.received(METHOD)) == 1
    nvim.type("q:Autocrea explain<CR>")
    expect_on_screen(nvim, "Line 0.")
    assert "Line 39." not in screen(nvim)
    nvim.type(":Autocrea explain<CR>")
    nvim.wait(lambda: not nvim.lua(FILE_WINDOW))
    nvim.type("G")
    expect_on_screen(nvim, "Line 39.")
    assert "Line 0." not in screen(nvim)
    nvim.type(key)
    expect_gone(nvim, "JoxCoder")
    assert nvim.lines() == OLD.splitlines()
    assert stub.received("$/cancelRequest") == []


CLOSING = {
    "closed": "<C-w>wq",
    "the command": ":Autocrea cancel<CR>",
    "another file": ":enew<CR>",
}


@pytest.mark.parametrize("keys", CLOSING.values(), ids=CLOSING)
def test_closing_or_stopping_it_cancels(start: Start, stub: Stub, file: Path, keys: str) -> None:
    nvim = explaining(start, stub, file, streams={METHOD: ["Multiplies"]}, hold=[METHOD])
    expect_on_screen(nvim, "Multiplies")
    nvim.type(keys)
    nvim.wait(lambda: len(stub.received("$/cancelRequest")) == 1)
    assert [line for line in nvim.messages() if "cancelling" not in line] == []


def test_what_has_come_stays_when_it_is_stopped(start: Start, stub: Stub, file: Path) -> None:
    nvim = explaining(start, stub, file, streams={METHOD: ["Multiplies"]}, hold=[METHOD])
    expect_on_screen(nvim, "Multiplies")
    nvim.type(":Autocrea explain<CR>")
    nvim.wait(lambda: not nvim.lua(FILE_WINDOW))
    nvim.type("<C-c>")
    expect_on_screen(nvim, "Multiplies", "(stopped)")
    nvim.wait(lambda: len(stub.received("$/cancelRequest")) == 1)
    assert nvim.messages() == []


def test_a_cancel_by_the_server_ends_it_without_a_word(start: Start, stub: Stub, file: Path) -> None:
    """As when a progress display cancels the work: Neovim never calls back then."""
    stub.script(answers={METHOD: {"error": {"code": -32800, "message": "Cancelled."}}})
    nvim = start()
    nvim.edit(file, OLD)
    nvim.type(":Autocrea explain<CR>")
    nvim.wait(lambda: stub.received(METHOD))
    nvim.settle()
    expect_gone(nvim, "JoxCoder")
    assert nvim.messages() == []
    assert nvim.command("Autocrea cancel") == "AUTOCREA: nothing to cancel"


def test_an_error_is_told_once_and_leaves_no_window(start: Start, stub: Stub, file: Path) -> None:
    stub.script(answers={METHOD: {"error": {"code": -32803, "message": "The budget of today is spent."}}})
    nvim = start()
    nvim.edit(file, OLD)
    nvim.type(":Autocrea explain<CR>")
    nvim.wait(lambda: nvim.messages() == ["AUTOCREA: explain: The budget of today is spent."])
    expect_gone(nvim, "JoxCoder")


def test_a_server_that_dies_is_named(start: Start, stub: Stub, file: Path) -> None:
    nvim = explaining(start, stub, file, hold=[METHOD])
    nvim.wait(lambda: stub.received(METHOD))
    nvim.lua("require('autocrea.client').all()[1]:stop(true)")
    nvim.wait(lambda: "AUTOCREA: explain: the server has ended" in nvim.messages())
    expect_gone(nvim, "JoxCoder")


RANGES = {
    "nothing": (":4<CR>:Autocrea explain<CR>", ((3, 0), (3, 0)), None),
    "lines": (":4,5Autocrea explain<CR>", ((3, 0), (4, 16)), None),
    "selected lines": ("4GVj:Autocrea explain<CR>", ((3, 0), (4, 16)), None),
    "selected characters": ("4Gwvee:Autocrea explain<CR>", ((3, 4), (3, 9)), None),
    "selected characters of several lines": ("4Gwvj0:Autocrea explain<CR>", ((3, 4), (4, 1)), None),
    "a question": ("4GV:Autocrea explain why so  short?<CR>", ((3, 0), (3, 15)), "why so  short?"),
    "a mapping": ("4G<Space>e", ((3, 0), (3, 0)), None),
    "a mapping, selected": ("4GV<Space>e", ((3, 0), (3, 15)), None),
}


@pytest.mark.parametrize(("keys", "range_", "question"), RANGES.values(), ids=RANGES)
def test_what_is_asked_about(
    start: Start, stub: Stub, file: Path, keys: str, range_: tuple[Any, Any], question: str | None
) -> None:
    stub.script(answers={METHOD: ANSWER})
    nvim = start(init="vim.keymap.set({ 'n', 'x' }, '<Space>e', '<Plug>(autocrea-explain)')")
    nvim.edit(file, OLD)
    nvim.type(keys)
    nvim.wait(lambda: stub.received(METHOD))
    (params,) = stub.received(METHOD)
    start_, end = ({"line": line, "character": character} for line, character in range_)
    assert (params["uri"], params["range"]) == (file.as_uri(), {"start": start_, "end": end})
    assert params.get("question") == question
    assert isinstance(params["partialResultToken"], str)
    assert isinstance(params["workDoneToken"], str)


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", 11), ("utf-16", 8), ("utf-32", 7)])
def test_positions_are_in_the_encoding_agreed_upon(
    start: Start, stub: Stub, file: Path, encoding: str, character: int
) -> None:
    stub.script(answers={METHOD: ANSWER}, encoding=encoding)
    nvim = start()
    nvim.edit(file, "v = 'é𝒳' + w\n")
    nvim.type("v6l:Autocrea explain<CR>")  # to the character beyond the BMP
    nvim.wait(lambda: stub.received(METHOD))
    assert stub.received(METHOD)[0]["range"]["end"] == {"line": 0, "character": character}


def test_asked_about_something_else_it_is_another_one(start: Start, stub: Stub, file: Path) -> None:
    nvim = explaining(start, stub, file)
    expect_on_screen(nvim, "Multiplies")
    stub.script(answers={METHOD: {**ANSWER, "markdown": "A name."}})
    nvim.type(":8,9Autocrea explain<CR>")
    expect_on_screen(nvim, "A name.")
    expect_gone(nvim, "Multiplies")
    assert nvim.lua(FILE_WINDOW)
    nvim.type(":8,9Autocrea explain<CR>")
    nvim.wait(lambda: not nvim.lua(FILE_WINDOW))
    assert len(stub.received(METHOD)) == 2


def test_the_code_action_asked_for_again_enters_the_window(start: Start, stub: Stub, file: Path) -> None:
    asked = {"uri": file.as_uri(), "range": {"start": {"line": 3, "character": 0}, "end": {"line": 4, "character": 0}}}
    command = {"title": "Explain area", "command": "autocrea.explain", "arguments": [asked]}
    action = {"title": "Explain area", "kind": "refactor.rewrite.autocrea", "command": command}
    stub.script(answers={"textDocument/codeAction": [action], "codeAction/resolve": action, METHOD: ANSWER})
    nvim = start()
    nvim.edit(file, OLD)
    nvim.type("<Cmd>lua vim.lsp.buf.code_action({ apply = true })<CR>")
    expect_on_screen(nvim, "Multiplies")
    nvim.type("<Cmd>lua vim.lsp.buf.code_action({ apply = true })<CR>")
    nvim.wait(lambda: not nvim.lua(FILE_WINDOW))
    assert len(stub.received(METHOD)) == 1


def test_the_code_action_and_its_range(start: Start, stub: Stub, file: Path) -> None:
    asked = {"uri": file.as_uri(), "range": {"start": {"line": 3, "character": 0}, "end": {"line": 4, "character": 0}}}
    command = {"title": "Explain area", "command": "autocrea.explain", "arguments": [asked]}
    action = {"title": "Explain area", "kind": "refactor.rewrite.autocrea", "command": command}
    stub.script(answers={"textDocument/codeAction": [action], "codeAction/resolve": action, METHOD: ANSWER})
    nvim = start()
    nvim.edit(file, OLD)
    nvim.type("<Cmd>lua vim.lsp.buf.code_action({ apply = true })<CR>")
    expect_on_screen(nvim, "Multiplies")
    (params,) = stub.received(METHOD)
    assert {key: params[key] for key in asked} == asked
