"""The log: what the host has kept, and a build's as it is written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from autocrea_lsp.deploy.base import Git, Lines, Ref
from autocrea_lsp.deploy.netlify import livelog
from autocrea_lsp.errors import UserError
from tests.deploy.netlify.hosted import REPOSITORY, Hosted
from tests.emulators.netlify import Fault, Line, Plan

BUILD = (
    "$ npm run build",
    "one\ntwo",
    Line(level="warn", text="careful"),
    Line(level="error", text="\x1b[31mbad\x1b[39m"),
    "10%\r100%",
)
TEXTS = ["$ npm run build", "one", "two", "careful", "\x1b[31mbad\x1b[39m", "100%", "Finished processing build request"]


@pytest.fixture
async def site(host: Hosted) -> AsyncIterator[Hosted]:
    """A site with a repository, whose builds say `BUILD`; the socket is where the setting says."""
    host.api.world.add_site("shop", repo=dict(REPOSITORY))
    host.api.plan = Plan(log=BUILD, git_states=("enqueued", "building", "ready"), step_s=(1.0, 4.0))
    host.log_url = host.api.url.replace("http://", "ws://") + "/build/logs"
    yield host
    assert not [line for line in host.log if host.token in line]


async def read(host: Hosted, ref: Ref, *, after: str = "", follow: bool = True, tick_s: float = 0.25) -> list[Lines]:
    """All of it, while the host's time goes on in small steps."""

    async def tick() -> None:
        while True:
            await host.clock.sleep(tick_s)

    ticking = asyncio.create_task(tick())
    try:
        async with aclosing(host.provider.logs(ref, after=after, follow=follow)) as pieces:
            return [piece async for piece in pieces]
    finally:
        ticking.cancel()


def texts(pieces: list[Lines]) -> list[str]:
    return [line.text for piece in pieces for line in piece.lines]


async def building(host: Hosted) -> Ref:
    return (await host.deploy(source=Git(branch="x"))).remote.ref


async def test_a_build_is_followed_over_the_socket_to_its_report(site: Hosted) -> None:
    pieces = await read(site, await building(site))
    assert texts(pieces) == TEXTS
    assert pieces[-1].last
    assert [line.level for piece in pieces for line in piece.lines][3:5] == ["warning", "error"]
    assert "deploy_log" not in site.calls()


async def test_the_token_goes_in_the_first_frame_alone(site: Hosted) -> None:
    ref = await building(site)
    await read(site, ref)
    (opened,) = [request for request in site.api.requests if request.path == "/build/logs"]
    assert opened.body == {"deploy_id": ref.id, "site_id": site.place.project, "access_token": site.token}
    assert "authorization" not in opened.headers
    assert site.token not in str(opened.query) + opened.path + str(opened.headers)


@pytest.mark.parametrize(
    "fault",
    [
        Fault.SOCKET_REFUSED,
        Fault.SOCKET_DIES,
        Fault.SOCKET_HALF_FRAME,
        Fault.SOCKET_ENDS,
        Fault.SOCKET_GARBAGE,
        Fault.SOCKET_DUPLICATES,
    ],
    ids=str,
)
async def test_however_the_socket_fails_each_line_comes_once(site: Hosted, fault: Fault) -> None:
    site.api.fail(fault, times=None)
    pieces = await read(site, await building(site))
    assert texts(pieces) == TEXTS
    assert pieces[-1].last


async def test_a_socket_that_says_nothing_does_not_hide_the_log(site: Hosted) -> None:
    site.api.fail(Fault.SOCKET_SILENT)
    site.api.plan = Plan(log=BUILD, step_s=(1.0, 300.0))
    pieces = await read(site, await building(site), tick_s=5.0)
    assert texts(pieces) == TEXTS
    assert len(pieces) > 2  # as it comes, not at its end


@pytest.mark.parametrize("form", ["message", "log", "mixed"])
async def test_without_a_socket_what_they_keep_is_looked_at_again(site: Hosted, form: str) -> None:
    site.log_url = ""
    site.api.plan = Plan(log=BUILD, log_form=form, step_s=(1.0, 30.0))  # type: ignore[arg-type]
    pieces = await read(site, await building(site))
    assert texts(pieces) == TEXTS
    assert len(pieces) > 1
    assert "/build/logs" not in [request.path for request in site.api.requests]


async def test_it_goes_on_behind_the_cursor(site: Hosted) -> None:
    ref = await building(site)
    pieces = await read(site, ref)
    middle = next(piece for piece in pieces if "careful" in [line.text for line in piece.lines])
    assert texts(await read(site, ref, after=middle.cursor, follow=False)) == TEXTS[4:]
    assert texts(await read(site, ref, after=pieces[-1].cursor, follow=False)) == []


async def test_the_lines_have_the_same_keys_either_way(site: Hosted) -> None:
    ref = await building(site)
    live = {line.key for piece in await read(site, ref) for line in piece.lines}
    kept = {line.key for piece in await read(site, ref, follow=False) for line in piece.lines}
    assert live == kept
    assert len(live) == len(TEXTS)


async def test_a_deployment_of_files_has_what_they_keep_of_it(host: Hosted) -> None:
    ref = (await host.deploy()).remote.ref
    pieces = await read(host, ref)
    assert "Post processing done" in texts(pieces)
    assert (await host.provider.status(ref)).state == "success"


async def test_one_without_a_log_is_no_error(host: Hosted) -> None:
    ref = (await host.deploy()).remote.ref
    await host.finished(ref)
    host.api.fail(Fault.NOT_FOUND_TEXT, op="deploy_log", times=None)
    assert await read(host, ref) == []
    assert await read(host, ref, follow=False) == []


# ---- where the token may go


@pytest.mark.parametrize(
    "address",
    [
        "ws://logs.example.com/build/logs",
        "http://127.0.0.1/build/logs",
        "https://socketeer.services.netlify.com/",
        "wss://user:pass@example.com/",
        "wss://169.254.169.254/",
        "127.0.0.1:99",
        "",
    ],
)
def test_an_address_that_the_token_must_not_go_to_is_refused(address: str) -> None:
    with pytest.raises(UserError):
        livelog.address(address)


@pytest.mark.parametrize("address", [livelog.URL, "ws://127.0.0.1:99/x", "ws://localhost:1/", " wss://example.com/l "])
def test_other_addresses_are_not(address: str) -> None:
    assert livelog.address(address).host


async def test_an_api_of_somebody_else_does_not_give_the_token_to_netlifys_log(site: Hosted) -> None:
    site.log_url = ""
    assert site.provider._log_url == ""


async def test_a_wrong_setting_is_said_and_nothing_is_sent(site: Hosted) -> None:
    site.log_url = "ws://logs.example.com/"
    with pytest.raises(UserError, match="plain http"):
        await read(site, await building(site))
