"""The log, by subscriptions and by questions."""

import asyncio
import logging

import pytest

from autocrea_lsp.deploy.base import Lines
from autocrea_lsp.deploy.errors import BadToken, HostUnavailable
from autocrea_lsp.deploy.railway import logs
from tests.deploy.railway.hosted import Hosted, read, texts
from tests.emulators.railway import PRESETS, Fault, Line, Plan, crashing, failing

SIX = Plan(build_log=("one", "two", "three"), deploy_log=("four", "five", "six"))
ALL = ["one", "two", "three", "four", "five", "six"]


async def followed(host: Hosted, plan: Plan, *, fault: Fault | None = None, times: int = 1, at: int = 1) -> list[Lines]:
    """What a follow from the beginning to the end gave."""
    host.api.plan = plan
    ref = (await host.deploy()).remote.ref
    if fault is not None:
        host.api.fail(fault, times=times, at=at)
    reading = asyncio.create_task(read(host, ref, follow=True))
    await host.clock.sleep(90)  # of the host's time, which moves only when somebody here waits for it
    return await reading


def sockets(host: Hosted) -> int:
    return host.calls().count("socket")


async def test_it_is_followed_to_its_end(shop: Hosted) -> None:
    found = await followed(shop, SIX)
    assert texts(found) == ALL
    assert [piece.last for piece in found] == [False] * (len(found) - 1) + [True]
    assert sockets(shop) == 1
    assert "buildLogs" not in shop.calls()


@pytest.mark.parametrize(
    ("plan", "last"),
    [
        (failing("boom"), "boom"),
        (crashing(), "Error: out of memory"),
        (PRESETS["skipped"], None),
        (PRESETS["sleeping"], "listening on 0.0.0.0:8080"),
    ],
)
async def test_whatever_the_end_is_it_is_told(shop: Hosted, plan: Plan, last: str | None) -> None:
    found = await followed(shop, plan)
    assert (texts(found) or [None])[-1] == last
    assert found[-1].last


async def test_a_log_of_one_that_does_not_end_goes_on(shop: Hosted) -> None:
    shop.api.plan = PRESETS["endless"]
    ref = (await shop.deploy()).remote.ref
    reading = asyncio.create_task(read(shop, ref, follow=True))
    await shop.clock.sleep(120)
    assert not reading.done()
    reading.cancel()
    await asyncio.wait({reading})


async def test_logs_that_end_before_the_deployment_are_not_the_end(shop: Hosted) -> None:
    shop.api.plan = PRESETS["endless"]
    ref = (await shop.deploy()).remote.ref
    shop.api.fail(Fault.SOCKET_COMPLETES, times=None)
    seen: list[Lines] = []

    async def follow() -> None:
        async for piece in shop.provider.logs(ref, follow=True):
            seen.append(piece)  # noqa: PERF401

    with pytest.raises(HostUnavailable, match="before the deployment has"):
        await follow()
    assert not any(piece.last for piece in seen)


async def test_levels_are_read_from_what_says_them(shop: Hosted) -> None:
    lines = (
        Line(text="plain", severity=None),
        Line(text="warned", severity="warn"),
        Line(text="failed", severity="ERROR"),
        Line(text="said otherwise", severity=None, attributes={"level": "error"}),
        Line(text="odd", severity=None, attributes={"level": 5}),
    )
    found = await followed(shop, Plan(build_log=lines, deploy_log=()))
    levels = [line.level for piece in found for line in piece.lines]
    assert levels == ["info", "warning", "error", "error", "info"]


async def test_one_message_may_be_several_lines(shop: Hosted) -> None:
    found = await followed(shop, Plan(build_log=("one\r\ntwo\n\nthree\n", "10%\r50%\r100%"), deploy_log=()))
    assert texts(found) == ["one", "two", "", "three", "100%"]
    keys = [line.key for piece in found for line in piece.lines]
    assert len(set(keys)) == len(keys)


async def test_the_log_of_one_that_has_ended_is_asked_for(shop: Hosted) -> None:
    shop.api.plan = SIX
    ref = (await shop.deploy()).remote.ref
    await shop.clock.sleep(60)
    (lines,) = await read(shop, ref)
    assert texts([lines]) == ALL
    assert sockets(shop) == 0
    assert await read(shop, ref, after=lines.cursor) == []


async def test_it_goes_on_behind_a_cursor(shop: Hosted) -> None:
    found = await followed(shop, SIX)
    cursor = found[1].cursor
    later = await read(shop, (await shop.provider.list(shop.place, limit=1)).items[0].ref, after=cursor)
    assert texts(later) == ALL[len(texts(found[:2])) :]
    assert texts(await read(shop, shop.ref(shop.newest), after="of another kind: x")) == ALL


