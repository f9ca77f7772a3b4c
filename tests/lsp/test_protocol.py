"""Our mends of pygls, in memory; and what we rely on in pygls itself, so that a new release is noticed here first."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.workspace import TextDocument, Workspace

from autocrea_lsp.errors import (
    AutocreaError,
    BackendError,
    NoCredentials,
    OverBudget,
    StaleRequest,
    Unavailable,
    UserError,
)
from autocrea_lsp.lsp import boundary, wire
from autocrea_lsp.lsp.features import COMMANDS, FEATURES
from autocrea_lsp.lsp.server import Command, Feature
from tests.lsp.memory import Memory

# What pygls does ---------------------------------------------------------------------------------------------------

SEAMS = {
    LanguageServerProtocol: (
        "_execute_handler",
        "_send_handler_result",
        "_check_handler_result",
        "_send_response",
        "_send_data",
        "handle_message",
        "structure_message",
        "get_message_type",
        "lsp_initialize",
        "lsp_shutdown",
        "lsp_exit",
        "lsp_workspace__execute_command",
        "lsp_text_document__did_change",
    ),
    Workspace: ("_create_text_document", "update_text_document", "update_notebook_document"),
    TextDocument: ("apply_change", "source", "lines"),
}


@pytest.mark.parametrize(("owner", "name"), [(owner, name) for owner, names in SEAMS.items() for name in names])
def test_what_we_override_in_pygls_is_there(owner: type, name: str) -> None:
    assert hasattr(owner, name)


class Plain:
    """pygls as it comes, with a writer that keeps what is written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.server = LanguageServer("plain", "0")
        self.server.protocol.set_writer(self)

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def close(self) -> None: ...

    def receive(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message})
        try:
            self.server.protocol.handle_message(json.loads(body, object_hook=self.server.protocol.structure_message))
        except Exception as error:  # what pygls' own loop does with it
            self.server.report_server_error(error, type(error))

    def answers(self) -> list[dict[str, Any]]:
        bodies = [json.loads(data.split(b"\r\n\r\n", 1)[1]) for data in self.written]
        return [body for body in bodies if "method" not in body]

    def initialize(self) -> None:
        self.receive(id=1, method="initialize", params={"processId": None, "rootUri": None, "capabilities": {}})
        self.written.clear()


def test_pygls_still_answers_nothing_to_invalid_params() -> None:
    """When this fails, mend 1 of `lsp/protocol.py` may have become needless."""
    plain = Plain()
    plain.initialize()
    plain.receive(id=2, method="textDocument/completion", params={"position": "?"})
    assert plain.answers() == []


def test_pygls_still_serves_before_initialize_and_is_silent_after_shutdown() -> None:
    plain = Plain()
    plain.receive(id=1, method="workspace/executeCommand", params={"command": "none"})
    assert plain.answers()[0]["error"]["code"] == -32602  # not -32002
    plain.initialize()
    plain.receive(id=3, method="shutdown")
    plain.written.clear()
    plain.receive(id=4, method="shutdown")
    assert plain.answers() == []


async def test_pygls_still_does_not_cancel_commands() -> None:
    """When this fails, mend 2 may have become needless."""
    plain = Plain()
    cancelled: list[bool] = []
    started, release = asyncio.Event(), asyncio.Event()

    @plain.server.command("wait")
    async def _wait() -> None:
        started.set()
        try:
            await release.wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    plain.initialize()
    plain.receive(id=2, method="workspace/executeCommand", params={"command": "wait"})
    await started.wait()
    plain.receive(method="$/cancelRequest", params={"id": 2})
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert cancelled == []
    release.set()


def test_pygls_still_splits_at_separators_that_are_text() -> None:
    """When this fails, our document store may lean on pygls' lines."""
    assert len(TextDocument("file:///a", "a\x0bb\u2028c").lines) == 3


# What ours does ----------------------------------------------------------------------------------------------------


async def test_every_feature_and_command_of_the_table_is_answered_or_taken() -> None:
    async with Memory() as client:
        result = await client.initialize({"notebookDocument": {"synchronization": {}}})
        assert result["capabilities"]["executeCommandProvider"]["commands"] == [command.id for command in COMMANDS]
        assert "inlineCompletionProvider" in result["capabilities"]
        assert result["capabilities"]["experimental"] == {"autocrea": {"version": wire.VERSION}}
        assert result["capabilities"]["notebookDocumentSync"]["notebookSelector"]
        known = {feature.method for feature in FEATURES}
        assert {value for name, value in vars(wire.Method).items() if name.isupper()} - known == {
            wire.Method.STATUS_CHANGED,  # server → client
            wire.Method.CREDENTIALS,
            wire.Method.DEPLOY_EVENT,
            wire.Method.DEPLOY_ENVIRONMENT,
        }
        assert {value for name, value in vars(wire.Command).items() if name.isupper()} == {c.id for c in COMMANDS}


