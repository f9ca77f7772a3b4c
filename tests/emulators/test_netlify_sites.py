"""Sites of the emulated Netlify, who may ask for them, and variables of accounts and sites."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.emulators.netlify import Account, Emulator, Team, add_variable
from tests.emulators.netlify_asking import Asking, asking

REPO = {"provider": "github", "repo_path": "acme/site", "repo_branch": "trunk", "cmd": "make", "dir": "dist"}
SECOND = Team(id="5f0000000000000000000002", slug="other", name="Other")


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    async with Emulator(Account(teams=(Team(), SECOND)), speed=0) as api:
        yield api
        assert api.failures == []
        assert api.breaches == []


@pytest.fixture
async def client(api: Emulator) -> AsyncIterator[Asking]:
    async with asking(api) as client:
        yield client


async def test_who_asks_and_their_teams(api: Emulator, client: Asking) -> None:
    assert (await client.get("/user"))["email"] == "maker@example.com"
    assert [team["slug"] for team in await client.get("/accounts")] == ["acme", "other"]
    assert set((await client.get("/accounts", minimal="true"))[0]) == {"id", "name", "slug", "type"}
    assert api.saw_token
    assert int(client.last.headers["x-ratelimit-reset"]) > api.clock.now()


@pytest.mark.parametrize("header", ["", "Bearer other", "Basic dTpw"])
async def test_a_wrong_token_is_denied(header: str) -> None:
    async with Emulator() as api, asking(api, authorization=header) as client:
        refused = await client.get("/user")
        assert (client.last.status_code, refused["code"], api.saw_token) == (401, 401, False)


async def test_a_site_is_found_by_each_of_its_names(api: Emulator, client: Asking) -> None:
    site = api.world.add_site("site", custom_domain="www.example.com")
    api.world.add_site("site-two")
    for name in (site.id, "site", "site.netlify.app", "www.example.com"):
        assert (await client.get(f"/sites/{name}", feature_flags="cli"))["id"] == site.id
    await client.get("/sites/nowhere")
    assert client.last.status_code == 404
    assert [entry["name"] for entry in await client.get("/sites", name="site", filter="all")] == ["site-two", "site"]


async def test_sites_are_made_in_a_team_and_a_name_is_taken_once(api: Emulator, client: Asking) -> None:
    first = await client.send("POST", "/sites", {"name": "one"})
    assert (client.last.status_code, first["account_slug"], first["published_deploy"]) == (201, "acme", None)
    second = await client.send("POST", "/other/sites", {"name": "two"})
    assert (second["account_slug"], second["ssl_url"]) == ("other", "https://two.netlify.app")
    assert (await client.send("POST", "/sites", {}))["name"]
    for name in ("one", "two", "No Name"):
        refused = await client.send("POST", "/sites", {"name": name})
        assert (client.last.status_code, refused["code"]) == (422, 422)
    assert [entry["name"] for entry in await client.get("/other/sites")] == ["two"]
    assert len(api.world.sites) == 3


async def test_a_site_of_a_repository_is_built_at_once(api: Emulator, client: Asking) -> None:
    site = await client.send("POST", "/sites", {"name": "one", "repo": REPO})
    assert (site["build_settings"]["repo_branch"], site["git_provider"]) == ("trunk", "github")
    api.clock.advance(10)
    (deploy,) = api.world.deploys.values()
    assert (deploy.branch, api.world.live("one")) == ("trunk", deploy.id)
    named = {"provider": "github", "repo": "acme/two", "branch": "dev"}
    two = await client.send("POST", "/sites", {"name": "two", "repo": named})
    assert (two["build_settings"]["repo_path"], two["build_settings"]["repo_branch"]) == ("acme/two", "dev")


async def test_a_site_is_changed_and_deleted(api: Emulator, client: Asking) -> None:
    site = api.world.add_site("site")
    deploy = api.world.add_deploy(site)
    changed = await client.send("PATCH", "/sites/site", {"name": "new", "custom_domain": "a.example", "repo": REPO})
    assert (changed["name"], changed["url"], changed["id"]) == ("new", "http://a.example", site.id)
    assert changed["build_settings"] == REPO
    await client.send("DELETE", f"/sites/{site.id}")
    assert (client.last.status_code, api.world.sites, deploy.id in api.world.deleted) == (204, {}, True)


async def test_variables_of_a_site_are_kept_apart_from_those_of_its_account(api: Emulator, client: Asking) -> None:
    site = api.world.add_site("site")
    add_variable(api.world, site, "OLD", "1")
    made = await client.send(
        "POST", "/accounts/acme/env", [{"key": "ALL", "values": [{"value": "2", "context": "all"}]}]
    )
    assert (client.last.status_code, made[0]["scopes"][0], made[0]["values"][0]["value"]) == (201, "builds", "2")
    values = [{"value": "3", "context": "production"}, {"value": "4", "context": "branch", "context_parameter": "x"}]
    await client.send("POST", "/accounts/acme/env", [{"key": "NEW", "values": values}], site_id=site.id)
    assert await keys(client) == ["ALL"]
    assert await keys(client, site_id=site.id) == ["OLD", "NEW"]
    assert await keys(client, site_id=site.id, context_name="dev") == ["OLD"]
    assert [one["key"] for one in await client.get(f"/api/v1/sites/{site.id}/env")] == ["ALL", "OLD", "NEW"]
    assert api.world.env == {site.id: {"OLD": "1", "NEW": "3"}}
    await client.send("POST", "/accounts/acme/env", [{"key": "NEW", "values": []}], site_id=site.id)
    assert client.last.status_code == 422


async def keys(client: Asking, **query: Any) -> list[str]:
    return [one["key"] for one in await client.get("/accounts/acme/env", **query)]


async def test_a_variable_is_set_in_a_context_or_as_a_whole_and_deleted(api: Emulator, client: Asking) -> None:
    site = api.world.add_site("site")
    add_variable(api.world, site, "A", "1")
    path, at = "/accounts/acme/env/A", {"site_id": site.id}
    more = await client.send("PATCH", path, {"context": "production", "value": "2"}, **at)
    assert [(one["context"], one["value"]) for one in more["values"]] == [("all", "1"), ("production", "2")]
    gone = more["values"][0]["id"]
    await client.send("DELETE", f"{path}/value/{gone}", **at)
    assert [one["value"] for one in (await client.get(path, **at))["values"]] == ["2"]
    body = {"key": "A", "scopes": ["builds"], "values": [{"value": "3", "context": "all"}], "is_secret": True}
    hidden = await client.send("PUT", path, body, **at)
    assert (hidden["is_secret"], hidden["values"][0]["value"]) == (True, "")
    assert api.world.env == {site.id: {"A": "3"}}
    await client.send("DELETE", path, **at)
    assert (client.last.status_code, await keys(client, **at)) == (204, [])
    await client.get(path, **at)
    assert client.last.status_code == 404


@pytest.mark.parametrize(
    "raw",
    [
        {"key": "A", "values": [{"value": "1", "context": "branch"}]},
        {"key": "A", "values": [{"context": "all"}]},
    ],
)
async def test_a_variable_of_no_use_is_refused(client: Asking, raw: dict[str, Any]) -> None:
    await client.send("POST", "/accounts/acme/env", [raw])
    assert client.last.status_code == 422
