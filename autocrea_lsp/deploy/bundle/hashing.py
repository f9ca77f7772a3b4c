"""Digests of all files, in threads; what was hashed before and has not changed is not read again."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from autocrea_lsp.deploy.bundle.entry import Algorithm, Bundle, BundleFile, FileChanged, Hashed
from autocrea_lsp.deploy.bundle.reading import digest_of
from autocrea_lsp.errors import UserError

TRIES = 3  # for a file that somebody writes to right now
_THREADS = 4
_JUST_BEFORE_NS = 2_000_000_000  # the coarsest clock of a file system
_CHUNK = 64  # files in one go: a thread's round trip costs more than a small file

Progress = Callable[[int, int], None]
"""Files hashed so far, and of how many."""


async def hash_all(
    bundle: Bundle,
    *,
    algorithm: Algorithm = "sha1",
    previous: Hashed | None = None,
    on_progress: Progress = lambda _done, _total: None,
) -> Hashed:
    """Hash each file as it is now; one that has changed since it was listed is listed anew with its new size.

    Raises FileChanged for one that keeps changing or is gone, UserError for one that cannot be read.
    """
    started_ns = time.time_ns()
    known, todo = await asyncio.to_thread(_known, bundle, algorithm, previous)
    total = len(bundle.files)
    results: dict[str, tuple[BundleFile, str]] = {}
    limit = asyncio.Semaphore(_THREADS)
    stop = threading.Event()

    async def work(chunk: Sequence[BundleFile]) -> None:
        async with limit:
            for file, digest in await asyncio.to_thread(_hash_chunk, chunk, algorithm, stop):
                results[file.name] = (file, digest)
        on_progress(len(known) + len(results), total)

    on_progress(len(known), total)
    try:
        async with asyncio.TaskGroup() as group:
            for at in range(0, len(todo), _CHUNK):
                group.create_task(work(todo[at : at + _CHUNK]))
    except* UserError as errors:
        raise errors.exceptions[0] from None
    finally:
        stop.set()  # cancelled or failed: the threads need not read on
    return await asyncio.to_thread(_hashed, bundle, algorithm, known | results, started_ns)


def _known(
    bundle: Bundle, algorithm: Algorithm, previous: Hashed | None
) -> tuple[dict[str, tuple[BundleFile, str]], list[BundleFile]]:
    """By name, the files that need not be read again, with their digests; and the rest.

    A file written just before it was hashed may have been written once more since, with the same time.
    """
    known: dict[str, tuple[BundleFile, str]] = {}
    if previous is not None and previous.algorithm == algorithm:
        old_ns = previous.started_ns - _JUST_BEFORE_NS
        before = {file.name: file for file in previous.bundle.files if file.mtime_ns < old_ns}
        known = {
            file.name: (file, previous.digests[file.name]) for file in bundle.files if before.get(file.name) == file
        }
    return known, [file for file in bundle.files if file.name not in known]


def _hashed(
    bundle: Bundle, algorithm: Algorithm, results: Mapping[str, tuple[BundleFile, str]], started_ns: int
) -> Hashed:
    files: list[BundleFile] = []
    digests: dict[str, str] = {}
    unique: dict[str, BundleFile] = {}
    for listed in bundle.files:
        file, digest = results[listed.name]
        files.append(file)
        digests[file.name] = digest
        unique.setdefault(digest, file)
    now = replace(bundle, files=tuple(files))
    return Hashed(bundle=now, digests=digests, unique=unique, algorithm=algorithm, started_ns=started_ns)


def _hash_chunk(
    files: Sequence[BundleFile], algorithm: Algorithm, stop: threading.Event
) -> list[tuple[BundleFile, str]]:
    return [_hash(file, algorithm, stop) for file in files if not stop.is_set()]


def _hash(file: BundleFile, algorithm: Algorithm, stop: threading.Event) -> tuple[BundleFile, str]:
    for _ in range(TRIES - 1):
        try:
            return file, digest_of(file, algorithm, stop=stop)
        except FileChanged:
            file = _again(file)
    return file, digest_of(file, algorithm, stop=stop)


def _again(file: BundleFile) -> BundleFile:
    """The same file as it is now. Raises FileChanged when there is none, or a link in its place."""
    try:
        now = file.path.lstat()
    except OSError:
        raise FileChanged(f"{file.name} has gone while it was being sent.", hint="Deploy again.") from None
    return replace(file, size=now.st_size, mtime_ns=now.st_mtime_ns, ctime_ns=now.st_ctime_ns, inode=now.st_ino)
