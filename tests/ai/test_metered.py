from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import pytest

from autocrea_lsp.ai.base import (
    Capabilities,
    ChatPrompt,
    Delta,
    Done,
    FillPrompt,
    Kind,
    Message,
    Prompt,
    Started,
)
from autocrea_lsp.ai.metered import CARET, FILLS_KEPT, PROMPTS_KEPT, Call, Metered
from autocrea_lsp.errors import NoCredentials, OverBudget, RateLimited, StaleRequest

FILL = FillPrompt(
    prefix="a = ", suffix="\nb", first_line=0, language="python", file_name="a.py", request_id="r1", detail="menu"
)
CHAT = ChatPrompt(stable="rules", messages=(Message(role="user", text="why?"),), kind="explain")
STARTED = Started(model="claude-haiku-5-5", input_tokens=1000, cache_read_tokens=500)
DONE = Done(model="claude-haiku-5-5", stop="end", input_tokens=1000, output_tokens=20, cache_read_tokens=500)


class Scripted:
    """A backend that says what it is told to, then fails, hangs or ends."""

    name = "scripted"

    def __init__(self, *items: Started | Delta | Done | Exception, hang: bool = False, local: bool = False) -> None:
        self.capabilities = Capabilities(inline=True, chat=True, local=local)
        self.closed = asyncio.Event()
        self.hanging = asyncio.Event()
        self.prewarmed: list[FillPrompt | None] = []
        self._items, self._hang = items, hang

    def model_for(self, kind: Kind) -> str:
        return f"model-of-{kind}"

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Started | Delta | Done, None]:
        try:
            for item in self._items:
                if isinstance(item, Exception):
                    raise item
                yield item
            if self._hang:
                self.hanging.set()
                await asyncio.Event().wait()
        finally:
            self.closed.set()

    async def count_tokens(self, prompt: ChatPrompt) -> int | None:
        return len(prompt.stable)

    async def prewarm(self, prompt: FillPrompt | None) -> None:
        self.prewarmed.append(prompt)

    async def aclose(self) -> None:
        self.closed.set()


async def read(backend: Metered, prompt: Prompt = FILL, until: int | None = None) -> list[Started | Delta | Done]:
    items: list[Started | Delta | Done] = []
    async with aclosing(backend.stream(prompt)) as stream:
        async for item in stream:
            items.append(item)
            if until is not None and len(items) >= until:
                break
    return items


async def test_a_whole_answer_is_one_call_with_its_counts() -> None:
    calls: list[Call] = []
    text = [Delta(text="1 + "), Delta(text="1")]
    items = await read(Metered(Scripted(STARTED, *text, DONE), calls.append))
    assert items == [STARTED, *text, DONE]  # nothing is changed on the way
    (call,) = calls
    assert (call.backend, call.model, call.kind, call.outcome) == ("scripted", "claude-haiku-5-5", "complete", "ok")
    assert (call.input_tokens, call.output_tokens, call.cache_read_tokens, call.cache_write_tokens) == (
        1000,
        20,
        500,
        0,
    )
    assert call.cost_micros == 115
    assert call.error is None
    assert call.first_token_ms is not None
    assert 0 <= call.first_token_ms <= call.latency_ms
    assert (call.request_id, call.detail) == ("r1", "menu")
    assert (call.prompt, call.answer) == (f"a = {CARET}\nb", "1 + 1")
    assert "1 + 1" not in repr(call)
    assert "a = " not in repr(call)


async def test_leaving_after_some_text_is_ok_with_estimated_output() -> None:
    calls: list[Call] = []
    inner = Scripted(STARTED, Delta(text="reduce("), DONE)
    await read(Metered(inner, calls.append), until=2)
    assert inner.closed.is_set()  # closed with us, not when the collector comes
    (call,) = calls
    assert call.outcome == "ok"
    assert (call.input_tokens, call.cache_read_tokens, call.output_tokens) == (1000, 500, 3)
    assert call.cost_micros == 107  # 106.5: what was read is known, what was written estimated


async def test_leaving_before_any_text_is_cancelled() -> None:
    calls: list[Call] = []
    await read(Metered(Scripted(STARTED, Delta(text="x"), DONE), calls.append), until=1)
    (call,) = calls
    assert (call.outcome, call.input_tokens, call.output_tokens, call.first_token_ms) == ("cancelled", 1000, 0, None)


async def test_leaving_after_the_end_is_ok_even_without_text() -> None:
    calls: list[Call] = []
    await read(Metered(Scripted(STARTED, DONE), calls.append), until=2)
    assert [call.outcome for call in calls] == ["ok"]


@pytest.mark.parametrize("items", [(), (STARTED,), (STARTED, Delta(text="some text"))])
async def test_a_cancelled_task_is_cancelled_whatever_it_got(items: tuple[Started | Delta, ...]) -> None:
    calls: list[Call] = []
    inner = Scripted(*items, hang=True)
    task = asyncio.create_task(read(Metered(inner, calls.append)))
    await inner.hanging.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (call,) = calls
    assert call.outcome == "cancelled"
    assert call.error is None
    assert call.model == (STARTED.model if items else "model-of-complete")
    assert inner.closed.is_set()


async def test_a_task_cancelled_between_two_pieces_is_cancelled_too() -> None:
    calls: list[Call] = []
    got = asyncio.Event()

    async def slow_reader() -> None:
        async with aclosing(Metered(Scripted(STARTED, Delta(text="x"), DONE), calls.append).stream(FILL)) as stream:
            async for item in stream:
                if isinstance(item, Delta):
                    got.set()
                    await asyncio.Event().wait()

    task = asyncio.create_task(slow_reader())
    await got.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [call.outcome for call in calls] == ["cancelled"]


