"""Whose project a folder is: names, teams, the link file."""

import json
from pathlib import Path

import pytest

from autocrea_lsp.deploy.base import Place
from autocrea_lsp.deploy.errors import BadToken
from autocrea_lsp.errors import UserError
from tests.deploy.vercel.hosted import hosted
from tests.emulators.vercel import Account, Fault, Team

RED = Team(id="team_red", slug="red", name="Red Ltd")
BLUE = Team(id="team_blue", slug="blue", name="Blue Ltd")
CLOSED = Team(id="team_closed", slug="closed", name="Closed", sso=True)
NORTHSTAR = Account(teams=(RED, BLUE), default_team="team_red")
CLASSIC = Account(teams=(RED, BLUE), default_team=None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "index.html").write_text("<h1>Hi</h1>")
    return folder


def linked(folder: Path, project: str, account: str, name: str = "shop") -> None:
    (folder / ".vercel").mkdir()
    link = {"projectId": project, "orgId": account, "projectName": name}
    (folder / ".vercel/project.json").write_text(json.dumps(link))


async def test_the_default_team_of_a_token_comes_first(folder: Path) -> None:
    async with hosted(folder, account=NORTHSTAR) as host:
        wanted = host.api.world.add_project("shop", scope="team_red")
        host.api.world.add_project("shop", scope="team_blue")
        place = await host.provider.find_place(folder)
        assert place == Place(account="team_red", account_name="red", project=wanted.id, project_name="shop")


async def test_a_personal_account_comes_first_where_there_is_one(folder: Path) -> None:
    async with hosted(folder, account=CLASSIC) as host:
        wanted = host.api.world.add_project("shop", scope=CLASSIC.user)
        host.api.world.add_project("shop", scope="team_blue")
        place = await host.provider.find_place(folder)
        assert place == Place(account=CLASSIC.user, account_name="maker", project=wanted.id, project_name="shop")
        assert "teamId" not in host.api.requests[-1].query


async def test_the_one_other_team_that_has_it_is_taken_and_said(folder: Path) -> None:
    async with hosted(folder, account=NORTHSTAR) as host:
        wanted = host.api.world.add_project("shop", scope="team_blue")
        plan = await host.provider.plan(host.request())
        assert plan.place == Place(account="team_blue", account_name="blue", project=wanted.id, project_name="shop")
        assert "The project is in the team blue." in plan.notes


async def test_several_teams_that_have_it_are_a_question(folder: Path) -> None:
    account = Account(teams=(RED, BLUE, Team(id="team_green", slug="green", name="Green")), default_team="team_red")
    async with hosted(folder, account=account) as host:
        host.api.world.add_project("shop", scope="team_blue")
        host.api.world.add_project("shop", scope="team_green")
        with pytest.raises(UserError, match="Several teams have a project called shop: blue, green") as caught:
            await host.provider.find_place(folder)
        assert "Say which team" in caught.value.hint


async def test_a_team_that_wants_another_login_is_passed_over(folder: Path) -> None:
    account = Account(teams=(RED, CLOSED), default_team="team_red")
    async with hosted(folder, account=account) as host:
        host.api.world.add_project("shop", scope="team_closed")
        place = await host.provider.find_place(folder)
        assert (place.account, place.project) == ("team_red", "")


async def test_where_nobody_has_it_it_is_to_be_made_at_home(folder: Path) -> None:
    async with hosted(folder, account=NORTHSTAR) as host:
        place = await host.provider.find_place(folder)
        assert place == Place(account="team_red", account_name="red", project="", project_name="shop")


@pytest.mark.parametrize("name", ["blue", "BLUE", "Blue Ltd", "team_blue"])
async def test_a_team_is_named_by_slug_name_or_id(folder: Path, name: str) -> None:
    async with hosted(folder, account=NORTHSTAR) as host:
        wanted = host.api.world.add_project("shop", scope="team_blue")
        place = await host.provider.find_place(folder, account=name)
        assert (place.account, place.account_name, place.project) == ("team_blue", "blue", wanted.id)


async def test_the_setting_names_the_team_where_nothing_else_does(folder: Path) -> None:
    async with hosted(folder, account=NORTHSTAR) as host:
        host.team = "blue"
        assert (await host.provider.find_place(folder)).account == "team_blue"
        assert (await host.provider.find_place(folder, account="red")).account == "team_red"
        linked(folder, host.api.world.add_project("shop", scope="team_red").id, "team_red")
        assert (await host.provider.find_place(folder)).account == "team_red"


async def test_ones_own_account_is_named_too(folder: Path) -> None:
    async with hosted(folder, account=CLASSIC) as host:
        host.api.world.add_project("shop", scope="team_red")
        place = await host.provider.find_place(folder, account="maker")
        assert (place.account, place.project) == (CLASSIC.user, "")


