"""Fixtures: a scripted server, and Neovims that use it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.neovim.emulator import EmulatorProcess
from tests.e2e.neovim.screen import Nvim, Stub
from tests.emulators.messages import DEFAULT_KEY

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


@pytest.fixture
def api() -> Iterator[EmulatorProcess]:
    api = EmulatorProcess.start()
    yield api
    api.stop()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder in which ruff complains about comparisons to None alone."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[tool.ruff.lint]\nselect = ["E711"]\n', encoding="utf-8")
    return folder


@pytest.fixture
def nvim(api: EmulatorProcess, tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nvim]:
    """A Neovim in the project, with our server itself (trusting it) and with ruff's."""
    programs = Path(sys.executable).parent
    monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", DEFAULT_KEY)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(project)
    nvim = Nvim.start(
        tmp_path,
        init=f"""
          vim.g.autocrea = {{ cmd = {{ '{sys.executable}', '-m', 'autocrea_lsp' }}, enabled = false, trusted = true }}
          vim.lsp.config('ruff', {{
            cmd = {{ '{programs / "ruff"}', 'server' }},
            filetypes = {{ 'python' }},
            root_markers = {{ 'pyproject.toml' }},
          }})
          vim.lsp.enable('ruff')
        """,
    )
    yield nvim
    nvim.close()


def show(start: Start, stub: Stub, file: Path, insert: str, config: str = "", init: str = "") -> Nvim:
    """A Neovim that shows `insert` after `foo.`; accepting it is counted."""
    stub.script(inline=[{"head": "foo.", "insert": insert, "command": True}])
    nvim = start(config, init=init)
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.wait(lambda: nvim.lua("return require('autocrea').visible()"))
    return nvim
