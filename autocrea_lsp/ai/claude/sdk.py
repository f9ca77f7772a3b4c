"""The vendor's SDK: imported in a thread, made into a client, shared by the streams that use it."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import ipaddress
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autocrea_lsp.access.credentials import Found
from autocrea_lsp.ai.claude import faults
from autocrea_lsp.errors import AutocreaError

if TYPE_CHECKING:
    import anthropic

DEFAULT_BASE_URL = "https://api.anthropic.com"
_LOGGERS = ("anthropic", "httpx2", "httpcore2")


class Connection:
    """A client, and how many streams use it: one that was replaced is closed by the last of them."""

    def __init__(self, client: anthropic.AsyncAnthropic) -> None:
        self._client = client
        self._users = 0
        self._retired = False

    @asynccontextmanager
    async def use(self) -> AsyncIterator[anthropic.AsyncAnthropic]:
        self._users += 1
        try:
            yield self._client
        finally:
            self._users -= 1
            await self._close_if_unused()

    async def retire(self) -> None:
        """No new streams will come. Idempotent."""
        self._retired = True
        await self._close_if_unused()

    async def _close_if_unused(self) -> None:
        if self._retired and not self._users:
            await self._client.close()


def base_url(setting: str) -> str | None:
    """Where requests go: the setting, else the environment, else None (the SDK decides).

    Raises UserError when what is given is no HTTP URL.
    """
    url = setting.strip() or os.environ.get("ANTHROPIC_BASE_URL", "").strip()
    if not url:
        # The SDK would take a variable that is set but empty for a URL.
        return DEFAULT_BASE_URL if "ANTHROPIC_BASE_URL" in os.environ else None
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise faults.bad_base_url()
    return url


async def connect(found: Found, url: str | None) -> Connection:
    """A client for these credentials. In a thread: the import takes a second, the TLS context reads many files.

    Raises NoCredentials when the SDK was to find credentials and does not.
    """
    return Connection(await asyncio.to_thread(_connect, found, url))


def _connect(found: Found, url: str | None) -> anthropic.AsyncAnthropic:
    import anthropic
    import httpx2

    for name in _LOGGERS:  # at debug they log request bodies, which are the user's code
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        client = anthropic.AsyncAnthropic(
            api_key=found.secret.reveal() if found.secret else None,
            base_url=url,
            max_retries=0,  # ours: the SDK waits as long as a header says, without a limit
            open_telemetry=False,
            # A proxy is never wanted on the way to this machine, and the SDK's own client would take one.
            http_client=httpx2.AsyncClient(trust_env=False) if url and _is_loopback(url) else None,
        )
    except Exception as error:
        if isinstance(error, AutocreaError) or not (fault := faults.explain(error, model="")):
            raise
        raise fault.error from None
    if not (client.api_key or client.auth_token or client.credentials):
        raise faults.no_sdk_credentials()
    # What else loads on first use would load in the event loop, within the first request.
    _ = client.messages
    with contextlib.suppress(ImportError):
        importlib.import_module("anyio._backends._asyncio")
    return client


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
