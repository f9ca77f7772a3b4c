"""Private files, the lock between processes, and what a path looks like in a message."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from autocrea_lsp.store import failures, files
from tests.store.common import HANG_S


def test_missing_directories_are_made_private_and_existing_ones_stay(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    there.chmod(0o755)
    before = os.umask(0)
    try:
        files.private_directory(there / "a" / "b")
        files.private_directory(there / "a" / "b")
    finally:
        os.umask(before)
    assert [each.stat().st_mode & 0o777 for each in (there, there / "a", there / "a" / "b")] == [0o755, 0o700, 0o700]


def test_no_directory_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        files.private_directory(tmp_path / "file" / "directory")


@pytest.mark.parametrize("hostile", ["symlink", "dangling", "directory", "pipe"])
def test_something_else_in_a_files_place_is_refused(tmp_path: Path, hostile: str) -> None:
    place, target = tmp_path / "usage.db", tmp_path / "target"
    if hostile == "directory":
        place.mkdir()
    elif hostile == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to(target)
        if hostile == "symlink":
            target.touch(mode=0o644)
    with pytest.raises(files.LinkRefused):
        files.private_file(place)
    assert target.exists() == (hostile == "symlink")
    if target.exists():
        assert target.stat().st_mode & 0o777 == 0o644


def test_the_lock_excludes_other_processes_and_ends_with_them(
    start_child: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    source = """
from autocrea_lsp.store import files
with files.locked(Path(sys.argv[2]), 5):
    print("locked", flush=True)
    sys.stdin.readline()
"""
    child = start_child(source, tmp_path / "usage.db")
    assert child.stdout is not None
    assert child.stdout.readline() == "locked\n"
    with pytest.raises(files.LockTimeout), files.locked(tmp_path / "usage.db", 0.1):
        pytest.fail("two hold the lock")
    child.kill()
    with files.locked(tmp_path / "usage.db", HANG_S):
        assert (tmp_path / "usage.db.lock").stat().st_mode & 0o777 == 0o600


def test_a_database_is_set_aside_with_its_log_and_never_over_another(tmp_path: Path) -> None:
    database = tmp_path / "usage.db"
    names = []
    for n in range(3):
        database.write_text(str(n))
        (tmp_path / "usage.db-wal").write_text(f"log {n}")
        aside = files.set_aside(database)
        names.append(aside.name)
        assert aside.read_text() == str(n)
        assert aside.with_name(aside.name + "-wal").read_text() == f"log {n}"
    assert len(set(names)) == 3
    assert files.with_companions(database) == []
    assert len(files.set_aside_before(database)) == 6


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("{home}/x/usage.db", "~/x/usage.db"),
        ("{home}", "~"),
        ("{home}er/usage.db", "{home}er/usage.db"),
        ("/var/usage.db", "/var/usage.db"),
    ],
)
def test_a_message_names_the_home_directory_by_a_tilde(own_home: Path, path: str, expected: str) -> None:
    assert files.shown(Path(path.format(home=own_home))) == expected.format(home=own_home)


def test_every_reason_has_a_message_that_says_what_to_do(own_home: Path) -> None:
    reasons = failures.Reason.__args__  # type: ignore[attr-defined]
    for reason in reasons:
        text = failures.message(own_home / "usage.db", reason, OSError(28, "No space left on device", "/secret/path"))
        assert text.startswith(("~/usage.db", "The disk that holds ~/usage.db", "Another program has kept ~/usage.db"))
        assert "memory" in text
        assert "/secret/path" not in text
        assert "{" not in text
