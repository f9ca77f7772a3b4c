"""The log of a build as it is written: a WebSocket of the host's, apart from its API.

The client's first message is {"deploy_id", "site_id", "access_token"}: the one place where the token goes, so the
address must be wss (or on this machine), and no redirect of it is followed. Then frames come, each an entry of the log.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosedOK, WebSocketException

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy import origin
from autocrea_lsp.deploy.errors import HostUnavailable
from autocrea_lsp.deploy.netlify.fields import Json
from autocrea_lsp.deploy.origin import Origin
from autocrea_lsp.deploy.websocket import straight
from autocrea_lsp.errors import UserError

URL = "wss://socketeer.services.netlify.com/build/logs"
OPEN_S = 10.0  # for the connection and its handshake
MAX_FRAME_BYTES = 1 << 20  # more is no log line
_SCHEMES = {"wss": "https", "ws": "http"}
_LOST = "the connection to Netlify's log broke"


async def frames(url: str, *, deploy: str, site: str, token: Secret) -> AsyncGenerator[Json, None]:
    """The entries, from where the host begins, until it closes. Raises HostUnavailable for a loss, and UserError for an
    address that the token may not go to."""
    where = address(url)
    hello = json.dumps({"deploy_id": deploy, "site_id": site, "access_token": token.reveal()})
    try:
        async with await straight(url.strip(), where, open_timeout=OPEN_S, max_size=MAX_FRAME_BYTES) as connection:
            await connection.send(hello)
            async with aclosing(_entries(connection)) as entries:
                async for entry in entries:
                    yield entry
    except (OSError, WebSocketException, TimeoutError, ValueError, ImportError):
        raise HostUnavailable(_LOST) from None  # nothing of theirs: it may hold an address, or what was sent


def address(url: str) -> Origin:
    """Where it is. Raises UserError for what a token must not be sent to."""
    scheme, _, rest = url.strip().partition("://")
    if scheme not in _SCHEMES:
        raise UserError(
            "The address of Netlify's log is no wss address.", hint="Use its wss:// address, or leave it empty."
        )
    return origin.check(f"{_SCHEMES[scheme]}://{rest}", title="Netlify's log")


async def _entries(connection: ClientConnection) -> AsyncGenerator[Json, None]:
    try:
        async for frame in connection:
            found: Any = None
            try:
                found = json.loads(frame)
            except (ValueError, RecursionError):
                continue
            for each in found if isinstance(found, list) else [found]:
                if isinstance(each, dict):
                    yield each
    except ConnectionClosedOK:
        return
