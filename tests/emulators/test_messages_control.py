"""The emulator driven from outside: over HTTP, and as a process of its own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.emulators.messages import DEFAULT_KEY, Emulator

SCRIPT = Path(__file__).with_name("messages.py")
HEADERS = {"authorization": f"Bearer {DEFAULT_KEY}", "anthropic-version": "2026-10-21"}
ASK: dict[str, Any] = {
    "model": "claude-haiku-5-5",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "hello"}],
    "thinking": {"type": "disabled"},
}


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with (
        Emulator() as api,
        httpx2.AsyncClient(base_url=api.url, headers=HEADERS, trust_env=False, timeout=20) as client,
    ):
        yield client
        assert api.failures == []


async def test_it_is_driven_over_http_for_tests_in_other_languages(http: httpx2.AsyncClient) -> None:
    async def control(name: str, value: object) -> int:
        return (await http.post(f"/_emulator/{name}", json=value)).status_code

    assert await control("rules", {"rules": [{"match": "hello", "answer": "from afar"}]}) == 200
    assert await control("fault", {"fault": "status-529", "times": 1}) == 200
    assert (await http.post("/v1/messages", json=ASK)).status_code == 529
    assert (await http.post("/v1/messages", json=ASK)).json()["content"][0]["text"] == "from afar"
    recorded = (await http.get("/_emulator/requests")).json()["requests"]
    assert [request["status"] for request in recorded] == [529, 200]
    assert recorded[0]["body"] == ASK
    assert (await http.get("/_emulator/faults")).json()["faults"]["stream-ping-storm"] == {"harmless": True}
    script = {"match": "hello", "system_match": "", "answers": ["bad", {"answer": "go", "stop_reason": "max_tokens"}]}
    assert await control("rules", {"rules": [script]}) == 200
    ends = [(await http.post("/v1/messages", json=ASK)).json()["stop_reason"] for _ in range(2)]
    assert ends == ["end_turn", "max_tokens"]
    assert await control("unknown", {"fields": ["thinking"]}) == 200
    assert (await http.post("/v1/messages", json=ASK)).status_code == 400
    assert await control("unknown", {"fields": []}) == 200
    count = {name: value for name, value in ASK.items() if name != "max_tokens"}
    assert await control("fault", {"fault": "status-529", "path": "/v1/messages/count_tokens"}) == 200
    assert (await http.post("/v1/messages/count_tokens", json=count)).status_code == 529
    assert (await http.post("/v1/messages", json=ASK)).status_code == 200
    assert await control("rules", {"rules": [{"answers": [{"hologram": 1}]}]}) == 400
    assert await control("fault", {"fault": "no-such-fault"}) == 400
    assert await control("hologram", {}) == 400
    assert await control("reset", {}) == 200
    assert (await http.get("/_emulator/requests")).json() == {"requests": []}
    assert (await http.post("/v1/messages", json=ASK)).json()["content"][0]["text"] == "emulated_answer(42)"


async def test_it_runs_as_a_process_and_ends_with_its_input(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(
        json.dumps(
            {
                "default": {"answers": ["scripted", "twice"]},
                "fault": {"fault": "status-503-html", "times": 1},
                "unknown": {"fields": ["output_config"]},
            }
        )
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, SCRIPT, "--port", "0", "--key", "other", "--script", script,
        cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    async with asyncio.timeout(30):
        url = (await process.stdout.readline()).decode().strip()
        async with httpx2.AsyncClient(headers=HEADERS | {"authorization": "Bearer other"}, trust_env=False) as client:
            assert (await client.post(f"{url}/v1/messages", json=ASK)).status_code == 503
            answer = (await client.post(f"{url}/v1/messages", json=ASK)).json()
            assert answer["content"][0]["text"] == "scripted"
            refused = await client.post(f"{url}/v1/messages", json=ASK | {"output_config": {"effort": "low"}})
            assert refused.status_code == 400
            answer = (await client.post(f"{url}/v1/messages", json=ASK)).json()
            assert answer["content"][0]["text"] == "twice"
        process.stdin.write(b'{"command": "requests"}\n{"command": "hologram"}\nnot json\n')
        requests, unknown, broken = [json.loads(await process.stdout.readline()) for _ in range(3)]
        assert [request["status"] for request in requests["requests"]] == [503, 200, 400, 200]
        assert "error" in unknown
        assert "error" in broken
        process.stdin.close()
        assert await process.wait() == 0
