"""No checker is ever taken from the workspace, whose owner may be anybody."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autocrea_lsp.assist.checking import check
from autocrea_lsp.assist.checking.tools import FOLDERS_VARIABLE, Tools, find_tools
from tests.assist.checking.case import Case
from tests.assist.checking.cases_python import CASES


def program(path: Path, script: str = "exit 0") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    return path


def package(path: Path) -> Path:
    path.mkdir(parents=True)
    (path / "package.json").write_text("{}", "utf-8")
    return path


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "workspace").mkdir()
    return tmp_path / "workspace"


def tools_of(workspace: Path, *path: Path, packages: tuple[Path, ...] = ()) -> Tools:
    return Tools(
        folders=(workspace.parent / "other", workspace), own=workspace.parent / "own", path=path, packages=packages
    )


def test_a_program_on_path_is_found(workspace: Path, tmp_path: Path) -> None:
    found = program(tmp_path / "bin" / "ruff")
    assert tools_of(workspace, tmp_path / "none", tmp_path / "bin").program("ruff") == found


def test_a_program_in_the_workspace_is_passed_over(workspace: Path, tmp_path: Path) -> None:
    program(workspace / "node_modules" / ".bin" / "ruff")
    outside = program(tmp_path / "bin" / "ruff")
    inside = workspace / "node_modules" / ".bin"
    assert tools_of(workspace, inside).program("ruff") is None
    assert tools_of(workspace, inside, tmp_path / "bin").program("ruff") == outside


def test_links_lead_neither_into_the_workspace_nor_out_of_sight(workspace: Path, tmp_path: Path) -> None:
    hostile = program(workspace / "ruff")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "ruff").symlink_to(hostile)
    (tmp_path / "alias").symlink_to(workspace)
    assert tools_of(workspace, tmp_path / "bin").program("ruff") is None
    assert tools_of(workspace, tmp_path / "alias").program("ruff") is None
    (workspace / "node_modules").mkdir()
    (workspace / "node_modules" / "ruff").symlink_to(program(tmp_path / "real" / "ruff"))
    assert tools_of(workspace, workspace / "node_modules").program("ruff") is None
    assert tools_of(tmp_path / "alias", workspace).program("ruff") is None


def test_our_own_programs_count_even_inside_the_workspace(workspace: Path) -> None:
    own = program(workspace / ".venv" / "bin" / "ruff")
    assert (
        Tools(folders=(workspace.parent / "other", workspace), own=own.parent, path=(), packages=()).program("ruff")
        == own
    )


def test_what_cannot_be_run_is_no_program(workspace: Path, tmp_path: Path) -> None:
    program(tmp_path / "bin" / "ruff").chmod(0o644)
    (tmp_path / "bin" / "node").mkdir()
    tools = tools_of(workspace, tmp_path / "bin")
    assert [tools.program("ruff"), tools.program("node")] == [None, None]


def test_a_package_is_found_in_a_named_folder_or_behind_its_program(workspace: Path, tmp_path: Path) -> None:
    named = package(tmp_path / "named" / "pyright")
    assert tools_of(workspace, packages=(tmp_path / "named",)).package("pyright") == named
    installed = package(tmp_path / "lib" / "node_modules" / "pyright")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pyright").symlink_to(program(installed / "index.js"))
    assert tools_of(workspace, tmp_path / "bin").package("pyright") == installed
    assert tools_of(workspace, tmp_path / "bin").package("typescript") is None


def test_a_package_in_the_workspace_is_passed_over(workspace: Path, tmp_path: Path) -> None:
    inside = package(workspace / "node_modules" / "typescript")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "tsc").symlink_to(program(inside / "bin" / "tsc"))
    assert tools_of(workspace, tmp_path / "bin").package("typescript") is None
    assert tools_of(workspace, packages=(workspace / "node_modules",)).package("typescript") is None


def test_relative_entries_are_not_followed(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(workspace / "bin" / "autocrea-checker")
    monkeypatch.chdir(workspace)
    monkeypatch.setenv("PATH", os.pathsep.join(["bin", "", ".", "./bin"]))
    monkeypatch.setenv(FOLDERS_VARIABLE, os.pathsep.join(["node_modules", "/somewhere"]))
    tools = find_tools(None)
    assert (tools.path, tools.packages) == ((), (Path("/somewhere"),))
    assert tools.program("autocrea-checker") is None


async def test_a_hostile_checker_does_not_run(workspace: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A repository brings its own ruff and puts it first on PATH, as direnv and the like do."""
    trace = tmp_path / "trace"
    for name in ("ruff", "node", "pyright", "tsc"):
        program(workspace / "bin" / name, f"echo ran > {trace}; echo '[]'")
    monkeypatch.setenv("PATH", f"{workspace / 'bin'}{os.pathsep}{os.environ['PATH']}")
    case: Case = next(case for case in CASES if case.name == "another typo")
    candidate = case.candidate()
    hostile = Tools(folders=(), own=tmp_path, path=(workspace / "bin",), packages=())
    control = await check(candidate, timeout_s=20, level="off", tools=hostile)
    assert trace.exists(), "the trap works"
    assert control.status == "unchecked"
    trace.unlink()
    await check(candidate, timeout_s=20, level="off", tools=find_tools(workspace))
    assert not trace.exists()
