"""Claude as a backend: credentials, client, request, stream, and what to do when it fails."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from autocrea_lsp.access.credentials import Found
from autocrea_lsp.ai.base import Capabilities, ChatPrompt, Delta, Done, FillPrompt, Kind, Prompt, Started
from autocrea_lsp.ai.claude import faults, models, request, sdk
from autocrea_lsp.ai.claude.reply import SERVICE, Reply
from autocrea_lsp.errors import AutocreaError, BackendError, BrokenReply, StaleRequest
from autocrea_lsp.settings import ClaudeSettings

if TYPE_CHECKING:
    import anthropic

PROVIDER = "anthropic"

_READY_S = 30.0  # to import the SDK and find the key, once; on a busy machine the import alone takes seconds
_CONNECT_S = 5.0  # as the SDK; longer than any handshake that still helps
_SILENCE_S = 60.0  # a chat that sends nothing, not even a ping, is dead
_CHAT_S = 600.0  # whatever comes, an answer that takes longer is not read any more
_LAST_BYTES_S = 0.5  # after the last record only the end of the body is due; with it the socket can be used again
_COUNT_S = 5.0  # a preview waits for it
_MAX_WAIT_S = 30.0  # told to wait longer than this, we say so instead of waiting
_FIRST_BACKOFF_S, _MAX_BACKOFF_S = 0.5, 8.0  # as the SDK

_log = logging.getLogger(__name__)


class _Record(Protocol):
    """A server-sent event as the SDK gives it; its own class is not public."""

    @property
    def event(self) -> str | None: ...
    @property
    def data(self) -> str: ...


class CredentialSource(Protocol):
    """Where the key is had from."""

    async def find(self, provider: str) -> Found:
        """The key of now, or NoCredentials. Called before every stream: it keeps what it found."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    """`retries`: how often to ask again, as long as nothing of the answer was delivered. `silence_s`: between bytes."""

    total_s: float
    silence_s: float
    retries: int


class ClaudeBackend:
    """Answers by the Messages API, with the user's key."""

    name = SERVICE
    capabilities = Capabilities(inline=True, chat=True, local=False)

    def __init__(self, settings: ClaudeSettings, credentials: CredentialSource) -> None:
        self._settings = settings
        self._credentials = credentials
        self._connection: sdk.Connection | None = None
        self._made_for: tuple[Found, str | None] | None = None
        self._making: asyncio.Task[None] | None = None
        self._closed = False
        self._refused: dict[str, set[str]] = {}  # by model: optional fields that it does not take

    def reconfigure(self, settings: ClaudeSettings) -> None:
        """Other settings, from the next stream on; one that runs goes on as it began."""
        if settings.base_url != self._settings.base_url:
            self._refused.clear()  # it was another server that refused
        self._settings = settings

    def model_for(self, kind: Kind) -> str:
        return self._settings.inline_model if models.JOBS[kind].quick else self._settings.model

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Started | Delta | Done, None]:
        """As the contract says. Closing it, or cancelling its task, closes the socket at once."""
        limits = self._limits(prompt)
        model = self.model_for(prompt.kind)
        asked = request.build(prompt, model, refused=self._refused.get(model, ()))
        try:
            async with asyncio.timeout(_READY_S):
                connection = await self._connect()
        except TimeoutError:
            raise faults.late() from None
        deadline = asyncio.get_running_loop().time() + limits.total_s  # the service's time, not that of our imports
        async with connection.use() as client:
            attempt = 0
            while True:
                delivered = False
                reply = Reply(model, tagged=asked.tagged)
                try:
                    async with aclosing(_events(client, asked, limits, deadline)) as events:
                        async for event in events:
                            for item in reply.read(event):
                                delivered = True
                                yield item
                    yield reply.done()
                    return
                except Exception as error:  # boundary: the SDK's errors become ours
                    fault = faults.explain(error, model=model)
                    if fault is None:
                        raise
                    field = fault.refused_field
                    if field and asked.has(field) and not delivered:
                        self._note_refused(model, field, always=fault.refused_always)
                        asked = asked.without(field)
                        continue
                    wait_s = None if delivered else _wait_s(fault, attempt, limits)
                    now = asyncio.get_running_loop().time()
                    if wait_s is None or now + wait_s > deadline:
                        raise fault.error from None  # the cause may hold the request
                await asyncio.sleep(wait_s)
                attempt += 1

    async def count_tokens(self, prompt: ChatPrompt) -> int | None:
        """As the contract says: of what `stream` would send now, within `_COUNT_S`, asked once."""
        model = self.model_for(prompt.kind)
        asked = request.build(prompt, model, refused=self._refused.get(model, ()))
        try:
            async with asyncio.timeout(_COUNT_S):
                connection = await self._connect()
                async with connection.use() as client:
                    counted = await client.messages.count_tokens(**asked.countable, timeout=_COUNT_S)
        except Exception as error:  # boundary: who counts for a preview can do with an estimate
            _log.info("the service did not count tokens: %s", type(error).__name__)
            return None
        tokens = getattr(counted, "input_tokens", None)  # a server that knows no counting may answer with anything
        return tokens if type(tokens) is int and tokens >= 0 else None

    async def prewarm(self, prompt: FillPrompt | None) -> None:
        """Import the SDK and make the client, if there are credentials. Sends nothing."""
        try:
            await self._connect()
        except AutocreaError as error:
            _log.debug("not ready: %s", error)

    async def aclose(self) -> None:
        """Close the client, once the streams that use it have ended. A stream that begins later is stale."""
        self._closed = True
        if self._making:
            self._making.cancel()
        connection, self._connection, self._made_for = self._connection, None, None
        if connection:
            await connection.retire()

    def _note_refused(self, model: str, field: str, *, always: bool) -> None:
        if always:
            _log.info("%s does not take %r; asking without it from now on", model, field)
            self._refused.setdefault(model, set()).add(field)
        else:
            _log.warning("%s does not take this %r; asking without it", model, field)

    def _limits(self, prompt: Prompt) -> _Limits:
        if isinstance(prompt, FillPrompt):
            limit_s = self._settings.inline_timeout_ms / 1000
            return _Limits(total_s=limit_s, silence_s=limit_s, retries=0)  # late is worse than never
        return _Limits(total_s=_CHAT_S, silence_s=_SILENCE_S, retries=2)

    async def _connect(self) -> sdk.Connection:
        """The client for the credentials and base URL of now; made anew when either changed."""
        if self._closed:
            raise StaleRequest("another backend answers now")
        wanted = (await self._credentials.find(PROVIDER), sdk.base_url(self._settings.base_url))
        if self._connection and self._made_for == wanted:
            return self._connection
        if self._making is None:
            self._making = asyncio.create_task(self._make(wanted), name="claude client")
            self._making.add_done_callback(self._made)
        # Shielded: each key typed cancels the request of the one before, and each would start to make a client.
        await asyncio.shield(self._making)
        return await self._connect()  # what is wanted may have changed meanwhile

    async def _make(self, wanted: tuple[Found, str | None]) -> None:
        old = self._connection
        self._connection, self._made_for = await sdk.connect(*wanted), wanted
        if old:
            await old.retire()

    def _made(self, making: asyncio.Task[None]) -> None:
        self._making = None
        if not making.cancelled():
            making.exception()  # fetched, or asyncio complains when every waiter has left


