"""Reads a file with a secret in it, if it is its owner's alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from autocrea_lsp.errors import NoCredentials

_MAX_BYTES = 64 * 1024  # a few keys; anything larger is another file

Refuse = Callable[[str, str], NoCredentials]
"""The error for a file that "can be read by others", or is wrong in another way, and what to do about it."""


def read(file: Path, refuse: Refuse) -> bytes | None:
    """What is in it; None when it is not there.

    Raises what `refuse` makes for one that others can read, or may have put there: it is not used silently.
    """
    try:
        if file.is_symlink():
            raise refuse("is a symbolic link", "Put the file itself there.")
        # NOFOLLOW closes the gap between the look and the open; NONBLOCK because a FIFO would wait for a writer.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
        descriptor = os.open(file, flags)
        try:
            _check(os.fstat(descriptor), refuse)
            return os.read(descriptor, _MAX_BYTES)
        finally:
            os.close(descriptor)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise refuse(f"cannot be read ({error.strerror})", "Make it readable for you.") from None


def _check(status: os.stat_result, refuse: Refuse) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise refuse("is not a plain file", "Put a plain file there.")
    if os.name == "posix":  # elsewhere the mode says nothing about who may read
        if status.st_uid != os.geteuid():
            raise refuse("belongs to another user", "Make it yours (`chown`).")
        if status.st_mode & 0o077:
            raise refuse("can be read by others", "Make it yours alone (`chmod 600`).")
    if status.st_size > _MAX_BYTES:
        raise refuse("is too large", "Keep only keys in it.")
