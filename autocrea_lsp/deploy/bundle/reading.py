"""The bytes of a file that was listed: opened step by step below the root, by no link, and only if it is the same.

Between the listing and the upload a folder may have been swapped for a link to somewhere else, by a build or by
somebody who means it. Nothing of that is ever read.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
from collections.abc import AsyncGenerator
from typing import Literal

from autocrea_lsp.deploy.bundle.entry import BundleFile, FileChanged

Algorithm = Literal["sha1", "sha256"]

PIECE_BYTES = 1 << 18

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # a pipe in the file's place would hold us for ever
_FOLDER = getattr(os, "O_DIRECTORY", 0)
_CLOSE = getattr(os, "O_CLOEXEC", 0)
_BENEATH = os.open in os.supports_dir_fd


async def content(file: BundleFile, *, expect: str | None = None) -> AsyncGenerator[bytes, None]:
    """Its bytes in pieces. `expect`: their digest (hex, SHA-1 or SHA-256), compared at the end.

    Raises FileChanged when it is no longer what was listed; what came before that is then worth nothing.
    """
    digest = hashlib.new("sha256" if expect and len(expect) == 64 else "sha1", usedforsecurity=False)
    if file.link is not None:
        data = os.fsencode(file.link)
        digest.update(data)
        yield data
    else:
        descriptor = await asyncio.to_thread(open_beneath, file)
        try:
            left = file.size
            while left > 0:
                piece = await asyncio.to_thread(os.read, descriptor, min(PIECE_BYTES, left))
                if not piece:
                    raise changed(file)
                left -= len(piece)
                digest.update(piece)
                yield piece
            if await asyncio.to_thread(os.read, descriptor, 1):
                raise changed(file)
        finally:
            await asyncio.to_thread(os.close, descriptor)
    if expect is not None and digest.hexdigest() != expect:
        raise changed(file)


def digest_of(file: BundleFile, algorithm: Algorithm) -> str:
    """Hex. Blocking. Raises FileChanged, also when it changes while it is read."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    if file.link is not None:
        digest.update(os.fsencode(file.link))
        return digest.hexdigest()
    descriptor = open_beneath(file)
    try:
        while piece := os.read(descriptor, PIECE_BYTES):
            digest.update(piece)
        if not is_same(file, os.fstat(descriptor)):
            raise changed(file)
    finally:
        os.close(descriptor)
    return digest.hexdigest()


def open_beneath(file: BundleFile) -> int:
    """A descriptor of the very file that was listed. Raises FileChanged, OSError for one that cannot be read."""
    try:
        descriptor = _open(file)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise changed(file) from None
    except OSError as error:
        if error.errno in _LINK_ERRORS:
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


_LINK_ERRORS = frozenset({40, 62, 20})  # ELOOP on Linux and on macOS, ENOTDIR: a link stands where none was


def _open(file: BundleFile) -> int:
    flags = os.O_RDONLY | _NO_LINK | _NO_WAIT | _CLOSE
    steps = file.path.relative_to(file.root).parts
    if not _BENEATH:  # Windows
        return os.open(file.path, flags | getattr(os, "O_BINARY", 0))
    folder = os.open(file.root, os.O_RDONLY | _FOLDER | _CLOSE)
    try:
        for step in steps[:-1]:
            inner = os.open(step, os.O_RDONLY | _FOLDER | _NO_LINK | _CLOSE, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(steps[-1], flags, dir_fd=folder)
    finally:
        os.close(folder)
