"""The emulated Netlify's own answers are held to the contract, and each exception from it is needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.emulators import contract, netlify_views
from tests.emulators import contract_netlify as held
from tests.emulators import contract_netlify_tables as tables
from tests.emulators.hosting.calls import Recorded
from tests.emulators.netlify import Emulator, Plan
from tests.emulators.netlify_asking import Asking, asking, manifest
from tests.emulators.netlify_routes import OPERATIONS, SOCKET_OP

pytestmark = pytest.mark.skipif(not contract.SCHEMAS.is_dir(), reason=contract.ABSENT)

VARIABLE = {"key": "A", "values": [{"value": "b", "context": "all"}], "scopes": ["builds"]}
FORM = {"provider": "github", "repo_path": "acme/site", "repo_branch": "main"}


async def everything(client: Asking, api: Emulator) -> None:
    """Each operation once, with success."""
    await client.send("POST", "/sites", {"name": "bare"})
    await client.send("POST", "/acme/sites", {"name": "one", "repo": FORM})
    await client.send("PATCH", "/sites/one", {"custom_domain": "a.example"})
    first = await client.create("one")
    shell = await client.send("POST", "/sites/one/deploys", {"draft": False})
    await client.send("PUT", f"/sites/one/deploys/{shell['id']}", manifest(framework="vite"))
    api.clock.advance(10)
    for path in ("/user", "/accounts", "/sites", "/acme/sites", "/sites/one", "/sites/one/deploys"):
        await client.get(path)
    await client.send("POST", f"/sites/one/deploys/{first['id']}/restore")
    await client.send("PUT", "/sites/one/rollback")
    await client.send("POST", f"/deploys/{shell['id']}/lock")
    await client.get(f"/deploys/{shell['id']}")
    await client.send("POST", f"/deploys/{shell['id']}/unlock")
    api.plan = Plan(skipped=True, review=3, git_states=("enqueued", "building", "error"))
    build = await client.send("POST", "/sites/one/builds", title="x")
    api.clock.advance(10)
    await client.get(f"/builds/{build['id']}")
    await client.get(f"/deploys/{build['deploy_id']}")
    await client.get(f"/deploys/{build['deploy_id']}/log")
    running = await client.send("POST", "/sites/one/builds")
    await client.send("POST", f"/deploys/{running['deploy_id']}/cancel")
    await client.get("/sites/one/builds")
    await client.send("POST", "/accounts/acme/env", [VARIABLE])
    await client.get("/accounts/acme/env")
    await client.get("/accounts/acme/env/A")
    await client.get("/api/v1/sites/one/env")
    await client.send("PUT", "/accounts/acme/env/A", VARIABLE)
    more = await client.send("PATCH", "/accounts/acme/env/A", {"context": "production", "value": "c"})
    await client.send("DELETE", f"/accounts/acme/env/A/value/{more['values'][0]['id']}")
    await client.send("DELETE", "/accounts/acme/env/A")
    await client.send("DELETE", f"/deploys/{first['id']}")
    await client.send("DELETE", "/sites/one")


@pytest.fixture(scope="module")
def recorded() -> list[Recorded]:
    async def record() -> list[Recorded]:
        async with Emulator(speed=0) as api, asking(api) as client:
            await everything(client, api)
            assert (api.failures, api.breaches) == ([], [])
            return api.requests

    return asyncio.run(record())


def test_every_answer_is_as_the_contract_says(recorded: list[Recorded]) -> None:
    assert {request.op for request in recorded if request.acted} == set(OPERATIONS) - {SOCKET_OP}
    assert [failure for request in recorded for failure in held.answer_breaches(request)] == []


NULLS = [(thing, field) for thing, fields in tables.NULLS.items() for field in sorted(fields)]
MORE = [(thing, field) for thing, fields in tables.MORE_FIELDS.items() for field in sorted(fields)]


@pytest.mark.parametrize(("table", "row"), [("NULLS", r) for r in NULLS] + [("MORE_FIELDS", r) for r in MORE], ids=str)
def test_each_exception_of_an_answer_is_needed(
    table: str, row: tuple[str, str], recorded: list[Recorded], monkeypatch: pytest.MonkeyPatch
) -> None:
    thing, field = row
    rows: Mapping[str, Any] = getattr(tables, table)
    fewer = (
        {name: value for name, value in rows[thing].items() if name != field}
        if table != "NULLS"
        else {*rows[thing]} - {field}
    )
    monkeypatch.setattr(tables, table, {**rows, thing: fewer})
    found = [failure for request in recorded for failure in held.answer_breaches(request)]
    assert found != []
    assert all(field in failure for failure in found)


Change = Callable[[dict[str, Any]], Any]
SPOILT: dict[str, Change] = {
    "a state that is no text": lambda value: value.update(state=1),
    "a list of digests that is a text": lambda value: value.update(required="none"),
    "a null that is not in the table": lambda value: value.update(id=None),
    "a field that nobody knows": lambda value: value.update(ready=True),
}


@pytest.mark.parametrize("case", SPOILT, ids=str)
async def test_a_wrong_answer_of_ours_is_caught(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = netlify_views.deploy

    def spoilt(*args: Any) -> dict[str, Any]:
        value = right(*args)
        SPOILT[case](value)
        return value

    async with Emulator(speed=0) as api, asking(api) as client:
        made = api.world.add_deploy(api.world.add_site("site"))
        await client.get(f"/deploys/{made.id}")
        assert api.failures == []
        monkeypatch.setattr(netlify_views, "deploy", spoilt)
        await client.get(f"/deploys/{made.id}")
        await client.get("/sites/site")
        assert len(api.failures) >= 2