async def test_a_team_that_is_not_shown_is_an_error_that_lists_those_that_are(folder: Path) -> None:
    async with hosted(folder, account=NORTHSTAR) as host:
        with pytest.raises(UserError, match="no team green") as caught:
            await host.provider.find_place(folder, account="green")
        assert "blue, red" in caught.value.hint


async def test_a_link_file_leads_to_the_project(folder: Path) -> None:
    async with hosted(folder, account=NORTHSTAR) as host:
        wanted = host.api.world.add_project("renamed", scope="team_blue")
        linked(folder, wanted.id, "team_blue")
        place = await host.provider.find_place(folder)
        assert place == Place(account="team_blue", account_name="blue", project=wanted.id, project_name="renamed")
        assert host.calls() == ["get_project", "team"]


async def test_a_link_to_ones_own_account_names_no_team(folder: Path) -> None:
    async with hosted(folder, account=CLASSIC) as host:
        wanted = host.api.world.add_project("shop", scope=CLASSIC.user)
        linked(folder, wanted.id, CLASSIC.user)
        assert (await host.provider.find_place(folder)).project == wanted.id
        assert host.calls() == ["get_project"]


async def test_a_link_that_leads_nowhere_is_an_error(folder: Path) -> None:
    async with hosted(folder, account=NORTHSTAR) as host:
        linked(folder, "prj_gone", "team_blue", name="old-shop")
        with pytest.raises(UserError, match=r"project\.json names the project old-shop") as caught:
            await host.provider.find_place(folder)
        assert "link the folder again" in caught.value.hint


async def test_another_team_or_project_that_is_said_goes_before_the_link(folder: Path) -> None:
    async with hosted(folder, account=NORTHSTAR) as host:
        link = host.api.world.add_project("shop", scope="team_blue")
        other = host.api.world.add_project("other", scope="team_blue")
        red = host.api.world.add_project("shop", scope="team_red")
        linked(folder, link.id, "team_blue")
        assert (await host.provider.find_place(folder, project="other")).project == other.id
        assert (await host.provider.find_place(folder, account="red")).project == red.id
        assert (await host.provider.find_place(folder, project="shop")).project == link.id


@pytest.mark.parametrize("text", ["{}", '{"projectId": "prj_1"}', '{"projectId": 7, "orgId": "team_1"}', "[]", "no"])
async def test_a_link_file_that_says_nothing_is_not_guessed_at(folder: Path, text: str) -> None:
    (folder / ".vercel").mkdir()
    (folder / ".vercel/project.json").write_text(text)
    async with hosted(folder, account=NORTHSTAR) as host:
        with pytest.raises(UserError, match=r"\.vercel/project\.json"):
            await host.provider.find_place(folder)
        assert host.calls() == []


async def test_linking_writes_what_the_vendors_client_writes(folder: Path) -> None:
    async with hosted(folder, account=NORTHSTAR) as host:
        wanted = host.api.world.add_project("other", scope="team_blue")
        linked(folder, "prj_gone", "team_red")
        place = await host.provider.link(folder, project="other", account="blue")
        assert place.project == wanted.id
        assert json.loads((folder / ".vercel/project.json").read_text()) == {
            "projectId": wanted.id,
            "orgId": "team_blue",
            "projectName": "other",
        }
        assert (await host.provider.find_place(folder)) == place


async def test_linking_to_a_project_that_is_not_there_changes_nothing(folder: Path) -> None:
    async with hosted(folder, account=NORTHSTAR) as host:
        with pytest.raises(UserError, match="no project other"):
            await host.provider.link(folder, project="other")
        assert not (folder / ".vercel").exists()
        assert host.api.count("create_project") == 0


async def test_a_token_of_a_team_that_may_not_ask_who_it_is_works(folder: Path) -> None:
    async with hosted(folder, account=Account(teams=(RED,), default_team="team_red")) as host:
        wanted = host.api.world.add_project("shop", scope="team_red")
        host.api.fail(Fault.FORBIDDEN, op="user", times=None)
        assert (await host.provider.find_place(folder)).project == wanted.id


async def test_a_token_that_is_none_is_said_to_be_none(folder: Path) -> None:
    async with hosted(folder, account=NORTHSTAR) as host:
        host.api.fail(Fault.INVALID_TOKEN, times=None)
        with pytest.raises(BadToken, match="does not accept the token"):
            await host.provider.find_place(folder)


async def test_nothing_is_written_by_looking(folder: Path) -> None:
    async with hosted(folder, account=NORTHSTAR) as host:
        await host.provider.plan(host.request())
        assert {request.method for request in host.api.requests} == {"GET"}
        assert [path.name for path in folder.iterdir()] == ["index.html"]
