"""Digests of all files, in threads; what was hashed before and has not changed is not read again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from autocrea_lsp.deploy.bundle.entry import Bundle, BundleFile, FileChanged, Hashed
from autocrea_lsp.deploy.bundle.reading import Algorithm, digest_of
from autocrea_lsp.errors import UserError

TRIES = 3  # for a file that somebody writes to right now
_THREADS = 4
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
    known = _known(previous)
    todo = [file for file in bundle.files if _mark(file) not in known]
    results: dict[str, tuple[BundleFile, str]] = {}
    limit = asyncio.Semaphore(_THREADS)

    async def work(chunk: Sequence[BundleFile]) -> None:
        async with limit:
            for file, digest in await asyncio.to_thread(_hash_chunk, chunk, algorithm):
                results[file.name] = (file, digest)
        on_progress(len(bundle.files) - len(todo) + len(results), len(bundle.files))

    try:
        async with asyncio.TaskGroup() as group:
            for at in range(0, len(todo), _CHUNK):
                group.create_task(work(todo[at : at + _CHUNK]))
    except* UserError as errors:
        raise errors.exceptions[0] from None
    files: list[BundleFile] = []
    digests: dict[str, str] = {}
    unique: dict[str, BundleFile] = {}
    for listed in bundle.files:
        file, digest = results[listed.name] if listed.name in results else (listed, known[_mark(listed)])
        files.append(file)
        digests[file.name] = digest
        unique.setdefault(digest, file)
    return Hashed(bundle=replace(bundle, files=tuple(files)), digests=digests, unique=unique)


def _hash_chunk(files: Sequence[BundleFile], algorithm: Algorithm) -> list[tuple[BundleFile, str]]:
    return [_hash(file, algorithm) for file in files]


def _hash(file: BundleFile, algorithm: Algorithm) -> tuple[BundleFile, str]:
    for attempt in range(TRIES):
        try:
            return file, digest_of(file, algorithm)
        except FileChanged:
            if attempt == TRIES - 1:
                raise
            file = _again(file)
        except OSError as error:
            raise UserError(f"{file.name} cannot be read: {error.strerror}.", hint="Leave it out or open it.") from None
    raise AssertionError("the loop returns or raises")


def _again(file: BundleFile) -> BundleFile:
    """The same file as it is now. Raises FileChanged when there is none, or a link in its place."""
    try:
        now = file.path.lstat()
    except OSError:
        raise FileChanged(f"{file.name} has gone while it was being sent.", hint="Deploy again.") from None
    return replace(file, size=now.st_size, mtime_ns=now.st_mtime_ns, inode=now.st_ino)


def _known(previous: Hashed | None) -> dict[tuple[object, ...], str]:
    if previous is None:
        return {}
    return {_mark(file): previous.digests[file.name] for file in previous.bundle.files}


def _mark(file: BundleFile) -> tuple[object, ...]:
    return (file.name, file.path, file.size, file.mtime_ns, file.inode, file.link)
