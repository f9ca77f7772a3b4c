"""A WebSocket to a host, by the library's client: straight to the host, and silent about what goes over it."""

from __future__ import annotations

import logging
from typing import Any

from websockets.asyncio.client import connect

from autocrea_lsp import __version__
from autocrea_lsp.deploy.connection import trust_for
from autocrea_lsp.deploy.origin import Origin

CLOSE_S = 1.0  # for the other end to agree to a close; real time

_log = logging.getLogger(__name__)
_log.setLevel(logging.WARNING)  # the library tells headers and whole frames at DEBUG, and so the token


class _Straight(connect):
    """It goes where it was sent to: the library would follow a redirect, and take the token to another origin."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def straight(address: str, at: Origin, **options: Any) -> connect:
    """To be entered or awaited, as the library's `connect`, whose `options` these are. `at`: where the address is."""
    return _Straight(
        address,
        ssl=await trust_for(at) if at.scheme == "https" else None,
        proxy=None if at.loopback else True,
        user_agent_header=f"autocrea-lsp/{__version__}",
        close_timeout=CLOSE_S,
        logger=_log,
        **options,
    )
