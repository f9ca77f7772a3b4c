"""The emulated Netlify in a thread, as a process, and as seen by whoever commands it over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.emulators.netlify import CANARY, Fault, Plan, Running
from tests.emulators.netlify_asking import FILES, digest, manifest

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "tests.emulators.netlify", "--speed", "0", "--site", "site"]
HEADERS = {"authorization": f"Bearer {CANARY}"}


@pytest.fixture(scope="module")
def process() -> Iterator[httpx.Client]:
    """A client of a process that ends with its input."""
    plan = ["--plan", '{"states": ["uploaded", "ready"]}']
    with subprocess.Popen(
        [*COMMAND, *plan], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        first = json.loads(running.stdout.readline())
        assert first["token"] == CANARY
        with httpx.Client(base_url=first["url"], headers=HEADERS) as client:
            yield client
        running.stdin.close()
        assert running.wait(timeout=10) == 0


def tell(client: httpx.Client, command: str, **values: Any) -> Any:
    return client.post(f"/__emulator__/{command}", json=values).json()


def make(client: httpx.Client, site: str = "site") -> Any:
    """A deploy of which everything is there."""
    made = client.post(f"/api/v1/sites/{site}/deploys", json=manifest()).json()
    names = {digest(data): name for name, data in FILES.items()}
    for sha in made["required"]:
        path = f"/api/v1/deploys/{made['id']}/files/{names[sha]}"
        octets = {"content-type": "application/octet-stream"}
        assert client.put(path, content=FILES[names[sha]], headers=octets).status_code == 200
    return made


def test_a_process_is_commanded_over_http(process: httpx.Client) -> None:
    made = make(process)
    assert tell(process, "advance", seconds=1) == {"ok": True}
    state = process.get("/__emulator__/state").json()
    (deploy,) = state["deployments"]
    assert (deploy["id"], deploy["state"], deploy["published"]) == (made["id"], "ready", True)
    assert deploy["files"] == sorted(FILES)
    assert (state["saw_token"], state["breaches"], state["failures"]) == (True, [], [])
    assert [site["live"] for site in state["sites"]] == [made["id"]]
    assert [entry["op"] for entry in state["requests"]] == ["create_deploy", "upload_file", "upload_file"]
    assert state["requests"][0]["keys"] == ["async", "draft", "files"]
    tell(process, "fail", fault="503", op="user", times=1)
    assert [process.get("/api/v1/user").status_code for _ in range(2)] == [503, 200]
    tell(process, "fail", fault="500", times=None)
    tell(process, "heal")
    assert process.get("/api/v1/user").status_code == 200
    tell(process, "plan", states=["uploaded", "error"], step_s=2, error="why", log=["a", {"text": "b"}])
    failing = make(process)
    tell(process, "advance", seconds=3)
    assert process.get(f"/api/v1/deploys/{failing['id']}").json()["error_message"] == "why"
    tell(process, "plan", failing=True)
    failing = make(process)
    tell(process, "advance", seconds=3)
    assert "non-zero exit code" in process.get(f"/api/v1/deploys/{failing['id']}").json()["error_message"]
    tell(process, "reset")
    assert process.get("/__emulator__/state").json()["deployments"] == []


def test_what_was_there_before_can_be_put_there(process: httpx.Client) -> None:
    site = tell(process, "site", name="old", repo={"repo_branch": "trunk"}, locked=False)["id"]
    made = [tell(process, "deployment", site="old")["id"] for _ in range(2)]
    shown = process.get("/api/v1/sites/old").json()
    assert (shown["id"], shown["published_deploy"]["id"]) == (site, made[1])
    tell(process, "plan", git_states=["pending_review"])
    waiting = process.post(f"/api/v1/sites/{site}/builds").json()["deploy_id"]
    assert process.get(f"/api/v1/deploys/{waiting}").json()["state"] == "pending_review"
    assert tell(process, "review", deploy=waiting, accept=False) == {"ok": True}
    assert process.get(f"/api/v1/deploys/{waiting}").json()["state"] == "rejected"


@pytest.mark.parametrize(
    ("command", "values"),
    [
        ("fail", {"fault": "no such thing"}),
        ("fail", {"fault": "500", "op": "nothing"}),
        ("deployment", {"site": "nowhere"}),
        ("dance", {}),
    ],
)
def test_a_command_that_cannot_be_done_says_so(process: httpx.Client, command: str, values: dict[str, Any]) -> None:
    answer = process.post(f"/__emulator__/{command}", json=values)
    assert (answer.status_code, "error" in answer.json()) == (400, True)


def test_it_runs_beside_a_test_that_is_not_asynchronous() -> None:
    running = Running(speed=0)
    with running as api, httpx.Client(base_url=api.url, headers=HEADERS) as client:
        api.world.add_site("site")
        api.plan = Plan(step_s=0)
        made = make(client)
        api.fail(Fault.UNAVAILABLE, op="user")
        assert client.get("/api/v1/user").status_code == 503
        running.wait(lambda: api.count("user") == 1)
        assert (api.world.live("site"), api.failures, api.breaches) == (made["id"], [], [])
