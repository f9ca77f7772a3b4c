from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.access import credentials, key_file
from autocrea_lsp.access.credentials import Credentials, report
from autocrea_lsp.errors import NoCredentials

CANARY = "sk-canary-0123456789"
SetKeyring = Callable[[Any], None]


@pytest.fixture
def set_keyring() -> Iterator[SetKeyring]:
    """Put a keyring of the test's own in place: a function that answers `get_password`."""
    import keyring
    import keyring.backend

    before = keyring.get_keyring()

    def install(answer: Any) -> None:
        class Own(keyring.backend.KeyringBackend):
            priority = 1

            def get_password(self, service: str, username: str) -> str | None:
                return answer(service, username)  # type: ignore[no-any-return]

            def set_password(self, service: str, username: str, password: str) -> None:
                raise AssertionError("nothing is ever stored")

        keyring.set_keyring(Own())  # type: ignore[no-untyped-call]  # the library's own constructor

    yield install
    keyring.set_keyring(before)


def write_file(text: str = f'anthropic = "{CANARY}-file"\n', mode: int = 0o600) -> Path:
    file = key_file.path()
    assert file is not None
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)
    return file


async def editor(provider: str) -> str | None:
    return f"{CANARY}-editor-{provider}\n"


async def test_the_first_place_that_has_a_key_wins(set_keyring: SetKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    write_file()
    set_keyring(lambda service, user: f"{CANARY}-keyring-{service}-{user}")
    seen = []
    for ask, variables in (
        (editor, {"ANTHROPIC_API_KEY": f" {CANARY}-key ", "ANTHROPIC_AUTH_TOKEN": "token"}),
        (editor, {"ANTHROPIC_API_KEY": "", "ANTHROPIC_AUTH_TOKEN": f"{CANARY}-token"}),
        (editor, {"ANTHROPIC_PROFILE": "work"}),
        (editor, {}),
        (None, {}),
    ):
        found = await Credentials(ask_editor=ask, environ=variables).find("anthropic")
        seen.append((found.source, found.secret.reveal().removeprefix(CANARY) if found.secret else None))
        assert CANARY not in repr(found)
    set_keyring(lambda _service, _user: None)
    found = await Credentials(environ={}).find("anthropic")
    assert found.secret is not None
    seen.append((found.source, found.secret.reveal().removeprefix(CANARY)))
    assert seen == [
        ("environment", "-key"),
        ("environment", "-token"),
        ("sdk", None),
        ("editor", "-editor-anthropic"),
        ("keyring", "-keyring-autocrea-lsp-anthropic"),
        ("file", "-file"),
    ]


async def test_no_key_anywhere_names_the_ways() -> None:
    with pytest.raises(NoCredentials) as caught:
        await Credentials(environ={}).find("anthropic")
    for way in ("ANTHROPIC_API_KEY", "editor", "keyring set autocrea-lsp anthropic", "credentials.toml", "embedded"):
        assert way in caught.value.hint


@pytest.mark.parametrize(
    ("provider", "variable"),
    [
        ("vercel", "VERCEL_TOKEN"),
        ("netlify", "NETLIFY_AUTH_TOKEN"),
        ("railway", "RAILWAY_TOKEN"),
        ("railway", "RAILWAY_API_TOKEN"),
    ],
)
async def test_a_host_of_deployments_wants_a_token_and_no_backend_does_without(provider: str, variable: str) -> None:
    with pytest.raises(NoCredentials, match=f"no token for {provider}") as caught:
        await Credentials(environ={}).find(provider)
    for way in ("Set ", variable, "the token", f"keyring set autocrea-lsp {provider}", "credentials.toml"):
        assert way in caught.value.hint
    assert "embedded" not in caught.value.hint
    assert (await Credentials(environ={variable: "t"}).find(provider)).source == "environment"


async def test_a_projects_token_goes_before_an_accounts() -> None:
    variables = {"RAILWAY_API_TOKEN": "account", "RAILWAY_TOKEN": "project"}
    found = await Credentials(environ=variables).find("railway")
    assert found.secret is not None
    assert found.secret.reveal() == "project"
    del variables["RAILWAY_TOKEN"]
    assert (await Credentials(environ=variables).find("railway")).source == "environment"


async def test_a_hosts_token_is_found_under_its_name_in_every_place(set_keyring: SetKeyring) -> None:
    seen = []
    for ask, answer in (
        (editor, lambda *_: None),
        (None, lambda _service, user: f"keyring-{user}"),
        (None, lambda *_: None),
    ):
        write_file('vercel = "file"\n')
        set_keyring(answer)
        found = await Credentials(ask_editor=ask, environ={}).find("vercel")
        seen.append((found.source, found.secret and found.secret.reveal()))
    assert seen == [("editor", f"{CANARY}-editor-vercel"), ("keyring", "keyring-vercel"), ("file", "file")]


def raising(error: BaseException) -> Callable[..., str]:
    def answer(*_: str) -> str:
        raise error

    return answer


@pytest.mark.parametrize("error", [RuntimeError("locked"), OSError("no bus"), ValueError()])
async def test_a_keyring_that_fails_is_no_keyring(set_keyring: SetKeyring, error: Exception) -> None:
    set_keyring(raising(error))
    write_file()
    assert (await Credentials(environ={}).find("anthropic")).source == "file"


async def test_no_keyring_at_all_is_no_message(caplog: pytest.LogCaptureFixture) -> None:
    """`conftest.py` sets the backend that raises NoKeyringError."""
    caplog.set_level(logging.INFO)
    write_file()
    assert (await Credentials(environ={}).find("anthropic")).source == "file"
    assert caplog.messages == []


async def test_a_keyring_that_waits_for_a_dialog_is_left_behind(
    set_keyring: SetKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "KEYRING_LIMIT_S", 0.05)
    dialog = threading.Event()
    set_keyring(lambda *_: "late" if dialog.wait(20) else None)
    write_file()
    assert (await Credentials(environ={}).find("anthropic")).source == "file"
    (thread,) = [thread for thread in threading.enumerate() if thread.name == "keyring"]
    assert thread.daemon  # it does not hold up our exit
    assert next(row for row in report("anthropic", environ={}) if row.source == "keyring").detail
    dialog.set()
    await asyncio.to_thread(thread.join, 10)


@pytest.mark.parametrize("answer", [None, "", "  ", ConnectionError("gone")])
async def test_an_editor_without_a_key_is_passed_over(answer: str | Exception | None) -> None:
    async def ask(_provider: str) -> str | None:
        if isinstance(answer, Exception):
            raise answer
        return answer

    write_file()
    assert (await Credentials(ask_editor=ask, environ={}).find("anthropic")).source == "file"


async def test_a_burst_asks_the_editor_once_and_a_cancelled_call_does_not_stop_the_others() -> None:
    asked: list[str] = []
    begun = asyncio.Event()
    answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def ask(provider: str) -> str:
        asked.append(provider)
        begun.set()
        return await answer

    source = Credentials(ask_editor=ask, environ={})
    first, *others = [asyncio.create_task(source.find("anthropic")) for _ in range(4)]
    await begun.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    answer.set_result(CANARY)
    found = await asyncio.gather(*others)
    assert {item.source for item in found} == {"editor"}
    assert (await source.find("anthropic")) is found[0]
    assert asked == ["anthropic"]


async def test_what_was_found_and_what_was_not_is_kept_until_it_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    key: list[str | None] = [None]
    asked = 0

    async def ask(_provider: str) -> str | None:
        nonlocal asked
        asked += 1
        return key[0]

    source = Credentials(ask_editor=ask, environ={})
    for _ in range(2):
        with pytest.raises(NoCredentials):
            await source.find("anthropic")
    assert asked == 1
    key[0] = CANARY
    with pytest.raises(NoCredentials):
        await source.find("anthropic")
    source.forget("another provider")
    with pytest.raises(NoCredentials):
        await source.find("anthropic")
    source.forget("anthropic")
    assert (await source.find("anthropic")).source == "editor"
    key[0] = None
    assert (await source.find("anthropic")).source == "editor"
    source.forget()
    with pytest.raises(NoCredentials):
        await source.find("anthropic")
    assert asked == 3


async def test_a_keyring_that_is_filled_meanwhile_is_seen_without_being_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "NOT_FOUND_FOR_S", 0.0)
    source = Credentials(environ={})
    with pytest.raises(NoCredentials):
        await source.find("anthropic")
    write_file()
    assert (await source.find("anthropic")).source == "file"


