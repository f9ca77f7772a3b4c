"""Who the token is of, and the sites that there are."""

from __future__ import annotations

import re
from typing import Any

from tests.emulators import netlify_views as views
from tests.emulators.hosting.calls import Answer
from tests.emulators.netlify_calls import Call, unprocessable
from tests.emulators.netlify_things import Site, Team

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_REPO = ("provider", "id", "repo_path", "repo_branch", "repo_url", "cmd", "dir", "deploy_key_id", "installation_id")


def user(call: Call) -> Answer:
    return Answer(value=views.user(call.world))


def accounts(call: Call) -> Answer:
    account, minimal = call.world.account, call.query.get("minimal") == "true"
    return Answer(value=[views.team(team, account, minimal=minimal) for team in account.teams])


def list_sites(call: Call) -> Answer:
    """`name`: sites whose names contain it, as the host's search does; the newest first."""
    found = [site for site in call.world.sites.values() if call.query.get("name", "") in site.name]
    return _listed(call, found)


def list_team_sites(call: Call) -> Answer:
    team, name = call.team(), call.query.get("name", "")
    return _listed(call, [site for site in call.world.sites.values() if site.team is team and name in site.name])


def create_site(call: Call) -> Answer:
    return _create(call, call.world.account.teams[0])


def create_team_site(call: Call) -> Answer:
    return _create(call, call.team())


def get_site(call: Call) -> Answer:
    return Answer(value=views.site(call.world, call.site()))


def update_site(call: Call) -> Answer:
    site, body = call.site(), call.fields
    if (name := body.get("name", site.name)) != site.name:
        _check_name(call, name)
        site.name = name
    site.custom_domain = body.get("custom_domain", site.custom_domain)
    repo = body.get("repo") or body.get("build_settings")
    if repo is not None:
        site.repo = _repository({**(site.repo or {}), **repo})
    site.updated_s = call.world.clock.now()
    return Answer(value=views.site(call.world, site))


def delete_site(call: Call) -> Answer:
    call.world.remove_site(call.site())
    return Answer(status=204, raw=b"")


def _listed(call: Call, sites: list[Site]) -> Answer:
    page, headers = call.page(sites[::-1])
    return Answer(value=[views.site(call.world, site) for site in page], headers=headers)


def _create(call: Call, team: Team) -> Answer:
    body, world = call.fields, call.world
    name = body.get("name") or f"brave-otter-{world.new_id()[:6]}"
    _check_name(call, name)
    repo = _repository(body["repo"]) if body.get("repo") else None
    site = world.add_site(name, team=team, custom_domain=body.get("custom_domain"), repo=repo)
    if repo is not None:
        world.start_build(site, call.plan, branch=site.production_branch, title=None)
    return Answer(status=201, value=views.site(world, site))


def _check_name(call: Call, name: Any) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise unprocessable("The name may hold letters, digits and hyphens")
    if call.world.find_site(name) is not None:
        raise unprocessable("The name must be unique: it is taken")


def _repository(raw: Any) -> dict[str, Any]:
    """In the form in which a site shows it; `repo` and `branch` are names that a request may use instead."""
    if not isinstance(raw, dict) or "provider" not in raw:
        raise unprocessable("repo needs a provider")
    named = {
        **raw,
        "repo_path": raw.get("repo_path", raw.get("repo")),
        "repo_branch": raw.get("repo_branch", raw.get("branch")),
    }
    if not named["repo_path"]:
        raise unprocessable("repo needs a repo_path")
    return {name: named[name] for name in _REPO if named.get(name) is not None}
