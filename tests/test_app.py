"""Who answers, what the status says, and that nothing is left behind."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from autocrea_lsp.app import App
from autocrea_lsp.errors import (
    AutocreaError,
    BadCredentials,
    BrokenReply,
    NoCredentials,
    NoCredit,
    RateLimited,
    Refused,
    Unavailable,
)
from autocrea_lsp.settings import BackendName, EmbeddedSettings, Settings


@pytest.mark.parametrize(
    ("backend", "key", "weights", "chosen"),
    [
        ("auto", True, True, "claude"),
        ("auto", False, True, "embedded"),
        ("auto", False, False, None),
        ("claude", False, True, None),
        ("claude", True, False, "claude"),
        ("embedded", True, True, "embedded"),
        ("embedded", True, False, None),
        ("none", True, True, None),
    ],
)
async def test_who_answers(
    backend: BackendName,
    key: bool,
    weights: bool,
    chosen: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if key:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test-0123456789abcdef")
    gguf = tmp_path / "model.gguf"
    if weights:
        gguf.write_bytes(b"GGUF" + b"\0" * 64)
    app = App(Settings(backend=backend, embedded=EmbeddedSettings(model_path=str(gguf))))
    try:
        answering = await app.backend()
        assert (answering.name if answering else None) == chosen
        condition = app.condition()
        assert condition.backend == chosen
        assert condition.message
        expected = {"none": "off", "claude": "noKey", "embedded": "error", "auto": "noKey"}[backend]
        assert condition.state == ("ready" if chosen else expected)
        assert condition.installable is (chosen is None and backend in ("auto", "embedded"))
    finally:
        await app.aclose()


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (None, "ready"),
        (BadCredentials("claude", "no"), "noKey"),
        (NoCredentials("no key"), "noKey"),
        (NoCredit("claude", "empty"), "overBudget"),
        (RateLimited("claude", "slow down"), "backendDown"),
        (Unavailable("claude", "away"), "backendDown"),
        (BrokenReply("claude", "cut"), "backendDown"),
        (Refused("claude", "declined"), "backendDown"),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_what_the_last_call_says(
    error: AutocreaError | None, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test-0123456789abcdef")
    app = App(Settings(backend="claude"))
    try:
        await app.backend()
        app.health.note(error)
        assert app.condition().state == state
        app.health.note(None)
        assert app.condition().state == "ready"
    finally:
        await app.aclose()


async def test_settings_that_change_while_the_choice_is_made_are_the_ones_that_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test-0123456789abcdef")
    app = App(Settings(backend="none"))
    try:
        waiting = asyncio.create_task(app.backend())
        await asyncio.sleep(0)
        app.apply(Settings(backend="claude"))
        answering = await waiting
        assert answering is not None
        assert answering.name == "claude"
    finally:
        await app.aclose()


async def test_a_model_that_is_installed_from_elsewhere_is_found_in_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autocrea_lsp.app.LOOK_AGAIN_S", 0.0)
    gguf = tmp_path / "model.gguf"
    app = App(Settings(backend="embedded", embedded=EmbeddedSettings(model_path=str(gguf))))
    try:
        assert await app.backend() is None
        gguf.write_bytes(b"GGUF" + b"\0" * 64)
        answering = await app.backend()
        assert answering is not None
        assert app.condition().state == "ready"
    finally:
        await app.aclose()