@pytest.mark.parametrize(
    ("fault", "times", "at"),
    [
        (Fault.SOCKET_DIES, 1, 1),
        (Fault.SOCKET_DIES, 1, 3),
        (Fault.SOCKET_DIES, 2, 2),
        (Fault.SOCKET_HALF_FRAME, 1, 2),
        (Fault.SOCKET_DUPLICATES, 5, 1),
        (Fault.SOCKET_GARBAGE, 1, 1),
        (Fault.SOCKET_REFUSED, 0, 1),
        (Fault.SOCKET_TOO_MANY, 2, 1),
        (Fault.SOCKET_ERROR, 2, 1),
    ],
)
async def test_what_comes_twice_is_told_once_and_nothing_is_lost(
    shop: Hosted, fault: Fault, times: int, at: int
) -> None:
    found = await followed(shop, SIX, fault=fault if times else None, times=times, at=at)
    assert texts(found) == ALL
    assert found[-1].last


async def test_a_socket_that_says_nothing_is_given_up_after_ten_seconds(shop: Hosted) -> None:
    shop.api.init_s = 1e9
    shop.api.plan = SIX
    ref = (await shop.deploy()).remote.ref
    shop.api.fail(Fault.SOCKET_NEVER_ACKS)
    began = shop.clock.monotonic()
    found = await read(shop, ref, follow=True)
    assert texts(found) == ALL
    assert 10 <= shop.clock.monotonic() - began < 30
    assert sockets(shop) == 2


@pytest.mark.parametrize("fault", [Fault.SOCKET_ERROR, Fault.SOCKET_TOO_MANY], ids=str)
async def test_where_no_socket_can_be_had_the_log_is_asked_for(shop: Hosted, fault: Fault) -> None:
    shop.api.plan = SIX
    ref = (await shop.deploy()).remote.ref
    await shop.clock.sleep(60)
    shop.api.fail(fault, times=None)
    seen: list[Lines] = []

    async def follow() -> None:
        async for piece in shop.provider.logs(ref, follow=True):
            seen.append(piece)  # noqa: PERF401

    with pytest.raises(HostUnavailable):
        await follow()
    assert texts(seen) == ALL
    assert sockets(shop) == 1 + logs.RECONNECTS


@pytest.mark.parametrize("fault", [Fault.SOCKET_UNAUTHORIZED, Fault.SOCKET_REFUSED], ids=str)
async def test_a_token_that_is_refused_is_not_tried_again(shop: Hosted, fault: Fault) -> None:
    ref = (await shop.deploy()).remote.ref
    shop.api.fail(fault, times=None)
    with pytest.raises(BadToken) as caught:
        await read(shop, ref, follow=True)
    assert sockets(shop) == 1
    assert shop.token not in caught.value.advice


async def test_the_token_follows_no_redirect_of_the_socket(shop: Hosted) -> None:
    ref = (await shop.deploy()).remote.ref
    shop.api.fail(Fault.REDIRECT, op="socket", times=None)
    with pytest.raises(HostUnavailable, match="HTTP 307"):
        await read(shop, ref, follow=True)
    assert sockets(shop) == 1 + logs.RECONNECTS


@pytest.mark.parametrize("kind", ["account", "project"])
async def test_the_token_goes_on_the_upgrade_alone(shop: Hosted, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shop.token = shop.api.project_token if kind == "project" else shop.api.token
    await followed(shop, SIX)
    (socket,) = [request for request in shop.api.requests if request.op == "socket"]
    expected = {"authorization": f"Bearer {shop.token}"} if kind == "account" else {"project-access-token": shop.token}
    assert {name: socket.headers[name] for name in expected} == expected
    assert shop.token not in repr(socket.notes)
    assert any(record.name.startswith("autocrea_lsp") for record in caplog.records)
    assert shop.token not in caplog.text


async def test_a_log_that_is_longer_than_what_is_replayed_is_read_whole(
    shop: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "LIMIT", 4)
    shop.api.plan = Plan(build_log=tuple(f"line {number}" for number in range(20)), deploy_log=())
    ref = (await shop.deploy()).remote.ref
    await shop.clock.sleep(60)
    assert texts(await read(shop, ref, follow=True)) == [f"line {number}" for number in range(20)]


async def test_an_answer_with_each_line_twice_is_told_once(shop: Hosted) -> None:
    shop.api.plan = SIX
    ref = (await shop.deploy()).remote.ref
    await shop.clock.sleep(60)
    shop.api.fail(Fault.DUPLICATE_LINES, op="buildLogs")
    assert texts(await read(shop, ref)) == ALL
