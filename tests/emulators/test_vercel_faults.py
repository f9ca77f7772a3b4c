"""Each switch of the emulated host does what it says, to the client and to the host."""

from __future__ import annotations

import email.utils
import json
import math
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.emulators.vercel import SPECS, Emulator, Fault, Plan
from tests.emulators.vercel_asking import FILES, Asking, asking, body, digest


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    async with Emulator(speed=0) as api:
        yield api
        assert api.failures == []


@pytest.fixture
async def client(api: Emulator) -> AsyncIterator[Asking]:
    """The files are there already, so that each create acts."""
    async with asking(api) as client:
        for data in FILES.values():
            await client.upload(data)
        yield client


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """How a create ends: the answer's status (None: no answer) and error code, and how many deployments there are."""

    fault: Fault
    status: int | None
    code: str | None = None
    made: int = 0
    error: dict[str, Any] = field(default_factory=dict)


CREATES = [
    Case(fault=Fault.UNAUTHORIZED, status=401, code="unauthorized"),
    Case(fault=Fault.PAYMENT, status=402, code="payment_required"),
    Case(fault=Fault.DAILY_DEPLOYMENTS, status=402, code="api-deployments-free-per-day"),
    Case(fault=Fault.FORBIDDEN, status=403, code="forbidden"),
    Case(fault=Fault.INVALID_TOKEN, status=403, code="forbidden", error={"invalidToken": True}),
    Case(fault=Fault.SAML, status=403, code="forbidden", error={"saml": True, "enforced": True}),
    Case(fault=Fault.NOT_FOUND, status=404, code="not_found"),
    Case(fault=Fault.CONFLICT, status=409, code="conflict"),
    Case(fault=Fault.TOO_LARGE, status=413),
    Case(fault=Fault.RATE, status=429, code="rate_limited"),
    Case(fault=Fault.RATE_UPLOADS, status=429, code="rate_limited"),
    Case(fault=Fault.RATE_BUILDS, status=429, code="builds_rate_limited", error={"ctaLabel": "Upgrade"}),
    Case(fault=Fault.SERVER_ERROR, status=500, code="internal_server_error"),
    Case(fault=Fault.SERVER_ERROR_AFTER_ACTING, status=500, code="internal_server_error", made=1),
    Case(fault=Fault.BAD_GATEWAY, status=502),
    Case(fault=Fault.UNAVAILABLE, status=503, code="service_unavailable"),
    Case(fault=Fault.UNAVAILABLE_RETRY_AFTER, status=503, code="service_unavailable"),
    Case(fault=Fault.GATEWAY_TIMEOUT_AFTER_ACTING, status=504, code="gateway_timeout", made=1),
    Case(fault=Fault.REDIRECT, status=307),
    Case(fault=Fault.HTML, status=200, made=1),
    Case(fault=Fault.EMPTY, status=200, made=1),
    Case(fault=Fault.TRUNCATED, status=200, made=1),
    Case(fault=Fault.DROP_BEFORE_READING, status=None),
    Case(fault=Fault.DROP_BEFORE_ACTING, status=None),
    Case(fault=Fault.DROP_AFTER_ACTING, status=None, made=1),
    Case(fault=Fault.DROP_IN_ANSWER, status=None, made=1),
    Case(fault=Fault.SLOW, status=200, made=1),
    Case(fault=Fault.MISSING_AGAIN, status=400, code="missing_files"),
    Case(fault=Fault.PROJECT_VANISHES, status=200, made=1),
    Case(fault=Fault.DEPLOYMENT_VANISHES, status=200),
]


@pytest.mark.parametrize("case", CREATES, ids=lambda case: case.fault.value)
async def test_a_create_that_goes_wrong(case: Case, api: Emulator, client: Asking) -> None:
    api.fail(case.fault, op="create_deployment", seconds=0.01)
    if case.status is None:
        with pytest.raises(httpx.RemoteProtocolError if SPECS[case.fault].place == "in-answer" else httpx.HTTPError):
            await client.send("POST", "/v13/deployments", body())
    else:
        answer = await client.http.post("/v13/deployments", json=body())
        assert answer.status_code == case.status
        if case.code:
            error = answer.json()["error"]
            assert (error["code"], {name: error.get(name) for name in case.error}) == (case.code, case.error)
    assert len(api.world.deployments) == case.made
    made = await client.send("POST", "/v13/deployments", body())
    assert made["id"] in api.world.deployments


async def test_the_error_under_another_key(api: Emulator, client: Asking) -> None:
    api.fail(Fault.ERROR_UNDER_ERR, op="list_deployments")
    assert set(await client.get("/v6/deployments")) == {"err"}


