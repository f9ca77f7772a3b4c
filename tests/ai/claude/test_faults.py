from __future__ import annotations

import logging
import traceback
from contextlib import aclosing
from dataclasses import replace

import pytest

from autocrea_lsp.ai.base import ChatPrompt, Delta, Done, FillPrompt, Prompt
from autocrea_lsp.ai.claude import ClaudeBackend, backend
from autocrea_lsp.errors import (
    AutocreaError,
    BackendError,
    BadCredentials,
    BadRequest,
    BrokenReply,
    NoCredit,
    RateLimited,
    Refused,
    Unavailable,
)
from tests.emulators.messages import DEFAULT_KEY, SPECS, Emulator, Fault

# What each fault is in our words, and whether a chat asks again by itself.
EXPECTED: dict[Fault, tuple[type[BackendError], bool]] = {
    Fault.BAD_REQUEST: (BadRequest, False),
    Fault.ECHO_400: (BadRequest, False),
    Fault.SPEND_LIMIT_400: (NoCredit, False),
    Fault.UNAUTHORIZED: (BadCredentials, False),
    Fault.NO_CREDIT: (NoCredit, False),
    Fault.FORBIDDEN: (BadCredentials, False),
    Fault.NOT_FOUND: (BadRequest, False),
    Fault.TIMEOUT_408: (Unavailable, True),
    Fault.CONFLICT: (Unavailable, True),
    Fault.TOO_LARGE: (BadRequest, False),
    Fault.RATE_LIMITED: (RateLimited, True),
    Fault.RATE_LIMITED_SECONDS: (RateLimited, True),
    Fault.RATE_LIMITED_MS: (RateLimited, True),
    Fault.RATE_LIMITED_DATE: (RateLimited, True),
    Fault.RATE_LIMITED_HOUR: (RateLimited, False),  # longer than we wait
    Fault.SPEND_LIMIT_429: (NoCredit, False),
    Fault.SERVER_ERROR: (Unavailable, True),
    Fault.DO_NOT_RETRY: (Unavailable, False),
    Fault.HTML_502: (Unavailable, True),
    Fault.HTML_503: (Unavailable, True),
    Fault.GATEWAY_TIMEOUT: (Unavailable, True),
    Fault.OVERLOADED: (Unavailable, True),
    Fault.OVERLOADED_RETRY_AFTER: (Unavailable, True),
    Fault.ERROR_FIRST: (Unavailable, True),
    Fault.ERROR_LATER: (Unavailable, False),
    Fault.RESET: (BrokenReply, False),
    Fault.CUT: (BrokenReply, False),
    Fault.CLEAN_END: (BrokenReply, False),
    Fault.STALL: (Unavailable, False),
    Fault.STALL_FIRST: (Unavailable, True),
    Fault.PINGS_FOREVER: (Unavailable, False),
    Fault.TRUNCATED_JSON: (BrokenReply, False),
    Fault.NOT_JSON: (BrokenReply, False),
    Fault.REFUSAL: (Refused, False),
    Fault.DROP: (Unavailable, True),
}
CODE_CANARY = "def canary_of_code():"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same limits, shorter."""
    monkeypatch.setattr(backend, "_FIRST_BACKOFF_S", 0.01)
    monkeypatch.setattr(backend, "_SILENCE_S", 0.4)
    monkeypatch.setattr(backend, "_CHAT_S", 2.5)


async def run(claude: ClaudeBackend, prompt: Prompt) -> tuple[str, Done | AutocreaError]:
    """The text that was delivered, and how it ended."""
    text = ""
    try:
        async with aclosing(claude.stream(prompt)) as items:
            async for item in items:
                if isinstance(item, Delta):
                    text += item.text
                elif isinstance(item, Done):
                    return text, item
    except AutocreaError as error:
        return text, error
    raise AssertionError("neither Done nor an error")


def test_every_switch_of_the_emulator_is_expected_or_harmless() -> None:
    assert set(EXPECTED) == {fault for fault in Fault if not SPECS[fault].harmless}


@pytest.mark.parametrize("fault", EXPECTED, ids=lambda fault: fault.value)
async def test_a_fill_meets_it_once_and_is_told_in_our_words(
    api: Emulator, claude: ClaudeBackend, fill: FillPrompt, fault: Fault
) -> None:
    claude.reconfigure(replace(claude._settings, inline_timeout_ms=500))
    api.fail(fault)
    _, error = await run(claude, fill)
    assert isinstance(error, BackendError)
    assert type(error) is EXPECTED[fault][0]
    assert error.hint
    assert error.service == "claude"
    assert len(api.requests) == 1  # typing does not wait for a second try
    if error.status is not None:
        assert str(error.status) in fault.value
    api.fail(None)
    assert (await run(claude, fill))[0] == "emulated_answer(42)"


@pytest.mark.parametrize("fault", EXPECTED, ids=lambda fault: fault.value)
@pytest.mark.usefixtures("impatient")
async def test_a_chat_asks_again_only_where_that_helps(
    api: Emulator, claude: ClaudeBackend, chat: ChatPrompt, fault: Fault
) -> None:
    kind, retries = EXPECTED[fault]
    api.fail(fault, times=1)
    text, end = await run(claude, chat)
    if retries:
        assert isinstance(end, Done)
        assert text == "emulated_answer(42)"
        assert len(api.requests) == 2
    else:
        assert type(end) is kind
        assert len(api.requests) == 1


@pytest.mark.parametrize("fault", [fault for fault in Fault if SPECS[fault].harmless], ids=lambda fault: fault.value)
async def test_what_is_only_unusual_changes_nothing(
    api: Emulator, claude: ClaudeBackend, fill: FillPrompt, chat: ChatPrompt, fault: Fault
) -> None:
    api.default = replace(api.default, answer="größe = 'é𝒳'")
    api.fail(fault)
    for prompt in (fill, chat):
        text, end = await run(claude, prompt)
        assert text == "größe = 'é𝒳'"
        assert isinstance(end, Done)


@pytest.mark.usefixtures("impatient")
async def test_a_chat_gives_up_after_its_third_try(api: Emulator, claude: ClaudeBackend, chat: ChatPrompt) -> None:
    api.fail(Fault.OVERLOADED)
    _, error = await run(claude, chat)
    assert isinstance(error, Unavailable)
    assert len(api.requests) == 3


async def test_a_chat_waits_as_long_as_it_is_told_and_not_longer_than_we_like(
    api: Emulator, claude: ClaudeBackend, chat: ChatPrompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "_MAX_WAIT_S", 1.0)
    api.fail(Fault.RATE_LIMITED_SECONDS, times=1)
    assert isinstance((await run(claude, chat))[1], Done)
    first, second = api.requests
    assert second.received_at - first.received_at >= 0.95

    monkeypatch.setattr(backend, "_MAX_WAIT_S", 0.5)
    api.fail(Fault.RATE_LIMITED_SECONDS)
    _, error = await run(claude, chat)
    assert isinstance(error, RateLimited)
    assert error.retry_after_s == 1.0
    assert len(api.requests) == 3


@pytest.mark.parametrize(
    ("fault", "least_s", "most_s"),
    [
        (Fault.RATE_LIMITED_SECONDS, 1, 1),
        (Fault.RATE_LIMITED_MS, 0.05, 0.05),
        (Fault.RATE_LIMITED_DATE, 0, 2),
        (Fault.RATE_LIMITED_HOUR, 3600, 3600),
        (Fault.OVERLOADED_RETRY_AFTER, 1, 1),
    ],
)
async def test_how_long_to_wait_is_passed_on(
    api: Emulator, claude: ClaudeBackend, fill: FillPrompt, fault: Fault, least_s: float, most_s: float
) -> None:
    api.fail(fault)
    _, error = await run(claude, fill)
    assert isinstance(error, BackendError)
    assert error.retry_after_s is not None
    assert least_s <= error.retry_after_s <= most_s


@pytest.mark.parametrize("fault", EXPECTED, ids=lambda fault: fault.value)
async def test_no_error_or_log_line_shows_the_key_or_the_code(
    api: Emulator, claude: ClaudeBackend, fill: FillPrompt, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    claude.reconfigure(replace(claude._settings, inline_timeout_ms=500))
    caplog.set_level(logging.DEBUG)
    api.fail(fault)
    _, error = await run(claude, replace(fill, prefix=CODE_CANARY))
    assert CODE_CANARY in str(api.requests[0].body)
    assert isinstance(error, AutocreaError)
    shown = "\n".join([str(error), repr(error), error.hint, *traceback.format_exception(error), caplog.text])
    for canary in (DEFAULT_KEY, CODE_CANARY):
        assert canary not in shown


@pytest.mark.parametrize(("model", "field"), [("claude-sonnet-5", "thinking"), ("claude-haiku-4-5", "output_config")])
async def test_a_field_that_the_model_refuses_is_left_out_from_then_on(
    api: Emulator, claude: ClaudeBackend, fill: FillPrompt, model: str, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a model that our table does not know: here it is told something wrong about one."""
    from autocrea_lsp.ai.claude import models

    wrong = replace(models.describe(model), name=model, thinking="between_tools", takes_effort=True)
    if field == "output_config":
        wrong = replace(wrong, thinking="off by default")
    monkeypatch.setitem(models._BY_NAME, model, wrong)
    claude.reconfigure(replace(claude._settings, inline_model=model))
    for _ in range(2):
        assert (await run(claude, fill))[0] == "emulated_answer(42)"
    assert [field in request.body for request in api.requests] == [True, False, False]
    assert [request.status for request in api.requests] == [400, 200, 200]


async def test_a_model_that_the_service_does_not_know_is_named(
    api: Emulator, claude: ClaudeBackend, fill: FillPrompt
) -> None:
    claude.reconfigure(replace(claude._settings, inline_model="claude-hologram-9"))
    _, error = await run(claude, fill)
    assert isinstance(error, BadRequest)
    assert "claude-hologram-9" in str(error)
    assert "inlineModel" in error.hint
