"""What the vendor's own command line sent, as recorded, is accepted by the emulated host and breaks no rule of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulators import contract
from tests.emulators.contract_netlify import request_breaches
from tests.emulators.hosting.calls import Recorded
from tests.emulators.netlify import Account, Emulator, Plan, Team
from tests.emulators.netlify_asking import asking

TRACE = contract.SCHEMAS.parent / "traces" / "netlify.trace.jsonl"
SITE = "11111111-2222-4333-8444-555555555555"

pytestmark = pytest.mark.skipif(not TRACE.is_file(), reason="the recorded requests are not here (../shared/traces)")


def entries() -> list[dict[str, Any]]:
    return [json.loads(line) for line in TRACE.read_text(encoding="utf-8").splitlines()]


async def test_each_recorded_request_is_accepted() -> None:
    """The uploads' bytes were not recorded: those files are put in place, and the rest of the request is held."""
    account = Account(teams=(Team(slug="rec"),))
    async with Emulator(account, speed=0) as api, asking(api) as client:
        site = api.world.add_site("rec-site", id=SITE, repo={})
        api.world.add_deploy(site)
        api.plan = Plan(step_s=0.1)
        deploys: dict[str, str] = {}  # as they were called when recorded → as ours are
        statuses: list[tuple[int, int]] = []
        for entry in entries():
            path = _ours(entry["path"], deploys)
            if entry["sha1"]:
                assert request_breaches(_upload(entry, path)) == []
                api.world.files[entry["sha1"]] = b""
                continue
            headers = {name: text for name, text in entry["headers"].items() if name in _KEPT}
            content = "" if entry["body"] is None else json.dumps(entry["body"])
            answer = await client.http.request(entry["method"], f"{api.url}{path}", content=content, headers=headers)
            if entry["method"] == "POST" and path.partition("?")[0].endswith("/deploys"):
                deploys[f"64a{len(deploys) + 1:021}"] = answer.json()["id"]
            statuses.append((answer.status_code, entry["status_we_returned"]))
            api.clock.advance(1)
        assert [ours for ours, _ in statuses] == [recorded for _, recorded in statuses]
        assert (api.failures, api.breaches) == ([], [])
        assert len(api.requests) == len(statuses) > 40
        first, second, third = (api.world.deploys[id_] for id_ in deploys.values())
        assert [first.context, second.context, second.title] == ["production", "branch-deploy", "my msg"]
        assert api.world.live(SITE) == third.id
        assert {first.state, second.state, third.state} == {"ready"}


_KEPT = ("accept", "content-type", "user-agent")


def _ours(path: str, deploys: dict[str, str]) -> str:
    for recorded, ours in deploys.items():
        path = path.replace(recorded, ours)
    return path


def _upload(entry: dict[str, Any], path: str) -> Recorded:
    return Recorded(
        id=1, op="upload_file", method=entry["method"], path=path, query={}, headers=entry["headers"], body=b"", raw=b""
    )
