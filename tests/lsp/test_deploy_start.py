"""`autocrea.server.deploy` over the wire: what is asked for, who may, and what the user must agree to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.lsp import deploying
from tests.lsp.deploy_client import (
    ASKED,
    CAPABILITIES,
    DEPLOY,
    OURS,
    SILENT,
    DeployClient,
    check_progress,
)
from tests.lsp.deploy_host import World, deployed, finished

DANGEROUS = ["deploy", "rollback", "promote", "redeploy", "link", "envPull"]


# Deploy ---------------------------------------------------------------------------------------------------------------


async def test_a_deployment_answers_at_once_and_ends_in_one_message(
    client: DeployClient, world: World, folder: Path
) -> None:
    await client.start(folder)
    world.gate.clear()
    answer = await client.result(DEPLOY, {"provider": "fake"})
    assert answer["plan"] is None
    assert len(answer["id"]) == 32
    world.becomes("success")
    world.gate.set()
    await client.gets(ASKED)
    await client.gets("$/progress", lambda params: params["value"]["kind"] == "end")
    check_progress(client.progress)
    assert client.messages == [
        "JoxCoder: shop deployed to fake (preview): https://shop-1.example Nice and small.",
    ]
    status = await client.result(f"{DEPLOY}.status", {"id": answer["id"]})
    assert (status["state"], status["url"], status["remoteId"]) == ("success", "https://shop-1.example", "dpl_1")


async def test_without_a_word_it_goes_to_the_host_of_the_link_file(
    client: DeployClient, world: World, folder: Path
) -> None:
    await client.start(folder, OURS)
    hosts = await client.result(f"{DEPLOY}.hosts")
    assert hosts["default"] == "preview"
    assert hosts["hosts"][0]["linked"] is False
    (folder / ".fake.json").write_text("{}")
    hosts = await client.result(f"{DEPLOY}.hosts", {"folder": folder.as_uri()})
    assert hosts["default"] == "fake"
    abilities = hosts["hosts"][0].pop("abilities")
    assert hosts["hosts"] == [{"name": "fake", "title": "Fake", "local": False, "linked": True}]
    assert {"files", "git", "rollback", "link"} <= set(abilities)
    assert "other_targets" not in abilities
    world.becomes("success")
    answer = await client.result(DEPLOY)
    assert (await finished(client, answer["id"]))["provider"] == "fake"


async def test_what_is_asked_for_is_what_is_requested(
    client: DeployClient, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OF_OURS", "canary-of-ours")
    (tmp_path / "vars").write_text("OF_THE_FILE=canary-of-the-file\n")
    client.wire.answers["autocrea/deploy/environment"] = lambda params: {
        "values": {name: f"canary-of-{name}" for name in params["names"]}
    }
    await client.start(folder, OURS)
    await deployed(
        client,
        world,
        source={"branch": "main", "repository": "ana/shop", "commit": "abc123"},
        project="shop-two",
        team="ana",
        environment=["OF_OURS", "OF_THE_EDITOR"],
        environmentFile=(tmp_path / "vars").as_uri(),
        include=[".env.example"],
        framework="vite",
        installCommand="npm ci",
        buildCommand="npm run build",
        outputDirectory="dist",
        rootDirectory="web",
    )
    (request,) = world.requests
    assert (str(request.source), request.project, request.account) == ("git:main@abc123", "shop-two", "ana")
    assert (request.folder, request.include, request.target) == (folder, (".env.example",), "preview")
    build = request.build
    assert (build.framework, build.install_command, build.build_command) == ("vite", "npm ci", "npm run build")
    assert (build.output_directory, build.root_directory) == ("dist", "web")
    assert {name: secret.reveal() for name, secret in request.environment.items()} == {
        "OF_OURS": "canary-of-ours",
        "OF_THE_EDITOR": "canary-of-OF_THE_EDITOR",
        "OF_THE_FILE": "canary-of-the-file",
    }
    assert client.sent("autocrea/deploy/environment") == [{"names": ["OF_THE_EDITOR"]}]
    row = (await client.result(f"{DEPLOY}.list"))["deployments"][0]
    assert row["environment"] == ["OF_OURS", "OF_THE_EDITOR", "OF_THE_FILE"]
    assert "canary" not in str(client.wire.messages)


@pytest.mark.parametrize("capabilities", [OURS, CAPABILITIES], ids=["ours", "another"])
async def test_a_variable_that_is_nowhere_is_named_and_nothing_is_begun(
    client: DeployClient, world: World, folder: Path, capabilities: dict[str, Any]
) -> None:
    await client.start(folder, capabilities)
    error = await client.error(DEPLOY, {"provider": "fake", "environment": ["NOT_THERE"]})
    assert "NOT_THERE" in error["message"]
    assert world.calls == []
    assert len(client.sent("autocrea/deploy/environment")) == (1 if capabilities is OURS else 0)


async def test_a_dry_run_answers_the_plan_and_sends_nothing(client: DeployClient, world: World, folder: Path) -> None:
    await client.start(folder, OURS)
    answer = await client.result(DEPLOY, {"provider": "fake", "target": "production", "dryRun": True})
    assert answer == {
        "id": None,
        "plan": {
            "provider": "fake",
            "account": "Ana",
            "project": "shop",
            "target": "production",
            "production": True,
            "createsProject": False,
            "buildCommand": "make",
            "notes": ["Nice and small."],
            "files": [],
            "totalBytes": 0,
            "leftOut": [],
        },
    }
    assert world.made == {}
    assert (await client.result(f"{DEPLOY}.list"))["deployments"] == []


async def test_too_many_in_an_hour_are_refused_and_say_when(client: DeployClient, world: World, folder: Path) -> None:
    await client.start(folder, OURS, settings={"limits": {"deploysPerHour": 1}})
    await deployed(client, world)
    error = await client.error(DEPLOY, {"provider": "fake"})
    assert error["data"]["kind"] == "OverBudget"
    assert error["data"]["retryAfterMs"] > 0
    assert error["message"].startswith("Too many deployments: at most 1 in any hour")


async def test_an_unknown_host_is_refused_with_those_that_there_are(client: DeployClient, folder: Path) -> None:
    await client.start(folder)
    error = await client.error(DEPLOY, {"provider": "heroku"})
    assert error["message"] == "There is no 'heroku'. There are: fake."


# Trust ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", DANGEROUS)
async def test_nothing_dangerous_is_done_in_a_workspace_without_trust(
    client: DeployClient, world: World, folder: Path, act: str
) -> None:
    await client.start(folder, trusted=False)
    arguments = {
        "deploy": {"provider": "fake"},
        "promote": {"id": "dpl_1"},
        "link": {"provider": "fake", "project": "shop"},
        "envPull": {"provider": "fake", "file": ".env.local"},
    }
    error = await client.error(DEPLOY if act == "deploy" else f"{DEPLOY}.{act}", arguments.get(act, {"id": "dpl_1"}))
    assert error["data"]["kind"] == "NotAllowed"
    assert error["message"].startswith("The workspace is not trusted")
    assert "Trust it in your editor" in error["message"]
    assert world.calls == []


async def test_no_link_file_is_looked_at_without_trust(client: DeployClient, folder: Path) -> None:
    (folder / ".fake.json").write_text("{}")
    await client.start(folder, trusted=False)
    hosts = await client.result(f"{DEPLOY}.hosts")
    assert hosts["default"] == "preview"
    assert not hosts["hosts"][0]["linked"]
    error = await client.error(f"{DEPLOY}.list", {"remote": True})
    assert error["data"]["kind"] == "NotAllowed"


async def test_the_history_can_be_read_without_trust_and_trust_may_come_later(
    client: DeployClient, world: World, folder: Path
) -> None:
    await client.start(folder, OURS, trusted=False)
    assert await client.result(f"{DEPLOY}.status") is None
    assert (await client.result(f"{DEPLOY}.list"))["deployments"] == []
    assert (await client.result(f"{DEPLOY}.stats"))["total"] == 0
    assert await client.result(f"{DEPLOY}.latest") is None
    assert (await client.error(f"{DEPLOY}.logs"))["data"]["kind"] == "NotThere"
    client.notify("autocrea/trust", {"trusted": True})
    assert (await deployed(client, world))["state"] == "success"


# Consent --------------------------------------------------------------------------------------------------------------


async def test_production_is_asked_for_and_begins_with_a_yes(client: DeployClient, world: World, folder: Path) -> None:
    client.choose("Deploy")
    await client.start(folder, OURS)
    row = await deployed(client, world, target="production")
    asked = client.sent(ASKED)[0]
    assert asked["type"] == 2
    assert asked["actions"][0] == {"title": "Do not deploy"}
    assert row["state"] == "success"
    assert len(world.made) == 1


@pytest.mark.parametrize("choice", ["Do not deploy", None, "Something else"])
async def test_anything_but_a_yes_sends_nothing(
    client: DeployClient, world: World, folder: Path, choice: str | None
) -> None:
    client.choose(choice)
    await client.start(folder, OURS)
    row = await deployed(client, world, target="production")
    assert row["state"] == "canceled"
    assert world.made == {}
    assert len([each for each in client.messages if "was canceled" in each]) == 1


async def test_a_client_that_never_answers_has_refused(
    client: DeployClient, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deploying, "CONSENT_S", 0.05)
    client.wire.answers[ASKED] = SILENT
    await client.start(folder, OURS)
    row = await deployed(client, world, target="production")
    assert row["state"] == "canceled"
    assert world.made == {}
