"""Where our files go: platformdirs' places, or one directory that the user names; made for their owner alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autocrea_lsp.errors import UserError
from autocrea_lsp.workspace import paths

PLACES: dict[str, Callable[[], Path]] = {
    "state": paths.state_dir,
    "data": paths.data_dir,
    "config": paths.config_dir,
    "log": paths.log_dir,
}


@pytest.fixture
def plain(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which nothing is named."""
    monkeypatch.delenv("AUTOCREA_HOME")
    for kind in ("STATE", "DATA", "CONFIG"):
        monkeypatch.delenv(f"XDG_{kind}_HOME")
    return own_home


@pytest.mark.skipif(sys.platform != "linux", reason="where each system keeps such files is platformdirs' knowledge")
def test_linux_keeps_them_where_xdg_says(plain: Path) -> None:
    assert {kind: place().relative_to(plain).as_posix() for kind, place in PLACES.items()} == {
        "state": ".local/state/autocrea-lsp",
        "data": ".local/share/autocrea-lsp",
        "config": ".config/autocrea-lsp",
        "log": ".local/state/autocrea-lsp/log",
    }
    assert paths.database() == paths.state_dir() / "usage.db"


@pytest.mark.skipif(sys.platform != "linux", reason="XDG")
@pytest.mark.parametrize("value", ["{tmp}/elsewhere", "relative/place", ""])
def test_xdg_variables_count_when_they_are_absolute(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", value.format(tmp=tmp_path))
    expected = tmp_path / "elsewhere" if value.startswith("{tmp}") else plain / ".local" / "state"
    assert paths.state_dir() == expected / "autocrea-lsp"


def test_one_variable_moves_them_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOCREA_HOME", str(tmp_path / "portable"))
    assert {kind: place() for kind, place in PLACES.items()} == {kind: tmp_path / "portable" / kind for kind in PLACES}


def test_the_variable_may_use_a_tilde_or_count_from_here(
    own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for value, expected in (("~/portable", own_home / "portable"), ("here", tmp_path / "here")):
        monkeypatch.setenv("AUTOCREA_HOME", value)
        assert paths.data_dir() == expected / "data"


def test_looking_a_place_up_makes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOCREA_HOME", str(tmp_path / "portable"))
    for place in PLACES.values():
        place()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("umask", [0o022, 0o000])
def test_a_private_directory_is_its_owners_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        made = paths.private(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    assert [each.stat().st_mode & 0o777 for each in (made.parent, made)] == [0o700, 0o700]


def test_a_directory_of_ours_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a").chmod(0o755)
    assert paths.private(tmp_path / "a").stat().st_mode & 0o777 == 0o700


def test_without_a_home_the_error_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUTOCREA_HOME")
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)

    def homeless(self: object) -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr("platformdirs.PlatformDirs.user_state_path", property(homeless))
    with pytest.raises(UserError) as failure:
        paths.database()
    assert "AUTOCREA_HOME" in failure.value.hint


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_the_module_is_imported_on_other_systems(system: str) -> None:
    source = f"""
import asyncio, pathlib, platformdirs, sys  # theirs look at the system too: before it changes
sys.platform = {system!r}
sys.modules["fcntl"] = None
from autocrea_lsp.workspace import paths
print(paths.database().name)
"""
    assert subprocess.check_output([sys.executable, "-c", source], text=True).strip() == "usage.db"
