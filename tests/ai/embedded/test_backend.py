"""The embedded backend with a real worker and the real weights."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest

from autocrea_lsp.ai.base import ChatPrompt, Delta, Done, FillPrompt, Message, Started
from autocrea_lsp.ai.embedded import EmbeddedBackend, completion
from autocrea_lsp.errors import BadRequest, StaleRequest, Unavailable
from autocrea_lsp.settings import EmbeddedSettings

pytestmark = pytest.mark.model

Fill = Callable[..., FillPrompt]
Ask = Callable[[EmbeddedBackend, FillPrompt], Any]

HANG_S = 120.0
LOAD = "import json\n\n\ndef load(path):\n    with open(path) as f:\n        return json."
COUNTING = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, "  # goes on for as long as it may
POINTS = "POINTS = [\n" + "".join(f"    Point(x={n}, y={n * n}),\n" for n in range(24)) + "    Point(x=24"
STATES = "STATES = {\n" + "".join(f'    "state{n}": go_to({n}),\n' for n in range(24)) + '    "state24'


async def test_the_issues_example(backend: EmbeddedBackend, fill: Fill, ask: Ask) -> None:
    answer = await ask(backend, fill(LOAD))
    assert answer.text == "load(f)"
    assert answer.probability == pytest.approx(0.956, abs=0.02)
    assert answer.done.stop == "stop"
    assert answer.done.model == answer.started.model == "SmolLM2-135M-Instruct.Q4_1"
    assert answer.done.input_tokens + answer.done.cache_read_tokens == 22
    assert answer.done.output_tokens == 5  # with the line end


async def test_the_same_question_has_the_same_answer(backend: EmbeddedBackend, fill: Fill, ask: Ask) -> None:
    prompts = [fill(LOAD), fill(POINTS), fill("def add(a, b):\n    ")]
    first = [await ask(backend, prompt) for prompt in prompts]
    again = [await ask(backend, prompt) for prompt in reversed(prompts)][::-1]
    assert [answer.text for answer in first] == [answer.text for answer in again]
    for one, other in zip(first, again, strict=True):
        assert one.probability == pytest.approx(other.probability, rel=0.2)  # other batches round otherwise


@pytest.mark.parametrize(
    ("before", "blanks"),
    [
        ("x = [1, 2, 3]\ny = [4, 5, 6]\nz =", " "),
        ("def add(a, b):\n    return a + b\n\n\ndef sub(a, b):", "\n    "),
        ("def add(a, b):\r\n    return a + b\r\n\r\n\r\ndef sub(a, b):", "\r\n    "),
        ("func add() {\n\tx++\n\tx++\n}\n\nfunc sub() {", "\n\t"),
    ],
)
async def test_blanks_before_the_caret_are_written_again_and_left_out(
    backend: EmbeddedBackend, fill: Fill, ask: Ask, before: str, blanks: str
) -> None:
    without, behind = await ask(backend, fill(before)), await ask(backend, fill(before + blanks))
    assert behind.text
    assert behind.text[0] not in " \t\r\n"
    assert "\r" not in behind.text
    assert "\n" not in behind.text
    if "\n" not in blanks:
        assert without.text == blanks + behind.text
    # What was typed already is not for the model to be sure of.
    assert behind.probability >= without.probability or "\n" in blanks


async def test_blanks_that_the_model_would_not_have_written_mean_no_answer(
    backend: EmbeddedBackend, fill: Fill, ask: Ask
) -> None:
    for prefix in ("def add(a, b):\n\t\t\t\t", "x =     ", LOAD + "  "):
        answer = await ask(backend, fill(prefix))
        assert answer.text == ""
        assert answer.done.stop == "stop"


async def test_deeper_indentation_than_typed_is_part_of_the_answer(
    backend: EmbeddedBackend, fill: Fill, ask: Ask
) -> None:
    lines = "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n"
    fresh, indented = await ask(backend, fill(lines)), await ask(backend, fill(lines + "    "))
    assert fresh.text == "    " + indented.text == "    return a - b"


async def test_windows_line_ends_make_no_difference(backend: EmbeddedBackend, fill: Fill, ask: Ask) -> None:
    unix, windows = await ask(backend, fill(LOAD)), await ask(backend, fill(LOAD.replace("\n", "\r\n")))
    assert (unix.text, windows.text) == ("load(f)", "load(f)")


async def test_more_lines_where_more_are_wanted(backend: EmbeddedBackend, fill: Fill, ask: Ask) -> None:
    one = await ask(backend, fill(POINTS))
    three = await ask(backend, fill(POINTS, max_lines=3))
    assert three.text.split("\n")[0] == one.text
    assert three.text.count("\n") == 2
    assert not three.text.endswith("\n")


async def test_an_answer_is_as_long_as_it_may_be(backend: EmbeddedBackend, fill: Fill, ask: Ask) -> None:
    answer = await ask(backend, fill(COUNTING, max_output_tokens=20))
    assert answer.done.stop == "length"
    assert 20 <= answer.done.output_tokens <= 21  # one more for the space before the caret


async def test_nothing_before_the_caret_needs_no_model(backend: EmbeddedBackend, fill: Fill, ask: Ask) -> None:
    answer = await ask(backend, fill(" \n"))
    assert (answer.text, answer.done.output_tokens) == ("", 0)


async def test_text_of_many_tokens_is_shown_less_of(backend: EmbeddedBackend, fill: Fill, ask: Ask) -> None:
    digits = "".join(f"{n * 7919 % 9973} " for n in range(2000))
    answer = await ask(backend, fill(digits + "\nx = "))
    assert 500 < answer.done.input_tokens < 2048 - 64
    assert answer.text


async def test_characters_of_several_tokens_arrive_whole(backend: EmbeddedBackend, fill: Fill, ask: Ask) -> None:
    answer = await ask(backend, fill("smile = '😀😀😀😀😀😀😀😀😀😀😀😀", max_output_tokens=9))
    assert answer.text == "😀😀😀"
    assert answer.probability is None  # the worker does not tell


async def test_continues_code_and_does_not_chat(backend: EmbeddedBackend) -> None:
    assert (backend.capabilities.inline, backend.capabilities.chat, backend.capabilities.local) == (True, False, True)
    with pytest.raises(BadRequest):
        await anext(backend.stream(ChatPrompt(stable="", messages=(Message(role="user", text="hello"),))))


async def test_of_five_questions_at_once_the_newest_is_answered(backend: EmbeddedBackend, fill: Fill, ask: Ask) -> None:
    prompts = [fill(POINTS[: -len(str(n))] + str(n)) for n in range(5)] + [fill(LOAD)]
    *older, newest = await asyncio.gather(*[ask(backend, prompt) for prompt in prompts[1:]], return_exceptions=True)
    assert not isinstance(newest, BaseException)
    assert [type(outcome) for outcome in older] == [StaleRequest] * 4
    assert newest.text == "load(f)"


async def test_one_that_runs_stops_for_a_newer_one_even_if_nobody_reads_its_answer(
    backend: EmbeddedBackend, fill: Fill, ask: Ask
) -> None:
    async with aclosing(backend.stream(fill(COUNTING, max_output_tokens=150))) as old:
        assert isinstance(await anext(old), Started)
        assert (await ask(backend, fill(LOAD))).text == "load(f)"
        with pytest.raises(StaleRequest):
            _ = [item async for item in old]


@pytest.mark.parametrize("how", ["closed", "cancelled"])
async def test_giving_up_stops_the_work(
    backend: EmbeddedBackend, fill: Fill, ask: Ask, cpu_ticks: Callable[[int | None], int], how: str
) -> None:
    long, short = fill(COUNTING, max_output_tokens=150), fill(COUNTING + "12, ", max_output_tokens=1)
    await ask(backend, short)
    begun = cpu_ticks(backend.worker_pid)
    assert (await ask(backend, long)).done.output_tokens >= 150
    whole = cpu_ticks(backend.worker_pid) - begun

    begun = cpu_ticks(backend.worker_pid)
    writing = asyncio.Event()

    async def read() -> None:
        async with aclosing(backend.stream(long)) as stream:
            async for item in stream:
                if isinstance(item, Delta):
                    writing.set()
                    if how == "closed":
                        return

    reading = asyncio.create_task(read())
    await asyncio.wait_for(writing.wait(), HANG_S)
    if how == "cancelled":
        reading.cancel()
    await asyncio.wait([reading])
    after = await ask(backend, short)
    assert after.done.input_tokens < 10  # the prompt was still in the cache
    assert cpu_ticks(backend.worker_pid) - begun < whole / 2


async def test_reading_ahead_leaves_little_to_read(backend: EmbeddedBackend, fill: Fill, ask: Ask) -> None:
    await backend.prewarm(fill(POINTS))
    warm = await ask(backend, fill(POINTS))
    cold = await ask(backend, fill(STATES))
    assert cold.done.input_tokens > 200
    assert warm.done.input_tokens < 5
    assert warm.done.cache_read_tokens > 200


async def test_reading_ahead_for_any_prompt_starts_the_worker(backend: EmbeddedBackend) -> None:
    await backend.prewarm(None)
    assert backend.worker_pid is not None


async def test_typing_on_reads_only_what_is_new(backend: EmbeddedBackend, fill: Fill, ask: Ask) -> None:
    await ask(backend, fill(POINTS))
    for typed in (",", ", y", ", y=576", ", y=576),", ", y=576),\n    "):
        assert (await ask(backend, fill(POINTS + typed))).done.input_tokens < 10


async def test_going_to_another_file_and_back_reads_little(backend: EmbeddedBackend, fill: Fill, ask: Ask) -> None:
    await ask(backend, fill(POINTS))
    await ask(backend, fill(STATES))
    back = await ask(backend, fill(POINTS + ","))
    assert back.done.input_tokens < 10


async def test_a_question_stops_reading_ahead_after_a_slice(backend: EmbeddedBackend, fill: Fill, ask: Ask) -> None:
    await backend.prewarm(None)
    ahead = asyncio.create_task(backend.prewarm(fill(POINTS)))
    for _ in range(20):  # it has taken its turn by then, and not read a slice: that takes real time
        await asyncio.sleep(0)
    assert (await ask(backend, fill(LOAD))).text == "load(f)"
    await asyncio.wait_for(ahead, HANG_S)
    assert (await ask(backend, fill(POINTS))).done.input_tokens > 100


async def test_reading_ahead_waits_for_a_question(backend: EmbeddedBackend, fill: Fill, ask: Ask) -> None:
    async with aclosing(backend.stream(fill(COUNTING, max_output_tokens=100))) as stream:
        first = await anext(stream)
        ahead = asyncio.create_task(backend.prewarm(fill(POINTS)))
        rest = [item async for item in stream]
    assert isinstance(first, Started)
    assert isinstance(rest[-1], Done)
    assert rest[-1].output_tokens >= 100
    await asyncio.wait_for(ahead, HANG_S)
    assert (await ask(backend, fill(POINTS))).done.input_tokens < 5


async def test_reading_ahead_never_fails() -> None:
    backend = EmbeddedBackend(EmbeddedSettings(model_path="missing.gguf"))
    await backend.prewarm(None)
    assert backend.worker_pid is None
    await backend.aclose()
    await backend.prewarm(None)


async def test_a_crash_fails_one_answer_and_the_next_ones_come_again(
    backend: EmbeddedBackend, fill: Fill, ask: Ask
) -> None:
    await backend.prewarm(fill(POINTS))
    async with aclosing(backend.stream(fill(COUNTING, max_output_tokens=150))) as stream:
        assert [type(await anext(stream)) for _ in range(2)] == [Started, Delta]
        assert backend.worker_pid is not None
        os.kill(backend.worker_pid, signal.SIGKILL)
        with pytest.raises(Unavailable, match="lost"):
            _ = [item async for item in stream]
    with pytest.raises(Unavailable) as caught:  # a moment later it is not started again yet
        await ask(backend, fill(LOAD))
    assert caught.value.retry_after_s is not None
    await asyncio.sleep(caught.value.retry_after_s)
    assert (await ask(backend, fill(LOAD))).text == "load(f)"


async def test_a_worker_that_answers_no_more_is_replaced(
    backend: EmbeddedBackend, fill: Fill, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "READ_TIMEOUT_S", 0.5)
    await backend.prewarm(None)
    stuck = backend.worker_pid
    assert stuck is not None
    os.kill(stuck, signal.SIGSTOP)
    with pytest.raises(Unavailable, match="lost"):
        await ask(backend, fill(LOAD))
    with pytest.raises(ProcessLookupError):
        os.kill(stuck, 0)
    with pytest.raises(Unavailable) as caught:
        await ask(backend, fill(LOAD))
    await asyncio.sleep(caught.value.retry_after_s or 0)
    await backend.prewarm(None)
    assert backend.worker_pid not in (None, stuck)


async def test_closing_ends_everything_that_goes_on(backend: EmbeddedBackend, fill: Fill, ask: Ask) -> None:
    stream = backend.stream(fill(COUNTING, max_output_tokens=150))
    await anext(stream)
    ahead = asyncio.create_task(backend.prewarm(fill(POINTS)))
    await asyncio.sleep(0)
    pid = backend.worker_pid
    assert pid is not None
    await backend.aclose()
    await asyncio.wait_for(ahead, HANG_S)
    with pytest.raises(Unavailable, match="shut down"):
        _ = [item async for item in stream]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    await backend.aclose()
    with pytest.raises(Unavailable, match="shut down"):
        await ask(backend, fill(LOAD))
