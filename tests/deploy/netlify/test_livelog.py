"""The connection that a build's log comes over, and the token with it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.errors import HostUnavailable
from autocrea_lsp.deploy.netlify import livelog
from tests.deploy.netlify.hosted import Hosted

TOKEN = "canary-5f0e-of-a-token"


@asynccontextmanager
async def server(answer: Callable[[], bytes]) -> AsyncIterator[tuple[int, list[bytes]]]:
    """One that answers whatever comes with the same; its port, and what came."""
    came: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer())
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1], came


async def read(url: str) -> list[object]:
    return [frame async for frame in livelog.frames(url, deploy="d1", site="s1", token=Secret(TOKEN))]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    async with server(lambda: b"HTTP/1.1 404 Not Found\r\n\r\n") as (elsewhere, came_there):
        location = f"ws://localhost:{elsewhere}/logs"
        head = f"HTTP/1.1 {status} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()
        async with server(lambda: head) as (port, came):
            with pytest.raises(HostUnavailable):
                await read(f"ws://127.0.0.1:{port}/build/logs")
    assert len(came) == 1
    assert came_there == []


async def test_what_is_no_socket_is_said_without_a_word_of_what_was_sent() -> None:
    async with server(lambda: f"HTTP/1.1 500 {TOKEN}\r\n\r\n{TOKEN}".encode()) as (port, came):
        with pytest.raises(HostUnavailable) as caught:
            await read(f"ws://127.0.0.1:{port}/build/logs")
    assert TOKEN not in caught.value.advice
    assert caught.value.__cause__ is None
    assert TOKEN.encode() not in came[0]


async def test_nothing_that_is_sent_is_logged(host: Hosted, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    url = host.api.url.replace("http://", "ws://") + "/build/logs"
    frames = livelog.frames(url, deploy="d1", site="s1", token=Secret(TOKEN))
    assert await anext(frames) == {"type": "error", "message": "Access denied"}
    await frames.aclose()
    assert not [record for record in caplog.records if record.name.startswith("websockets")]  # they quote frames
    assert TOKEN not in caplog.text
