"""What is done with deploys of the emulated Netlify once they are there: lock, cancel, restore, roll back, delete."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.emulators.netlify import Emulator
from tests.emulators.netlify_asking import Asking, asking
from tests.emulators.netlify_things import Site


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    """Its clock stands still until a test moves it; whatever a test does, both sides keep to the contract."""
    async with Emulator(speed=0) as api:
        yield api
        assert api.failures == []
        assert api.breaches == []


@pytest.fixture
def site(api: Emulator) -> Site:
    return api.world.add_site("site")


@pytest.fixture
async def client(api: Emulator, site: Site) -> AsyncIterator[Asking]:
    async with asking(api) as client:
        yield client


async def test_a_locked_site_keeps_what_is_live_until_it_is_unlocked(api: Emulator, client: Asking, site: Site) -> None:
    before = api.world.add_deploy(site)
    locked = await client.send("POST", f"/deploys/{before.id}/lock")
    assert (locked["locked"], client.last.status_code) == (True, 200)
    held = await client.create("site")
    api.clock.advance(10)
    assert (await client.get(f"/deploys/{held['id']}"))["state"] == "ready"
    assert api.world.live("site") == before.id
    assert (await client.get("/sites/site"))["published_deploy"]["locked"] is True
    assert (await client.send("POST", f"/deploys/{before.id}/unlock"))["locked"] is None
    assert api.world.live("site") == before.id
    made = await client.create("site")
    api.clock.advance(10)
    assert api.world.live("site") == made["id"]


async def test_cancel_ends_in_an_error_and_leaves_alone_what_is_finished(api: Emulator, client: Asking) -> None:
    made = await client.create("site")
    canceled = await client.send("POST", f"/deploys/{made['id']}/cancel")
    assert (client.last.status_code, canceled["state"]) == (201, "error")
    assert canceled["error_message"] == "Canceled build"
    api.clock.advance(10)
    assert api.world.live("site") is None
    ready = await client.create("site")
    api.clock.advance(10)
    kept = await client.send("POST", f"/deploys/{ready['id']}/cancel")
    assert (client.last.status_code, kept["state"]) == (201, "ready")


async def test_restore_and_rollback_change_what_is_live(api: Emulator, client: Asking, site: Site) -> None:
    first, second, third = (api.world.add_deploy(site) for _ in range(3))
    draft = api.world.add_deploy(site, draft=True)
    restored = await client.send("POST", f"/sites/site/deploys/{first.id}/restore")
    assert (client.last.status_code, restored["id"], api.world.live("site")) == (201, first.id, first.id)
    assert await client.send("PUT", "/sites/site/rollback") is None
    assert (client.last.status_code, api.world.live("site")) == (204, third.id)
    await client.send("PUT", "/sites/site/rollback")
    assert api.world.live("site") == second.id
    await client.send("PUT", "/sites/site/rollback")
    assert (client.last.status_code, api.world.live("site")) == (422, second.id)
    await client.send("POST", f"/sites/site/deploys/{draft.id}/restore")
    assert api.world.live("site") == draft.id
    made = await client.create("site")
    refused = await client.send("POST", f"/sites/site/deploys/{made['id']}/restore")
    assert (refused["code"], refused["message"]) == (422, "The deploy is not ready for publishing")


async def test_what_is_gone_is_not_found(api: Emulator, client: Asking, site: Site) -> None:
    old, live = api.world.add_deploy(site), api.world.add_deploy(site)
    await client.send("DELETE", f"/deploys/{old.id}")
    assert (client.last.status_code, old.id in api.world.deleted) == (204, True)
    refused = await client.get(f"/deploys/{old.id}")
    assert refused == {"code": 404, "message": "Not Found"}
    await client.send("DELETE", f"/sites/site/deploys/{live.id}")
    assert client.last.status_code == 422
    other = api.world.add_site("other")
    await client.get(f"/sites/{other.id}/deploys/{live.id}")
    assert client.last.status_code == 404
