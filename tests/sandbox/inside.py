"""Jobs for the sandbox's tests, and what can be seen of them from outside."""

from __future__ import annotations

import asyncio
import os
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from autocrea_lsp.sandbox import Job, Level, Result, run

PYTHON = os.path.realpath(sys.executable)
PATIENCE_S = 20.0


def python_job(code: str, *arguments: str, timeout_s: float = PATIENCE_S, memory_bytes: int | None = None) -> Job:
    """A job that runs Python code; what it is given stands in sys.argv[1:]."""
    return Job(
        command=(PYTHON, "-I", "-S", "-c", code, *arguments),
        reads=(Path(os.path.realpath(sys.base_prefix)),),
        timeout_s=timeout_s,
        memory_bytes=memory_bytes,
    )


async def shell(script: str, *, level: Level = "auto", timeout_s: float = PATIENCE_S, **more: bytes) -> Result:
    return await run(Job(command=("/bin/sh", "-c", script), timeout_s=timeout_s, files=more), level=level)


def marker() -> str:
    """A time for `sleep` that no other process sleeps: by it a process is found among all."""
    return f"1000.{uuid.uuid4().int % 10**12:012}"


def processes_with(marker: str) -> list[int]:
    """Processes of this machine, in whatever namespace, that have the marker on their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            arguments = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:  # ended meanwhile
            continue
        if marker.encode() in arguments:
            found.append(int(entry.name))
    return found


async def wait_until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited too long until {what}"
        await asyncio.sleep(0.01)
