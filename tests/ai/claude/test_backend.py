from __future__ import annotations

import asyncio
import os
from contextlib import aclosing

import pytest

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.ai.base import ChatPrompt, Delta, Done, FillPrompt, Prompt, Started
from autocrea_lsp.ai.claude import ClaudeBackend
from autocrea_lsp.errors import NoCredentials, StaleRequest, Unavailable
from autocrea_lsp.settings import ClaudeSettings
from tests.ai.claude.conftest import Keys, answer
from tests.emulators.messages import DEFAULT_KEY, Emulator, Fault, Rule


async def test_a_fill_streams_what_stands_inside_the_tag(
    api: Emulator, claude: ClaudeBackend, fill: FillPrompt
) -> None:
    api.default = Rule(answer="Sure!\n<fill>load(f)</fill> as asked", raw=True, delta_size=3)
    items = [item async for item in claude.stream(fill)]
    started, *deltas, done = items
    assert isinstance(started, Started)
    assert all(isinstance(delta, Delta) for delta in deltas)
    assert len(deltas) > 1  # it streams, it does not wait for the end
    assert "".join(delta.text for delta in deltas if isinstance(delta, Delta)) == "load(f)"
    assert isinstance(done, Done)
    assert (done.model, done.stop) == ("claude-haiku-5-5", "stop")
    assert done.output_tokens > 0


async def test_an_answer_without_the_tag_is_no_text(api: Emulator, claude: ClaudeBackend, fill: FillPrompt) -> None:
    api.default = Rule(answer="I would write load(f) here.", raw=True)
    started, done = [item async for item in claude.stream(fill)]
    assert isinstance(started, Started)
    assert isinstance(done, Done)
    assert done.stop == "end"


async def test_an_answer_that_is_cut_for_its_length_says_so(
    api: Emulator, claude: ClaudeBackend, chat: ChatPrompt
) -> None:
    api.default = Rule(answer="word " * 100_000, delta_size=5000)
    done = [item async for item in claude.stream(chat)][-1]
    assert isinstance(done, Done)
    assert done.stop == "length"


async def test_a_chat_streams_all_text_and_skips_thoughts(
    api: Emulator, claude: ClaudeBackend, chat: ChatPrompt
) -> None:
    api.default = Rule(answer="A monoid é𝒳 in the category of endofunctors.")
    assert await answer(claude, chat) == "A monoid é𝒳 in the category of endofunctors."
    assert "thinking" not in api.requests[0].body  # so the emulator's model thought first, as the vendor's does


async def test_the_second_fill_reads_the_stable_part_from_the_cache(
    api: Emulator, claude: ClaudeBackend, fill: FillPrompt
) -> None:
    first, second = [[item async for item in claude.stream(fill)] for _ in range(2)]
    for items, read, written in ((first, False, True), (second, True, False)):
        for item in (items[0], items[-1]):
            assert isinstance(item, Started | Done)
            assert (item.cache_read_tokens > 0, item.cache_write_tokens > 0) == (read, written)
            assert 0 < item.input_tokens < 200


async def test_connections_are_used_again(api: Emulator, claude: ClaudeBackend, fill: FillPrompt) -> None:
    for _ in range(3):
        await answer(claude, fill)
    assert [request.closed for request in api.requests] == [None, None, None]
    await claude.aclose()
    await api.wait(lambda requests: requests[-1].closed == "after")
    assert [request.closed for request in api.requests] == [None, None, "after"]  # one connection carried all


async def test_cancelling_closes_the_socket_before_the_answer_is_complete(
    api: Emulator, claude: ClaudeBackend, fill: FillPrompt, chat: ChatPrompt
) -> None:
    api.default = Rule(answer="x" * 400, delay_ms_per_delta=5)
    prompts: tuple[Prompt, ...] = (fill, chat)
    for number, prompt in enumerate(prompts):
        task = asyncio.create_task(answer(claude, prompt))
        await api.wait(lambda requests, n=number: len(requests) > n and requests[n].deltas_sent > 3)  # type: ignore[misc]
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await api.wait(lambda requests, n=number: requests[n].closed is not None)  # type: ignore[misc]
        assert api.requests[number].closed == "before"
        assert not api.requests[number].completed
    api.default = Rule(answer="fine")
    assert await answer(claude, fill) == "fine"


