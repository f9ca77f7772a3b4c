"""Whether Railway's own program has linked a folder: that one, and none below it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autocrea_lsp.deploy.railway import config


@pytest.mark.parametrize("resolved", [True, False])
async def test_a_folder_is_linked_by_its_own_path(own_home: Path, tmp_path: Path, resolved: bool) -> None:
    shop = tmp_path / "shop"
    (shop / "web").mkdir(parents=True)
    (tmp_path / "way").symlink_to(shop)
    assert not await config.is_linked(shop)
    file = own_home / ".railway" / "config.json"
    file.parent.mkdir()
    named = shop if resolved else tmp_path / "way"
    file.write_text(json.dumps({"projects": {str(named): {"project": "prj", "environment": "env"}}}))
    assert await config.is_linked(tmp_path / "way")
    assert await config.is_linked(shop) is resolved
    assert not await config.is_linked(shop / "web")
