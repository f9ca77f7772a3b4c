"""Commit messages: from a real git repository, which must not get anything run."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from autocrea_lsp.assist import commit
from autocrea_lsp.errors import UserError
from tests.assist.desks import Script, desk_for


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, timeout=30)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init")
    (folder / "a.py").write_text("x = 1\n")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "Añade x")
    return folder


async def test_the_staged_changes_are_described_in_the_style_of_the_history(repository: Path) -> None:
    (repository / "a.py").write_text("x = 2\n")
    git(repository, "add", ".")
    (repository / "a.py").write_text("x = 3\n")
    script = Script("```\nCambia x a 2\n```")
    async with desk_for(script, repository) as desk:
        written = await commit.write(desk, repository)
    [message] = script.asked[0].messages
    assert written.message == "Cambia x a 2"
    assert "+x = 2" in message.text
    assert "x = 3" not in message.text
    assert "Añade x" in message.text


async def test_without_staged_changes_all_count(repository: Path) -> None:
    (repository / "a.py").write_text("x = 3\n")
    script = Script("m")
    async with desk_for(script, repository) as desk:
        await commit.write(desk, repository)
    assert "+x = 3" in script.asked[0].messages[0].text


async def test_files_that_may_not_leave_are_not_in_the_diff(repository: Path) -> None:
    (repository / ".autocreaignore").write_text("private/\n")
    (repository / "private").mkdir()
    (repository / "private/plan.md").write_text("CANARY\n")
    (repository / ".env").write_text("KEY=CANARY\n")
    (repository / "a.py").write_text("x = 5\n")
    git(repository, "add", "-f", ".")
    script = Script("m")
    async with desk_for(script, repository) as desk:
        await commit.write(desk, repository)
    assert "x = 5" in script.asked[0].messages[0].text
    assert "CANARY" not in script.asked[0].messages[0].text


@pytest.mark.parametrize("staged", [True, False])
async def test_what_a_repository_configures_is_not_run(repository: Path, staged: bool, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    script_file = tmp_path / "evil.sh"
    script_file.write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
    script_file.chmod(0o755)
    for name in ("diff.external", "core.pager", "core.fsmonitor", "core.hooksPath", "diff.evil.textconv", "pager.diff"):
        git(repository, "config", name, str(script_file))
    (repository / ".git/info/attributes").write_text("*.py diff=evil\n")
    (repository / "a.py").write_text("x = 9\n")
    if staged:
        git(repository, "-c", "core.fsmonitor=", "-c", "core.hooksPath=", "add", ".")
        ran.unlink(missing_ok=True)
    async with desk_for(Script("m"), repository) as desk:
        await commit.write(desk, repository)
    assert not ran.exists()
    git(repository, "diff")
    assert ran.exists(), "the trap itself must work"


@pytest.mark.parametrize(("trusted", "change", "words"), [(False, True, "trusted"), (True, False, "nothing to commit")])
async def test_what_stands_in_the_way_is_said(repository: Path, trusted: bool, change: bool, words: str) -> None:
    if change:
        (repository / "a.py").write_text("x = 7\n")
    script = Script("m")
    async with desk_for(script, repository, trusted=trusted) as desk:
        with pytest.raises(UserError, match=words):
            await commit.write(desk, repository)
    assert script.asked == []


async def test_a_folder_without_a_repository_says_so(tmp_path: Path) -> None:
    async with desk_for(Script("m"), tmp_path) as desk:
        with pytest.raises(UserError, match="git"):
            await commit.write(desk, tmp_path)
