"""A proposal whose changes cannot be put into the file: nothing is half done, and it is told once."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.neovim.acting import FIRST, NEW, OLD, expect_on_screen, proposal, proposed_file, tabs, text_of
from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.reviewing import review
from tests.e2e.neovim.screen import Stub

STALE = "AUTOCREA: the file has changed meanwhile, nothing was applied; ask again"


def test_an_edit_that_is_stale_changes_nothing_and_is_told_once(start: Start, stub: Stub, file: Path) -> None:
    nvim = review(start, stub, file, late_by=1)
    nvim.type("ga")
    nvim.wait(lambda: nvim.messages() == [STALE])
    assert text_of(nvim, file) == OLD
    nvim.wait(lambda: stub.received("autocrea/proposal/get"))
    expect_on_screen(nvim, "? pending")
    stub.script(proposals=[proposal(proposed_file(file, OLD, NEW))])
    nvim.type("gA")
    nvim.wait(lambda: text_of(nvim, file) == NEW)  # the server had taken it back too


def test_an_edit_that_is_stale_is_not_told_as_accepted(start: Start, stub: Stub, file: Path) -> None:
    shown = proposal(proposed_file(file, OLD, NEW))
    gone = proposal(proposed_file(file, OLD, NEW))
    for hunk in gone["files"][0]["hunks"]:
        hunk["state"] = "accepted"
    nvim = review(start, stub, file, shown, late_by=1, answers={"autocrea/proposal/get": gone})
    nvim.type("gA")
    nvim.wait(lambda: tabs(nvim) == 1)
    assert nvim.messages() == [STALE]
    assert text_of(nvim, file) == OLD


def test_an_edit_that_neovim_did_not_apply_is_noticed(start: Start, stub: Stub, file: Path) -> None:
    nvim = review(start, stub, file)
    nvim.lua("was = vim.lsp.util.apply_workspace_edit; vim.lsp.util.apply_workspace_edit = function() end")
    nvim.type("ga")
    nvim.wait(lambda: nvim.messages() == [STALE])
    nvim.wait(lambda: stub.received("autocrea/proposal/get"))
    nvim.lua("vim.lsp.util.apply_workspace_edit = was")
    nvim.type("ga")
    expect_on_screen(nvim, "+ accepted", "? pending")
    assert text_of(nvim, file) == FIRST


def test_an_error_is_told_once_and_the_proposal_stays(start: Start, stub: Stub, file: Path) -> None:
    error = {"error": {"code": -32801, "message": "These lines have changed."}}
    nvim = review(start, stub, file, answers={"autocrea/proposal/accept": error})
    nvim.type("ga")
    nvim.wait(lambda: nvim.messages() == ["AUTOCREA: accept: These lines have changed."])
    assert text_of(nvim, file) == OLD
    expect_on_screen(nvim, "? pending")


def test_a_server_that_ended_is_named(start: Start, stub: Stub, file: Path) -> None:
    nvim = review(start, stub, file)
    nvim.lua("require('autocrea.client').all()[1]:stop(true)")
    nvim.wait(lambda: nvim.lua("return #require('autocrea.client').all() == 0"))
    nvim.type("ga")
    nvim.wait(lambda: nvim.messages()[-1:] == ["AUTOCREA: the server that made this has ended; ask again"])
    assert text_of(nvim, file) == OLD
