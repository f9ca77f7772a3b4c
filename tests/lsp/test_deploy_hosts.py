"""Several hosts at once over the wire: what is remembered and forgotten, what each can do, lists and numbers of all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from autocrea_lsp.deploy.base import Plan, Request
from autocrea_lsp.store import Pick, pick_of
from tests.lsp.deploy_client import ASKED, CAPABILITIES, DEPLOY, OURS, SHOWS_BY_ITSELF, DeployClient
from tests.lsp.deploy_host import FakeHost, World, connected, deployed, finished
from tests.lsp.deploy_two_hosts import OtherHost, two_installed


@pytest.fixture
def world(no_pauses: None) -> Iterator[World]:
    with two_installed() as host:
        yield host


@pytest_asyncio.fixture
async def client(world: World) -> AsyncIterator[DeployClient]:
    async with connected(world) as one:
        yield one


async def remembered(client: DeployClient, folder: Path) -> Pick | None:
    return await pick_of(client.app.store, folder)


async def sent_to_other(client: DeployClient, **more: Any) -> dict[str, Any]:
    return await deployed(client, OtherHost.world, **{"provider": "other", **more})


# The choice of host and target ----------------------------------------------------------------------------------------


async def test_a_deployment_without_a_word_goes_where_the_last_one_went(
    client: DeployClient, world: World, folder: Path
) -> None:
    (folder / ".fake.json").write_text("{}")
    await client.start(folder, OURS)
    assert (await client.result(f"{DEPLOY}.hosts"))["default"] == "fake"
    await sent_to_other(client, target="staging")
    hosts = await client.result(f"{DEPLOY}.hosts")
    assert (hosts["default"], hosts["target"], hosts["picked"]) == ("other", "staging", True)
    row = await finished(client, (await client.result(DEPLOY))["id"])
    assert (row["provider"], row["target"]) == ("other", "staging")
    assert [request.remembered for request in OtherHost.world.requests] == [False, True]
    assert world.requests == []


async def test_another_folder_has_a_choice_of_its_own(client: DeployClient, world: World, folder: Path) -> None:
    (folder.parent / "blog").mkdir()
    await client.start(folder, OURS, more_folders=[folder.parent / "blog"])
    await sent_to_other(client, folder=folder.as_uri())
    asked = {"folder": (folder.parent / "blog").as_uri()}
    assert (await client.result(f"{DEPLOY}.hosts", asked))["default"] == "preview"


@pytest.mark.parametrize(
    "params",
    [
        {"provider": "other", "dryRun": True},
        {"provider": "other", "source": {"branch": "main"}},  # which it cannot
        {"provider": "nowhere"},
        {"target": "preview"},
    ],
    ids=["a dry run", "what was refused", "no such host", "a target only"],
)
async def test_what_is_no_choice_of_a_host_is_not_remembered(
    client: DeployClient, world: World, folder: Path, params: dict[str, Any]
) -> None:
    await client.start(folder, OURS)
    await client.execute(DEPLOY, params)
    assert await remembered(client, folder) is None


@pytest.mark.parametrize("capabilities", [OURS, CAPABILITIES], ids=["ours", "another"])
async def test_a_choice_can_be_forgotten_without_trust(
    client: DeployClient, world: World, folder: Path, capabilities: dict[str, Any]
) -> None:
    await client.start(folder, capabilities)
    client.choose(None)
    await client.result(DEPLOY, {"provider": "other", "target": "staging"})
    client.notify("autocrea/trust", {"trusted": False})
    answer = await client.result(f"{DEPLOY}.forget")
    assert answer["text"] == "shop is not deployed to other (staging) by itself any more."
    assert await remembered(client, folder) is None
    again = await client.result(f"{DEPLOY}.forget", {"folder": folder.as_uri()})
    assert again["text"] == "No host was remembered for shop."
    shown = [text for text in client.messages if "by itself any more" in text]
    assert len(shown) == (0 if capabilities is OURS else 1)


async def test_a_link_is_a_choice(client: DeployClient, world: World, folder: Path) -> None:
    (folder / ".other.json").write_text("{}")
    await client.start(folder, OURS)
    await client.result(f"{DEPLOY}.link", {"provider": "fake", "project": "shop-two"})
    assert (await client.result(f"{DEPLOY}.hosts"))["default"] == "fake"


async def test_production_is_asked_for_though_the_last_choice_was_it(
    client: DeployClient, world: World, folder: Path
) -> None:
    await client.start(folder, OURS)
    client.choose("Deploy, and always for exactly this")
    await sent_to_other(client, target="production")
    assert await remembered(client, folder) == Pick(provider="other")
    row = await finished(client, (await client.result(DEPLOY))["id"])
    assert row["target"] == "preview"


async def test_a_remembered_target_that_is_production_needs_a_yes_each_time(
    client: DeployClient, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def plan(self: OtherHost, request: Request) -> Plan:
        return replace(await FakeHost.plan(self, request), production=True)

    monkeypatch.setattr(OtherHost, "plan", plan)
    await client.start(folder, SHOWS_BY_ITSELF)  # every message with buttons is a question
    client.choose("Deploy, and always for exactly this")
    await sent_to_other(client, target="live")
    await sent_to_other(client, target="live")
    assert len(client.sent(ASKED)) == 1  # agreed to for always, when it is named
    client.choose("Deploy")
    assert (await finished(client, (await client.result(DEPLOY))["id"]))["state"] == "success"
    assert len(client.sent(ASKED)) == 2
    assert [each["title"] for each in client.sent(ASKED)[1]["actions"]] == ["Do not deploy", "Deploy"]
    client.choose(None)
    row = await finished(client, (await client.result(DEPLOY))["id"])
    assert (row["state"], len(OtherHost.world.made)) == ("canceled", 3)
    assert "was only remembered" in row["detail"] + row["error"]


async def test_two_links_and_no_choice_need_a_name(client: DeployClient, world: World, folder: Path) -> None:
    (folder / ".fake.json").write_text("{}")
    (folder / ".other.json").write_text("{}")
    await client.start(folder, OURS)
    error = await client.error(DEPLOY)
    assert "linked to Fake and Other" in error["message"]
    assert world.calls == OtherHost.world.calls == []
    assert (await client.result(f"{DEPLOY}.hosts"))["default"] == "fake"  # a picker shows both


# What each host can do ------------------------------------------------------------------------------------------------


async def test_a_list_says_of_each_what_its_host_can_do(client: DeployClient, world: World, folder: Path) -> None:
    await client.start(folder, OURS)
    await deployed(client, world, provider="fake")
    await sent_to_other(client)
    OtherHost.world.becomes("failed")
    failed = (await client.result(DEPLOY, {"provider": "other"}))["id"]
    await finished(client, failed)
    OtherHost.world.becomes("building")
    running = (await client.result(DEPLOY, {"provider": "other"}))["id"]
    await client.gets("autocrea/deploy/event", lambda each: each["deployment"]["state"] == "building")
    rows = (await client.result(f"{DEPLOY}.list", {"acts": True}))["deployments"]
    assert [(row["provider"], row["state"], row["acts"]) for row in rows] == [
        ("other", "building", ["log", "cancel"]),
        ("other", "failed", ["log", "redeploy"]),
        ("other", "success", ["log", "redeploy"]),
        ("fake", "success", ["log", "redeploy", "promote", "rollback"]),
    ]
    assert rows[0]["id"] == running
    only = (await client.result(f"{DEPLOY}.list", {"provider": "fake"}))["deployments"]
    assert [(row["provider"], row["acts"]) for row in only] == [("fake", None)]


async def test_of_a_hosts_own_list_only_what_the_history_has_can_be_acted_on(
    client: DeployClient, world: World, folder: Path
) -> None:
    await client.start(folder, OURS)
    mine = await deployed(client, world, provider="fake")
    world.made["dpl_99"] = replace(world.last, ref=replace(world.last.ref, id="dpl_99"))  # somebody else's
    rows = (await client.result(f"{DEPLOY}.list", {"remote": True, "provider": "fake", "acts": True}))["deployments"]
    assert {row["id"]: row["acts"] for row in rows} == {
        "dpl_99": [],
        mine["remoteId"]: ["log", "redeploy", "promote"],  # it does not say that it can be gone back to
    }


async def test_an_act_without_a_host_is_for_the_one_that_can(client: DeployClient, world: World, folder: Path) -> None:
    (folder / ".fake.json").write_text("{}")
    await client.start(folder, OURS)
    client.choose("Roll back")
    await deployed(client, world, provider="fake")
    await sent_to_other(client)
    await client.result(f"{DEPLOY}.rollback")
    assert "rollback the one before" in world.calls
    error = await client.error(f"{DEPLOY}.rollback", {"provider": "other"})
    assert "Other cannot go back" in error["message"]
    assert "Deploy the older commit" in error["message"]


async def test_the_newest_of_a_host_is_meant_where_one_is_named(
    client: DeployClient, world: World, folder: Path
) -> None:
    await client.start(folder, OURS)
    await deployed(client, world, provider="fake")
    await sent_to_other(client)
    for host in ("fake", "other"):
        assert (await client.result(f"{DEPLOY}.status", {"provider": host}))["provider"] == host
    assert (await client.result(f"{DEPLOY}.status"))["provider"] == "other"
    log = await client.result(f"{DEPLOY}.logs", {"provider": "fake"})
    assert log["id"] == (await client.result(f"{DEPLOY}.status", {"provider": "fake"}))["id"]


async def test_numbers_are_of_all_hosts_and_of_each(client: DeployClient, world: World, folder: Path) -> None:
    await client.start(folder, OURS)
    await deployed(client, world, provider="fake")
    await sent_to_other(client)
    OtherHost.world.becomes("failed")
    await finished(client, (await client.result(DEPLOY, {"provider": "other"}))["id"])
    sums = await client.result(f"{DEPLOY}.stats")
    assert (sums["total"], sums["byStatus"]) == (3, {"success": 2, "failed": 1})
    assert sums["hosts"] == [
        {"provider": "other", "total": 2, "successRate": 0.5},
        {"provider": "fake", "total": 1, "successRate": 1.0},
    ]
    assert (await client.result(f"{DEPLOY}.stats", {"provider": "fake"}))["total"] == 1
