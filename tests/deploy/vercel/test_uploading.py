"""Files on their way: so many at a time, and a word about it now and then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import cast

import pytest

from autocrea_lsp.deploy import sending
from autocrea_lsp.deploy.base import Sent
from autocrea_lsp.deploy.vercel.api import Api
from autocrea_lsp.deploy.vercel.uploading import Upload, upload

FILES = 200


class Slow:
    """An API that takes what it is given, and notes how many do so together."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def upload(
        self, _account: str, _digest: str, _size: int, content: Callable[[], AsyncIterator[bytes]]
    ) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        async for _piece in content():
            await asyncio.sleep(0)
        self.now -= 1


async def content() -> AsyncGenerator[bytes, None]:
    yield b"12"
    yield b"3"


async def send(api: Slow, at_once: int) -> list[Sent]:
    uploads = {f"{number:040}": Upload(name=f"file{number}", size=3, open=content) for number in range(FILES)}
    return [sent async for sent in upload(cast("Api", api), "", uploads, at_once=at_once)]


@pytest.mark.parametrize("at_once", [1, 7])
async def test_no_more_go_together_than_is_said(at_once: int) -> None:
    api = Slow()
    await send(api, at_once)
    assert api.most == at_once


async def test_it_is_told_at_the_beginning_at_the_end_and_seldom_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "TELL_S", 60.0)
    told = await send(Slow(), 10)
    assert (told[0].files, told[0].bytes) == (0, 0)
    assert (told[-1].files, told[-1].bytes, told[-1].total_bytes) == (FILES, 3 * FILES, 3 * FILES)
    assert len(told) == 2
    monkeypatch.setattr(sending, "TELL_S", 0.0)
    assert len(await send(Slow(), 10)) > 10
