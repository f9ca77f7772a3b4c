"""When something is suggested, when nothing is, and what is asked of the model for it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from autocrea_lsp.ai.base import Capabilities, Delta, Done, FillPrompt, Kind, Prompt, Started
from autocrea_lsp.assist.inline import MAX_FILE, Completer, Selected
from autocrea_lsp.errors import AutocreaError, Unavailable
from autocrea_lsp.settings import InlineSettings
from autocrea_lsp.text import Snapshot, split_lines


class Scripted:
    """A backend that answers from a list and tells what it was asked, and whether it was closed early."""

    name = "scripted"

    def __init__(self, *answers: str | Exception, local: bool = True, probability: float | None = 0.9) -> None:
        self.capabilities = Capabilities(inline=True, chat=False, local=local)
        self.answers = list(answers)
        self.prompts: list[FillPrompt] = []
        self.open = 0
        self.most_open = 0
        self.closed_early = 0
        self.opened: asyncio.Queue[None] = asyncio.Queue()
        self.hold = asyncio.Event()
        self.hold.set()
        self._logprob = None if probability is None else math.log(probability)

    def model_for(self, kind: Kind) -> str:
        return "model"

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Started | Delta | Done, None]:
        assert isinstance(prompt, FillPrompt)
        self.prompts.append(prompt)
        self.open += 1
        self.opened.put_nowait(None)
        self.most_open = max(self.most_open, self.open)
        finished = False
        try:
            await self.hold.wait()
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if isinstance(answer, Exception):
                raise answer
            for number, piece in enumerate(answer.splitlines(keepends=True)):
                yield Delta(text=piece, logprob=self._logprob if number == 0 else 0.0 if self._logprob else None)
            yield Done(model="model", stop="end")
            finished = True
        finally:
            self.open -= 1
            self.closed_early += not finished

    async def prewarm(self, prompt: FillPrompt | None) -> None:
        if prompt is not None:
            self.prompts.append(prompt)

    async def aclose(self) -> None: ...


def completer(backend: Scripted | None, **settings: object) -> Completer:
    values = replace(InlineSettings(debounce_ms=0), **settings)  # type: ignore[arg-type]

    async def give() -> Scripted | None:
        return backend

    return Completer(give, lambda: values)


def at(text: str, *, uri: str = "file:///w/main.py", language: str = "python", version: int = 1) -> Snapshot:
    """A snapshot with the caret where `|` stands."""
    offset = text.index("|")
    text = text[:offset] + text[offset + 1 :]
    line = text.count("\n", 0, offset)
    column = offset - (text.rfind("\n", 0, offset) + 1)
    return Snapshot(
        uri=uri, version=version, language=language, lines=split_lines(text), size=len(text), line=line, column=column
    )


async def test_a_suggestion_is_made_and_its_stream_closed_when_decided() -> None:
    backend = Scripted("load(f)\nmore\nand more\n")
    got = await completer(backend).complete(at("return json.|"), detail="inline")
    assert got is not None
    assert (got.text, got.start, got.end, got.shown) == ("load(f)", 12, 12, True)
    assert got.probability == pytest.approx(0.9)
    assert backend.closed_early == 1
    assert got.id == backend.prompts[0].request_id


@pytest.mark.parametrize(
    ("snapshot", "settings"),
    [
        (at("x = |", uri="file:///w/.env"), {}),
        (at("x = |", uri="file:///w/.env.local"), {}),
        (at("x = |", uri="file:///w/server.pem"), {}),
        (at("x = |", uri="file:///w/id_ed25519"), {}),
        (at("x = |", uri="file:///w/.npmrc"), {}),
        (at("x = |", uri="file:///w/.netrc"), {}),
        (at("x = |", uri="file:///home/u/.aws/credentials"), {}),
        (at("x = |", uri="untitled:Credentials.json"), {}),
        (replace(at("x = |"), size=MAX_FILE + 1), {}),
        (at("x = |", language="markdown"), {"disabled_languages": ("markdown",)}),
        (at("x = |"), {"enable": False}),
    ],
    ids=["env", "env.local", "pem", "id_", "npmrc", "netrc", "aws", "untitled", "large", "language", "switched off"],
)
@pytest.mark.parametrize("trigger", ["automatic", "invoked"])
async def test_where_it_is_off_nothing_is_sent(snapshot: Snapshot, settings: dict[str, object], trigger: str) -> None:
    backend = Scripted("1")
    made = completer(backend, **settings)
    assert await made.complete(snapshot, trigger=trigger, detail="inline") is None  # type: ignore[arg-type]
    await made.prewarm(snapshot)
    assert backend.prompts == []


async def test_typing_the_suggestion_asks_nobody() -> None:
    backend = Scripted("load(f)")
    made = completer(backend)
    first = await made.complete(at("return json.|"), detail="inline")
    assert first is not None
    for typed in ("l", "lo", "load(", "lo"):
        got = await made.complete(at(f"return json.{typed}|"), detail="inline")
        assert got is not None
        assert got.text == "load(f)"[len(typed) :]
        assert got.id == first.id
        assert got.start == len("return json.") + len(typed)
    assert len(backend.prompts) == 1


@pytest.mark.parametrize(
    "elsewhere",
    ["return json.x|", "return json.|)", "x\nreturn json.|", "return jso|"],
    ids=["other", "tail", "line", "left"],
)
async def test_anything_else_is_asked_anew(elsewhere: str) -> None:
    backend = Scripted("load(f)")
    made = completer(backend)
    await made.complete(at("return json.|"), detail="inline")
    await made.complete(at(elsewhere), detail="inline")
    assert len(backend.prompts) == 2


async def test_the_same_line_below_another_one_is_another_place() -> None:
    backend = Scripted("load(f)")
    made = completer(backend)
    await made.complete(at("a\nreturn json.|"), detail="inline")
    await made.complete(at("b\nreturn json.|"), detail="inline")
    assert len(backend.prompts) == 2


async def test_an_improbable_suggestion_is_held_back_unless_asked_for() -> None:
    backend = Scripted("load(f)", probability=0.2)
    made = completer(backend)
    automatic = await made.complete(at("return json.|"), detail="inline")
    assert automatic is not None
    assert not automatic.shown
    invoked = await made.complete(at("return json.|"), trigger="invoked", detail="inline")
    assert invoked is not None
    assert invoked.shown


@pytest.mark.parametrize("local", [False, True])
async def test_a_remote_model_need_not_tell_its_probability_and_a_local_one_must(local: bool) -> None:
    backend = Scripted("load(f)", probability=None, local=local)
    got = await completer(backend).complete(at("return json.|"), detail="inline")
    assert got is not None
    assert (got.probability, got.shown) == (None, not local)


async def test_a_failure_is_nothing_and_is_told_once_to_the_status() -> None:
    heard: list[AutocreaError | None] = []
    backend = Scripted(Unavailable("scripted", "down"), "load(f)")

    async def give() -> Scripted:
        return backend

    made = Completer(give, lambda: InlineSettings(debounce_ms=0), on_outcome=heard.append)
    assert await made.complete(at("return json.|"), detail="inline") is None
    assert await made.complete(at("return json.|"), detail="inline") is not None
    assert [type(error) for error in heard] == [Unavailable, type(None)]


async def test_the_selected_entry_of_the_menu_is_completed_on() -> None:
    backend = Scripted("s(f)")
    got = await completer(backend).complete(
        at("return json.lo|"), selected=Selected(start=12, end=14, text="load"), detail="inline"
    )
    assert got is not None
    assert (got.text, got.start, got.end) == ("loads(f)", 12, 14)
    assert backend.prompts[0].prefix == "return json.load"


async def test_remote_calls_are_bounded_per_hour_and_local_ones_are_not() -> None:
    told: list[bool] = []
    remote, local = Scripted("a", "b", "c", local=False), Scripted("a")
    for backend, expected in ((remote, 2), (local, 4)):

        async def give(backend: Scripted = backend) -> Scripted:
            return backend

        settings = InlineSettings(debounce_ms=0, max_calls_per_hour=2)
        made = Completer(give, lambda: settings, on_budget=lambda: told.append(True))  # noqa: B023  # same in both
        for number in range(4):
            await made.complete(at(f"x{number} = |"), detail="inline")
        assert len(backend.prompts) == expected
    assert told == [True, True]


async def test_at_most_two_remote_calls_are_open() -> None:
    backend = Scripted("a", local=False)
    backend.hold.clear()
    made = completer(backend)
    tasks = [
        asyncio.create_task(made.complete(at("x = |", uri=f"file:///w/{number}.py"), detail="inline"))
        for number in range(5)
    ]
    for _ in range(2):
        await backend.opened.get()
    backend.hold.set()
    await asyncio.gather(*tasks)
    assert backend.most_open == 2
    assert len(backend.prompts) == 5


async def test_cancelling_closes_the_stream() -> None:
    backend = Scripted("a")
    backend.hold.clear()
    task = asyncio.create_task(completer(backend).complete(at("x = |"), detail="inline"))
    await backend.opened.get()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (backend.open, backend.closed_early) == (0, 1)


async def test_nobody_to_ask_is_no_error() -> None:
    assert await completer(None).complete(at("x = |"), detail="inline") is None


async def test_an_automatic_request_waits_for_a_pause_and_an_invoked_one_does_not() -> None:
    backend = Scripted("a", local=False)
    made = completer(backend, debounce_ms=5000)
    waiting = asyncio.create_task(made.complete(at("x = |"), detail="inline"))
    assert await made.complete(at("y = |", uri="file:///w/b.py"), trigger="invoked", detail="inline") is not None
    await asyncio.wait({waiting}, timeout=0.05)  # time enough to ask, were it not waiting
    assert not waiting.done()
    assert [prompt.prefix for prompt in backend.prompts] == ["y = "]
    waiting.cancel()
