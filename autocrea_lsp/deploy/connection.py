"""The connections to a host: how they are made, what goes over them, and when one has been silent for too long."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import certifi
import httpx

from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.errors import HostUnavailable
from autocrea_lsp.deploy.origin import Origin
from autocrea_lsp.errors import UserError

CONNECT_S = 10.0  # for the connection and its encryption; real time, since nothing is on its way yet
TIMEOUT: Final = {"timeout": httpx.Timeout(None, connect=CONNECT_S).as_dict()}  # as a request carries it
KEPT_OPEN_S = 15.0  # an idle connection; hosts close theirs after some seconds more
MAX_CONNECTIONS = 64  # of one host: the uploads of two deployments, their logs, and what is asked meanwhile


class Connections:
    """The connections to one origin, each taken by one request at a time.

    Each is a client of its own with a pool of one: the library's pool looks at all of its connections for each request,
    which with thirty of them takes longer than the request.
    """

    def __init__(self, origin: Origin, *, title: str, transport: httpx.AsyncBaseTransport | None) -> None:
        self._origin, self._title, self._transport = origin, title, transport
        self._trust: ssl.SSLContext | None = None
        self._opening = asyncio.Lock()
        self._places = asyncio.Semaphore(MAX_CONNECTIONS)
        self._idle: list[tuple[float, httpx.AsyncClient]] = []  # since when, the latest last
        self._taken: set[httpx.AsyncClient] = set()
        self._closed = False
        # The library tells whole addresses at INFO and headers at DEBUG.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)

    @asynccontextmanager
    async def take(self) -> AsyncGenerator[httpx.AsyncClient]:
        """One that nobody else uses meanwhile. Raises HostUnavailable after `aclose`, UserError when the proxy in the
        environment cannot be used."""
        async with self._places:
            client = await self._free()
            self._taken.add(client)
            try:
                yield client
            finally:
                self._taken.discard(client)
                self._idle.append((time.monotonic(), client))
                await self._close_old()

    async def aclose(self) -> None:
        """Close them, those that are taken too."""
        self._closed = True
        clients = [*self._taken, *(client for _, client in self._idle)]
        self._idle.clear()
        for client in clients:
            await client.aclose()

    async def _free(self) -> httpx.AsyncClient:
        if self._trust is None:
            async with self._opening:
                self._trust = self._trust or await trust_for(self._origin)
        if self._closed:
            raise HostUnavailable(f"{self._title} is not asked any more: the server is closing")
        return self._idle.pop()[1] if self._idle else self._make(self._trust)

    async def _close_old(self) -> None:
        """Those that nobody has needed for a while: their other end is closed by now."""
        while self._idle and (self._closed or time.monotonic() - self._idle[0][0] > KEPT_OPEN_S):
            await self._idle.pop(0)[1].aclose()

    def _make(self, trust: ssl.SSLContext) -> httpx.AsyncClient:
        try:
            return httpx.AsyncClient(
                verify=trust,
                transport=self._transport,
                # What stays on this machine does not take the way over a proxy: it may be plain http.
                trust_env=not self._origin.loopback,
                limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEPT_OPEN_S),
                follow_redirects=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # none are kept
            )
        except (ValueError, ImportError, httpx.InvalidURL):  # what the library makes of HTTPS_PROXY and its like
            raise UserError(
                f"{self._title} cannot be asked over the proxy that the environment names",
                hint="Set HTTPS_PROXY (or ALL_PROXY) to an http:// address, or put the host into NO_PROXY.",
            ) from None


async def trust_for(origin: Origin) -> ssl.SSLContext:
    """Whose certificates are believed there."""
    return await asyncio.to_thread(_trust) if origin.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _trust() -> ssl.SSLContext:
    """Whom we believe: SSL_CERT_FILE and SSL_CERT_DIR where set; else the system's and Mozilla's authorities."""
    context = ssl.create_default_context()
    if not (os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")):
        context.load_verify_locations(cafile=certifi.where())
    return context


# ---- silence


class Progress:
    """When something moved last."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._moved_at = clock.monotonic()

    def moved(self) -> None:
        self._moved_at = self._clock.monotonic()

    async def silent_for(self, seconds: float) -> None:
        """Until nothing has moved for so long."""
        while (left_s := self._moved_at + seconds - self._clock.monotonic()) > 0:
            await self._clock.sleep(left_s)


@asynccontextmanager
async def lively(clock: Clock, silence_s: float) -> AsyncGenerator[Progress]:
    """Raises TimeoutError when nothing has moved for so long."""
    progress = Progress(clock)
    async with asyncio.timeout(None) as limit:

        async def watch() -> None:
            await progress.silent_for(silence_s)
            limit.reschedule(asyncio.get_running_loop().time())

        watching = asyncio.create_task(watch(), name="silence of a request")
        try:
            yield progress
        finally:
            watching.cancel()


# ---- bodies


class Body:
    """A request's body on its way out. `error`: what making it raised, which says nothing about the host."""

    def __init__(self, content: bytes | Callable[[], AsyncIterator[bytes]] | None) -> None:
        self.error: Exception | None = None
        self._content = content
        self._pieces: AsyncGenerator[bytes] | None = None

    def start(self, progress: Progress) -> bytes | AsyncIterator[bytes] | None:
        """As the library takes it."""
        if self._content is None or isinstance(self._content, bytes):
            return self._content
        self._pieces = self._run(self._content(), progress)
        return self._pieces

    async def aclose(self) -> None:
        """Let go of it: a file may be open."""
        if self._pieces is not None:
            await self._pieces.aclose()

    async def _run(self, source: AsyncIterator[bytes], progress: Progress) -> AsyncGenerator[bytes]:
        try:
            try:
                async for piece in source:
                    progress.moved()
                    yield piece
            finally:
                if (close := getattr(source, "aclose", None)) is not None:
                    await close()
        except Exception as error:  # boundary: a caller's code, whose errors are its own
            self.error = error
            raise


async def read(response: httpx.Response, progress: Progress, *, title: str, limit: int) -> bytes:
    """The answer's whole body. Raises HostUnavailable when it is longer than `limit` bytes."""
    body = bytearray()
    async for piece in response.aiter_bytes():
        progress.moved()
        body += piece
        if len(body) > limit:
            raise HostUnavailable(
                f"{title}'s answer is longer than {limit // (1024 * 1024)} MB",
                hint="Nothing of it was used; ask for less at a time.",
            )
    return bytes(body)
