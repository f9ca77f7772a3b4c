"""The emulated Netlify's main paths: files to a live site, states by its clock, who is live, lists in pages."""

from __future__ import annotations

import asyncio
import io
import math
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.emulators.netlify import Emulator, Plan, failing
from tests.emulators.netlify_asking import FILES, Asking, asking, digest, manifest
from tests.emulators.netlify_things import Site

SHELL = {"draft": False}


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    """Its clock stands still until a test moves it; whatever a test does, both sides keep to the contract."""
    async with Emulator(speed=0) as api:
        yield api
        assert api.failures == []
        assert api.breaches == []


@pytest.fixture
def site(api: Emulator) -> Site:
    return api.world.add_site("site")


@pytest.fixture
async def client(api: Emulator, site: Site) -> AsyncIterator[Asking]:
    async with asking(api) as client:
        yield client


async def test_a_shell_then_its_manifest_then_its_files_go_live(api: Emulator, client: Asking, site: Site) -> None:
    shell = await client.send("POST", "/sites/site/deploys", SHELL, title="by hand")
    assert (shell["state"], shell["required"], shell["title"]) == ("new", [], "by hand")
    path = f"/sites/{site.id}/deploys/{shell['id']}"
    set_ = await client.send("PUT", path, manifest())
    assert (set_["state"], set_["required"]) == ("uploading", [digest(FILES["index.html"]), digest(FILES["app.js"])])
    sent = await client.upload(shell["id"], "index.html", FILES["index.html"], chunked=True)
    assert (sent["path"], sent["size"], sent["mime_type"]) == ("/index.html", 14, "text/html")
    assert (await client.get(path))["state"] == "uploading"
    await client.upload(shell["id"], "copy.js", FILES["copy.js"])
    seen = []
    for _ in range(3):
        seen.append((await client.get(path))["state"])
        assert api.world.live("site") == (shell["id"] if seen[-1] == "ready" else None)
        api.clock.advance(1)
    assert seen == ["uploaded", "processing", "ready"]
    shown = await client.get("/sites/site")
    assert (shown["published_deploy"]["id"], shown["published_deploy"]["title"]) == (shell["id"], "by hand")
    assert shown["published_deploy"]["published_at"] is not None
    assert set(api.world.files) == {digest(data) for data in FILES.values()}


async def test_files_that_are_there_are_not_asked_for_again(api: Emulator, client: Asking) -> None:
    await client.create("site")
    again = await client.send("POST", "/sites/site/deploys", manifest())
    assert (again["state"], again["required"]) == ("uploaded", [])
    api.clock.advance(10)
    assert api.world.live("site") == again["id"]


async def test_an_asynchronous_manifest_says_later_what_it_needs(api: Emulator, client: Asking) -> None:
    made = await client.send("POST", "/sites/site/deploys", manifest(later=True))
    assert (made["state"], made["required"]) == ("preparing", [])
    api.clock.advance(0.6)
    shown = await client.get(f"/deploys/{made['id']}")
    assert (shown["state"], len(shown["required"])) == ("prepared", 2)
    await client.upload(made["id"], "index.html", FILES["index.html"])
    shown = await client.get(f"/deploys/{made['id']}")
    assert (shown["state"], shown["required"]) == ("uploading", [digest(FILES["app.js"])])
    await client.upload(made["id"], "app.js", FILES["app.js"])
    again = await client.send("POST", "/sites/site/deploys", manifest(later=True))
    api.clock.advance(10)
    shown = [await client.get(f"/deploys/{id_}") for id_ in (made["id"], again["id"])]
    assert [entry["state"] for entry in shown] == ["ready", "ready"]


async def test_names_are_kept_whatever_is_in_them_and_a_slash_in_front_is_none(client: Asking, api: Emulator) -> None:
    files = {"a b/ü%20+&=~'(1).txt": b"1", "/x.txt": b"2"}
    made = await client.send("POST", "/sites/site/deploys", manifest(files))
    for name, data in files.items():
        await client.upload(made["id"], name.lstrip("/"), data)
        assert client.last.status_code == 200
        assert client.last.json()["path"] == f"/{name.lstrip('/')}"
    api.clock.advance(10)
    assert api.world.live("site") == made["id"]


