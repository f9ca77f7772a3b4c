"""Where requests go and with which key: settings, environment, the SDK's own login, and no proxy to this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autocrea_lsp.ai.base import FillPrompt
from autocrea_lsp.ai.claude import ClaudeBackend
from autocrea_lsp.errors import NoCredentials, Unavailable, UserError
from autocrea_lsp.settings import ClaudeSettings
from tests.ai.claude.conftest import Keys, answer
from tests.emulators.messages import DEFAULT_KEY, Emulator


async def test_the_environment_names_the_base_url_when_the_setting_is_empty(
    api: Emulator, keys: Keys, fill: FillPrompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
    backend = ClaudeBackend(ClaudeSettings(inline_timeout_ms=20_000), keys)
    assert await answer(backend, fill) == "emulated_answer(42)"
    await backend.aclose()


async def test_no_proxy_is_used_on_the_way_to_this_machine(
    api: Emulator, keys: Keys, fill: FillPrompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.delenv("NO_PROXY", raising=False)
    backend = ClaudeBackend(ClaudeSettings(base_url=api.url, inline_timeout_ms=20_000), keys)
    assert await answer(backend, fill) == "emulated_answer(42)"
    await backend.aclose()


@pytest.mark.parametrize("url", ["127.0.0.1:1", "ftp://127.0.0.1", "http://", "http://127.0.0.1:99999", "nonsense"])
async def test_a_base_url_that_is_none_is_the_users_to_mend(keys: Keys, fill: FillPrompt, url: str) -> None:
    backend = ClaudeBackend(ClaudeSettings(base_url=url), keys)
    with pytest.raises(UserError) as caught:
        await answer(backend, fill)
    assert "baseUrl" in caught.value.hint
    await backend.prewarm(None)  # says nothing, as promised


async def test_an_address_where_nobody_listens_is_unavailable(api: Emulator, keys: Keys, fill: FillPrompt) -> None:
    url = api.url
    await api.__aexit__()
    backend = ClaudeBackend(ClaudeSettings(base_url=url, inline_timeout_ms=20_000), keys)
    with pytest.raises(Unavailable, match="cannot be reached"):
        await answer(backend, fill)
    await backend.aclose()


@pytest.mark.parametrize(
    ("key", "sent"),
    [({"ANTHROPIC_API_KEY": DEFAULT_KEY}, True), ({"ANTHROPIC_AUTH_TOKEN": DEFAULT_KEY}, True), ({}, False)],
)
async def test_the_sdk_is_left_to_find_its_own_credentials(
    api: Emulator, fill: FillPrompt, monkeypatch: pytest.MonkeyPatch, key: dict[str, str], sent: bool
) -> None:
    for name, value in key.items():
        monkeypatch.setenv(name, value)
    backend = ClaudeBackend(ClaudeSettings(base_url=api.url, inline_timeout_ms=20_000), Keys(None))
    if sent:
        assert await answer(backend, fill) == "emulated_answer(42)"
    else:
        with pytest.raises(NoCredentials):
            await answer(backend, fill)
    assert len(api.requests) == int(sent)
    await backend.aclose()


@pytest.mark.parametrize("broken", [False, True])
async def test_a_profile_of_the_sdk_is_used_and_a_broken_one_named(
    api: Emulator, fill: FillPrompt, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, broken: bool
) -> None:
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))
    for name, content in (
        ("configs", {"authentication": {"type": "user_oauth"}}),
        ("credentials", {} if broken else {"access_token": DEFAULT_KEY}),
    ):
        (tmp_path / name).mkdir()
        file = tmp_path / name / "default.json"
        file.write_text(json.dumps(content))
        file.chmod(0o600)
    backend = ClaudeBackend(ClaudeSettings(base_url=api.url, inline_timeout_ms=20_000), Keys(None))
    if broken:
        with pytest.raises(NoCredentials) as caught:
            await answer(backend, fill)
        assert str(tmp_path) not in str(caught.value)
    else:
        assert await answer(backend, fill) == "emulated_answer(42)"
    await backend.aclose()
