"""The emulated host's main paths: files to a live site, states and log by its clock, lists, changes of who is live."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.emulators.vercel import HOBBY, Account, Emulator, Line, Plan, Team, add_variable, failing
from tests.emulators.vercel_asking import FILES, Asking, asking, body, digest


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    """Its clock stands still until a test moves it; whatever a test does, both sides keep to the contract."""
    async with Emulator(speed=0) as api:
        yield api
        assert api.failures == []
        assert api.breaches == []


@pytest.fixture
async def client(api: Emulator) -> AsyncIterator[Asking]:
    async with asking(api) as client:
        yield client


async def test_missing_files_are_named_once_each_and_then_it_is_made(api: Emulator, client: Asking) -> None:
    refused = await client.send("POST", "/v13/deployments", body())
    assert (client.last.status_code, refused["error"]["code"]) == (400, "missing_files")
    assert refused["error"]["missing"] == [digest(FILES["index.html"]), digest(FILES["app.js"])]
    assert api.world.deployments == {}
    made = await client.create()
    assert (made["readyState"], api.count("create_deployment")) == ("QUEUED", 2)
    again = await client.send("POST", "/v13/deployments", body(), forceNew="1")
    assert again["id"] != made["id"]


async def test_states_follow_the_clock_until_traffic_comes(api: Emulator, client: Asking) -> None:
    made = await client.create()
    seen = []
    for seconds in (0, 1, 1, 1, 0.5):
        api.clock.advance(seconds)
        now = await client.get(f"/v13/deployments/{made['id']}")
        seen.append((now["readyState"], now["aliasAssigned"]))
    states = ("QUEUED", "INITIALIZING", "BUILDING", "READY", "READY")
    assert seen == list(zip(states, (False, False, False, False, True), strict=True))
    assert api.world.live("site") == made["id"]
    assert (await client.get("/v13/deployments/site.vercel.app"))["id"] == made["id"]
    assert (await client.get("/v9/projects/site"))["targets"]["production"]["id"] == made["id"]


async def test_only_the_first_deployment_goes_to_production_by_itself(api: Emulator, client: Asking) -> None:
    first, second = await client.create(), await client.create()
    third = await client.create(target="production")
    assert [value["target"] for value in (first, second, third)] == ["production", None, "production"]
    api.clock.advance(10)
    assert api.world.live("site") == third["id"]
    assert api.world.deployments[second["id"]].aliases == ["site-maker-acme.vercel.app"]


async def test_a_failed_build_says_why(api: Emulator, client: Asking) -> None:
    api.plan = failing("MISSING_SCRIPT", "there is no build script")
    made = await client.create()
    api.clock.advance(10)
    now = await client.get(f"/v13/deployments/{made['id']}")
    assert (now["readyState"], now["errorCode"], now["aliasAssigned"]) == ("ERROR", "MISSING_SCRIPT", False)
    events = await client.get(f"/v3/deployments/{made['id']}/events")
    assert "there is no build script" in events[-2]["text"]


async def test_traffic_that_does_not_come_is_an_alias_error(api: Emulator, client: Asking) -> None:
    api.plan = Plan(alias_error=("cert_missing", "there is no certificate"))
    made = await client.create()
    api.clock.advance(10)
    now = await client.get(f"/v13/deployments/{made['id']}")
    assert (now["readyState"], now["aliasAssigned"]) == ("READY", False)
    assert now["aliasError"]["code"] == "cert_missing"
    assert api.world.live("site") is None


async def test_a_followed_log_grows_with_the_build_and_ends_with_it(api: Emulator, client: Asking) -> None:
    api.plan = Plan(step_s=(1, 1, 4), log=("one", Line(text="two", level="warning"), "three"))
    made = await client.create()
    path = f"/v3/now/deployments/{made['id']}/events"
    reading = asyncio.create_task(client.lines(path, follow="1", format="lines", direction="forward"))
    await api.wait(lambda: len(api.requests[-1].answer or ()) == 1)
    for _ in range(10):
        api.clock.advance(1)
        await client.get(f"/v13/deployments/{made['id']}")
    events = await reading
    assert [event["text"] for event in events if "text" in event] == ["one", "two", "three"]
    assert [event["info"]["readyState"] for event in events if event["type"] == "deployment-state"][-1] == "READY"
    assert (events[-1]["type"], events[-1]["alias"]) == ("alias-assigned", ["site.vercel.app"])


async def test_a_log_that_is_read_at_once_is_an_array_by_cursor(api: Emulator, client: Asking) -> None:
    made = await client.create()
    api.clock.advance(10)
    path = f"/v3/deployments/{made['id']}/events"
    events = await client.get(path)
    assert client.last.headers["content-type"].startswith("application/json")
    cursor = events[4]["date"]
    assert (await client.get(path, since=cursor))[0]["id"] == events[4]["id"]
    assert (await client.get(path, until=cursor))[-1]["id"] == events[4]["id"]
    assert await client.get(path, limit=2) == events[:2]
    assert await client.get(path, limit=2, direction="backward") == events[:-3:-1]
    assert await client.get(path, limit=-1) == events
    assert await client.lines(path, format="lines", follow="") == events


async def test_the_older_shape_of_events_has_a_payload(api: Emulator, client: Asking) -> None:
    api.plan = Plan(events="mixed")
    made = await client.create()
    api.clock.advance(10)
    events = await client.get(f"/v3/deployments/{made['id']}/events")
    assert {"payload" in event for event in events} == {True, False}
    assert any("\x1b[36m" in event.get("payload", event).get("text", "") for event in events)


async def test_cancel_stops_it_and_refuses_when_it_is_over(api: Emulator, client: Asking) -> None:
    made = await client.create()
    following = asyncio.create_task(client.lines(f"/v3/deployments/{made['id']}/events", follow="1"))
    await api.wait(lambda: api.count("events"))
    canceled = await client.send("PATCH", f"/v12/deployments/{made['id']}/cancel")
    assert canceled["readyState"] == api.world.deployments[made["id"]].state == "CANCELED"
    assert (await following)[-1]["info"]["readyState"] == "CANCELED"
    await client.send("PATCH", f"/v12/deployments/{made['id']}/cancel")
    assert client.last.status_code == 400
    api.clock.advance(100)
    assert api.world.deployments[made["id"]].state == "CANCELED"


async def test_lists_page_from_the_newest_and_filter(api: Emulator, client: Asking) -> None:
    made = [await client.create(meta={"mark": str(number)}) for number in range(5)]
    path, ids = "/v6/deployments", [value["id"] for value in made]
    page = await client.get(path, limit=2)
    assert [entry["uid"] for entry in page["deployments"]] == [ids[4], ids[3]]
    rest = await client.get("/v7/deployments", limit=10, until=page["pagination"]["next"])
    assert [entry["uid"] for entry in rest["deployments"]] == [ids[2], ids[1], ids[0]]
    assert rest["pagination"]["next"] is None
    api.clock.advance(10)
    wanted: dict[str, Any] = {"projectId": "site", "target": "production", "state": "READY", "limit": 1}
    assert [entry["uid"] for entry in (await client.get(path, **wanted))["deployments"]] == [ids[0]]
    assert (await client.get(path, projectId="other"))["deployments"] == []
    assert len((await client.get(path, since=made[2]["createdAt"]))["deployments"]) == 2


async def live_twice(api: Emulator, client: Asking) -> tuple[str, str]:
    made = [await client.create(target="production") for _ in range(2)]
    api.clock.advance(10)
    assert api.world.live("site") == made[1]["id"]
    return made[0]["id"], made[1]["id"]


async def test_a_rollback_is_a_job_that_turns_automatic_going_live_off(api: Emulator, client: Asking) -> None:
    first, second = await live_twice(api, client)
    project = api.world.deployments[first].project.id
    found = await client.get("/v6/deployments", rollbackCandidate="true")
    assert [entry["uid"] for entry in found["deployments"]] == [first]
    await client.send("POST", f"/v9/projects/{project}/rollback/{first}", {})
    assert (client.last.status_code, client.last.content) == (201, b"")
    seen = []
    for _ in range(3):
        request = (await client.get(f"/v9/projects/{project}", rollbackInfo="true"))["lastAliasRequest"]
        seen.append(request["jobStatus"])
        api.clock.advance(0.25)
    assert seen == ["pending", "in-progress", "succeeded"]
    assert (request["fromDeploymentId"], request["toDeploymentId"]) == (second, first)
    assert api.world.live("site") == first
    third = await client.create(target="production")
    api.clock.advance(10)
    assert api.world.live("site") == first
    await client.send("POST", f"/v10/projects/{project}/promote/{third['id']}", {})
    api.clock.advance(1)
    assert api.world.live("site") == third["id"]
    aliases = await client.get(f"/v1/projects/{project}/promote/aliases")
    assert [(entry["alias"], entry["status"]) for entry in aliases["aliases"]] == [("site.vercel.app", "completed")]


async def test_one_job_at_a_time(api: Emulator, client: Asking) -> None:
    first, second = await live_twice(api, client)
    path = f"/v10/projects/site/promote/{first}"
    api.world.job_queues = True
    await client.send("POST", path)
    assert client.last.status_code == 202
    await client.send("POST", path)
    assert client.last.status_code == 409
    api.clock.advance(1)
    api.world.job_outcome = "failed"
    await client.send("POST", f"/v10/projects/site/promote/{second}")
    api.clock.advance(1)
    assert (await client.get("/v9/projects/site"))["lastAliasRequest"]["jobStatus"] == "failed"
    assert api.world.live("site") == first


async def test_hobby_goes_back_one_step_only() -> None:
    async with Emulator(HOBBY, speed=0) as api, asking(api) as client:
        made = [(await client.create(target="production"))["id"] for _ in range(3)]
        api.clock.advance(10)
        refused = await client.send("POST", f"/v9/projects/site/rollback/{made[0]}", {})
        assert "Pro" in refused["error"]["message"]
        await client.send("POST", f"/v9/projects/site/rollback/{made[1]}", {})
        assert client.last.status_code == 201


async def test_redeploy_and_promote_of_a_preview_are_new_builds(api: Emulator, client: Asking) -> None:
    await client.create()
    preview = await client.create(meta={"a": "b"})
    again = {"deploymentId": preview["id"], "name": "site", "meta": {"action": "redeploy"}}
    made = await client.send("POST", "/v13/deployments", again, forceNew="1")
    assert (made["source"], made["target"]) == ("redeploy", None)
    assert api.world.deployments[made["id"]].files == api.world.deployments[preview["id"]].files
    promoted = again | {"target": "production", "meta": {"action": "promote"}}
    assert (await client.send("POST", "/v13/deployments", promoted))["target"] == "production"


async def test_a_deployment_from_git(api: Emulator, client: Asking) -> None:
    git = {"type": "github", "org": "o", "repo": "r", "ref": "main"}
    value = {"name": "site", "gitSource": git, "projectSettings": {}}
    made = await client.send("POST", "/v13/deployments", value)
    assert made["gitSource"]["ref"] == "main"
    found = await client.get("/v6/deployments", branch="main", sha=made["gitSource"]["sha"])
    assert [entry["uid"] for entry in found["deployments"]] == [made["id"]]
    api.world.refused_repositories.add("o/r")
    await client.send("POST", "/v13/deployments", value)
    assert client.last.status_code == 400


async def test_inline_files_chunked_uploads_and_notices(api: Emulator, client: Asking) -> None:
    api.plan = Plan(instant=True, notices={"x-vercel-warning-size": "It is large."})
    inline = [{"file": "a.html", "data": "PGgxPg==", "encoding": "base64"}, {"file": "b.md", "data": "# b"}]
    made = await client.send("POST", "/v13/deployments", {**body(), "files": inline})
    assert (made["readyState"], client.last.headers["x-vercel-warning-size"]) == ("READY", "It is large.")

    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b"in", b" two", b" pieces"):
            yield piece

    headers = {"x-now-digest": digest(b"in two pieces"), "content-type": "application/octet-stream"}
    await client.http.post("/v2/files", content=pieces(), headers=headers)
    assert api.world.files[digest(b"in two pieces")] == b"in two pieces"
    assert sorted(api.world.files) == sorted(map(digest, (b"<h1>", b"# b", b"in two pieces")))


async def test_variables_are_shown_as_far_as_their_type_allows(api: Emulator, client: Asking) -> None:
    project = api.world.add_project("site")
    for kind in ("plain", "encrypted", "sensitive"):
        value = {"key": kind.upper(), "value": f"value of {kind}", "type": kind, "target": ["production"]}
        await client.send("POST", "/v10/projects/site/env", value)
        assert client.last.status_code == 201
    assert (await client.send("POST", "/v10/projects/site/env", value))["error"]["code"] == "ENV_ALREADY_EXISTS"
    await client.send("POST", "/v10/projects/site/env", [value], upsert="true")
    found = {entry["key"]: entry for entry in (await client.get("/v10/projects/site/env", decrypt="true"))["envs"]}
    shown = {key: entry["value"] for key, entry in found.items()}
    assert shown == {"PLAIN": "value of plain", "ENCRYPTED": "value of encrypted", "SENSITIVE": ""}
    hidden = {entry["key"]: entry["value"] for entry in (await client.get("/v10/projects/site/env"))["envs"]}
    assert hidden["ENCRYPTED"] not in ("", "value of encrypted")
    path = f"/v9/projects/site/env/{found['PLAIN']['id']}"
    await client.send("PATCH", path, {"value": "changed"})
    assert api.world.env[project.id]["PLAIN"] == "changed"
    await client.send("DELETE", path)
    assert "PLAIN" not in api.world.env[project.id]
    add_variable(api.world, project, "MORE", "value")
    assert (await client.get(f"/v1/projects/site/env/{list(project.env)[-1]}"))["value"] == "value"


async def test_another_scope_sees_nothing_of_it() -> None:
    account = Account(teams=(Team(), Team(id="team_2", slug="two"), Team(id="team_3", slug="three", sso=True)))
    async with Emulator(account, speed=0) as api, asking(api) as client:
        made = await client.create()
        answers = {}
        for scope in ("team_2", "two", Team().id, "team_3", "team_4", account.user):
            await client.get(f"/v13/deployments/{made['id']}", **{"slug" if scope == "two" else "teamId": scope})
            answers[scope] = client.last.status_code
        assert list(answers.values()) == [404, 404, 200, 403, 403, 404]
        assert (await client.get("/v9/projects/site", teamId="team_3"))["error"]["saml"] is True


async def test_it_stays_in_a_state_without_end(api: Emulator, client: Asking) -> None:
    api.plan = Plan(states=("QUEUED", "BUILDING", "READY"), step_s=(1, math.inf))
    made = await client.create()
    api.clock.advance(1_000_000)
    assert api.world.deployments[made["id"]].state == "BUILDING"
    assert len(await client.get(f"/v3/deployments/{made['id']}/events")) == 7


async def test_a_deleted_deployment_is_gone_with_its_aliases(api: Emulator, client: Asking) -> None:
    first, second = await live_twice(api, client)
    assert (await client.send("DELETE", f"/v13/deployments/{second}")) == {"uid": second, "state": "DELETED"}
    await client.get(f"/v13/deployments/{second}")
    assert (client.last.status_code, api.world.deleted) == (404, {second})
    assert api.world.live("site") == first