async def test_every_path_of_a_digest_may_be_uploaded_and_more_than_once(api: Emulator, client: Asking) -> None:
    made = await client.send("POST", "/sites/site/deploys", manifest())
    for name, data in [*FILES.items(), *FILES.items()]:
        await client.upload(made["id"], name, data)
        assert client.last.status_code == 200
    api.clock.advance(10)
    assert api.world.live("site") == made["id"]


@pytest.mark.parametrize(
    ("name", "data", "state", "text"),
    [
        ("other.js", b"let a = 1", "uploading", "no file"),
        ("app.js", b"let a = 2", "uploading", "digest"),
        ("app.js", b"let a = 1", "new", "takes no files"),
    ],
)
async def test_a_file_that_is_not_wanted_is_refused(name: str, data: bytes, state: str, text: str) -> None:
    async with Emulator(speed=0) as api, asking(api) as client:
        api.world.add_site("site")
        body = SHELL if state == "new" else manifest()
        made = await client.send("POST", "/sites/site/deploys", body)
        refused = await client.upload(made["id"], name, data)
        assert (made["state"], client.last.status_code, refused["code"]) == (state, 422, 422)
        assert text in refused["message"]
        assert len(api.breaches) == (1 if state == "uploading" else 0)


async def test_a_sixth_upload_at_once_is_refused_and_is_a_breach() -> None:
    async with Emulator(speed=0) as api, asking(api) as client:
        api.world.add_site("site")
        files = {f"{number}.txt": str(number).encode() for number in range(6)}
        made = await client.send("POST", "/sites/site/deploys", manifest(files))

        async def upload(name: str, together: int) -> int:
            async def held_back() -> AsyncIterator[bytes]:
                while api.count("upload_file") < together:  # noqa: ASYNC110  # heads are no news yet
                    await asyncio.sleep(0)
                yield files[name]

            octets = {"content-type": "application/octet-stream"}
            path = f"/deploys/{made['id']}/files/{name}"
            return (await client.http.put(path, content=held_back(), headers=octets)).status_code

        statuses = await asyncio.gather(*(upload(name, 5) for name in list(files)[:5]))
        assert (statuses, api.breaches) == ([200] * 5, [])
        api.requests.clear()
        statuses = await asyncio.gather(*(upload(name, 6) for name in files))
        assert sorted(statuses) == [200] * 5 + [429]
        assert len(api.breaches) == 1
        assert "uploads at once" in api.breaches[0]


async def test_an_upload_is_over_when_its_answer_is_there(api: Emulator, client: Asking) -> None:
    """However long the host's own affairs take after that: a sixth one after five others is none too many."""
    made = await client.send("POST", "/sites/site/deploys", manifest())
    later, tell = asyncio.Event(), api.tell

    async def slow() -> None:
        if api.requests[-1].status is not None:
            await later.wait()
        await tell()

    api.tell = slow  # type: ignore[method-assign]
    statuses = []
    for _ in range(6):
        async with asking(api) as one:
            await one.upload(made["id"], "app.js", FILES["app.js"])
            statuses.append(one.last.status_code)
    later.set()
    assert statuses == [200] * 6


async def test_an_archive_is_a_deploy_of_its_own(api: Emulator, client: Asking) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("sub/a.txt", "a")
    headers = {"content-type": "application/zip"}
    answer = await client.http.post("/sites/site/deploys", content=packed.getvalue(), headers=headers)
    assert answer.json()["state"] == "uploaded"
    api.clock.advance(10)
    live = api.world.deploys[api.world.live("site") or ""]
    assert live.files == {"sub/a.txt": digest(b"a")}


