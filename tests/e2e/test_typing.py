"""Typing against Claude's API (the emulator): suggestions, cancellation down to the socket, limits, faults, secrets."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.claude_server import CARET, TEXT, URI, claude, status
from tests.e2e.lsp_client import Server
from tests.e2e.processes import children, gone, until
from tests.emulators.messages import DEFAULT_KEY, SPECS, Emulator, Fault, Rule

pytestmark = pytest.mark.e2e


async def test_a_suggestion_comes_from_claude_and_its_cost_is_counted(emulator: Emulator) -> None:
    async with claude(emulator) as server:
        assert await server.inline(URI, *CARET) == ["load(f)"]
        ready = await status(server, "ready")
        assert (ready["backend"], ready["model"]) == ("claude", "claude-haiku-5-5")
        stats = (await server.execute("autocrea.server.stats"))["result"]
        assert (stats["totalRequests"], stats["byType"]) == (1, {"complete": 1})
        assert stats["totalTokens"] > 0
        assert stats["costMicros"] > 0
        assert await server.stop() == 0


async def test_the_rows_are_on_disk_when_shutdown_is_answered(emulator: Emulator, own_home: Path) -> None:
    """Some editors kill a server at once after that answer."""
    async with claude(emulator) as server:
        assert await server.inline(URI, *CARET) == ["load(f)"]
        assert await server.result("shutdown") is None
        server.kill()
        await server.ended()
    (database,) = own_home.rglob("usage.db")
    with contextlib.closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("select kind, backend, outcome, completion_tokens > 0 from ai_requests").fetchall()
    assert rows == [("complete", "claude", "ok", 1)]


@pytest.mark.model
@pytest.mark.parametrize("how", ["the end of input", "a kill"])
async def test_nothing_of_ours_outlives_the_server(gguf: Path, how: str) -> None:
    """The model's process is gone three seconds after the client is, however it went."""
    async with await Server.start() as server:
        settings = {"backend": "embedded", "embedded": {"modelPath": str(gguf)}}
        await server.initialize(initializationOptions={"settings": settings})
        server.open(URI, TEXT)
        assert await server.inline(URI, *CARET) == ["load(f)"]
        started = children(server.process.pid)
        assert started
        if how == "a kill":
            server.kill()
        else:
            assert server.process.stdin is not None
            server.process.stdin.close()
        await server.ended()
        await until(gone(lambda: {pid for pid in started if Path(f"/proc/{pid}").exists()}), 3)


async def test_the_item_replaces_nothing_and_counts_acceptance(emulator: Emulator) -> None:
    async with claude(emulator) as server:
        answer = await server.answer(server.begin_inline(URI, *CARET))
        (item,) = answer["result"]["items"]
        spot = {"line": CARET[0], "character": CARET[1]}
        assert item["range"] == {"start": spot, "end": spot}
        await server.execute(item["command"]["command"], *item["command"]["arguments"])
        assert (await server.execute("autocrea.server.stats"))["result"]["accepted"] == 1


@pytest.mark.parametrize(
    ("encoding", "units"), [("utf-8", 20), ("utf-16", 17), ("utf-32", 16)], ids=["utf-8", "utf-16", "utf-32"]
)
async def test_positions_in_each_encoding(emulator: Emulator, encoding: str, units: int) -> None:
    async with claude(emulator, general={"positionEncodings": [encoding]}) as server:
        server.open("untitled:astral", 'x = "é𝒳"; y = ma', "python")
        answer = await server.answer(server.begin_inline("untitled:astral", 0, units))
        (item,) = answer["result"]["items"]
        assert item["range"]["start"] == {"line": 0, "character": units}
        prompt = json.dumps(emulator.requests[-1].body, ensure_ascii=False)
        assert 'x = \\"é𝒳\\"; y = ma' in prompt


async def test_cancelling_reaches_the_coroutine_and_the_socket(emulator: Emulator) -> None:
    emulator.fail(Fault.STALL)
    async with claude(emulator) as server:
        number = server.begin_inline(URI, *CARET)
        await emulator.wait(lambda requests: any(request.deltas_sent for request in requests))
        server.notify("$/cancelRequest", {"id": number})
        assert (await server.answer(number))["error"]["code"] == -32800
        await emulator.wait(lambda requests: requests[-1].closed == "before")
        stats = (await server.execute("autocrea.server.stats"))["result"]
        assert stats["totalRequests"] == 1  # the cancelled call left its row, with what it cost


async def test_a_request_cancelled_in_the_same_breath_is_answered_and_asks_nobody(emulator: Emulator) -> None:
    async with claude(emulator) as server:
        await status(server, "ready")
        number = server.begin_inline(URI, *CARET)
        server.notify("$/cancelRequest", {"id": number})
        assert (await server.answer(number))["error"]["code"] == -32800
        assert emulator.requests == []


async def test_the_newest_request_wins_and_older_ones_get_nothing(emulator: Emulator) -> None:
    emulator.fail(Fault.STALL, times=1)
    async with claude(emulator) as server:
        older = server.begin_inline(URI, *CARET)
        await emulator.wait(lambda requests: any(request.deltas_sent for request in requests))
        server.change(URI, 2, *CARET, "l")
        newer = server.begin_inline(URI, CARET[0], CARET[1] + 1)
        assert (await server.answer(older))["result"]["items"] == []
        assert [item["insertText"] for item in (await server.answer(newer))["result"]["items"]] != []
        await emulator.wait(lambda requests: requests[0].closed == "before")


