"""The socket itself: where the token goes, and what is no socket of Railway's."""

from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from autocrea_lsp.deploy.errors import HostUnavailable
from autocrea_lsp.deploy.railway import socket
from autocrea_lsp.errors import UserError
from tests.deploy.manual_clock import ManualClock
from tests.deploy.raw_server import RawServer, answer

TOKEN = {"Project-Access-Token": "canary-of-a-project"}


async def connect(url: str) -> None:
    async with socket.opened(url, "/graphql/v2", TOKEN, clock=ManualClock(auto=True)):
        pass


@pytest.fixture
async def elsewhere() -> AsyncIterator[RawServer]:
    async with RawServer(answer(200, b"{}")) as server:
        yield server


async def test_the_token_follows_no_redirect(elsewhere: RawServer) -> None:
    there = elsewhere.url.replace("http", "ws", 1)
    async with RawServer(answer(307, b"", headers={"Location": f"{there}/graphql/v2"})) as server:
        with pytest.raises(HostUnavailable, match="HTTP 307"):
            await connect(server.url)
        assert server.requests[0].headers["project-access-token"] == TOKEN["Project-Access-Token"]
    assert elsewhere.requests == []


@pytest.mark.parametrize("url", ["http://railway.invalid", "ftp://127.0.0.1", "https://user:word@railway.invalid"])
async def test_an_address_that_a_token_must_not_go_to_is_refused(url: str) -> None:
    with pytest.raises(UserError):
        await connect(url)


@pytest.mark.parametrize("status", [200, 404, 500])
async def test_what_is_no_socket_is_said_without_the_token(status: int) -> None:
    async with RawServer(answer(status, b"<html>")) as server:
        with pytest.raises(HostUnavailable) as caught:
            await connect(server.url)
    assert f"HTTP {status}" in str(caught.value)
    assert TOKEN["Project-Access-Token"] not in f"{caught.value.advice} {caught.value.__cause__!r}"


async def test_nobody_there_is_said() -> None:
    with pytest.raises(HostUnavailable, match="no connection"):
        await connect("http://127.0.0.1:9")


async def test_a_socket_of_another_protocol_is_none_of_ours() -> None:
    async def speak(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async with serve(speak, "127.0.0.1", 0, subprotocols=[Subprotocol("graphql-ws")]) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(HostUnavailable):
            await connect(f"http://127.0.0.1:{port}")
