"""`:Autocrea log`, `install` and `cancel`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Stub


def test_the_log_is_opened_to_read(start: Start, stub: Stub, file: Path) -> None:
    log = file.with_name("a log %.txt")
    log.write_text("first\nlast\n", encoding="utf-8")
    stub.script(answers={"autocrea.server.log": {"path": str(log)}})
    nvim = start()
    nvim.edit(file)
    nvim.type(":Autocrea log<CR>")
    nvim.wait(lambda: nvim.lines() == ["first", "last"])
    assert nvim.lua("return { vim.bo.modifiable, vim.fn.line('.'), vim.fn.tabpagenr() }") == [False, 2, 2]
    assert nvim.messages() == []


@pytest.mark.parametrize("answer", [None, {"path": None}])
def test_no_log_is_said(start: Start, stub: Stub, file: Path, answer: Any) -> None:
    stub.script(answers={"autocrea.server.log": answer})
    nvim = start()
    nvim.edit(file)
    nvim.type(":Autocrea log<CR>")
    nvim.wait(lambda: nvim.messages() == ["AUTOCREA: log: the server keeps none"])


def install_token(stub: Stub) -> Any:
    for params in stub.received("workspace/executeCommand"):
        if params["command"] == "autocrea.server.model.install":
            return params["workDoneToken"]
    return None


def test_installing_shows_progress_and_its_end(start: Start, stub: Stub, file: Path) -> None:
    model = file.with_name("model.gguf")
    stub.script(answers={"autocrea.server.model.install": {"path": str(model)}})
    nvim = start(
        init="""
      _G.progress = {}
      vim.api.nvim_create_autocmd('LspProgress', { callback = function(event)
        table.insert(_G.progress, event.data.params.value.kind)
      end })
    """
    )
    nvim.edit(file)
    nvim.type(f":Autocrea install {model}<CR>")
    nvim.wait(lambda: nvim.messages()[-1:] == [f"AUTOCREA: the model is installed: {model}"])
    (params,) = [p for p in stub.received("workspace/executeCommand") if p["command"].endswith("install")]
    assert params["arguments"] == [{"source": str(model)}]
    for value in ({"kind": "begin", "title": "Model"}, {"kind": "end"}):
        progress = {"token": install_token(stub), "value": value}
        nvim.execute("stub.send", {"method": "$/progress", "params": progress})
    nvim.wait(lambda: nvim.lua("return _G.progress") == ["begin", "end"])


def test_installing_by_download_names_no_source(start: Start, stub: Stub, file: Path) -> None:
    stub.script(answers={"autocrea.server.model.install": {"error": {"code": -32803, "message": "No space."}}})
    nvim = start()
    nvim.edit(file)
    nvim.type(":Autocrea install<CR>")
    nvim.wait(lambda: nvim.messages()[-1:] == ["AUTOCREA: install: No space."])
    assert stub.commands() == [("autocrea.server.model.install", [{}])]


def test_an_installation_can_be_cancelled(start: Start, stub: Stub, file: Path) -> None:
    nvim = start()
    nvim.edit(file)
    assert nvim.command("Autocrea cancel") == "AUTOCREA: nothing to cancel"
    stub.script(slow=["autocrea.server.model.install"])
    nvim.command("Autocrea install")
    nvim.wait(lambda: install_token(stub))
    assert nvim.command("Autocrea cancel") == "AUTOCREA: cancelling"
    nvim.wait(lambda: stub.received("window/workDoneProgress/cancel") == [{"token": install_token(stub)}])
