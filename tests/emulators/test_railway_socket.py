"""The emulated host's socket: subscriptions by graphql-transport-ws, its rules, and the ways in which it is lost."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from tests.emulators.railway import PRESETS, Emulator, Fault, Plan
from tests.emulators.railway_asking import BUILD_LOGS, Asking, Listening, asking, place

DEPLOYMENT = "subscription($id:String!){deployment(id:$id){status}}"
DEPLOY_LOGS = "subscription($id:String!,$n:Int){deploymentLogs(deploymentId:$id,limit:$n){message}}"
EVENTS = "subscription($id:String!){deploymentEvents(id:$id){step completedAt}}"
ALL = ["one", "two", "three", "four"]


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    async with Emulator(speed=0) as api:
        api.plan = Plan(build_log=tuple(ALL))
        yield api
        assert api.failures == []


@pytest.fixture
async def ask(api: Emulator) -> AsyncIterator[Asking]:
    async with asking(api) as ask:
        yield ask


@pytest.fixture
async def id_(api: Emulator, ask: Asking) -> str:
    return str((await ask.up(place(api)))["deploymentId"])


async def closed(listening: Listening) -> int | None:
    """The code with which the host closed."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            await listening.raw.recv()
    return listening.raw.close_code


async def heard(listening: Listening) -> list[str]:
    """Lines until the subscription or the connection ends."""
    found: list[str] = []
    with contextlib.suppress(ConnectionClosed):
        while (message := await listening.hear())["type"] == "next":
            found += [line["message"] for line in message["payload"]["data"]["buildLogs"]]
    return found


async def test_lines_come_as_they_are_written_and_then_it_is_complete(api: Emulator, ask: Asking, id_: str) -> None:
    async with ask.socket() as listening:
        await listening.subscribe(BUILD_LOGS, id=id_)
        api.clock.advance(1.3)
        first = (await listening.hear())["payload"]["data"]["buildLogs"]
        assert [line["message"] for line in first] == ["one"]
        api.clock.advance(0.2)
        assert [line["message"] for line in (await listening.hear())["payload"]["data"]["buildLogs"]] == ["two"]
        api.clock.advance(5)
        assert await listening.lines() == ["three", "four"]
    assert api.breaches == []


async def test_a_new_connection_repeats_the_newest_lines(api: Emulator, ask: Asking, id_: str) -> None:
    api.clock.advance(10)
    for _ in range(2):
        async with ask.socket() as listening:
            await listening.subscribe(BUILD_LOGS, id=id_)
            assert await listening.lines() == ALL
    short = BUILD_LOGS.replace("limit:500", "limit:1")
    async with ask.socket() as listening:
        await listening.subscribe(short, id=id_)
        assert await listening.lines() == ["three", "four"]  # one more than was asked for


async def test_the_status_comes_whenever_it_is_another(api: Emulator, ask: Asking, id_: str) -> None:
    seen = []
    async with ask.socket() as listening:
        await listening.subscribe(DEPLOYMENT, id=id_)
        for _ in range(20):
            await listening.say(type="ping")
            while (message := await listening.hear()) != {"type": "pong"}:
                seen.append(message["payload"]["data"]["deployment"]["status"])
            api.clock.advance(0.25)  # lines come between, and are no news of the status
        await ask.data("mutation($id:String!){deploymentRemove(id:$id)}", id=id_)
        api.clock.advance(1)
        while (message := await listening.hear())["type"] == "next":
            seen.append(message["payload"]["data"]["deployment"]["status"])
    assert seen[:4] == ["INITIALIZING", "BUILDING", "DEPLOYING", "SUCCESS"]
    assert (seen[-1], message["type"]) == ("REMOVED", "complete")


async def test_what_runs_logs_on_after_the_build(api: Emulator, ask: Asking) -> None:
    api.plan = PRESETS["crashing"]
    id_ = (await ask.up(place(api)))["deploymentId"]
    async with ask.socket() as listening:
        await listening.subscribe(DEPLOY_LOGS, id=id_, n=10)
        api.clock.advance(3.5)
        assert len((await listening.hear())["payload"]["data"]["deploymentLogs"]) == 3
        api.clock.advance(1)
        assert await listening.hear() == {"id": "1", "type": "complete"}


