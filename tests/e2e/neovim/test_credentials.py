"""The key that the server asks the editor for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Nvim, Stub

CANARY = "sk-ant-canary-7f3a"

ASK = {"id": "key", "method": "autocrea/credentials", "params": {"provider": "anthropic"}}
NO_KEY = {"secret": None}
FAILED = "AUTOCREA: the function `credentials` failed"
FUNCTIONS = {
    "none": ("", NO_KEY, None),
    "a key": (
        f"credentials = function(provider) return provider .. '{CANARY}\\n' end",
        {"secret": "anthropic" + CANARY},
        None,
    ),
    "nothing": ("credentials = function() end", NO_KEY, None),
    "blank": ("credentials = function() return ' \\n' end", NO_KEY, None),
    "not a string": ("credentials = function() return 7 end", NO_KEY, None),
    "an error": (
        f"credentials = function() error('{CANARY}') end",
        NO_KEY,
        FAILED,
    ),
}


@pytest.mark.parametrize(("config", "answer", "message"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_key_comes_from_the_users_own_function(
    start: Start, stub: Stub, file: Path, config: str, answer: Any, message: str | None
) -> None:
    stub.script(opening=[ASK])
    nvim = start(config)
    nvim.edit(file)
    nvim.wait(lambda: stub.answer_to("key") is not None)
    assert (stub.answer_to("key") or {}).get("result") == answer
    assert nvim.messages() == ([message] if message else [])
    assert CANARY not in lsp_log(nvim)


def test_a_function_given_to_setup_works_too(start: Start, stub: Stub, file: Path) -> None:
    stub.script(opening=[ASK])
    nvim = start(init=f"require('autocrea').setup({{ credentials = function() return '{CANARY}' end }})")
    nvim.edit(file)
    nvim.wait(lambda: stub.answer_to("key") is not None)
    assert (stub.answer_to("key") or {}).get("result") == {"secret": CANARY}


def test_a_key_is_not_handed_over_while_neovim_would_log_it(start: Start, stub: Stub, file: Path) -> None:
    stub.script(opening=[ASK])
    config = f"credentials = function() return '{CANARY}' end"
    nvim = start(config, init="vim.lsp.set_log_level('debug')")
    nvim.edit(file)
    nvim.wait(lambda: stub.answer_to("key") is not None)
    assert (stub.answer_to("key") or {}).get("result") == NO_KEY
    assert "DEBUG" in nvim.messages()[0]
    log = lsp_log(nvim)
    assert "autocrea/credentials" in log
    assert CANARY not in log


def lsp_log(nvim: Nvim) -> str:
    path = Path(str(nvim.lua("return vim.lsp.get_log_path()")))
    return path.read_text(encoding="utf-8") if path.exists() else ""
