"""Whatever goes wrong with the model: a clear message, the document as it was, the usage counted, and on it goes."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.acts import asking
from tests.e2e.acts.driving import launched
from tests.e2e.acts.editor import Editor
from tests.e2e.acts.world import World, make_world
from tests.e2e.lsp_client import Server
from tests.e2e.processes import children, gone, there, until
from tests.emulators.messages import DEFAULT_KEY, Emulator, Fault, Rule

pytestmark = pytest.mark.e2e

CANCELLED = -32800
ACTS = (*asking.REQUESTS, "resolve")
CHECKED = ("edit", "resolve")  # their answers are read as edits


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A fault of the connection, or an `answer` that is none; `says` is what the message must tell."""

    says: str
    fault: Fault | None = None
    answer: str | None = None
    stop_reason: str = ""
    acts: tuple[str, ...] = ACTS


TROUBLES = {
    "a refusal": Trouble(says="declined", stop_reason="refusal"),
    "a refusal in the middle": Trouble(says="declined", fault=Fault.REFUSAL),
    "an answer that was cut": Trouble(says="was cut", stop_reason="max_tokens"),
    "an empty answer": Trouble(says="was empty", answer=""),
    "an answer of blanks": Trouble(says="was empty", answer="  \n "),
    "prose where an edit should be": Trouble(says="not an edit", answer="I would rather not.", acts=CHECKED),
    "half of the JSON": Trouble(says="not an edit", answer='{"explanation": "x", "edits": [{', acts=CHECKED),
    "JSON of another form": Trouble(says="form", answer='{"explanation": 1, "edits": {}}', acts=CHECKED),
    "an edit of nothing": Trouble(says="no edit", answer='{"explanation": "All is well.", "edits": []}', acts=CHECKED),
    "no code": Trouble(says="no code", answer="Certainly!", acts=("generate",)),
    "too many requests": Trouble(says="too many requests", fault=Fault.RATE_LIMITED_HOUR),
    "overloaded": Trouble(says="overloaded", fault=Fault.OVERLOADED),
    "overloaded in the middle": Trouble(says="overloaded", fault=Fault.ERROR_LATER),
    "a server error": Trouble(says="a problem", fault=Fault.SERVER_ERROR),
    "no connection": Trouble(says="cannot be reached", fault=Fault.DROP),
    "a connection that breaks": Trouble(says="broke off", fault=Fault.RESET),
    "a stream that ends early": Trouble(says="ended early", fault=Fault.CLEAN_END),
    "a garbled stream": Trouble(says="garbled", fault=Fault.NOT_JSON),
    "a wrong key": Trouble(says="key was refused", fault=Fault.UNAUTHORIZED),
    "no credit": Trouble(says="no credit", fault=Fault.NO_CREDIT),
    "a request it does not understand": Trouble(says="did not accept", fault=Fault.ECHO_400),
}
_PATH = re.compile(r"(?:/(?:home|root|usr|tmp|work|var)/|\.py\", line|Traceback|site-packages)")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


@pytest_asyncio.fixture
async def api() -> AsyncIterator[Emulator]:
    async with Emulator() as emulator:
        yield emulator
        assert emulator.failures == []


class Answers:
    """The emulator's answers: good, but for the trouble of now."""

    def __init__(self) -> None:
        self.trouble: Trouble | None = None

    def __call__(self, body: Any) -> Rule:
        good = asking.answer(body)
        if self.trouble is None:
            return good
        answer = good.answer if self.trouble.answer is None else self.trouble.answer
        return dataclasses.replace(good, answer=answer, stop_reason=self.trouble.stop_reason)


async def perform(editor: Editor, world: World, act: str) -> dict[str, Any]:
    """The whole answer to that act."""
    if act == "resolve":
        return await editor.server.ask("codeAction/resolve", await asking.fix(editor, world.uri))
    method, params = asking.REQUESTS[act](editor, world)
    return await editor.server.ask(method, params)


async def rows(server: Server) -> int:
    return int((await server.execute("autocrea.server.stats"))["result"]["totalRequests"])