async def test_an_error_is_passed_on_and_named() -> None:
    calls: list[Call] = []
    error = RateLimited("scripted", "slow down")
    with pytest.raises(RateLimited) as caught:
        await read(Metered(Scripted(error), calls.append), CHAT)
    assert caught.value is error
    (call,) = calls
    assert (call.outcome, call.error, call.kind, call.model) == ("error", "RateLimited", "explain", "model-of-explain")
    assert call.prompt == "user: why?"
    assert call.request_id  # made here, as the prompt had none


async def test_a_local_model_costs_nothing_and_an_unknown_one_is_not_priced() -> None:
    unknown = Done(model="a-model-nobody-knows", stop="end", input_tokens=10)
    for local, cost in ((True, 0), (False, None)):
        calls: list[Call] = []
        await read(Metered(Scripted(unknown, local=local), calls.append))
        assert [call.cost_micros for call in calls] == [cost]


async def test_a_sink_that_fails_does_not_disturb_the_answer(caplog: pytest.LogCaptureFixture) -> None:
    def sink(_call: Call) -> None:
        raise OSError("disk full")

    assert await read(Metered(Scripted(STARTED, DONE), sink)) == [STARTED, DONE]
    assert "not counted" in caplog.text


async def test_it_is_its_backend_in_everything_else() -> None:
    inner = Scripted()
    metered = Metered(inner, lambda _call: None)
    assert (metered.name, metered.capabilities, metered.model_for("fix")) == (
        "scripted",
        inner.capabilities,
        "model-of-fix",
    )
    assert await metered.count_tokens(CHAT) == len(CHAT.stable)
    assert not metered.last_prompts
    await metered.prewarm(FILL)
    await metered.aclose()
    assert inner.prewarmed == [FILL]
    assert inner.closed.is_set()


async def test_what_was_sent_is_kept_from_the_start_and_completed_at_the_end() -> None:
    metered = Metered(Scripted(STARTED, Delta(text="1 + 1"), DONE), lambda _call: None)
    before = time.time()
    async with aclosing(metered.stream(CHAT)) as items:
        await anext(items)
        (sent,) = metered.last_prompts
        assert (sent.prompt, sent.backend, sent.model) == (CHAT, "scripted", "model-of-explain")
        assert sent.outcome is None
        assert (sent.input_tokens, sent.output_tokens, sent.cost_micros) == (0, 0, None)
        assert before <= sent.at <= time.time()
        _ = [item async for item in items]
    (done,) = metered.last_prompts
    assert (done.prompt, done.at, done.model, done.outcome) == (CHAT, sent.at, "claude-haiku-5-5", "ok")
    assert (done.input_tokens, done.output_tokens, done.cost_micros) == (1500, 20, 115)
    assert "why?" not in repr(done)
    await read(metered)
    assert [sent.prompt for sent in metered.last_prompts] == [CHAT, FILL]


async def test_only_the_last_prompts_are_kept_and_an_older_stream_may_still_end() -> None:
    metered = Metered(Scripted(STARTED, Delta(text="x"), DONE), lambda _call: None)
    async with aclosing(metered.stream(CHAT)) as old:
        await anext(old)
        for number in range(PROMPTS_KEPT):
            await read(metered, replace(CHAT, request_id=str(number)))
        _ = [item async for item in old]
    assert [sent.prompt.request_id for sent in metered.last_prompts] == [str(number) for number in range(PROMPTS_KEPT)]
    assert {sent.outcome for sent in metered.last_prompts} == {"ok"}


async def test_typing_does_not_push_out_what_was_asked_for() -> None:
    metered = Metered(Scripted(STARTED, Delta(text="x"), DONE), lambda _call: None)
    for prompt in (FILL, CHAT, *[replace(FILL, request_id=str(number)) for number in range(50)], CHAT):
        await read(metered, prompt)
    kept = [sent.prompt for sent in metered.last_prompts]
    assert kept == [CHAT, *[replace(FILL, request_id=str(number)) for number in range(50 - FILLS_KEPT, 50)], CHAT]


async def test_equal_prompts_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1.0)  # a clock that is too coarse to tell them apart
    metered = Metered(Scripted(STARTED, Delta(text="x"), DONE), lambda _call: None)
    async with aclosing(metered.stream(FILL)) as first:
        await anext(first)
        await read(metered)
        assert [sent.outcome for sent in metered.last_prompts] == [None, "ok"]
        _ = [item async for item in first]
    assert [sent.outcome for sent in metered.last_prompts] == ["ok", "ok"]


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (NoCredentials("none"), False),
        (OverBudget("spent"), False),
        (StaleRequest("old"), False),
        (RateLimited("scripted", "slow down"), True),
        (ValueError("a mistake of ours"), True),
    ],
)
async def test_what_was_never_sent_is_not_kept(error: Exception, kept: bool) -> None:
    metered = Metered(Scripted(error), lambda _call: None)
    with pytest.raises(type(error)):
        await read(metered, CHAT)
    assert [sent.outcome for sent in metered.last_prompts] == (["error"] if kept else [])
    after_a_start = Metered(Scripted(STARTED, error), lambda _call: None)
    with pytest.raises(type(error)):
        await read(after_a_start, CHAT)
    assert [sent.input_tokens for sent in after_a_start.last_prompts] == [1500]


async def test_a_cancelled_prompt_was_sent_as_far_as_we_know() -> None:
    inner = Scripted(hang=True)
    metered = Metered(inner, lambda _call: None)
    task = asyncio.create_task(read(metered))
    await inner.hanging.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [(sent.prompt, sent.outcome) for sent in metered.last_prompts] == [(FILL, "cancelled")]
