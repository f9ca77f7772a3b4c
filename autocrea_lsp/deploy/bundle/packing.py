"""A bundle as a gzipped tar, made while it is sent: the same files give the same bytes, and none is held in memory."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import closing

from autocrea_lsp.deploy.bundle.entry import PROGRAM_MODE, Bundle, BundleFile
from autocrea_lsp.deploy.bundle.reading import PIECE_BYTES, pieces
from autocrea_lsp.deploy.bundle.threaded import in_threads

_BLOCK = tarfile.BLOCKSIZE
_GZIP = 16 + zlib.MAX_WBITS  # with gzip's header, which holds no time: zlib writes none
_LEVEL = 6
_STEP_BYTES = 1 << 20  # to pack in one go, about 30 ms


def archive(
    bundle: Bundle, *, prefix: str = "", took: Callable[[int], None] = lambda _bytes: None
) -> AsyncGenerator[bytes, None]:
    """Pieces of the archive; names begin with `prefix`. Raises FileChanged, and what came before is worth nothing.

    `took`: is told, in a thread, of how many bytes of files a piece was made.
    """
    return in_threads(_packed(bundle, prefix, took))


def _packed(bundle: Bundle, prefix: str, took: Callable[[int], None]) -> Generator[bytes, None, None]:
    """Blocking; an empty piece now and then, where there is nothing yet to show for a step."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    packed, taken = bytearray(), 0
    for file in bundle.files:
        with closing(_entry(file, prefix)) as entry:
            for piece in entry:
                packed += packer.compress(piece)
                taken += len(piece)
                if len(packed) >= PIECE_BYTES or taken >= _STEP_BYTES:
                    took(taken)
                    yield bytes(packed)
                    packed, taken = bytearray(), 0
    yield bytes(packed) + packer.compress(bytes(2 * _BLOCK)) + packer.flush()


def _entry(file: BundleFile, prefix: str) -> Generator[bytes, None, None]:
    yield _header(file, prefix)
    if file.link is None:
        yield from pieces(file)
        yield bytes(-file.size % _BLOCK)


def _header(file: BundleFile, prefix: str) -> bytes:
    """Without times, owners and the like: they differ from machine to machine and are nobody's business."""
    info = tarfile.TarInfo(prefix + file.name)
    info.mode = 0o755 if file.mode == PROGRAM_MODE else 0o644
    if file.link is not None:
        info.type, info.linkname, info.mode = tarfile.SYMTYPE, file.link, 0o777
    else:
        info.size = file.size
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