async def test_what_is_found_after_it_was_forgotten_is_not_kept() -> None:
    asked = asyncio.Event()
    answers: list[asyncio.Future[str]] = [asyncio.get_running_loop().create_future() for _ in range(2)]
    left = iter(answers)

    async def ask(_provider: str) -> str:
        asked.set()
        return await next(left)

    source = Credentials(ask_editor=ask, environ={})
    old = asyncio.create_task(source.find("anthropic"))
    await asked.wait()
    source.forget("anthropic")
    new = asyncio.create_task(source.find("anthropic"))
    answers[0].set_result("old-key")
    assert (await old).secret is not None
    answers[1].set_result("new-key")
    found = (await new).secret
    assert found is not None
    assert found.reveal() == "new-key"
    assert (await source.find("anthropic")).secret == found


@pytest.mark.parametrize("key", [f"{CANARY} and more", f"{CANARY}\nX-Evil: 1", f"{CANARY}é"])
async def test_what_cannot_be_a_key_is_said_without_showing_it(key: str) -> None:
    for source in (
        Credentials(environ={"ANTHROPIC_API_KEY": key}),
        Credentials(ask_editor=lambda _: asyncio.sleep(0, key), environ={}),
    ):
        with pytest.raises(NoCredentials) as caught:
            await source.find("anthropic")
        assert CANARY not in f"{caught.value!r} {caught.value.hint}"
        assert "not a key" in str(caught.value)


def test_the_report_says_where_and_never_what(set_keyring: SetKeyring) -> None:
    set_keyring(lambda *_: f"{CANARY}-keyring")
    write_file(mode=0o644)
    rows = report("anthropic", environ={"ANTHROPIC_API_KEY": CANARY})
    assert {row.source: row.has_key for row in rows} == {
        "environment": True,
        "sdk": False,
        "keyring": True,
        "file": False,
    }
    assert "chmod 600" in rows[-1].detail
    assert CANARY not in repr(rows)
    write_file()
    assert report("anthropic", environ={})[-1].has_key
