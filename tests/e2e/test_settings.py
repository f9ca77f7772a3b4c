"""Settings of every layer, trust, and progress with both ways to cancel: a real process each time."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.lsp_client import Server
from tests.e2e.processes import children, gone, there, until

pytestmark = pytest.mark.e2e

URI = "file:///w/main.py"
INSTALL = "autocrea.server.model.install"


@pytest_asyncio.fixture
async def fresh() -> AsyncIterator[Server]:
    async with await Server.start() as server:
        yield server


async def message(server: Server) -> str:
    """The status of the open document in words: how a setting shows itself to a client."""
    return str((await server.result("autocrea/status", {"uri": URI}))["message"])


async def until_message(server: Server, part: str, *, there: bool = True) -> None:
    async def holds() -> bool:
        return (part in await message(server)) is there

    await until(holds)


def start(server: Server, answer: Any, **more: Any) -> Any:
    server.answers["workspace/configuration"] = lambda _params: answer
    return server.initialize({"workspace": {"configuration": True}}, **more)


OFF = {"inline": {"enable": False}, "backend": "none"}
ON = {"inline": {"enable": True}, "backend": "none"}


@pytest.mark.parametrize(
    "answer",
    [None, [], [None], [5], ["text"], [[]], {}, [{"inline": 5}], [{"inline": {"enable": "yes"}}], [{"nonsense": {}}]],
    ids=json.dumps,
)
async def test_odd_answers_to_configuration_leave_the_rest_as_it_is(fresh: Server, answer: Any) -> None:
    await start(fresh, answer, initializationOptions={"settings": {"backend": "none"}})
    fresh.open(URI, "x = ")
    assert await fresh.inline(URI, 0, 4) == []
    assert (await fresh.result("autocrea/status", {}))["message"].startswith("No backend: `autocrea.backend` is `none`")


async def test_a_client_that_never_answers_is_not_waited_for_for_ever(fresh: Server) -> None:
    fresh.silent.add("workspace/configuration")
    await start(fresh, None, initializationOptions={"settings": OFF})
    fresh.open(URI, "x = ")
    assert await fresh.inline(URI, 0, 4) == []
    assert "switched off" in await message(fresh)


async def test_a_wrong_setting_is_named_once_in_the_log_and_never_pops_up(fresh: Server) -> None:
    await start(fresh, [{"inline": {"debounceMs": "soon", "colour": 1}, "backend": "none"}])
    told = await fresh.notification("window/logMessage", lambda params: "debounceMs" in params["message"])
    assert "expected a whole number" in told["message"]
    await fresh.notification("window/logMessage", lambda params: "inline.colour: unknown setting" in params["message"])
    for _ in range(2):
        fresh.notify("workspace/didChangeConfiguration", {"settings": None})
        assert await fresh.code("no/such") == -32601
    assert len([p for p in fresh.sent("window/logMessage") if "debounceMs" in p["message"]]) == 1
    assert fresh.sent("window/showMessage") == []


async def test_the_clients_settings_win_over_the_options(fresh: Server) -> None:
    await start(fresh, [ON], initializationOptions={"settings": OFF})
    fresh.open(URI, "x = ")
    await until_message(fresh, "autocrea.backend")


async def test_changes_apply_without_a_restart_by_pull_and_by_push(fresh: Server) -> None:
    answers = [[OFF], [{"backend": "none"}]]
    fresh.answers["workspace/configuration"] = lambda _params: answers[0]
    await fresh.initialize({"workspace": {"configuration": True}})
    fresh.open(URI, "x = ")
    await fresh.inline(URI, 0, 4)
    assert "switched off" in await message(fresh)
    answers.pop(0)
    fresh.notify("workspace/didChangeConfiguration", {"settings": None})
    await until_message(fresh, "switched off", there=False)

    async with await Server.start() as pushed:
        await pushed.initialize()
        pushed.open(URI, "x = ")
        pushed.notify("workspace/didChangeConfiguration", {"settings": {"autocrea": OFF}})
        await until_message(pushed, "switched off")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A workspace that tries to set what it may and what it may not."""
    (tmp_path / "pyproject.toml").write_text(
        """
[tool.autocrea]
backend = "claude"
[tool.autocrea.inline]
disabledLanguages = ["python"]
maxCallsPerHour = 100000
[tool.autocrea.claude]
baseUrl = "http://evil.example"
[tool.autocrea.embedded]
modelPath = "/evil.gguf"
"""
    )
    return tmp_path


