"""Netlify's own command line over its emulated host, and our client through the same stories."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.emulators.hosting.calls import Recorded
from tests.emulators.netlify import Emulator, Plan, failing
from tests.emulators.netlify_routes import find
from tests.emulators.netlify_things import Deploy, Site
from tests.yardsticks import clients
from tests.yardsticks.netlify_rows import ROWS
from tests.yardsticks.scenarios import SITE, Asked, Scenario, Stage, check_host, play, site
from tests.yardsticks.sequences import Step, keys_of

pytestmark = [
    pytest.mark.yardsticks(host="Netlify", client="netlify-cli"),
    pytest.mark.skipif(bool(clients.why_not("netlify-cli")), reason=clients.why_not("netlify-cli")),
]

NEVER_ENDS = Plan(git_states=("enqueued", "building"), step_s=0.2, log=())
_MAPS = ("files",)


def spell(request: Recorded) -> Step:
    route, _ = find(request.method, request.path)
    body = None if isinstance(request.body, bytes) else request.body
    keys = keys_of(request.query, body, maps=_MAPS)
    return Step(act=f"{request.method} /{route.path}", keys=keys, reads=request.method == "GET")


@asynccontextmanager
async def stage(under: Path, *, ours: bool) -> AsyncIterator[Stage]:
    """A host with an empty site that has a repository, and one client of it with a folder and a home of its own."""
    folder = site(under)
    async with Emulator(speed=5) as api:
        api.world.add_site("site", repo={})
        if ours:
            run = clients.ours(folder, under, url=f"{api.url}/api/v1", variables={"NETLIFY_AUTH_TOKEN": api.token})
        else:
            run = clients.netlify(folder, under, url=api.url, token=api.token)
        yield Stage(api=api, run=run)
        check_host(api)


# ---- what both do first


async def _their_deploy(stage: Stage, *options: str) -> str:
    """The host's id of it."""
    said = await stage.run("deploy", "--no-build", "--dir", ".", "--site", "site", "--json", *options)
    return str(said.value["deploy_id"])


async def _our_deploy(stage: Stage, *options: str) -> str:
    """Our id of it."""
    return str((await stage.run("netlify", "--yes", "--json", *options)).value["id"])


async def _their_call(stage: Stage, operation: str, **fields: str) -> object:
    """Any request of the API, which is all that they have for most acts."""
    return (await stage.run("api", operation, "--data", json.dumps(fields))).value


def _the_site(stage: Stage) -> Site:
    (found,) = stage.api.world.sites.values()
    assert isinstance(found, Site)
    return found


def _were_there(stage: Stage, count: int) -> None:
    """So many more are published before the story begins, the last of them last."""
    for _ in range(count):
        stage.api.world.add_deploy(_the_site(stage))


def _made(stage: Stage) -> list[Deploy]:
    return list(stage.api.world.deploys.values())


def _live(stage: Stage) -> int:
    """Which one, by the order of making; -1: none."""
    return next((index for index, each in enumerate(_made(stage)) if each.id == stage.api.world.live("site")), -1)


# ---- stories: theirs, ours, what the host says then


async def _they_deploy(stage: Stage) -> None:
    await _their_deploy(stage, "--prod")


async def _we_deploy(stage: Stage) -> None:
    await _our_deploy(stage, "--prod")


def _is_live(stage: Stage) -> None:
    (made,) = _made(stage)
    assert (made.state, made.context, _live(stage)) == ("ready", "production", 0)
    assert set(SITE) <= set(made.files) <= {*SITE, "netlify.toml"}


async def _they_deploy_a_draft(stage: Stage) -> None:
    await _their_deploy(stage)


async def _we_deploy_a_draft(stage: Stage) -> None:
    await _our_deploy(stage)


def _it_is_not_live(stage: Stage) -> None:
    (draft,) = _made(stage)
    assert (draft.state, draft.context, _live(stage)) == ("ready", "deploy-preview", -1)


async def _they_let_it_build(stage: Stage) -> None:
    said = await stage.run("deploy", "--trigger", "--site", "site")
    assert _made(stage)[0].id in said.text


async def _we_let_it_build(stage: Stage) -> None:
    await _our_deploy(stage, "--git", "main", "--prod")


def _it_is_built(stage: Stage) -> None:
    stage.api.clock.advance(60)  # theirs did not wait for its end
    (made,) = _made(stage)
    assert (made.state, made.source, made.branch, _live(stage)) == ("ready", "git", "main", 0)


async def _they_list(stage: Stage) -> None:
    _were_there(stage, 2)
    listed = await _their_call(stage, "listSiteDeploys", site_id=_the_site(stage).id)
    assert isinstance(listed, list)
    assert [each["id"] for each in listed] == [each.id for each in _made(stage)][::-1]


