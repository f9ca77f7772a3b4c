from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.deploy.netlify.hosted import Hosted, hosted


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[Hosted]:
    """A folder called "shop" with a page, a script and a copy of it; the host has never heard of it."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "index.html").write_text("<h1>Hi</h1>")
    (folder / "app.js").write_text("console.log(1)")
    (folder / "copy.js").write_text("console.log(1)")
    async with hosted(folder) as here:
        yield here