async def test_steps_come_as_they_begin_and_end(api: Emulator, ask: Asking, id_: str) -> None:
    api.clock.advance(10)
    async with ask.socket() as listening:
        await listening.subscribe(EVENTS, id=id_)
        steps = []
        while (message := await listening.hear())["type"] == "next":
            steps.append(message["payload"]["data"]["deploymentEvents"]["step"])
    assert steps == ["SNAPSHOT_CODE", "BUILD_IMAGE", "CREATE_CONTAINER"]


async def test_several_subscriptions_and_a_query_share_a_connection(api: Emulator, ask: Asking, id_: str) -> None:
    async with ask.socket() as listening:
        await listening.subscribe(DEPLOYMENT, "a", id=id_)
        assert (await listening.hear())["id"] == "a"
        await listening.subscribe("{apiToken{workspaces{name}}}", "b")
        answer = await listening.hear()
        assert answer["payload"] == {"data": {"apiToken": {"workspaces": [{"name": "Acme"}]}}}
        assert await listening.hear() == {"id": "b", "type": "complete"}
        await listening.say(id="a", type="complete")
        await listening.say(type="ping")
        assert await listening.hear() == {"type": "pong"}
        api.clock.advance(1)  # nobody listens to its status any more
        await listening.say(type="ping")
        assert await listening.hear() == {"type": "pong"}
        await listening.say(type="pong")
        await listening.subscribe(DEPLOYMENT, "a", id=id_)  # the name is free again
        assert (await listening.hear())["type"] == "next"
    assert api.breaches == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (BUILD_LOGS, "Deployment not found"),
        ("subscription($id:String!){buildLogs(deploymentId:$id){text}}", "Cannot query field 'text' on type 'Log'."),
        ("subscription {", "Syntax Error"),
    ],
)
async def test_a_refused_subscription_is_an_error_and_the_connection_stays(ask: Asking, query: str, said: str) -> None:
    async with ask.socket() as listening:
        await listening.subscribe(query, id="nobody")
        answer = await listening.hear()
        assert (answer["type"], answer["id"]) == ("error", "1")
        assert said in answer["payload"][0]["message"]
        await listening.say(type="ping")
        assert await listening.hear() == {"type": "pong"}


async def test_a_wrong_document_on_a_socket_is_a_breach(api: Emulator, ask: Asking, id_: str) -> None:
    async with ask.socket() as listening:
        await listening.subscribe("subscription($id:String!){buildLogs(deploymentId:$id){text}}", id=id_)
        await listening.hear()
    await api.wait(lambda: "closed" in api.requests[-1].notes)
    assert any("Cannot query field 'text'" in breach for breach in api.breaches)


async def test_a_wrong_token_is_an_error_of_the_subscription(api: Emulator, id_: str) -> None:
    async with asking(api, authorization="Bearer nobody") as stranger, stranger.socket() as listening:
        await listening.subscribe(BUILD_LOGS, id=id_)
        assert (await listening.hear())["payload"][0]["message"] == "Not Authorized"


async def test_a_project_s_token_opens_a_socket(api: Emulator, id_: str) -> None:
    async with asking(api, project_access_token=api.project_token) as ask, ask.socket() as listening:
        api.clock.advance(10)
        await listening.subscribe(BUILD_LOGS, id=id_)
        assert await listening.lines() == ALL
    assert api.saw_token


INIT = {"type": "connection_init"}
SUBSCRIBE = {"id": "1", "type": "subscribe", "payload": {"query": DEPLOYMENT, "variables": {"id": "ID"}}}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (["not json"], 4400),
        ([{"no": "type"}], 4400),
        ([{"type": "start"}], 4400),
        ([INIT, {"id": 1, "type": "subscribe", "payload": {}}], 4400),
        ([SUBSCRIBE], 4401),
        ([INIT, SUBSCRIBE, SUBSCRIBE], 4409),
        ([INIT, INIT], 4429),
        ([], 4408),
    ],
)
async def test_who_does_not_keep_the_rules_is_closed(
    api: Emulator, ask: Asking, id_: str, said: list[Any], code: int
) -> None:
    api.init_s = 0.05 if code == 4408 else 5.0
    async with ask.socket(init=False) as listening:
        for message in said:
            text = message if isinstance(message, str) else json.dumps(message).replace("ID", id_)
            await listening.raw.send(text)
        assert await closed(listening) == code
    await api.wait(lambda: "closed" in api.requests[-1].notes)
    assert any(str(code) in breach for breach in api.breaches)


