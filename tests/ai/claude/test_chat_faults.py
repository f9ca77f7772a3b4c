"""Chat-like acts when the service fails or the user leaves: one of our errors, one usage row, no open socket."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from autocrea_lsp.ai.base import ChatPrompt, Delta, Done, Started
from autocrea_lsp.ai.claude import ClaudeBackend, backend
from autocrea_lsp.ai.metered import Call, Metered
from autocrea_lsp.errors import BackendError, Refused
from tests.ai.claude.test_faults import EXPECTED
from tests.emulators.messages import SPECS, Emulator, Fault, Rule

MOST_TRIES = 3
LATE = (Fault.STALL, Fault.STALL_FIRST, Fault.PINGS_FOREVER)
GARBLED = (Fault.TRUNCATED_JSON, Fault.NOT_JSON, Fault.REFUSAL)  # we end these, in the middle of a whole reply


@pytest.fixture
def calls() -> list[Call]:
    return []


@pytest.fixture
def metered(claude: ClaudeBackend, calls: list[Call], monkeypatch: pytest.MonkeyPatch) -> Metered:
    """The backend as the acts have it; its limits are the same, shorter."""
    monkeypatch.setattr(backend, "_FIRST_BACKOFF_S", 0.01)
    monkeypatch.setattr(backend, "_MAX_WAIT_S", 0.1)
    monkeypatch.setattr(backend, "_SILENCE_S", 0.3)
    monkeypatch.setattr(backend, "_CHAT_S", 2.0)
    return Metered(claude, calls.append)


@pytest.fixture
def fix(chat: ChatPrompt) -> ChatPrompt:
    return replace(chat, kind="fix", request_id="fix-1", detail="action")


async def outcome(metered: Metered, prompt: ChatPrompt) -> tuple[str, Done | BackendError]:
    text = ""
    try:
        async with aclosing(metered.stream(prompt)) as items:
            async for item in items:
                if isinstance(item, Delta):
                    text += item.text
                elif isinstance(item, Done):
                    return text, item
    except BackendError as error:
        return text, error
    raise AssertionError("neither Done nor an error")


@pytest.mark.parametrize("fault", EXPECTED, ids=lambda fault: fault.value)
async def test_each_fault_is_one_of_our_errors_one_row_and_no_open_socket(
    api: Emulator, metered: Metered, fix: ChatPrompt, calls: list[Call], fault: Fault
) -> None:
    api.fail(fault)
    text, error = await outcome(metered, fix)
    kind, retried = EXPECTED[fault]
    assert type(error) is kind
    assert error.hint
    assert error.service == "claude"
    (call,) = calls  # however often it was asked
    assert (call.outcome, call.error, call.kind, call.request_id, call.detail) == (
        "error", kind.__name__, "fix", "fix-1", "action",
    )  # fmt: skip
    assert call.answer == text
    assert (call.input_tokens + call.cache_write_tokens > 0) == (SPECS[fault].change is not None and bool(text))
    waits = retried and (error.retry_after_s or 0) <= 0.1
    assert len(api.requests) == (MOST_TRIES if waits else 1)
    if fault in (*LATE, *GARBLED):
        await api.wait(lambda requests: all(request.closed for request in requests))
    failed = list(api.requests)
    assert not any(request.completed for request in failed if fault in LATE)
    api.fail(None)
    assert isinstance((await outcome(metered, fix))[1], Done)
    assert [call.outcome for call in calls] == ["error", "ok"]
    assert len(api.requests) == len(failed) + 1


@pytest.mark.parametrize("fault", EXPECTED, ids=lambda fault: fault.value)
async def test_nothing_is_delivered_twice(
    api: Emulator, metered: Metered, fix: ChatPrompt, calls: list[Call], fault: Fault
) -> None:
    """A fault that comes and goes is met before the first piece, where it is asked again, or ends the answer."""
    api.fail(fault, times=1)
    text, end = await outcome(metered, fix)
    whole = "emulated_answer(42)"
    assert whole.startswith(text)
    assert isinstance(end, BackendError) or text == whole
    assert len(calls) == 1
    assert (calls[0].outcome == "ok") == isinstance(end, Done)


async def test_an_answer_that_was_declined_half_way_is_an_error_with_what_it_took(
    api: Emulator, metered: Metered, fix: ChatPrompt, calls: list[Call]
) -> None:
    api.default = Rule(answer="def attack():", stop_reason="refusal")
    text, error = await outcome(metered, fix)
    assert text == "def attack():"
    assert isinstance(error, Refused)
    (call,) = calls
    assert (call.outcome, call.error) == ("error", "Refused")
    assert call.input_tokens > 0
    assert call.output_tokens > 0
    assert (call.cost_micros or 0) > 0


async def test_an_act_may_ask_again_and_each_answer_is_a_row(
    api: Emulator, metered: Metered, fix: ChatPrompt, calls: list[Call]
) -> None:
    api.rules = [Rule(match="monad", answers=["bad", {"answer": "half", "stop_reason": "max_tokens"}, "good"])]
    ends = [await outcome(metered, replace(fix, request_id=f"fix-{number}")) for number in range(3)]
    assert [(text, end.stop) for text, end in ends if isinstance(end, Done)] == [
        ("bad", "end"),
        ("half", "length"),
        ("good", "end"),
    ]
    assert [(call.request_id, call.outcome) for call in calls] == [(f"fix-{number}", "ok") for number in range(3)]


async def _cancel_after(api: Emulator, metered: Metered, prompt: ChatPrompt, count: int) -> None:
    """Cancel the act's task as soon as it has had so many items, and the service has the request."""
    items: list[object] = []

    async def read() -> None:
        async with aclosing(metered.stream(prompt)) as stream:
            async for item in stream:
                items.append(item)
                news.set()

    news = asyncio.Event()
    task = asyncio.create_task(read())
    async with asyncio.timeout(20):
        await api.wait(lambda requests: bool(requests))
        while len(items) < count:
            news.clear()
            await news.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


