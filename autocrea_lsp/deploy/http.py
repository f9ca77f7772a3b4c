"""One client for every host: what is sent, how often, where to, and what of it may be seen.

- A token goes in a header to the configured origin and nowhere else: redirects are followed for reads, there only.
- Reads and what may be done twice are repeated as `retry` says. What creates something is repeated only when it
  cannot have acted: the connection never came about, or the host said 429. Else `OutcomeUnknown` says so.
- A request on which nothing moves for a minute is given up, by the injected clock, as every pause here is.
- Bodies are streamed out; answers are whole and bounded, but for `stream`.
- Errors go out through `redacting`; the HTTP library's own log lines, which hold addresses, do not go out at all.
"""

from __future__ import annotations

import contextlib
import functools
import json as json_text
import logging
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass
from typing import Any

import httpx

from autocrea_lsp import __version__
from autocrea_lsp.access.secret import Secret, sendable
from autocrea_lsp.deploy import connection, faults, origin, retry, verdicts
from autocrea_lsp.deploy.answers import Answer, Explain
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.connection import Progress, lively
from autocrea_lsp.deploy.errors import BadToken, HostUnavailable
from autocrea_lsp.deploy.origin import segment
from autocrea_lsp.deploy.redacting import hide
from autocrea_lsp.deploy.retry import parse_retry_after
from autocrea_lsp.deploy.verdicts import Again

__all__ = ["Answer", "Content", "Explain", "Http", "Params", "parse_retry_after", "segment"]

MAX_ANSWER_BYTES = 16 * 1024 * 1024  # the largest real one is a long build's log, a few MB
MAX_REDIRECTS = 3
SILENCE_S = 60.0  # for one attempt, counted from the last byte that moved

_REDIRECT = 300

Params = Mapping[str, str | int | float | bool | Sequence[str] | None]
"""Of the query; None leaves one out."""

