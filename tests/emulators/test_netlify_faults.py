"""Each switch of the emulated Netlify does what it says, to the client and to the host."""

from __future__ import annotations

import datetime as dt
import email.utils
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.emulators.netlify import SPECS, Emulator, Fault
from tests.emulators.netlify_asking import FILES, Asking, asking, digest, manifest

CREATE = "/sites/site/deploys"


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    async with Emulator(speed=0) as api:
        api.world.add_site("site", id="11111111-2222-4333-8444-555555555555")
        yield api
        assert api.failures == []
        assert api.breaches == []


@pytest.fixture
async def client(api: Emulator) -> AsyncIterator[Asking]:
    async with asking(api) as client:
        yield client


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """How a create ends: the answer's status (None: no answer), whether in the host's form, and what was made."""

    fault: Fault
    status: int | None
    told: bool = True
    made: int = 0


CREATES = [
    Case(fault=Fault.UNAUTHORIZED, status=401),
    Case(fault=Fault.FORBIDDEN, status=403),
    Case(fault=Fault.NOT_FOUND, status=404),
    Case(fault=Fault.NOT_FOUND_TEXT, status=404, told=False),
    Case(fault=Fault.UNPROCESSABLE, status=422),
    Case(fault=Fault.RATE, status=429),
    Case(fault=Fault.RATE_BARE, status=429),
    Case(fault=Fault.SERVER_ERROR, status=500),
    Case(fault=Fault.SERVER_ERROR_AFTER_ACTING, status=500, made=1),
    Case(fault=Fault.BAD_GATEWAY, status=502, told=False),
    Case(fault=Fault.BAD_GATEWAY_AFTER_ACTING, status=502, told=False, made=1),
    Case(fault=Fault.UNAVAILABLE, status=503),
    Case(fault=Fault.UNAVAILABLE_RETRY_AFTER, status=503),
    Case(fault=Fault.REDIRECT, status=307, told=False),
    Case(fault=Fault.HTML, status=200, told=False, made=1),
    Case(fault=Fault.EMPTY, status=200, told=False, made=1),
    Case(fault=Fault.TRUNCATED, status=200, told=False, made=1),
    Case(fault=Fault.DROP_BEFORE_READING, status=None),
    Case(fault=Fault.DROP_BEFORE_ACTING, status=None),
    Case(fault=Fault.DROP_AFTER_ACTING, status=None, made=1),
    Case(fault=Fault.DROP_IN_ANSWER, status=None, made=1),
    Case(fault=Fault.SLOW, status=200, made=1),
    Case(fault=Fault.DEPLOY_VANISHES, status=200),
    Case(fault=Fault.SITE_VANISHES, status=404),
]


@pytest.mark.parametrize("case", CREATES, ids=lambda case: case.fault.value)
async def test_a_create_that_goes_wrong(case: Case, api: Emulator, client: Asking) -> None:
    api.fail(case.fault, op="create_deploy", seconds=0.01)
    if case.status is None:
        with pytest.raises(httpx.HTTPError):
            await client.send("POST", CREATE, manifest())
    else:
        answer = await client.http.post(CREATE, json=manifest())
        assert answer.status_code == case.status
        if case.told and case.status >= 400:
            assert (answer.json()["code"], bool(answer.json()["message"])) == (case.status, True)
        elif case.told:
            assert answer.json()["state"] == "uploading"
        else:
            assert _is_no_json(answer)
    assert len(api.world.deploys) == case.made
    if case.fault is not Fault.SITE_VANISHES:
        made = await client.send("POST", CREATE, manifest())
        assert made["id"] in api.world.deploys


def _is_no_json(answer: httpx.Response) -> bool:
    try:
        answer.json()
    except ValueError:
        return True
    return False


