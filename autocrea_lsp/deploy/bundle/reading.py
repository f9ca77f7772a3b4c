"""The bytes of a file that was listed: opened step by step below the root, by no link, and only if it is the same.

Between the listing and the upload a folder may have been swapped for a link to somewhere else, by a build or by
somebody who means it. Nothing of that is ever read.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import stat
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import closing

from autocrea_lsp.deploy.bundle.entry import Algorithm, BundleFile, FileChanged
from autocrea_lsp.deploy.bundle.threaded import in_threads
from autocrea_lsp.errors import UserError

PIECE_BYTES = 1 << 18

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # a pipe in the file's place would hold us for ever
_FOLDER = getattr(os, "O_DIRECTORY", 0)
_CLOSE = getattr(os, "O_CLOEXEC", 0)
_BENEATH = os.open in os.supports_dir_fd
_NOT_THE_FILE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENXIO})
"""What opening says where a link, a folder, a socket or nothing stands in the file's place."""


def content(file: BundleFile, *, expect: str | None = None) -> AsyncGenerator[bytes, None]:
    """Its bytes in pieces, read in threads. `expect`: their digest (hex, SHA-1 or SHA-256).

    Raises FileChanged when it is no longer what was listed, and always before the last piece: who sends them as they
    come has then not sent a whole file. UserError when it cannot be read.
    """
    return _at_once(file, expect) if file.size <= PIECE_BYTES else in_threads(pieces(file, expect=expect))


def pieces(file: BundleFile, *, expect: str | None = None) -> Generator[bytes, None, None]:
    """The same, blocking."""
    digest = hashlib.new("sha256" if expect and len(expect) == 64 else "sha1", usedforsecurity=False)
    if file.link is not None:
        data = os.fsencode(file.link)
        digest.update(data)
        if expect not in (None, digest.hexdigest()):
            raise changed(file)
        yield data
        return
    try:
        descriptor = open_beneath(file)
        try:
            left = file.size
            while True:
                piece = os.read(descriptor, min(PIECE_BYTES, left))
                left -= len(piece)
                if expect is not None:
                    digest.update(piece)
                if left == 0 or not piece:
                    whole = left == 0 and is_same(file, os.fstat(descriptor))
                    if not whole or expect not in (None, digest.hexdigest()):
                        raise changed(file)
                if piece:
                    yield piece
                if left == 0:
                    return
        finally:
            os.close(descriptor)
    except OSError as error:
        raise UserError(f"{file.name} cannot be read: {error.strerror}.", hint="Leave it out or open it.") from None


async def _at_once(file: BundleFile, expect: str | None) -> AsyncGenerator[bytes, None]:
    """A small file in one go: a thread's round trip costs more than reading it."""
    if data := await asyncio.to_thread(lambda: b"".join(pieces(file, expect=expect))):
        yield data


def digest_of(file: BundleFile, algorithm: Algorithm, *, stop: threading.Event | None = None) -> str:
    """Hex. Blocking. Raises what `content` does; with `stop` set, "" soon."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with closing(pieces(file)) as source:
        for piece in source:
            if stop is not None and stop.is_set():
                return ""
            digest.update(piece)
    return digest.hexdigest()


def open_beneath(file: BundleFile) -> int:
    """A descriptor of the very file that was listed. Raises FileChanged, OSError for one that cannot be read."""
    try:
        descriptor = _open(file)
    except OSError as error:
        if error.errno in _NOT_THE_FILE:
            raise changed(file) from None
        raise
    if is_same(file, os.fstat(descriptor)):
        return descriptor
    os.close(descriptor)
    raise changed(file)


def is_same(file: BundleFile, now: os.stat_result) -> bool:
    return (
        stat.S_ISREG(now.st_mode)
        and (now.st_size, now.st_mtime_ns) == (file.size, file.mtime_ns)
        and (not file.inode or now.st_ino == file.inode)
    )


def changed(file: BundleFile) -> FileChanged:
    return FileChanged(f"{file.name} has changed while it was being sent.", hint="Deploy again when it is finished.")


def _open(file: BundleFile) -> int:
    flags = os.O_RDONLY | _NO_LINK | _NO_WAIT | _CLOSE
    steps = file.path.relative_to(file.root).parts
    if not _BENEATH:  # Windows
        return os.open(file.path, flags | getattr(os, "O_BINARY", 0))
    folder = os.open(file.root, os.O_RDONLY | _FOLDER | _NO_LINK | _CLOSE)
    try:
        for step in steps[:-1]:
            inner = os.open(step, os.O_RDONLY | _FOLDER | _NO_LINK | _CLOSE, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(steps[-1], flags, dir_fd=folder)
    finally:
        os.close(folder)
