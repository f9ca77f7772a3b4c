"""The connections to a host: no more than there may be, none that nobody needs."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from autocrea_lsp.deploy import connection, origin
from autocrea_lsp.deploy.connection import Connections
from autocrea_lsp.deploy.errors import HostUnavailable


def connections() -> Connections:
    return Connections(origin.check("http://127.0.0.1:1", title="Vercel"), title="Vercel", transport=None)


async def test_who_comes_when_all_are_taken_waits_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MAX_CONNECTIONS", 2)
    each = connections()

    async def take() -> httpx.AsyncClient:
        async with each.take() as client:
            return client

    async with each.take() as first, each.take() as second:
        assert first is not second
        third = asyncio.create_task(take())
        for _ in range(5):
            await asyncio.sleep(0)
        assert not third.done()
    assert await third in (first, second)
    await each.aclose()


async def test_the_latest_is_used_again_and_the_others_are_closed_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    each = connections()
    async with each.take() as first, each.take() as second:
        pass
    async with each.take() as again:
        assert again is first  # given back last
        monkeypatch.setattr(connection, "KEPT_OPEN_S", -1.0)
    assert (first.is_closed, second.is_closed) == (True, True)
    await each.aclose()


async def test_closing_closes_all_and_ends_it() -> None:
    each = connections()
    async with each.take() as taken:
        async with each.take() as idle:
            pass
        await each.aclose()
        assert (taken.is_closed, idle.is_closed) == (True, True)
    with pytest.raises(HostUnavailable, match="closing"):
        async with each.take():
            pass
