from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.deploy.railway.hosted import Hosted, hosted


@pytest.fixture
async def host(tmp_path: Path, own_home: Path) -> AsyncIterator[Hosted]:
    """A folder called "shop" with a page and a script; the host has never heard of it."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "index.html").write_text("<h1>Hi</h1>")
    (folder / "app.js").write_text("console.log(1)")
    async with hosted(folder) as here:
        yield here


@pytest.fixture
def shop(host: Hosted) -> Hosted:
    """The same, where the host has a project "shop" with a service "shop", and production and staging."""
    project = host.api.world.add_project("shop", environments=("production", "staging"))
    host.api.world.add_service(project, "shop")
    return host
