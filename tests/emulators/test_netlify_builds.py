"""Builds from a repository in the emulated Netlify, and their logs, at once and as they grow."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from tests.emulators.netlify import Emulator, Fault, Line, Plan, failing, reviewed, skipping
from tests.emulators.netlify_asking import Asking, asking
from tests.emulators.netlify_plan import BUILD_LOG

HANG_S = 10.0
LINES = [line.text for line in BUILD_LOG]


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    async with Emulator(speed=0) as api:
        api.world.add_site("site", repo={})
        yield api
        assert api.failures == []


@pytest.fixture
async def client(api: Emulator) -> AsyncIterator[Asking]:
    async with asking(api) as client:
        yield client
        assert api.breaches == []


async def build(client: Asking, **query: str) -> tuple[str, str]:
    """Ids of the build and of its deploy."""
    made = await client.send("POST", "/sites/site/builds", **query)
    assert client.last.status_code == 200
    return made["id"], made["deploy_id"]


async def states(api: Emulator, client: Asking, deploy: str) -> list[str]:
    seen = []
    for _ in range(4):
        seen.append((await client.get(f"/deploys/{deploy}"))["state"])
        api.clock.advance(1)
    return list(dict.fromkeys(seen))


async def test_a_build_of_the_production_branch_goes_live(api: Emulator, client: Asking) -> None:
    id_, deploy = await build(client, title="again", clear_cache="true")
    assert await states(api, client, deploy) == ["enqueued", "building", "ready"]
    shown = await client.get(f"/deploys/{deploy}")
    assert (shown["context"], shown["branch"], shown["title"]) == ("production", "main", "again")
    assert (api.world.live("site"), shown["build_id"]) == (deploy, id_)
    assert shown["commit_url"].endswith(f"/acme/site/commit/{shown['commit_ref']}")
    done = await client.get(f"/builds/{id_}")
    assert (done["done"], done["error"], done["sha"]) == (True, None, shown["commit_ref"])
    assert [entry["id"] for entry in await client.get("/sites/site/builds")] == [id_]


async def test_a_build_of_another_branch_has_an_address_of_its_own(api: Emulator, client: Asking) -> None:
    _, deploy = await build(client, branch="feat-1")
    await states(api, client, deploy)
    shown = await client.get(f"/deploys/{deploy}")
    assert (shown["state"], shown["context"], api.world.live("site")) == ("ready", "branch-deploy", None)
    assert shown["deploy_ssl_url"] == "https://feat-1--site.netlify.app"
    api.plan = Plan(review=7)
    _, deploy = await build(client, branch="feat-1")
    shown = await client.get(f"/deploys/{deploy}")
    assert (shown["context"], shown["review_id"]) == ("deploy-preview", 7)


@pytest.mark.parametrize(
    ("plan", "ends", "skipped", "message"),
    [
        (failing("exit 2"), "error", None, "exit 2"),
        (skipping(), "error", True, "Canceled build due to no content change"),
        (reviewed(), "pending_review", None, None),
        (Plan(git_states=("enqueued", "building", "retrying", "ready")), "ready", None, None),
    ],
)
async def test_builds_end_as_planned(
    api: Emulator, client: Asking, plan: Plan, ends: str, skipped: bool | None, message: str | None
) -> None:
    api.plan = plan
    id_, deploy = await build(client)
    assert (await states(api, client, deploy))[-1] == ends
    shown = await client.get(f"/deploys/{deploy}")
    assert (shown["skipped"], shown["error_message"]) == (skipped, message)
    assert (await client.get(f"/builds/{id_}"))["error"] == message


@pytest.mark.parametrize(("accept", "ends"), [(True, "ready"), (False, "rejected")])
async def test_a_build_that_waits_for_a_review_goes_on_or_is_rejected(
    api: Emulator, client: Asking, accept: bool, ends: str
) -> None:
    api.plan = reviewed()
    _, deploy = await build(client)
    api.world.review(api.world.deploys[deploy], accept=accept)
    assert (await states(api, client, deploy))[-1] == ends


async def test_a_site_without_a_repository_builds_nothing(api: Emulator, client: Asking) -> None:
    api.world.add_site("bare")
    await client.send("POST", "/sites/bare/builds")
    assert client.last.status_code == 404


async def test_the_log_grows_with_the_build_and_ends_with_a_report(api: Emulator, client: Asking) -> None:
    _, deploy = await build(client)
    assert await client.get(f"/deploys/{deploy}/log") == []
    api.clock.advance(1.5)
    half = await client.get(f"/deploys/{deploy}/log")
    assert [entry["message"] for entry in half] == LINES[:3]
    api.clock.advance(10)
    whole = await client.get(f"/deploys/{deploy}/log")
    assert [entry["message"] for entry in whole[:-1]] == LINES
    assert (whole[-1]["type"], whole[-1]["section"]) == ("report", "building")
    assert whole[0]["ts"] < whole[-1]["ts"]


async def test_a_log_says_its_text_under_either_key(api: Emulator, client: Asking) -> None:
    api.plan = Plan(log=("one", Line(text="two", level="error")), log_form="mixed")
    _, deploy = await build(client)
    api.clock.advance(10)
    one, two, _ = await client.get(f"/deploys/{deploy}/log")
    assert (one["message"], two["log"], two["level"]) == ("one", "two", "error")


# ---- the socket


def address(api: Emulator) -> str:
    return api.url.replace("http:", "ws:") + "/build/logs"


async def ask(api: Emulator, socket: ClientConnection, deploy: str, **fields: str) -> None:
    site = api.world.deploys[deploy].site.id
    asked = {"deploy_id": deploy, "site_id": site, "access_token": api.token, **fields}
    await socket.send(json.dumps(asked))


async def frames(socket: ClientConnection) -> list[Any]:
    """All until the report, or until the connection ends."""
    found: list[Any] = []
    try:
        async with asyncio.timeout(HANG_S):
            async for text in socket:
                try:
                    found.append(json.loads(text))
                except ValueError:
                    found.append(text)
                if isinstance(found[-1], dict) and found[-1].get("type") == "report":
                    break
    except ConnectionClosed:
        found.append("lost")
    return found


async def test_the_socket_replays_and_follows_the_log(api: Emulator, client: Asking) -> None:
    _, deploy = await build(client)
    api.clock.advance(1.5)
    async with connect(address(api)) as socket:
        await ask(api, socket, deploy)
        first = [json.loads(await socket.recv())["message"] for _ in range(3)]
        assert first == LINES[:3]
        api.clock.advance(1)
        rest = await frames(socket)
        assert [entry["message"] for entry in rest[:-1]] == LINES[3:]
        assert (rest[-1]["type"], rest[-1]["section"]) == ("report", "building")
    assert (api.count("build_socket"), api.requests[-1].status) == (1, 101)


async def test_a_canceled_build_ends_its_log(api: Emulator, client: Asking) -> None:
    _, deploy = await build(client)
    async with connect(address(api)) as socket:
        await ask(api, socket, deploy)
        await api.wait(lambda: api.requests[-1].acted)
        await client.send("POST", f"/deploys/{deploy}/cancel")
        assert [entry["type"] for entry in await frames(socket)] == ["report"]


async def test_a_wrong_token_gets_no_log_and_a_wrong_message_is_a_breach(api: Emulator) -> None:
    deploy = api.world.start_build(next(iter(api.world.sites.values())), Plan(), branch="main", title=None).deploy.id
    for wrong in ({"access_token": "other"}, {"deploy_id": "0" * 24}, {"site_id": "1"}):
        async with connect(address(api)) as socket:
            await ask(api, socket, deploy, **wrong)
            assert (await frames(socket)) == [{"type": "error", "message": "Access denied"}, "lost"]
            assert socket.close_code == 4403
    assert api.breaches == []
    async with connect(address(api)) as socket:
        await socket.send(json.dumps({"deploy_id": deploy, "token": api.token}))
        await frames(socket)
    assert len(api.breaches) == 1


@pytest.mark.parametrize(
    ("fault", "at", "expected"),
    [
        (Fault.SOCKET_DIES, 2, [*LINES[:2], "lost"]),
        (Fault.SOCKET_HALF_FRAME, 1, [*LINES[:1], "lost"]),
        (Fault.SOCKET_ENDS, 3, LINES[:3]),
        (Fault.SOCKET_DUPLICATES, None, [line for line in LINES for _ in range(2)] + ["report"]),
        (Fault.SOCKET_GARBAGE, 1, [LINES[0], "<html>Bad Gateway</html>", *LINES[1:], "report"]),
    ],
)
async def test_the_socket_fails_as_it_is_told(
    api: Emulator, client: Asking, fault: Fault, at: int | None, expected: list[str]
) -> None:
    _, deploy = await build(client)
    api.clock.advance(10)
    api.fail(fault, at=at)
    await client.get("/user")
    assert client.last.status_code == 200
    async with connect(address(api)) as socket:
        await ask(api, socket, deploy)
        found = await frames(socket)
        shown = [entry if isinstance(entry, str) else _short(entry) for entry in found]
        assert shown == expected
    async with connect(address(api)) as socket:
        await ask(api, socket, deploy)
        assert [_short(entry) for entry in await frames(socket)] == [*LINES, "report"]


def _short(entry: dict[str, Any]) -> str:
    return "report" if entry["type"] == "report" else entry["message"]


async def test_the_socket_may_be_refused_or_lost_at_once(api: Emulator) -> None:
    api.fail(Fault.SOCKET_REFUSED)
    with pytest.raises(InvalidStatus) as refused:
        await connect(address(api))
    assert refused.value.response.status_code == 403
    api.fail(Fault.UNAVAILABLE)
    with pytest.raises(InvalidStatus):
        await connect(address(api))
    api.fail(Fault.DROP_BEFORE_ACTING)
    with pytest.raises(InvalidMessage):
        await connect(address(api), open_timeout=HANG_S)
    assert api.count("build_socket") == 3


async def test_the_socket_may_never_open_or_never_speak(api: Emulator, client: Asking) -> None:
    _, deploy = await build(client)
    api.clock.advance(10)
    api.fail(Fault.SOCKET_NEVER_OPENS)
    opening = asyncio.ensure_future(connect(address(api), open_timeout=None))
    await api.wait(lambda: api.count("build_socket") == 1)
    assert not opening.done()
    opening.cancel()
    await asyncio.gather(opening, return_exceptions=True)
    api.fail(Fault.SOCKET_SILENT)
    async with connect(address(api)) as socket:
        await ask(api, socket, deploy)
        await api.wait(lambda: api.requests[-1].acted)
    assert (api.requests[-1].answer, api.requests[0].status) == ([], 200)
