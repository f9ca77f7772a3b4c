"""The acts as requests, on the world's file: what the tests of faults and limits ask for, one of each kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.e2e.acts.editor import Editor
from tests.e2e.acts.world import World
from tests.emulators.messages import Rule

OLD, NEW = "        return jsn.load(f), token", "        return json.load(f), token"
GOOD_EDIT = json.dumps({"explanation": "The name.", "edits": [{"path": "src/main.py", "old": OLD, "new": NEW}]})
GOOD_CODE = "<path>src/made.py</path>\n<code>\nX = 1\n</code>\n<explanation>A number.</explanation>"
GOOD_TEXT = "It loads a file."

Ask = Callable[[Editor, World], tuple[str, dict[str, Any]]]


def problem(editor: Editor, uri: str) -> dict[str, Any]:
    at = editor.range_of(uri, "jsn")
    return {"range": at, "message": "Undefined name `jsn`", "source": "ruff", "code": "F821", "severity": 1}


def edit(editor: Editor, world: World) -> tuple[str, dict[str, Any]]:
    place = editor.range_of(world.uri, world.asked.rstrip("\n"))
    return "autocrea/edit", {"uri": world.uri, "range": place, "instruction": "Mend it."}


def explain(editor: Editor, world: World) -> tuple[str, dict[str, Any]]:
    return "autocrea/explain", {"uri": world.uri, "range": editor.range_of(world.uri, OLD)}


def chat(_editor: Editor, world: World) -> tuple[str, dict[str, Any]]:
    return "autocrea/chat", {"message": "What is it?", "attachments": [{"kind": "file", "uri": world.uri}]}


def generate(_editor: Editor, _world: World) -> tuple[str, dict[str, Any]]:
    return "autocrea/generate", {"prompt": "A number."}


def commit(_editor: Editor, _world: World) -> tuple[str, dict[str, Any]]:
    return "autocrea/commitMessage", {}


REQUESTS: Mapping[str, Ask] = {
    "edit": edit,
    "explain": explain,
    "chat": chat,
    "generate": generate,
    "commit": commit,
}


def answer(body: Mapping[str, Any]) -> Rule:
    """What a good model says to each of them, by what it was told to do."""
    system = json.dumps(body.get("system"))
    if "one JSON object" in system:
        return Rule(answer=GOOD_EDIT, raw=True)
    return Rule(answer=GOOD_CODE if "<code>" in system else GOOD_TEXT, raw=True)


async def listed(editor: Editor, uri: str, **context: Any) -> list[dict[str, Any]]:
    """The actions on the problem."""
    found = problem(editor, uri)
    params = {
        "textDocument": {"uri": uri},
        "range": found["range"],
        "context": {"diagnostics": [found], **context},
    }
    actions: list[dict[str, Any]] = await editor.server.result("textDocument/codeAction", params)
    return actions


async def fix(editor: Editor, uri: str) -> dict[str, Any]:
    """The action that mends the problem, unresolved."""
    (action,) = [one for one in await listed(editor, uri, only=["quickfix"]) if one["kind"] == "quickfix.autocrea"]
    return action
