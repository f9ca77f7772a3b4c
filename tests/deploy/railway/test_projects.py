"""Whose project and service a folder is."""

from pathlib import Path

import pytest

from autocrea_lsp.deploy.errors import BadToken, CannotDo, NotThere
from autocrea_lsp.deploy.railway.projects import anchor_of, anchored, project_name, split
from autocrea_lsp.errors import UserError
from tests.deploy.railway.hosted import Hosted, hosted
from tests.deploy.railway.test_config import project as link_of
from tests.deploy.railway.test_config import write as write_config
from tests.emulators.railway import Account, Fault, Workspace

TWO = Account(workspaces=(Workspace(id="aaaa", name="Acme"), Workspace(id="bbbb", name="Beta")))


async def test_by_the_folders_name(shop: Hosted) -> None:
    assert await shop.provider.find_place(shop.folder) == shop.place.__class__(
        account=shop.project.workspace_id,
        account_name="Acme",
        project=f"{shop.project.id}/{shop.service.id}",
        project_name="shop",
    )


@pytest.mark.parametrize("named", ["shop", "SHOP", "shop/web", "{project}", "{project}/web", "{project}/{service}"])
async def test_by_a_name_or_an_id(host: Hosted, named: str) -> None:
    project = host.api.world.add_project("shop")
    service = host.api.world.add_service(project, "web")
    place = await host.provider.find_place(
        Path("/elsewhere"), project=named.format(project=project.id, service=service.id)
    )
    assert split(place) == (project.id, service.id)
    assert place.project_name == "shop/web"


async def test_a_place_of_a_row_of_ours_is_found_again(shop: Hosted) -> None:
    place = await shop.provider.find_place(shop.folder)
    assert await shop.provider.find_place(Path("/elsewhere"), project=place.project) == place


async def test_by_what_railways_own_program_has_linked(host: Hosted, own_home: Path) -> None:
    project = host.api.world.add_project("another name", environments=("production", "qa"))
    services = [host.api.world.add_service(project, name) for name in ("web", "worker")]
    qa = project.environments[1]
    link = link_of(host.folder, project.id, service=services[1].id)
    link[str(host.folder)]["environment"] = qa.id
    write_config(own_home, {"projects": link})
    place = await host.provider.find_place(host.folder)
    assert split(place) == (project.id, services[1].id)
    plan = await host.provider.plan(host.request(target="preview"))
    assert (plan.target, plan.production) == ("qa", False)
    plan = await host.provider.plan(host.request(target="production"))
    assert (plan.target, plan.production) == ("production", True)


async def test_a_name_that_is_said_goes_before_a_link(shop: Hosted, own_home: Path) -> None:
    other = shop.api.world.add_project("other")
    shop.api.world.add_service(other, "web")
    write_config(own_home, {"projects": link_of(shop.folder, other.id)})
    assert split(await shop.provider.find_place(shop.folder, project="shop"))[0] == shop.project.id
    assert split(await shop.provider.find_place(shop.folder))[0] == other.id


async def test_a_link_to_what_the_token_does_not_see_is_said(shop: Hosted, own_home: Path) -> None:
    write_config(own_home, {"projects": link_of(shop.folder, "00000000-0000-4000-8000-000000000000")})
    with pytest.raises(UserError, match="does not see") as caught:
        await shop.provider.find_place(shop.folder)
    assert "railway link" in caught.value.hint


async def test_of_several_services_the_one_with_the_name_is_meant(host: Hosted) -> None:
    project = host.api.world.add_project("acme")
    for name in ("web", "shop", "api"):
        host.api.world.add_service(project, name)
    place = await host.provider.find_place(host.folder, project="acme")
    assert place.project_name == "acme/shop"


async def test_a_database_is_not_what_a_folder_is_sent_to(host: Hosted) -> None:
    project = host.api.world.add_project("shop")
    host.api.world.add_service(project, "Postgres", image="postgres:17")
    host.api.world.add_service(project, "web")
    assert (await host.provider.find_place(host.folder)).project_name == "shop/web"


async def test_several_that_may_be_meant_are_named(host: Hosted) -> None:
    project = host.api.world.add_project("acme")
    for name in ("web", "api"):
        host.api.world.add_service(project, name)
    with pytest.raises(UserError, match="several services: api, web") as caught:
        await host.provider.find_place(host.folder, project="acme")
    assert "acme/SERVICE" in caught.value.hint


