"""What the tests of real processes share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.emulators.messages import Emulator, Rule


@pytest_asyncio.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with Emulator(default=Rule(answer="load(f)")) as api:
        yield api
        assert api.failures == []
