"""The emulated host in a thread, as a process, and as seen by whoever commands it over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.emulators.vercel import CANARY, Fault, Plan, Running
from tests.emulators.vercel_asking import body

ROOT = Path(__file__).resolve().parents[2]
INLINE = [{"file": "index.html", "data": "hello"}]


@pytest.fixture(scope="module")
def process() -> Iterator[httpx.Client]:
    """A client of a process that ends with its input."""
    command = [
        sys.executable,
        "-m",
        "tests.emulators.vercel",
        "--speed",
        "0",
        "--plan",
        '{"states": ["QUEUED", "READY"]}',
    ]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        first = json.loads(running.stdout.readline())
        assert first["token"] == CANARY
        with httpx.Client(base_url=first["url"], headers={"authorization": f"Bearer {CANARY}"}) as client:
            yield client
        running.stdin.close()
        assert running.wait(timeout=10) == 0


def tell(client: httpx.Client, command: str, **values: Any) -> Any:
    return client.post(f"/__emulator__/{command}", json=values).json()


def make(client: httpx.Client) -> Any:
    return client.post("/v13/deployments", json=body() | {"files": INLINE}).json()


def test_a_process_is_commanded_over_http(process: httpx.Client) -> None:
    made = make(process)
    assert tell(process, "advance", seconds=10) == {"ok": True}
    state = process.get("/__emulator__/state").json()
    assert [(entry["id"], entry["state"]) for entry in state["deployments"]] == [(made["id"], "READY")]
    assert (state["saw_token"], state["breaches"], state["failures"]) == (True, [], [])
    assert state["aliases"] == {"site.vercel.app": made["id"]}
    assert [(entry["op"], entry["status"]) for entry in state["requests"]] == [("create_deployment", 200)]
    tell(process, "fail", fault="503", op="user", times=1)
    assert [process.get("/v2/user").status_code for _ in range(2)] == [503, 200]
    tell(process, "fail", fault="500", times=None)
    tell(process, "heal")
    assert process.get("/v2/user").status_code == 200
    tell(process, "plan", states=["QUEUED", "ERROR"], step_s=2, error=["CODE", "why"], log=["a", {"text": "b"}])
    failing = make(process)
    tell(process, "advance", seconds=3)
    assert process.get(f"/v13/deployments/{failing['id']}").json()["errorCode"] == "CODE"
    tell(process, "reset")
    assert process.get("/__emulator__/state").json()["deployments"] == []


def test_what_was_there_before_can_be_put_there(process: httpx.Client) -> None:
    project = tell(process, "project", name="old", domains=["old.example"])["id"]
    made = [tell(process, "deployment", project=project, target="production")["id"] for _ in range(2)]
    shown = process.get("/v9/projects/old").json()
    assert (shown["id"], shown["targets"]["production"]["id"]) == (project, made[1])
    assert process.get("/v13/deployments/old.example").json()["id"] == made[1]


@pytest.mark.parametrize(
    ("command", "values"),
    [("nothing", {}), ("fail", {"fault": "418"}), ("fail", {"fault": "500", "op": "x"}), ("plan", {"unknown": 1})],
    ids=str,
)
def test_a_command_that_cannot_be_done_says_so(command: str, values: dict[str, Any], process: httpx.Client) -> None:
    answer = process.post(f"/__emulator__/{command}", json=values)
    assert (answer.status_code, set(answer.json())) == (400, {"error"})


def test_a_thread_beside_a_test_that_is_not_asynchronous() -> None:
    running = Running(speed=0)
    with running as api, httpx.Client(base_url=api.url, headers={"authorization": f"Bearer {api.token}"}) as client:
        api.plan = Plan(instant=True)
        api.fail(Fault.UNAVAILABLE, op="create_deployment")
        assert client.post("/v13/deployments", json=body()).status_code == 503
        assert make(client)["readyState"] == "READY"
        running.wait(lambda: api.count("create_deployment") == 2)
        assert api.world.live("site") is not None
        assert api.failures == []


def test_a_followed_log_is_woken_from_another_thread() -> None:
    running = Running(speed=0)
    with running as api, httpx.Client(base_url=api.url, headers={"authorization": f"Bearer {api.token}"}) as client:
        made = make(client)
        with client.stream("GET", f"/v3/deployments/{made['id']}/events?follow=1") as answer:
            lines = answer.iter_lines()
            assert json.loads(next(lines))["info"]["readyState"] == "QUEUED"
            api.clock.advance(10)
            assert json.loads(list(lines)[-1])["type"] == "alias-assigned"
