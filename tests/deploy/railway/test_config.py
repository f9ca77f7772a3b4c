"""What Railway's own program knows of folders and logins: read, never written."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.access.credentials import Credentials
from autocrea_lsp.deploy.railway.config import Linked, linked
from autocrea_lsp.deploy.tokens import Tokens
from autocrea_lsp.errors import NoCredentials

CANARY = "rw_canary0123456789abcdefgh"
NOW = 1_800_000_000.0


def write(home: Path, value: object, *, mode: int = 0o600) -> Path:
    file = home / ".railway" / "config.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(value if isinstance(value, str) else json.dumps(value))
    file.chmod(mode)
    return file


def project(path: Path, name: str, **rest: Any) -> dict[str, Any]:
    return {str(path): {"projectPath": str(path), "name": name, "project": name, "environment": "e1", **rest}}


async def test_a_folder_is_linked_by_its_own_path_before_one_above_it(own_home: Path, tmp_path: Path) -> None:
    inner = tmp_path / "shop" / "web"
    inner.mkdir(parents=True)
    write(own_home, {"projects": project(inner.parent, "outer") | project(inner, "inner", service="s1"), "user": {}})
    assert await linked(inner) == Linked(project="inner", environment="e1", service="s1")
    assert await linked(inner.parent) == Linked(project="outer", environment="e1", service="")
    deeper = inner / "src"
    deeper.mkdir()
    assert await linked(deeper) == await linked(inner)
    assert await linked(tmp_path) is None


async def test_a_folder_that_a_link_leads_to_is_known_too(own_home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "real"
    folder.mkdir()
    (tmp_path / "alias").symlink_to(folder)
    write(own_home, {"projects": project(folder, "shop")})
    found = await linked(tmp_path / "alias")
    assert found is not None
    assert found.project == "shop"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"projects": []}', '{"projects": {"/": 5}}', "[" * 100_000, '{"projects": null}']
)
async def test_a_file_that_is_odd_says_nothing(own_home: Path, tmp_path: Path, content: str) -> None:
    write(own_home, content)
    assert await linked(tmp_path) is None


async def test_a_pipe_in_its_place_holds_nobody_up(own_home: Path, tmp_path: Path) -> None:
    (own_home / ".railway").mkdir()
    os.mkfifo(own_home / ".railway" / "config.json")
    assert await linked(tmp_path) is None


async def test_reading_changes_nothing(own_home: Path, tmp_path: Path) -> None:
    file = write(own_home, {"projects": project(tmp_path, "shop"), "user": {"token": CANARY}})
    before = (file.read_bytes(), file.stat().st_mtime_ns, sorted(file.parent.iterdir()))
    found = await linked(tmp_path)
    assert CANARY not in repr(found)
    assert (file.read_bytes(), file.stat().st_mtime_ns, sorted(file.parent.iterdir())) == before


def tokens() -> Tokens:
    async def agree(title: str) -> bool:
        assert title == "Railway"
        return True

    return Tokens(Credentials(environ={}), agree, environ=os.environ, now=lambda: NOW)


@pytest.mark.parametrize(
    "user",
    [
        {"token": CANARY},
        {"accessToken": CANARY, "refreshToken": "other", "tokenExpiresAt": NOW + 3600},
        {"accessToken": CANARY, "token": "older"},
    ],
)
async def test_the_login_is_the_token_after_a_yes(own_home: Path, user: dict[str, Any]) -> None:
    write(own_home, {"projects": {}, "user": user})
    assert (await tokens().token("railway")).reveal() == CANARY


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [
        ({"user": {"accessToken": CANARY, "tokenExpiresAt": NOW - 1}}, 0o600, "has expired"),
        ({"user": {"token": CANARY}}, 0o644, "can be read by others"),
        ({"user": None}, 0o600, "no token for railway"),
    ],
)
async def test_a_login_that_is_not_good_is_said(own_home: Path, content: object, mode: int, says: str) -> None:
    write(own_home, content, mode=mode)
    with pytest.raises(NoCredentials, match=says) as caught:
        await tokens().token("railway")
    assert CANARY not in caught.value.advice


async def test_without_one_the_ways_to_give_a_token_name_railways_program(own_home: Path) -> None:
    with pytest.raises(NoCredentials) as caught:
        await tokens().token("railway")
    assert "railway login" in caught.value.hint
    assert "RAILWAY_TOKEN" in caught.value.hint
