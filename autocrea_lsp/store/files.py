"""Files that only their owner can read: creating, naming, locking and setting them aside. No SQL.

A database `usage.db` has companions `usage.db-wal`, `-shm` and `-journal` (SQLite's own) and `usage.db.lock` (ours:
taken while a file is created, migrated, set aside or cleared; it is empty and stays).
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

_DIRECTORY_MODE = 0o700
_FILE_MODE = 0o600
_COMPANIONS = ("-wal", "-shm", "-journal")
_LOCK_POLL_S = 0.05  # flock has no time limit of its own
_NOT_FREE = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}  # what a taken lock answers

Identity = tuple[int, int]
"""Device and inode: the same path with another identity is another file."""


class LinkRefused(OSError):
    """Where a file of ours should be stands something else: a symbolic link, a directory, a pipe."""


class LockTimeout(OSError):
    """Another process held the lock for too long."""


def private_directory(path: Path) -> None:
    """Create the directory and its missing parents, for the owner only, whatever the umask; existing ones stay.

    Raises OSError.
    """
    missing = []
    while not path.is_dir():
        missing.append(path)
        if path == path.parent:
            break
        path = path.parent
    for each in reversed(missing):
        try:
            # `mkdir(parents=True)` would give the parents the umask's mode.
            each.mkdir(mode=_DIRECTORY_MODE)
        except FileExistsError:
            if not each.is_dir():  # else another process was faster
                raise NotADirectoryError(errno.ENOTDIR, "not a directory") from None


def private_file(path: Path) -> None:
    """Make sure that `path` is a regular file that only its owner can read. SQLite gives its companions the same mode.

    Raises LinkRefused, or OSError when it cannot be created.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, _FILE_MODE))
    except FileExistsError:
        # Not opened: closing any descriptor of a database drops every lock that this process has on it (POSIX).
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise LinkRefused(errno.EINVAL, "not a regular file") from None
        if found.st_mode & 0o077 and os.name == "posix":
            with contextlib.suppress(OSError):  # someone else's file: readable by them in any case
                path.chmod(_FILE_MODE)


def identity(path: Path) -> Identity | None:
    """Which file is there; None when there is none or it cannot be reached."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextlib.contextmanager
def locked(path: Path, timeout_s: float) -> Iterator[None]:
    """Hold `path` + ".lock" against other processes and threads. Raises LockTimeout, or OSError as `open` does.

    Where the system or its file system has no such lock, the transactions of SQLite are the only guard.
    """
    try:
        import fcntl  # not on Windows
    except ImportError:
        yield
        return
    lock = path.with_name(path.name + ".lock")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, _FILE_MODE)
    try:
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if error.errno not in _NOT_FREE:
                    break  # this file system has no locks
                if time.monotonic() >= deadline:
                    raise LockTimeout(errno.EAGAIN, "locked by another process") from None
            time.sleep(_LOCK_POLL_S)
        yield
    finally:
        os.close(descriptor)


def set_aside(path: Path) -> Path:
    """Rename a damaged database, with its companions, to `NAME.corrupt-TIME`; the new path. Raises OSError."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    number = 0
    while True:
        aside = path.with_name(f"{path.name}.corrupt-{stamp}" + (f"-{number}" if number else ""))
        if not os.path.lexists(aside):
            break
        number += 1
    path.rename(aside)
    for suffix in _COMPANIONS:
        with contextlib.suppress(FileNotFoundError):
            # The same stem, so that a repair finds the write-ahead log of this database.
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    return aside


def with_companions(path: Path) -> list[Path]:
    """The database's files that exist, itself first."""
    names = [path.name, *(path.name + suffix for suffix in _COMPANIONS)]
    return [each for each in map(path.with_name, names) if os.path.lexists(each)]


def set_aside_before(path: Path) -> list[Path]:
    """Every file that `set_aside` has made of that database."""
    if not path.parent.is_dir():
        return []
    return sorted(each for each in path.parent.iterdir() if each.name.startswith(f"{path.name}.corrupt-"))


def shown(path: Path) -> str:
    """The path for a message: the home directory, which often names a person, is `~`."""
    with contextlib.suppress(RuntimeError, ValueError):  # no home; not below it
        return str(Path("~") / path.relative_to(Path.home()))
    return str(path)
