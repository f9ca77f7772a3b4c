"""Failed builds light up in the client, and are dark again when that is history."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.lsp.deploying import problems
from autocrea_lsp.store import project_label, root_hash
from tests.lsp.deploy_client import CAPABILITIES, DEPLOY, EVENT, OURS, DeployClient
from tests.lsp.deploy_host import World, connected, deployed, finished
from tests.lsp.deploy_problems import LOG, MESSAGE, PUBLISHED, begun, failed, fails, places, plant, published, quiet
from tests.lsp.deploy_updates import update

HERE = [(2, 6, 7)]
OTHER_LOG = "src/app.ts(1,7): error TS6133: 'a' is declared but its value is never read."


@pytest.fixture
def app(folder: Path) -> Path:
    return plant(folder)


async def test_a_failed_build_lights_up_where_its_log_says(
    client: DeployClient, world: World, folder: Path, app: Path
) -> None:
    await client.start(folder, OURS)
    key = await failed(client, world, "> build", LOG, "Found 1 error.")
    (found,) = await published(client, app)
    assert found == {
        "range": {"start": {"line": 2, "character": 6}, "end": {"line": 2, "character": 7}},
        "message": MESSAGE,
        "severity": 1,
        "code": "TS2322",
        "source": "autocrea deploy",
        "data": {"deployment": key},
    }
    (params,) = client.sent(PUBLISHED)
    assert params.keys() == {"uri", "diagnostics"}  # of no version: the file may not be open


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 15), ("utf-16", 12), ("utf-32", 11)])
async def test_the_place_is_in_the_clients_units(
    client: DeployClient, world: World, folder: Path, app: Path, encoding: str, column: int
) -> None:
    app.write_text("const é𝒳 = nope;\n", encoding="utf-8")
    await client.start(folder, {**OURS, "general": {"positionEncodings": [encoding]}})
    await failed(client, world, "src/app.ts(1,13): error TS2304: Cannot find name 'nope'.")  # it counts UTF-16
    await published(client, app)
    assert places(client, app) == [(0, column, column + 4)]


async def test_a_success_clears_the_hosts_problems(client: DeployClient, world: World, folder: Path, app: Path) -> None:
    await client.start(folder, OURS)
    await failed(client, world)
    await published(client, app)
    client.choose("Deploy")
    await deployed(client, world, target="production")
    assert await published(client, app, 0) == []


async def test_the_next_failure_takes_the_place_of_the_last(
    client: DeployClient, world: World, folder: Path, app: Path
) -> None:
    await client.start(folder, OURS)
    await failed(client, world)
    await published(client, app)
    await failed(client, world, OTHER_LOG)
    await client.gets(PUBLISHED, lambda each: "never read" in str(each))
    assert places(client, app) == [(0, 6, 7)]


async def test_a_failure_of_another_target_stands_beside_it_and_the_same_problem_stands_once(
    client: DeployClient, world: World, folder: Path, app: Path
) -> None:
    await client.start(folder, OURS)
    await failed(client, world)
    client.choose("Deploy")
    await failed(client, world, LOG, OTHER_LOG, target="production")
    await published(client, app, 2)
    assert places(client, app) == [(0, 6, 7), *HERE]


async def test_a_canceled_one_says_nothing_about_the_problems(
    client: DeployClient, world: World, folder: Path, app: Path
) -> None:
    await client.start(folder, OURS)
    await failed(client, world)
    await published(client, app)
    key = await begun(client, world)
    world.wrote(OTHER_LOG)
    world.becomes("canceled")
    await finished(client, key)
    await quiet()
    assert places(client, app) == HERE
    assert len(client.sent(PUBLISHED)) == 1


@pytest.mark.parametrize(
    ("newer", "older", "left"),
    [("failed", "failed", [(0, 6, 7)]), ("success", "failed", []), ("failed", "success", [(0, 6, 7)])],
)
async def test_one_that_was_begun_earlier_and_ends_later_changes_nothing(
    client: DeployClient, folder: Path, app: Path, newer: str, older: str, left: list[Any]
) -> None:
    await client.start(folder, OURS)
    project = project_label(folder.name, root_hash(str(folder)))
    ends = [
        update(newer, changes={"id": "b" * 32, "project": project, "created_at": 2_000.0, "error": OTHER_LOG}),
        update(older, changes={"id": "a" * 32, "project": project, "created_at": 1_000.0, "error": LOG}),
    ]
    for each in ends:
        client.server.deploying.on_update(each)
        await quiet()
    assert places(client, app) == left


async def test_one_that_is_taken_up_after_a_restart_lights_up_too(world: World, folder: Path, app: Path) -> None:
    async with connected(world) as first:
        await first.start(folder, OURS)
        key = await begun(first, world)
    async with connected(world) as second:
        await second.start(folder, OURS)
        await fails(second, world, key)
        await published(second, app)
        assert places(second, app) == HERE


@pytest.mark.parametrize("capabilities", [CAPABILITIES, {}], ids=["plain", "poorest"])
async def test_every_client_is_told(
    client: DeployClient, world: World, folder: Path, app: Path, capabilities: dict[str, Any]
) -> None:
    await client.start(folder, capabilities)
    world.becomes("failed", error=LOG)
    await client.result(DEPLOY, {"provider": "fake"})
    (found,) = await published(client, app)
    assert found["message"] == MESSAGE


async def test_who_does_not_trust_the_workspace_is_told_nothing(
    client: DeployClient, world: World, folder: Path, app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.start(folder, OURS)
    key = await begun(client, world)
    client.notify("autocrea/trust", {"trusted": False})
    read: list[Any] = []

    def note(*about: Any) -> list[Any]:
        read.append(about)
        return []

    monkeypatch.setattr(problems, "_read", note)
    await fails(client, world, key)
    await quiet()
    assert client.sent(PUBLISHED) == []
    assert read == []  # nor is any of its files looked at


@pytest.mark.parametrize("gone", ["trust", "folder"])
async def test_what_goes_while_the_log_is_read_gets_nothing(
    client: DeployClient, world: World, folder: Path, app: Path, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    began, go_on, read = threading.Event(), threading.Event(), problems._read

    def slowly(*about: Any) -> Any:
        began.set()
        assert go_on.wait(10)
        return read(*about)

    monkeypatch.setattr(problems, "_read", slowly)
    await client.start(folder, OURS)
    await failed(client, world)
    assert await asyncio.to_thread(began.wait, 10)
    if gone == "trust":
        client.notify("autocrea/trust", {"trusted": False})
    else:
        removed = {"event": {"added": [], "removed": [{"uri": folder.as_uri(), "name": folder.name}]}}
        client.notify("workspace/didChangeWorkspaceFolders", removed)
    await client.settled()
    go_on.set()
    await quiet()
    assert client.sent(PUBLISHED) == []


async def test_trust_that_is_taken_back_takes_the_problems_with_it(
    client: DeployClient, world: World, folder: Path, app: Path
) -> None:
    await client.start(folder, OURS)
    await failed(client, world)
    await published(client, app)
    client.notify("autocrea/trust", {"trusted": False})
    assert await published(client, app, 0) == []


async def test_the_client_of_another_folder_is_told_nothing(
    client: DeployClient, world: World, folder: Path, app: Path, tmp_path: Path
) -> None:
    async with connected(world) as first:
        await first.start(folder, OURS)
        key = await begun(first, world)
    (tmp_path / "other").mkdir()
    plant(tmp_path / "other")
    await client.start(tmp_path / "other", OURS)
    world.wrote(LOG)
    world.becomes("failed")
    await client.gets(EVENT, lambda each: each["finished"] and each["deployment"]["id"] == key)
    await quiet()
    assert client.sent(PUBLISHED) == []


async def test_a_folder_that_is_closed_takes_its_problems_with_it(
    client: DeployClient, world: World, folder: Path, app: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    await client.start(folder, OURS, more_folders=[tmp_path / "other"])
    await failed(client, world)
    await published(client, app)
    gone = {"uri": folder.as_uri(), "name": folder.name}
    client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": [gone]}})
    assert await published(client, app, 0) == []


async def test_a_project_within_the_folder_is_where_its_files_are(
    client: DeployClient, world: World, folder: Path
) -> None:
    web, api = (folder / "apps" / name for name in ("web", "api"))
    for inner in (web, api):
        inner.mkdir(parents=True)
        (inner / "package.json").write_text("{}", encoding="utf-8")
    app = plant(web)
    await client.start(folder, OURS)
    await failed(client, world, OTHER_LOG)  # as after a restart: nobody knows any more where it was built
    await published(client, app)
    other = plant(api)
    await failed(client, world)  # it may be of either
    await quiet()
    assert (places(client, app), places(client, other)) == ([], [])
    await failed(client, world, rootDirectory="apps/api")
    await published(client, other)
    assert (places(client, app), places(client, other)) == ([], HERE)
