"""Acts on deployments, and what the history answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lsp.deploy_client import (
    ASKED,
    DEPLOY,
    OURS,
    DeployClient,
)
from tests.lsp.deploy_host import World, begun, connected, deployed, finished

# Acts -----------------------------------------------------------------------------------------------------------------


async def test_a_rollback_asks_and_says_its_side_effects(client: DeployClient, world: World, folder: Path) -> None:
    client.choose("Roll back")
    await client.start(folder, OURS)
    row = await deployed(client, world)
    answer = await client.result(f"{DEPLOY}.rollback", {"id": row["id"]})
    assert answer["deployment"]["live"] is True
    assert answer["notes"] == ["New deployments do not go live by themselves now."]
    assert answer["text"] == f"Live is now {row['url']}. {answer['notes'][0]}"
    client.choose(None)
    error = await client.error(f"{DEPLOY}.rollback", {"provider": "fake"})
    assert error["data"]["kind"] == "NotAllowed"
    assert world.calls.count("rollback dpl_1") == 1


@pytest.mark.parametrize("act", ["promote", "redeploy"])
async def test_what_must_be_built_is_a_deployment_of_its_own(
    client: DeployClient, world: World, folder: Path, act: str
) -> None:
    client.choose("Deploy")
    await client.start(folder, OURS)
    row = await deployed(client, world)
    answer = await client.result(f"{DEPLOY}.{act}", {"id": row["id"]})
    assert answer["id"] != row["id"]
    again = await finished(client, answer["id"])
    assert again["state"] == "success"
    assert again["target"] == ("production" if act == "promote" else "preview")


async def test_open_opens_the_newest_that_is_up(client: DeployClient, world: World, folder: Path) -> None:
    await client.start(folder, OURS)
    await deployed(client, world)
    world.becomes("failed", error="No.")
    failed = await client.result(DEPLOY, {"provider": "fake"})
    await finished(client, failed["id"])
    answer = await client.result(f"{DEPLOY}.open")
    assert answer["text"] == "Opened https://shop-1.example"
    assert client.sent("window/showDocument") == [{"uri": "https://shop-1.example", "external": True}]


async def test_link_and_variables_say_what_they_did_without_a_value(
    client: DeployClient, world: World, folder: Path
) -> None:
    await client.start(folder)
    answer = await client.result(f"{DEPLOY}.link", {"provider": "fake", "project": "shop-two"})
    assert answer["text"] == "shop is shop-two of Ana at fake from now on."
    assert client.messages[-1] == f"JoxCoder: {answer['text']}"
    (folder / ".gitignore").write_text(".env*\n")
    answer = await client.result(f"{DEPLOY}.envPull", {"provider": "fake", "file": ".env.local"})
    assert answer["notes"] == ["API_KEY"]
    assert answer["text"] == ".env.local holds 1 variables of fake. It does not hand out SIGNING_KEY."
    assert "canary" in (folder / ".env.local").read_text()
    assert "canary" not in str(client.wire.messages)


# History --------------------------------------------------------------------------------------------------------------


async def test_lists_numbers_and_the_latest_are_of_the_project(
    client: DeployClient, world: World, folder: Path, tmp_path: Path
) -> None:
    await client.start(folder, OURS)
    first = await deployed(client, world)
    second = await deployed(client, world)
    rows = (await client.result(f"{DEPLOY}.list", {"limit": 1}))["deployments"]
    assert [each["id"] for each in rows] == [second["id"]]
    rows = (await client.result(f"{DEPLOY}.list", {"offset": 1}))["deployments"]
    assert [each["id"] for each in rows] == [first["id"]]
    assert (await client.result(f"{DEPLOY}.list", {"state": "failed"}))["deployments"] == []
    assert (await client.result(f"{DEPLOY}.latest"))["id"] == second["id"]
    assert (await client.result(f"{DEPLOY}.stats"))["byStatus"] == {"success": 2}
    async with connected(world) as other:
        (tmp_path / "other").mkdir()
        await other.start(tmp_path / "other", OURS)
        assert (await other.result(f"{DEPLOY}.list"))["deployments"] == []
        assert len((await other.result(f"{DEPLOY}.list", {"everywhere": True}))["deployments"]) == 2


async def test_each_folder_of_a_workspace_has_a_history_of_its_own(
    client: DeployClient, world: World, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "api").mkdir()
    await client.start(folder, OURS, more_folders=[tmp_path / "api"])
    api = (tmp_path / "api").as_uri()
    first = await deployed(client, world)
    second = await deployed(client, world, folder=api)
    again = await client.result(f"{DEPLOY}.redeploy", {"folder": api})
    await finished(client, again["id"])
    rows = (await client.result(f"{DEPLOY}.list"))["deployments"]
    assert [each["id"] for each in rows] == [first["id"]]
    rows = (await client.result(f"{DEPLOY}.list", {"folder": api}))["deployments"]
    assert [each["id"] for each in rows] == [again["id"], second["id"]]
    assert (await client.error(DEPLOY, {"folder": tmp_path.as_uri()}))["message"].startswith("That is no folder")


async def test_the_hosts_own_list_is_paged_by_its_cursor(client: DeployClient, world: World, folder: Path) -> None:
    await client.start(folder, OURS)
    for _ in range(3):
        await deployed(client, world)
    page = await client.result(f"{DEPLOY}.list", {"remote": True, "provider": "fake", "limit": 2})
    assert [each["id"] for each in page["deployments"]] == ["dpl_3", "dpl_2"]
    page = await client.result(
        f"{DEPLOY}.list", {"remote": True, "provider": "fake", "limit": 2, "cursor": page["cursor"]}
    )
    assert [each["id"] for each in page["deployments"]] == ["dpl_1"]
    assert page["cursor"] is None


async def test_logs_answer_the_lines_and_show_them_to_who_cannot(
    client: DeployClient, world: World, folder: Path
) -> None:
    key = await begun(client, folder)
    world.wrote("npm ci", "npm run build")
    world.becomes("success")
    await client.gets(ASKED)
    answer = await client.result(f"{DEPLOY}.logs", {"id": key})
    assert [each["text"] for each in answer["lines"]] == ["npm ci", "npm run build"]
    assert [each["seq"] for each in answer["lines"]] == [1, 2]
    assert answer["uri"] == client.sent("window/showDocument")[0]["uri"]
    assert Path(answer["uri"].removeprefix("file://")).read_text() == "npm ci\nnpm run build\n"
    after = await client.result(f"{DEPLOY}.logs", {"afterSeq": 1, "limit": 10})
    assert [each["text"] for each in after["lines"]] == ["npm run build"]
