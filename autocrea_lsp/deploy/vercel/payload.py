"""The files of a deployment as the host takes them: by digest, inside the request, or as one archive in parts.

Each file by its digest is what lets a second deployment send only what is new. A few small pages go inside the request,
as with the vendor's client, and may be live with the answer. Thousands of files would use up an account's uploads
(5,000 a period, then a day's lock), and 15,000 are refused: above `ARCHIVE_FROM` they go as one archive.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from autocrea_lsp.deploy.bundle import Bundle, BundleFile, Hashed, HostRules, archive, content, hash_all
from autocrea_lsp.deploy.vercel import body
from autocrea_lsp.deploy.vercel.uploading import Upload

ARCHIVE_FROM = 5_000  # more files than this go as an archive
MAX_FILES = 100_000  # in an archive; more is a mistake in the ignore file
PART_BYTES = 50_000_000  # of an archive, below what a proxy or a plan would refuse
INLINE_FILES, INLINE_BYTES = 10, 5_000_000
_PAGES = (".html", ".htm", ".md")
_PART_MODE = 0o666  # as the vendor's client sends it
_LINK_MODE = 0o120777
_PIECE = 256 * 1024

RULES = HostRules(
    title="Vercel",
    ignore_files=(".vercelignore", ".nowignore"),
    never=(
        ".hg", ".git", ".gitmodules", ".svn", ".cache", ".next", ".now", ".vercel", ".npmignore", ".dockerignore",
        ".gitignore", ".*.swp", ".DS_Store", ".wafpicke-*", ".lock-wscript", ".env.local", ".env.*.local", ".venv",
        ".yarn/cache", ".pnp*", "npm-debug.log", "config.gypi", "node_modules", "__pycache__", "venv", "CVS",
    ),
    symlinks="link",
    max_files=MAX_FILES,
    max_file_bytes=None,  # theirs depend on the plan; a refusal names the file
    max_total_bytes=None,
    bad_name=None,
)  # fmt: skip
"""Their client's own list and ignore files; links go as links."""

Way = Literal["inline", "files", "archive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """`files`: for the body. `uploads`: by SHA-1, what of it may have to be sent."""

    way: Way
    files: list[dict[str, Any]]
    uploads: Mapping[str, Upload] = field(default_factory=dict)
    hashed: Hashed | None = None  # to hash only what is new when files have changed

    def lacking(self, missing: Iterable[str]) -> dict[str, Upload]:
        """Of these digests, those that are ours; all where the host names none."""
        wanted = [digest for digest in missing if digest in self.uploads]
        return {digest: self.uploads[digest] for digest in wanted or self.uploads}


def way(bundle: Bundle) -> Way:
    """How its files go."""
    if len(bundle.files) > ARCHIVE_FROM:
        return "archive"
    pages = all(
        file.link is None and PurePosixPath(file.name).suffix.lower() in _PAGES and file.mode != _LINK_MODE
        for file in bundle.files
    )
    return "inline" if pages and len(bundle.files) <= INLINE_FILES and bundle.total_bytes <= INLINE_BYTES else "files"


async def prepare(bundle: Bundle, how: Way, *, scratch: Path, previous: Hashed | None = None) -> Payload:
    """Read the files. `scratch`: an empty folder of ours for an archive's parts. Raises FileChanged."""
    if how == "inline":
        return Payload(way=how, files=[await _inline(file) for file in bundle.files])
    if how == "archive":
        return await _archived(bundle, scratch)
    hashed = await hash_all(bundle, previous=previous)
    files = body.uploaded((file.name, hashed.digests[file.name], file.size, file.mode) for file in hashed.bundle.files)
    uploads = {digest: _upload(file, digest) for digest, file in hashed.unique.items()}
    return Payload(way=how, files=files, uploads=uploads, hashed=hashed)


@contextlib.asynccontextmanager
async def scratch_folder() -> AsyncIterator[Path]:
    """For archives: the user's alone, gone afterwards."""
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="autocrea-vercel-")
    try:
        yield Path(folder.name)
    finally:
        await asyncio.to_thread(folder.cleanup)


def _upload(file: BundleFile, digest: str) -> Upload:
    return Upload(name=file.name, size=file.size, open=lambda: content(file, expect=digest))


async def _inline(file: BundleFile) -> dict[str, Any]:
    data = b"".join([piece async for piece in content(file)])
    return {"file": file.name, "data": base64.b64encode(data).decode(), "encoding": "base64", "mode": file.mode}


async def _archived(bundle: Bundle, scratch: Path) -> Payload:
    parts: list[_Part] = []
    # The same name again for a new attempt: the old parts are of no use any more.
    async with contextlib.aclosing(archive(bundle)) as pieces:
        async for piece in pieces:
            rest = memoryview(piece)
            while rest:
                if not parts or parts[-1].size >= PART_BYTES:
                    parts.append(_Part(scratch / f"part{len(parts) + 1}"))
                fits = rest[: PART_BYTES - parts[-1].size]
                await asyncio.to_thread(parts[-1].add, fits)
                rest = rest[len(fits) :]
    names = [f".vercel/source.tgz.part{at}" for at in range(1, len(parts) + 1)]
    files = body.uploaded((name, part.digest, part.size, _PART_MODE) for name, part in zip(names, parts, strict=True))
    uploads = {part.digest: Upload(name="the archive of the files", size=part.size, open=part.pieces) for part in parts}
    return Payload(way="archive", files=files, uploads=uploads)


class _Part:
    """A piece of an archive, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hash = hashlib.sha1(usedforsecurity=False)  # what the host names contents by
        self.size = 0
        path.unlink(missing_ok=True)

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def add(self, data: memoryview) -> None:
        with self._path.open("ab") as file:
            file.write(data)
        self._hash.update(data)
        self.size += len(data)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        file = await asyncio.to_thread(self._path.open, "rb")
        try:
            while piece := await asyncio.to_thread(file.read, _PIECE):
                yield piece
        finally:
            await asyncio.to_thread(file.close)