PAUSES = {
    Fault.RATE_INT: ("retry-after", lambda text, now: int(text)),
    Fault.RATE_FLOAT: ("retry-after", lambda text, now: float(text)),
    Fault.RATE_DATE: ("retry-after", lambda text, now: email.utils.parsedate_to_datetime(text).timestamp() - now),
    Fault.UNAVAILABLE_RETRY_AFTER: ("retry-after", lambda text, now: int(text)),
    Fault.RATE_RESET_SECONDS: ("x-ratelimit-reset", lambda text, now: int(text) - now),
    Fault.RATE_RESET_MS: ("x-ratelimit-reset", lambda text, now: int(text) / 1000 - now),
}


@pytest.mark.parametrize("fault", PAUSES, ids=str)
async def test_when_to_come_back_is_told_in_a_header(fault: Fault, api: Emulator, client: Asking) -> None:
    api.fail(fault, op="user", seconds=30)
    await client.get("/v2/user")
    header, seconds = PAUSES[fault]
    assert seconds(client.last.headers[header], api.clock.now()) == pytest.approx(30, abs=2)
    assert ("retry-after" in client.last.headers) == (header == "retry-after")


async def test_dates_that_are_texts(api: Emulator, client: Asking) -> None:
    api.fail(Fault.RATE_TEXT_DATE, op="user")
    api.fail(Fault.RATE_RESET_DATE, op="user")
    found = []
    for header in ("retry-after", "x-ratelimit-reset"):
        await client.get("/v2/user")
        found.append(time.strptime(client.last.headers[header], "%Y-%m-%d %H:%M:%S %Z").tm_year)
    assert found == [time.gmtime(api.clock.now() + 1).tm_year] * 2


async def test_when_to_come_back_is_told_in_the_body(api: Emulator, client: Asking) -> None:
    api.fail(Fault.RATE_BODY, op="upload_file", seconds=30)
    limit = (await client.upload(b"x"))["error"]["limit"]
    assert limit["resetMs"] / 1000 - api.clock.now() == pytest.approx(30, abs=1)
    assert limit["reset"] * 1000 == pytest.approx(limit["resetMs"], abs=1000)
    api.world.limits["upload_file"] = api.count("upload_file") + 1
    assert "urls" in await client.upload(b"y")
    assert client.last.headers["x-ratelimit-remaining"] == "0"
    assert (await client.upload(b"z"))["error"]["code"] == "rate_limited"


async def test_skips_and_times_are_counted_per_operation(api: Emulator, client: Asking) -> None:
    api.fail(Fault.SERVER_ERROR, op="user", skip=1, times=2)
    await client.get("/v2/teams")
    seen = [(await client.get("/v2/user"), client.last.status_code)[1] for _ in range(4)]
    assert seen == [200, 500, 500, 200]
    api.fail(Fault.UNAVAILABLE, times=None)
    assert [(await client.get("/v2/user"), client.last.status_code)[1] for _ in range(3)] == [503] * 3
    api.heal()
    await client.get("/v2/user")
    assert client.last.status_code == 200
    with pytest.raises(ValueError, match="no operation"):
        api.fail(Fault.RATE, op="nothing")


async def test_what_must_act_waits_for_a_request_that_acts(api: Emulator, client: Asking) -> None:
    api.fail(Fault.DROP_AFTER_ACTING, op="create_deployment")
    refused = await client.send("POST", "/v13/deployments", body({"new": b"not uploaded"}))
    assert refused["error"]["code"] == "missing_files"
    with pytest.raises(httpx.HTTPError):
        await client.send("POST", "/v13/deployments", body(meta={"mark": "m"}))
    found = await client.get("/v6/deployments")
    assert [entry["meta"] for entry in found["deployments"]] == [{"mark": "m"}]


@pytest.mark.parametrize("at", [0, 1, 40])
async def test_an_answer_that_breaks_off_at_a_byte(at: int, api: Emulator, client: Asking) -> None:
    made = await client.send("POST", "/v13/deployments", body())
    api.fail(Fault.DROP_IN_ANSWER, op="get_deployment", at=at)
    assert len(await client.until_lost(f"/v13/deployments/{made['id']}")) == at


async def test_files_that_stay_missing(api: Emulator, client: Asking) -> None:
    api.fail(Fault.MISSING_AGAIN, op="create_deployment", times=2)
    wanted = list(dict.fromkeys(map(digest, FILES.values())))
    for _ in range(2):
        assert (await client.send("POST", "/v13/deployments", body()))["error"]["missing"] == wanted
    assert (await client.send("POST", "/v13/deployments", body()))["readyState"] == "QUEUED"


