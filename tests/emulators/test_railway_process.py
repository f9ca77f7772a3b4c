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

from tests.emulators.railway import CANARY, PROJECT_CANARY, Running
from tests.emulators.railway_asking import STATUS, archive

ROOT = Path(__file__).resolve().parents[2]
HEADERS = {"content-type": "application/gzip"}


@pytest.fixture(scope="module")
def process() -> Iterator[httpx.Client]:
    """A client of a process that ends with its input."""
    command = [sys.executable, "-m", "tests.emulators.railway", "--speed", "0", "--plan", '{"preset": "queued"}']
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        first = json.loads(running.stdout.readline())
        assert (first["token"], first["project_token"]) == (CANARY, PROJECT_CANARY)
        with httpx.Client(base_url=first["url"], headers={"authorization": f"Bearer {CANARY}"}) as client:
            yield client
        running.stdin.close()
        assert running.wait(timeout=10) == 0


def tell(client: httpx.Client, command: str, **values: Any) -> Any:
    return client.post(f"/__emulator__/{command}", json=values).json()


def state(client: httpx.Client) -> Any:
    return client.get("/__emulator__/state").json()


def up(client: httpx.Client, project: Any, environment: str = "production") -> Any:
    path = f"/project/{project['id']}/environment/{project['environments'][environment]}/up"
    return client.post(path, params={"serviceId": project["services"]["web"]}, content=archive(), headers=HEADERS)


def test_a_process_is_commanded_over_http(process: httpx.Client) -> None:
    project = tell(process, "project", name="site", services=["web"], environments=["production", "staging"])
    assert set(project["environments"]) == {"production", "staging"}
    made = up(process, project).json()["deploymentId"]
    assert [entry["status"] for entry in state(process)["deployments"]] == ["QUEUED"]  # by the process's own plan
    assert tell(process, "advance", seconds=10) == {"ok": True}
    told = state(process)
    assert [(entry["id"], entry["status"]) for entry in told["deployments"]] == [(made, "SUCCESS")]
    assert told["deployments"][0]["files"] == ["index.html", "src/app.js"]
    assert told["projects"][0]["services"][0]["live"] == {"production": made}
    assert (told["saw_token"], told["breaches"], told["failures"]) == (True, [], [])


def test_things_are_put_there_over_http(process: httpx.Client) -> None:
    tell(process, "reset")
    project = tell(process, "project", name="site")
    service = tell(process, "service", project=project["id"], name="web", repo="acme/web", branch="main")["id"]
    place = tell(process, "environment", project=project["id"], name="staging")["id"]
    old = tell(process, "deployment", service=service, environment="staging", meta={"message": "old"})["id"]
    assert tell(process, "repository", name="acme/web", branches={"main": "a" * 40}) == {"ok": True}
    told = state(process)
    assert told["projects"][0]["environments"]["staging"] == place
    assert told["projects"][0]["services"][0]["repo"] == "acme/web"
    assert [(entry["id"], entry["meta"]) for entry in told["deployments"]] == [(old, {"message": "old"})]


def test_faults_and_limits_are_set_over_http(process: httpx.Client) -> None:
    tell(process, "reset")
    assert tell(process, "fail", fault="200-not-authorized", op="me") == {"ok": True}
    ask = {"query": "{me{id}}"}
    assert process.post("/graphql/v2", json=ask).json()["data"] is None
    assert process.post("/graphql/v2", json=ask).json()["data"] is not None
    tell(process, "fail", fault="500", times=None)
    tell(process, "heal")
    assert process.post("/graphql/v2", json=ask).status_code == 200
    tell(process, "limit", op="me", count=3)
    assert process.post("/graphql/v2", json=ask).status_code == 429
    assert [request["fault"] for request in state(process)["requests"]] == ["200-not-authorized", None, None, None]


@pytest.mark.parametrize(
    ("command", "values"),
    [
        ("fail", {"fault": "no such"}),
        ("fail", {"fault": "500", "op": "no such"}),
        ("plan", {"preset": "no such"}),
        ("plan", {"no": "field"}),
        ("service", {"project": "nobody", "name": "web"}),
        ("deployment", {"service": "nobody"}),
        ("dance", {}),
    ],
)
def test_a_command_that_cannot_be_done_says_so(process: httpx.Client, command: str, values: Any) -> None:
    answer = process.post(f"/__emulator__/{command}", json=values)
    assert answer.status_code == 400
    assert "error" in answer.json()


def test_a_plan_comes_as_json(process: httpx.Client) -> None:
    tell(process, "reset")
    project = tell(process, "project", name="site", services=["web"])
    plan = {"states": ["BUILDING", "FAILED"], "build_log": ["text", {"text": "bad", "severity": "error"}]}
    tell(process, "plan", **plan)
    id_ = up(process, project).json()["deploymentId"]
    tell(process, "advance", seconds=10)
    query = "query($id:String!){deployment(id:$id){status} buildLogs(deploymentId:$id){message severity}}"
    told = process.post("/graphql/v2", json={"query": query, "variables": {"id": id_}}).json()["data"]
    assert told["deployment"] == {"status": "FAILED"}
    assert told["buildLogs"] == [{"message": "text", "severity": "info"}, {"message": "bad", "severity": "error"}]


def test_beside_a_test_without_a_loop() -> None:
    with Running(speed=0) as api, httpx.Client(base_url=api.url) as client:
        client.headers["authorization"] = f"Bearer {api.token}"
        made = api.world.add_deployment(api.world.add_service(api.world.add_project("site"), "web"))
        body = {"query": STATUS, "variables": {"id": made.id}}
        assert client.post("/graphql/v2", json=body).json()["data"]["deployment"]["status"] == "SUCCESS"
        assert api.breaches == []


def test_the_clock_runs_by_itself_or_by_another_s() -> None:
    moment = [1_000.0]
    with Running(now=lambda: moment[0]) as api:
        made = api.world.add_deployment(api.world.add_service(api.world.add_project("site"), "web"), plan=api.plan)
        assert made.status == "INITIALIZING"
        moment[0] += 1.5
        assert made.status == "BUILDING"
    with Running(speed=1e9) as api:  # the course is over in nanoseconds of the machine
        made = api.world.add_deployment(api.world.add_service(api.world.add_project("site"), "web"), plan=api.plan)
        assert made.status == "SUCCESS"


def test_reset_takes_everything_back() -> None:
    with Running(speed=0) as api:
        api.world.add_project("site")
        api.world.limits["me"] = 0
        api.reset()
        assert (api.world.projects, api.world.limits, api.world.project_tokens) == ({}, {}, {})
