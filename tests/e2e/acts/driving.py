"""Drives a real server through attacks, as an editor that accepts everything, and says what they changed outside."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

from tests.e2e.acts import outside
from tests.e2e.acts.attacks import Attack
from tests.e2e.acts.editor import Editor
from tests.e2e.acts.world import AFTER, PROBLEM, World
from tests.e2e.claude_server import AUTOCREA
from tests.e2e.lsp_client import SERVER, Server
from tests.emulators.messages import DEFAULT_KEY, Emulator, Rule

FULL: Mapping[str, Any] = {
    **AUTOCREA,
    "workspace": {
        "applyEdit": True,
        "workspaceFolders": True,
        "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create", "rename", "delete"]},
    },
    "window": {"showDocument": {"support": True}},
    "textDocument": {
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": [""]}},
            "dataSupport": True,
            "disabledSupport": True,
            "resolveSupport": {"properties": ["edit", "command"]},
        }
    },
}
"""What an editor of ours declares."""

_MAY_BE_NEW = frozenset({"src/n.py", "tests/test_main.py"})  # places that the attacks on texts make a file at
_PLACEHOLDER = re.compile("⟦[^⟧]*⟧")


@asynccontextmanager
async def launched(
    world: World,
    emulator: Emulator,
    *,
    command: Sequence[str] = SERVER,
    capabilities: Mapping[str, Any] = FULL,
    settings: Mapping[str, Any] | None = None,
    trusted: bool = True,
    **more: Any,
) -> AsyncIterator[Server]:
    """A server for the world's workspace whose Claude is the emulator."""
    environment = {"ANTHROPIC_BASE_URL": emulator.url, "ANTHROPIC_API_KEY": DEFAULT_KEY, **world.environment()}
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **environment},
        limit=1 << 27,
    )
    async with Server(process) as server:
        folder = {"uri": world.workspace.as_uri(), "name": "ws"}
        options = {"trusted": trusted, "settings": {"inline": {"debounceMs": 0}, **(settings or {})}}
        await server.initialize(
            capabilities, rootUri=folder["uri"], workspaceFolders=[folder], initializationOptions=options, **more
        )
        yield server


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an attack did, seen from outside; and whether it was answered by the model at all."""

    violations: list[str]
    asked: int  # requests to the model


class Listener:
    """An address that nobody has any business at; counts who comes."""

    def __init__(self) -> None:
        self.came = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    def _accept(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.came += 1
        writer.close()

    async def fetch(self, texts: Sequence[str]) -> None:
        """What a client that renders those texts fetches by itself."""
        for text in texts:
            for address in outside.addresses(text):
                if address.startswith(self.url):
                    _, writer = await asyncio.open_connection("127.0.0.1", int(self.url.rsplit(":", 1)[1]))
                    writer.close()
                    await writer.wait_closed()


async def drive(world: World, attacks: Sequence[Attack], command: Sequence[str]) -> dict[str, Seen]:
    """One server lives through all the attacks, each in the world as it was; what each did."""
    current: list[Attack] = []
    seen: dict[str, Seen] = {}
    async with Listener() as listener:

        def answer(body: Mapping[str, Any]) -> Rule:
            return Rule(answer=_filled(current[-1].answer, body, world, listener), raw=True, delta_size=7)

        async with Emulator(answer=answer) as emulator, launched(world, emulator, command=command) as server:
            await server.result("autocrea/status", {})
            for attack in attacks:
                world.build()
                current.append(attack)
                seen[attack.name] = await _one(world, attack, server, emulator, listener)
            assert emulator.failures == []
    return seen


async def _one(world: World, attack: Attack, server: Server, emulator: Emulator, listener: Listener) -> Seen:
    before, came = world.tree(), listener.came
    first_message, first_request = len(server.messages), len(emulator.requests)
    editor = Editor(server)
    editor.open(world.uri)
    with outside.Processes(server.process.pid) as processes:
        as_checked = await _act(world, attack, editor)
    editor.close(world.uri)
    texts = [*outside.shown_texts(server.messages[first_message:]), *editor.shown]
    await listener.fetch(texts)
    await asyncio.sleep(0)  # what has connected is counted
    requests = emulator.requests[first_request:]
    violations = [
        *_changes(world, before, attack),
        *(f"process {name}" for name in processes.strangers()),
        *(f"request {one.path}" for one in requests if one.path.split("?")[0] not in _API),
        *(["somebody was called up"] if listener.came > came else []),
        *(f"shown {what}" for text in texts for what in outside.harm(text)),
        *(["a secret was shown"] if any(s in text for text in texts for s in (world.outside, world.inside)) else []),
        *(["applied as checked"] if as_checked and attack.name == "a silenced checker" else []),
    ]
    return Seen(violations=violations, asked=len(requests))


_API = frozenset({"/v1/messages", "/v1/messages/count_tokens", "/v1/models"})


def _changes(world: World, before: Mapping[str, str], attack: Attack) -> Iterator[str]:
    after = world.tree()
    asked = world.main.relative_to(world.root).as_posix()
    for name in sorted(before.keys() | after.keys()):
        inside = name.removeprefix("ws/")
        is_wanted = any(place == inside or place.startswith(f"{inside}/") for place in _MAY_BE_NEW)
        if name != asked and before.get(name) != after.get(name) and not (is_wanted and name not in before):
            yield f"changed {name}"
    text = world.main.read_text(encoding="utf-8")
    if attack.act == "insert":  # between any two lines
        lines, kept = world.text.splitlines(), iter(text.splitlines())
        outside_lines = all(line in kept for line in lines)
    else:
        outside_lines = text.startswith(world.head) and text.endswith(AFTER)
    if not outside_lines:
        yield "changed what was not asked"
    if any(mark in text for mark in ("\u202e", "\u2066", "\U000e0041", "\u200b")):
        yield "invisible characters in the file"
    for secret in (world.outside, world.inside):
        if len(world.holding(secret)) > 1:
            yield "a secret was copied"
    if world.holding("⟦"):
        yield "a placeholder was written"


# Acts -----------------------------------------------------------------------------------------------------------------


async def _act(world: World, attack: Attack, editor: Editor) -> bool:
    """Ask, and accept whatever comes. Whether an edit came that needs no consent."""
    server, uri = editor.server, world.uri
    place = editor.range_of(uri, world.asked.rstrip("\n"))
    match attack.act:
        case "edit" | "tests" | "command":
            goal = "tests" if attack.act == "tests" else "refactor"
            params = {"uri": uri, "range": place, "goal": goal, "instruction": "Make it better.", **attack.params}
            if attack.act == "command":
                await server.execute("autocrea.server.edit", params)
            else:
                await _accept(editor, await server.ask("autocrea/edit", params))
        case "fix":
            return await _fix(editor, uri)
        case "generate":
            wish = {"prompt": "A new file.", **attack.params, "partialResultToken": f"code {attack.name}"}
            await _accept(editor, await server.ask("autocrea/generate", wish))
        case "insert":
            caret = {"uri": uri, "position": place["start"], "prompt": "Code here."}
            await _accept(editor, await server.ask("autocrea/generate", caret))
        case "explain":
            asked = {"uri": uri, "range": place, "partialResultToken": attack.name}
            await server.ask("autocrea/explain", asked)
            await server.execute("autocrea.server.explain", {"uri": uri, "range": place})
        case "chat":
            talk = {"message": "What is this?", "attachments": [{"kind": "file", "uri": uri}]}
            await server.ask("autocrea/chat", {**talk, "partialResultToken": attack.name})
            await server.execute("autocrea.server.chat", talk)
        case "commit":
            await server.ask("autocrea/commitMessage", {})
            await server.execute("autocrea.server.commitMessage")
    return False


async def _fix(editor: Editor, uri: str) -> bool:
    server, at = editor.server, editor.range_of(uri, "jsn")
    problem = {"range": at, "message": "Undefined name `jsn`", "source": "ruff", "code": "F821", "severity": 1}
    context = {"diagnostics": [problem], "only": ["quickfix"]}
    actions = await server.result(
        "textDocument/codeAction", {"textDocument": {"uri": uri}, "range": at, "context": context}
    )
    assert PROBLEM in editor.documents[uri].text
    action = (await server.ask("codeAction/resolve", actions[0])).get("result") or {}
    if action.get("edit"):
        editor.apply(action["edit"])
        return True
    if (command := action.get("command")) and command["command"] == "autocrea.review":
        answer = await server.ask("autocrea/proposal/accept", {"id": command["arguments"][0]["id"]})
        editor.apply(answer.get("result", {}).get("edit", {}))
    return False


async def _accept(editor: Editor, answer: Mapping[str, Any]) -> None:
    found = answer.get("result") or {}
    proposal = found.get("proposal", found)
    if "id" not in proposal:
        return
    accepted = await editor.server.ask("autocrea/proposal/accept", {"id": proposal["id"]})
    if edit := accepted.get("result", {}).get("edit"):
        editor.apply(edit)


def _filled(answer: str, body: Mapping[str, Any], world: World, listener: Listener) -> str:
    """With the placeholders that this prompt holds: a model has read them there."""
    asked = "\n".join(_texts(body["messages"]))
    forms = list(dict.fromkeys(_PLACEHOLDER.findall(asked))) or ["⟦secret:github:1⟧"]
    names = {
        "{away}": str(world.away),
        "{server}": listener.url,
        "{outer}": forms[0],
        "{inner}": forms[-1],
        "{path}": "src/main.py",
    }
    for name, value in names.items():
        answer = answer.replace(name, value)
    return answer


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        yield from _texts(node.get("content", node.get("text", "")))
    elif isinstance(node, list):
        for each in node:
            yield from _texts(each)
