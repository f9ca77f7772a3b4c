"""Every way to install the plugin, on a Neovim that has nothing else; its help and its health check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import PLUGIN, ROOT, Nvim, Stub

BAR = {"head": "foo.", "insert": "bar"}


def works(nvim: Nvim, file: Path) -> None:
    """From opening a file to an accepted suggestion; the command; the health check."""
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.expect_ghost("bar")
    nvim.type("<M-l><Esc>")
    nvim.wait(lambda: nvim.lines() == ["foo.bar"])
    assert nvim.lua("return vim.fn.getcompletion('Autocrea sta', 'cmdline')") == ["status"]
    assert nvim.messages() == []
    nvim.command("checkhealth autocrea")
    assert any("autocrea: server" in line for line in nvim.lines())


def test_from_a_folder_on_the_runtime_path(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[BAR])
    works(start(), file)


def test_the_repository_as_a_native_package(start: Start, stub: Stub, own_home: Path, file: Path) -> None:
    stub.script(inline=[BAR])
    packages = own_home / "xdg_data_home" / "nvim" / "site" / "pack" / "any" / "start"
    packages.mkdir(parents=True)
    (packages / "autocrea").symlink_to(ROOT)
    nvim = start(runtime=())
    works(nvim, file)
    nvim.command("help autocrea-keys")
    assert "*autocrea-keys*" in nvim.lua("return vim.api.nvim_get_current_line()")


def test_the_repository_and_the_folder_are_one_plugin(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[BAR])
    works(start(runtime=(ROOT, PLUGIN)), file)


def test_loaded_late_it_takes_up_the_files_that_are_open(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[BAR])
    file.write_text("", encoding="utf-8")
    nvim = start(runtime=())
    nvim.open(file)
    nvim.lua("vim.opt.runtimepath:append(...)", str(PLUGIN))
    nvim.command("runtime plugin/autocrea.lua")
    nvim.wait_attached()
    nvim.lua("vim.api.nvim_set_hl(0, 'AutocreaSuggestion', { fg = '#123456' })")
    nvim.type("ifoo.")
    nvim.expect_ghost("bar")


# What Neovim 0.10 lacks; the rest of it cannot be had here.
OLD = "vim.lsp.enable, vim.lsp.config, vim.lsp.is_enabled = nil, nil, nil"


def test_without_vim_lsp_enable_the_server_is_started_all_the_same(
    start: Start, stub: Stub, tmp_path: Path, file: Path
) -> None:
    stub.script(inline=[BAR])
    (tmp_path / "tree" / ".git").mkdir(parents=True)
    nvim = start(init=OLD)
    works(nvim, file)
    assert stub.received("initialize")[0]["rootUri"] is None
    nvim.edit(tmp_path / "tree" / "x.py")
    assert stub.received("initialize")[1]["rootUri"] == (tmp_path / "tree").as_uri()
    declared = stub.received("initialize")[1]["capabilities"]["experimental"]
    assert declared == {"autocrea": {"version": 1, "deploy": {"messages": True}}}
    nvim.type(":Autocrea restart<CR>")
    nvim.wait(lambda: "AUTOCREA: restarted" in nvim.messages())
    nvim.wait(lambda: len(stub.received("initialize")) == 4)


def test_without_vim_lsp_enable_a_missing_program_is_silent(start: Start, file: Path) -> None:
    nvim = start(cmd=["no-such-program"], init=OLD)
    nvim.open(file)
    nvim.type("ifoo<Esc>")
    nvim.wait(lambda: nvim.lines() == ["foo"])
    assert nvim.messages() == []


def test_a_missing_program_is_silent_but_for_the_health_check(start: Start, file: Path) -> None:
    nvim = start(cmd=["no-such-program"])
    nvim.open(file)
    nvim.type("ifoo<Esc>")
    nvim.wait(lambda: nvim.lines() == ["foo"])
    assert nvim.messages() == []
    text = health(nvim)
    assert "ERROR `no-such-program` is not executable" in text
    assert "WARNING no server is running" in text


def test_help_tags_can_be_made(start: Start, tmp_path: Path) -> None:
    docs = tmp_path / "doc"
    docs.mkdir()
    (docs / "autocrea.txt").write_bytes((PLUGIN / "doc" / "autocrea.txt").read_bytes())
    nvim = start()
    assert nvim.command(f"helptags {docs}") == ""
    tags = {line.split("\t")[0] for line in (docs / "tags").read_text(encoding="utf-8").splitlines()}
    documented = {*(f":Autocrea-{name}" for name in nvim.lua("return vim.fn.getcompletion('Autocrea ', 'cmdline')"))}
    plugs = nvim.lua("""
      local maps = vim.list_extend(vim.api.nvim_get_keymap('i'), vim.api.nvim_get_keymap('n'))
      return vim.tbl_map(function(map) return map.lhs end, vim.tbl_filter(function(map)
        return vim.startswith(map.lhs, '<Plug>(autocrea-')
      end, maps))
    """)
    assert len(plugs) == 10
    documented |= set(plugs)
    assert documented | {"autocrea", ":Autocrea", "vim.g.autocrea"} <= tags


def test_every_field_of_the_configuration_is_in_the_help(start: Start) -> None:
    nvim = start()
    fields = nvim.lua("local fields = vim.tbl_keys(require('autocrea.config').get()) table.sort(fields) return fields")
    text = (PLUGIN / "doc" / "autocrea.txt").read_text(encoding="utf-8")
    assert [field for field in fields if f"      {field} = " not in text] == []


def health(nvim: Nvim) -> str:
    """What `:checkhealth autocrea` says, without its decoration."""
    nvim.command("checkhealth autocrea")
    return "\n".join(line.strip("- ✅⚠️❌") for line in nvim.lines())


def test_the_health_of_a_working_installation(start: Start, stub: Stub, file: Path) -> None:
    (file.parent / ".git").mkdir()
    nvim = start()
    nvim.edit(file)
    text = health(nvim)
    for line in (
        "OK Neovim 0.11",
        "OK version: stub 1",
        f"stub 1, {file.parent}, 1 buffer(s), positions in utf-16",
        "OK plugin and server speak the same version of the custom messages (1)",
        "OK status: ready. Stub.",
        "OK nobody else draws text at the cursor",
    ):
        assert line in text
    assert "ERROR" not in text
    assert "WARNING" not in text


def test_health_says_what_the_status_says(start: Start, stub: Stub, file: Path) -> None:
    stub.script(status={"state": "noKey", "message": "No key was found."})
    nvim = start()
    nvim.edit(file)
    assert "WARNING status: noKey. No key was found." in health(nvim)


def test_health_names_a_server_that_does_not_answer(start: Start, stub: Stub, file: Path) -> None:
    stub.script(answers={"autocrea/status": {"error": {"code": -32603, "message": "boom"}}})
    nvim = start()
    nvim.edit(file)
    assert "ERROR the server does not answer a question for its status" in health(nvim)


def test_health_names_another_version(start: Start, stub: Stub, file: Path) -> None:
    nvim = start()
    nvim.edit(file)
    nvim.lua("require('autocrea.client').get(0).server_capabilities.experimental.autocrea.version = 2")
    assert "ERROR plugin speaks version 1 of the custom messages, the server version 2" in health(nvim)


RIVALS = {
    "copilot.lua": "package.loaded['copilot.suggestion'] = {}",
    "copilot.vim": "vim.g.loaded_copilot = 1",
    "blink.cmp (completion.ghost_text)": (
        "package.loaded['blink.cmp.config'] = { completion = { ghost_text = { enabled = true } } }"
    ),
    "nvim-cmp (experimental.ghost_text)": (
        "package.loaded['cmp.config'] = { get = function() return { experimental = { ghost_text = true } } end }"
    ),
}


@pytest.mark.parametrize(("name", "init"), RIVALS.items(), ids=RIVALS)
def test_health_names_others_who_draw_at_the_cursor(start: Start, name: str, init: str) -> None:
    assert f"WARNING also draws text at the cursor: {name}" in health(start(init=init))


def test_health_names_neovims_own_ghost_text(start: Start) -> None:
    nvim = start(init="vim.lsp.inline_completion = { is_enabled = function() return true end }")
    assert "vim.lsp.inline_completion is on" in health(nvim)


def test_every_module_loads_by_itself(start: Start) -> None:
    nvim = start()
    for path in sorted((PLUGIN / "lua" / "autocrea").glob("*.lua")):
        name = "autocrea" if path.stem == "init" else f"autocrea.{path.stem}"
        assert nvim.lua(f"return type(require({json.dumps(name)}))") in ("table", "boolean")


def test_nothing_but_the_start_is_loaded_at_startup(start: Start) -> None:
    nvim = start()
    code = "return vim.tbl_filter(function(n) return vim.startswith(n, 'autocrea') end, vim.tbl_keys(package.loaded))"
    assert set(nvim.lua(code)) <= {"autocrea.attach", "autocrea.client"}
