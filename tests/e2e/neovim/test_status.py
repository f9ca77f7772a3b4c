"""What the server says about itself, in the status line and on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Nvim, Stub


def status_line(nvim: Nvim) -> str:
    return str(nvim.lua("return require('autocrea.status').get()"))


STATES = {
    "ready": "AUTOCREA",
    "busy": "AUTOCREA: …",
    "off": "AUTOCREA: off",
    "noKey": "AUTOCREA: no key",
    "overBudget": "AUTOCREA: limit reached",
    "backendDown": "AUTOCREA: down",
    "error": "AUTOCREA: error",
    "fromTheFuture": "AUTOCREA: fromTheFuture",
}


def test_the_status_line_follows_the_server(start: Start, stub: Stub, file: Path) -> None:
    nvim = start(
        init="""
      _G.events = {}
      vim.api.nvim_create_autocmd('User', { pattern = 'AutocreaStatus', callback = function(event)
        table.insert(_G.events, (event.data.status or {}).state)
      end })
      vim.o.laststatus, vim.o.statusline = 2, "%{v:lua.require'autocrea.status'.get()}"
    """
    )
    assert status_line(nvim) == ""
    nvim.edit(file)
    nvim.wait(lambda: status_line(nvim) == "AUTOCREA")
    for state, text in STATES.items():
        stub.script(status={"state": state, "message": "Stub."})
        changed = {"method": "autocrea/statusChanged", "params": {"uri": file.as_uri()}}
        nvim.execute("stub.send", changed)
        nvim.wait(lambda text=text: status_line(nvim) == text)
        assert nvim.rows()[-2] == text
    assert list(nvim.lua("return _G.events")) == list(STATES)
    assert nvim.messages() == []


def test_a_change_for_all_reaches_a_buffer_out_of_sight_when_it_is_seen(start: Start, stub: Stub, file: Path) -> None:
    nvim = start()
    nvim.edit(file)
    nvim.wait(lambda: status_line(nvim) == "AUTOCREA")
    nvim.edit(file.with_name("other.py"))
    nvim.wait(lambda: status_line(nvim) == "AUTOCREA")
    asked = len(stub.received("autocrea/status"))
    stub.script(status={"state": "noKey", "message": "So."})
    nvim.execute("stub.send", {"method": "autocrea/statusChanged", "params": {"uri": None}})
    nvim.wait(lambda: status_line(nvim) == "AUTOCREA: no key")
    assert stub.received("autocrea/status")[asked:] == [{"uri": file.with_name("other.py").as_uri()}]
    nvim.command("buffer sample.py")
    nvim.wait(lambda: status_line(nvim) == "AUTOCREA: no key")


def test_changes_do_not_pile_up(start: Start, stub: Stub, file: Path) -> None:
    nvim = start()
    nvim.edit(file)
    nvim.wait(lambda: status_line(nvim) == "AUTOCREA")
    asked = len(stub.received("autocrea/status"))
    stub.script(status={"state": "busy", "message": "So."})
    changed = {"method": "autocrea/statusChanged", "params": {"uri": None}}
    nvim.execute("stub.send", *[changed] * 50)
    nvim.wait(lambda: status_line(nvim) == "AUTOCREA: …")
    nvim.settle()
    assert len(stub.received("autocrea/status")) - asked < 10


def test_a_change_during_a_question_is_asked_about_again(start: Start, stub: Stub, file: Path) -> None:
    nvim = start()
    nvim.edit(file)
    nvim.wait(lambda: status_line(nvim) == "AUTOCREA")
    changed = {"method": "autocrea/statusChanged", "params": {"uri": None}}
    asked = len(stub.received("autocrea/status"))
    stub.script(status={"state": "busy", "message": "So."}, hold_status=True)
    nvim.execute("stub.send", changed)
    nvim.wait(lambda: len(stub.received("autocrea/status")) == asked + 1)
    stub.script(status={"state": "noKey", "message": "So."})
    nvim.execute("stub.send", changed)
    nvim.execute("stub.release")
    nvim.wait(lambda: status_line(nvim) == "AUTOCREA: no key")


STATUSES = {
    "plain": ({"state": "ready", "message": "Ready."}, "AUTOCREA: ready. Ready."),
    "who answers": (
        {"state": "ready", "message": "Ready.", "backend": "claude", "model": "claude-haiku-5-5"},
        "AUTOCREA: ready. Ready. (claude, claude-haiku-5-5)",
    ),
    "what helps": (
        {"state": "noKey", "message": "No key.", "command": "autocrea.server.model.install", "backend": None},
        "AUTOCREA: noKey. No key. `:Autocrea install` helps.",
    ),
    "an error": ({"error": {"code": -32603, "message": "Broken."}}, "AUTOCREA: status: Broken."),
}


@pytest.mark.parametrize(("status", "line"), STATUSES.values(), ids=STATUSES)
def test_the_status_in_one_line(start: Start, stub: Stub, file: Path, status: Any, line: str) -> None:
    stub.script(answers={"autocrea/status": status})
    nvim = start()
    nvim.edit(file)
    nvim.type(":Autocrea<CR>")
    nvim.wait(lambda: nvim.messages() == [line])
