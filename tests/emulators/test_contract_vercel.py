"""Both sides are held to the published contract: what is wrong is caught, and each exception is needed and listed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.emulators import contract, contract_vercel_tables, vercel_views
from tests.emulators import contract_vercel as held
from tests.emulators.hosting.calls import Recorded
from tests.emulators.vercel import Emulator, Fault, Plan
from tests.emulators.vercel_asking import Asking, asking, body, digest
from tests.emulators.vercel_routes import OPERATIONS, ROUTES, Route, find

pytestmark = pytest.mark.skipif(not contract.SCHEMAS.is_dir(), reason=contract.ABSENT)

BEARER = {"authorization": "Bearer token", "content-type": "application/json"}
GIT = {"type": "github", "org": "o", "repo": "r", "ref": "main"}
VARIABLE = {"key": "A", "value": "b", "type": "encrypted", "target": ["preview"]}
VERSIONS = [(route, version) for route in ROUTES for version in sorted(route.versions)]


def request(method: str, path: str, value: Any = None, *, query: dict[str, str] | None = None) -> Recorded:
    return Recorded(id=1, op=_op(method, path), method=method, path=path, query=query or {}, headers=BEARER, body=value)


def _op(method: str, path: str) -> str:
    return find(method, path)[0].op


def create(**fields: Any) -> Recorded:
    """A right create, with these fields changed; `...` leaves one out."""
    value = {**body(), **fields}
    return request("POST", "/v13/deployments", {name: entry for name, entry in value.items() if entry is not ...})


def upload(data: bytes, sha: str) -> Recorded:
    headers = {"authorization": "Bearer token", "content-type": "application/octet-stream", "x-vercel-digest": sha}
    return Recorded(
        id=1, op="upload_file", method="POST", path="/v2/files", query={}, headers=headers, body=data, raw=data
    )


FILE = {"file": "a.js", "sha": digest(b"a"), "size": 1}

WRONG: dict[str, tuple[Recorded, Recorded]] = {
    "name is missing": (create(name=...), create()),
    "name is a number": (create(name=1), create(name="one")),
    "unknown field": (create(idempotencyKey="x"), create(meta={"autocreaId": "x"})),
    "size is a text": (create(files=[{**FILE, "size": "1"}]), create(files=[FILE])),
    "size is missing": (create(files=[{"file": "a.js", "sha": digest(b"a")}]), create(files=[FILE])),
    "mode is a text": (create(files=[{**FILE, "mode": "0644"}]), create(files=[{**FILE, "mode": 33188}])),
    "digest of another algorithm": (create(files=[{**FILE, "sha": "0" * 64}]), create(files=[FILE])),
    "inline with a digest": (create(files=[{**FILE, "data": "a"}]), create(files=[{"file": "a.js", "data": "a"}])),
    "unknown encoding": (
        create(files=[{"file": "a", "data": "a", "encoding": "utf8"}]),
        create(files=[{"file": "a", "data": "a", "encoding": "utf-8"}]),
    ),
    "a path twice": (create(files=[FILE, FILE]), create(files=[FILE, {**FILE, "file": "b.js"}])),
    "a path out of the root": (create(files=[{**FILE, "file": "../a"}]), create(files=[{**FILE, "file": "b/a"}])),
    "a path that is not composed": (
        create(files=[{**FILE, "file": "e\u0301"}]),
        create(files=[{**FILE, "file": "\u00e9"}]),
    ),
    "files and git": (create(gitSource=GIT), create(gitSource=GIT, files=...)),
    "no source": (create(files=...), create(deploymentId="dpl_1", files=...)),
    "git without a branch": (
        create(files=..., gitSource={"type": "github", "org": "o", "repo": "r"}),
        create(files=..., gitSource=GIT),
    ),
    "unknown git host": (
        create(files=..., gitSource={**GIT, "type": "sourcehut"}),
        create(files=..., gitSource={"type": "gitlab", "projectId": 1, "ref": "main"}),
    ),
    "meta that is no text": (create(meta={"a": 1}), create(meta={"a": "1"})),
    "target of a preview": (create(target="preview"), create(target="production")),
    "unknown setting": (create(projectSettings={"buildCmd": "x"}), create(projectSettings={"buildCommand": "x"})),
    "unknown framework": (
        create(projectSettings={"framework": "rails"}),
        create(projectSettings={"framework": "vite"}),
    ),
    "variables that are a list": (create(env=["A"]), create(env={"A": "b"})),
    "wrong digest of an upload": (upload(b"a", digest(b"b")), upload(b"a", digest(b"a"))),
    "limit that is no number": (
        request("GET", "/v6/deployments", query={"limit": "ten"}),
        request("GET", "/v6/deployments", query={"limit": "10"}),
    ),
    "unknown parameter": (
        request("GET", "/v6/deployments", query={"page": "2"}),
        request("GET", "/v6/deployments", query={"until": "2"}),
    ),
    "direction that is none": (
        request("GET", "/v3/deployments/d/events", query={"direction": "down"}),
        request("GET", "/v3/deployments/d/events", query={"direction": "forward", "follow": "1", "format": "lines"}),
    ),
    "unknown type of variable": (
        request("POST", "/v10/projects/p/env", {**VARIABLE, "type": "hidden"}),
        request("POST", "/v10/projects/p/env", [VARIABLE], query={"upsert": "true"}),
    ),
    "a body where none is taken": (
        request("PATCH", "/v12/deployments/d/cancel", {"reason": "x"}),
        request("PATCH", "/v12/deployments/d/cancel"),
    ),
    "unknown parameter of an unpublished operation": (
        request("POST", "/v1/projects/p/rollback/d", query={"reason": "x"}),
        request("POST", "/v1/projects/p/rollback/d", query={"description": "x", "teamId": "team_1"}),
    ),
}


@pytest.mark.parametrize("case", WRONG, ids=str)
def test_a_wrong_request_is_caught_and_the_right_one_passes(case: str) -> None:
    wrong, right = WRONG[case]
    assert held.request_breaches(wrong) != []
    assert held.request_breaches(right) == []


def test_a_request_to_nowhere_or_without_a_token_is_caught() -> None:
    nowhere = Recorded(id=1, op="unknown", method="GET", path="/v1/nothing", query={}, headers=BEARER)
    unsigned = Recorded(id=1, op="user", method="GET", path="/v2/user", query={}, headers={})
    assert [len(held.request_breaches(entry)) for entry in (nowhere, unsigned)] == [1, 1]


# ---- the tables


@pytest.mark.parametrize(("route", "version"), VERSIONS, ids=lambda value: getattr(value, "op", value))
def test_each_operation_is_published_or_listed(route: Route, version: int, monkeypatch: pytest.MonkeyPatch) -> None:
    key = (route.op, version)
    listed = [key in contract_vercel_tables.TWINS, key in contract_vercel_tables.UNPUBLISHED]
    with monkeypatch.context() as patch:
        patch.setattr(contract_vercel_tables, "TWINS", {})
        published = held.operation(route, version) is not None
    if route.path.endswith("rollback/aliases") or (route.path.endswith("promote/aliases") and version == 1):
        return  # one operation under two paths, of which the contract has one
    assert sum(listed) == (0 if published else 1)


def test_no_row_is_of_an_operation_that_is_not_there() -> None:
    known = {(route.op, version) for route, version in VERSIONS}
    tables = contract_vercel_tables
    assert set(tables.TWINS) | set(tables.UNPUBLISHED) <= known
    assert set(tables.EXTRAS) | set(tables.STATUSES) | set(tables.SDK_ANSWERS) | set(tables.FULLEST) <= set(OPERATIONS)


SAMPLES: dict[str, tuple[Recorded, Any]] = {
    "env": (create(env={}), "x"),
    "build": (create(build={"env": {}}), {"other": 1}),
    "version": (create(version=2), "2"),
    "source": (create(source="cli"), 1),
    "autoAssignCustomDomains": (create(autoAssignCustomDomains=False), "no"),
    "files[].mode": (create(files=[{**FILE, "mode": 41471}]), None),
    "gitMetadata.rootDirectory": (create(gitMetadata={"rootDirectory": ""}), None),
    "buildMachine": (create(buildMachine="turbo"), 1),
    "gitAccessToken": (create(gitAccessToken="x"), 1),
    "?format": (request("GET", "/v3/deployments/d/events", query={"format": "lines"}), None),
    "?follow": (request("GET", "/v3/deployments/d/events", query={"follow": ""}), None),
    "?rollbackInfo": (request("GET", "/v9/projects/p", query={"rollbackInfo": "true"}), None),
    "?teamId": (request("GET", "/teams/t", query={"teamId": "t"}), None),
    "?hard": (request("DELETE", "/v13/deployments/d", query={"hard": "0"}), None),
}
ROWS = [(op, name) for op, extras in contract_vercel_tables.EXTRAS.items() for name in extras]


@pytest.mark.parametrize(("op", "name"), ROWS, ids=str)
def test_each_extra_is_needed_and_of_its_kind(op: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sample, wrong = SAMPLES[name]
    assert held.request_breaches(sample) == []
    if wrong is not None:
        bad = copy.deepcopy(sample)
        bad.body[name] = wrong
        assert held.request_breaches(bad) != []
    fewer = {key: extra for key, extra in contract_vercel_tables.EXTRAS[op].items() if key != name}
    monkeypatch.setattr(contract_vercel_tables, "EXTRAS", {op: fewer})
    assert held.request_breaches(sample) != []


@pytest.mark.parametrize(("op", "statuses"), contract_vercel_tables.STATUSES.items(), ids=str)
def test_each_status_that_is_listed_is_missing_from_the_contract(op: str, statuses: dict[int, str]) -> None:
    published = [held.operation(route, version) for route, version in VERSIONS if route.op == op]
    assert all(found is None or not set(statuses) & found.statuses for found in published)


# ---- our own answers


async def everything(client: Asking, api: Emulator) -> None:
    """Each operation once, with success."""
    first = await client.create(target="production")
    made = await client.create(target="production")
    api.clock.advance(10)
    old, new = f"/v13/deployments/{first['id']}", f"/v13/deployments/{made['id']}"
    for path in ("/v2/user", "/v2/teams", f"/teams/{made['ownerId']}", "/v10/projects", "/v9/projects/site", new):
        await client.get(path)
    await client.send("POST", "/v11/projects", {"name": "other", "gitRepository": {"type": "github", "repo": "o/r"}})
    await client.send("PATCH", "/v9/projects/other", {"buildCommand": "make"})
    await client.send("DELETE", "/v9/projects/other")
    rollback = f"/v1/projects/site/rollback/{first['id']}"
    await client.send("POST", rollback, description="why")
    api.clock.advance(10)
    await client.send("PATCH", f"{rollback}/update-description", {"description": "because"})
    await client.get("/v9/projects/site", rollbackInfo="true")
    await client.send("POST", f"/v10/projects/site/promote/{made['id']}")
    await client.get("/v1/projects/site/promote/aliases")
    await client.get("/projects/site/custom-environments")
    kept = (await client.send("POST", "/v10/projects/site/env", VARIABLE))["created"]["id"]
    await client.get("/v10/projects/site/env")
    await client.get("/v3/env/pull/site/preview")
    await client.get(f"/v1/projects/site/env/{kept}")
    await client.send("PATCH", f"/v9/projects/site/env/{kept}", {"value": "c"})
    await client.send("DELETE", f"/v9/projects/site/env/{kept}")
    await client.lines(f"/v1/projects/site/deployments/{made['id']}/runtime-logs")
    await client.get("/v6/deployments")
    await client.get(f"/v3/deployments/{made['id']}/events")
    await client.lines(f"/v3/deployments/{made['id']}/events", follow=1)
    for path in (f"/v11/deployments/{made['id']}/builds", f"/v2/deployments/{made['id']}/aliases"):
        await client.get(path)
    await client.get(f"/v6/deployments/{made['id']}/files")
    await client.get(f"/v8/deployments/{made['id']}/files/{digest(b'let a = 1')}")
    building = await client.create()
    await client.send("PATCH", f"/v12/deployments/{building['id']}/cancel")
    await client.send("DELETE", old)


@pytest.mark.parametrize(
    "plan", [Plan(), Plan(checks="failed"), Plan(events="mixed")], ids=["plain", "checks", "mixed"]
)
async def test_every_answer_is_as_the_contract_says(plan: Plan) -> None:
    async with Emulator(speed=0) as api, asking(api) as client:
        await everything(client, api) if plan.checks is None else await client.create()
        api.plan = plan
        made = await client.create()
        api.clock.advance(10)
        await client.get(f"/v13/deployments/{made['id']}")
        await client.lines(f"/v3/deployments/{made['id']}/events", follow=1)
        done = {request.op for request in api.requests if request.acted}
        assert plan.checks or done == set(OPERATIONS)
        assert (api.failures, api.breaches) == ([], [])


Change = Callable[[dict[str, Any]], Any]
SPOILT: dict[str, Change] = {
    "a required object is gone": lambda value: value.pop("projectSettings"),
    "a required number is gone": lambda value: value.pop("bootedAt"),
    "a state that is none": lambda value: value.update(readyState="SLEEPING"),
    "a text for a time": lambda value: value.update(createdAt="2026-11-24"),
    "a target of a preview": lambda value: value.update(target="preview"),
}


@pytest.mark.parametrize("case", SPOILT, ids=str)
async def test_a_wrong_answer_of_ours_is_caught(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = vercel_views.deployment

    def spoilt(*args: Any) -> dict[str, Any]:
        value = right(*args)
        SPOILT[case](value)
        return value

    async with Emulator(speed=0) as api, asking(api) as client:
        made = await client.create()
        assert api.failures == []
        monkeypatch.setattr(vercel_views, "deployment", spoilt)
        await client.get(f"/v13/deployments/{made['id']}")
        assert api.failures != []


async def test_a_blocked_deployment_fits_the_newer_contract_only() -> None:
    async with Emulator(speed=0) as api, asking(api) as client:
        api.fail(Fault.BLOCKED, op="create_deployment")
        assert (await client.create())["readyState"] == "BLOCKED"
        assert api.failures == []
