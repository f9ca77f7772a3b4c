"""What the emulated host refuses, in the host's own forms, and what it tolerates."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.emulators.vercel import Emulator
from tests.emulators.vercel_asking import FILES, Asking, asking, body, digest
from tests.emulators.vercel_rules import MAX_FILES

REFERENCE = {"file": "a.js", "sha": digest(b"let a = 1"), "size": 9}
INLINE = {"file": "a.js", "data": "let a = 1"}


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    async with Emulator(speed=0) as api:
        yield api
        assert api.failures == []


@pytest.fixture
async def client(api: Emulator) -> AsyncIterator[Asking]:
    async with asking(api) as client:
        for data in FILES.values():
            await client.upload(data)
        yield client


CREATES: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "no name": ({"files": [INLINE]}, "bad_request", {"keyword": "required"}),
    "unknown key": (body(key="x"), "bad_request", {"keyword": "additionalProperties"}),
    "unknown key below": (body(projectSettings={"cmd": "x"}), "bad_request", {"dataPath": ".projectSettings"}),
    "files and git": (body(gitSource={"type": "github", "repoId": 1, "ref": "main"}), "bad_request", {}),
    "no source": ({"name": "site"}, "bad_request", {}),
    "no files": (body(files={}), "bad_request", {"keyword": "minItems"}),
    "wrong digest": (body() | {"files": [{**REFERENCE, "sha": "x"}]}, "bad_request", {"keyword": "pattern"}),
    "size is a text": (body() | {"files": [{**REFERENCE, "size": "9"}]}, "bad_request", {"keyword": "type"}),
    "inline with digest": (body() | {"files": [REFERENCE | INLINE]}, "bad_request", {}),
    "path out of the root": (body() | {"files": [{**REFERENCE, "file": "../a"}]}, "bad_request", {}),
    "a path twice": (body() | {"files": [REFERENCE, REFERENCE]}, "conflicting_file_path", {"fileName": "a.js"}),
    "file and folder": (
        body() | {"files": [REFERENCE, {**REFERENCE, "file": "a.js/b"}]},
        "conflicting_path_segment",
        {"fileName": "a.js"},
    ),
    "too many files": (
        body() | {"files": [{**REFERENCE, "file": f"{number}.js"} for number in range(MAX_FILES + 1)]},
        "too_many_files",
        {"limit": MAX_FILES},
    ),
    "variable that is no text": (body(env={"A": 1}), "env_value_invalid_type", {}),
    "meta that is no text": (body(meta={"a": True}), "bad_request", {"dataPath": ".meta.a"}),
    "unknown project": (body(project="prj_unknown"), "not_found", {}),
    "unknown deployment": ({"name": "site", "deploymentId": "dpl_unknown"}, "not_found", {}),
    "unknown environment": (body(target="qa"), "bad_request", {}),
}


@pytest.mark.parametrize("case", CREATES, ids=str)
async def test_a_create_is_refused(case: str, api: Emulator, client: Asking) -> None:
    value, code, more = CREATES[case]
    error = (await client.send("POST", "/v13/deployments", value))["error"]
    assert (error["code"], {name: error.get(name) for name in more}) == (code, more)
    assert client.last.status_code == (404 if code == "not_found" else 400)
    assert api.world.deployments == {}


async def test_what_the_vendors_own_client_sends_besides_is_taken(api: Emulator, client: Asking) -> None:
    extras = {"env": {"A": "1"}, "build": {"env": {"B": "2"}}, "version": 2, "source": "cli"}
    files = [{**REFERENCE, "mode": 0o120777}]
    value = body(**extras, autoAssignCustomDomains=False, gitMetadata={"rootDirectory": "", "dirty": True})
    made = await client.send("POST", "/v13/deployments", value | {"files": files})
    assert (made["env"], made["build"], made["source"]) == (["A"], {"env": ["B"]}, "cli")
    api.clock.advance(10)
    assert api.world.deployments[made["id"]].assigned
    assert api.world.live("site") is None


async def test_settings_of_a_first_deployment_are_asked_for_unless_that_is_skipped(client: Asking) -> None:
    value = {name: entry for name, entry in body().items() if name != "projectSettings"}
    asked = (await client.send("POST", "/v13/deployments", value))["error"]
    assert (asked["code"], set(asked) >= {"framework", "projectSettings"}) == ("missing_project_settings", True)
    made = await client.send("POST", "/v13/deployments", value, skipAutoDetectionConfirmation="1")
    assert made["readyState"] == "QUEUED"
    assert (await client.send("POST", "/v13/deployments", value))["readyState"] == "QUEUED"


@pytest.mark.parametrize("headers", [{"x_vercel_digest": digest(b"other")}, {"x_now_size": "3"}], ids=str)
async def test_an_upload_that_is_not_what_it_says_is_refused(
    headers: dict[str, str], api: Emulator, client: Asking
) -> None:
    assert (await client.upload(b"data", **headers))["error"]["code"] == "bad_request"
    assert digest(b"data") not in api.world.files


TOKENS = {"": {}, "Bearer wrong": {"invalidToken": True}, "Basic {token}": {}}


@pytest.mark.parametrize("given", TOKENS, ids=str)
async def test_without_the_token_nothing_is_told(given: str, api: Emulator) -> None:
    async with asking(api, authorization=given.format(token=api.token)) as stranger:
        error = (await stranger.get("/v2/user"))["error"]
    assert (stranger.last.status_code, error) == (
        403,
        {"code": "forbidden", "message": "Not authorized", **TOKENS[given]},
    )
    assert not api.saw_token


async def test_other_paths_and_methods_are_unknown(client: Asking) -> None:
    seen = {}
    for method, path in (("GET", "/v2/files"), ("DELETE", "/v2/user"), ("GET", "/v1/user"), ("GET", "/v13/nothing")):
        code = (await client.send(method, path))["error"]["code"]
        seen[path] = (client.last.status_code, code)
    assert list(seen.values()) == [(405, "method_unknown")] * 2 + [(404, "not_found")] * 2


PROJECTS = {"a--b.c_1": 200, "Site": 400, "a---b": 400, "": 400, "x" * 101: 400, "taken": 409}


@pytest.mark.parametrize(("name", "status"), PROJECTS.items(), ids=str)
async def test_names_of_projects(name: str, status: int, api: Emulator, client: Asking) -> None:
    api.world.add_project("taken")
    await client.send("POST", "/v11/projects", {"name": name})
    assert client.last.status_code == status


async def test_only_what_was_live_can_come_back(api: Emulator, client: Asking) -> None:
    first = await client.create()
    preview, building = await client.create(), await client.create(target="production")
    api.clock.advance(1.5)
    refused = []
    for deployment in (first, preview, building):
        await client.send("POST", f"/v1/projects/site/rollback/{deployment['id']}")
        refused.append(client.last.status_code)
    await client.send("POST", "/v1/projects/site/rollback/dpl_unknown")
    assert [*refused, client.last.status_code] == [400, 400, 400, 404]


ENVIRONMENTS = {
    "no target": {"key": "A", "value": "b", "type": "plain"},
    "no value": {"key": "A", "type": "plain", "target": ["preview"]},
    "unknown type": {"key": "A", "value": "b", "type": "hidden", "target": ["preview"]},
    "unknown target": {"key": "A", "value": "b", "type": "plain", "target": ["staging"]},
    "sensitive in development": {"key": "A", "value": "b", "type": "sensitive", "target": ["development"]},
}


@pytest.mark.parametrize("case", ENVIRONMENTS, ids=str)
async def test_a_variable_is_refused(case: str, api: Emulator, client: Asking) -> None:
    project = api.world.add_project("site")
    await client.send("POST", "/v10/projects/site/env", ENVIRONMENTS[case])
    assert (client.last.status_code, project.env) == (400, {})


async def test_a_body_that_is_no_json_is_refused(client: Asking) -> None:
    answer = await client.http.post("/v13/deployments", content=b"{", headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")


async def test_a_custom_environment_is_one_of_the_projects(api: Emulator, client: Asking) -> None:
    project = api.world.add_project("site", environments=[{"id": "env_1", "slug": "qa", "type": "preview"}])
    api.world.add_deployment(project)
    made = await client.send("POST", "/v13/deployments", body(customEnvironmentSlugOrId="qa"))
    assert (made["customEnvironment"]["id"], made["target"]) == ("env_1", None)
