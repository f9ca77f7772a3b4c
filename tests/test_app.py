"""Who answers, what the status says, and that nothing is left behind."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from autocrea_lsp.app import MAX_PAUSE_S, App, Health
from autocrea_lsp.errors import (
    AutocreaError,
    BadCredentials,
    BrokenReply,
    NoCredentials,
    NoCredit,
    RateLimited,
    Refused,
    StaleRequest,
    Unavailable,
)
from autocrea_lsp.settings import BackendName, EmbeddedSettings, Settings


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


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


def test_failures_hold_back_automatic_calls_but_never_for_long() -> None:
    clock = Clock()
    health = Health(clock)
    pauses = []
    for _ in range(12):
        health.note(Unavailable("claude", "away"))
        pauses.append(health.pause_s())
    assert pauses == sorted(pauses)
    assert pauses[-1] == MAX_PAUSE_S
    clock.now += MAX_PAUSE_S
    assert health.pause_s() == 0
    health.note(RateLimited("claude", "later", retry_after_s=3600))
    assert health.pause_s() == MAX_PAUSE_S
    health.note(None)
    assert health.pause_s() == 0


def test_a_request_that_was_overtaken_says_nothing_about_the_backend() -> None:
    health = Health()
    health.note(StaleRequest("newer"))
    assert health.error is None
    assert health.pause_s() == 0
