"""Each switch of the emulated host does what it says, to the client and to the host."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from tests.emulators.railway import SOCKET_FAULTS, SPECS, Emulator, Fault
from tests.emulators.railway_asking import STATUS, Asking, asking, place

DEPLOY = "mutation($s:String!,$e:String!){serviceInstanceDeployV2(serviceId:$s,environmentId:$e)}"
REMOVE = "mutation($id:String!){deploymentRemove(id:$id)}"
LOGS = "query($id:String!){buildLogs(deploymentId:$id){message severity}}"


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    async with Emulator(speed=0) as api:
        yield api
        assert api.failures == []


@pytest.fixture
async def ask(api: Emulator) -> AsyncIterator[Asking]:
    async with asking(api) as ask:
        yield ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """How a deploy ends: the answer's status (None: no answer), what it says, how many deployments there are."""

    fault: Fault
    status: int | None
    said: str = ""
    made: int = 0


DEPLOYS = [
    Case(fault=Fault.NOT_AUTHORIZED, status=200, said='"message": "Not Authorized"'),
    Case(fault=Fault.NO_PROJECT_TOKEN, status=200, said="Project Token not found"),
    Case(fault=Fault.PROBLEM, status=200, said="Problem processing request"),
    Case(fault=Fault.TWO_FACTOR, status=200, said='"workspaceName": "Acme"'),
    Case(fault=Fault.NOT_FOUND_INSIDE, status=200, said="Deployment not found"),
    Case(fault=Fault.ERROR_AFTER_ACTING, status=200, said="Problem processing request", made=1),
    Case(fault=Fault.DATA_NULL, status=200, said='{"data": null}', made=1),
    Case(fault=Fault.VALIDATION, status=400, said="GRAPHQL_VALIDATION_FAILED"),
    Case(fault=Fault.UP_REFUSED, status=400, said='{"message": "Your plan does not allow this."}'),
    Case(fault=Fault.UNAUTHORIZED, status=401, said="Unauthorized"),
    Case(fault=Fault.NOT_FOUND, status=404, said="requestId"),
    Case(fault=Fault.TOO_LARGE, status=413, said="Payload Too Large"),
    Case(fault=Fault.RATE, status=429, said="Too Many Requests"),
    Case(fault=Fault.SERVER_ERROR, status=500, said="Internal Server Error"),
    Case(fault=Fault.SERVER_ERROR_AFTER_ACTING, status=500, said="Internal Server Error", made=1),
    Case(fault=Fault.BAD_GATEWAY, status=502, said="<html>"),
    Case(fault=Fault.UNAVAILABLE, status=503, said="Service Unavailable"),
    Case(fault=Fault.GATEWAY_TIMEOUT_AFTER_ACTING, status=504, said="Gateway Timeout", made=1),
    Case(fault=Fault.REDIRECT, status=307),
    Case(fault=Fault.HTML, status=200, said="<html>", made=1),
    Case(fault=Fault.EMPTY, status=200, made=1),
    Case(fault=Fault.TRUNCATED, status=200, said='{"data": {"service', made=1),
    Case(fault=Fault.DROP_BEFORE_READING, status=None),
    Case(fault=Fault.DROP_BEFORE_ACTING, status=None),
    Case(fault=Fault.DROP_AFTER_ACTING, status=None, made=1),
    Case(fault=Fault.DROP_IN_ANSWER, status=None, made=1),
    Case(fault=Fault.NEVER, status=None),
    Case(fault=Fault.SLOW, status=200, said="serviceInstanceDeployV2", made=1),
    Case(fault=Fault.PROJECT_VANISHES, status=200, said="not found"),
    Case(fault=Fault.DEPLOYMENT_VANISHES, status=200, said="serviceInstanceDeployV2"),
]


