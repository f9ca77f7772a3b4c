"""Ghost text beside completion menus and beside others who draw text at the cursor."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Nvim, Stub


def menu(nvim: Nvim, *words: str) -> None:
    """Open the completion menu at the start of the word, as a plugin does."""
    nvim.lua("vim.fn.complete(vim.fn.col('.'), { ... })", *words)


def is_open(nvim: Nvim) -> bool:
    return bool(nvim.lua("return vim.fn.pumvisible() == 1"))


def test_an_open_menu_hides_it_and_asks_nothing(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[{"head": "foo.", "insert": "bar"}, {"head": "foo.cow", "insert": "boy"}])
    nvim = start(init="vim.opt.completeopt = { 'menuone', 'noselect' }")
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.expect_ghost("bar")
    menu(nvim, "cat", "cow")
    nvim.wait(lambda: is_open(nvim))
    nvim.expect_ghost()
    nvim.settle()
    asked = len(stub.asked())
    nvim.type("<C-n><C-n>")
    nvim.wait(lambda: nvim.lines() == ["foo.cow"])
    nvim.pause()
    nvim.settle()
    assert nvim.ghost() == []
    assert len(stub.asked()) == asked
    nvim.type("<C-y>")
    nvim.expect_ghost("boy")
    assert nvim.messages() == []


def test_it_comes_back_when_the_menu_is_left(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[{"head": "foo.", "insert": "bar"}])
    nvim = start(init="vim.opt.completeopt = { 'menuone', 'noselect' }")
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.expect_ghost("bar")
    menu(nvim, "cat")
    nvim.expect_ghost()
    nvim.type("<C-e>")
    nvim.expect_ghost("bar")


def test_an_answer_that_comes_when_the_menu_is_open_is_not_shown(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[{"head": "foo.", "insert": "bar", "wait": True, "deaf": True}])
    nvim = start(init="vim.opt.completeopt = { 'menuone', 'noselect' }")
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.wait(lambda: "foo." in stub.asked())
    menu(nvim, "cat")
    nvim.wait(lambda: is_open(nvim))
    nvim.execute("stub.release")
    assert nvim.ghost() == []


def test_both_can_be_had(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[{"head": "foo.", "insert": "bar"}, {"head": "foo.b", "insert": "uzz"}])
    nvim = start("hide_with_menu = false", init="vim.opt.completeopt = { 'menuone', 'noselect' }")
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.expect_ghost("bar")
    menu(nvim, "cat")
    nvim.wait(lambda: is_open(nvim))
    nvim.expect_ghost("bar")
    assert "cat" in nvim.rows()[1]


def test_other_menus_can_hide_it(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[{"head": "foo.", "insert": "bar"}])
    nvim = start()
    nvim.edit(file)
    nvim.lua("vim.b.autocrea_hidden = true")
    nvim.type("ifoo.")
    nvim.wait(lambda: nvim.lines() == ["foo."])
    nvim.pause()
    assert stub.asked() == []
    nvim.lua("vim.b.autocrea_hidden = false")
    nvim.type("<BS>.")
    nvim.expect_ghost("bar")


def test_another_menu_hides_what_is_shown_at_once_and_brings_it_back(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[{"head": "foo.", "insert": "bar"}])
    nvim = start()
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.expect_ghost("bar")
    asked = len(stub.asked())
    nvim.lua("require('autocrea').hide(true)")
    assert nvim.ghost() == []
    nvim.lua("require('autocrea').hide(false)")
    assert nvim.ghost() == ["bar"]
    nvim.pause()
    assert len(stub.asked()) == asked


def test_an_answer_that_comes_when_another_menu_is_open_is_not_shown(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[{"head": "foo.", "insert": "bar", "wait": True}])
    nvim = start()
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.wait(lambda: "foo." in stub.asked())
    nvim.lua("vim.b.autocrea_hidden = true")
    nvim.execute("stub.release")
    assert nvim.ghost() == []


def test_it_rests_where_neovim_shows_the_suggestions_itself(start: Start, stub: Stub, file: Path) -> None:
    core = "vim.lsp.inline_completion = { is_enabled = function(filter) return _G.core and filter.bufnr == 1 end }"
    stub.script(inline=[{"head": "foo.", "insert": "bar"}])
    nvim = start(init=core)  # what Neovim 0.12 has
    nvim.edit(file)
    nvim.lua("_G.core = true")
    nvim.type("ifoo.")
    nvim.wait(lambda: nvim.lines() == ["foo."])
    nvim.pause()
    assert stub.asked() == []
    nvim.lua("_G.core = false")
    nvim.type("<BS>.")
    nvim.expect_ghost("bar")
