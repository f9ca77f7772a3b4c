"""Where previews lie: one private directory for each server that has any, gone with it or cleaned up by the next one.

state/preview/instances.lock     taken while one is made or cleaned up
state/preview/<instance>.lock    held by the server as long as it lives
state/preview/<instance>/…       its releases
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from autocrea_lsp.deploy.preview.building import discard
from autocrea_lsp.store.files import locked
from autocrea_lsp.workspace.paths import private

FOLDER = "preview"
_NAME = re.compile(r"[0-9a-f]{16}")
_PATIENCE_S = 10.0  # another server cleans up at the same time

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Instance:
    """This server's place. `descriptor` holds its lock; the system lets it go when the process ends in any way."""

    root: Path
    name: str
    descriptor: int

    @property
    def folder(self) -> Path:
        return self.root / self.name

    def close(self) -> None:
        """It and all in it is gone. Blocking; idempotent."""
        if self.descriptor < 0:
            return
        with contextlib.suppress(OSError):
            discard(self.folder)
        with contextlib.suppress(OSError):
            _lock_file(self.root, self.name).unlink()
        os.close(self.descriptor)
        self.descriptor = -1


def open_instance(state_dir: Path) -> Instance:
    """A new place, after those of servers that have ended were removed. Blocking. Raises OSError."""
    root = private(state_dir / FOLDER)
    name = secrets.token_hex(8)
    with locked(root / "instances", _PATIENCE_S):
        for each in _names(root):
            if not is_alive(root, each):
                _remove(root, each)
        descriptor = os.open(_lock_file(root, name), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        _lock(descriptor)
        (root / name).mkdir(mode=0o700)
    return Instance(root=root, name=name, descriptor=descriptor)


def is_alive(root: Path, name: str) -> bool:
    """Whether that server still runs. Blocking."""
    if not _NAME.fullmatch(name):
        return False
    try:
        descriptor = os.open(_lock_file(root, name), os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        return not _lock(descriptor)
    finally:
        os.close(descriptor)


def _names(root: Path) -> set[str]:
    found = (each.name.removesuffix(".lock") for each in root.iterdir())
    return {name for name in found if _NAME.fullmatch(name)}


def _remove(root: Path, name: str) -> None:
    try:
        discard(root / name)
        _lock_file(root, name).unlink(missing_ok=True)
    except OSError as error:  # left for the next time
        _log.warning("preview: what a server has left behind could not be removed: %s", error.strerror)


def _lock_file(root: Path, name: str) -> Path:
    return root / f"{name}.lock"


def _lock(descriptor: int) -> bool:
    """Whether the lock is ours now. Where the system has no such locks nothing is taken to be dead."""
    try:
        import fcntl  # not on Windows
    except ImportError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
