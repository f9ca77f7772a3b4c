"""Cancel: at every step, by whoever, twice, refused, and too late."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from autocrea_lsp.deploy.base import PRODUCTION, Sent, Step
from autocrea_lsp.deploy.consent import YES
from autocrea_lsp.deploy.errors import CannotDo, DeployError, HostRefused, HostUnavailable, OutcomeUnknown
from autocrea_lsp.deploy.job import CANCELED_BEFORE
from tests.deploy.desk import REQUEST, Desk, Open


@pytest.mark.parametrize("point", ["plan", "ask", "deploy", "after uploading", "after sent"])
async def test_before_the_creation_nothing_comes_to_the_host(desk: Desk, point: str) -> None:
    desk.host.before = [Step(state="uploading"), Sent(files=1, total_files=2, bytes=1, total_bytes=2)]
    desk.answer = lambda _question: YES
    with desk.host.held(point) as held:
        key = await desk.deployments.start(replace(REQUEST, target=PRODUCTION))
        await held.reached.wait()
        canceled = await desk.deployments.cancel(key)
    assert (canceled.row.state, canceled.text) == ("canceled", CANCELED_BEFORE)
    assert (await desk.row(key)).state == "canceled"
    assert desk.host.made == {}
    desk.check_told(key)


async def test_at_any_moment_it_is_canceled_and_what_the_row_says_is_true(desk: Desk) -> None:
    desk.host.script = ["building"]
    for turns in range(0, 60, 4):
        key = await desk.deployments.start(REQUEST)
        for _ in range(turns):
            await asyncio.sleep(0)
        assert (await desk.deployments.cancel(key)).row.state == "canceled"
        row = await desk.row(key)
        made = [each for each in desk.host.made.values() if each.mark == row.mark]
        assert [(each.id, each.canceled) for each in made] == [(row.remote_id, True)] * bool(row.remote_id)
        desk.check_told(key)


async def test_an_answer_that_is_on_its_way_is_waited_for_and_canceled_there(desk: Desk) -> None:
    desk.host.script = ["building"]  # never done before the cancel comes there
    with desk.host.held("answer") as held:
        key = await desk.deployments.start(REQUEST)
        await held.reached.wait()
        canceling = asyncio.create_task(desk.deployments.cancel(key))
        await desk.until(lambda row: row.cancel_asked, key)
    canceled = await canceling
    assert (canceled.row.state, canceled.row.remote_id) == ("canceled", "dpl_1")
    assert desk.host.made["dpl_1"].canceled
    desk.check_told(key)


@pytest.mark.parametrize(("point", "made"), [("create", False), ("answer", True)])
async def test_an_answer_that_never_comes_is_looked_for_and_canceled_there(desk: Desk, point: str, made: bool) -> None:
    desk.host.script = ["building"]
    with desk.host.held(point) as held:
        key = await desk.deployments.start(REQUEST)
        await held.reached.wait()
        canceled = await desk.deployments.cancel(key)
    assert canceled.row.state == "canceled"
    assert "find" in desk.host.calls
    assert [each.canceled for each in desk.host.made.values()] == [True] * made
    desk.check_told(key)


@pytest.mark.parametrize("error", [HostUnavailable("down"), KeyError("x"), OutcomeUnknown("?")])
async def test_a_creation_that_fails_while_it_is_canceled_is_canceled(desk: Desk, error: Exception) -> None:
    with desk.host.held("create") as held:
        desk.host.fail("create", error)
        key = await desk.deployments.start(REQUEST)
        await held.reached.wait()
        canceling = asyncio.create_task(desk.deployments.cancel(key))
        await desk.until(lambda row: row.cancel_asked, key)
    assert (await canceling).row.state == "canceled"
    assert desk.host.calls.count("create") == 1


async def test_a_build_is_canceled_at_the_host_and_watched_to_its_end(desk: Desk) -> None:
    desk.host.script = ["building"]
    key = await desk.deployments.start(REQUEST)
    await desk.until(lambda row: row.state == "building", key)
    canceled = await desk.deployments.cancel(key)
    assert canceled.row.state == "canceled"
    assert (await desk.row(key)).finished_at is not None
    desk.check_told(key)


async def test_twice_is_once(desk: Desk) -> None:
    desk.host.script = ["building"]
    key = await desk.deployments.start(REQUEST)
    await desk.until(lambda row: row.state == "building", key)
    both = await asyncio.gather(desk.deployments.cancel(key), desk.deployments.cancel(key))
    third = await desk.deployments.cancel(key)
    assert [each.row.state for each in (*both, third)] == ["canceled"] * 3
    assert desk.host.calls.count("cancel") == 1
    desk.check_told(key)


async def test_a_host_that_refuses_is_told_and_may_be_asked_again(desk: Desk) -> None:
    desk.host.script = ["building"]
    key = await desk.deployments.start(REQUEST)
    await desk.until(lambda row: row.state == "building", key)
    desk.host.fail("cancel", HostRefused("You may not cancel it."), KeyError("x"))
    with pytest.raises(DeployError, match="You may not cancel it"):
        await desk.deployments.cancel(key)
    assert not (await desk.row(key)).cancel_asked  # or the next start would try it again, unasked
    with pytest.raises(DeployError, match="KeyError"):
        await desk.deployments.cancel(key)
    assert (await desk.deployments.cancel(key)).row.state == "canceled"
    desk.check_told(key)


async def test_one_that_finishes_first_is_a_success_with_the_way_back(desk: Desk) -> None:
    desk.host.script, desk.host.cancels = ["building"], False
    with desk.host.held("cancel") as held:
        key = await desk.deployments.start(REQUEST)
        await desk.until(lambda row: row.state == "building", key)
        canceling = asyncio.create_task(desk.deployments.cancel(key))
        await held.reached.wait()
        desk.host.made["dpl_1"].states = ["success"]
    canceled = await canceling
    assert canceled.row.state == "success"
    assert "roll it back" in canceled.text
    assert "finished before" in (await desk.row(key)).detail
    desk.check_told(key)


async def test_one_that_has_ended_is_no_error(desk: Desk) -> None:
    row = await desk.run()
    assert (await desk.deployments.cancel(row.id)).text == "It had ended already: success. You can roll it back."
    assert "cancel" not in desk.host.calls


async def test_a_host_that_cannot_cancel_says_what_to_do_instead(desk: Desk) -> None:
    desk.host.script = ["building"]
    little = replace(REQUEST, provider="little")
    key = await desk.deployments.start(little)
    await desk.until(lambda row: row.state == "building", key)
    with pytest.raises(CannotDo) as refused:
        await desk.deployments.cancel(key)
    assert refused.value.hint == "Wait for its end."
    assert not (await desk.row(key)).cancel_asked
    with desk.host.held("answer") as held:  # where it is not known yet whether it is needed
        key = await desk.deployments.start(little)
        await held.reached.wait()
        canceling = asyncio.create_task(desk.deployments.cancel(key))
        await desk.until(lambda row: row.cancel_asked, key)
    with pytest.raises(DeployError, match="cannot cancel"):
        await canceling
    assert "cancel" not in desk.host.calls


async def test_a_cancel_that_the_host_takes_its_time_for_is_answered_meanwhile(desk: Desk) -> None:
    desk.host.script, desk.host.cancels = ["building"], False
    key = await desk.deployments.start(REQUEST)
    await desk.until(lambda row: row.state == "building", key)
    assert "has not yet" in (await desk.deployments.cancel(key)).text
    desk.host.made["dpl_1"].canceled = True
    assert (await desk.end(key)).state == "canceled"


async def test_another_process_is_heard_by_the_one_that_drives_it(open_desk: Open) -> None:
    first, second = open_desk(), open_desk()
    first.host.script = ["building"]
    key = await first.deployments.start(REQUEST)
    await first.until(lambda row: row.state == "building", key)
    assert (await second.deployments.cancel(key)).row.state == "canceled"
    assert first.host.calls.count("cancel") == 1
    assert (await first.end(key)).state == "canceled"
    first.check_told(key)
    assert second.updates == []


async def test_another_process_that_does_not_listen_is_gone_round(open_desk: Open) -> None:
    first, second = open_desk(), open_desk()
    first.host.script = ["building"]
    key = await first.deployments.start(REQUEST)
    await first.until(lambda row: row.state == "building", key)
    with first.host.held("status"):
        job = first.deployments._jobs[key]
        job.cancel = lambda: None  # type: ignore[method-assign]
        await second.deployments.cancel(key)
    assert first.host.made["dpl_1"].canceled
    assert (await first.end(key)).state == "canceled"


@pytest.mark.parametrize("state", ["pending", "uploading", "creating", "building", "unknown"])
async def test_what_nobody_drives_is_taken_up_to_be_canceled(open_desk: Open, state: str) -> None:
    desk = open_desk()
    desk.host.script = ["building"]
    row = await desk.leave(state)
    canceled = await desk.deployments.cancel(row.id)
    assert canceled.row.state == "canceled"
    assert all(made.canceled for made in desk.host.made.values())
    desk.check_told(row.id)


async def test_a_wish_survives_the_process_that_heard_it(open_desk: Open) -> None:
    first, second = open_desk(), open_desk()
    first.host.script, first.host.cancels = ["building"], False
    key = await first.deployments.start(REQUEST)
    await first.until(lambda row: row.state == "building", key)
    with first.host.held("cancel") as held:
        canceling = asyncio.create_task(first.deployments.cancel(key))
        await held.reached.wait()
        await first.deployments.aclose()
        await canceling
    first.host.cancels = True
    await second.deployments.reattach()
    assert (await second.end(key)).state == "canceled"
