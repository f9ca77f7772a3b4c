"""Answers that are read as they come."""

from __future__ import annotations

import asyncio

import pytest

from autocrea_lsp.deploy.errors import (
    DeployError,
    HostRefused,
    HostUnavailable,
    NotThere,
)
from tests.deploy.http_client import CANARY, client
from tests.deploy.manual_clock import ManualClock
from tests.deploy.raw_server import RawServer, answer, garble, hang


async def test_a_stream_comes_piece_by_piece_and_may_be_silent_for_hours() -> None:
    clock = ManualClock()
    async with RawServer(hang(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")) as server:
        http = client(server, clock=clock)
        async with http.stream("/events", params={"follow": "1"}) as pieces:
            assert await anext(pieces) == b"one"
            more = asyncio.ensure_future(anext(pieces))
            await clock.advance(7200)
            assert not more.done()
            more.cancel()
            await asyncio.wait([more])
        await http.aclose()
    assert server.requests[0].headers["accept-encoding"] == "identity"
    assert server.requests[0].headers["authorization"] == f"Bearer {CANARY}"


async def test_a_stream_that_breaks_says_so_and_is_not_repeated() -> None:
    async with RawServer(answer(200, "line\nline\n", cut=-3)) as server:
        http = client(server)
        async with http.stream("/events") as pieces:
            got = await anext(pieces)
            with pytest.raises(HostUnavailable, match="broke"):
                await anext(pieces)
        await http.aclose()
    assert got == b"line\nli"
    assert len(server.requests) == 1


@pytest.mark.parametrize(("status", "kind"), [(404, NotThere), (503, HostUnavailable), (302, HostRefused)])
async def test_a_stream_with_a_bad_status_is_none(status: int, kind: type[DeployError]) -> None:
    async with RawServer(answer(status, headers={"location": "http://127.0.0.1:1/"})) as server:
        http = client(server)
        with pytest.raises(kind):
            async with http.stream("/events"):
                pass
        await http.aclose()
    assert len(server.requests) == 1


async def test_a_stream_whose_answer_does_not_begin_is_given_up() -> None:
    async with RawServer(hang()) as server:
        http = client(server)
        with pytest.raises(HostUnavailable, match="in time"):
            async with http.stream("/events"):
                pass
        await http.aclose()


async def test_what_the_caller_raises_within_a_stream_is_the_callers() -> None:
    async with RawServer(garble(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nline\n")) as server:
        http = client(server)
        with pytest.raises(OSError, match="mine"):
            async with http.stream("/events"):
                raise OSError("mine")
        await http.aclose()
