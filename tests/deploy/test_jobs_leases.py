"""Several editors: one drives, the others follow, and take over when it is gone."""

from __future__ import annotations

import asyncio

from autocrea_lsp.deploy.errors import HostUnavailable
from tests.deploy.desk import REQUEST, Desk, Open
from tests.deploy.fake_host import lines
from tests.store.common import execute


async def test_one_drives_and_the_other_tells_the_same(open_desk: Open) -> None:
    first, second = open_desk(), open_desk()
    first.host.logs = [[lines("one", "two"), lines("three", keys=False)]]
    first.host.script = ["queued", *["building"] * 12, "success"]
    key = await first.deployments.start(REQUEST)
    assert await second.deployments.reattach() == [key]
    await first.end(key)
    assert (await second.end(key)).state == "success"
    assert first.host.calls.count("create") == 1
    for desk in (first, second):
        told = desk.check_told(key)
        assert [line.text for update in told for line in update.lines][:3] == ["one", "two", "three"]


async def kill(desk: Desk, key: str) -> None:
    """As kill -9 does: nothing is said, nothing given back."""

    async def nothing(*_args: object) -> None: ...

    desk.deployments._give_back = nothing  # type: ignore[method-assign]
    desk.deployments._jobs[key]._leave = nothing  # type: ignore[method-assign]
    await desk.deployments.aclose()


async def test_a_follower_takes_over_from_one_that_died(open_desk: Open) -> None:
    first, second, third = open_desk(), open_desk(), open_desk()
    first.host.script = ["building"]
    first.host.logs = [[lines("one", cursor="1")]]
    key = await first.deployments.start(REQUEST)
    await first.until(lambda row: row.cursor == "1", key)
    for desk in (second, third):
        assert await desk.deployments.reattach() == [key]
        assert key not in desk.deployments._jobs
    began = first.clock.monotonic()
    await kill(first, key)
    while not (key in second.deployments._jobs or key in third.deployments._jobs):
        await second.clock.sleep(0.5)
    assert 10 < first.clock.monotonic() - began < 40
    first.host.logs = [[lines("one", "two", cursor="2")]]
    first.host.made["dpl_1"].states = ["success"]
    assert (await second.end(key)).state == (await third.end(key)).state == "success"
    for desk in (second, third):
        told = desk.check_told(key)
        assert [line.text for update in told for line in update.lines] == ["one", "two"]
    assert first.host.cursors[0] == ""
    assert "1" in first.host.cursors  # where the first one was


async def take_away(other: Desk, key: str) -> None:
    """Their machine slept for longer than the lease, and the other was faster."""
    driver = other.clock
    with driver.hold():
        driver._go(driver.monotonic() + 25.0)
        assert await other.store.claim(key, owner="another", lease_s=100.0)


async def test_a_lost_lease_ends_the_driving_and_the_row_is_left_alone(open_desk: Open) -> None:
    desk = open_desk()
    desk.host.script = ["building"]
    desk.host.logs = [[lines("one")]]
    key = await desk.deployments.start(REQUEST)
    await desk.until(lambda row: row.state == "building", key)
    await take_away(desk, key)
    while key in desk.deployments._jobs:
        await desk.clock.sleep(0.5)
    asked = desk.host.calls.count("status")
    assert await desk.store.update_deployment(key, owner="another", detail="by another")
    while desk.told(key)[-1].row.detail != "by another":
        await desk.clock.sleep(0.5)
    assert await desk.store.update_deployment(key, owner="another", state="failed", error="by another")
    assert (await desk.end(key)).error == "by another"
    assert desk.host.calls.count("status") == asked
    told = desk.check_told(key)
    assert [line.text for update in told for line in update.lines] == ["one"]


async def test_a_lease_that_was_lost_is_taken_again_when_the_other_dies(open_desk: Open) -> None:
    desk = open_desk()
    desk.host.script = ["building"]
    key = await desk.deployments.start(REQUEST)
    await desk.until(lambda row: row.state == "building", key)
    await take_away(desk, key)
    while key in desk.deployments._jobs:
        await desk.clock.sleep(0.5)
    desk.host.made["dpl_1"].states = ["success"]
    assert (await desk.end(key)).state == "success"  # the other's lease has ended meanwhile
    desk.check_told(key)


