"""Link files of hosts' clients: read with care, written in one step."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autocrea_lsp.deploy import link
from autocrea_lsp.errors import UserError

NAME = ".host/project.json"
VALUE = {"projectId": "prj_1", "orgId": "team_1", "projectName": "site"}


def test_what_is_written_is_read_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    assert link.read_json(tmp_path, NAME) is None
    assert link.write_json(tmp_path, NAME, VALUE) == ""
    assert link.read_json(tmp_path, NAME) == VALUE
    assert [each.name for each in (tmp_path / ".host").iterdir()] == ["project.json"]


@pytest.mark.parametrize("data", [b"[]", b"{", b'"x"', b"\xff", b"{}" + b" " * 70_000, b"[" * 50_000, b""])
def test_what_is_no_object_is_an_error_that_says_what_to_do(tmp_path: Path, data: bytes) -> None:
    (tmp_path / ".host").mkdir()
    (tmp_path / NAME).write_bytes(data)
    with pytest.raises(UserError) as refused:
        link.read_json(tmp_path, NAME)
    assert "link the folder again" in refused.value.advice


def test_a_pipe_does_not_hold_us(tmp_path: Path) -> None:
    (tmp_path / ".host").mkdir()
    os.mkfifo(tmp_path / NAME)
    with pytest.raises(UserError, match="no file"):
        link.read_json(tmp_path, NAME)


def test_neither_read_nor_write_leaves_the_folder_by_a_link(tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    project.mkdir()
    outside.mkdir()
    (outside / "project.json").write_text('{"projectId": "stolen"}')
    (project / ".host").symlink_to(outside)
    with pytest.raises(UserError, match="leads out"):
        link.read_json(project, NAME)
    with pytest.raises(UserError, match="leads out"):
        link.write_json(project, NAME, VALUE)
    assert "stolen" in (outside / "project.json").read_text()


def test_git_is_told_to_ignore_it_where_git_is_used_and_once(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("build")
    assert ".host" in link.write_json(tmp_path, NAME, VALUE)
    assert (tmp_path / ".gitignore").read_text() == "build\n.host\n"
    assert link.write_json(tmp_path, NAME, VALUE) == ""
    assert (tmp_path / ".gitignore").read_text() == "build\n.host\n"


def test_gitignore_that_cannot_be_changed_is_said_and_the_link_stands(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"\xff\n")
    assert link.write_json(tmp_path, NAME, VALUE).startswith("Add .host to .gitignore:")
    assert link.read_json(tmp_path, NAME) == VALUE
    (tmp_path / ".gitignore").unlink()
    (tmp_path / "shared").write_text("build\n")
    (tmp_path / ".gitignore").symlink_to("shared")
    assert "it is a link" in link.write_json(tmp_path, NAME, VALUE)
    assert (tmp_path / "shared").read_text() == "build\n"


def test_a_repository_without_a_gitignore_gets_one(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert link.write_json(tmp_path, NAME, VALUE) == "Added .host to .gitignore."
    assert (tmp_path / ".gitignore").read_text() == ".host\n"


def test_where_no_file_can_be_is_an_error_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / ".host").write_text("a file")
    with pytest.raises(UserError, match="cannot be written"):
        link.write_json(tmp_path, NAME, VALUE)
    assert [each.name for each in tmp_path.iterdir()] == [".host"]
