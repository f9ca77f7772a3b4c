"""Deployments by a real server process over the emulated host, for a client that knows none of our messages."""

from __future__ import annotations

import asyncio
import math
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.deploy.plain_client import Client, connected
from tests.emulators.vercel import Emulator, Plan, failing
from tests.lsp.deploy_client import check_progress

pytestmark = pytest.mark.e2e

QUICK = Plan(step_s=0.2, alias_delay_s=0.1)
ENDLESS = Plan(states=("QUEUED", "BUILDING", "READY"), step_s=(0.1, math.inf))
PRODUCTION = "production"  # a project's first deployment goes there, and is asked for


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    site = tmp_path / "shop"
    site.mkdir()
    (site / "index.html").write_text("<h1>Hi</h1>")
    (site / ".env").write_text("SECRET=canary-of-the-env-file")
    return site


async def building(client: Client) -> str:
    """A deployment that the host builds for ever; its id."""
    answer = await client.run("", {"provider": "vercel"})
    await client.progress("report", "uilding")
    key: str = answer["id"]
    return key


async def test_a_deployment_is_agreed_to_seen_and_opened(folder: Path, own_home: Path) -> None:
    async with Emulator() as api:
        api.plan = QUICK
        async with connected(folder, api, **{PRODUCTION: "Deploy", "deployed to": "Open"}) as client:
            answer = await client.run("", {"provider": "vercel"})
            end = await client.asked("shop deployed to vercel (production)")
            await client.progress("end")
            (made,) = api.world.deployments.values()
            url = "https://shop.vercel.app"
            assert url.removeprefix("https://") in made.aliases
            assert url in end["message"]
            assert end["type"] == 3
            assert [each["title"] for each in end["actions"]] == ["Open", "Show log"]
            opened = await client.server.notification("window/showDocument")
            assert opened["external"] is True
            assert opened["uri"] == url
            check_progress(client.values())
            assert len(client.endings()) == 1
            lines = (await client.run("logs", {"id": answer["id"]}))["lines"]
            assert any("modules transformed" in each["text"] for each in lines)
            row = await client.run("status", {"id": answer["id"]})
            assert (row["state"], row["remoteId"]) == ("success", made.id)
            assert (await client.run("latest"))["id"] == answer["id"]
            assert await client.server.stop() == 0
        assert api.breaches == []
        assert api.failures == []
        assert api.saw_token  # the control: it was used, and is nowhere else
        assert api.token not in str(client.server.messages)
        kept = [path for path in own_home.rglob("*") if path.is_file()]
        assert len(kept) >= 2  # the database and the log
        assert [path for path in kept if api.token.encode() in path.read_bytes()] == []
        assert not any("canary-of-the-env-file" in str(request.body) for request in api.requests)


async def test_without_a_yes_nothing_is_made_at_the_host(folder: Path) -> None:
    async with Emulator() as api, connected(folder, api, **{PRODUCTION: "Do not deploy"}) as client:
        answer = await client.run("", {"provider": "vercel", "target": "production"})
        await client.asked("was canceled")
        assert (await client.run("status", {"id": answer["id"]}))["state"] == "canceled"
        assert api.world.deployments == {}
        assert api.count("create_deployment") == 0


async def test_the_progress_cancels_at_the_host(folder: Path) -> None:
    async with Emulator() as api, connected(folder, api, **{PRODUCTION: "Deploy"}) as client:
        api.plan = ENDLESS
        await building(client)
        client.cancel_progress()
        await client.asked("was canceled")
        await client.progress("end", "canceled")
        (made,) = api.world.deployments.values()
        assert made.state == "CANCELED"
        assert len(client.endings()) == 1
        check_progress(client.values())


async def test_a_failed_build_ends_in_one_error_with_its_log(folder: Path) -> None:
    async with (
        Emulator() as api,
        connected(folder, api, **{PRODUCTION: "Deploy", "was not deployed": "Show log"}) as client,
    ):
        api.plan = failing()
        await client.run("", {"provider": "vercel"})
        end = await client.asked("shop was not deployed to vercel (production).")
        assert end["type"] == 1
        shown = await client.server.notification("window/showDocument")
        log = Path(shown["uri"].removeprefix("file://"))
        assert "error TS2322" in log.read_text("utf-8")
        assert log.stat().st_mode & 0o777 == 0o600
        assert len(client.endings()) == 1


@pytest.mark.parametrize("way", ["stop", "kill"])
async def test_a_server_that_is_gone_leaves_it_running_and_the_next_tells_its_end(folder: Path, way: str) -> None:
    async with Emulator(speed=0) as api:
        api.plan = Plan(states=("BUILDING", "READY"), step_s=60.0, alias_delay_s=0.0)
        async with connected(folder, api, **{PRODUCTION: "Deploy"}) as first:
            key = await building(first)
            if way == "stop":
                assert await first.server.stop() == 0
                check_progress(first.values())
            else:
                first.server.kill()
                await first.server.ended()
        (made,) = api.world.deployments.values()
        assert made.state == "BUILDING"
        assert not any("was " in message or "deployed to" in message for message in first.endings())
        api.clock.advance(120)
        async with connected(folder, api) as second:
            await second.asked("shop deployed to vercel (production)")
            assert (await second.run("status", {"id": key}))["state"] == "success"
            assert await second.server.stop() == 0
        async with connected(folder, api) as third:
            assert (await third.run("status"))["id"] == key
            assert await third.server.stop() == 0
        assert len(second.endings()) == 1
        assert third.endings() == []
        assert api.count("create_deployment") == 1
        assert api.count("cancel_deployment") == 0


async def test_a_preview_needs_no_account_and_is_served_as_long_as_the_server(folder: Path) -> None:
    async with Emulator() as api:
        async with connected(folder, api) as client:
            answer = await client.run()
            end = await client.asked("shop deployed to preview: http://127.0.0.1:")
            row = await client.run("status", {"id": answer["id"]})
            assert row["url"] in end["message"]
            assert await asyncio.to_thread(fetched, row["url"]) == "<h1>Hi</h1>"
            with pytest.raises(urllib.error.HTTPError):
                await asyncio.to_thread(fetched, row["url"].rstrip("/") + "/.env")
            assert await client.server.stop() == 0
        with pytest.raises(urllib.error.URLError):
            await asyncio.to_thread(fetched, row["url"])
        async with connected(folder, api) as next_one:
            row = await next_one.run("status")
            assert row["detail"].startswith("It is not served any more")
            assert next_one.endings() == []
        assert api.requests == []


def fetched(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  # an address of this machine
        return str(answer.read().decode())