async def test_a_repository_counts_only_when_trusted_and_only_by_what_narrows(fresh: Server, repository: Path) -> None:
    folder = {"uri": repository.as_uri(), "name": "w"}
    await fresh.initialize(
        rootUri=repository.as_uri(), workspaceFolders=[folder], initializationOptions={"settings": {"backend": "none"}}
    )
    fresh.open(URI, "x = ")
    assert await fresh.inline(URI, 0, 4) == []
    assert "python" not in await message(fresh)  # untrusted: nothing of the workspace is obeyed
    fresh.notify("autocrea/trust", {"trusted": True})
    await until_message(fresh, "python")
    for name in ("backend", "inline.maxCallsPerHour", "claude.baseUrl", "embedded.modelPath"):
        await fresh.notification("window/logMessage", lambda p, name=name: f"may not set {name}:" in p["message"])
    assert (await fresh.result("autocrea/status", {}))["state"] == "off"  # the user's `none` still counts
    fresh.notify("autocrea/trust", {"trusted": False})
    await until_message(fresh, "python", there=False)


async def test_trust_in_the_options_counts_from_the_start(fresh: Server, repository: Path) -> None:
    await fresh.initialize(
        rootUri=repository.as_uri(), initializationOptions={"trusted": True, "settings": {"backend": "none"}}
    )
    fresh.open(URI, "x = ")
    await fresh.inline(URI, 0, 4)
    assert "python" in await message(fresh)


# Progress -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def stalled() -> Iterator[dict[str, str]]:
    """An environment whose package index takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        index = f"http://127.0.0.1:{listener.getsockname()[1]}/simple"
        yield {"PIP_INDEX_URL": index, "UV_INDEX_URL": index, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}


def kinds(server: Server, token: Any) -> list[str]:
    return [p["value"]["kind"] for p in server.sent("$/progress") if p["token"] == token]


async def test_progress_is_begun_and_ended_once_and_cancelled_by_its_token(stalled: dict[str, str]) -> None:
    async with await Server.start(env=stalled) as server:
        await server.initialize({"window": {"workDoneProgress": True}})
        number = server.begin("workspace/executeCommand", {"command": INSTALL, "arguments": []})
        begun = await server.notification("$/progress", lambda p: p["value"]["kind"] == "begin")
        assert begun["value"]["cancellable"] is True
        await until(there(lambda: children(server.process.pid)))  # pip runs: cancelling must end it too
        server.notify("window/workDoneProgress/cancel", {"token": begun["token"]})
        assert (await server.answer(number))["result"] is None
        assert kinds(server, begun["token"])[0] == "begin"
        assert kinds(server, begun["token"])[-1] == "end"
        assert kinds(server, begun["token"]).count("end") == 1
        assert len(server.sent("window/workDoneProgress/create")) == 1
        await until(gone(lambda: children(server.process.pid)), 10)


async def test_cancel_request_ends_a_command_and_its_progress(stalled: dict[str, str]) -> None:
    async with await Server.start(env=stalled) as server:
        await server.initialize({"window": {"workDoneProgress": True}})
        params = {"command": INSTALL, "arguments": [], "workDoneToken": "mine"}
        number = server.begin("workspace/executeCommand", params)
        await server.notification("$/progress", lambda p: p["value"]["kind"] == "begin")
        server.notify("$/cancelRequest", {"id": number})
        assert (await server.answer(number))["error"]["code"] == -32800
        assert kinds(server, "mine")[-1] == "end"
        assert server.sent("window/workDoneProgress/create") == []  # the client's own token needs none


async def test_a_client_without_progress_gets_none_and_can_cancel_all_the_same(stalled: dict[str, str]) -> None:
    async with await Server.start(env=stalled) as server:
        await server.initialize()
        number = server.begin("workspace/executeCommand", {"command": INSTALL, "arguments": []})
        assert await server.code("no/such") == -32601
        server.notify("$/cancelRequest", {"id": number})
        assert (await server.answer(number))["error"]["code"] == -32800
        assert server.sent("$/progress") == []
        assert server.sent("window/workDoneProgress/create") == []


async def test_a_client_that_never_answers_create_gets_its_work_done(tmp_path: Path) -> None:
    async with await Server.start() as server:
        server.silent.add("window/workDoneProgress/create")
        await server.initialize({"window": {"workDoneProgress": True}})
        missing = str(tmp_path / "none.whl")
        assert (await server.execute(INSTALL, {"source": missing}))["error"]["code"] == -32803
        assert server.sent("$/progress") == []


async def test_leaving_while_an_installation_runs_leaves_nothing_behind(stalled: dict[str, str]) -> None:
    async with await Server.start(env=stalled) as server:
        await server.initialize()
        server.begin("workspace/executeCommand", {"command": INSTALL, "arguments": []})
        await until(there(lambda: children(server.process.pid)))
        started = children(server.process.pid)
        assert server.process.stdin is not None
        server.process.stdin.close()
        assert await server.ended() == 1
        await until(gone(lambda: {pid for pid in started if Path(f"/proc/{pid}").exists()}), 3)
