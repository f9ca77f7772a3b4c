"""A bundle as a gzipped tar, made while it is sent: the same files give the same bytes, and none is held in memory."""

from __future__ import annotations

import asyncio
import tarfile
import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing

from autocrea_lsp.deploy.bundle.entry import PROGRAM_MODE, Bundle, BundleFile
from autocrea_lsp.deploy.bundle.reading import content

_BLOCK = tarfile.BLOCKSIZE
_GZIP = 16 + zlib.MAX_WBITS  # with gzip's header, which holds no time: zlib writes none
_LEVEL = 6


async def archive(bundle: Bundle, *, prefix: str = "") -> AsyncGenerator[bytes, None]:
    """Pieces of the archive; names begin with `prefix`. Raises FileChanged, and what came before is worth nothing."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    for file in bundle.files:
        if packed := packer.compress(_header(file, prefix)):
            yield packed
        if file.link is None:
            async with aclosing(content(file)) as pieces:
                async for piece in pieces:
                    if packed := await asyncio.to_thread(packer.compress, piece):
                        yield packed
            if rest := -file.size % _BLOCK:
                yield packer.compress(bytes(rest))
    yield packer.compress(bytes(2 * _BLOCK)) + packer.flush()


def _header(file: BundleFile, prefix: str) -> bytes:
    """Without times, owners and the like: they differ from machine to machine and are nobody's business."""
    info = tarfile.TarInfo(prefix + file.name)
    info.mode = 0o755 if file.mode == PROGRAM_MODE else 0o644
    if file.link is not None:
        info.type, info.linkname, info.mode = tarfile.SYMTYPE, file.link, 0o777
    else:
        info.size = file.size
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