CHANGES = {
    Fault.UNKNOWN_STATE: lambda value: (value["readyState"], value["status"]) == ("HIBERNATING", "HIBERNATING"),
    Fault.BLOCKED: lambda value: value["readyState"] == "BLOCKED" and value["seatBlock"]["blockCode"],
    Fault.ALIAS_NUMBER: lambda value: isinstance(value["aliasAssigned"], int) and value["aliasAssigned"] > 1,
    Fault.FEW_FIELDS: lambda value: value["readyState"] == "READY" and "target" not in value,
    Fault.NULLS: lambda value: value["readyState"] == "READY" and value["target"] is None is value["meta"],
}


@pytest.mark.parametrize("fault", CHANGES, ids=str)
async def test_a_right_answer_that_is_strange(fault: Fault, api: Emulator, client: Asking) -> None:
    made = await client.send("POST", "/v13/deployments", body())
    api.clock.advance(10)
    api.fail(fault, op="get_deployment")
    path = f"/v13/deployments/{made['id']}"
    assert CHANGES[fault](await client.get(path))
    assert (await client.get(path))["readyState"] == ("BLOCKED" if fault is Fault.BLOCKED else "READY")


async def test_a_list_of_nulls(api: Emulator, client: Asking) -> None:
    await client.send("POST", "/v13/deployments", body())
    api.fail(Fault.NULLS, op="list_deployments")
    page = await client.get("/v6/deployments")
    assert (page["deployments"][0]["meta"], page["pagination"]["next"]) == (None, None)


async def test_a_log_with_repeats(api: Emulator, client: Asking) -> None:
    made = await client.send("POST", "/v13/deployments", body())
    api.clock.advance(10)
    path = f"/v3/deployments/{made['id']}/events"
    whole = await client.get(path)
    api.fail(Fault.DUPLICATE_EVENTS, op="events", times=2)
    assert len(await client.get(path)) == 2 * len(whole)
    assert len(await client.lines(path, follow=1)) == 2 * (len(whole) + 1)


async def test_a_log_stream_that_is_lost(api: Emulator, client: Asking) -> None:
    made = await client.send("POST", "/v13/deployments", body())
    api.clock.advance(10)
    path = f"/v3/deployments/{made['id']}/events?follow=1"
    api.fail(Fault.STREAM_DIES, op="events", at=3)
    assert (await client.until_lost(path)).count(b"\n") == 3
    api.fail(Fault.STREAM_ENDS, op="events", at=2)
    assert len(await client.lines(path)) == 2
    api.fail(Fault.BAD_EVENT, op="events", at=1)
    with pytest.raises(json.JSONDecodeError):
        await client.lines(path)


async def test_a_project_and_a_deployment_that_vanish(api: Emulator, client: Asking) -> None:
    made = await client.send("POST", "/v13/deployments", body())
    api.fail(Fault.DEPLOYMENT_VANISHES, op="get_deployment")
    await client.get(f"/v13/deployments/{made['id']}")
    assert (client.last.status_code, api.world.deployments) == (404, {})
    api.fail(Fault.PROJECT_VANISHES, op="get_project")
    await client.get("/v9/projects/site")
    assert (client.last.status_code, api.world.projects) == (404, {})


async def test_a_redirect_leads_to_another_host_that_tells(api: Emulator, client: Asking) -> None:
    api.fail(Fault.REDIRECT, op="user")
    await client.http.get("/v2/user", follow_redirects=True)
    assert [request.path for request in api.elsewhere] == ["/__elsewhere__/v2/user"]
    assert "authorization" not in api.elsewhere[0].headers


async def test_no_answer_ever(api: Emulator, client: Asking) -> None:
    api.fail(Fault.NEVER, op="user")
    with pytest.raises(httpx.ReadTimeout):
        await client.http.get("/v2/user", timeout=0.05)
    assert api.requests[-1].status is None


async def test_a_client_that_leaves_a_stream_is_no_error(api: Emulator, client: Asking) -> None:
    api.plan = Plan(step_s=math.inf)
    made = await client.send("POST", "/v13/deployments", body())
    async with client.http.stream("GET", f"/v3/deployments/{made['id']}/events?follow=1") as answer:
        assert await anext(answer.aiter_lines())
    assert (await client.get("/v2/user"))["user"]["username"] == "maker"


def test_every_switch_is_in_the_table_and_in_a_test() -> None:
    assert set(SPECS) == set(Fault)
    source = Path(__file__).read_text(encoding="utf-8")
    assert [fault for fault in Fault if f"Fault.{fault.name}" not in source] == []
