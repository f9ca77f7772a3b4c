"""The serving process as seen from here: started when there is something to serve, told what, asked whether it does."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autocrea_lsp.deploy.errors import HostUnavailable
from autocrea_lsp.sandbox import leash

SCRIPT = Path(__file__).with_name("serving.py")
ADDRESS, RELEASE_HEADER = "127.0.0.1", "x-preview-release"  # as in there; importing it would load what only it needs
START_TIMEOUT_S = 30.0  # half a second on an idle machine
ANSWER_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 1.0
MOST_RESTARTS = 3
_STDERR_BYTES = 2000
_HEAD_BYTES = 65_536

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is to be served."""

    root: Path
    release: str
    single_page: bool | None


class SiteServer:
    """One project's process: the same address as long as it can be had. All of it belongs to one event loop."""

    def __init__(self) -> None:
        self.url = ""  # "" while nothing is served
        self._port = 0
        self._shown: Shown | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._restarts = 0
        self._closed = False
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    async def show(self, shown: Shown) -> str:
        """Serve it from now on; the address, once it has answered there. Raises HostUnavailable: all is as before."""
        async with self._turn:
            before = self._shown
            try:
                await self._tell(shown)
                await _check(self._port, shown.release)
            except HostUnavailable:
                if before is not None and self._process is not None:
                    with contextlib.suppress(HostUnavailable):
                        await self._tell(before)
                raise
            self._shown = shown
            self.url = f"http://{ADDRESS}:{self._port}/"
            return self.url

    async def aclose(self) -> None:
        """Nothing is served any more. Idempotent."""
        self._closed = True
        self.url = ""
        process, watching = self._process, self._watching
        if process is None or watching is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        await asyncio.wait([watching], timeout=STOP_TIMEOUT_S)
        _kill(process)
        await asyncio.wait([watching], timeout=STOP_TIMEOUT_S)

    async def _tell(self, shown: Shown) -> None:
        told = {"root": str(shown.root), "release": shown.release, "single_page": shown.single_page}
        if self._process is None:
            try:
                await self._start(told | {"port": self._port})
            except HostUnavailable:
                if not self._port:
                    raise
                await self._start(told | {"port": 0})  # somebody else has our port by now
            return
        answer = await _exchange(self._process, told, ANSWER_TIMEOUT_S)
        if answer.get("release") != shown.release:
            _kill(self._process)
            raise HostUnavailable("The process that serves the preview does not answer.", hint="Deploy it again.")

    async def _start(self, told: dict[str, Any]) -> None:
        if self._closed:
            raise HostUnavailable("The preview is being shut down.")
        try:
            process = await asyncio.create_subprocess_exec(
                *leash.command([sys.executable, "-I", str(SCRIPT)]),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={"LANG": "C.UTF-8"},  # nothing of ours: it is what strangers' pages talk to
                cwd="/",
                start_new_session=True,  # Ctrl-C in a terminal is for us, not for it
            )
        except OSError as error:
            raise HostUnavailable(f"The preview cannot be served: {error.strerror}.") from error
        self._process = process
        self._watching = asyncio.create_task(self._watch(process))
        answer = {} if self._closed else await _exchange(process, told, START_TIMEOUT_S)
        if not isinstance(answer.get("port"), int):
            _kill(process)
            await asyncio.wait([self._watching])
            raise HostUnavailable(
                "The process that serves the preview did not start.", hint="The server's log says why."
            )
        self._port = answer["port"]

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        told = b""
        while process.stderr is not None and (part := await process.stderr.read(_STDERR_BYTES)):
            told = (told + part)[-_STDERR_BYTES:]
        status = await process.wait()
        if self._process is process:
            self._process = None
        if self._closed:
            return
        _log.warning("preview: serving ended with status %d %s", status, told.decode("utf-8", "replace").strip())
        if self.url and self._shown is not None:
            self.url = ""
            if self._restarts < MOST_RESTARTS:
                self._restarts += 1
                with contextlib.suppress(HostUnavailable):
                    await self.show(self._shown)


async def _exchange(process: asyncio.subprocess.Process, told: dict[str, Any], timeout_s: float) -> dict[str, Any]:
    """The answer to a line; empty where there is none."""
    if process.stdin is None or process.stdout is None:
        return {}
    try:
        async with asyncio.timeout(timeout_s):
            with contextlib.suppress(ConnectionError):  # it ended at once: so does its stdout
                process.stdin.write(json.dumps(told).encode() + b"\n")
                await process.stdin.drain()
            line = await process.stdout.readline()
    except TimeoutError:
        return {}
    answer = json.loads(line) if line.endswith(b"\n") else {}
    return answer if isinstance(answer, dict) else {}


async def _check(port: int, release: str) -> None:
    """One request, as a browser makes it: this release answers, with a page or the news that it has none."""
    head = b""
    with contextlib.suppress(TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(ADDRESS, port, limit=_HEAD_BYTES)
            try:
                host = f"{ADDRESS}:{port}"
                writer.write(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                head = await reader.readuntil(b"\r\n\r\n")
            finally:
                writer.close()
    status, _, fields = head.decode("latin-1").partition("\r\n")
    if status[9:12] in ("200", "404") and f"{RELEASE_HEADER}: {release}\r\n" in fields:
        return
    raise HostUnavailable("The preview was built but does not answer at its address.", hint="Deploy it again.")


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