async def test_a_deployment_that_another_gave_up_while_it_was_created_is_not_left_at_the_host(desk: Desk) -> None:
    with desk.host.held("answer") as held:
        key = await desk.deployments.start(REQUEST)
        await held.reached.wait()
        assert await desk.store.update_deployment(key, state="interrupted")
    assert (await desk.end(key)).state == "interrupted"
    assert desk.host.made["dpl_1"].canceled
    assert desk.check_told(key)[-1].row.state == "interrupted"


async def test_a_cleared_database_does_not_end_what_runs(desk: Desk) -> None:
    with desk.host.held("status") as held:
        key = await desk.deployments.start(REQUEST)
        await held.reached.wait()
        _forget(desk)
        assert await desk.store.deployment(key) is None
    row = await desk.deployments.wait(key)
    assert (row.state, row.remote_id) == ("success", "dpl_1")
    desk.check_told(key)
    desk.host.script = ["building"]
    key = await desk.deployments.start(REQUEST)
    await desk.until(lambda row: row.state == "building", key)
    _forget(desk)
    assert (await desk.deployments.cancel(key)).row.state == "canceled"


async def test_a_cleared_database_ends_what_is_followed(open_desk: Open) -> None:
    first, second = open_desk(), open_desk()
    first.host.script = ["building"]
    key = await first.deployments.start(REQUEST)
    await second.deployments.reattach()
    await second.until(lambda row: row.state == "building", key)
    _forget(first)
    await second.deployments.wait(key)
    assert "no longer in the history" in second.check_told(key)[-1].text


async def test_the_state_of_what_nobody_drives_comes_from_the_host_and_is_kept(desk: Desk) -> None:
    desk.host.script = ["success"]
    row = await desk.leave("building")
    asked = await desk.deployments.status(row.id)
    assert asked.state == (await desk.row(row.id)).state == "success"
    gone = await desk.leave("building")
    del desk.host.made[gone.remote_id]
    assert (await desk.deployments.status(gone.id)).state == "failed"


async def test_the_state_says_why_the_host_could_not_be_asked(desk: Desk) -> None:
    row = await desk.leave("building")
    desk.host.fail("status", HostUnavailable("It is down."))
    asked = await desk.deployments.status(row.id)
    assert (asked.state, asked.detail) == ("building", "It is down.")
    assert await desk.store.claim(row.id, owner="next", lease_s=1.0)  # it is nobody's again


async def test_a_question_for_the_state_takes_no_lease_from_who_begins_to_drive(desk: Desk) -> None:
    desk.host.script = ["building"]
    row = await desk.leave("building")
    with desk.host.held("status") as held:
        asking = asyncio.create_task(desk.deployments.status(row.id))
        await held.reached.wait()
        canceling = asyncio.create_task(desk.deployments.cancel(row.id))
        await desk.until(lambda row: row.cancel_asked, row.id)
    await asking
    assert (await canceling).row.state == "canceled"
    desk.check_told(row.id)


async def test_the_state_of_anothers_is_its_row(open_desk: Open) -> None:
    first, second = open_desk(), open_desk()
    first.host.script = ["building"]
    key = await first.deployments.start(REQUEST)
    await first.until(lambda row: row.state == "building", key)
    with first.host.held("status"):
        assert (await second.deployments.status(key)).state == "building"


async def test_a_preview_that_is_not_served_any_more_is_said_to_be_so(desk: Desk) -> None:
    desk.host.script = ["success"]
    row = await desk.leave("success", provider="local")
    assert (await desk.deployments.status(row.id)).detail == "success"
    desk.host.made.clear()
    assert "not served any more" in (await desk.deployments.status(row.id)).detail


async def test_the_log_of_one_that_has_ended_is_fetched_if_none_was_kept(desk: Desk) -> None:
    desk.host.logs = [[lines("one", "two", keys=False)]]
    row = await desk.leave("success")
    for _ in range(2):
        assert [line.text for line in await desk.deployments.log(row.id)] == ["one", "two"]
    building = await desk.leave("building")
    assert await desk.deployments.log(building.id) == []  # whoever drives it keeps its log


async def test_waiting_for_what_nobody_watches_ends(desk: Desk) -> None:
    unknown = await desk.leave("unknown")
    assert (await desk.deployments.wait(unknown.id)).state == "unknown"
    left = await desk.leave("building")
    assert (await desk.deployments.wait(left.id)).state == "success"


def _forget(desk: Desk) -> None:
    execute(desk.store.path, "PRAGMA foreign_keys = ON", "DELETE FROM deployments")
