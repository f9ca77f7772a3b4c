"""Limits and budget over LSP: what is refused is said with what to do, and nothing was sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.acts import asking
from tests.e2e.acts.driving import launched
from tests.e2e.acts.editor import Editor
from tests.e2e.acts.world import World, make_world
from tests.e2e.claude_server import status
from tests.emulators.messages import Emulator

pytestmark = pytest.mark.e2e

EVERYONE = {"limits": {"apply": "everyone"}}
QUARTER_MS = 15 * 60 * 1000
WARNING, ERROR = 2, 1


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


def messages_of(api: Emulator) -> int:
    return [one.path for one in api.requests].count("/v1/messages")


async def act(editor: Editor, world: World, name: str) -> dict[str, Any]:
    method, params = asking.REQUESTS[name](editor, world)
    return await editor.server.ask(method, params)


async def test_the_21st_act_in_a_quarter_of_an_hour_is_refused_and_not_sent(world: World) -> None:
    async with Emulator(answer=asking.answer) as api, launched(world, api, settings=EVERYONE) as server:
        editor = Editor(server)
        editor.open(world.uri)
        names = [*asking.REQUESTS] * 4
        for name in names:
            assert "result" in await act(editor, world, name), name
        sent = messages_of(api)
        assert sent == len(names) == 20
        for name in asking.REQUESTS:
            error = (await act(editor, world, name))["error"]
            assert error["data"]["kind"] == "OverBudget"
            assert 0 < error["data"]["retryAfterMs"] <= QUARTER_MS
            assert "20" in error["message"]
            assert "autocrea.limits.aiPerQuarterHour" in error["message"]
        failed = await server.ask("codeAction/resolve", await asking.fix(editor, world.uri))
        assert failed["error"]["data"]["kind"] == "OverBudget"
        assert [one["type"] for one in server.sent("window/showMessage")] == [ERROR]
        assert messages_of(api) == sent


async def test_a_retry_and_typing_count_for_nothing(world: World) -> None:
    """An edit that is sent back once is one act, and suggestions have a window of their own."""
    bad = asking.GOOD_EDIT.replace("json.load(f)", "json.load(f")
    settings = {**EVERYONE, "limits": {"apply": "everyone", "aiPerQuarterHour": 2}}

    def answer(body: Any) -> Any:
        good = asking.answer(body)
        first = len(body["messages"]) == 1 and good.answer == asking.GOOD_EDIT
        return asking.Rule(answer=bad, raw=True) if first else good

    async with Emulator(answer=answer) as api, launched(world, api, settings=settings) as server:
        editor = Editor(server)
        editor.open(world.uri)
        for line in range(5):
            await server.inline(world.uri, line, 0, kind=1)
        before = messages_of(api)
        for _ in range(2):
            assert "result" in await act(editor, world, "edit")
        assert messages_of(api) - before == 4
        assert (await act(editor, world, "explain"))["error"]["data"]["kind"] == "OverBudget"


async def test_two_editors_share_the_window_and_a_restart_does_not_empty_it(world: World) -> None:
    settings = {"limits": {"apply": "everyone", "aiPerQuarterHour": 4}}
    async with Emulator(answer=asking.answer) as api:
        async with launched(world, api, settings=settings) as one, launched(world, api, settings=settings) as two:
            editors = [Editor(one), Editor(two)]
            for editor in editors:
                editor.open(world.uri)
            done = ["result" in await act(editors[turn % 2], world, "explain") for turn in range(6)]
            assert done == [True] * 4 + [False] * 2
        async with launched(world, api, settings=settings) as three:
            again = Editor(three)
            again.open(world.uri)
            assert "error" in await act(again, world, "explain")
        assert messages_of(api) == 4


async def test_a_local_user_is_not_limited_unless_settings_say_so(world: World) -> None:
    settings = {"limits": {"aiPerQuarterHour": 1}}
    async with Emulator(answer=asking.answer) as api, launched(world, api, settings=settings) as server:
        editor = Editor(server)
        editor.open(world.uri)
        assert ["result" in await act(editor, world, "chat") for _ in range(3)] == [True] * 3


async def cost_of(server: Any) -> int:
    return int((await server.execute("autocrea.server.stats"))["result"]["costMicros"])


async def test_the_budget_warns_once_and_then_stops(world: World) -> None:
    async with Emulator(answer=asking.answer) as api:
        async with launched(world, api) as server:
            editor = Editor(server)
            editor.open(world.uri)
            await act(editor, world, "chat")
            each = await cost_of(server)
        assert each > 0
        settings = {"budget": {"perDay": 3 * each / 1e6}}
        async with launched(world, api, settings=settings) as server:
            editor = Editor(server)
            editor.open(world.uri)
            answered = []
            while len(answered) < 20 and (not answered or "result" in answered[-1]):
                answered.append(await act(editor, world, "chat"))
            assert 3 <= len(answered) <= 7
            error = answered[-1]["error"]
            assert error["data"]["kind"] == "OverBudget"
            assert 0 < error["data"]["retryAfterMs"] <= 25 * 3600 * 1000
            assert "autocrea.budget.perDay" in error["message"]
            sent = len(api.requests)
            for name in asking.REQUESTS:
                assert (await act(editor, world, name))["error"]["data"]["kind"] == "OverBudget"
            assert await server.inline(world.uri, 4, 0, kind=1) == []
            assert (await status(server, "overBudget"))["message"]
            warnings = [one for one in server.sent("window/showMessage") if "budget" in one["message"]]
            assert [one["type"] for one in warnings] == [WARNING]
            assert server.sent("window/showMessage") == warnings
            assert len(api.requests) == sent