async def _events(
    client: anthropic.AsyncAnthropic, asked: request.Request, limits: _Limits, deadline: float
) -> AsyncGenerator[dict[str, Any], None]:
    """The records of one streamed reply, parsed. Closes the socket however it is left.

    Reads the raw records: the SDK's own reader drops those without an `event:` line in silence, and with them text.
    """
    import httpx2

    async with asyncio.timeout_at(deadline):
        stream = await client.messages.create(
            **asked.body, stream=True, timeout=httpx2.Timeout(limits.silence_s, connect=_CONNECT_S)
        )
    records = cast("AsyncGenerator[_Record, None]", stream.raw_events(stream.response))
    try:
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    record = await anext(records)
            except StopAsyncIteration:
                return
            event = _parsed(record)
            yield event
            if event.get("type") == "message_stop":
                break
        with contextlib.suppress(TimeoutError, httpx2.HTTPError, httpx2.StreamError):
            async with asyncio.timeout(_LAST_BYTES_S):
                async for _ in records:  # nothing of interest; read so that the connection can be used again
                    pass
    finally:
        await stream.close()
        await records.aclose()


def _parsed(record: _Record) -> dict[str, Any]:
    """The record's object. Raises ErrorRecord for an error, json.JSONDecodeError or BrokenReply for no object."""
    if not record.data:
        return {}
    failed = record.event == "error"
    try:
        event = json.loads(record.data)
    except json.JSONDecodeError:
        if not failed:
            raise
        event = {}
    if not isinstance(event, dict):
        raise BrokenReply(SERVICE, "the answer was garbled", hint="Ask once more.")
    if failed or event.get("type") == "error":
        raise faults.ErrorRecord(event)
    return event


def _wait_s(fault: faults.Fault, attempt: int, limits: _Limits) -> float | None:
    """How long to wait before asking again; None: do not."""
    if not fault.retry or attempt >= limits.retries:
        return None
    told = fault.error.retry_after_s if isinstance(fault.error, BackendError) else None
    if told:
        return told if told <= _MAX_WAIT_S else None
    backoff = min(_FIRST_BACKOFF_S * 2**attempt, _MAX_BACKOFF_S)
    return float(backoff * random.uniform(0.75, 1))  # apart from others who were sent away at the same time