@pytest.mark.parametrize("case", DEPLOYS, ids=lambda case: case.fault.value)
async def test_a_deploy_meets_a_fault(api: Emulator, ask: Asking, case: Case) -> None:
    where = place(api, repo="acme/web", branch="main")
    op = None if case.fault is Fault.DROP_BEFORE_READING else "serviceInstanceDeployV2"
    api.fail(case.fault, op=op, seconds=0.05 if case.fault is Fault.SLOW else None)
    body = {"query": DEPLOY, "variables": {"s": where.service.id, "e": where.environment.id}}
    if case.status is None:
        ask.http.timeout = httpx.Timeout(0.2 if case.fault is Fault.NEVER else 5)
        with pytest.raises(httpx.TransportError):
            await ask.http.post("/graphql/v2", json=body)
    else:
        answer = await ask.http.post("/graphql/v2", json=body)
        assert (answer.status_code, case.said in answer.text) == (case.status, True), answer.text
    assert len(api.world.deployments) == case.made
    assert api.requests[-1].fault == case.fault.value
    assert api.breaches == []


def test_every_fault_is_tried_by_some_test() -> None:
    others = {
        Fault.ANSWERS_FALSE,
        Fault.ANSWERS_FALSE_AFTER_ACTING,
        Fault.UNKNOWN_STATUS,
        Fault.NULLS,
        Fault.DUPLICATE_LINES,
    }
    assert {case.fault for case in DEPLOYS} | others | SOCKET_FAULTS == set(Fault) == set(SPECS)


@pytest.mark.parametrize(
    ("fault", "status"), [(Fault.ANSWERS_FALSE, "SUCCESS"), (Fault.ANSWERS_FALSE_AFTER_ACTING, "REMOVING")]
)
async def test_an_act_is_answered_false(api: Emulator, ask: Asking, fault: Fault, status: str) -> None:
    live = api.world.add_deployment(place(api).service)
    api.fail(fault, op="deploymentRemove")
    assert await ask.data(REMOVE, id=live.id) == {"deploymentRemove": False}
    assert live.status == status


async def test_a_status_that_nobody_knows(api: Emulator, ask: Asking) -> None:
    live = api.world.add_deployment(place(api).service)
    api.fail(Fault.UNKNOWN_STATUS, op="deployment")
    assert await ask.status(live.id) == "CANCELLED"
    assert await ask.status(live.id) == "SUCCESS"


async def test_nothing_is_said_that_need_not_be(api: Emulator, ask: Asking) -> None:
    live = api.world.add_deployment(place(api).service, meta={"message": "x"})
    api.fail(Fault.NULLS)
    told = (await ask.data(STATUS, id=live.id))["deployment"]
    assert (told["id"], told["status"], told["url"], told["meta"]) == (live.id, "SUCCESS", None, None)


async def test_each_line_comes_twice(api: Emulator, ask: Asking) -> None:
    id_ = (await ask.up(place(api)))["deploymentId"]
    api.clock.advance(10)
    once = (await ask.data(LOGS, id=id_))["buildLogs"]
    api.fail(Fault.DUPLICATE_LINES, op="buildLogs")
    assert (await ask.data(LOGS, id=id_))["buildLogs"] == [line for line in once for _ in range(2)]


async def test_a_deployment_vanishes_while_it_is_looked_at(api: Emulator, ask: Asking) -> None:
    id_ = (await ask.up(place(api)))["deploymentId"]
    api.fail(Fault.DEPLOYMENT_VANISHES, op="deployment", skip=1)
    assert await ask.status(id_) == "INITIALIZING"
    assert await ask.refused(STATUS, id=id_) == "Deployment not found"
    assert api.world.deleted == {id_}


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (Fault.UP_REFUSED, 400, {"message": "Your plan does not allow this."}),
        (Fault.TOO_LARGE, 413, "Payload Too Large"),
        (Fault.UNAUTHORIZED, 401, {"message": "Unauthorized"}),
    ],
)
async def test_an_upload_meets_a_fault(api: Emulator, ask: Asking, fault: Fault, status: int, said: object) -> None:
    where = place(api)
    api.fail(fault, op="up")
    assert (await ask.up(where), ask.last.status_code) == (said, status)
    assert api.world.deployments == {}
    await ask.up(where)
    assert len(api.world.deployments) == 1