async def test_another_subprotocol_is_not_spoken(api: Emulator) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await connect(api.url.replace("http", "ws") + "/graphql/v2", additional_headers={"authorization": "Bearer x"})
    assert caught.value.response.status_code == 400
    assert "socket: the subprotocol graphql-transport-ws is not offered" in api.breaches


@pytest.mark.parametrize(
    ("fault", "at", "lines"),
    [
        (Fault.SOCKET_DIES, 2, ["one", "two"]),
        (Fault.SOCKET_HALF_FRAME, 2, []),
        (Fault.SOCKET_COMPLETES, None, []),
        (Fault.SOCKET_DUPLICATES, None, ALL * 2),
        (None, None, ALL),
    ],
)
async def test_a_stream_is_lost_after_some_lines(
    api: Emulator, ask: Asking, id_: str, fault: Fault | None, at: int | None, lines: list[str]
) -> None:
    api.clock.advance(10)
    if fault:
        api.fail(fault, at=at)
    async with ask.socket() as listening:
        await listening.subscribe(BUILD_LOGS, id=id_)
        assert await heard(listening) == lines
        expected = 1006 if fault in (Fault.SOCKET_DIES, Fault.SOCKET_HALF_FRAME) else None
        assert listening.raw.close_code == expected
    async with ask.socket() as listening:  # the fault struck once
        await listening.subscribe(BUILD_LOGS, id=id_)
        assert await heard(listening) == ALL


@pytest.mark.parametrize(("fault", "code"), [(Fault.SOCKET_UNAUTHORIZED, 4401), (Fault.SOCKET_TOO_MANY, 4429)])
async def test_the_host_closes_of_its_own_accord(api: Emulator, ask: Asking, fault: Fault, code: int) -> None:
    api.fail(fault)
    async with ask.socket(init=False) as listening:
        await listening.say(**INIT)
        assert await closed(listening) == code
    await api.wait(lambda: "closed" in api.requests[-1].notes)
    assert api.breaches == []  # the client did nothing wrong


@pytest.mark.parametrize("fault", [Fault.SOCKET_REFUSED, Fault.BAD_GATEWAY, Fault.UNAVAILABLE])
async def test_a_handshake_is_refused(api: Emulator, ask: Asking, fault: Fault) -> None:
    api.fail(fault, op="socket")
    with pytest.raises(InvalidStatus) as caught:
        async with ask.socket():
            pass
    assert caught.value.response.status_code == {Fault.SOCKET_REFUSED: 403, Fault.BAD_GATEWAY: 502}.get(fault, 503)


async def test_a_handshake_is_slow_or_lost(api: Emulator, ask: Asking) -> None:
    api.fail(Fault.SLOW, op="socket", seconds=0.1)
    began_s = time.monotonic()
    async with ask.socket():
        assert time.monotonic() - began_s >= 0.1
    api.fail(Fault.DROP_BEFORE_ACTING, op="socket")
    with pytest.raises((InvalidMessage, ConnectionError)):
        async with ask.socket():
            pass


@pytest.mark.parametrize("fault", [Fault.SOCKET_NEVER_ACKS, Fault.SOCKET_SILENT])
async def test_a_socket_is_open_and_says_nothing(api: Emulator, ask: Asking, id_: str, fault: Fault) -> None:
    api.clock.advance(10)
    api.fail(fault)
    async with ask.socket(init=fault is Fault.SOCKET_SILENT) as listening:
        if fault is Fault.SOCKET_NEVER_ACKS:
            await listening.say(**INIT)
        else:
            await listening.subscribe(BUILD_LOGS, id=id_)
        await listening.say(type="ping")
        assert await listening.hear() == {"type": "pong"}  # and nothing before it


async def test_a_message_that_is_no_json_and_an_error(api: Emulator, ask: Asking, id_: str) -> None:
    api.clock.advance(10)
    api.fail(Fault.SOCKET_GARBAGE)
    api.fail(Fault.SOCKET_ERROR)
    async with ask.socket() as listening:
        await listening.subscribe(BUILD_LOGS, id=id_)
        with pytest.raises(json.JSONDecodeError):
            await listening.hear()
        assert await listening.lines() == ALL
    async with ask.socket() as listening:
        await listening.subscribe(BUILD_LOGS, id=id_)
        assert (await listening.hear())["type"] == "error"
