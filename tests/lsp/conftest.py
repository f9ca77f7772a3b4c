"""What the tests of deployments over the wire share: a host, a folder, a client, and no pauses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from autocrea_lsp.lsp import progress
from autocrea_lsp.lsp.deploying import documents, following
from tests.lsp.deploy_client import DeployClient
from tests.lsp.deploy_host import World, connected, installed


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every report is told, time goes on quickly in a progress, and a shown log follows at once."""
    monkeypatch.setattr(progress, "REPORT_INTERVAL_S", 0.0)
    monkeypatch.setattr(following, "TICK_S", 0.02)
    monkeypatch.setattr(documents, "REFRESH_S", 0.0)


@pytest.fixture
def world(no_pauses: None) -> Iterator[World]:
    with installed() as host:
        yield host


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    return tmp_path / "shop"


@pytest_asyncio.fixture
async def client(world: World) -> AsyncIterator[DeployClient]:
    async with connected(world) as one:
        yield one