@pytest.mark.parametrize("act", ACTS)
async def test_every_trouble_is_told_leaves_all_as_it_was_and_is_over_when_it_is_over(act: str, world: World) -> None:
    """One server lives through all of them, as a user's does."""
    answers = Answers()
    wrong: dict[str, Any] = {}
    async with Emulator(answer=answers) as api, launched(world, api) as server:
        editor = Editor(server)
        editor.open(world.uri)
        assert "result" in await perform(editor, world, act)
        for name, trouble in TROUBLES.items():
            if act not in trouble.acts:
                continue
            before, told = await rows(server), len(server.sent("window/showMessage"))
            answers.trouble = trouble
            api.fail(trouble.fault)
            failed = await perform(editor, world, act)
            answers.trouble = None
            api.fail(None)
            message = failed.get("error", {}).get("message", "")
            messages = server.sent("window/showMessage")[told:]
            seen = {
                "says": bool(re.search(trouble.says, message, re.IGNORECASE)) and message,
                "clean": _PATH.search(json.dumps(failed)) is None and DEFAULT_KEY not in json.dumps(failed),
                "messages": len(messages),
                "counted": await rows(server) > before,
                "untouched": editor.applied == [] and world.main.read_text(encoding="utf-8") == world.text,
                "goes on": "result" in await perform(editor, world, act),
            }
            wanted = {**seen, "clean": True, "messages": int(act == "resolve"), "counted": True, "untouched": True}
            if not seen["says"] or seen != {**wanted, "goes on": True}:
                wrong[name] = {**seen, "answer": message or failed}
        assert wrong == {}
        assert api.failures == []


async def test_a_slow_answer_is_waited_for(world: World) -> None:
    slow = Rule(answer=asking.GOOD_TEXT, raw=True, delay_ms_per_delta=100, delta_size=2)
    async with Emulator(default=slow) as api, launched(world, api) as server:
        editor = Editor(server)
        editor.open(world.uri)
        answered = await perform(editor, world, "explain")
        assert answered["result"]["markdown"].strip() == asking.GOOD_TEXT


async def begun(editor: Editor, world: World, act: str) -> int:
    """The number of the act's request, which is under way."""
    if act == "resolve":
        return editor.server.begin("codeAction/resolve", await asking.fix(editor, world.uri))
    method, params = asking.REQUESTS[act](editor, world)
    return editor.server.begin(method, params)


@pytest.mark.parametrize("act", ACTS)
async def test_cancelled_in_the_same_breath_nothing_is_sent(act: str, world: World) -> None:
    async with Emulator(answer=asking.answer) as api, launched(world, api) as server:
        editor = Editor(server)
        editor.open(world.uri)
        await server.result("autocrea/status", {})
        number = await begun(editor, world, act)
        server.notify("$/cancelRequest", {"id": number})
        assert (await server.answer(number))["error"]["code"] == CANCELLED
        assert "result" in await perform(editor, world, act)
        assert api.requests[0].status == 200
        assert [one.path for one in api.requests].count("/v1/messages") == 1
        assert editor.applied == []


@pytest.mark.parametrize("act", ACTS)
async def test_cancelled_in_the_middle_the_stream_is_closed_and_counted(act: str, world: World) -> None:
    async with Emulator(answer=asking.answer) as api, launched(world, api) as server:
        editor = Editor(server)
        editor.open(world.uri)
        api.fail(Fault.STALL, times=1, after_deltas=2)
        number = await begun(editor, world, act)
        await api.wait(lambda requests: any(one.deltas_sent for one in requests))
        server.notify("$/cancelRequest", {"id": number})
        assert (await server.answer(number))["error"]["code"] == CANCELLED
        await api.wait(lambda requests: requests[0].closed == "before")
        assert await rows(server) == 1
        assert "result" in await perform(editor, world, act)
        assert editor.applied == []
        assert server.sent("window/showMessage") == []


@pytest.mark.parametrize("act", CHECKED)
async def test_cancelled_during_the_check_the_checker_goes(act: str, world: World) -> None:
    """Whether it is seen before it is done or not: an edit comes of it only as an answer, and no process stays."""
    async with Emulator(answer=asking.answer) as api, launched(world, api) as server:
        editor = Editor(server)
        editor.open(world.uri)
        number = await begun(editor, world, act)
        await until(there(lambda: children(server.process.pid)))
        server.notify("$/cancelRequest", {"id": number})
        answered = await server.answer(number)
        assert answered.get("error", {}).get("code", CANCELLED) == CANCELLED
        await until(gone(lambda: children(server.process.pid)))
        assert editor.applied == []
        assert world.main.read_text(encoding="utf-8") == world.text
        assert "result" in await perform(editor, world, act)