async def test_cancelling_before_the_first_byte_closes_the_socket(
    api: Emulator, claude: ClaudeBackend, fill: FillPrompt
) -> None:
    api.fail(Fault.STALL_FIRST)
    task = asyncio.create_task(answer(claude, fill))
    await api.wait(lambda requests: len(requests) == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await api.wait(lambda requests: requests[0].closed == "before")
    assert api.requests[0].deltas_sent == 0


async def test_leaving_early_closes_the_socket(api: Emulator, claude: ClaudeBackend, fill: FillPrompt) -> None:
    api.default = Rule(answer="x" * 400, delay_ms_per_delta=5)
    async with aclosing(claude.stream(fill)) as items:
        async for item in items:
            if isinstance(item, Delta):
                break
    await api.wait(lambda requests: requests[0].closed == "before")
    assert not api.requests[0].completed


async def test_a_fill_that_takes_too_long_is_given_up(api: Emulator, keys: Keys, fill: FillPrompt) -> None:
    backend = ClaudeBackend(ClaudeSettings(base_url=api.url, inline_timeout_ms=500), keys)
    await backend.prewarm(None)
    for fault in (Fault.STALL, Fault.STALL_FIRST, Fault.PINGS_FOREVER):
        api.fail(fault, times=1)
        with pytest.raises(Unavailable, match="did not answer in time"):
            await answer(backend, fill)
        await api.wait(lambda requests: requests[-1].closed == "before")
    assert len(api.requests) == 3
    assert await answer(backend, fill) == "emulated_answer(42)"
    await backend.aclose()


async def test_a_new_key_or_base_url_counts_from_the_next_call_on(
    api: Emulator, claude: ClaudeBackend, keys: Keys, fill: FillPrompt
) -> None:
    await answer(claude, fill)
    async with Emulator(key="another") as other:
        claude.reconfigure(ClaudeSettings(base_url=other.url))
        keys.found = Keys("another").found
        assert await answer(claude, fill) == "emulated_answer(42)"
        assert [len(api.requests), len(other.requests)] == [1, 1]
        await api.wait(lambda requests: requests[0].closed == "after")  # the old client was closed
        await claude.aclose()


async def test_a_stream_goes_on_when_the_client_is_replaced_under_it(
    api: Emulator, claude: ClaudeBackend, keys: Keys, fill: FillPrompt
) -> None:
    api.default = Rule(answer="emulated_answer(42)" * 5, delay_ms_per_delta=5)
    async with Emulator(key="another") as other:
        text = ""
        async with aclosing(claude.stream(fill)) as items:
            async for item in items:
                if isinstance(item, Started):
                    claude.reconfigure(ClaudeSettings(base_url=other.url))
                    keys.found = Keys("another").found
                    assert await answer(claude, fill) == "emulated_answer(42)"
                if isinstance(item, Delta):
                    text += item.text
        assert text == "emulated_answer(42)" * 5
        await api.wait(lambda requests: requests[0].closed == "after")
        await claude.aclose()


async def test_a_burst_of_cancelled_calls_makes_one_client(api: Emulator, keys: Keys, fill: FillPrompt) -> None:
    backend = ClaudeBackend(ClaudeSettings(base_url=api.url, inline_timeout_ms=20_000), keys)
    for _ in range(5):
        task = asyncio.create_task(answer(backend, fill))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    makers = [task for task in asyncio.all_tasks() if task.get_name() == "claude client"]
    assert len(makers) == 1
    assert await answer(backend, fill) == "emulated_answer(42)"
    assert len(api.requests) == 1
    await backend.aclose()


async def test_prewarming_sends_nothing_and_without_a_key_says_nothing(api: Emulator, keys: Keys) -> None:
    class NoKeys(Keys):
        async def find(self, provider: str) -> object:  # type: ignore[override]
            raise NoCredentials("none")

    for source in (keys, NoKeys()):
        backend = ClaudeBackend(ClaudeSettings(base_url=api.url), source)
        await backend.prewarm(None)
        await backend.aclose()
        await backend.aclose()
    assert api.requests == []


async def test_a_stream_that_begins_after_the_end_is_stale(
    api: Emulator, claude: ClaudeBackend, fill: FillPrompt
) -> None:
    await claude.aclose()
    with pytest.raises(StaleRequest):
        await answer(claude, fill)
    assert api.requests == []


async def test_what_answers_which_kind_of_prompt(claude: ClaudeBackend) -> None:
    quick = {kind for kind in ("complete", "explain", "fix", "refactor", "generate", "chat")
             if claude.model_for(kind) == "claude-haiku-5-5"}  # fmt: skip
    assert quick == {"complete", "explain"}
    assert claude.model_for("fix") == "claude-sonnet-5-5"
    assert (claude.name, claude.capabilities.inline, claude.capabilities.chat) == ("claude", True, True)
    assert not claude.capabilities.local


async def test_a_key_is_in_no_repr_and_not_in_our_environment(claude: ClaudeBackend, keys: Keys) -> None:
    for value in (claude, keys.found, Secret(DEFAULT_KEY), vars(claude)):
        assert DEFAULT_KEY not in repr(value)
        assert DEFAULT_KEY not in str(value)
    assert DEFAULT_KEY not in "".join(os.environ.values())
