"""The log of a build as it is written: a WebSocket of the host's, apart from its API.

The client's first message is {"deploy_id", "site_id", "access_token"}: the one place where the token goes, so the
address must be wss (or on this machine), and no redirect of it is followed. Then frames come, each an entry of the log.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedOK, WebSocketException

from autocrea_lsp import __version__
from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy import origin
from autocrea_lsp.deploy.connection import trust_for
from autocrea_lsp.deploy.errors import HostUnavailable
from autocrea_lsp.deploy.netlify.fields import Json
from autocrea_lsp.deploy.origin import Origin
from autocrea_lsp.errors import UserError

logging.getLogger("websockets").setLevel(logging.INFO)  # what it says below that holds the token

URL = "wss://socketeer.services.netlify.com/build/logs"
OPEN_S = 10.0  # for the connection and its handshake
MAX_FRAME_BYTES = 1 << 20  # more is no log line
_SCHEMES = {"wss": "https", "ws": "http"}
_LOST = "the connection to Netlify's log broke"


class _Straight(connect):
    """A connection that goes where it was sent to: the library would follow a redirect to another origin."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def frames(url: str, *, deploy: str, site: str, token: Secret) -> AsyncGenerator[Json, None]:
    """The entries, from where the host begins, until it closes. Raises HostUnavailable for a loss, and UserError for an
    address that the token may not go to."""
    where = address(url)
    hello = json.dumps({"deploy_id": deploy, "site_id": site, "access_token": token.reveal()})
    logging.getLogger("websockets").setLevel(logging.WARNING)  # it tells whole frames at DEBUG
    secure = where.scheme == "https"
    try:
        async with _Straight(
            url.strip(),
            ssl=await trust_for(where) if secure else None,
            proxy=None if where.loopback else True,
            user_agent_header=f"autocrea-lsp/{__version__}",
            open_timeout=OPEN_S,
            close_timeout=1.0,
            max_size=MAX_FRAME_BYTES,
        ) as connection:
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
