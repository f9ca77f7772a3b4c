"""How deployments end over the wire: canceled, failed, in an editor that closes, in two of them."""

from __future__ import annotations

import sys
from pathlib import Path

from autocrea_lsp.deploy.base import Files
from tests.lsp.deploy_client import (
    ASKED,
    DEPLOY,
    EVENT,
    OURS,
    DeployClient,
    check_progress,
)
from tests.lsp.deploy_host import World, begun, connected, finished

# Cancel ---------------------------------------------------------------------------------------------------------------


async def test_a_command_cancels_the_newest_that_runs(client: DeployClient, world: World, folder: Path) -> None:
    key = await begun(client, folder)
    answer = await client.result(f"{DEPLOY}.cancel")
    assert (answer["deployment"]["id"], answer["deployment"]["state"]) == (key, "canceled")
    assert world.last.state == "canceled"
    await client.gets(ASKED)
    await client.gets("$/progress", lambda params: params["value"].get("message") == "canceled")
    assert len([each for each in client.messages if "was canceled" in each and "JoxCoder: shop" in each]) == 1
    error = await client.error(f"{DEPLOY}.cancel")
    assert error["message"].startswith("No deployment of this project is running.")


async def test_the_progress_cancels_at_the_host(client: DeployClient, world: World, folder: Path) -> None:
    await begun(client, folder)
    client.cancel_progress()
    await client.gets(ASKED)
    assert world.last.state == "canceled"
    assert world.calls.count("cancel dpl_1") == 1
    check_progress(client.progress)


async def test_it_can_be_canceled_while_files_are_sent(client: DeployClient, world: World, folder: Path) -> None:
    world.gate.clear()
    await client.start(folder, OURS)
    answer = await client.result(DEPLOY, {"provider": "fake"})
    await client.gets(EVENT, lambda each: each["deployment"]["state"] == "uploading")
    canceled = await client.result(f"{DEPLOY}.cancel", {"id": answer["id"][:8]})
    assert canceled["deployment"]["state"] == "canceled"
    assert world.made == {}


async def test_a_failure_ends_in_one_error_that_can_be_tried_again(
    client: DeployClient, world: World, folder: Path
) -> None:
    world.becomes("failed", error="The build ended with 1.")
    client.choose("Retry")
    await client.start(folder)
    await client.result(DEPLOY, {"provider": "fake"})
    asked = await client.gets(ASKED)
    assert asked["type"] == 1
    assert asked["message"].startswith("JoxCoder: shop was not deployed to fake (preview). The build ended with 1.")
    assert asked["actions"] == [{"title": "Show log"}, {"title": "Retry"}]
    world.becomes("success")
    await client.gets(ASKED, lambda params: "shop deployed to" in params["message"])
    assert len(world.requests) == 2
    assert world.requests[0].mark != world.requests[1].mark
    assert str(world.requests[1].source) == "files"  # as it was asked for, not what the host made of it
    assert isinstance(world.requests[1].source, Files)


# Restart, and more than one editor ------------------------------------------------------------------------------------


async def test_an_editor_that_closes_cancels_nothing_and_the_next_tells_the_end(world: World, folder: Path) -> None:
    async with connected(world) as first:
        key = await begun(first, folder)
        assert (await first.ask("shutdown"))["result"] is None
        assert world.calls[-1] == "closed"  # before the answer: what comes after it may not come any more
    assert not any(call.startswith("cancel") for call in world.calls)
    world.becomes("success")
    async with connected(world) as second:
        await second.start(folder, OURS)
        row = await finished(second, key)
        assert (row["state"], row["url"]) == ("success", "https://shop-1.example")
        await second.gets(ASKED)
        assert len([each for each in second.messages if "shop deployed to" in each]) == 1
    async with connected(world) as third:
        await third.start(folder, OURS)
        assert (await third.result(f"{DEPLOY}.status"))["state"] == "success"
        assert third.sent(EVENT) == []
        assert third.messages == []


async def test_two_editors_see_one_deployment(world: World, folder: Path) -> None:
    async with connected(world) as first, connected(world) as second:
        key = await begun(first, folder, OURS)
        await second.start(folder, OURS)
        await second.gets(EVENT, lambda each: each["deployment"]["id"] == key)
        answer = await second.result(f"{DEPLOY}.cancel", {"id": key})
        assert answer["deployment"]["state"] == "canceled"
        for client in (first, second):
            assert (await finished(client, key))["state"] == "canceled"
            await client.gets(ASKED)
            await client.gets("$/progress", lambda params: params["value"].get("message") == "canceled")
            assert len([each for each in client.sent(EVENT) if each["finished"]]) == 1
    assert world.calls.count("cancel dpl_1") == 1
    assert len(world.made) == 1


async def test_a_server_that_never_deploys_loads_nothing_of_it(world: World, folder: Path) -> None:
    for name in [name for name in sys.modules if name.startswith("autocrea_lsp.deploy.jobs")]:
        del sys.modules[name]
    async with connected(world) as client:
        await client.start(folder)
        assert await client.result(f"{DEPLOY}.status") is None
        assert (await client.result(f"{DEPLOY}.list"))["deployments"] == []
        assert "autocrea_lsp.deploy.jobs" not in sys.modules
