"""What goes out, over real sockets."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncIterator

import pytest

from autocrea_lsp.deploy.errors import (
    HostUnavailable,
    OutcomeUnknown,
)
from autocrea_lsp.deploy.http import segment
from tests.deploy.http_client import CANARY, client
from tests.deploy.manual_clock import ManualClock
from tests.deploy.raw_server import RawServer, answer, drop, hang

MB = 1024 * 1024


async def test_a_request_carries_the_token_our_name_and_what_was_asked() -> None:
    async with RawServer(answer(200, '{"id": 1}', headers={"X-Two": "b"})) as server:
        http = client(server)
        got = await http.get("/v2/user", params={"teamId": "team_é &1", "left": None, "n": 3}, headers={"X-Own": "e"})
        await http.aclose()
    (request,) = server.requests
    assert (request.method, request.path) == ("GET", "/v2/user")
    assert request.query == {"teamId": "team_é &1", "n": "3"}
    assert request.headers["authorization"] == f"Bearer {CANARY}"
    assert request.headers["user-agent"].startswith("autocrea-lsp/")
    assert request.headers["accept"] == "application/json"
    assert (got.status, got.json(), got.headers["x-two"]) == (200, {"id": 1}, "b")


async def test_the_headers_of_a_token_are_the_hosts_own_and_a_caller_cannot_replace_them() -> None:
    async with RawServer() as server:
        http = client(server, token_header="Project-Access-Token", token_prefix="")
        await http.get("/", headers={"project-access-token": "another", "Accept": "*/*"})
        await http.aclose()
    assert server.requests[0].headers["project-access-token"] == CANARY
    assert server.requests[0].headers["accept"] == "*/*"
    assert "authorization" not in server.requests[0].headers


async def test_data_goes_out_as_compact_json() -> None:
    async with RawServer() as server:
        http = client(server)
        await http.send("POST", "/v13/deployments", json={"name": "é", "files": []}, repeatable=False)
        await http.aclose()
    assert server.requests[0].body == '{"name":"é","files":[]}'.encode()
    assert server.requests[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize("told", [True, False])
async def test_a_body_is_streamed_with_its_size_or_in_chunks_and_never_held(told: bool) -> None:
    piece, count = b"x" * (256 * 1024), 800  # 200 MB

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(count):
            yield piece

    async with RawServer() as server:
        http = client(server)
        await http.get("/warm")
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        await http.send("POST", "/v2/files", content=pieces, size=count * len(piece) if told else None, repeatable=True)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        await http.aclose()
    assert server.requests[1].size == 200 * MB
    assert ("content-length" in server.requests[1].headers) is told
    assert peak - before < 8 * MB


async def test_a_body_is_made_anew_for_each_attempt_and_closed_each_time() -> None:
    made: list[str] = []

    async def pieces() -> AsyncIterator[bytes]:
        made.append("made")
        try:
            yield b"half"
            yield b"half"
        finally:
            made.append("closed")

    async with RawServer(answer(500, early=True), answer(200)) as server:
        http = client(server)
        await http.send("PUT", "/f", content=pieces, size=8, repeatable=True)
        await http.aclose()
    assert server.requests[1].body == b"halfhalf"
    assert made == ["made", "closed", "made", "closed"]


async def test_a_body_of_which_only_the_beginning_went_out_is_closed() -> None:
    closed = False

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal closed
        try:
            while True:
                yield b"x" * MB
        finally:
            closed = True

    async with RawServer(drop(at=1000)) as server:
        http = client(server)
        with pytest.raises(OutcomeUnknown):
            await http.send("POST", "/f", content=pieces, repeatable=False)
        assert closed
        await http.aclose()


@pytest.mark.parametrize("error", [OSError("disk"), ValueError("changed")])
@pytest.mark.parametrize("repeatable", [True, False])
async def test_what_goes_wrong_while_a_body_is_made_is_not_the_hosts_doing(error: Exception, repeatable: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"half"
        raise error

    async with RawServer() as server:
        http = client(server)
        with pytest.raises(type(error)) as caught:
            await http.send("PUT", "/f", content=pieces, size=8, repeatable=repeatable)
        await http.aclose()
    assert caught.value is error
    assert len(server.requests) == 1


async def test_cancelling_closes_the_body_and_the_connection() -> None:
    begun, closed = asyncio.Event(), asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        try:
            yield b"half"
            begun.set()
            await asyncio.Event().wait()
        finally:
            closed.set()

    async with RawServer() as server:
        http = client(server, clock=ManualClock())
        task = asyncio.create_task(http.send("PUT", "/f", content=pieces, size=8, repeatable=True))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert closed.is_set()
        assert (await http.get("/")).status == 200  # over a new connection
        await http.aclose()
    assert server.connections == 2


async def test_cookies_are_not_kept() -> None:
    async with RawServer(answer(200, headers={"Set-Cookie": "a=b; Path=/"})) as server:
        http = client(server)
        await http.get("/")
        await http.get("/")
        await http.aclose()
    assert all("cookie" not in request.headers for request in server.requests)


async def test_requests_share_connections() -> None:
    async with RawServer() as server:
        http = client(server)
        for _ in range(20):
            await http.get("/")
        await asyncio.gather(*(http.get("/") for _ in range(10)))
        await http.aclose()
    assert len(server.requests) == 30
    assert server.connections <= 11


async def test_a_closed_client_asks_no_more() -> None:
    async with RawServer(hang()) as server:
        http = client(server, clock=ManualClock())
        waiting = asyncio.create_task(http.send("POST", "/", repeatable=False))
        await server.until_requested()
        await http.aclose()
        with pytest.raises(OutcomeUnknown):
            await waiting
        with pytest.raises(HostUnavailable, match="closing"):
            await http.get("/")
        await http.aclose()


@pytest.mark.parametrize("text", ["a/b", "..", ".", "ü ?#%", "team_1", "x.vercel.app"])
async def test_a_segment_stays_one(text: str) -> None:
    async with RawServer() as server:
        http = client(server)
        await http.get(f"/v9/projects/{segment(text)}/env")
        await http.aclose()
    parts = server.requests[0].path.split("/")
    assert parts[:3] == ["", "v9", "projects"]
    assert parts[4:] == ["env"]
