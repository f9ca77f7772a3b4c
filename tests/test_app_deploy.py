"""Deployments in the App: which host is meant, who may be asked, what is in memory, what is loaded when."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import pytest_asyncio

from autocrea_lsp import plugins
from autocrea_lsp.access import key_file
from autocrea_lsp.app import App
from autocrea_lsp.deploy.base import Question
from autocrea_lsp.deploy.jobs import Update
from autocrea_lsp.errors import NoCredentials
from autocrea_lsp.settings import DeploySettings, Settings
from autocrea_lsp.workspace import paths
from tests.lsp.deploy_host import World, installed

CANARY = "vcp_canary0token7Qf3Zs9Lk2Xw8Nb5Tg"


@pytest.fixture
def world() -> Iterator[World]:
    with installed() as host:
        yield host


@pytest_asyncio.fixture
async def app(world: World) -> AsyncIterator[App]:
    app = App(Settings(backend="none"))
    yield app
    await app.aclose()


class Somebody:
    """Who is asked, and hears of everything."""

    def __init__(self, answer: str | None) -> None:
        self.asked: list[Question] = []
        self._answer = answer

    async def ask(self, question: Question) -> str | None:
        self.asked.append(question)
        return self._answer

    def hear(self, _update: Update) -> None: ...


def connect(app: App, answer: str | None, *, trusted: bool = True) -> Somebody:
    somebody = Somebody(answer)
    app.connect_deployments(ask=somebody.ask, on_update=somebody.hear, trusted=lambda: trusted)
    return somebody


@pytest.mark.parametrize(
    ("setting", "linked", "trusted", "meant"),
    [
        ("auto", False, True, "preview"),
        ("auto", True, True, "fake"),
        ("auto", True, False, "preview"),
        ("vercel", True, True, "vercel"),
    ],
)
async def test_the_host_that_is_meant(
    app: App, tmp_path: Path, setting: str, linked: bool, trusted: bool, meant: str
) -> None:
    app.apply(Settings(backend="none", deploy=DeploySettings(provider=setting)))
    connect(app, None, trusted=trusted)
    if linked:
        (tmp_path / ".fake.json").write_text("{}")
    assert await app.default_provider(tmp_path) == meant


async def test_a_broken_host_leaves_the_others(app: App, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    points = plugins.entry_points(group="autocrea_lsp.providers")
    broken = EntryPoint(name="broken", group="autocrea_lsp.providers", value="no_such_module:Host")
    with pytest.MonkeyPatch.context() as patch:  # not the fixture, which ends after `app`'s own
        patch.setattr(plugins, "entry_points", lambda group: [broken, *points])
        assert [host.name for host in await app.deploying.hosts(tmp_path)] == ["fake"]
    assert "'broken' cannot be used" in caplog.text


@pytest.mark.parametrize(("answer", "used"), [("Use it", True), ("Do not use it", False), (None, False)])
async def test_a_vendors_own_login_is_asked_for_and_silence_is_no(
    app: App, own_home: Path, answer: str | None, used: bool
) -> None:
    login = own_home / "xdg_data_home/com.vercel.cli/auth.json"
    login.parent.mkdir(parents=True)
    login.write_text(f'{{"token": "{CANARY}"}}')
    login.chmod(0o600)
    somebody = connect(app, answer)
    await app.deploying.load()
    tokens = app.deploying.tokens
    if used:
        assert (await tokens.token("vercel")).reveal() == CANARY
        assert CANARY in app.credentials_in_memory()
    else:
        with pytest.raises(NoCredentials):
            await tokens.token("vercel")
        assert CANARY not in app.credentials_in_memory()
    (question,) = somebody.asked
    assert question.choices[0] == "Do not use it"
    assert question.text == "Use the login of the Vercel CLI on this machine?"


async def test_a_token_in_memory_is_known_to_the_log_until_credentials_change(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERCEL_TOKEN", CANARY)
    await app.deploying.load()
    await app.deploying.tokens.token("vercel")
    assert CANARY in app.credentials_in_memory()
    app.credentials_changed()
    assert CANARY not in app.credentials_in_memory()


async def test_a_token_that_was_put_right_is_found_at_the_next_act(app: App) -> None:
    await app.deploying.load()
    with pytest.raises(NoCredentials):
        await app.deploying.tokens.token("fake")
    file = paths.private(paths.config_dir()) / key_file.NAME
    file.write_text(f'fake = "{CANARY}"')
    file.chmod(0o600)
    with pytest.raises(NoCredentials):  # that there is none is known for a while
        await app.deploying.tokens.token("fake")
    app.deploying.look_again()
    assert (await app.deploying.tokens.token("fake")).reveal() == CANARY


def test_an_app_alone_loads_no_host_and_no_http() -> None:
    code = (
        "import sys, autocrea_lsp.lsp.serve, autocrea_lsp.lsp.deploying;"
        "print(*[name for name in sys.modules if name.startswith(('autocrea_lsp.deploy', 'httpx'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == []
