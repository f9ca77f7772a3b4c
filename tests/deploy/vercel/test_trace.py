"""Our requests beside those of the vendor's own client for the same act, as recorded; every difference is listed."""

import json
from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.deploy.base import Again
from tests.deploy.vercel.hosted import Hosted, hosted
from tests.emulators import vercel_routes
from tests.emulators.vercel import Account, Team

TRACES = Path(__file__).resolve().parents[4] / "shared/traces"
pytestmark = pytest.mark.skipif(not TRACES.is_dir(), reason="the recorded traces are not here")

ACCOUNT = Account(teams=(Team(id="team_rec1", slug="rec", name="Rec"),), default_team="team_rec1")

ONLY_THEIRS = {
    "env": "empty where no variables are given",
    "build": "empty where no variables are given",
    "version": "outside of the published body",
    "source": "outside of the published body; the host then shows where it came from by the API",
    "projectSettings": "says what is the default anyway",
    "gitMetadata": "its folder was a repository",
}


def recorded(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (TRACES / name).read_text().splitlines()]


def op(method: str, path: str) -> str:
    return vercel_routes.find(method, path.partition("?")[0])[0].op


def theirs(name: str, start: int, end: int) -> list[dict[str, Any]]:
    """The requests of a recorded act, by seconds of the recording."""
    return [request for request in recorded(name) if start <= request["t"] < end]


def ops(requests: list[dict[str, Any]]) -> list[str]:
    return [op(request["method"], request["path"]) for request in requests]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "site1"
    folder.mkdir()
    (folder / "index.html").write_text("<h1>hi</h1>\n")
    (folder / "app.js").write_text("console.log(1)\n")
    (folder / "dup.js").write_text("console.log(1)\n")
    (folder / "link.js").symlink_to("app.js")
    return folder


async def watched(host: Hosted, **fields: Any) -> None:
    """Deploy and ask until it is live, as `vercel deploy` does."""
    created = await host.deploy(**fields)
    while (await host.provider.status(created.remote.ref)).state != "success":
        await host.clock.sleep(1)


async def test_a_deployment_of_files_asks_for_what_theirs_asks_for(folder: Path) -> None:
    before = ops(theirs("vercel.trace.jsonl", 0, 8))
    async with hosted(folder, account=ACCOUNT) as host:
        host.api.world.add_deployment(host.api.world.add_project("site1"))
        await watched(host, target="production")
        ours = host.calls()
    # The way there. Then the handshake: each content once. Then the state until it is live, and who is live.
    assert ours[:3] == before[:3] == ["user", "teams", "get_project"]
    first, last = before.index("create_deployment"), len(before) - before[::-1].index("create_deployment")
    assert before[first:last] == ["create_deployment", *["upload_file"] * 7, "create_deployment"]
    assert ours[3:8] == ["create_deployment", *["upload_file"] * 3, "create_deployment"]
    assert set(before[last:]) - {"events"} == set(ours[8:]) == {"get_deployment", "get_project"}
    assert before[-1] == ours[-1] == "get_project"


async def test_the_body_is_theirs_but_for_what_is_listed(folder: Path) -> None:
    their_body = theirs("vercel.trace.jsonl", 0, 8)[3]["body"]
    async with hosted(folder, account=ACCOUNT) as host:
        host.api.world.add_deployment(host.api.world.add_project("site1"))
        await host.deploy(target="production", mark="m1")
    first, second = host.bodies("create_deployment")
    assert first == second
    assert set(their_body) ^ set(first) <= set(ONLY_THEIRS)
    assert (their_body["meta"], first["meta"]) == ({}, {"autocreaId": "m1"})
    their_files = {file["file"]: file for file in their_body["files"]}
    ours = {file["file"]: file for file in first["files"]}
    for name in ("app.js", "dup.js", "link.js"):
        assert ours[name] == their_files[name]
    queries = [set(request.query) for request in host.api.requests if request.op == "create_deployment"]
    assert queries == [{"teamId", "skipAutoDetectionConfirmation"}] * 2


async def test_files_that_must_not_leave_are_not_sent_though_theirs_sends_them(folder: Path) -> None:
    (folder / ".env").write_text("KEY=value")
    (folder / "ignored.txt").write_text("x")
    (folder / ".gitignore").write_text("ignored.txt\n")
    async with hosted(folder, account=ACCOUNT) as host:
        await host.deploy()
        names = {file["file"] for file in host.bodies("create_deployment")[0]["files"]}
    their_names = {file["file"] for file in theirs("vercel.trace.jsonl", 0, 8)[3]["body"]["files"]}
    assert {".env", "ignored.txt"} <= their_names
    assert names.isdisjoint({".env", "ignored.txt", ".gitignore"})


async def test_a_lone_page_goes_as_theirs_goes(tmp_path: Path) -> None:
    folder = tmp_path / "site3"
    folder.mkdir()
    (folder / "index.html").write_text("<h1>hi</h1>\n")
    requests = theirs("vercel-firstrun.trace.jsonl", 0, 5)
    async with hosted(folder, account=ACCOUNT) as host:
        await host.deploy()
        assert (
            host.calls() == ops(requests)[:5] == ["user", "teams", "get_project", "create_project", "create_deployment"]
        )
        (body,) = host.bodies("create_deployment")
        assert body["files"] == requests[4]["body"]["files"]
        (project,) = host.bodies("create_project")
        assert project == {name: value for name, value in requests[3]["body"].items() if value is not None}


async def test_an_archive_is_named_as_theirs_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autocrea_lsp.deploy.vercel.payload.ARCHIVE_FROM", 1)
    (their_file,) = next(
        request["body"]["files"]
        for request in recorded("vercel.trace.jsonl")
        if request["body"] and ".vercel/source.tgz.part1" in json.dumps(request["body"])
    )
    async with hosted(folder, account=ACCOUNT) as host:
        await host.deploy()
        (file,) = host.bodies("create_deployment")[0]["files"]
    assert {name: file[name] for name in ("file", "mode")} == {name: their_file[name] for name in ("file", "mode")}
    assert set(file) == set(their_file)


@pytest.mark.parametrize("act", ["rollback", "promote"])
async def test_a_change_of_who_is_live_goes_as_theirs_goes(folder: Path, act: str) -> None:
    found = ops(recorded("vercel.trace.jsonl"))
    at = found.index(act)
    assert set(found[at + 1 : at + 5]) == {"get_project"}
    async with hosted(folder, account=ACCOUNT) as host:
        project = host.api.world.add_project("site1")
        first = host.api.world.add_deployment(project, target="production")
        host.api.world.add_deployment(project, target="production")
        page = await host.provider.list(host.place, limit=5)
        ref = next(item.ref for item in page.items if item.ref.id == first.id)
        host.api.requests.clear()
        await (host.provider.promote(ref) if act == "promote" else host.provider.rollback(host.place, ref))
        ours = host.calls()
    # Before: the project once, for the last request of before ours. After: the deployment, and who is live.
    assert ours[:3] == ["get_project", act, "get_project"]
    assert ours[-2:] == ["get_deployment", "get_project"]
    assert set(ours[2:-2]) == {"get_project"}


async def test_a_redeployment_says_what_theirs_says(folder: Path) -> None:
    their = next(
        request
        for request in recorded("vercel.trace.jsonl")
        if request["method"] == "POST" and "forceNew=1" in request["path"]
    )
    async with hosted(folder, account=ACCOUNT) as host:
        host.api.world.add_deployment(host.api.world.add_project("site1"), target="production")
        (item,) = (await host.provider.list(host.place, limit=1)).items
        await host.deploy(source=Again(ref=item.ref, action="redeploy"))
    (body,) = host.bodies("create_deployment")
    assert {**body, "deploymentId": ""} == {**their["body"], "deploymentId": ""}
    assert set(host.api.requests[-1].query) == {"forceNew", "teamId"}