def _date(text: str) -> float:
    return dt.datetime.strptime(text, "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=dt.UTC).timestamp()


Wait = Callable[[str, float], float]
AFTER: dict[Fault, Wait] = {
    Fault.RATE_INT: lambda text, now: int(text),
    Fault.RATE_FLOAT: lambda text, now: float(text),
    Fault.RATE_DATE: lambda text, now: email.utils.parsedate_to_datetime(text).timestamp() - now,
    Fault.RATE_TEXT_DATE: lambda text, now: _date(text) - now,
    Fault.RATE_TEXT_DATES: lambda text, now: _date(text) - now,
    Fault.RATE_UPLOADS: lambda text, now: int(text),
    Fault.UNAVAILABLE_RETRY_AFTER: lambda text, now: int(text),
}
RESET: dict[Fault, Wait] = {
    Fault.RATE: lambda text, now: int(text) - now,
    Fault.RATE_RESET_SECONDS: lambda text, now: int(text) - now,
    Fault.RATE_RESET_FLOAT: lambda text, now: float(text) - now,
    Fault.RATE_RESET_MS: lambda text, now: int(text) / 1000 - now,
    Fault.RATE_RESET_DATE: lambda text, now: email.utils.parsedate_to_datetime(text).timestamp() - now,
    Fault.RATE_RESET_TEXT_DATE: lambda text, now: _date(text) - now,
    Fault.RATE_TEXT_DATES: lambda text, now: _date(text) - now,
}
ROWS = [*((fault, "retry-after", AFTER) for fault in AFTER), *((fault, "x-ratelimit-reset", RESET) for fault in RESET)]


@pytest.mark.parametrize(("fault", "header", "waits"), ROWS, ids=lambda value: str(value)[:30])
async def test_when_to_come_back_is_told_in_every_form(
    fault: Fault, header: str, waits: dict[Fault, Wait], api: Emulator, client: Asking
) -> None:
    api.fail(fault, op="user", seconds=30)
    await client.get("/user")
    assert waits[fault](client.last.headers[header], api.clock.now()) == pytest.approx(30, abs=2)
    if fault.value.startswith("429"):
        told = {name for name in ("retry-after", "x-ratelimit-reset") if name in client.last.headers}
        assert told == {
            name for name, table in (("retry-after", AFTER), ("x-ratelimit-reset", RESET)) if fault in table
        }


async def test_a_limit_may_say_nothing_of_when(api: Emulator, client: Asking) -> None:
    api.fail(Fault.RATE_BARE, op="user")
    await client.get("/user")
    assert not {"retry-after", "x-ratelimit-reset"} & set(client.last.headers)
    assert client.last.headers["x-request-id"]
    api.world.limits["user"] = api.count("user") + 1
    await client.get("/user")
    assert (client.last.status_code, client.last.headers["x-ratelimit-remaining"]) == (200, "0")
    assert (await client.get("/user"))["code"] == 429


async def test_a_new_deploy_is_not_found_for_a_while(api: Emulator, client: Asking) -> None:
    api.fail(Fault.FRESH, times=2)
    made = await client.send("POST", CREATE, {"draft": False})
    seen = [(await client.get(f"/deploys/{made['id']}"), client.last.status_code)[1] for _ in range(3)]
    assert seen == [404, 404, 200]


async def test_big_manifests_that_are_not_asynchronous_end_at_a_gateway(api: Emulator, client: Asking) -> None:
    api.fail(Fault.MANIFEST_GATEWAY, times=None)
    files = {f"{number}.txt": b"x" for number in range(101)}
    answer = await client.http.post(CREATE, json=manifest(files))
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")
    assert api.world.deploys == {}
    assert (await client.send("POST", CREATE, manifest()))["state"] == "uploading"
    shell = await client.send("POST", CREATE, {"draft": False})
    path = f"{CREATE}/{shell['id']}"
    assert (await client.http.put(path, json=manifest(files))).status_code == 502
    assert (await client.send("PUT", path, manifest(files, later=True)))["state"] == "preparing"


@pytest.mark.parametrize(
    ("fault", "status"), [(Fault.UPLOAD_REFUSED, 422), (Fault.UPLOAD_BAD, 400), (Fault.RATE_UPLOADS, 429)], ids=str
)
async def test_an_upload_that_is_refused_is_not_kept(fault: Fault, status: int, api: Emulator, client: Asking) -> None:
    made = await client.send("POST", CREATE, manifest())
    api.fail(fault, op="upload_file")
    await client.upload(made["id"], "app.js", FILES["app.js"])
    assert (client.last.status_code, api.world.files) == (status, {})


async def test_a_digest_is_asked_for_again(api: Emulator, client: Asking) -> None:
    made = await client.create("site")
    api.fail(Fault.REQUIRED_AGAIN)
    await client.get("/user")
    again = await client.get(f"/deploys/{made['id']}")
    assert (again["state"], again["required"]) == ("uploading", [digest(FILES["index.html"])] * 2)
    assert (await client.get(f"/deploys/{made['id']}"))["required"] == []


CHANGES: dict[Fault, Callable[[Any], bool]] = {
    Fault.UNKNOWN_STATE: lambda value: value["state"] == "hibernating",
    Fault.FEW_FIELDS: lambda value: value["state"] == "ready" and "draft" not in value and "url" not in value,
    Fault.NULLS: lambda value: value["state"] == "ready" and value["context"] is None is value["ssl_url"],
}


@pytest.mark.parametrize("fault", CHANGES, ids=str)
async def test_a_right_answer_that_is_strange(fault: Fault, api: Emulator, client: Asking) -> None:
    made = await client.create("site")
    api.clock.advance(10)
    api.fail(fault, op="get_deploy")
    path = f"/deploys/{made['id']}"
    assert CHANGES[fault](await client.get(path))
    assert (await client.get(path))["context"] == "production"
    api.fail(fault, op="get_site")
    assert CHANGES[fault]((await client.get("/sites/site"))["published_deploy"])


async def test_a_deploy_and_a_site_that_vanish(api: Emulator, client: Asking) -> None:
    made = await client.create("site")
    api.fail(Fault.DEPLOY_VANISHES)
    await client.get("/sites/site")
    assert client.last.status_code == 200
    await client.get(f"/deploys/{made['id']}")
    assert (client.last.status_code, api.world.deploys) == (404, {})
    api.fail(Fault.SITE_VANISHES, op="get_site")
    await client.get("/sites/site")
    assert (client.last.status_code, api.world.sites) == (404, {})


async def test_it_may_be_too_late_to_cancel(api: Emulator, client: Asking) -> None:
    made = await client.create("site")
    api.fail(Fault.CANCEL_TOO_LATE, op="cancel_deploy")
    await client.send("POST", f"/deploys/{made['id']}/cancel")
    api.clock.advance(10)
    assert (client.last.status_code, api.world.live("site")) == (422, made["id"])


async def test_a_redirect_and_a_next_page_lead_to_another_host_that_tells(api: Emulator, client: Asking) -> None:
    api.fail(Fault.REDIRECT, op="user")
    await client.http.get("/user", follow_redirects=True)
    for _ in range(3):
        api.world.add_deploy(next(iter(api.world.sites.values())))
    api.fail(Fault.LINK_ELSEWHERE, op="list_deploys")
    await client.get(CREATE, per_page=2)
    address = client.last.links["next"]["url"]
    assert address.startswith("http://localhost:")
    async with httpx.AsyncClient() as other:
        assert (await other.get(address)).status_code == 404
    assert [request.path for request in api.elsewhere] == [
        "/__elsewhere__/api/v1/user",
        "/__elsewhere__/api/v1/sites/site/deploys",
    ]
    assert all("authorization" not in request.headers for request in api.elsewhere)


@pytest.mark.parametrize("at", [0, 1, 40])
async def test_an_answer_breaks_off_at_a_byte(at: int, api: Emulator, client: Asking) -> None:
    api.fail(Fault.DROP_IN_ANSWER, op="user", at=at)
    assert len(await client.until_lost("/user")) == at


async def test_no_answer_ever(api: Emulator, client: Asking) -> None:
    api.fail(Fault.NEVER, op="user")
    with pytest.raises(httpx.ReadTimeout):
        await client.http.get("/user", timeout=0.05)
    assert api.requests[-1].status is None


def test_every_switch_is_in_the_table_and_in_a_test() -> None:
    assert set(SPECS) == set(Fault)
    here = Path(__file__)
    tests = [here, here.with_name("test_netlify_builds.py")]
    source = "".join(path.read_text(encoding="utf-8") for path in tests)
    assert [fault for fault in Fault if f"Fault.{fault.name}" not in source] == []
