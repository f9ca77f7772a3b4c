"""Clients that can less: each gets a way that works, and nothing that it did not declare is used."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.lsp.wire import EditorCommand
from tests.e2e.acts import asking
from tests.e2e.acts.driving import launched
from tests.e2e.acts.editor import Editor
from tests.e2e.acts.world import World, make_world
from tests.e2e.lsp_client import Server
from tests.emulators.messages import Emulator

pytestmark = pytest.mark.e2e

EDITOR_COMMANDS = {
    value for name, value in vars(EditorCommand).items() if name.isupper()
}  # of our own editors; nobody else has them
LITERALS = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": [""]}}}
RESOLVES = {**LITERALS, "dataSupport": True, "resolveSupport": {"properties": ["edit"]}}
FIXED = "return json.load(f)"
LLM_GENERATED = 1


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


def capabilities(
    action: Mapping[str, Any] | None = None, *, apply_edit: bool = True, document_changes: bool = False, **more: Any
) -> dict[str, Any]:
    return {
        "workspace": {
            "applyEdit": apply_edit,
            "workspaceFolders": True,
            "workspaceEdit": {"documentChanges": document_changes},
        },
        "textDocument": {"codeAction": {**(action or {})}},
        **more,
    }


def commands(actions: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """By command id, the first of each."""
    found: dict[str, dict[str, Any]] = {}
    for each in actions:
        command = each["command"] if isinstance(each.get("command"), dict) else each
        if isinstance(command.get("command"), str):
            found.setdefault(command["command"], command)
    return found


async def opened(server: Server, world: World, encoding: str = "utf-16") -> Editor:
    await server.result("autocrea/status", {})  # who answers is known
    editor = Editor(server, encoding=encoding)
    editor.open(world.uri)
    return editor


# What they lack -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "document_changes"),
    [({}, False), (LITERALS, False), (LITERALS, True)],
    ids=["nothing", "literals", "literals and versions"],
)
async def test_a_client_that_cannot_resolve_gets_commands_that_apply(
    declared: dict[str, Any], document_changes: bool, world: World
) -> None:
    has = capabilities(declared, document_changes=document_changes)
    async with Emulator(answer=asking.answer) as api, launched(world, api, capabilities=has) as server:
        editor = await opened(server, world)
        actions = await asking.listed(editor, world.uri)
        assert all(("kind" in each) == bool(declared) for each in actions)
        assert all("data" not in each and "disabled" not in each for each in actions)
        found = commands(actions)
        assert len(actions) > 5
        assert EDITOR_COMMANDS.isdisjoint(found)
        act = found["autocrea.server.act"]
        answered = await server.execute(act["command"], *act["arguments"])
        assert FIXED in editor.documents[world.uri].text
        (edit,) = editor.applied
        assert ("documentChanges" in edit) == document_changes
        assert answered["result"]["edit"] == edit
        assert editor.declined == []
        explain = found["autocrea.server.explain"]
        told = await server.execute(explain["command"], *explain["arguments"])
        assert told["result"]["markdown"].strip() == asking.GOOD_TEXT
        assert server.sent("window/showDocument") == []
        assert [one["message"].strip() for one in server.sent("window/showMessage")] == [asking.GOOD_TEXT]
        assert server.sent("$/progress") == server.sent("window/workDoneProgress/create") == []


async def test_a_client_that_cannot_apply_has_it_all_in_the_answer(world: World) -> None:
    has = capabilities(apply_edit=False)
    async with Emulator(answer=asking.answer) as api, launched(world, api, capabilities=has) as server:
        editor = await opened(server, world)
        act = commands(await asking.listed(editor, world.uri))["autocrea.server.act"]
        answered = (await server.execute(act["command"], *act["arguments"]))["result"]
        (file,) = answered["proposal"]["files"]
        assert FIXED in file["proposed"]
        assert file["original"] == world.text
        made = (await server.execute("autocrea.server.generate", {"prompt": "A number."}))["result"]
        assert made["code"] == "X = 1\n"
        assert made["proposal"]["files"][0]["uri"].endswith("/src/made.py")
        message = (await server.execute("autocrea.server.commitMessage"))["result"]["message"]
        assert message == asking.GOOD_TEXT
        assert server.sent("workspace/applyEdit") == server.sent("window/showMessageRequest") == []
        assert editor.documents[world.uri].text == world.main.read_text(encoding="utf-8") == world.text


async def test_a_client_that_shows_documents_gets_one(world: World) -> None:
    has = capabilities(window={"showDocument": {"support": True}})
    async with Emulator(answer=asking.answer) as api, launched(world, api, capabilities=has) as server:
        editor = await opened(server, world)
        await server.execute("autocrea.server.explain", asking.explain(editor, world)[1])
        await server.execute("autocrea.server.chat", asking.chat(editor, world)[1])
        assert [text.strip() for text in editor.shown] == [asking.GOOD_TEXT] * 2
        assert server.sent("window/showMessage") == []


async def test_new_code_is_applied_when_the_user_says_so_and_only_then(world: World) -> None:
    async with Emulator(answer=asking.answer) as api, launched(world, api, capabilities=capabilities()) as server:
        editor = await opened(server, world)
        caret = {"uri": world.uri, "position": {"line": 0, "character": 0}, "prompt": "A number."}
        for answer, is_there in (("Do not apply", False), ("", False), ("Apply", True)):
            editor.answer = answer
            await server.execute("autocrea.server.generate", caret)
            assert ("X = 1\n" in editor.documents[world.uri].text) is is_there


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize("way", ["command", "resolve"])
async def test_every_encoding_with_wide_letters_before_and_on_the_line(encoding: str, way: str, world: World) -> None:
    wide = "é𝒳 = 'é𝒳'\n"
    asked = world.text.replace("import json\n", f"import json\n{wide}").replace(
        "        return jsn", "        é𝒳 = '𝒳é'; return jsn"
    )
    world.main.write_text(asked, encoding="utf-8")
    old, new = ("        é𝒳 = '𝒳é'; return jsn.load(f), token", "        é𝒳 = '𝒳é'; return json.load(f), token")
    has = capabilities(RESOLVES, general={"positionEncodings": [encoding]})

    def answer(_: Any) -> Any:
        text = asking.GOOD_EDIT.replace(asking.OLD.strip(), old.strip()).replace(asking.NEW.strip(), new.strip())
        return asking.Rule(answer=text, raw=True)

    async with Emulator(answer=answer) as api, launched(world, api, capabilities=has) as server:
        initialized = next(one["result"] for one in server.messages if "capabilities" in (one.get("result") or {}))
        assert initialized["capabilities"].get("positionEncoding", "utf-16") == encoding
        editor = await opened(server, world, encoding)
        if way == "resolve":
            resolved = await server.result("codeAction/resolve", await asking.fix(editor, world.uri))
            assert editor.apply(resolved["edit"]), editor.declined
        else:
            place = editor.range_of(world.uri, "return jsn.load(f)")
            await server.execute("autocrea.server.edit", {"uri": world.uri, "range": place, "instruction": "mend"})
        assert editor.documents[world.uri].text == asked.replace(old, new)
        (request,) = [one for one in api.requests if one.path == "/v1/messages"]
        assert "return jsn.load(f)" in str(request.body)


# What is listed -------------------------------------------------------------------------------------------------------


async def test_what_is_wanted_is_what_is_listed(world: World) -> None:
    async with Emulator() as api, launched(world, api) as server:
        editor = await opened(server, world)
        everything = await asking.listed(editor, world.uri)
        kinds = {each["kind"] for each in everything}
        assert kinds == {"quickfix.autocrea", "quickfix.autocrea.all", "refactor.rewrite.autocrea"}

        async def titles(**context: Any) -> list[str]:
            return [each["title"] for each in await asking.listed(editor, world.uri, **context)]

        fixes = [each["title"] for each in everything if each["kind"].startswith("quickfix")]
        rest = [each["title"] for each in everything if not each["kind"].startswith("quickfix")]
        assert await titles(only=[""]) == await titles(only=["", "quickfix"]) == fixes + rest
        assert await titles(only=["quickfix"]) == await titles(only=["quickfix.autocrea"]) == fixes
        for kind in ("refactor", "refactor.rewrite", "refactor.rewrite.autocrea"):
            assert await titles(only=[kind]) == rest
        for kind in ("quick", "quickfix.autocreation", "source.fixAll", "source", "refactor.extract", "no.such.kind"):
            assert await titles(only=[kind]) == []
        assert await titles(triggerKind=1) == await titles() == fixes + rest
        assert await titles(triggerKind=2) == fixes
        assert await titles(triggerKind=2, only=["refactor"]) == rest
        assert api.requests == []


async def test_a_fix_carries_its_diagnostic_and_several_have_one_for_all(world: World) -> None:
    async with Emulator() as api, launched(world, api) as server:
        editor = await opened(server, world)
        first = asking.problem(editor, world.uri)
        second = {**first, "message": "another"}
        actions = await asking.listed(editor, world.uri, diagnostics=[first, second], only=["quickfix"])
        carried = [[one["message"] for one in each["diagnostics"]] for each in actions]
        assert carried == [[first["message"]], ["another"], [first["message"], "another"]]
        assert actions[-1]["kind"] == "quickfix.autocrea.all"
        assert api.requests == []


@pytest.mark.parametrize("declared", [True, False])
async def test_without_anybody_to_answer_the_reason_is_told_where_that_is_declared(
    declared: bool, world: World
) -> None:
    action = {**RESOLVES, **({"disabledSupport": True} if declared else {})}
    has, settings = capabilities(action), {"backend": "none"}
    async with Emulator() as api, launched(world, api, capabilities=has, settings=settings) as server:
        editor = await opened(server, world)
        actions = await asking.listed(editor, world.uri)
        if declared:
            assert len(actions) > 5
            assert all(len(each["disabled"]["reason"]) > 20 for each in actions)
            assert all("edit" not in each and "command" not in each for each in actions)
            assert "result" in await server.ask("codeAction/resolve", actions[0])
        else:
            assert actions == []
        assert await asking.listed(editor, world.uri, triggerKind=2) == []


@pytest.mark.parametrize("declared", [True, False])
async def test_what_a_model_will_write_is_tagged_where_that_is_declared(declared: bool, world: World) -> None:
    tags = {"tagSupport": {"valueSet": [LLM_GENERATED]}} if declared else {}
    has = capabilities({**RESOLVES, **tags})
    async with Emulator() as api, launched(world, api, capabilities=has) as server:
        actions = await asking.listed(await opened(server, world), world.uri)
        assert {tuple(each.get("tags") or ()) for each in actions} == {(LLM_GENERATED,) if declared else ()}


# Resolving ------------------------------------------------------------------------------------------------------------

FOREIGN = {
    "no data": {"title": "t", "kind": "quickfix"},
    "data of others": {"title": "t", "data": {"uri": "file:///x", "id": 7}},
    "data that is no object": {"title": "t", "data": "0"},
    "data of ours, but not whole": {"title": "t", "data": {"action": "autocrea", "goal": "fix"}},
    "an edit already": {"title": "t", "edit": {"changes": {"file:///x": []}}},
    "a command alone": {"title": "t", "command": {"title": "c", "command": "x.y", "arguments": [1]}},
}


@pytest.mark.parametrize("name", FOREIGN)
async def test_an_action_that_is_not_ours_comes_back_as_it_was(name: str, world: World) -> None:
    async with Emulator() as api, launched(world, api) as server:
        await opened(server, world)
        assert await server.result("codeAction/resolve", FOREIGN[name]) == FOREIGN[name]
        assert api.requests == []
        assert server.sent("window/showMessage") == []


async def test_a_resolved_action_is_not_asked_about_again(world: World) -> None:
    async with Emulator(answer=asking.answer) as api, launched(world, api) as server:
        editor = await opened(server, world)
        once = await server.result("codeAction/resolve", await asking.fix(editor, world.uri))
        asked = len(api.requests)
        assert once.get("edit") or once.get("command")
        twice = await server.result("codeAction/resolve", once)
        assert twice == once or twice.get("command")
        assert len(api.requests) == asked or not once.get("edit")
