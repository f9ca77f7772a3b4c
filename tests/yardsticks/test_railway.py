"""A client that was made from Railway's own schema, over its emulated host, and our client through the same stories.

Railway's command line cannot be had here: its package only downloads a program, with the host's address built in.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, VariableNode, parse

from tests.emulators.hosting.calls import Recorded
from tests.emulators.railway import PRESETS, Emulator
from tests.emulators.railway_things import Deployment, Project, Service, Trigger
from tests.yardsticks import clients
from tests.yardsticks.railway_rows import ROWS
from tests.yardsticks.scenarios import Asked, Scenario, Stage, check_host, play, site
from tests.yardsticks.sequences import Step, keys_of

pytestmark = [
    pytest.mark.yardsticks(host="Railway", client="railway-client"),
    pytest.mark.skipif(bool(clients.why_not_python("railway-client")), reason=clients.why_not_python("railway-client")),
]


def spell(request: Recorded) -> Step:
    """Of GraphQL, the operation's first root field and its arguments that have a value."""
    if request.op in ("up", "socket"):
        return Step(act=request.op, keys=keys_of(request.query, None, maps=()), reads=request.op == "socket")
    operation = next(
        each for each in parse(request.body["query"]).definitions if isinstance(each, OperationDefinitionNode)
    )
    field = operation.selection_set.selections[0]
    given: dict[str, Any] = {}
    for argument in getattr(field, "arguments", None) or ():
        value = argument.value
        told = request.body.get("variables", {}).get(value.name.value) if isinstance(value, VariableNode) else value
        if told is not None:
            given[argument.name.value] = told if isinstance(told, dict) else ""
    act = f"{operation.operation.value} {request.op}"
    return Step(act=act, keys=keys_of({}, given, maps=()), reads=operation.operation.value == "query")


@asynccontextmanager
async def stage(under: Path, *, ours: bool) -> AsyncIterator[Stage]:
    """A host with a project that has one service, and one client of it with a folder and a home of its own."""
    folder = site(under)
    async with Emulator(speed=5) as api:
        api.world.add_service(api.world.add_project("site"), "web")
        if ours:
            run = clients.ours(folder, under, url=api.url, variables={"RAILWAY_API_TOKEN": api.token})
        else:
            run = clients.railway(folder, under, url=api.url, token=api.token)
        yield Stage(api=api, run=run)
        check_host(api)


# ---- what stories are made of


async def _call(stage: Stage, method: str, **arguments: Any) -> Any:
    return (await stage.run(method, json.dumps(arguments))).value


def _project(stage: Stage) -> Project:
    (found,) = stage.api.world.projects.values()
    assert isinstance(found, Project)
    return found


def _service(stage: Stage) -> Service:
    return _project(stage).services[0]


def _where(stage: Stage) -> dict[str, str]:
    return {"service_id": _service(stage).id, "environment_id": _project(stage).default_environment.id}


def _made(stage: Stage) -> list[Deployment]:
    return list(stage.api.world.deployments.values())


def _were_there(stage: Stage, count: int) -> None:
    """So many became live before the story begins, one after the other."""
    for _ in range(count):
        stage.api.world.add_deployment(_service(stage))


def _live(stage: Stage) -> int:
    """Which one serves, by the order of making; -1: none."""
    live = stage.api.world.live(_service(stage))
    return next((index for index, each in enumerate(_made(stage)) if each is live), -1)


# ---- stories: theirs, ours, what the host says then


async def _they_list(stage: Stage) -> None:
    _were_there(stage, 2)
    await _call(stage, "me")
    await _call(stage, "projects")
    assert (await _call(stage, "project", id=_project(stage).id))["name"] == "site"
    listed = await _call(stage, "deployments", project_id=_project(stage).id, **_where(stage), first=20)
    assert len(listed["edges"]) == 2


async def _we_list(stage: Stage) -> None:
    _were_there(stage, 2)
    listed = (await stage.run("list", "--provider", "railway", "--remote", "--json")).value["deployments"]
    assert [each["id"] for each in listed] == [each.id for each in _made(stage)][::-1]


def _second_is_live(stage: Stage) -> None:
    assert (len(_made(stage)), _live(stage)) == (2, 1)


async def _they_roll_back(stage: Stage) -> None:
    _were_there(stage, 2)
    assert await _call(stage, "deployment_rollback", id=_made(stage)[0].id) is True
    stage.api.clock.advance(60)  # they do not wait for its end


async def _we_roll_back(stage: Stage) -> None:
    _were_there(stage, 2)
    await stage.run("rollback", "--provider", "railway", "--yes")


async def _they_redeploy(stage: Stage) -> None:
    _were_there(stage, 2)
    made = await _call(stage, "deployment_redeploy", id=_made(stage)[1].id)
    assert made["id"] == _made(stage)[2].id
    stage.api.clock.advance(60)