async def _we_list(stage: Stage) -> None:
    _were_there(stage, 2)
    listed = (await stage.run("list", "--provider", "netlify", "--remote", "--json")).value["deployments"]
    assert [each["id"] for each in listed] == [each.id for each in _made(stage)][::-1]


def _second_is_live(stage: Stage) -> None:
    assert (len(_made(stage)), _live(stage)) == (2, 1)


async def _they_cancel(stage: Stage) -> None:
    stage.api.plan = NEVER_ENDS
    await stage.run("deploy", "--trigger", "--site", "site")
    stage.begin()
    await _their_call(stage, "cancelSiteDeploy", deploy_id=_made(stage)[0].id)


async def _we_cancel(stage: Stage) -> None:
    stage.api.plan = NEVER_ENDS
    made = await _our_deploy(stage, "--git", "main", "--prod", "--no-wait")
    stage.begin()
    await stage.run("cancel", made)


def _it_is_canceled(stage: Stage) -> None:
    (made,) = _made(stage)
    assert (made.state, made.error_message) == ("error", "Canceled build")


async def _they_restore(stage: Stage) -> None:
    _were_there(stage, 2)
    _second_is_live(stage)
    await _their_call(stage, "restoreSiteDeploy", site_id=_the_site(stage).id, deploy_id=_made(stage)[0].id)


async def _we_restore(stage: Stage) -> None:
    """One of our own: of others we know no more than the host's list."""
    first = await _our_deploy(stage, "--prod")
    _were_there(stage, 1)
    _second_is_live(stage)
    stage.begin()
    await stage.run("rollback", first, "--yes")


async def _they_roll_back(stage: Stage) -> None:
    _were_there(stage, 2)
    await _their_call(stage, "rollbackSiteDeploy", site_id=_the_site(stage).id)


async def _we_roll_back(stage: Stage) -> None:
    _were_there(stage, 2)
    await stage.run("rollback", "--provider", "netlify", "--yes")


def _first_is_live(stage: Stage) -> None:
    assert (len(_made(stage)), _live(stage)) == (2, 0)


SCENARIOS = [
    Scenario(name="deploy", theirs=_they_deploy, ours=_we_deploy, agrees=_is_live),
    Scenario(name="draft", theirs=_they_deploy_a_draft, ours=_we_deploy_a_draft, agrees=_it_is_not_live),
    Scenario(name="trigger", theirs=_they_let_it_build, ours=_we_let_it_build, agrees=_it_is_built),
    Scenario(name="list", theirs=_they_list, ours=_we_list, agrees=_second_is_live),
    Scenario(name="cancel", theirs=_they_cancel, ours=_we_cancel, agrees=_it_is_canceled),
    Scenario(name="restore", theirs=_they_restore, ours=_we_restore, agrees=_first_is_live),
    Scenario(name="roll back", theirs=_they_roll_back, ours=_we_roll_back, agrees=_first_is_live),
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_theirs_and_ours_do_the_same(scenario: Scenario, tmp_path: Path, asked: Asked) -> None:
    await play(scenario, lambda under, ours: stage(under, ours=ours), tmp_path, spell, ROWS, asked)


# ---- what only theirs has


async def test_their_branch_with_a_message_and_their_lock(tmp_path: Path) -> None:
    async with stage(tmp_path, ours=False) as theirs:
        made = await _their_deploy(theirs, "--alias", "feat-1", "--message", "my words")
        deploy = theirs.api.world.deploys[made]
        assert (deploy.state, deploy.context, deploy.branch, deploy.title) == (
            "ready",
            "branch-deploy",
            "feat-1",
            "my words",
        )
        assert _live(theirs) == -1
        theirs.write("app.js", "changed")
        live = await _their_deploy(theirs, "--prod")
        assert theirs.api.count("upload_file") == len(SITE) + 1 + 1  # with a netlify.toml; then what has changed
        await _their_call(theirs, "lockDeploy", deploy_id=live)
        assert _the_site(theirs).locked
        await _their_call(theirs, "unlockDeploy", deploy_id=live)
        assert not _the_site(theirs).locked


async def test_their_command_fails_when_the_deploy_fails(tmp_path: Path) -> None:
    """So an exit code of 0 says something."""
    async with stage(tmp_path, ours=False) as theirs:
        theirs.api.plan = failing()
        with pytest.raises(AssertionError, match="ended with"):
            await _their_deploy(theirs, "--prod")
        assert (_made(theirs)[0].state, _live(theirs)) == ("error", -1)
