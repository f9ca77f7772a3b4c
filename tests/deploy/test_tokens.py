"""Whose token is used, who is asked before, and what becomes of it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from pathlib import Path

import pytest

from autocrea_lsp.access.credentials import Credentials
from autocrea_lsp.deploy.tokens import Tokens
from autocrea_lsp.errors import NoCredentials

CANARY = "vca_canary0123456789abcdefgh"
NOW = 1_800_000_000.0


class User:
    """Answers in turn; the last answer stays."""

    def __init__(self, *answers: bool) -> None:
        self.answers, self.asked = list(answers), list[str]()

    async def allow(self, title: str) -> bool:
        self.asked.append(title)
        await asyncio.sleep(0)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def file(own_home: Path) -> Path:
    file = Path(os.environ["XDG_DATA_HOME"]) / "com.vercel.cli" / "auth.json"
    file.parent.mkdir(parents=True)
    write(file, {"// Note": "secret", "token": CANARY})
    return file


def write(file: Path, value: object, *, mode: int = 0o600) -> None:
    file.write_text(value if isinstance(value, str) else json.dumps(value))
    file.chmod(mode)


def make(user: User, *, now: float = NOW, **environ: str) -> Tokens:
    return Tokens(Credentials(environ=environ), user.allow, environ={**os.environ, **environ}, now=lambda: now)


async def test_a_token_that_was_given_to_us_goes_first_and_nobody_is_asked(file: Path) -> None:
    user = User(True)
    tokens = make(user, VERCEL_TOKEN="given")
    assert (await tokens.token("vercel")).reveal() == "given"
    assert tokens.in_memory() == ["given"]
    assert user.asked == []


async def test_after_a_yes_the_login_is_used_and_stays_in_memory_alone(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    user = User(True)
    tokens = make(user)
    assert CANARY not in tokens.in_memory()
    for _ in range(3):
        assert (await tokens.token("vercel")).reveal() == CANARY
    assert user.asked == ["Vercel"]
    assert tokens.in_memory() == [CANARY]
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert CANARY not in caplog.text
    tokens.forget()
    assert tokens.in_memory() == []


async def test_a_token_that_was_given_to_us_is_looked_up_again_when_it_is_forgotten(own_home: Path) -> None:
    environ = {"VERCEL_TOKEN": "old"}
    tokens = Tokens(Credentials(environ=environ), User(True).allow)
    await tokens.token("vercel")
    environ["VERCEL_TOKEN"] = "new"
    assert (await tokens.token("vercel")).reveal() == "old"
    tokens.forget("vercel")
    assert (await tokens.token("vercel")).reveal() == "new"


async def test_many_who_want_it_at_once_are_one_question(file: Path) -> None:
    user = User(True)
    tokens = make(user)
    got = await asyncio.gather(*(tokens.token("vercel") for _ in range(10)))
    assert {secret.reveal() for secret in got} == {CANARY}
    assert user.asked == ["Vercel"]


async def test_after_a_no_it_is_never_read_and_not_asked_again_until_something_changes(file: Path) -> None:
    user = User(False, True)
    tokens = make(user)
    for _ in range(3):
        with pytest.raises(NoCredentials) as caught:
            await tokens.token("vercel")
    assert user.asked == ["Vercel"]
    assert "VERCEL_TOKEN" in caught.value.hint
    assert "vercel login" in caught.value.hint
    tokens.forget("netlify")
    with pytest.raises(NoCredentials):
        await tokens.token("vercel")
    tokens.forget("vercel")
    assert (await tokens.token("vercel")).reveal() == CANARY
    assert user.asked == ["Vercel", "Vercel"]


async def test_after_a_yes_a_refused_token_is_read_anew_without_a_question(file: Path) -> None:
    user = User(True)
    tokens = make(user)
    await tokens.token("vercel")
    write(file, {"token": "vca_renewed"})
    tokens.forget("vercel")
    assert (await tokens.token("vercel")).reveal() == "vca_renewed"
    assert user.asked == ["Vercel"]


async def test_where_there_is_no_login_nobody_is_asked(own_home: Path) -> None:
    user = User(True)
    with pytest.raises(NoCredentials) as caught:
        await make(user).token("vercel")
    assert user.asked == []
    assert "vercel login" in caught.value.hint
    with pytest.raises(NoCredentials) as caught:
        await make(user).token("netlify")
    assert "NETLIFY_AUTH_TOKEN" in caught.value.hint


@pytest.mark.parametrize(
    ("expires_at", "good"), [(NOW + 3600, True), (NOW + 30, False), (NOW - 1, False), (None, True), ("x", True)]
)
async def test_a_login_that_has_expired_is_said_and_never_refreshed(file: Path, expires_at: object, good: bool) -> None:
    write(file, {"token": CANARY, "refreshToken": "vcr_never", "expiresAt": expires_at})
    tokens = make(User(True))
    if good:
        assert (await tokens.token("vercel")).reveal() == CANARY
        return
    with pytest.raises(NoCredentials, match="expired") as caught:
        await tokens.token("vercel")
    assert "vercel login" in caught.value.hint
    write(file, {"token": "vca_renewed", "expiresAt": NOW + 3600})  # by the program itself
    assert (await tokens.token("vercel")).reveal() == "vca_renewed"


async def test_a_login_that_expires_while_it_is_held_is_looked_up_again(file: Path) -> None:
    write(file, {"token": CANARY, "expiresAt": NOW + 3600})
    now = NOW
    tokens = Tokens(Credentials(environ={}), User(True).allow, now=lambda: now)
    await tokens.token("vercel")
    now += 3600
    with pytest.raises(NoCredentials, match="expired"):
        await tokens.token("vercel")


def linked(file: Path) -> None:
    file.rename(file.with_name("elsewhere"))
    file.symlink_to(file.with_name("elsewhere"))


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        ({"token": CANARY}, 0o644, "chmod 600"),
        ({"token": CANARY}, 0o660, "chmod 600"),
        (f'{{"token": "{CANARY}"', 0o600, "not JSON"),
        ({"token": f"{CANARY} and more"}, 0o600, "no usable token"),
        ("#" * 100_000, 0o600, "too large"),
        ("link", 0o600, "symbolic link"),
    ],
)
async def test_a_file_that_others_can_read_or_is_not_right_is_refused(
    file: Path, content: object, mode: int, said: str
) -> None:
    if content == "link":
        linked(file)
    else:
        write(file, content, mode=mode)
    with pytest.raises(NoCredentials) as caught:
        await make(User(True)).token("vercel")
    assert said in caught.value.advice
    assert CANARY not in caught.value.advice
    assert str(file.parent) not in caught.value.advice


@pytest.mark.parametrize("content", [{}, {"token": ""}, {"token": 7}, [], "null", {"refreshToken": "vcr_x"}])
async def test_a_file_without_a_token_is_no_login(file: Path, content: object) -> None:
    write(file, content)
    with pytest.raises(NoCredentials, match="no token for vercel"):
        await make(User(True)).token("vercel")


async def test_only_the_fixed_place_is_looked_at(
    file: Path, own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative directory would make it depend on where the server was started: in a workspace, say."""
    workspace = tmp_path / "data" / "com.vercel.cli"
    workspace.mkdir(parents=True)
    write(workspace / "auth.json", {"token": "vca_of_the_workspace"})
    monkeypatch.chdir(tmp_path)
    at_home = own_home / ".local" / "share" / "com.vercel.cli" / "auth.json"
    at_home.parent.mkdir(parents=True)
    write(at_home, {"token": "vca_at_home"})
    assert (await make(User(True), XDG_DATA_HOME="data").token("vercel")).reveal() == "vca_at_home"
    assert (await make(User(True), XDG_DATA_HOME="").token("vercel")).reveal() == "vca_at_home"
    assert (await make(User(True)).token("vercel")).reveal() == CANARY
