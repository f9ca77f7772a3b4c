"""A machine that can build: Node of the development environment, and isolation, or the reason why a test is skipped."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.deploy.preview.previewing import Here, previews
from tests.sandbox.conftest import require_isolation

if sys.platform != "linux":
    collect_ignore_glob = ["*"]  # these tests look into /proc


@pytest.fixture(autouse=True)
def node_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
async def node() -> None:
    """For tests that build."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("no Node: run `.ci/setup.sh dev`")
    await require_isolation()


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Here]:
    async with previews(tmp_path / "state") as here:
        yield here
