"""Whose key it is: defaults, the user's own, `<Plug>`, Tab."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.neovim.conftest import Start, show
from tests.e2e.neovim.screen import Nvim, Stub

KEYS = ("<M-l>", "<M-w>", "<M-e>", "<C-]>", "<M-\\>")


def mapped(nvim: Nvim) -> dict[str, bool]:
    """Which of the default keys are ours in insert mode."""
    code = "return vim.tbl_map(function(key) return vim.fn.maparg(key, 'i', false, true).desc or '' end, { ... })"
    return {key: text.startswith("AUTOCREA") for key, text in zip(KEYS, nvim.lua(code, *KEYS), strict=True)}


def test_keys_are_mapped_only_where_the_server_is(start: Start, stub: Stub, file: Path) -> None:
    nvim = start()
    nvim.edit(file)
    assert all(mapped(nvim).values())
    nvim.command("new")
    assert not any(mapped(nvim).values())


def test_no_keys(start: Start, stub: Stub, file: Path) -> None:
    nvim = show(start, stub, file, "bar", "keymap = false")
    assert not any(mapped(nvim).values())
    nvim.type("<M-l>")
    nvim.wait(lambda: nvim.mode() == "n")  # what Neovim does with a key that is not mapped: <Esc>, l
    assert nvim.lines() == ["foo."]


def test_one_key_less_and_another_one(start: Start, stub: Stub, file: Path) -> None:
    nvim = show(start, stub, file, "bar baz", "keymap = { accept_word = false, accept = '<C-y>' }")
    assert mapped(nvim) == {"<M-l>": False, "<M-w>": False, "<M-e>": True, "<C-]>": True, "<M-\\>": True}
    nvim.type("<C-y>")
    nvim.wait(lambda: nvim.lines() == ["foo.bar baz"])


def test_a_mapping_of_the_user_is_not_taken(start: Start, stub: Stub, file: Path) -> None:
    nvim = show(start, stub, file, "bar", init="vim.keymap.set('i', '<M-l>', 'mine')")
    nvim.type("<M-l>")
    nvim.wait(lambda: nvim.lines() == ["foo.mine"])


def test_a_key_that_was_asked_for_is_taken(start: Start, stub: Stub, file: Path) -> None:
    nvim = show(start, stub, file, "bar", "keymap = { accept = '<C-l>' }", "vim.keymap.set('i', '<C-l>', 'mine')")
    nvim.type("<C-l>")
    nvim.wait(lambda: nvim.lines() == ["foo.bar"])


PLUGS = {
    "accept": "foo.bar baz",
    "accept-word": "foo.bar",
    "accept-line": "foo.bar baz",
    "dismiss": "foo.",
}


@pytest.mark.parametrize(("plug", "line"), PLUGS.items(), ids=PLUGS)
def test_plug_mappings(start: Start, stub: Stub, file: Path, plug: str, line: str) -> None:
    init = f"vim.keymap.set('i', '<C-j>', '<Plug>(autocrea-{plug})')"
    nvim = show(start, stub, file, "bar baz", "keymap = false", init)
    nvim.type("<C-j>|")
    nvim.wait(lambda: nvim.lines() == [line + "|"])
    nvim.type("<Esc>ocd<C-j>")  # with nothing shown it is nothing
    nvim.wait(lambda: nvim.lines() == [line + "|", "cd"])


def test_plug_trigger(start: Start, stub: Stub, file: Path) -> None:
    init = "vim.keymap.set('i', '<C-j>', '<Plug>(autocrea-trigger)')"
    stub.script(inline=[{"head": "foo.", "insert": "bar"}])
    nvim = start("keymap = false, enabled = false", init=init)
    nvim.edit(file)
    nvim.type("ifoo.<C-j>")
    nvim.expect_ghost("bar")


FUNCTIONS = {"accept": "foo.bar baz", "accept_word": "foo.bar", "accept_line": "foo.bar baz"}


@pytest.mark.parametrize(("function", "line"), FUNCTIONS.items(), ids=FUNCTIONS)
def test_functions_say_whether_there_was_something(
    start: Start, stub: Stub, file: Path, function: str, line: str
) -> None:
    init = f"vim.keymap.set('i', '<C-j>', function() _G.answer = require('autocrea').{function}() end)"
    nvim = show(start, stub, file, "bar baz", "keymap = false", init)
    nvim.type("<C-j>")
    nvim.wait(lambda: nvim.lines() == [line])
    assert nvim.lua("return _G.answer") is True
    nvim.type("<Esc>o<C-j>")
    nvim.wait(lambda: nvim.lua("return _G.answer") is False)
    assert nvim.lines() == [line, ""]
    nvim.type("<Esc>uu")
    nvim.wait(lambda: nvim.lines() == ["foo."])


def test_tab_with_a_fallback(start: Start, stub: Stub, file: Path) -> None:
    init = """
      vim.opt.expandtab, vim.opt.softtabstop = true, 4
      vim.keymap.set('i', '<Tab>', function() return require('autocrea').accept_or('<Tab>') end, { expr = true })
    """
    nvim = show(start, stub, file, "bar", init=init)
    nvim.type("<Tab>")
    nvim.wait(lambda: nvim.lines() == ["foo.bar"])
    nvim.type("<Tab>|")
    nvim.wait(lambda: nvim.lines() == ["foo.bar |"])
    nvim.type("<Esc>uu")
    nvim.wait(lambda: nvim.lines() == ["foo."])


def test_tab_is_never_ours_by_itself(start: Start, stub: Stub, file: Path) -> None:
    nvim = show(start, stub, file, "bar")
    nvim.type("<Tab>")
    nvim.wait(lambda: nvim.lines() in (["foo.\t"], ["foo.    "]))


def test_a_default_key_with_nothing_shown_does_what_it_did(start: Start, stub: Stub, file: Path) -> None:
    nvim = start(init="vim.cmd('iabbrev teh the')")
    nvim.edit(file)
    nvim.type("iteh<C-]>")  # CTRL-] in insert mode: expand the abbreviation
    nvim.wait(lambda: nvim.lines() == ["the"])
