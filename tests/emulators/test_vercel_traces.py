"""What the vendor's own clients sent, as recorded, is accepted by the emulated host and known to the contract."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.emulators import contract
from tests.emulators.vercel import Account, Emulator, Plan, Team
from tests.emulators.vercel_asking import asking
from tests.emulators.vercel_things import Project

TRACES = contract.SCHEMAS.parent / "traces"
TEAM = Account(teams=(Team(id="team_rec1"),), default_team="team_rec1")

pytestmark = pytest.mark.skipif(not TRACES.is_dir(), reason="the recorded requests are not here (../shared/traces)")

REFUSED = {
    "vercel": ["/v9/projects/dpl_rec0001"],  # the CLI asks whether what it was given names a project
    "vercel-firstrun": ["/v9/projects/site3"],  # it is not there yet
    "vercel-sdk": [],
}


def entries(name: str) -> list[dict[str, Any]]:
    text = (TRACES / f"{name}.trace.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@dataclass(slots=True, kw_only=True)
class Replay:
    """The server that recorded them knew one deployment, `dpl_rec0001`, in whatever state; ours makes a fitting one."""

    api: Emulator
    http: httpx.AsyncClient
    project: Project
    deployment: str = ""

    async def send(self, entry: dict[str, Any]) -> httpx.Response:
        self._prepare(entry["path"])
        headers = {name: text for name, text in entry["headers"].items() if name in ("accept", "content-type")}
        content = "" if entry["body"] is None else self._own(json.dumps(entry["body"]))
        return await self.http.request(entry["method"], self._own(entry["path"]), content=content, headers=headers)

    def _own(self, text: str) -> str:
        return text.replace("dpl_rec0001", self.deployment)

    def _prepare(self, path: str) -> None:
        world = self.api.world
        if "/cancel" in path:
            self.deployment = world.add_deployment(self.project, plan=Plan()).id
        elif "/promote/" in path or "/rollback/" in path or not self.deployment:
            self.deployment = world.add_deployment(self.project, target="production").id
            world.add_deployment(self.project, target="production")


@pytest.mark.parametrize("name", REFUSED)
async def test_each_recorded_request_is_accepted(name: str) -> None:
    """The uploads' bytes were not recorded: those files are put in place, and their headers are looked at."""
    async with Emulator(TEAM, speed=0) as api, asking(api) as client:
        project = api.world.add_project("site1", settings={"framework": None}, id="prj_rec1")
        replay, refused, recorded = Replay(api=api, http=client.http, project=project), [], entries(name)
        for entry in recorded:
            if entry["sha1"]:
                assert _announces(entry["headers"], entry["sha1"])
                api.world.files[entry["sha1"]] = b""
                continue
            answer = await replay.send(entry)
            api.clock.advance(10)
            if answer.status_code >= 400 and answer.json()["error"]["code"] != "missing_files":
                refused.append(entry["path"].partition("?")[0])
        assert refused == REFUSED[name]
        assert (api.failures, api.breaches) == ([], [])
        assert len(api.requests) == sum(not entry["sha1"] for entry in recorded) > 0


def _announces(headers: dict[str, str], sha1: str) -> bool:
    digest = headers.get("x-now-digest") or headers.get("x-vercel-digest")
    size = headers.get("x-now-size", headers["content-length"])
    return (digest, size) == (sha1, headers["content-length"])
