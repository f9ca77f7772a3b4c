"""A client with a canary for a token, for a server of a test."""

from __future__ import annotations

from typing import Any

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.http import Http
from tests.deploy.manual_clock import ManualClock
from tests.deploy.raw_server import RawServer

CANARY = "vcp_canary0123456789abcdefgh"


async def canary() -> Secret:
    return Secret(CANARY)


def client(server: RawServer | str, **options: Any) -> Http:
    plain: dict[str, Any] = {"title": "Vercel", "clock": ManualClock(auto=True), "token": canary}
    return Http(server if isinstance(server, str) else server.url, **(plain | options))