async def test_projects_of_one_name_in_two_workspaces_are_told_apart(tmp_path: Path, own_home: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    async with hosted(folder, account=TWO) as host:
        for space in ("aaaa", "bbbb"):
            host.api.world.add_service(host.api.world.add_project("shop", workspace_id=space), "shop")
        with pytest.raises(UserError, match="several projects called shop") as caught:
            await host.provider.find_place(folder)
        assert "workspace" in caught.value.hint
        assert (await host.provider.find_place(folder, account="Beta")).account == "bbbb"
        host.workspace = "aaaa"
        assert (await host.provider.find_place(folder)).account == "aaaa"


async def test_a_workspace_that_is_not_there_is_said_with_those_that_are(shop: Hosted) -> None:
    with pytest.raises(UserError, match="no workspace nowhere") as caught:
        await shop.provider.find_place(shop.folder, account="nowhere")
    assert "Acme" in caught.value.hint


async def test_a_workspaces_token_cannot_say_who_it_is_and_finds_its_projects(shop: Hosted) -> None:
    shop.token = shop.api.workspace_token
    assert split(await shop.provider.find_place(shop.folder))[0] == shop.project.id


async def test_a_projects_token_knows_its_project(shop: Hosted) -> None:
    shop.token = shop.api.project_token
    place = await shop.provider.find_place(Path("/anything"))
    assert split(place) == (shop.project.id, shop.service.id)
    assert "me" not in shop.calls()
    sent = [request.headers for request in shop.api.requests]
    assert all(each.get("project-access-token") == shop.token for each in sent)
    assert not any("authorization" in each for each in sent)


async def test_a_projects_token_is_for_no_other_project(shop: Hosted) -> None:
    shop.token = shop.api.project_token
    shop.api.world.add_project("other")
    with pytest.raises(UserError, match="for the project shop at Railway, not for other"):
        await shop.provider.find_place(shop.folder, project="other")


@pytest.mark.parametrize("named", ["web", "shop/web"])
async def test_with_a_projects_token_a_service_may_be_named_alone(host: Hosted, named: str) -> None:
    project = host.api.world.add_project("shop")
    services = [host.api.world.add_service(project, name) for name in ("api", "web")]
    host.token = host.api.project_token
    assert split(await host.provider.find_place(host.folder, project=named))[1] == services[1].id


async def test_an_accounts_token_goes_as_bearer_once_it_is_known_for_one(shop: Hosted) -> None:
    await shop.provider.find_place(shop.folder)
    await shop.provider.find_place(shop.folder)
    asked, *later = [request.headers for request in shop.api.requests]
    assert asked["project-access-token"] == shop.token
    assert all(each["authorization"] == f"Bearer {shop.token}" for each in later)
    assert not any("project-access-token" in each for each in later)


async def test_another_token_is_asked_about_anew(shop: Hosted) -> None:
    await shop.provider.find_place(shop.folder)
    shop.token = shop.api.project_token
    await shop.provider.find_place(shop.folder)
    assert shop.calls().count("projectToken") == 2


async def test_a_projects_token_that_was_taken_for_an_accounts_is_asked_about_again(shop: Hosted) -> None:
    shop.token = shop.api.project_token
    shop.api.fail(Fault.NOT_AUTHORIZED, op="projectToken")
    with pytest.raises(BadToken):
        await shop.provider.find_place(shop.folder)
    assert split(await shop.provider.find_place(shop.folder))[0] == shop.project.id


async def test_a_wrong_token_says_both_things_that_it_may_be(shop: Hosted) -> None:
    shop.token = "rw_a_token_that_nobody_knows"
    with pytest.raises(BadToken) as caught:
        await shop.provider.find_place(shop.folder)
    assert "wrong or has expired, or this is not there" in str(caught.value)
    assert "RAILWAY_TOKEN" in caught.value.hint
    assert shop.token not in caught.value.advice


async def test_a_project_that_is_not_there_is_a_place_to_be_made(host: Hosted) -> None:
    place = await host.provider.find_place(host.folder)
    assert (place.project, place.project_name, place.account_name) == ("", "shop", "Acme")
    with pytest.raises(NotThere):
        await host.provider.pull_environment(place, target="production")


async def test_a_folder_is_not_linked_and_what_to_do_instead_is_said(shop: Hosted) -> None:
    before = sorted(shop.folder.rglob("*"))
    with pytest.raises(CannotDo) as caught:
        await shop.provider.link(shop.folder, project="shop")
    assert "railway link" in caught.value.hint
    assert shop.provider.abilities.instead["link"] == caught.value.hint
    assert sorted(shop.folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("folder", "name"),
    [("My Shop", "my-shop"), ("Café.js", "cafe-js"), ("---", "project"), ("x" * 50, "x" * 32), ("a_b", "a-b")],
)
def test_a_name_that_may_begin_a_domain_is_made_of_a_folders(folder: str, name: str) -> None:
    assert project_name(folder) == name


def test_an_anchor_stands_behind_the_ids(host: Hosted) -> None:
    host.api.world.add_service(host.api.world.add_project("shop"), "shop")
    place = anchored(host.place, "dep")
    assert (split(place), anchor_of(place)) == (split(host.place), "dep")
    assert anchor_of(host.place) == ""
