"""Deployments: what comes back, what may change into what, and how they are found and counted."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.store import FINISHED, DeploymentRow, DeploymentState
from autocrea_lsp.store.inbox import Read
from tests.store.common import CANARY, HANG_S, Clock, OpenStore, create, deployment, execute, one, traces, update

FULL = DeploymentRow(
    id="0123456789abcdef",
    project="shop-1f3a",
    provider="vercel",
    target="production",
    source="git:main@abc",
    action="promote",
    mark="m-1",
    account="team_1",
    account_name="Team",
    remote_project="prj_1",
    project_name="shop",
    remote_id="dpl_1",
    url="https://shop-é.vercel.app",
    inspect_url="http://localhost:1/x",
    state="building",
    detail="installing",
    error="none yet",
    cursor="c-1",
    env_names=("A", "B"),
    created_at=100.0,
    updated_at=101.0,
    cancel_asked=True,
    details={"alias": ["a", 1, None], "é": {"x": 1.5}},
)


def test_a_deployment_comes_back_as_it_was_created_and_outlives_the_process(open_store: OpenStore) -> None:
    store = open_store()
    create(store, FULL)
    expected = replace(FULL, user="ana")
    assert one(store, FULL.id) == expected
    store.close(HANG_S)
    assert open_store().deployments().result(HANG_S) == [expected]


def test_it_is_in_the_file_when_the_answer_comes(open_store: OpenStore, database: Path) -> None:
    store = open_store()
    create(store, deployment())
    assert execute(database, "SELECT id, state FROM deployments") == [("d", "pending")]
    assert update(store, state="creating")
    assert execute(database, "SELECT id, state FROM deployments") == [("d", "creating")]


def test_an_id_is_taken_once(open_store: OpenStore) -> None:
    store = open_store()
    create(store, deployment(detail="first"))
    assert not store.create_deployment(deployment(detail="second")).result(HANG_S)
    assert not open_store(user="ben").create_deployment(deployment()).result(HANG_S)
    assert one(store).detail == "first"


@pytest.mark.parametrize(
    "url", ["shop.vercel.app", "//shop.vercel.app", "javascript:alert(1)", "https://", "file:///a"]
)
def test_a_url_that_an_editor_should_not_open_is_refused(open_store: OpenStore, url: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        deployment(url=url)
    with pytest.raises(ValueError, match="https://"):
        deployment(inspect_url=url)
    store = open_store()
    create(store, deployment())
    with pytest.raises(ValueError, match="https://"):
        store.update_deployment("d", url=url)
    assert one(store).url == ""


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"state": "done"}, ValueError),
        ({"provider": "x"}, TypeError),
        ({"user": "ben"}, TypeError),
        ({"created_at": 1.0}, TypeError),
        ({"lease_owner": "me"}, TypeError),
        ({"details": ["a"]}, TypeError),
        ({"details": {"a": object()}}, TypeError),
        ({"details": {"a": float("nan")}}, ValueError),
        ({"details": {"a": "x" * 70_000}}, ValueError),
    ],
)
def test_what_is_no_change_is_refused_at_once(
    open_store: OpenStore, changes: dict[str, Any], error: type[Exception]
) -> None:
    store = open_store()
    create(store, deployment())
    before = one(store)
    with pytest.raises(error):
        store.update_deployment("d", **changes)
    assert one(store) == before
    if "details" in changes:
        with pytest.raises(error):
            store.create_deployment(deployment(id="e", **changes))


def test_a_change_changes_what_it_names_and_dates_it(open_store: OpenStore, clock: Clock) -> None:
    store = open_store(clock=clock)
    create(store, deployment(created_at=1.0))
    assert one(store).updated_at == 1.0
    assert update(store, state="queued", remote_id="dpl_1", details={"a": 1}, env_names=("A",))
    changed = {"state": "queued", "remote_id": "dpl_1", "details": {"a": 1}, "env_names": ("A",)}
    assert one(store) == deployment(user="ana", created_at=1.0, updated_at=clock.wall_s, **changed)
    assert update(store, detail="building", at=7.0)
    assert one(store) == deployment(user="ana", created_at=1.0, updated_at=7.0, detail="building", **changed)
    assert not store.update_deployment("nobody", detail="x").result(HANG_S)


def test_a_change_can_depend_on_the_state(open_store: OpenStore) -> None:
    store = open_store()
    create(store, deployment())
    assert not update(store, expect={"creating", "queued"}, state="building")
    assert one(store).state == "pending"
    assert update(store, expect=["pending"], state="building")
    assert one(store).state == "building"


@pytest.mark.parametrize("state", sorted(FINISHED))
def test_what_is_finished_has_its_time_and_stays_finished(open_store: OpenStore, state: DeploymentState) -> None:
    store = open_store()
    create(store, deployment())
    assert update(store, state="building", at=6.0, finished_at=5.5)
    assert one(store).finished_at is None
    assert update(store, state=state, at=8.0)
    assert one(store).finished_at == 8.0
    for unfinished in ("pending", "building", "unknown", "blocked"):
        assert not update(store, state=unfinished, detail="again")
    assert (one(store).state, one(store).detail) == (state, "")
    assert update(store, detail="live", at=9.0)  # there is still something to say of it
    assert (one(store).finished_at, one(store).detail) == (8.0, "live")
    assert update(store, state="failed", finished_at=7.5, at=10.0)  # its host knows better when it was
    assert (one(store).state, one(store).finished_at) == ("failed", 7.5)
    assert store.unfinished().result(HANG_S) == []


def test_who_does_not_drive_it_changes_nothing_under_an_owners_name(open_store: OpenStore) -> None:
    store = open_store()
    create(store, deployment(), owner="one", lease_s=60.0)
    assert not update(store, owner="two", state="failed")
    assert update(store, owner="one", state="building")
    assert update(store, detail="a note of nobody's")
    assert store.release("d", owner="one").result(HANG_S)
    assert update(store, owner="two", state="queued")
    assert one(store).state == "queued"


def test_texts_are_one_line_without_controls_or_secrets(open_store: OpenStore, database: Path) -> None:
    store = open_store(redact=lambda text: text.replace(CANARY, "[secret]"))
    dirty = f"a\x1b[31mb\u202ec\nd\x00 {CANARY}\ud835\u00a0e"
    url = "https://a.b/\x1b]0;x\x07c\n"
    create(store, deployment(error=dirty, detail=dirty, url=url, project_name="a\nb\x1b", remote_id="dpl\x00"))
    expected = deployment(
        user="ana",
        error="a[31mbc d [secret] e",
        detail="a[31mbc d [secret] e",
        url="https://a.b/]0;xc",
        project_name="ab",
        remote_id="dpl",
    )
    assert one(store) == expected
    assert update(store, error=dirty * 500, detail=dirty, url=url, at=5.0)
    assert one(store) == replace(expected, error=one(store).error)
    assert len(one(store).error) == 2000
    assert one(store).error.isprintable()
    assert traces(database) == []


def test_a_text_that_cannot_be_redacted_is_not_kept(open_store: OpenStore, database: Path) -> None:
    def broken(text: str) -> str:
        raise ValueError(text)

    store = open_store(redact=broken)
    create(store, deployment(error=CANARY))
    assert update(store, state="failed", detail=CANARY)
    assert "not kept" in one(store).error
    assert "not kept" in one(store).detail
    assert one(store).state == "failed"
    assert traces(database) == []


def test_json_of_another_program_is_empty(open_store: OpenStore, database: Path) -> None:
    store = open_store()
    create(store, deployment(details={"a": 1}, env_names=("A",)))
    execute(database, "UPDATE deployments SET details = '[1]', env_names = '{'")
    assert one(store) == deployment(user="ana")


async def test_who_stops_waiting_takes_a_creation_back_and_no_change(open_store: OpenStore) -> None:
    store = open_store()
    assert await store.create_deployment(deployment())
    gate = threading.Event()
    store._inbox.put(Read(ask=lambda connection: gate.wait(HANG_S), default=False))
    waiting = [
        asyncio.ensure_future(asyncio.wrap_future(answer))
        for answer in (
            store.create_deployment(deployment(id="e")),
            store.claim("d", owner="o", lease_s=9.0),
            store.update_deployment("d", remote_id="dpl_1"),
        )
    ]
    await asyncio.sleep(0)
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    gate.set()
    assert await store.deployment("e") is None
    assert (await store.heartbeat("d", owner="o", lease_s=9.0)).lease == "lost"
    row = await store.deployment("d")
    assert row is not None
    assert row.remote_id == "dpl_1"
