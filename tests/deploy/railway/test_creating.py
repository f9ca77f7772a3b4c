"""From a plan to a deployment at the host."""

from typing import Any

import pytest

from autocrea_lsp.deploy.base import Again, Created, Git, Step
from autocrea_lsp.deploy.errors import TooLarge
from autocrea_lsp.errors import UserError
from tests.deploy.railway.hosted import MARK, Hosted, connect
from tests.emulators.railway import Fault

COMMIT = "a" * 40


async def test_the_folder_is_a_deployment_with_our_mark(shop: Hosted) -> None:
    created = await shop.deploy()
    assert shop.newest.files == {"app.js": b"console.log(1)", "index.html": b"<h1>Hi</h1>"}
    assert shop.newest.meta["message"] == MARK
    assert (created.remote.ref.id, created.remote.mark) == (shop.newest.id, MARK)
    assert created.remote.ref.place == await shop.provider.find_place(shop.folder)
    assert created.remote.url == f"https://{shop.newest.url}"
    assert shop.steps == ["uploading", "creating"]
    assert [(sent.bytes, sent.files) for sent in shop.sent] == [(0, 0), (25, 2)]
    assert shop.calls().count("up") == 1


async def test_a_preview_is_in_its_environment(shop: Hosted) -> None:
    created = await shop.deploy(target="preview")
    assert shop.newest.environment.name == "staging"
    assert (created.remote.target, created.remote.live) == ("staging", False)


async def test_links_are_followed_within_the_folder(shop: Hosted) -> None:
    (shop.folder / "page.html").symlink_to("index.html")
    (shop.folder / "out.txt").symlink_to("/etc/hostname")
    await shop.deploy()
    assert shop.newest.files["page.html"] == b"<h1>Hi</h1>"
    assert "out.txt" not in shop.newest.files


async def test_a_project_and_its_service_are_made_with_a_public_address(host: Hosted) -> None:
    created = await host.deploy()
    assert (host.project.name, host.service.name) == ("shop", "shop")
    assert host.steps == ["creating", "creating", "uploading", "creating"]
    assert created.remote.ref.place == await host.provider.find_place(host.folder)
    assert created.remote.url.startswith("https://shop-production-")
    assert host.notices == []


async def test_a_service_is_made_in_a_project_that_is_there(shop: Hosted) -> None:
    created = await shop.deploy(project="shop/worker")
    assert [service.name for service in shop.project.services] == ["shop", "worker"]
    assert created.remote.ref.place.project_name == "shop/worker"
    assert shop.newest.service.name == "worker"


async def test_without_an_address_it_is_deployed_all_the_same(host: Hosted) -> None:
    host.api.fail(Fault.NOT_AUTHORIZED, op="serviceDomainCreate")
    await host.deploy()
    assert any("no public address" in notice for notice in host.notices)
    assert host.calls().count("serviceDomainCreate") == 1


@pytest.mark.parametrize("commit", ["", COMMIT])
async def test_a_branch_is_a_deployment_of_the_connected_repository(shop: Hosted, commit: str) -> None:
    connect(shop)
    created = await shop.deploy(source=Git(branch="main", commit=commit))
    assert shop.newest.meta["commitHash"] == (commit or "b" * 40)
    assert created.remote.ref.id == shop.newest.id
    assert created.remote.source == str(Git(branch="main", commit=commit))
    assert created.remote.ref.place.project == shop.place.project
    assert shop.variables("serviceInstanceDeployV2") == [
        {"serviceId": shop.service.id, "environmentId": shop.newest.environment.id, "commitSha": commit or None}
    ]


async def test_one_is_built_once_more_as_a_new_one(shop: Hosted) -> None:
    first = await shop.deploy()
    await shop.clock.sleep(60)
    created = await shop.deploy(source=Again(ref=first.remote.ref, action="redeploy"))
    assert created.remote.ref.id == shop.newest.id != first.remote.ref.id
    assert created.remote.ref.place.project == shop.place.project
    assert shop.newest.files


async def test_files_that_change_while_they_are_sent_are_sent_anew(shop: Hosted) -> None:
    request = shop.request()
    plan = await shop.provider.plan(request)
    (shop.folder / "app.js").write_text("console.log(2 + 2)")
    events = [event async for event in shop.provider.deploy(request, plan)]
    assert shop.newest.files["app.js"] == b"console.log(2 + 2)"
    assert sum(isinstance(event, Created) for event in events) == 1
    assert len(shop.api.world.deployments) == 1


async def test_files_that_go_on_changing_are_said(shop: Hosted) -> None:
    request = shop.request()
    plan = await shop.provider.plan(request)
    changes: list[int] = []

    async def deploy() -> None:
        async for event in shop.provider.deploy(request, plan):
            if isinstance(event, Step):
                changes.append(1)
                (shop.folder / "app.js").write_text("x" * len(changes))

    with pytest.raises(UserError, match="go on changing"):
        await deploy()
    assert len(changes) == 3
    assert shop.api.world.deployments == {}


async def test_too_much_names_what_to_leave_out(shop: Hosted) -> None:
    (shop.folder / "assets").mkdir()
    (shop.folder / "assets" / "film.bin").write_bytes(bytes(range(256)) * 8000)
    shop.api.world.max_up_bytes = 1000
    with pytest.raises(TooLarge) as caught:
        await shop.deploy()
    assert "assets/ (2.0 MB)" in str(caught.value)
    assert ".railwayignore" in caught.value.hint
    assert shop.calls().count("up") == 1


async def test_while_the_files_go_nothing_can_have_been_made(shop: Hosted) -> None:
    """The row says "uploading" until the archive's end goes out: whoever stops there leaves nothing behind."""
    request = shop.request()
    plan = await shop.provider.plan(request)
    events: Any = shop.provider.deploy(request, plan)
    async for event in events:
        if isinstance(event, Step) and event.state == "creating":
            break
        assert shop.api.world.deployments == {}
    await events.aclose()
    assert shop.api.world.deployments == {}