async def test_a_change_that_follows_cannot_leak_into_a_request(emulator: Emulator) -> None:
    """Both messages arrive in one read: the request must see the text as it was when it was sent."""
    async with claude(emulator) as server:
        await status(server, "ready")
        number = server.begin_inline(URI, *CARET, kind=1)
        server.change(URI, 2, 0, 0, "LATER = 1\n")
        await server.answer(number)
        await emulator.wait(lambda requests: len(requests) == 1)
        assert "LATER" not in json.dumps(emulator.requests[0].body)


@pytest.mark.parametrize("kind", [0, 1])
async def test_an_invoked_request_does_not_wait(emulator: Emulator, kind: int) -> None:
    """Kind 0 is how older clients of VS Code say it. An automatic one that was sent before is still waiting then."""
    async with claude(emulator, {"inline": {"debounceMs": 5000}}) as server:
        server.open("untitled:automatic", "waits = ")
        automatic = server.begin_inline("untitled:automatic", 0, 8)
        assert await server.inline(URI, *CARET, kind=kind) == ["load(f)"]
        assert [message for message in server.messages if message.get("id") == automatic] == []


async def test_an_answer_that_goes_on_is_cut_and_its_stream_closed(emulator: Emulator) -> None:
    emulator.default = Rule(answer="load(f)\n" + "x = 1\n" * 500, delay_ms_per_delta=1)
    async with claude(emulator) as server:
        assert await server.inline(URI, *CARET) == ["load(f)"]
        await emulator.wait(lambda requests: requests[-1].closed == "before")


async def test_a_ceiling_of_calls_per_hour_ends_in_a_status_not_in_a_bill(emulator: Emulator) -> None:
    async with claude(emulator, {"inline": {"debounceMs": 0, "maxCallsPerHour": 2}}) as server:
        for number in range(5):
            server.open(f"untitled:{number}", f"value_{number} = ")
            await server.inline(f"untitled:{number}", 0, len(f"value_{number} = "))
        assert len(emulator.requests) == 2
        assert "maxCallsPerHour" in (await status(server, "overBudget"))["message"]
        assert server.sent("window/showMessage") == []


@pytest.mark.parametrize("uri", ["file:///w/.env", "file:///w/id_rsa", "untitled:credentials.json"])
async def test_sensitive_files_send_nothing_and_say_so(emulator: Emulator, uri: str) -> None:
    async with claude(emulator) as server:
        server.open(uri, "TOKEN = ")
        assert await server.inline(uri, 0, 8, kind=1) == []
        assert (await server.result("autocrea/status", {"uri": uri}))["state"] == "off"
        assert emulator.requests == []


async def test_notebook_cells_and_other_schemes_work_without_a_file(emulator: Emulator) -> None:
    cell = "vscode-notebook-cell:/w/a.ipynb#W0"
    async with claude(emulator) as server:
        server.notify(
            "notebookDocument/didOpen",
            {
                "notebookDocument": {
                    "uri": "file:///w/a.ipynb",
                    "notebookType": "jupyter-notebook",
                    "version": 1,
                    "cells": [{"kind": 2, "document": cell}],
                },
                "cellTextDocuments": [{"uri": cell, "languageId": "python", "version": 1, "text": "y = "}],
            },
        )
        assert await server.inline(cell, 0, 4) == ["load(f)"]
        server.open("git:/w/a.py?ref", "z = ")
        assert await server.inline("git:/w/a.py?ref", 0, 4) == ["load(f)"]


HARMFUL = [fault for fault, spec in SPECS.items() if not spec.harmless]


async def test_faults_are_silent_seen_in_the_status_and_over_when_they_are_over(emulator: Emulator) -> None:
    """One server lives through all of them, as a user's does."""
    wrong: dict[str, str] = {}
    async with claude(emulator, {"claude": {"inlineTimeoutMs": 500}, "inline": {"debounceMs": 0}}) as server:
        assert await server.inline(URI, *CARET) == ["load(f)"]
        for number, fault in enumerate(HARMFUL):
            emulator.fail(fault)
            server.open(f"untitled:{number}-broken", "broken = ")
            during = await server.inline(f"untitled:{number}-broken", 0, 9)
            down = await server.result("autocrea/status", {})
            emulator.fail(None)
            server.open(f"untitled:{number}-mended", "mended = ")
            after = await server.inline(f"untitled:{number}-mended", 0, 9)
            up = await server.result("autocrea/status", {})
            told = (during in ([], ["load(f)"]), down["state"], after, up["state"], DEFAULT_KEY in json.dumps(down))
            if told not in [
                (True, state, ["load(f)"], "ready", False) for state in ("backendDown", "noKey", "overBudget")
            ]:
                wrong[fault] = repr(told)
        assert wrong == {}
        assert server.sent("window/showMessage") == []
        assert server.sent("window/showMessageRequest") == []
    assert len(HARMFUL) > 30


def test_nothing_heavy_is_imported_before_initialized() -> None:
    """Start-up must not pay for what the first request needs."""
    heavy = ("anthropic", "httpx2", "peewee", "keyring", "typer", "rich", "xllamacpp")
    code = f"import autocrea_lsp.lsp.serve, sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