async def _we_redeploy(stage: Stage) -> None:
    """One of our own: of others we know no more than the host's list."""
    _were_there(stage, 1)
    ours = (await stage.run("railway", "--prod", "--yes", "--no-wait", "--json")).value["id"]
    stage.api.clock.advance(60)
    stage.begin()
    await stage.run("redeploy", ours, "--yes")


def _a_third_is_live(stage: Stage) -> None:
    assert (len(_made(stage)), _live(stage), _made(stage)[2].status) == (3, 2, "SUCCESS")


async def _they_cancel(stage: Stage) -> None:
    stage.api.world.add_deployment(_service(stage), plan=PRESETS["endless"])
    assert await _call(stage, "deployment_cancel", id=_made(stage)[0].id) is True


async def _we_cancel(stage: Stage) -> None:
    stage.api.plan = PRESETS["endless"]
    ours = (await stage.run("railway", "--prod", "--yes", "--no-wait", "--json")).value["id"]
    stage.begin()
    await stage.run("cancel", ours)


def _it_is_removed(stage: Stage) -> None:
    stage.api.clock.advance(1)  # it is REMOVING first
    (made,) = _made(stage)
    assert (made.status, _live(stage)) == ("REMOVED", -1)


async def _they_build_from_git(stage: Stage) -> None:
    _connect(stage)
    made = (await _call(stage, "service_instance_deploy_v2", **_where(stage), commit_sha="a" * 40)).strip()
    assert made == _made(stage)[0].id
    stage.api.clock.advance(60)


async def _we_build_from_git(stage: Stage) -> None:
    _connect(stage)
    await stage.run("railway", "--git", "main", "--commit", "a" * 40, "--prod", "--yes")


def _connect(stage: Stage) -> None:
    project, service = _project(stage), _service(stage)
    service.repo, service.branch = "acme/site", "main"
    where = {"environment_id": project.default_environment.id, "service_id": service.id, "project_id": project.id}
    project.triggers.append(Trigger(id=stage.api.world.new_id(), branch="main", repository="acme/site", **where))


def _the_commit_is_live(stage: Stage) -> None:
    (made,) = _made(stage)
    assert (made.status, made.meta["commitHash"], _live(stage)) == ("SUCCESS", "a" * 40, 0)


SCENARIOS = [
    Scenario(name="list", theirs=_they_list, ours=_we_list, agrees=_second_is_live),
    Scenario(name="roll back", theirs=_they_roll_back, ours=_we_roll_back, agrees=_a_third_is_live),
    Scenario(name="redeploy", theirs=_they_redeploy, ours=_we_redeploy, agrees=_a_third_is_live),
    Scenario(name="cancel", theirs=_they_cancel, ours=_we_cancel, agrees=_it_is_removed),
    Scenario(name="git", theirs=_they_build_from_git, ours=_we_build_from_git, agrees=_the_commit_is_live),
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_theirs_and_ours_do_the_same(scenario: Scenario, tmp_path: Path, asked: Asked) -> None:
    await play(scenario, lambda under, ours: stage(under, ours=ours), tmp_path, spell, ROWS, asked)


# ---- what only theirs has


async def test_every_field_of_our_answers_fits_their_types(tmp_path: Path) -> None:
    async with stage(tmp_path, ours=False) as theirs:
        _were_there(theirs, 2)
        old, live = _made(theirs)
        assert (await _call(theirs, "deployment", id=live.id))["url"] == live.url
        assert (await _call(theirs, "service", id=_service(theirs).id))["name"] == "web"
        lines = await _call(theirs, "build_logs", deployment_id=live.id)
        assert "Build time: 12.34 seconds" in [line["message"] for line in lines]
        variable = {"project_id": _project(theirs).id, **_where(theirs), "name": "GREETING", "value": "hello"}
        assert await _call(theirs, "variable_upsert", **variable, skip_deploys=True) is True
        read = await _call(theirs, "variables", project_id=_project(theirs).id, **_where(theirs))
        assert read["GREETING"] == "hello"
        assert await _call(theirs, "deployment_remove", id=live.id) is True
        theirs.api.clock.advance(60)
        assert (old.status, live.status, _live(theirs)) == ("REMOVED", "REMOVED", -1)


async def test_their_call_fails_when_the_host_refuses(tmp_path: Path) -> None:
    """Inside of an HTTP 200; so that an exit code of 0 says something."""
    async with stage(tmp_path, ours=False) as theirs:
        _were_there(theirs, 1)
        with pytest.raises(AssertionError, match="Problem processing request"):
            await _call(theirs, "deployment_cancel", id=_made(theirs)[0].id)
        assert _live(theirs) == 0
