"""Vercel's own command line over its emulated host, and our client through the same stories."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.emulators.hosting.calls import Recorded
from tests.emulators.vercel import Emulator, Plan, add_variable, failing
from tests.emulators.vercel_routes import find
from tests.emulators.vercel_things import Deployment
from tests.yardsticks import clients
from tests.yardsticks.scenarios import SITE, Asked, Scenario, Stage, check_host, play, site
from tests.yardsticks.sequences import Step, keys_of
from tests.yardsticks.vercel_rows import ROWS

pytestmark = [
    pytest.mark.yardsticks(host="Vercel", client="vercel"),
    pytest.mark.skipif(bool(clients.why_not("vercel")), reason=clients.why_not("vercel")),
]

NEVER_ENDS = Plan(states=("QUEUED", "BUILDING"), step_s=0.2, log=())
_MAPS = ("meta", "env", "build.env")


def spell(request: Recorded) -> Step:
    route, version, _ = find(request.method, request.path)
    keys = keys_of(request.query, None if isinstance(request.body, bytes) else request.body, maps=_MAPS)
    number = f"v{version}/" if version else ""
    return Step(act=f"{request.method} /{number}{route.path}", keys=keys, reads=request.method == "GET")


@asynccontextmanager
async def stage(under: Path, *, ours: bool) -> AsyncIterator[Stage]:
    """A host that is new, and one client of it with a site and a home of its own."""
    folder = site(under)
    async with Emulator(speed=5) as api:
        if ours:
            run = clients.ours(folder, under, url=api.url, variables={"VERCEL_TOKEN": api.token})
        else:
            run = clients.vercel(folder, under, url=api.url, token=api.token)
        yield Stage(api=api, run=run)
        check_host(api)


# ---- what both do first


async def _their_production(stage: Stage) -> str:
    """Its address."""
    return (await stage.run("deploy", "--prod", "-y")).out


async def _our_production(stage: Stage) -> str:
    """Our id of it."""
    return str((await stage.run("vercel", "--prod", "--yes", "--json")).value["id"])


async def _two(stage: Stage, deploy: Callable[[Stage], Awaitable[str]]) -> list[str]:
    """Of two versions, the earlier first; the later one is live."""
    first = await deploy(stage)
    stage.write("app.js", "changed")
    return [first, await deploy(stage)]


# ---- stories: (theirs, ours, what the host says then)


async def _they_deploy(stage: Stage) -> None:
    said = await stage.run("deploy", "-y")
    assert "Build Completed" in said.text
    assert said.out == f"https://{newest(stage).url}"


async def _we_deploy(stage: Stage) -> None:
    said = await stage.run("vercel", "--yes")
    assert "Build Completed" in said.text


def _is_there(stage: Stage) -> None:
    """The first of a project is live whatever its target."""
    made = newest(stage)
    assert (made.state, made.assigned, sorted(file.name for file in made.files)) == ("READY", True, sorted(SITE))
    assert (stage.api.count("create_project"), stage.api.count("upload_file")) == (1, 2)
    assert stage.api.count("create_deployment") == 2


async def _they_deploy_again(stage: Stage) -> None:
    await _two(stage, _their_production)


async def _we_deploy_again(stage: Stage) -> None:
    await _two(stage, _our_production)


def _second_is_live(stage: Stage) -> None:
    assert stage.api.world.live("site") == newest(stage).id
    assert [each.target for each in stage.api.world.deployments.values()] == ["production", "production"]
    assert stage.api.count("upload_file") == 3


async def _they_list(stage: Stage) -> None:
    both = await _two(stage, _their_production)
    stage.begin()
    assert (await stage.run("list")).out.splitlines() == both[::-1]


async def _we_list(stage: Stage) -> None:
    await _two(stage, _our_production)
    stage.begin()
    listed = (await stage.run("list", "--provider", "vercel", "--remote", "--json")).value["deployments"]
    assert [each["id"] for each in listed] == list(stage.api.world.deployments)[::-1]


async def _they_roll_back(stage: Stage) -> None:
    first, _ = await _two(stage, _their_production)
    stage.begin()
    await stage.run("rollback", first, "-y")


async def _we_roll_back(stage: Stage) -> None:
    first, _ = await _two(stage, _our_production)
    stage.begin()
    await stage.run("rollback", first, "--yes")


def _first_is_live(stage: Stage) -> None:
    assert stage.api.world.live("site") == next(iter(stage.api.world.deployments))


async def _they_promote(stage: Stage) -> None:
    first, second = await _two(stage, _their_production)
    await stage.run("rollback", first, "-y")
    _first_is_live(stage)
    stage.begin()
    await stage.run("promote", second, "-y")


async def _we_promote(stage: Stage) -> None:
    first, second = await _two(stage, _our_production)
    await stage.run("rollback", first, "--yes")
    _first_is_live(stage)
    stage.begin()
    await stage.run("promote", second, "--yes")


async def _they_promote_a_preview(stage: Stage) -> None:
    stage.api.world.add_deployment(stage.api.world.add_project("site"), target="production")
    preview = (await stage.run("deploy", "-y")).out
    stage.begin()
    await stage.run("promote", preview, "-y")
    stage.api.clock.advance(60)  # they do not wait for its end


async def _we_promote_a_preview(stage: Stage) -> None:
    stage.api.world.add_deployment(stage.api.world.add_project("site"), target="production")
    preview = (await stage.run("vercel", "--yes", "--json")).value["id"]
    stage.begin()
    await stage.run("promote", preview, "--yes")


def _it_is_built_for_production(stage: Stage) -> None:
    targets = [each.target for each in stage.api.world.deployments.values()]
    assert targets == ["production", None, "production"]
    assert stage.api.world.live("site") == newest(stage).id


async def _they_redeploy(stage: Stage) -> None:
    _, second = await _two(stage, _their_production)
    stage.begin()
    await stage.run("redeploy", second)


async def _we_redeploy(stage: Stage) -> None:
    _, second = await _two(stage, _our_production)
    stage.begin()
    await stage.run("redeploy", second, "--yes")


def _a_third_is_live(stage: Stage) -> None:
    made = list(stage.api.world.deployments.values())
    assert [each.source for each in made[2:]] == ["redeploy"]
    assert stage.api.world.live("site") == made[2].id


async def _they_pull(stage: Stage) -> None:
    _with_variable(stage)
    await _their_production(stage)
    stage.begin()
    await stage.run("env", "pull", "-y")


async def _we_pull(stage: Stage) -> None:
    _with_variable(stage)
    await _our_production(stage)
    stage.write(".gitignore", ".env.local\n")
    stage.begin()
    await stage.run("env", ".env.local", "--provider", "vercel", "--target", "development")


def _with_variable(stage: Stage) -> None:
    project = stage.api.world.add_project("site", settings={"framework": None})
    add_variable(stage.api.world, project, "GREETING", "hello", target=["development"])


def _the_variable_is_here(stage: Stage) -> None:
    assert "GREETING=" in (text := (stage.folder / ".env.local").read_text(encoding="utf-8"))
    assert "hello" in text


async def _they_cancel(stage: Stage) -> None:
    """They have no command for it; theirs for any request of the API stands in."""
    stage.api.plan = NEVER_ENDS
    await stage.run("deploy", "-y", "--no-wait")
    stage.begin()
    said = await stage.run("api", f"/v12/deployments/{newest(stage).id}/cancel", "-X", "PATCH")
    assert said.value["readyState"] == "CANCELED"


async def _we_cancel(stage: Stage) -> None:
    stage.api.plan = NEVER_ENDS
    made = (await stage.run("vercel", "--yes", "--no-wait", "--json")).value["id"]
    stage.begin()
    await stage.run("cancel", made)


def _it_is_canceled(stage: Stage) -> None:
    assert newest(stage).state == "CANCELED"


def newest(stage: Stage) -> Deployment:
    return list(stage.api.world.deployments.values())[-1]


SCENARIOS = [
    Scenario(name="deploy", theirs=_they_deploy, ours=_we_deploy, agrees=_is_there),
    Scenario(name="deploy again", theirs=_they_deploy_again, ours=_we_deploy_again, agrees=_second_is_live),
    Scenario(name="list", theirs=_they_list, ours=_we_list, agrees=_second_is_live),
    Scenario(name="roll back", theirs=_they_roll_back, ours=_we_roll_back, agrees=_first_is_live),
    Scenario(name="promote", theirs=_they_promote, ours=_we_promote, agrees=_second_is_live),
    Scenario(
        name="promote a preview",
        theirs=_they_promote_a_preview,
        ours=_we_promote_a_preview,
        agrees=_it_is_built_for_production,
    ),
    Scenario(name="redeploy", theirs=_they_redeploy, ours=_we_redeploy, agrees=_a_third_is_live),
    Scenario(name="pull variables", theirs=_they_pull, ours=_we_pull, agrees=_the_variable_is_here),
    Scenario(name="cancel", theirs=_they_cancel, ours=_we_cancel, agrees=_it_is_canceled),
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_theirs_and_ours_do_the_same(scenario: Scenario, tmp_path: Path, asked: Asked) -> None:
    await play(scenario, lambda under, ours: stage(under, ours=ours), tmp_path, spell, ROWS, asked)


# ---- what only theirs has


async def test_their_log_variables_and_removal(tmp_path: Path) -> None:
    async with stage(tmp_path, ours=False) as theirs:
        _with_variable(theirs)
        url = (await theirs.run("deploy", "-y", "--archive=tgz")).out
        assert newest(theirs).state == "READY"
        assert newest(theirs).id in (await theirs.run("inspect", url)).text
        assert "rendering chunks" in (await theirs.run("inspect", url, "--logs")).text
        assert "GREETING" in (await theirs.run("env", "ls")).text
        await theirs.run("remove", newest(theirs).id, "-y")
        assert theirs.api.world.deployments == {}


async def test_their_command_fails_when_the_build_fails(tmp_path: Path) -> None:
    """So an exit code of 0 says something."""
    async with stage(tmp_path, ours=False) as theirs:
        theirs.api.plan = failing()
        with pytest.raises(AssertionError, match="ended with 1"):
            await theirs.run("deploy", "-y")
        assert newest(theirs).state == "ERROR"
