"""The emulated host as a client sees it: what it is asked, what it answers, and what its clock does to deployments."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from tests.emulators.railway import PRESETS, Emulator, Plan, failing
from tests.emulators.railway_asking import STATUS, Asking, archive, asking, place

LIST = """query($input:DeploymentListInput!,$first:Int,$after:String){
  deployments(input:$input,first:$first,after:$after){
    edges{cursor node{id status}} pageInfo{hasNextPage hasPreviousPage startCursor endCursor}}}"""
ROLLBACK = "mutation($id:String!){deploymentRollback(id:$id)}"
CANCEL = "mutation($id:String!){deploymentCancel(id:$id)}"
LOGS = """query($id:String!,$limit:Int,$filter:String,$start:DateTime,$end:DateTime){
  buildLogs(deploymentId:$id,limit:$limit,filter:$filter,startDate:$start,endDate:$end){
    timestamp message severity attributes{key value} tags{deploymentId}}}"""


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    async with Emulator(speed=0) as api:
        yield api
        assert api.failures == []


@pytest.fixture
async def ask(api: Emulator) -> AsyncIterator[Asking]:
    async with asking(api) as ask:
        yield ask
        assert api.breaches == []


async def statuses(api: Emulator, ask: Asking, id_: str, step_s: float, count: int) -> list[str]:
    found = []
    api.poll_s = 0
    for _ in range(count):
        found.append(await ask.status(id_))
        api.clock.advance(step_s)
    return found


async def test_an_upload_becomes_a_deployment_that_the_clock_moves(api: Emulator, ask: Asking) -> None:
    where = place(api)
    made = await ask.up(where, message="by hand")
    assert set(made) == {"deploymentId", "url", "logsUrl", "deploymentDomain"}
    assert made["deploymentDomain"].endswith(".up.railway.app")
    assert await statuses(api, ask, made["deploymentId"], 1.0, 4) == [
        "INITIALIZING",
        "BUILDING",
        "DEPLOYING",
        "SUCCESS",
    ]
    kept = api.world.deployments[made["deploymentId"]]
    assert kept.files == {"index.html": b"<h1>hello</h1>", "src/app.js": b"let a = 1"}
    assert kept.meta["message"] == "by hand"


async def test_an_upload_may_come_in_chunks(api: Emulator, ask: Asking) -> None:
    where = place(api)
    whole = archive()

    async def pieces() -> AsyncIterator[bytes]:
        yield whole[:100]
        yield whole[100:]

    path = f"/project/{where.project.id}/environment/{where.environment.id}/up?serviceId="
    await ask.post(path, content=pieces(), headers={"content-type": "application/gzip"})
    assert ask.last.status_code == 200
    assert ask.last.request.headers["transfer-encoding"] == "chunked"


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("failing", ["INITIALIZING", "BUILDING", "FAILED", "FAILED", "FAILED"]),
        ("unhealthy", ["INITIALIZING", "BUILDING", "DEPLOYING", "FAILED", "FAILED"]),
        ("crashing", ["INITIALIZING", "BUILDING", "DEPLOYING", "SUCCESS", "CRASHED"]),
        ("sleeping", ["INITIALIZING", "BUILDING", "DEPLOYING", "SUCCESS", "SLEEPING"]),
        ("skipped", ["SKIPPED"] * 5),
        ("queued", ["QUEUED", "INITIALIZING", "BUILDING", "DEPLOYING", "SUCCESS"]),
        ("waiting", ["WAITING", "INITIALIZING", "BUILDING", "DEPLOYING", "SUCCESS"]),
        ("needs-approval", ["NEEDS_APPROVAL"] * 5),
        ("endless", ["INITIALIZING", "BUILDING", "BUILDING", "BUILDING", "BUILDING"]),
        ("instant", ["SUCCESS"] * 5),
    ],
)
async def test_a_plan_is_the_course_of_the_next_deployment(
    api: Emulator, ask: Asking, name: str, seen: list[str]
) -> None:
    api.plan = PRESETS[name]
    made = await ask.up(place(api))
    assert await statuses(api, ask, made["deploymentId"], 1.0, 5) == seen


async def test_what_needs_approval_goes_on_once_it_has_it(api: Emulator, ask: Asking) -> None:
    api.plan = PRESETS["needs-approval"]
    id_ = (await ask.up(place(api)))["deploymentId"]
    api.clock.advance(100)
    assert await ask.data("mutation($id:String!){deploymentApprove(id:$id)}", id=id_) == {"deploymentApprove": True}
    assert await statuses(api, ask, id_, 1.0, 4) == ["INITIALIZING", "BUILDING", "DEPLOYING", "SUCCESS"]
    assert await ask.refused("mutation($id:String!){deploymentApprove(id:$id)}", id=id_) == "Problem processing request"


async def test_a_success_removes_the_one_before_and_a_failure_does_not(api: Emulator, ask: Asking) -> None:
    where = place(api)
    old = api.world.add_deployment(where.service)
    api.plan = failing()
    await ask.up(where)
    api.clock.advance(10)
    assert api.world.live(where.service) is old
    api.plan = Plan()
    new = (await ask.up(where))["deploymentId"]
    api.clock.advance(3)
    live = api.world.live(where.service)
    assert (live and live.id, old.status) == (new, "REMOVING")
    api.clock.advance(1)
    assert (old.status, old.can_roll_back) == ("REMOVED", True)


async def test_a_rollback_brings_the_image_and_the_variables_back_as_a_new_deployment(
    api: Emulator, ask: Asking
) -> None:
    where = place(api)
    instance = where.service.instances[where.environment.id]
    instance.variables["MODE"] = "old"
    old = api.world.add_deployment(where.service, meta={"commitHash": "a" * 40})
    instance.variables["MODE"] = "new"
    api.world.add_deployment(where.service)
    api.clock.advance(1)
    assert await ask.data(ROLLBACK, id=old.id) == {"deploymentRollback": True}
    newest = api.world.of(service=where.service)[0]
    assert newest.id != old.id
    assert (newest.meta, newest.status) == ({"commitHash": "a" * 40, "reason": "rollback"}, "DEPLOYING")
    api.clock.advance(1)
    live = api.world.live(where.service)
    assert live is newest
    assert instance.variables == {"MODE": "old"}


@pytest.mark.parametrize("why", ["it serves", "it failed", "its image is gone", "the plan keeps none"])
async def test_nobody_rolls_back_to_what_cannot_come_back(api: Emulator, ask: Asking, why: str) -> None:
    where = place(api)
    plan = {
        "it failed": replace(failing(), instant=True),
        "the plan keeps none": Plan(instant=True, can_roll_back=False),
    }
    old = api.world.add_deployment(where.service, plan=plan.get(why))
    if why != "it serves":
        api.world.add_deployment(where.service)
    api.clock.advance(1)
    old.image_kept = why != "its image is gone"
    told = (await ask.data(STATUS, id=old.id))["deployment"]
    assert told["canRollback"] is False
    assert await ask.refused(ROLLBACK, id=old.id) == "Problem processing request"
    assert len(api.world.deployments) == (1 if why == "it serves" else 2)


@pytest.mark.parametrize("after_s", [0.0, 1.5, 2.5])
async def test_a_cancel_ends_as_removed(api: Emulator, ask: Asking, after_s: float) -> None:
    where = place(api)
    id_ = (await ask.up(where))["deploymentId"]
    api.clock.advance(after_s)
    assert await ask.data(CANCEL, id=id_) == {"deploymentCancel": True}
    assert await statuses(api, ask, id_, 1.0, 5) == ["REMOVING", "REMOVED", "REMOVED", "REMOVED", "REMOVED"]
    assert (await ask.data(STATUS, id=id_))["deployment"]["canRollback"] is False
    assert api.world.live(where.service) is None


async def test_what_lives_cannot_be_canceled_but_removed_stopped_and_restarted(api: Emulator, ask: Asking) -> None:
    where = place(api)
    live = api.world.add_deployment(where.service)
    assert await ask.refused(CANCEL, id=live.id) == "Problem processing request"
    for act, stopped in (("Stop", True), ("Restart", False)):
        assert await ask.data(f"mutation($id:String!){{deployment{act}(id:$id)}}", id=live.id)
        assert (await ask.data(STATUS, id=live.id))["deployment"]["deploymentStopped"] is stopped
    await ask.data("mutation($id:String!){deploymentRemove(id:$id)}", id=live.id)
    api.clock.advance(1)
    assert (await ask.status(live.id), api.world.live(where.service)) == ("REMOVED", None)


async def test_what_ran_and_ended_well_is_a_success_that_stopped(api: Emulator, ask: Asking) -> None:
    api.plan = PRESETS["stopped"]
    id_ = (await ask.up(place(api)))["deploymentId"]
    api.clock.advance(10)
    told = (await ask.data(STATUS, id=id_))["deployment"]
    assert (told["status"], told["deploymentStopped"]) == ("SUCCESS", True)


async def test_lists_are_paged_and_filtered(api: Emulator, ask: Asking) -> None:
    where = place(api)
    made = [api.world.add_deployment(where.service).id for _ in range(5)][::-1]
    api.clock.advance(1)
    wanted: dict[str, Any] = {"projectId": where.project.id, "serviceId": where.service.id}
    pages, more, after = [], [], None
    for _ in range(3):
        page = (await ask.data(LIST, input=wanted, first=2, after=after))["deployments"]
        pages.append([edge["node"]["id"] for edge in page["edges"]])
        more.append((page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["hasNextPage"]))
        after = page["pageInfo"]["endCursor"]
    assert pages == [made[:2], made[2:4], made[4:]]
    assert more == [(False, True), (True, True), (True, False)]
    good = (await ask.data(LIST, input={**wanted, "status": {"in": ["SUCCESS"]}}))["deployments"]["edges"]
    rest = (await ask.data(LIST, input={**wanted, "status": {"notIn": ["SUCCESS"]}}))["deployments"]["edges"]
    assert [edge["node"]["id"] for edge in good] == made[:1]
    assert [edge["node"]["id"] for edge in rest] == made[1:]


async def test_a_log_gives_one_line_more_than_asked_and_encodes_attributes(api: Emulator, ask: Asking) -> None:
    id_ = (await ask.up(place(api)))["deploymentId"]
    api.clock.advance(5)
    whole = (await ask.data(LOGS, id=id_))["buildLogs"]
    assert len(whole) == 5
    assert [line["timestamp"] for line in whole] == sorted({line["timestamp"] for line in whole})
    assert not any(line["timestamp"].endswith("000Z") for line in whole)  # nanoseconds, not microseconds
    assert all(len(line["timestamp"]) == len("2026-01-01T00:00:00.123456789Z") for line in whole)
    assert whole[0]["attributes"] == [{"key": "level", "value": '"info"'}]
    assert whole[0]["tags"] == {"deploymentId": id_}
    assert (await ask.data(LOGS, id=id_, limit=2))["buildLogs"] == whole[-3:]
    assert (await ask.data(LOGS, id=id_, filter="@level:warn"))["buildLogs"] == [whole[3]]
    assert (await ask.data(LOGS, id=id_, filter='-"build driver" BUILD'))["buildLogs"] == [whole[2], whole[4]]
    span = {"start": whole[1]["timestamp"], "end": whole[2]["timestamp"]}
    assert (await ask.data(LOGS, id=id_, **span))["buildLogs"] == whole[1:3]


async def test_a_log_has_only_what_came_until_now(api: Emulator, ask: Asking) -> None:
    id_ = (await ask.up(place(api)))["deploymentId"]
    assert (await ask.data(LOGS, id=id_))["buildLogs"] == []
    api.clock.advance(1.5)
    assert len((await ask.data(LOGS, id=id_))["buildLogs"]) in (2, 3)


async def test_the_steps_of_a_deployment_end_where_it_failed(api: Emulator, ask: Asking) -> None:
    api.plan = failing()
    id_ = (await ask.up(place(api)))["deploymentId"]
    api.clock.advance(5)
    query = "query($id:String!){deploymentEvents(id:$id){edges{node{step completedAt payload{error}}}}}"
    steps = [edge["node"] for edge in (await ask.data(query, id=id_))["deploymentEvents"]["edges"]]
    assert [(step["step"], step["payload"]) for step in steps] == [
        ("SNAPSHOT_CODE", None),
        ("BUILD_IMAGE", {"error": "failed"}),
    ]
    assert all(step["completedAt"] for step in steps)
