"""Subscriptions: the `graphql-transport-ws` protocol over a WebSocket at the API's own origin.

The token goes in a header of the upgrade, so no redirect is followed: the library would take it along elsewhere.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from autocrea_lsp.deploy import origin
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.connection import lively
from autocrea_lsp.deploy.errors import DeployError, HostUnavailable
from autocrea_lsp.deploy.railway.explaining import not_authorized, refusal
from autocrea_lsp.deploy.railway.fields import Json, record, text
from autocrea_lsp.deploy.websocket import straight

PROTOCOL: Final = Subprotocol("graphql-transport-ws")
HANDSHAKE_S = 10.0  # a second is too short on a busy machine
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
_UNAUTHORIZED = (4401, 4403)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Of one subscription. `data`: of "next"; `error`: of "error", and of a "next" that is a refusal."""

    id: str
    kind: Literal["next", "error", "complete"]
    data: Json = field(default_factory=dict)
    error: DeployError | None = None


class Subscriptions:
    """An open socket that has been let in."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def subscribe(self, key: str, document: str, variables: Mapping[str, Any]) -> None:
        """Ask for it; its messages have that id. Raises HostUnavailable."""
        payload = {"query": document, "variables": dict(variables)}
        await _send(self._connection, {"id": key, "type": "subscribe", "payload": payload})

    async def messages(self) -> AsyncGenerator[Message, None]:
        """What comes, until the socket ends. Raises HostUnavailable when it breaks, BadToken."""
        async for kind, found in _received(self._connection):
            key = text(found, "id")
            if kind == "next":
                payload = record(found, "payload")
                error = refusal(payload)
                yield Message(
                    id=key, kind="next" if error is None else "error", data=record(payload, "data"), error=error
                )
            elif kind == "error":
                error = refusal({"errors": found.get("payload")})
                yield Message(id=key, kind="error", error=error or HostUnavailable("Railway refused a subscription"))
            elif kind == "complete":
                yield Message(id=key, kind="complete")


@asynccontextmanager
async def opened(
    base_url: str, path: str, headers: Mapping[str, str], *, clock: Clock
) -> AsyncGenerator[Subscriptions]:
    """Connected and let in. Raises HostUnavailable, BadToken, and UserError for an address that is not allowed."""
    at = origin.check(base_url, title="Railway")
    address = "ws" + at.address(path).removeprefix("http")
    async with contextlib.AsyncExitStack() as stack:
        with _faults():
            async with lively(clock, HANDSHAKE_S):
                connection = await (
                    await straight(
                        address,
                        at,
                        additional_headers=dict(headers),
                        subprotocols=[PROTOCOL],
                        open_timeout=None,
                        max_size=MAX_MESSAGE_BYTES,
                    )
                )
                stack.push_async_callback(connection.close)
                if connection.subprotocol != PROTOCOL:
                    raise HostUnavailable("Railway's live log speaks another protocol than we do")
                await _send(connection, {"type": "connection_init"})
                await _let_in(connection)
        yield Subscriptions(connection)


async def _let_in(connection: ClientConnection) -> None:
    async for kind, _message in _received(connection):
        if kind == "connection_ack":
            return
    raise HostUnavailable("Railway's live log was closed before it began")


async def _received(connection: ClientConnection) -> AsyncIterator[tuple[str, Json]]:
    """Messages with their type; pings are answered here. Ends when the other end closes properly."""
    with _faults():
        async for raw in connection:
            try:
                found = record(json.loads(raw))
            except (ValueError, RecursionError):
                raise HostUnavailable("Railway's live log sent something that is not JSON") from None
            kind = text(found, "type")
            if kind == "ping":
                await _send(connection, {"type": "pong"})
            elif kind != "pong":
                yield kind, found


async def _send(connection: ClientConnection, message: Mapping[str, Any]) -> None:
    with _faults():
        await connection.send(json.dumps(message))


@contextlib.contextmanager
def _faults() -> Any:
    """The library's errors as ours. None of them holds a header."""
    try:
        yield
    except InvalidStatus as error:
        if error.response.status_code in (401, 403):
            raise not_authorized(f"HTTP {error.response.status_code}") from None
        raise HostUnavailable(f"Railway's live log cannot be had (HTTP {error.response.status_code})") from None
    except ConnectionClosed as error:
        if error.rcvd is not None and error.rcvd.code in _UNAUTHORIZED:
            raise not_authorized("Unauthorized") from None
        raise HostUnavailable("Railway's live log broke off") from None
    except TimeoutError:
        raise HostUnavailable(f"Railway's live log did not begin within {HANDSHAKE_S:g} s") from None
    except (WebSocketException, OSError, EOFError, ValueError):
        raise HostUnavailable("Railway's live log cannot be had: there is no connection") from None
