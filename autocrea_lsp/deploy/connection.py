"""The connections to a host: how they are made, what goes over them, and when one has been silent for too long."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy

import certifi
import httpx

from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.errors import HostUnavailable
from autocrea_lsp.deploy.origin import Origin
from autocrea_lsp.errors import UserError

CONNECT_S = 10.0  # for the connection and its encryption; real time, since nothing is on its way yet
KEPT_OPEN_S = 15.0  # an idle connection; hosts close theirs after some seconds more
MAX_CONNECTIONS = 32  # of one host: ten uploads each for some deployments, their logs, and what is asked meanwhile


async def open_client(origin: Origin, *, title: str, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    """A client for one origin. Raises UserError when the proxy in the environment cannot be used."""
    # The library tells whole addresses at INFO and headers at DEBUG.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    trust = await asyncio.to_thread(_trust) if origin.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        return httpx.AsyncClient(
            verify=trust,
            transport=transport,
            # What stays on this machine does not take the way over a proxy: it may be plain http.
            trust_env=not origin.loopback,
            timeout=httpx.Timeout(None, connect=CONNECT_S),
            limits=httpx.Limits(
                max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS, keepalive_expiry=KEPT_OPEN_S
            ),
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # none are kept
        )
    except (ValueError, ImportError, httpx.InvalidURL):  # what the library makes of HTTPS_PROXY and its like
        raise UserError(
            f"{title} cannot be asked over the proxy that the environment names",
            hint="Set HTTPS_PROXY (or ALL_PROXY) to an http:// address, or put the host into NO_PROXY.",
        ) from None


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
