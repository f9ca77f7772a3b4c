"""What is sent again, after how long, and what is never sent twice."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest

from autocrea_lsp.deploy.answers import Answer
from autocrea_lsp.deploy.errors import (
    BadToken,
    DeployError,
    HostBusy,
    HostRefused,
    HostUnavailable,
    OutcomeUnknown,
    QuotaReached,
)
from autocrea_lsp.deploy.retry import TRIES
from tests.deploy.http_client import client
from tests.deploy.manual_clock import ManualClock
from tests.deploy.raw_server import Behaviour, RawServer, Wire, answer, drop, garble, hang

GOOD = answer(200, '{"good": true}')
BROKEN: list[tuple[str, Behaviour]] = [
    ("500", answer(500)),
    ("502 from a proxy", answer(502, "<html>Bad Gateway")),
    ("503", answer(503)),
    ("504", answer(504)),
    ("408", answer(408, close=True)),
    ("dropped at its first byte", drop(1)),
    ("dropped within its headers", drop(40)),
    ("dropped when it was whole", drop()),
    ("no status line", garble(b"")),
    ("half a status line", garble(b"HTTP/1.1 2")),
    ("half of the headers", answer(200, '{"good": true}', cut=30)),
    ("none of the body", answer(200, '{"good": true}', cut=-14)),
    ("half of the body", answer(200, '{"good": true}', cut=-5)),
    ("a broken chunk", garble(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\r\n")),
    ("nonsense", garble(b"\x16\x03\x01\x02\x00")),
    ("bad packing", answer(200, "not gzip", headers={"content-encoding": "gzip"})),
    ("silence", hang()),
    ("silence within the answer", hang(b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{")),
]


@pytest.mark.parametrize("broken", [pytest.param(each, id=name) for name, each in BROKEN])
async def test_what_may_be_done_twice_is_repeated_until_it_works(broken: Behaviour) -> None:
    clock = ManualClock(auto=True, patience_s=0.05)
    async with RawServer(broken, broken, GOOD) as server:
        http = client(server, clock=clock, chance=lambda: 0.5)
        assert (await http.send("PUT", "/file", json={"a": 1}, repeatable=True)).json() == {"good": True}
        await http.aclose()
    assert clock.sleeps == [0.5, 1.0]
    assert server.requests[2].body == b'{"a":1}'


@pytest.mark.parametrize("broken", [pytest.param(each, id=name) for name, each in BROKEN])
async def test_a_create_is_sent_once_and_its_outcome_is_said_to_be_unknown(broken: Behaviour) -> None:
    clock = ManualClock(auto=True, patience_s=0.05)
    async with RawServer(broken, GOOD) as server:
        http = client(server, clock=clock)
        with pytest.raises(OutcomeUnknown) as caught:
            await http.send("POST", "/v13/deployments", json={"name": "a"}, repeatable=False)
        await http.aclose()
    assert len(server.requests) == 1
    assert clock.sleeps == []
    assert caught.value.hint


@pytest.mark.parametrize("broken", [pytest.param(each, id=name) for name, each in BROKEN])
async def test_after_some_tries_the_host_is_unavailable(broken: Behaviour) -> None:
    started = time.monotonic()
    clock = ManualClock(auto=True, patience_s=0.05)
    async with RawServer(broken) as server:
        http = client(server, clock=clock, chance=lambda: 0.5)
        with pytest.raises(HostUnavailable) as caught:
            await http.get("/")
        await http.aclose()
    assert len(server.requests) == TRIES
    assert clock.sleeps == [0.5, 1.0, 2.0, 4.0]
    assert "Vercel" in str(caught.value)
    assert caught.value.hint
    assert "127.0.0.1" not in caught.value.advice
    assert time.monotonic() - started < 5


async def test_silence_is_counted_from_the_last_byte_that_moved() -> None:
    clock = ManualClock()
    async with RawServer(hang(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{")) as server:
        http = client(server, clock=clock)
        task = asyncio.create_task(http.send("POST", "/", repeatable=False, timeout_s=10))
        await server.until_requested()
        await clock.advance(9)
        assert not task.done()
        await clock.advance(10)
        with pytest.raises(OutcomeUnknown, match="in time"):
            await task
        await http.aclose()


async def test_an_answer_that_comes_slowly_is_waited_for() -> None:
    clock, more = ManualClock(), [asyncio.Event() for _ in range(3)]

    async def slowly(wire: Wire) -> bool:
        await wire.read_head()
        wire.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
        for byte, event in zip((b"1", b"2", b"3"), more, strict=True):
            await event.wait()
            wire.writer.write(byte)
        return True

    async with RawServer(slowly) as server:
        http = client(server, clock=clock)
        task = asyncio.create_task(http.send("POST", "/", repeatable=False, timeout_s=10))
        await server.until_requested()
        for event in more:
            await clock.advance(9)
            event.set()
            await clock.advance(0)
        assert (await task).json() == 123
        await http.aclose()


@pytest.mark.parametrize("repeatable", [True, False])
async def test_where_no_connection_comes_about_even_a_create_is_tried_again(repeatable: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    clock = ManualClock(auto=True)
    http = client(url, clock=clock, chance=lambda: 0.5)
    with pytest.raises(HostUnavailable, match="refused"):
        await http.send("POST", "/", json={}, repeatable=repeatable)
    await http.aclose()
    assert clock.sleeps == [0.5, 1.0, 2.0, 4.0]


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize(
    ("headers", "body", "pause_s"),
    [
        ({"Retry-After": "7"}, "{}", 7),
        ({"Retry-After": "0"}, "{}", 1),
        ({"Retry-After": "1.5"}, "{}", 1.5),
        ({"X-RateLimit-Reset": "1800000009"}, "{}", 9),
        ({}, '{"error": {"code": "rate_limited", "limit": {"resetMs": 1800000012000}}}', 12),
        ({}, "slow down", 0.5),
    ],
)
async def test_a_host_that_is_busy_is_asked_again_when_it_says_also_for_a_create(
    headers: dict[str, str], body: str, pause_s: float, repeatable: bool
) -> None:
    clock = ManualClock(auto=True, now=1_800_000_000.0)
    async with RawServer(answer(429, body, headers=headers), GOOD) as server:
        http = client(server, clock=clock, chance=lambda: 0.0 if body != "slow down" else 0.5)
        assert (await http.send("POST", "/", json={}, repeatable=repeatable)).status == 200
        await http.aclose()
    assert clock.sleeps == [pause_s]


async def test_a_host_that_stays_busy_is_left_alone() -> None:
    clock = ManualClock(auto=True)
    async with RawServer(answer(429, headers={"Retry-After": "60"})) as server:
        http = client(server, clock=clock, chance=lambda: 0.0)
        with pytest.raises(HostBusy) as caught:
            await http.get("/")
        await http.aclose()
    assert len(server.requests) == TRIES
    assert clock.sleeps == [60.0] * 4
    assert caught.value.retry_after_s == 60


@pytest.mark.parametrize("status", [429, 503])
async def test_a_pause_that_is_too_long_is_told_and_not_made(status: int) -> None:
    clock = ManualClock(auto=True)
    async with RawServer(answer(status, headers={"Retry-After": "900"})) as server:
        http = client(server, clock=clock)
        with pytest.raises(HostBusy) as caught:
            await http.get("/")
        await http.aclose()
    assert len(server.requests) == 1
    assert clock.sleeps == []
    assert caught.value.retry_after_s == 900
    assert "15 min" in caught.value.hint


async def test_a_host_that_is_down_is_asked_again_when_it_says() -> None:
    clock = ManualClock(auto=True)
    headers = {"Retry-After": "3", "X-RateLimit-Reset": "9999999999"}
    async with RawServer(answer(503, headers=headers), answer(502, headers=headers), GOOD) as server:
        http = client(server, clock=clock, chance=lambda: 0.0)
        await http.get("/")
        await http.aclose()
    assert clock.sleeps == [3.0, 0.75]  # a proxy's 502 knows nothing of pauses


async def test_what_the_provider_calls_a_quota_is_final_whatever_its_status() -> None:
    def explain(got: Answer) -> DeployError | None:
        return QuotaReached("no more today", status=got.status)

    for status in (429, 503):
        async with RawServer(answer(status, headers={"Retry-After": "1"})) as server:
            http = client(server, explain=explain)
            with pytest.raises(QuotaReached):
                await http.send("POST", "/", json={}, repeatable=False)
            await http.aclose()
            assert len(server.requests) == 1


async def test_the_provider_may_know_how_long_a_host_is_busy() -> None:
    def explain(_got: Answer) -> DeployError | None:
        return HostBusy("later", retry_after_s=11)

    clock = ManualClock(auto=True)
    async with RawServer(answer(403), GOOD) as server:
        http = client(server, explain=explain, clock=clock, chance=lambda: 0.0)
        await http.get("/")
        await http.aclose()
    assert clock.sleeps == [11.0]


async def test_a_refusal_before_the_body_was_read_is_still_heard() -> None:
    async with RawServer(answer(413, '{"error": {"message": "too much"}}', early=True)) as server:
        http = client(server)
        with pytest.raises(HostRefused, match="too much"):
            await http.send("POST", "/", content=b"x" * 4_000_000, repeatable=True)
        await http.aclose()


async def test_a_wrong_token_is_tried_once() -> None:
    async with RawServer(answer(403)) as server:
        http = client(server)
        with pytest.raises(BadToken):
            await http.get("/")
        await http.aclose()
    assert len(server.requests) == 1
