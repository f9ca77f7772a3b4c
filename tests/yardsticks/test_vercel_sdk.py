"""Vercel's own SDK takes every answer of its emulated host: it validates them, and throws at what does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.emulators.vercel import Emulator, Plan, add_variable
from tests.yardsticks import clients
from tests.yardsticks.scenarios import Asked, check_host

pytestmark = [
    pytest.mark.yardsticks(host="Vercel", client="@vercel/sdk"),
    pytest.mark.skipif(bool(clients.why_not("@vercel/sdk")), reason=clients.why_not("@vercel/sdk")),
]


async def test_the_sdk_takes_every_answer(tmp_path: Path, asked: Asked) -> None:
    async with Emulator(speed=5) as api:
        project = api.world.add_project("site", settings={"framework": None})
        add_variable(api.world, project, "GREETING", "hello")
        first = api.world.add_deployment(project, target="production")
        second = api.world.add_deployment(project, target="production")
        api.plan = Plan(states=("QUEUED", "BUILDING"), step_s=0.1)
        given = {
            "URL": api.url,
            "TOKEN": api.token,
            "TEAM": project.scope,
            "PROJECT": project.id,
            "FIRST": first.id,
        }
        told = (await clients.node("vercel_sdk.mjs", tmp_path, tmp_path, variables=given)()).value
        assert told["state"] in ("QUEUED", "BUILDING")
        assert told["canceled"] == api.world.deployments[told["created"]].state == "CANCELED"
        assert told["listed"] == [told["created"], second.id, first.id]
        assert {"deployment-state", "stdout", "command"} <= set(told["events"])
        assert (told["projects"], told["variables"], told["user"]) == ([project.id], ["GREETING"], "maker")
        api.clock.advance(60)
        assert api.world.live(project.id) == first.id
        check_host(api)
        asked(len(api.requests), 0)
