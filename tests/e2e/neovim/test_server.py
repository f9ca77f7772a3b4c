"""What the server is told: capabilities, folder, settings, trust; and how it is started anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Nvim, Stub


def initialized(stub: Stub) -> dict[str, Any]:
    return dict(stub.received("initialize")[-1])


def test_what_the_server_is_told_at_the_start(start: Start, stub: Stub, file: Path) -> None:
    nvim = start()
    nvim.edit(file)
    told = initialized(stub)
    assert told["capabilities"]["experimental"] == {"autocrea": {"version": 1, "deploy": {"messages": True}}}
    assert told["capabilities"]["textDocument"]["inlineCompletion"] == {"dynamicRegistration": False}
    assert told["capabilities"]["general"]["positionEncodings"][0] == "utf-8"
    assert told["initializationOptions"] == {"trusted": False}


def test_edits_are_taken_with_versions_and_with_new_files(start: Start, stub: Stub, file: Path) -> None:
    nvim = start()
    nvim.edit(file)
    edits = initialized(stub)["capabilities"]["workspace"]["workspaceEdit"]
    assert edits["documentChanges"] is True
    assert "create" in edits["resourceOperations"]
    assert "changeAnnotationSupport" not in edits  # what is not checked comes as a proposal of ours


LOCALES = {"es_ES.UTF-8": "es-ES", "ca": "ca", "C": None, "C.UTF-8": None, "POSIX": None}


@pytest.mark.parametrize(("language", "locale"), LOCALES.items())
def test_the_language_of_the_user_is_told(
    start: Start, stub: Stub, file: Path, language: str, locale: str | None
) -> None:
    # Which languages this machine has is another matter: Neovim's own word is put in the place of its variable.
    nvim = start(init=f"vim.v = setmetatable({{ lang = '{language}' }}, {{ __index = vim.v }})")
    nvim.edit(file)
    assert initialized(stub).get("locale") == locale


ROOTS = {
    "a project": (["pyproject.toml"], "a/b", "."),
    "the nearer one, of whatever kind": ([".git/", "pyproject.toml", "a/package.json"], "a/b", "a"),
    "a project before the repository": ([".git/", "a/go.mod"], "a/b", "a"),
    "a repository": ([".git/"], "a/b", "."),
    "none": ([], "a/b", None),
}


@pytest.mark.parametrize(("markers", "folder", "root"), ROOTS.values(), ids=ROOTS)
def test_the_folder_that_the_server_is_told(
    start: Start, stub: Stub, tmp_path: Path, markers: list[str], folder: str, root: str | None
) -> None:
    base = tmp_path / "tree"
    (base / folder).mkdir(parents=True)
    for marker in markers:
        place = base / marker
        if marker.endswith("/"):
            place.mkdir()
        else:
            place.touch()
    nvim = start()
    nvim.edit(base / folder / "x.py")
    assert initialized(stub)["rootUri"] == ((base / root).as_uri() if root else None)
    nvim.type("ifoo")
    nvim.wait(lambda: "foo" in stub.asked())
    assert nvim.messages() == []


def configuration(nvim: Nvim, stub: Stub) -> Any:
    """The answer to workspace/configuration for our section."""
    stub.script(opening=[])
    params = {"items": [{"section": "autocrea"}]}
    request = {"id": "conf", "method": "workspace/configuration", "params": params}
    nvim.execute("stub.send", request)
    nvim.wait(lambda: stub.answer_to("conf") is not None)
    answer = stub.answer_to("conf")
    assert answer is not None
    return answer["result"]


def test_settings_reach_the_server_both_ways(start: Start, stub: Stub, file: Path) -> None:
    nvim = start("settings = { inline = { maxLines = 3 }, backend = 'none' }")
    nvim.edit(file)
    settings = {"inline": {"maxLines": 3}, "backend": "none"}
    assert initialized(stub)["initializationOptions"] == {"trusted": False, "settings": settings}
    assert configuration(nvim, stub) == [settings]


def test_no_settings_are_null(start: Start, stub: Stub, file: Path) -> None:
    nvim = start()
    nvim.edit(file)
    assert configuration(nvim, stub) == [None]


def test_what_the_user_says_to_vim_lsp_config_comes_on_top(start: Start, stub: Stub, file: Path) -> None:
    init = """
      vim.lsp.config('autocrea', {
        root_markers = { 'my.marker' },
        settings = { autocrea = { inline = { maxLines = 9 } } },
      })
    """
    (file.parent / "my.marker").touch()
    nvim = start("settings = { inline = { maxLines = 3, enable = true } }", init=init)
    nvim.edit(file)
    assert initialized(stub)["rootUri"] == file.parent.as_uri()
    assert configuration(nvim, stub) == [{"inline": {"maxLines": 9, "enable": True}}]


def test_trust_is_told_and_remembered_over_a_restart(start: Start, stub: Stub, file: Path) -> None:
    nvim = start()
    nvim.edit(file)
    assert nvim.command("Autocrea trust") == "AUTOCREA: files without a project: trusted for this session"
    nvim.wait(lambda: stub.received("autocrea/trust") == [{"trusted": True}])
    restart(nvim, stub)
    assert initialized(stub)["initializationOptions"] == {"trusted": True}
    nvim.command("Autocrea trust off")
    nvim.wait(lambda: stub.received("autocrea/trust")[1:] == [{"trusted": False}])
    restart(nvim, stub)
    assert initialized(stub)["initializationOptions"] == {"trusted": False}


def test_trust_for_always_can_still_be_taken_back(start: Start, stub: Stub, file: Path) -> None:
    nvim = start("trusted = true")
    nvim.edit(file)
    assert initialized(stub)["initializationOptions"] == {"trusted": True}
    nvim.command("Autocrea trust off")
    restart(nvim, stub)
    assert initialized(stub)["initializationOptions"] == {"trusted": False}


def restart(nvim: Nvim, stub: Stub) -> None:
    count = len(stub.received("initialize"))
    nvim.type(":Autocrea restart<CR>")
    nvim.wait(lambda: "AUTOCREA: restarted" in nvim.messages())
    nvim.wait(lambda: len(stub.received("initialize")) == count + 1)
    nvim.wait_attached()
    nvim.command("messages clear")


def test_restarting_takes_the_configuration_as_it_is_now(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[{"head": "foo.", "insert": "bar"}])
    nvim = start()
    nvim.edit(file)
    nvim.lua("""
      local config = vim.g.autocrea
      config.settings, config.keymap = { backend = 'none' }, { accept = '<C-l>' }
      vim.g.autocrea = config
    """)
    restart(nvim, stub)
    assert len(stub.received("shutdown")) == 1
    assert initialized(stub)["initializationOptions"]["settings"] == {"backend": "none"}
    nvim.type("ifoo.")
    nvim.expect_ghost("bar")
    nvim.type("<C-l>")
    nvim.wait(lambda: nvim.lines() == ["foo.bar"])
    assert nvim.lua("return vim.fn.maparg('<M-l>', 'i')") == ""
    assert nvim.lua("return #vim.lsp.get_clients()") == 1
    assert nvim.messages() == []


def test_restarting_starts_a_server_that_was_not_to_be_found(
    start: Start, stub: Stub, stub_command: list[str], file: Path
) -> None:
    nvim = start(cmd=["no-such-program"])
    nvim.open(file)
    assert nvim.messages() == []
    nvim.lua("vim.g.autocrea = { cmd = ... }", stub_command)
    restart(nvim, stub)
