"""The provider as a whole: from files to what is live, and what can be done with it."""

import pytest

from autocrea_lsp.deploy.base import Created, Step
from tests.deploy.netlify.hosted import Hosted


async def test_a_folder_becomes_a_draft_that_is_ready_at_its_own_address(host: Hosted) -> None:
    created = await host.deploy(mark="autocrea-1")
    found = await host.finished(created.remote.ref)
    assert (found.state, found.target, found.live, found.mark) == ("success", "preview", False, "autocrea-1")
    assert found.url == f"https://{found.ref.id}--shop.netlify.app"
    assert found.inspect_url.endswith(f"/deploys/{found.ref.id}")
    assert host.contents() == {
        "index.html": b"<h1>Hi</h1>",
        "app.js": b"console.log(1)",
        "copy.js": b"console.log(1)",
    }
    assert host.api.world.live(host.place.project) is None


@pytest.mark.parametrize("path", ["", "/", "/api/v1", "/api/v1/"])
async def test_an_address_without_a_path_is_that_of_the_api(host: Hosted, path: str) -> None:
    host.path = path
    await host.deploy()
    assert {request.path.split("/")[1:3] == ["api", "v1"] for request in host.api.requests} == {True}


async def test_what_goes_out_is_a_shell_a_list_and_each_content_once(host: Hosted) -> None:
    await host.deploy(mark="autocrea-1")
    assert [call for call in host.calls() if call not in ("list_sites", "list_accounts", "accounts")] == [
        "create_team_site",
        "create_deploy",
        "set_manifest",
        "upload_file",
        "upload_file",
    ]
    assert host.bodies("create_deploy") == [{"draft": True, "include_upload_url": False}]
    (manifest,) = host.bodies("set_manifest")
    assert (manifest["async"], manifest["draft"], sorted(manifest["files"])) == (
        False,
        True,
        ["app.js", "copy.js", "index.html"],
    )
    (create,) = [request for request in host.api.requests if request.op == "create_deploy"]
    assert create.query == {"title": "autocrea-1"}
    for upload in (request for request in host.api.requests if request.op == "upload_file"):
        assert upload.headers["transfer-encoding"] == "chunked"


async def test_each_request_that_creates_is_announced_before_it_goes_out(host: Hosted) -> None:
    request = host.request(mark="autocrea-1")
    plan = await host.provider.plan(request)
    host.api.requests.clear()
    before: list[int] = []
    async for event in host.provider.deploy(request, plan):
        if isinstance(event, Step) and event.state == "creating":
            before.append(len(host.api.requests))
        if isinstance(event, Created):
            assert host.calls()[-1] == "create_deploy"
    assert before == [0, 1]


async def test_production_is_live_when_the_site_shows_it(host: Hosted) -> None:
    found = await host.live()
    assert (found.state, found.target, found.live, found.url) == (
        "success",
        "production",
        True,
        "https://shop.netlify.app",
    )
    assert host.api.world.live(host.place.project) == found.ref.id
