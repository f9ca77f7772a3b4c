"""Fixtures: a scripted server, and Neovims that use it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.neovim.screen import Nvim, Stub

Start = Callable[..., Nvim]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that is tested in this folder runs in a real editor."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture
def stub(tmp_path: Path) -> Stub:
    stub = Stub(script_path=tmp_path / "script.json", record_path=tmp_path / "record.jsonl")
    stub.script()
    return stub


@pytest.fixture
def stub_command(stub: Stub) -> list[str]:
    return [
        sys.executable,
        "-I",
        str(Path(__file__).parent / "stub_server.py"),
        str(stub.script_path),
        str(stub.record_path),
    ]


@pytest.fixture
def start(tmp_path: Path, stub_command: list[str]) -> Iterator[Start]:
    """Start a Neovim: `config` is `vim.g.autocrea` as a Lua table's inside, `cmd` in it is the stub unless given."""
    running: list[Nvim] = []

    def start(config: str = "", *, cmd: list[str] | None = None, init: str = "", **options: Any) -> Nvim:
        command = json.dumps(cmd or stub_command)
        folder = tmp_path / f"nvim-{len(running)}"
        folder.mkdir()
        globals_ = f"vim.g.autocrea = {{ cmd = vim.json.decode({json.dumps(command)}), {config} }}"
        nvim = Nvim.start(folder, init=f"{globals_}\n{init}", **options)
        running.append(nvim)
        return nvim

    yield start
    for nvim in running:
        nvim.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sample.py"


def show(start: Start, stub: Stub, file: Path, insert: str, config: str = "", init: str = "") -> Nvim:
    """A Neovim that shows `insert` after `foo.`; accepting it is counted."""
    stub.script(inline=[{"head": "foo.", "insert": insert, "command": True}])
    nvim = start(config, init=init)
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.wait(lambda: nvim.lua("return require('autocrea').visible()"))
    return nvim
