"""Watching to the end: how often the host is asked, a log with losses, a deadline, a token that ends."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from autocrea_lsp.deploy.base import Remote
from autocrea_lsp.deploy.errors import BadToken, HostBusy, HostUnavailable
from autocrea_lsp.errors import NoCredentials, UserError
from tests.deploy.desk import REQUEST, Desk, Open
from tests.deploy.fake_host import FakeProvider, lines


async def test_it_is_asked_often_at_first_and_seldom_later(desk: Desk) -> None:
    asked: list[float] = []  # the first: told by the creation itself
    told = desk.host.told

    def note(*args: object) -> Remote:
        asked.append(desk.clock.monotonic())
        return told(*args)  # type: ignore[arg-type]

    desk.host.told = note  # type: ignore[method-assign,assignment]
    desk.host.script = [*["building"] * 50, "success"]
    with desk.host.held("logs"):  # nothing of a log to say that it should be asked
        row = await desk.run()
    pauses = [round(after - before) for before, after in pairwise(asked)]
    often = {pause: count for pause, count in Counter(pauses).items() if count > 2}  # a slow store may add one or two
    assert [*often] == [1, 5, 15, 30]
    assert 12 <= often[1] <= 15
    percents = [update.percent for update in desk.check_told(row.id)]
    assert len(set(percents)) > 15  # a bar that moves


async def test_a_host_that_must_not_be_asked_often_never_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = replace(FakeProvider.abilities, least_poll_s=5.0)
    monkeypatch.setattr(FakeProvider, "abilities", slow)
    asked: list[float] = []
    told = desk.host.told

    def note(*args: object) -> Remote:
        asked.append(desk.clock.monotonic())
        return told(*args)  # type: ignore[arg-type]

    desk.host.told = note  # type: ignore[method-assign,assignment]
    desk.host.script = [*["building"] * 12, "success"]
    desk.host.logs = [[lines(f"line {n}")] for n in range(4)]  # whose ends say that it should be asked at once
    await desk.run()
    assert len(asked) > 5
    assert min(after - before for before, after in pairwise(asked)) >= 5.0


async def test_a_state_that_nobody_knows_is_asked_for_on(desk: Desk) -> None:
    desk.host.script = ["unknown", "blocked", "unknown", "success"]
    row = await desk.run()
    assert row.state == "success"
    desk.check_told(row.id)


async def test_a_question_without_an_answer_is_a_notice_and_no_failure(desk: Desk) -> None:
    desk.host.fail("status", HostUnavailable("It is down."), HostUnavailable("It is down."))
    row = await desk.run()
    assert (row.state, row.error) == ("success", "")
    assert "It is down. Asking again." in [update.text for update in desk.check_told(row.id)]


async def test_a_host_that_wants_a_pause_has_it(desk: Desk) -> None:
    desk.host.fail("status", HostBusy("Too often.", retry_after_s=90.0))
    row = await desk.run()
    assert row.state == "success"
    assert 90.0 in desk.clock.sleeps


@pytest.mark.parametrize(
    "error", [BadToken("The token has expired."), NoCredentials("There is no token."), UserError("?")]
)
async def test_a_token_that_ends_ends_the_watching_and_not_the_deployment(desk: Desk, error: Exception) -> None:
    desk.host.script = ["building"]
    desk.host.fail("status", error)
    row = await desk.run()
    assert row.state == "unknown"
    assert row.detail == f"{error} The deployment goes on."
    assert row.finished_at is None
    assert "cancel" not in desk.host.calls
    desk.check_told(row.id)


async def test_a_provider_that_breaks_ends_the_watching_and_not_the_deployment(desk: Desk) -> None:
    desk.host.fail("status", KeyError("x"))
    row = await desk.run()
    assert (row.state, "goes on" in row.detail) == ("unknown", True)
    desk.check_told(row.id)


async def test_a_deadline_ends_the_watching_and_not_the_deployment(open_desk: Open) -> None:
    desk, later = open_desk(minutes=2), open_desk()
    desk.host.script = ["building"]
    desk.host.detail = "It waits for the owner of the team."
    began = desk.clock.monotonic()
    row = await desk.run()
    assert row.state == "unknown"
    assert row.detail.startswith("After 2 minutes it is not finished")
    assert row.detail.endswith("It waits for the owner of the team.")  # why, which nothing else would say
    assert 120 <= desk.clock.monotonic() - began < 150
    assert "cancel" not in desk.host.calls
    desk.check_told(row.id)
    desk.host.made["dpl_1"].states = ["success"]
    await later.deployments.reattach()
    assert (await later.end(row.id)).state == "success"


async def test_a_log_that_is_lost_goes_on_where_it_was_and_nothing_comes_twice(desk: Desk) -> None:
    desk.host.script = [*["building"] * 8, "success"]
    lost = HostUnavailable("reset")
    desk.host.logs = [
        [lines("one", "two", cursor="2"), lost],
        [lost],
        [lines("two", "three", cursor="3"), lost],
        [lines("one", "two", "three", "four", cursor="4")],
    ]
    row = await desk.run()
    assert row.state == "success"
    assert [line.text for line in await desk.deployments.log(row.id)] == ["one", "two", "three", "four"]
    assert [line.text for update in desk.check_told(row.id) for line in update.lines] == ["one", "two", "three", "four"]
    assert desk.host.cursors[:4] == ["", "2", "2", "3"]


async def test_a_stream_that_brings_lines_before_each_loss_is_opened_on_and_on(desk: Desk) -> None:
    desk.host.script = [*["building"] * 40, "success"]
    desk.host.logs = [[lines(f"line {n}"), HostUnavailable("reset")] for n in range(12)] + [[]]
    row = await desk.run()
    assert len(await desk.deployments.log(row.id)) == 12


async def test_a_stream_that_never_comes_is_given_up_and_the_deployment_is_not(desk: Desk) -> None:
    desk.host.script = [*["building"] * 40, "success"]
    desk.host.logs = [[HostUnavailable("reset")]]
    row = await desk.run()
    assert row.state == "success"
    assert len(desk.host.cursors) == 5 + 1  # and once more at the end


@pytest.mark.parametrize("point", ["logs", "piece"])
async def test_a_log_that_breaks_in_an_unforeseen_way_is_not_the_deployments_failure(desk: Desk, point: str) -> None:
    desk.host.logs = [[lines("one")]]
    desk.host.fail(point, KeyError("x"), KeyError("y"))
    row = await desk.run()
    assert row.state == "success"
    desk.check_told(row.id)


async def test_lines_after_the_end_are_fetched(desk: Desk) -> None:
    desk.host.script = ["building", "success"]
    desk.host.logs = [[lines("one", cursor="1")], [lines("one", "and the end", cursor="2")]]
    row = await desk.run()
    assert [line.text for line in await desk.deployments.log(row.id)] == ["one", "and the end"]


async def test_a_stream_that_does_not_end_keeps_the_end_for_ten_seconds_at_most(desk: Desk) -> None:
    desk.host.script = ["success"]
    desk.host.logs = [[lines("one")], []]
    began = desk.clock.monotonic()
    with desk.host.held("piece"):
        row = await desk.run()
    assert row.state == "success"
    assert desk.clock.monotonic() - began <= 21


async def test_the_end_of_the_log_lets_the_host_be_asked_early(desk: Desk) -> None:
    desk.host.script = [*["building"] * 18, "success"]  # by then it is asked every five seconds
    desk.host.logs = [[lines("one")]]
    with desk.host.held("piece") as held:
        key = await desk.deployments.start(REQUEST)
        await desk.until(lambda _row: desk.host.calls.count("status") == 17, key)
        began = desk.clock.monotonic()
        desk.host.made["dpl_1"].states = ["success"]
        held.released.set()
        await desk.end(key)
    assert desk.clock.monotonic() - began < 2


async def test_new_lines_let_the_host_be_asked_early_but_not_at_each_line(desk: Desk) -> None:
    desk.host.script = ["building"]
    desk.host.logs = [[*(lines(f"line {n}") for n in range(50)), HostUnavailable("reset")], []]
    with desk.host.held("piece") as held:
        key = await desk.deployments.start(REQUEST)
        await desk.clock.sleep(301.0)  # from then on it is asked each half minute
        asked = desk.host.calls.count("status")
        while desk.host.calls.count("status") == asked:
            await desk.clock.sleep(0.5)
        await desk.clock.sleep(6.0)
        began = desk.clock.monotonic()
        held.released.set()
        while desk.host.calls.count("piece") < 50:
            await desk.clock.sleep(0.05)
        assert desk.clock.monotonic() - began < 5
        assert desk.host.calls.count("status") == asked + 2
        desk.host.made["dpl_1"].states = ["success"]
        await desk.end(key)
