"""A client for deployments: in memory, with answers to what the server asks that a test can choose."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.lsp.memory import Memory, Wire

SILENT, REFUSED = object(), object()
"""Answers: nothing at all; an error as of a client that does not know the request."""

DEPLOY = "autocrea.server.deploy"
EVENT = "autocrea/deploy/event"
ASKED = "window/showMessageRequest"
CREATE = "window/workDoneProgress/create"

CAPABILITIES: dict[str, Any] = {"window": {"workDoneProgress": True, "showDocument": {"support": True}}}
OURS: dict[str, Any] = {**CAPABILITIES, "experimental": {"autocrea": {"version": 1}}}
SHOWS_BY_ITSELF: dict[str, Any] = {
    **CAPABILITIES,
    "experimental": {"autocrea": {"version": 1, "deploy": {"messages": True}}},
}


class AnsweringWire(Wire):
    """Requests of the server's are answered by `answers`, with null where nothing is said."""

    def __init__(self, send: Callable[[dict[str, Any]], None]) -> None:
        super().__init__(self._answer_by_method)
        self._send_answer = send
        self.answers: dict[str, Any] = {}

    def _answer_by_method(self, empty: dict[str, Any]) -> None:
        request = next(each for each in self.messages if each.get("id") == empty["id"] and "method" in each)
        answer = self.answers.get(request["method"])
        if answer is SILENT:
            return
        if answer is REFUSED:
            error = {"code": -32601, "message": "unknown request"}
            self._send_answer({"id": empty["id"], "error": error})
            return
        self._send_answer({"id": empty["id"], "result": answer(request.get("params")) if answer else None})


class DeployClient(Memory):
    """Deployments seen from the client's side."""

    def __init__(self) -> None:
        super().__init__()
        self.wire: AnsweringWire = AnsweringWire(self.send)
        self.server.protocol.set_writer(self.wire)
        self.wire.answers["window/showDocument"] = lambda _params: {"success": True}

    async def start(
        self,
        folder: Path | None,
        capabilities: dict[str, Any] | None = None,
        *,
        trusted: bool = True,
        settings: dict[str, Any] | None = None,
        more_folders: Sequence[Path] = (),
    ) -> None:
        folders = [{"uri": each.as_uri(), "name": each.name} for each in (folder, *more_folders) if each is not None]
        await self.initialize(
            CAPABILITIES if capabilities is None else capabilities,
            workspaceFolders=folders,
            initializationOptions={"trusted": trusted, "settings": {"backend": "none", **(settings or {})}},
        )
        await self.server.configuration.loaded.wait()

    async def execute(self, command: str, argument: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        arguments = [] if argument is None else [argument]
        return await self.ask("workspace/executeCommand", {"command": command, "arguments": arguments, **more})

    async def result(self, command: str, argument: dict[str, Any] | None = None) -> Any:
        answer = await self.execute(command, argument)
        assert "error" not in answer, answer
        return answer["result"]

    async def error(self, command: str, argument: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = await self.execute(command, argument)
        assert "error" in answer, answer
        found: dict[str, Any] = answer["error"]
        return found

    def sent(self, method: str) -> list[Any]:
        """Params of all that the server has sent by that name."""
        return [each.get("params") for each in self.wire.messages if each.get("method") == method]

    async def gets(self, method: str, accept: Callable[[Any], bool] = lambda _params: True) -> Any:
        """The params of the first such message, that came or will."""
        found = await self.wait(lambda each: each.get("method") == method and accept(each.get("params")))
        return found.get("params")

    def choose(self, title: str | None) -> None:
        """What the user picks in every message with buttons from now on."""
        self.wire.answers["window/showMessageRequest"] = lambda _params: {"title": title} if title else None

    @property
    def progress(self) -> list[dict[str, Any]]:
        """The values of the progress, in order."""
        return [each["value"] for each in self.sent("$/progress")]

    @property
    def messages(self) -> list[str]:
        """What the user was shown or asked, in order."""
        names = ("window/showMessage", "window/showMessageRequest")
        return [each["params"]["message"] for each in self.wire.messages if each.get("method") in names]

    async def settled(self) -> None:
        """What the loop had to do at once is done."""
        for _ in range(20):
            await asyncio.sleep(0)

    def cancel_progress(self) -> None:
        token = self.sent("window/workDoneProgress/create")[-1]["token"]
        self.notify("window/workDoneProgress/cancel", {"token": token})


def check_progress(values: list[dict[str, Any]]) -> None:
    """One progress as it must be: begins once, ends once, last; the percentage never falls."""
    kinds = [each["kind"] for each in values]
    assert kinds[0] == "begin"
    assert kinds[-1] == "end"
    assert set(kinds[1:-1]) <= {"report"}
    percents = [each["percentage"] for each in values if each.get("percentage") is not None]
    assert percents == sorted(percents)
    assert json.dumps(values)
