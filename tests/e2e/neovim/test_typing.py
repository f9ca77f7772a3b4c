"""When a suggestion stays, when it goes, when the server is asked; and that nothing disturbs the one who types."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Nvim, Stub

BAR = {"head": "foo.", "insert": "bar(baz)"}


def show_bar(start: Start, stub: Stub, file: Path, text: str = "", **options: Any) -> Nvim:
    """A Neovim that shows `bar(baz)` after `foo.` on the first line."""
    stub.script(inline=[BAR])
    nvim = start(**options)
    nvim.edit(file, text)
    nvim.type("ifoo.")
    nvim.expect_ghost("bar(baz)")
    return nvim


def test_typing_what_is_shown_keeps_the_rest_and_asks_nothing(start: Start, stub: Stub, file: Path) -> None:
    nvim = show_bar(start, stub, file)
    asked = len(stub.asked())
    # What is on the screen after every key, without a wait in between: no flicker.
    nvim.lua("""
      _G.seen = {}
      vim.api.nvim_create_autocmd({ 'TextChangedI', 'CursorMovedI' }, { callback = function()
        table.insert(_G.seen, vim.fn.getline(1) .. '|' .. tostring(require('autocrea').visible()))
      end })
    """)
    for typed, rest in (("b", "ar(baz)"), ("ar", "(baz)"), ("(ba", "z)")):
        nvim.type(typed)
        nvim.expect_ghost(rest)
        assert nvim.rows()[0] == "foo.bar(baz)"
    assert {entry.rpartition("|")[2] for entry in nvim.lua("return _G.seen")} == {"true"}
    nvim.pause()
    nvim.settle()
    assert len(stub.asked()) == asked
    nvim.type("z)")
    nvim.wait(lambda: nvim.lines() == ["foo.bar(baz)"])
    nvim.expect_ghost()
    nvim.wait(lambda: stub.asked()[-1] == "foo.bar(baz)")


def test_typing_something_else_takes_it_away_and_asks(start: Start, stub: Stub, file: Path) -> None:
    nvim = show_bar(start, stub, file)
    stub.script(inline=[{"head": "foo.x", "insert": "yz"}])
    nvim.type("x")
    nvim.expect_ghost("yz")
    assert nvim.rows()[0] == "foo.xyz"


def test_deleting_takes_it_away(start: Start, stub: Stub, file: Path) -> None:
    nvim = show_bar(start, stub, file)
    nvim.type("<BS>")
    nvim.expect_ghost()
    nvim.type(".")
    nvim.expect_ghost("bar(baz)")


def test_deleting_before_what_was_there_takes_it_away(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[BAR | {"insert": "foo.bar", "back": 4}])
    nvim = start()
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.expect_ghost("bar")
    nvim.type("<BS>")
    nvim.expect_ghost()


def test_a_new_line_that_was_suggested_keeps_the_rest(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[{"head": "if a:", "insert": "\n    b()\nc()"}])
    nvim = start(init="vim.opt.autoindent = false; vim.g.python_indent = {}; vim.cmd('filetype indent off')")
    nvim.edit(file)
    nvim.type("iif a:")
    nvim.expect_ghost("    b()", "c()")
    asked = len(stub.asked())
    nvim.type("<CR>    b")
    nvim.expect_ghost("()", "c()")
    assert nvim.rows()[:3] == ["if a:", "    b()", "c()"]
    nvim.settle()
    assert len(stub.asked()) == asked
    nvim.type("<M-l>|")
    nvim.wait(lambda: nvim.lines() == ["if a:", "    b()", "c()|"])


def test_a_bracket_closed_by_an_editor_plugin_does_not_disturb(start: Start, stub: Stub, file: Path) -> None:
    nvim = show_bar(start, stub, file, init="vim.keymap.set('i', '(', '()<Left>')")
    nvim.type("bar(")
    nvim.wait(lambda: nvim.lines() == ["foo.bar()"])
    nvim.expect_ghost("baz")
    assert nvim.rows()[0] == "foo.bar(baz)"
    nvim.type("<M-l>|")
    nvim.wait(lambda: nvim.lines() == ["foo.bar(baz)|"])


GOING = {
    "left": "<Left>",
    "another line": "<Down>",
    "leaving insert mode": "<Esc>",
    "leaving insert mode otherwise": "<C-c>",
    "one normal command": "<C-o>0",
    "another buffer": "<Cmd>new<CR>",
}


@pytest.mark.parametrize("keys", GOING.values(), ids=GOING)
def test_going_elsewhere_takes_it_away(start: Start, stub: Stub, file: Path, keys: str) -> None:
    nvim = show_bar(start, stub, file, "\nother line\n")
    nvim.type(keys)
    nvim.expect_ghost()
    marks = "return #vim.api.nvim_buf_get_extmarks(1, vim.api.nvim_create_namespace('autocrea'), 0, -1, {})"
    assert nvim.lua(marks) == 0
    assert nvim.messages() == []


ELSEWHERE = {
    "a line above": ("vim.api.nvim_buf_set_lines(0, 0, 0, false, { 'above' })", ["above", "foo.bend"]),
    "text before it": ("vim.api.nvim_buf_set_text(0, 0, 0, 0, 1, { 'b' })", ["boo.bend"]),
    "text after it": ("vim.api.nvim_buf_set_text(0, 0, 4, 0, 7, { 'END' })", ["foo.bEND"]),
}


@pytest.mark.parametrize(("code", "lines"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_change_from_elsewhere_takes_it_away(
    start: Start, stub: Stub, file: Path, code: str, lines: list[str]
) -> None:
    nvim = show_bar(start, stub, file, "end")
    nvim.lua(code)
    nvim.type("b")  # the beginning of what was shown
    nvim.wait(lambda: nvim.lines() == lines)
    nvim.expect_ghost()
    assert nvim.messages() == []


def test_keys_in_one_burst_are_one_request(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[{"head": "xyz", "insert": "!"}])
    nvim = start("debounce_ms = 200")
    nvim.edit(file)
    nvim.type("iabcdefghijklmnopqrstuvwxyz")
    nvim.expect_ghost("!")
    assert stub.asked() == ["abcdefghijklmnopqrstuvwxyz"]
    assert stub.received("textDocument/inlineCompletion")[0]["context"] == {"triggerKind": 2}


ERRORS = {
    "internal": {"code": -32603, "message": "boom"},
    "content modified": {"code": -32801, "message": "boom"},
    "server cancelled": {"code": -32802, "message": "boom"},
    "request failed": {"code": -32803, "message": "boom"},
    "request cancelled, though nobody did": {"code": -32800, "message": "boom"},
}


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_errors_are_never_shown(start: Start, stub: Stub, file: Path, error: dict[str, Any]) -> None:
    stub.script(inline=[{"head": "", "error": error}])
    nvim = start()
    nvim.edit(file)
    nvim.type("i")
    for count, key in enumerate("foo.", 1):
        nvim.type(key)
        nvim.wait(lambda count=count: "foo."[:count] in stub.asked())
    nvim.settle()
    stub.script(inline=[{"head": "foo.x", "insert": "yz"}])
    nvim.type("x")
    nvim.expect_ghost("yz")
    assert nvim.lines() == ["foo.x"]
    assert nvim.messages() == []
    assert nvim.mode() == "i"


def test_typing_goes_on_when_the_server_dies(start: Start, stub: Stub, file: Path) -> None:
    nvim = show_bar(start, stub, file)
    nvim.execute("stub.crash")
    nvim.wait(lambda: nvim.lua("return #vim.lsp.get_clients()") == 0)
    nvim.expect_ghost()
    nvim.type("more")
    nvim.wait(lambda: nvim.lines() == ["foo.more"])
    # Neovim itself says once that the program ended; we add nothing.
    assert [line for line in nvim.messages() if "quit with exit code" not in line] == []


def test_a_server_without_inline_completion_is_not_asked(start: Start, stub: Stub, file: Path) -> None:
    nvim = show_bar(start, stub, file)
    nvim.type("<Esc>")
    asked = len(stub.asked())
    nvim.lua("require('autocrea.client').get(0).server_capabilities.inlineCompletionProvider = nil")
    nvim.type("ofoo.")
    nvim.wait(lambda: nvim.lines()[-1] == "foo.")
    nvim.pause()
    assert len(stub.asked()) == asked
    assert nvim.messages() == []


def test_a_macro_that_is_replayed_asks_nothing_on_its_way(start: Start, stub: Stub, file: Path) -> None:
    stub.script()
    nvim = start()
    nvim.edit(file)
    nvim.type("qqifoo<Esc>q")
    nvim.wait(lambda: nvim.lines() == ["foo"])
    nvim.settle()
    before = len(stub.asked())
    nvim.type("20@q")
    nvim.wait(lambda: len(nvim.lines()[0]) == 63)
    nvim.settle()
    assert len(stub.asked()) == before


def test_replace_mode_is_left_alone(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[BAR])
    nvim = start()
    nvim.edit(file, "abcdef\n")
    nvim.type("Rfoo.")
    nvim.wait(lambda: nvim.lines() == ["foo.ef"])
    nvim.pause()
    assert stub.asked() == []


def test_a_wiped_buffer_leaves_nothing_behind(start: Start, stub: Stub, file: Path) -> None:
    nvim = show_bar(start, stub, file)
    assert nvim.lua("return require('autocrea.suggestion').buffers()") == [1]
    assert nvim.lua("return require('autocrea.status').get(1)") == "AUTOCREA"
    nvim.type("<Esc>")
    nvim.command("new")
    nvim.command("bwipeout! 1")
    nvim.wait(lambda: nvim.lua("return require('autocrea.suggestion').buffers()") == [])
    assert nvim.lua("return require('autocrea.status').get(1)") == ""
    groups = "return #vim.api.nvim_get_autocmds({ group = 'autocrea.suggestion' })"
    assert nvim.lua(groups) == 0
    assert nvim.messages() == []