async def test_an_upload_that_is_too_large_is_refused_without_a_fault(api: Emulator, ask: Asking) -> None:
    where = place(api)
    api.world.max_up_bytes = 20
    assert (await ask.up(where), ask.last.status_code) == ("Payload Too Large", 413)


async def test_a_fault_of_the_socket_strikes_nothing_else(api: Emulator, ask: Asking) -> None:
    api.fail(Fault.SOCKET_REFUSED, times=None)
    await ask.data("{me{id}}")
    assert api.requests[-1].fault is None


async def test_an_error_after_acting_waits_for_an_act(api: Emulator, ask: Asking) -> None:
    live = api.world.add_deployment(place(api).service)
    api.fail(Fault.ERROR_AFTER_ACTING, op="deploymentRemove")
    assert await ask.refused(REMOVE, id="nobody") == "Deployment not found"
    assert await ask.refused(REMOVE, id=live.id) == "Problem processing request"
    assert live.status == "REMOVING"


async def test_too_many_requests_say_when_to_come_back(api: Emulator, ask: Asking) -> None:
    api.fail(Fault.RATE, seconds=7)
    await ask.send("{me{id}}")
    assert (ask.last.headers["retry-after"], ask.last.headers["x-ratelimit-remaining"]) == ("7", "0")
    api.world.limits["me"] = 2
    await ask.data("{me{id}}")
    assert ask.last.headers["x-ratelimit-remaining"] == "0"
    await ask.send("{me{id}}")
    assert (ask.last.status_code, ask.last.headers["retry-after"]) == (429, "60")


async def test_a_redirect_leads_to_another_host_that_sees_no_token(api: Emulator, ask: Asking) -> None:
    api.fail(Fault.REDIRECT)
    answer = await ask.http.post("/graphql/v2", json={"query": "{me{id}}"}, follow_redirects=True)
    assert answer.json() == {"message": "another host"}
    [other] = api.elsewhere
    assert "authorization" not in other.headers


async def test_a_fault_strikes_so_often_after_so_many(api: Emulator, ask: Asking) -> None:
    api.fail(Fault.SERVER_ERROR, op="me", times=2, skip=1)
    seen = []
    for _ in range(4):
        await ask.send("{me{id}}")
        seen.append(ask.last.status_code)
    assert seen == [200, 500, 500, 200]
    with pytest.raises(ValueError, match="no operation 'deploy'"):
        api.fail(Fault.SERVER_ERROR, op="deploy")


async def test_an_error_inside_a_200_has_the_vendor_s_form(api: Emulator, ask: Asking) -> None:
    api.fail(Fault.NOT_AUTHORIZED)
    planned = await ask.send("{me{id}}")
    async with asking(api, authorization="Bearer nobody") as stranger:
        real = await stranger.send("{me{id}}")
    assert planned["errors"][0].items() <= real["errors"][0].items()
    assert real == {
        "errors": [
            {
                "message": "Not Authorized",
                "locations": [{"line": 1, "column": 3}],
                "path": ["me"],
                "extensions": {"code": "INTERNAL_SERVER_ERROR"},
                "traceId": "909477571025499935",
            }
        ],
        "data": None,
    }


async def test_an_operation_that_is_lost_unread_is_lost_before_it_acts(api: Emulator, ask: Asking) -> None:
    api.fail(Fault.DROP_BEFORE_READING, op="projects")  # the host cannot know which one it is before it reads
    await ask.data("{me{id}}")
    with pytest.raises(httpx.TransportError):
        await ask.send("{projects{edges{cursor}}}")
    assert (api.requests[-1].op, api.requests[-1].acted) == ("projects", False)
