"""A private copy of exactly what a bundle lists, each file as it was when it was listed."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, Iterator, Sequence
from pathlib import Path

from autocrea_lsp.deploy.base import Sent
from autocrea_lsp.deploy.bundle import Bundle, BundleFile
from autocrea_lsp.deploy.bundle.reading import changed, is_same, open_beneath
from autocrea_lsp.errors import UserError

_PART_FILES, _PART_BYTES = 200, 32 << 20  # copied between two reports
_PIECE_BYTES = 1 << 20


async def copy(bundle: Bundle, target: Path) -> AsyncGenerator[Sent, None]:
    """Copy it into the new folder `target`, saying how far it is. When this is closed nothing writes there any more.

    Raises FileChanged, and UserError for what cannot be read or written.
    """
    stop = threading.Event()
    files = size = 0
    await asyncio.to_thread(target.mkdir, mode=0o700)
    for part in _parts(bundle.files):
        work = asyncio.ensure_future(asyncio.to_thread(_copy, part, target, stop))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait({work})
            raise
        files += len(part)
        size += sum(file.size for file in part)
        yield Sent(files=files, total_files=len(bundle.files), bytes=size, total_bytes=bundle.total_bytes)


def _parts(files: Sequence[BundleFile]) -> Iterator[list[BundleFile]]:
    part: list[BundleFile] = []
    size = 0
    for file in files:
        part.append(file)
        size += file.size
        if len(part) >= _PART_FILES or size >= _PART_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


def _copy(files: Sequence[BundleFile], target: Path, stop: threading.Event) -> None:
    for file in files:
        try:
            _copy_one(file, target / file.name, stop)
        except OSError as error:
            raise UserError(
                f"{file.name} could not be copied: {error.strerror}.", hint="Look at the file, and at the room on disk."
            ) from None
        if stop.is_set():
            return


def _copy_one(file: BundleFile, target: Path, stop: threading.Event) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if file.link is not None:
        target.symlink_to(file.link)
        return
    source = open_beneath(file)
    try:
        # "x": two names that are one on this file system are an error.
        with target.open("xb", buffering=0) as copied:
            while not stop.is_set() and (piece := os.read(source, _PIECE_BYTES)):
                copied.write(piece)
            if not is_same(file, os.fstat(source)):
                raise changed(file)
            os.utime(copied.fileno(), ns=(file.mtime_ns, file.mtime_ns))
            os.fchmod(copied.fileno(), file.mode & 0o777)
    finally:
        os.close(source)
