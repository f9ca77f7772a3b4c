"""Where suggestions are on: everywhere, in a buffer, for a filetype; and the command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Nvim, Stub

BAR = {"head": "foo.", "insert": "bar"}


def type_foo(nvim: Nvim) -> None:
    nvim.type("ofoo.")


def nothing_is_asked(nvim: Nvim, stub: Stub) -> None:
    """Type where nothing is expected, and make sure that the time to ask has passed."""
    asked = len(stub.asked())
    type_foo(nvim)
    nvim.wait(lambda: nvim.lines()[-1] == "foo.")
    nvim.pause()
    assert len(stub.asked()) == asked
    assert nvim.ghost() == []


def status_line(nvim: Nvim) -> str:
    return str(nvim.lua("return require('autocrea.status').get()"))


def test_toggling_everywhere(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[BAR])
    nvim = start()
    nvim.edit(file)
    type_foo(nvim)
    nvim.expect_ghost("bar")
    nvim.type("<Cmd>Autocrea toggle<CR>")
    nvim.expect_ghost()
    assert nvim.messages() == ["AUTOCREA: suggestions off"]
    assert status_line(nvim) == "AUTOCREA: off"
    nvim.type("<Esc>")
    nothing_is_asked(nvim, stub)
    nvim.type("<M-\\>")  # asking works all the same
    nvim.expect_ghost("bar")
    nvim.type("<Esc>")
    nvim.command("Autocrea toggle")
    nvim.wait(lambda: status_line(nvim) == "AUTOCREA")
    type_foo(nvim)
    nvim.expect_ghost("bar")


def test_toggling_one_buffer(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[BAR])
    nvim = start()
    nvim.edit(file.with_name("other.py"))
    nvim.edit(file)
    assert nvim.command("Autocrea toggle buffer") == "AUTOCREA: suggestions off in this buffer"
    nothing_is_asked(nvim, stub)
    nvim.type("<Esc>")
    nvim.command("buffer! other.py")
    type_foo(nvim)
    nvim.expect_ghost("bar")
    nvim.type("<Esc>")
    nvim.command("buffer! sample.py")
    nvim.command("Autocrea toggle buffer")
    type_foo(nvim)
    nvim.expect_ghost("bar")


def test_only_when_asked(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[BAR])
    nvim = start("enabled = false")
    nvim.edit(file)
    nothing_is_asked(nvim, stub)
    nvim.type("<M-\\>")
    nvim.expect_ghost("bar")


def test_a_variable_switches_one_buffer_off(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[BAR])
    nvim = start(init="vim.cmd('autocmd FileType python let b:autocrea_enabled = v:false')")
    nvim.edit(file)
    nothing_is_asked(nvim, stub)
    assert status_line(nvim) == "AUTOCREA: off"


FILES = {
    "a language": ("x.py", "", True),
    "text": ("x.txt", "", True),
    "a commit message": ("COMMIT_EDITMSG", "", False),
    "no filetype": ("noname", "", False),
    "switched off": ("x.lua", "filetypes = { lua = false }", False),
    "another one switched off": ("x.lua", "filetypes = { go = false }", True),
    "only those named": ("x.lua", "filetypes = { ['*'] = false, python = true }", False),
    "one of those named": ("x.py", "filetypes = { ['*'] = false, python = true }", True),
}


@pytest.mark.parametrize(("name", "config", "attached"), FILES.values(), ids=FILES)
def test_which_buffers_the_server_takes_up(
    start: Start, stub: Stub, tmp_path: Path, name: str, config: str, attached: bool
) -> None:
    nvim = start(config)
    nvim.open(tmp_path / name)
    nvim.command("split")
    # A server that is there in any case, to know when the other one would have been.
    nvim.lua("""
      _G.buf = vim.api.nvim_get_current_buf()
      vim.cmd.enew()
      vim.lsp.start({ name = 'autocrea', cmd = vim.g.autocrea.cmd })
    """)
    nvim.wait_attached()
    nvim.settle()
    found = nvim.lua("return #vim.lsp.get_clients({ bufnr = _G.buf })")
    assert (found > 0) is attached


def test_special_and_unlisted_buffers_are_left_alone(start: Start, stub: Stub, file: Path) -> None:
    nvim = start()
    nvim.edit(file)
    nvim.lua("""
      _G.scratch = vim.api.nvim_create_buf(false, true)
      vim.bo[_G.scratch].filetype = 'python'
      _G.unlisted = vim.api.nvim_create_buf(false, false)
      vim.bo[_G.unlisted].filetype = 'python'
      _G.listed = vim.api.nvim_create_buf(true, false)
      vim.bo[_G.listed].filetype = 'python'
    """)
    count = "return #vim.lsp.get_clients({ bufnr = _G[...] })"
    nvim.wait(lambda: nvim.lua(count, "listed") == 1)
    assert nvim.lua(count, "scratch") == 0
    assert nvim.lua(count, "unlisted") == 0


COMPLETIONS = {
    "Autocrea ": [
        *("cancel", "chat", "commit", "deploy", "document", "explain", "fix", "generate", "install", "log", "preview"),
        *("proposals", "refactor", "restart", "sent", "status", "tests", "toggle", "trigger", "trust"),
    ],
    "'<,'>Autocrea re": ["refactor", "restart"],
    "Autocrea preview ": ["chat", "commitMessage", "edit", "explain", "generate"],
    "Autocrea chat @": ["@diagnostics", "@file"],
    "Autocrea chat @file ": [],
    "Autocrea generate ": ["@new"],
    "Autocrea fix ": ["all"],
    "Autocrea t": ["tests", "toggle", "trigger", "trust"],
    "Autocrea tr": ["trigger", "trust"],
    "Autocrea toggle ": ["buffer"],
    "Autocrea toggle b": ["buffer"],
    "Autocrea toggle buffer ": [],
    "Autocrea trust ": ["off"],
    "Autocrea status ": [],
    "Autocrea nonsense ": [],
    "silent! Autocrea tog": ["toggle"],
}


def test_the_command_completes(start: Start) -> None:
    nvim = start()
    complete = "return vim.fn.getcompletion(..., 'cmdline')"
    assert {line: list(nvim.lua(complete, line)) for line in COMPLETIONS} == COMPLETIONS


def test_install_completes_files(start: Start, tmp_path: Path) -> None:
    (tmp_path / "model.gguf").touch()
    nvim = start()
    line = f"Autocrea install {tmp_path}/mod"
    assert nvim.lua("return vim.fn.getcompletion(..., 'cmdline')", line) == [f"{tmp_path}/model.gguf"]


def test_an_unknown_subcommand_is_named(start: Start) -> None:
    nvim = start()
    nvim.type(":Autocrea nonsense<CR>")
    nvim.wait(lambda: nvim.messages() == ["AUTOCREA: no subcommand nonsense"])


def test_without_a_server_commands_say_so(start: Start) -> None:
    nvim = start()
    for name in ("status", "log", "trust", "install"):
        said = nvim.command(f"Autocrea {name}")
        assert said == "AUTOCREA: no server is running here; :checkhealth autocrea says more"
