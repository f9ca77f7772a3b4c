"""Whose site a folder is."""

import json
from pathlib import Path

import pytest

from autocrea_lsp.deploy.netlify.sites import read_link, site_name
from autocrea_lsp.errors import UserError
from tests.deploy.netlify.hosted import Hosted, hosted
from tests.emulators.netlify import Account, Team

TEAMS = Account(teams=(Team(), Team(id="5f0000000000000000000002", slug="other", name="Other Ltd")))


def link(folder: Path, value: object) -> None:
    (folder / ".netlify").mkdir(exist_ok=True)
    (folder / ".netlify" / "state.json").write_text(value if isinstance(value, str) else json.dumps(value))


async def test_the_link_file_goes_before_the_folders_name(host: Hosted) -> None:
    host.api.world.add_site("shop")
    linked = host.api.world.add_site("elsewhere")
    link(host.folder, {"siteId": linked.id})
    place = await host.provider.find_place(host.folder)
    assert (place.project, place.project_name, place.account) == (linked.id, "elsewhere", "acme")


async def test_a_named_site_goes_before_the_link_file(host: Hosted) -> None:
    named = host.api.world.add_site("named")
    link(host.folder, {"siteId": host.api.world.add_site("elsewhere").id})
    assert (await host.provider.find_place(host.folder, project="named")).project == named.id


async def test_only_a_site_of_exactly_that_name_is_taken(host: Hosted) -> None:
    host.api.world.add_site("shop-of-somebody-else")
    host.api.world.add_site("my-shop")
    assert (await host.provider.find_place(host.folder)).project == ""
    exact = host.api.world.add_site("shop")
    assert (await host.provider.find_place(host.folder)).project == exact.id


async def test_it_is_found_on_a_later_page_too(host: Hosted) -> None:
    exact = host.api.world.add_site("shop")  # the newest come first
    for number in range(130):
        host.api.world.add_site(f"shop-{number}")
    assert (await host.provider.find_place(host.folder)).project == exact.id


@pytest.mark.parametrize("name", ["shop.netlify.app", "www.example.org", "SHOP"])
async def test_a_site_is_known_by_its_domains_too(host: Hosted, name: str) -> None:
    site = host.api.world.add_site("shop", custom_domain="www.example.org")
    assert (await host.provider.find_place(host.folder, project=name)).project == site.id
    assert (await host.provider.find_place(host.folder, project=site.id)).project == site.id


async def test_a_link_that_leads_nowhere_is_said(host: Hosted) -> None:
    link(host.folder, {"siteId": "00000000-0000-4000-8000-000000000000"})
    with pytest.raises(UserError, match="does not show to this token"):
        await host.provider.find_place(host.folder)


async def test_what_is_no_link_file_is_said_and_one_without_a_site_is_none(host: Hosted) -> None:
    link(host.folder, "not json")
    with pytest.raises(UserError, match=r"state\.json"):
        await host.provider.find_place(host.folder)
    link(host.folder, {"geolocation": {}})
    assert await read_link(host.folder) is None


async def test_linking_keeps_what_else_their_client_has_in_the_file(host: Hosted) -> None:
    site = host.api.world.add_site("named")
    link(host.folder, {"siteId": "old", "geolocation": {"city": "Graz"}})
    assert (await host.provider.link(host.folder, project="named")).project == site.id
    written = json.loads((host.folder / ".netlify" / "state.json").read_text())
    assert written == {"siteId": site.id, "geolocation": {"city": "Graz"}}


async def test_linking_to_what_is_not_there_changes_nothing(host: Hosted) -> None:
    with pytest.raises(UserError, match="shows no site"):
        await host.provider.link(host.folder, project="nowhere")
    assert not (host.folder / ".netlify").exists()


@pytest.mark.parametrize("named", ["other", "5f0000000000000000000002", "Other Ltd"])
async def test_a_new_site_goes_to_the_team_that_is_named(tmp_path: Path, named: str) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "index.html").write_text("x")
    async with hosted(folder, account=TEAMS) as here:
        await here.deploy(account=named)
        assert here.place.account == "other"


async def test_the_setting_counts_for_a_new_site_and_the_first_team_else(tmp_path: Path) -> None:
    async with hosted(tmp_path, account=TEAMS) as here:
        here.team = "other"
        place = await here.provider.find_place(tmp_path, project="fresh")
        assert (place.account, place.account_name) == ("other", "Other Ltd")
        here.team = ""
        assert (await here.provider.find_place(tmp_path, project="fresh")).account == "acme"


async def test_a_site_of_another_team_than_the_named_one_is_not_taken(tmp_path: Path) -> None:
    async with hosted(tmp_path, account=TEAMS) as here:
        site = here.api.world.add_site("shop")
        with pytest.raises(UserError, match="not one of the team other"):
            await here.provider.find_place(tmp_path, project="shop", account="other")
        with pytest.raises(UserError, match="no team nobody"):
            await here.provider.find_place(tmp_path, project="shop", account="nobody")
        link(tmp_path, {"siteId": site.id})
        with pytest.raises(UserError, match="not one of the team other"):
            await here.provider.find_place(tmp_path, account="other")


@pytest.mark.parametrize(
    ("folder", "name"),
    [("My Shop", "my-shop"), ("été_2026", "ete-2026"), ("--x--", "x"), ("...", "site"), ("a" * 80, "a" * 63)],
)
def test_a_folders_name_becomes_one_that_they_allow(folder: str, name: str) -> None:
    assert site_name(folder) == name