@pytest.mark.parametrize(
    ("fields", "query", "context", "live"),
    [
        ({"draft": True}, {}, "deploy-preview", False),
        ({"branch": "Feat/One"}, {}, "branch-deploy", False),
        ({}, {"branch": "Feat/One"}, "branch-deploy", False),
        ({}, {}, "production", True),
    ],
)
async def test_only_what_is_neither_a_draft_nor_of_a_branch_goes_live(
    api: Emulator, client: Asking, fields: dict[str, Any], query: dict[str, str], context: str, live: bool
) -> None:
    before = api.world.add_deploy(api.world.sites[next(iter(api.world.sites))])
    await client.create("site")
    made = await client.send("POST", "/sites/site/deploys", manifest(**fields), **query)
    api.clock.advance(0.5)
    assert api.world.live("site") == before.id
    api.clock.advance(10)
    shown = await client.get(f"/deploys/{made['id']}")
    assert (shown["state"], shown["context"]) == ("ready", context)
    assert (shown["published_at"] is not None, api.world.live("site") == made["id"]) == (live, live)
    alias = "https://feat-one--site.netlify.app" if context == "branch-deploy" else None
    assert shown["links"]["branch"] == alias
    assert shown["deploy_ssl_url"] == alias or f"https://{made['id']}--site.netlify.app"


async def test_a_plan_can_lock_the_site_or_leave_a_deploy_unready(api: Emulator, client: Asking) -> None:
    api.plan = Plan(locked=True)
    made = await client.create("site")
    api.clock.advance(10)
    assert (await client.get(f"/deploys/{made['id']}"))["state"] == "ready"
    assert api.world.live("site") is None
    api.plan = Plan(step_s=(1.0, math.inf))
    slow = await client.create("site")
    api.clock.advance(1e6)
    assert (await client.get(f"/deploys/{slow['id']}"))["state"] == "processing"


async def test_a_deploy_fails_with_its_reason(api: Emulator, client: Asking) -> None:
    api.plan = failing("no space left")
    made = await client.create("site")
    assert made["error_message"] is None
    api.clock.advance(10)
    shown = await client.get(f"/sites/site/deploys/{made['id']}")
    assert (shown["state"], shown["error_message"], api.world.live("site")) == ("error", "no space left", None)


async def test_a_manifest_again_changes_nothing_and_another_one_comes_too_late(api: Emulator, client: Asking) -> None:
    made = await client.create("site")
    path = f"/sites/site/deploys/{made['id']}"
    again = await client.send("PUT", path, manifest())
    assert (client.last.status_code, again["state"]) == (200, "uploaded")
    await client.send("PUT", path, manifest({"other": b"1"}))
    assert client.last.status_code == 422


async def test_lists_come_in_pages_that_lead_to_each_other(api: Emulator, client: Asking, site: Site) -> None:
    ids = [api.world.add_deploy(site).id for _ in range(5)][::-1]
    await client.create("site")
    ids_of_all = [entry["id"] for entry in await client.get("/sites/site/deploys")]
    assert (ids_of_all[1:], "link" in client.last.headers) == (ids, False)
    seen, address = [], f"{api.url}/api/v1/sites/site/deploys?per_page=2&state=ready"
    while address:
        answer = await client.http.get(address)
        seen.append([entry["id"] for entry in answer.json()])
        last = answer.links.get("last", {}).get("url", "")
        assert last.endswith("page=3") or "page=3&" in last or len(seen) == 3
        address = answer.links.get("next", {}).get("url", "")
    assert seen == [ids[:2], ids[2:4], ids[4:]]


async def test_the_parameters_of_a_list_choose_among_deploys(api: Emulator, client: Asking, site: Site) -> None:
    old, draft = api.world.add_deploy(site), api.world.add_deploy(site, draft=True, context="deploy-preview")
    branch = api.world.add_deploy(site, branch="x", context="branch-deploy")
    live = api.world.add_deploy(site)
    building = await client.create("site")

    async def ids(query: str) -> list[str]:
        return [entry["id"] for entry in await client.get(f"/sites/site/deploys?{query}")]

    assert await ids("production=true") == [building["id"], live.id, old.id]
    assert await ids("production=true&state=ready") == [live.id, old.id]
    assert await ids("branch=x") == [branch.id]
    assert await ids("deploy-previews=true") == [draft.id]
    assert await ids("latest-published=true") == [live.id]