ERRORS: list[tuple[Exception, int]] = [
    (StaleRequest("moved on"), -32801),
    (UserError("set it right", hint="Like so."), -32803),
    (NoCredentials("no key"), -32803),
    (OverBudget("enough"), -32803),
    (Unavailable("claude", "down"), -32803),
    (BackendError("claude", "odd"), -32803),
    (AutocreaError("other"), -32803),
    (RuntimeError("secret detail in /home/someone"), -32603),
    (KeyError("x"), -32603),
]


@pytest.mark.parametrize(("error", "code"), ERRORS, ids=lambda value: type(value).__name__)
async def test_a_commands_error_is_told_without_traceback_and_typings_is_not(error: Exception, code: int) -> None:
    async def fails(*_: Any) -> None:
        raise error

    async with Memory() as client:
        client.server.register([], [Command(id="test.fail", handler=fails)])
        await client.initialize()
        answer = await client.ask("workspace/executeCommand", {"command": "test.fail"})
        assert answer["error"]["code"] == code
        assert "Traceback" not in json.dumps(answer)
        assert "someone" not in json.dumps(answer)
        assert boundary.answer_for(error, lsp.TEXT_DOCUMENT_INLINE_COMPLETION) == (None, None)


def test_paths_of_our_installation_do_not_reach_a_client() -> None:
    text = boundary.clean(f"failed in {boundary.__file__} line 3")
    assert text == "failed in ~/autocrea_lsp/lsp/boundary.py line 3"


async def test_cancelling_reaches_the_coroutine_of_a_command() -> None:
    seen: list[str] = []
    started = asyncio.Event()

    async def waits(*_: Any) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    async with Memory() as client:
        client.server.register([Feature(method="test/wait", handler=waits)], [Command(id="test.wait", handler=waits)])
        await client.initialize()
        for number in (
            client.begin("workspace/executeCommand", {"command": "test.wait"}),
            client.begin("test/wait", {}),
        ):
            await started.wait()
            client.notify("$/cancelRequest", {"id": number})
            assert (await client.answer(number))["error"]["code"] == -32800
        assert seen == ["cancelled", "cancelled"]


async def test_finished_handlers_are_forgotten() -> None:
    async with Memory() as client:
        await client.initialize()
        client.open("file:///a.py", "")
        for version in range(2, 200):
            change = {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}, "text": "x"}
            document = {"uri": "file:///a.py", "version": version}
            client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        await client.ask("autocrea/status", {})
        async with asyncio.timeout(10):
            while len(client.server.protocol._request_futures) > 3:  # noqa: ASYNC110  # no event tells of it
                await asyncio.sleep(0.01)
        assert client.server.protocol.documents is not None
        found = client.server.protocol.documents.find("file:///a.py")
        assert found is not None
        assert found.source == "x" * 198


async def test_a_request_with_an_id_in_use_is_refused() -> None:
    async with Memory() as client:
        await client.initialize()
        client.open("file:///a.py", "x = ")
        client.send({"id": "same", "method": "shutdown"})
        client.send({"id": "same", "method": "shutdown"})
        answers = [await client.wait(lambda m: m.get("id") == "same" and "error" in m)]
        assert answers[0]["error"]["code"] == -32600


async def test_numbers_in_strings_are_not_numbers() -> None:
    async with Memory() as client:
        await client.initialize()
        position = {"line": "0", "character": 0}
        answer = await client.ask("textDocument/completion", {"textDocument": {"uri": "a:b"}, "position": position})
        assert answer["error"]["code"] == -32602
        whole = {"line": 0.0, "character": 0.0}  # some clients have one kind of number only
        answer = await client.ask("textDocument/completion", {"textDocument": {"uri": "a:b"}, "position": whole})
        assert answer["result"] == {"isIncomplete": False, "items": []}


@pytest.mark.parametrize("declared", [False, True])
async def test_the_menu_item_is_for_clients_without_ghost_text(declared: bool) -> None:
    capabilities = {"textDocument": {"inlineCompletion": {}}} if declared else {}
    async with Memory() as client:
        await client.initialize(capabilities)
        assert client.server.client.inline_completion is declared
        client.open("file:///a.py", "x = ")
        spot = {"line": 0, "character": 4}
        answer = await client.ask(
            "textDocument/completion", {"textDocument": {"uri": "file:///a.py"}, "position": spot}
        )
        assert answer["result"]["isIncomplete"] is not declared


async def test_status_changes_go_only_to_clients_that_know_them() -> None:
    for experimental, expected in (({}, False), ({"autocrea": {"version": 1}}, True), ({"autocrea": 5}, False)):
        async with Memory() as client:
            await client.initialize({"experimental": experimental})
            await client.server.configuration.loaded.wait()
            await client.app.start()
            client.app.credentials_changed()
            sent = [m for m in client.wire.messages if m.get("method") == wire.Method.STATUS_CHANGED]
            assert bool(sent) is expected
