"""`vim.g.autocrea` and `setup`: what is wrong is named once, and typing never hears of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Stub

PREFIX = "autocrea: ignored in the configuration: "

WRONG = {
    "unknown": ("debonce_ms = 3", "debonce_ms: no such field"),
    "not a number": ("debounce_ms = 'soon'", "debounce_ms: expected a whole number, 0 or more, got a string"),
    "negative": ("debounce_ms = -1", "debounce_ms: expected a whole number, 0 or more, got a number"),
    "a fraction": ("debounce_ms = 0.5", "debounce_ms: expected a whole number, 0 or more, got a number"),
    "not a switch": ("enabled = 1", "enabled: expected true or false, got a number"),
    "trust by a string": ("trusted = 'yes'", "trusted: expected true or false, got a string"),
    "settings": ("settings = 'backend'", "settings: expected a table, got a string"),
    "a key in the open": ("credentials = 'sk-canary'", "credentials: expected a function, got a string"),
    "filetypes as a list": (
        "filetypes = { 'python' }",
        "filetypes: expected a table of filetype = true or false, got a table",
    ),
    "keymap": ("keymap = true", "keymap: expected a table or false, got a boolean"),
    "a key": ("keymap = { accept = 7 }", "keymap.accept: expected a key or false, got a number"),
    "an action": ("keymap = { acept = '<C-l>' }", "keymap.acept: no such field"),
    "two things": (
        "hide_with_menu = 0, enabled = 'no'",
        "enabled: expected true or false, got a string; hide_with_menu: expected true or false, got a number",
    ),
}


@pytest.mark.parametrize(("config", "problem"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_once_and_its_default_counts(
    start: Start, stub: Stub, file: Path, config: str, problem: str
) -> None:
    stub.script(inline=[{"head": "foo.", "insert": "bar"}])
    nvim = start(config)
    nvim.edit(file)
    assert nvim.messages() == [PREFIX + problem]
    nvim.type("ifoo.")
    nvim.expect_ghost("bar")
    nvim.type("<M-l>")
    nvim.wait(lambda: nvim.lines() == ["foo.bar"])
    nvim.edit(file.with_name("other.py"))
    assert nvim.messages() == [PREFIX + problem]


@pytest.mark.parametrize("value", ["'x'", "7", "true", "{ 'x' }"])
def test_a_configuration_that_is_none_leaves_the_defaults(start: Start, file: Path, value: str) -> None:
    nvim = start(init=f"vim.g.autocrea = {value}")
    nvim.open(file)
    (message,) = nvim.messages()
    assert message.startswith(PREFIX)
    assert nvim.lua("return require('autocrea.config').get().cmd") == ["autocrea-lsp"]


@pytest.mark.parametrize("cmd", ["'autocrea-lsp'", "{}", "{ 1 }", "{ 'a', b = 'c' }"])
def test_a_command_is_a_list_of_strings(start: Start, cmd: str) -> None:
    nvim = start(init=f"vim.g.autocrea = nil; require('autocrea').setup({{ cmd = {cmd} }})")
    (message,) = nvim.messages()
    assert message.startswith(PREFIX + "cmd: expected a list of strings")
    assert nvim.lua("return require('autocrea.config').get().cmd") == ["autocrea-lsp"]


def test_setup_comes_on_top(start: Start, stub: Stub, file: Path) -> None:
    nvim = start(
        "debounce_ms = 1, settings = { backend = 'none', inline = { maxLines = 2 } }, keymap = { accept = '<C-l>' }",
        init="require('autocrea').setup({ settings = { inline = { maxLines = 5 } }, keymap = { dismiss = '<C-x>d' } })",
    )
    config = nvim.lua("return require('autocrea.config').get()")
    assert config["debounce_ms"] == 1
    assert config["settings"] == {"backend": "none", "inline": {"maxLines": 5}}
    assert config["keymap"]["accept"] == "<C-l>"
    assert config["keymap"]["dismiss"] == "<C-x>d"
    assert nvim.messages() == []


def test_setup_after_the_start_counts_for_the_next_server(start: Start, stub: Stub, file: Path) -> None:
    nvim = start()
    nvim.lua("require('autocrea').setup({ trusted = true })")
    nvim.edit(file)
    assert stub.received("initialize")[0]["initializationOptions"] == {"trusted": True}
