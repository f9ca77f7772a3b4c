"""An editor over a fake host, for the tests of jobs."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.deploy.desk import Desk, Open, opened
from tests.deploy.fake_host import Host
from tests.deploy.manual_clock import ManualClock


@pytest.fixture
def host() -> Host:
    return Host()


@pytest_asyncio.fixture
async def open_desk(tmp_path: Path, host: Host) -> AsyncGenerator[Open, None]:
    async with opened(tmp_path / "autocrea.db", host, ManualClock(auto=True)) as open_:
        yield open_


@pytest.fixture
def desk(open_desk: Open) -> Desk:
    return open_desk()
