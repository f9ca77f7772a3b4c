"""A document that moves between the listing, the pick and the edit; and clients that answer an edit oddly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.acts import asking
from tests.e2e.acts.driving import FULL, launched
from tests.e2e.acts.editor import Editor
from tests.e2e.acts.world import World, make_world
from tests.emulators.messages import Emulator

pytestmark = pytest.mark.e2e

CONTENT_MODIFIED = -32801
ABOVE = "NEW = 1\nNEWER = 'é𝒳'\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


async def test_lines_that_moved_are_found_where_they_are_now(world: World) -> None:
    async with Emulator(answer=asking.answer) as api, launched(world, api) as server:
        editor = Editor(server)
        editor.open(world.uri)
        action = await asking.fix(editor, world.uri)
        editor.change(world.uri, ABOVE + world.text)
        resolved = await server.result("codeAction/resolve", action)
        assert editor.apply(resolved["edit"]), editor.declined
        assert editor.documents[world.uri].text == ABOVE + world.text.replace(asking.OLD, asking.NEW)
        (request,) = [one for one in api.requests if one.path == "/v1/messages"]
        assert "line 17" in str(request.body)  # where the problem is now, counted from 1


async def test_lines_that_changed_are_not_guessed_at(world: World) -> None:
    async with Emulator(answer=asking.answer) as api, launched(world, api) as server:
        editor = Editor(server)
        editor.open(world.uri)
        action = await asking.fix(editor, world.uri)
        editor.change(world.uri, world.text.replace("jsn.load", "jsn.loads"))
        failed = await server.ask("codeAction/resolve", action)
        assert failed["error"]["code"] == CONTENT_MODIFIED
        assert [one["type"] for one in server.sent("window/showMessage")] == [1]
        assert [one for one in api.requests if one.path == "/v1/messages"] == []


async def test_a_document_that_was_closed_is_an_error(world: World) -> None:
    async with Emulator(answer=asking.answer) as api, launched(world, api) as server:
        editor = Editor(server)
        editor.open(world.uri)
        action = await asking.fix(editor, world.uri)
        editor.close(world.uri)
        failed = await server.ask("codeAction/resolve", action)
        assert "not open" in failed["error"]["message"]
        assert len(server.sent("window/showMessage")) == 1
        editor.open(world.uri)
        assert "result" in await server.ask("codeAction/resolve", await asking.fix(editor, world.uri))


@pytest.mark.parametrize(
    ("there", "code"), [("above", None), ("on the line", CONTENT_MODIFIED)], ids=["elsewhere", "on the same lines"]
)
async def test_typing_while_the_model_answers(there: str, code: int | None, world: World) -> None:
    """Elsewhere the edit moves along; on the same lines it is given up."""
    async with Emulator(answer=lambda body: slow(body)) as api, launched(world, api) as server:
        editor = Editor(server)
        editor.open(world.uri)
        number = server.begin("codeAction/resolve", await asking.fix(editor, world.uri))
        await api.wait(lambda requests: any(one.deltas_sent for one in requests))
        moved = ABOVE + world.text if there == "above" else world.text.replace("jsn.load(f)", "jsn.load(f, x)")
        editor.change(world.uri, moved)
        answered = await server.answer(number)
        if code is None:
            assert editor.apply(answered["result"]["edit"]), editor.declined
            assert editor.documents[world.uri].text == ABOVE + world.text.replace(asking.OLD, asking.NEW)
        else:
            assert answered["error"]["code"] == code
            assert editor.documents[world.uri].text == moved
            assert len(server.sent("window/showMessage")) == 1


def slow(body: Any) -> Any:
    good = asking.answer(body)
    return asking.Rule(answer=good.answer, raw=True, delta_size=4, delay_ms_per_delta=20)


async def test_closed_while_the_model_answers(world: World) -> None:
    async with Emulator(answer=lambda body: slow(body)) as api, launched(world, api) as server:
        editor = Editor(server)
        editor.open(world.uri)
        number = server.begin("codeAction/resolve", await asking.fix(editor, world.uri))
        await api.wait(lambda requests: any(one.deltas_sent for one in requests))
        editor.close(world.uri)
        answered = await server.answer(number)
        assert "result" in answered or answered["error"]["message"]
        assert world.main.read_text(encoding="utf-8") == world.text


ODD = {
    "true, though nothing was applied": {"result": {"applied": True}},
    "false without a reason": {"result": {"applied": False}},
    "an error": {"error": {"code": -32603, "message": "Edits on ‘x’ require version 7, you have 9"}},
    "null": {"result": None},
    "no answer ever": None,
}


@pytest.mark.parametrize("name", ODD)
async def test_an_odd_answer_to_an_edit_is_survived(name: str, world: World) -> None:
    async with Emulator(answer=asking.answer) as api, launched(world, api) as server:
        editor = Editor(server)
        editor.open(world.uri)
        server.silent.add("workspace/applyEdit")
        number = server.begin(
            "workspace/executeCommand",
            {"command": "autocrea.server.edit", "arguments": [asking.edit(editor, world)[1]]},
        )
        asked = await server.wait(lambda message: message.get("method") == "workspace/applyEdit")
        if (answer := ODD[name]) is not None:
            server.send({"id": asked["id"], **answer})
        answered = await server.answer(number)
        assert ("result" in answered) == (name == "true, though nothing was applied")
        if "error" in answered:
            assert "did not apply" in answered["error"]["message"]
        assert world.main.read_text(encoding="utf-8") == world.text
        server.silent.clear()
        assert "result" in await server.execute("autocrea.server.edit", asking.edit(editor, world)[1])
        assert asking.NEW in world.main.read_text(encoding="utf-8")


async def test_a_hunk_taken_after_typing_elsewhere_is_where_it_belongs(world: World) -> None:
    async with Emulator(answer=asking.answer) as api, launched(world, api, capabilities=FULL) as server:
        editor = Editor(server)
        editor.open(world.uri)
        proposal = await server.result(*asking.edit(editor, world))
        editor.change(world.uri, ABOVE + world.text)
        accepted = await server.result("autocrea/proposal/accept", {"id": proposal["id"]})
        assert editor.apply(accepted["edit"]), editor.declined
        assert editor.documents[world.uri].text == ABOVE + world.text.replace(asking.OLD, asking.NEW)
        assert api.failures == []


async def test_a_hunk_whose_lines_changed_is_refused(world: World) -> None:
    async with Emulator(answer=asking.answer) as api, launched(world, api, capabilities=FULL) as server:
        editor = Editor(server)
        editor.open(world.uri)
        proposal = await server.result(*asking.edit(editor, world))
        editor.change(world.uri, world.text.replace("jsn.load(f)", "jsn.load(f, 1)"))
        assert await server.code("autocrea/proposal/accept", {"id": proposal["id"]}) == CONTENT_MODIFIED
        assert api.failures == []