Content = bytes | Callable[[], AsyncIterator[bytes]]
"""A body: as it is, or what makes it anew for each attempt."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    method: str
    path: str
    params: Params | None
    headers: dict[str, str]
    content: Content | None
    repeatable: bool
    silence_s: float


class Http:
    """A host's API. Opened with its first request, closed with `aclose`; may be used by many tasks at once."""

    def __init__(
        self,
        base_url: str,
        *,
        title: str,
        clock: Clock,
        token: Callable[[], Awaitable[Secret]] | None,
        token_header: str = "Authorization",  # noqa: S107  # names, no tokens
        token_prefix: str = "Bearer ",  # noqa: S107
        explain: Explain | None = None,
        user_agent: str = f"autocrea-lsp/{__version__}",
        transport: httpx.AsyncBaseTransport | None = None,
        chance: retry.Chance = random.random,
    ) -> None:
        """`title`: the host's name in texts. Raises UserError for an address that no token may be sent to."""
        self._origin = origin.check(base_url, title=title)
        self._title = title
        self._clock = clock
        self._token = token
        self._token_header, self._token_prefix = token_header, token_prefix
        self._explain = explain
        self._user_agent = user_agent
        self._chance = chance
        self._tokens: dict[str, None] = {}  # that were sent; what `redacting` looks for
        self._connections = connection.Connections(self._origin, title=title, transport=transport)

    async def get(self, path: str, *, params: Params | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Read; `path` begins with "/" and is put behind the base address. Repeated as need be."""
        return await self.send("GET", path, params=params, headers=headers, repeatable=True)

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: Any = None,
        content: Content | None = None,
        size: int | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool,
        timeout_s: float | None = None,
    ) -> Answer:
        """Send a request; the answer's status is below 300. Raises DeployError, and whatever `content` raises.

        `repeatable`: doing it twice is like doing it once. `size`: bytes of `content`; None: sent in chunks.
        `timeout_s`: how long nothing may move.
        """
        extra: dict[str, str] = {}
        if json is not None:
            content = json_text.dumps(json, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
            extra["content-type"] = "application/json"
        if size is not None:
            extra["content-length"] = str(size)
        call = _Call(
            method=method,
            path=path,
            params=params,
            headers=extra | {name.lower(): value for name, value in (headers or {}).items()},
            content=content,
            repeatable=repeatable,
            silence_s=SILENCE_S if timeout_s is None else timeout_s,
        )
        attempt = 1
        while isinstance(outcome := await self._attempt(call), Again):
            if attempt == retry.TRIES:
                raise outcome.error
            wait_s = retry.pause_s(attempt, outcome.asked_s, self._chance)
            _log.debug("%s: once more in %.1f s: %s", self._title, wait_s, outcome.error)
            await self._clock.sleep(wait_s)
            attempt += 1
        return outcome

    def stream(
        self, path: str, *, params: Params | None = None, headers: Mapping[str, str] | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Read an answer as it comes, however slowly. Not repeated; entering raises like `get` on a bad status, and
        the iterator raises HostUnavailable when the connection breaks."""
        call = _Call(
            method="GET",
            path=path,
            params=params,
            # Unpacking would hold back lines until enough have come.
            headers={"accept-encoding": "identity"} | {name.lower(): value for name, value in (headers or {}).items()},
            content=None,
            repeatable=True,
            silence_s=SILENCE_S,
        )
        return self._stream(call)

    async def aclose(self) -> None:
        """Close the connections; what is still asked of it afterwards raises HostUnavailable."""
        await self._connections.aclose()

    # ---- an attempt

    async def _attempt(self, call: _Call) -> Answer | Again:
        token = await self._token_headers()
        body = connection.Body(call.content)
        try:
            async with self._connections.take() as client:
                answer = await self._exchange(client, token, call, body)
        except faults.FAULTS as error:
            if body.error is not None:
                raise body.error from None
            return verdicts.lost(faults.read(error, self._title), repeatable=call.repeatable)
        finally:
            await body.aclose()
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("%s %s: %d", call.method, hide(call.path, self._tokens), answer.status)
        return answer if answer.status < _REDIRECT else self._judge(call, answer)

    async def _exchange(
        self, client: httpx.AsyncClient, token: Mapping[str, str], call: _Call, body: connection.Body
    ) -> Answer:
        async with lively(self._clock, call.silence_s) as progress:
            response = await self._open(client, token, call, body.start(progress), progress)
            try:
                return await self._read(call, response, progress)
            finally:
                await response.aclose()

    @contextlib.asynccontextmanager
    async def _stream(self, call: _Call) -> AsyncGenerator[AsyncIterator[bytes]]:
        token = await self._token_headers()
        async with contextlib.AsyncExitStack() as opened:
            client = await opened.enter_async_context(self._connections.take())
            try:
                async with lively(self._clock, call.silence_s) as progress:
                    response = await self._open(client, token, call, None, progress)
                    opened.push_async_callback(response.aclose)
                    if response.status_code >= _REDIRECT:
                        raise self._judge(call, await self._read(call, response, progress)).error
            except faults.FAULTS as error:
                raise self._broken(error) from None
            yield await opened.enter_async_context(aclosing(self._pieces(response)))

    async def _pieces(self, response: httpx.Response) -> AsyncGenerator[bytes]:
        try:
            async for piece in response.aiter_bytes():
                yield piece
        except faults.FAULTS as error:
            raise self._broken(error) from None

    # ---- over the wire

    async def _token_headers(self) -> dict[str, str]:
        """The user may be asked for the token, so no time runs here."""
        if self._token is None:
            return {}
        token = (await self._token()).reveal()
        if not sendable(token):  # the library's error would quote it
            raise BadToken(
                f"the token for {self._title} is none: it holds spaces or characters that tokens do not have",
                hint="Copy it once more, without quotes or line breaks.",
            )
        self._tokens[token] = None
        return {self._token_header.lower(): f"{self._token_prefix}{token}"}

    async def _open(
        self,
        client: httpx.AsyncClient,
        token: Mapping[str, str],
        call: _Call,
        body: bytes | AsyncIterator[bytes] | None,
        progress: Progress,
    ) -> httpx.Response:
        """Send it; an answer whose body is yet to be read. Reads follow redirects that stay at the origin."""
        # Made without the client, which merges its own defaults into each: that takes as long as all else here.
        headers = {
            "accept": "application/json",
            "accept-encoding": client.headers["accept-encoding"],
            "user-agent": self._user_agent,
            **call.headers,
            **token,
        }
        address = _address(self._origin.address(call.path), _query(call.params))
        request = httpx.Request(call.method, address, content=body, headers=headers, extensions=connection.TIMEOUT)
        for _ in range(MAX_REDIRECTS):
            response = await client.send(request, stream=True)
            progress.moved()
            if call.method != "GET" or not response.has_redirect_location:
                return response
            target = self._origin.redirected(str(response.url), response.headers["location"])
            if target is None:
                return response
            await response.aclose()
            request = httpx.Request(call.method, target, headers=headers, extensions=connection.TIMEOUT)
        return await client.send(request, stream=True)

    async def _read(self, call: _Call, response: httpx.Response, progress: Progress) -> Answer:
        body = await connection.read(response, progress, title=self._title, limit=MAX_ANSWER_BYTES)
        return Answer(
            status=response.status_code,
            headers=dict(response.headers.items()),
            body=body,
            url=str(response.url),
            title=self._title,
            creates=not call.repeatable,
        )

    # ---- what came of it

    def _judge(self, call: _Call, answer: Answer) -> Again:
        error = verdicts.meaning(answer, self._explain, title=self._title, tokens=self._tokens)
        return verdicts.judge(answer, error, repeatable=call.repeatable, now=self._clock.now())

    def _broken(self, error: BaseException) -> HostUnavailable:
        fault = faults.read(error, self._title)
        return HostUnavailable(fault.text, hint=fault.hint)


def _query(params: Params | None) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    for name, value in (params or {}).items():
        if isinstance(value, bool):
            pairs.append((name, str(value).lower()))
        elif isinstance(value, str | int | float):
            pairs.append((name, str(value)))
        elif value is not None:
            pairs += [(name, each) for each in value]
    return tuple(pairs)


@functools.lru_cache(maxsize=16)
def _address(address: str, query: tuple[tuple[str, str], ...]) -> httpx.URL:
    """Parsed once for all files of an upload."""
    return httpx.URL(address, params=query)