STEPS = {
    "before the headers": (Fault.STALL_FIRST, Rule(answer="x"), 0, []),
    "before the first piece": (None, Rule(answer="x" * 40, delay_ms_per_delta=60_000), 1, [Started]),
    "between two pieces": (None, Rule(answer="x" * 40_000, delay_ms_per_delta=2, delta_size=1), 5, [Started, Delta]),
}


@pytest.mark.parametrize(("fault", "rule", "items", "kinds"), STEPS.values(), ids=STEPS)
async def test_cancelling_closes_the_socket_at_once_and_is_counted_as_cancelled(
    api: Emulator, claude: ClaudeBackend, fix: ChatPrompt, calls: list[Call],
    fault: Fault | None, rule: Rule, items: int, kinds: list[type],
) -> None:  # fmt: skip
    api.default = rule
    api.fail(fault)
    await _cancel_after(api, Metered(claude, calls.append), fix, items)
    await api.wait(lambda requests: requests[0].closed is not None)
    assert (len(api.requests), api.requests[0].closed, api.requests[0].completed) == (1, "before", False)
    (call,) = calls
    assert (call.outcome, call.error) == ("cancelled", None)
    assert (call.input_tokens + call.cache_write_tokens > 0) == (Started in kinds)
    assert bool(call.answer) == (Delta in kinds)


async def test_cancelling_while_it_waits_to_ask_again_asks_no_more(
    api: Emulator, claude: ClaudeBackend, fix: ChatPrompt, calls: list[Call]
) -> None:
    api.fail(Fault.RATE_LIMITED_SECONDS)  # told to wait a second
    task = asyncio.create_task(outcome(Metered(claude, calls.append), fix))
    await api.wait(lambda requests: len(requests) == 1 and requests[0].completed)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [call.outcome for call in calls] == ["cancelled"]
    await claude.aclose()
    await api.wait(lambda requests: requests[0].closed == "after")
    assert len(api.requests) == 1


async def test_cancelling_before_the_client_is_made_sends_nothing(
    api: Emulator, fix: ChatPrompt, calls: list[Call], claude: ClaudeBackend
) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def slowly(provider: str) -> object:
        begun.set()
        await go.wait()
        raise AssertionError("never")

    claude._credentials.find = slowly  # type: ignore[method-assign, assignment]
    task = asyncio.create_task(outcome(Metered(claude, calls.append), fix))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [call.outcome for call in calls] == ["cancelled"]
    assert api.requests == []


async def test_leaving_early_closes_the_socket_at_once(
    api: Emulator, claude: ClaudeBackend, fix: ChatPrompt, calls: list[Call]
) -> None:
    api.default = Rule(answer="x" * 40_000, delay_ms_per_delta=2, delta_size=1)
    async with aclosing(Metered(claude, calls.append).stream(fix)) as items:
        async for item in items:
            if isinstance(item, Delta):
                break
    await api.wait(lambda requests: requests[0].closed == "before")
    assert [call.outcome for call in calls] == ["ok"]


async def test_an_empty_answer_ends_without_text(api: Emulator, metered: Metered, fix: ChatPrompt) -> None:
    api.default = Rule(answer="")
    text, end = await outcome(metered, fix)
    assert text == ""
    assert isinstance(end, Done)
