"""What a new process makes of what an earlier one has left: every state, and a create of which nobody knows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autocrea_lsp.deploy.base import Step
from autocrea_lsp.deploy.errors import BadToken, HostUnavailable, OutcomeUnknown
from autocrea_lsp.deploy.job import INTERRUPTED, INTERRUPTED_HERE
from autocrea_lsp.errors import NoCredentials, UserError
from tests.deploy.desk import REQUEST, Desk, Open


@pytest.mark.parametrize(
    ("state", "made", "becomes"),
    [
        ("pending", False, "interrupted"),
        ("uploading", False, "interrupted"),
        ("creating", False, "interrupted"),
        ("creating", True, "success"),
        ("queued", True, "success"),
        ("building", True, "success"),
        ("blocked", True, "success"),
        ("unknown", True, "success"),
    ],
)
async def test_every_state_is_taken_up(desk: Desk, state: str, made: bool, becomes: str) -> None:
    row = await desk.leave(state, made=made)
    assert await desk.deployments.reattach() == [row.id]
    after = await desk.end(row.id)
    assert (after.state, after.remote_id) == (becomes, "dpl_1" if made else "")
    assert after.detail == INTERRUPTED or becomes == "success"
    assert "create" not in desk.host.calls
    desk.check_told(row.id)


async def test_unknown_with_no_id_is_looked_for_too(desk: Desk) -> None:
    row = await desk.leave("unknown", made=False)
    await desk.deployments.reattach()
    assert (await desk.end(row.id)).state == "interrupted"
    assert desk.host.calls.count("find") == 5


async def test_an_outcome_of_meanwhile_is_told(desk: Desk) -> None:
    desk.host.script, desk.host.error = ["failed"], "npm run build exited with 1"
    row = await desk.leave("building")
    await desk.deployments.reattach()
    assert (await desk.end(row.id)).error == "npm run build exited with 1"
    assert desk.check_told(row.id)[-1].row.state == "failed"


async def test_one_that_is_gone_at_the_host_has_failed(desk: Desk) -> None:
    row = await desk.leave("building")
    desk.host.made.clear()
    await desk.deployments.reattach()
    after = await desk.end(row.id)
    assert (after.state, after.error) == ("failed", "It is no longer there at Fake.")
    desk.check_told(row.id)


async def test_a_host_that_is_slow_to_list_is_asked_for_a_while(desk: Desk) -> None:
    row = await desk.leave("creating", made=True)
    desk.host.hides = 3
    await desk.deployments.reattach()
    assert (await desk.end(row.id)).state == "success"
    assert desk.host.calls.count("find") == 4


@pytest.mark.parametrize("error", [HostUnavailable("down"), BadToken("no"), NoCredentials("none")])
async def test_a_host_that_cannot_be_asked_leaves_it_unknown_for_the_next_time(
    open_desk: Open, error: Exception
) -> None:
    first, second = open_desk(), open_desk()
    row = await first.leave("creating", made=True)
    first.host.fail("find", *[error] * 5)
    await first.deployments.reattach()
    assert (await first.end(row.id)).state == "unknown"
    first.check_told(row.id)
    await second.deployments.reattach()
    assert (await second.end(row.id)).state == "success"


async def test_what_ran_here_has_ended_with_its_server(desk: Desk) -> None:
    rows = [await desk.leave(state, provider="local") for state in ("pending", "creating", "building")]
    await desk.deployments.reattach()
    for row in rows:
        after = await desk.end(row.id)
        assert (after.state, after.detail) == ("interrupted", INTERRUPTED_HERE)
    assert desk.host.calls == []


async def test_a_host_that_is_not_installed_any_more_leaves_the_others_alone(desk: Desk) -> None:
    await desk.leave("building", provider="gone")
    row = await desk.leave("building")

    class Hosts:
        def __call__(self, name: str) -> object:
            if name == "gone":
                raise UserError("There is no 'gone'.")
            return providers(name)

        async def aclose(self) -> None: ...

    providers = desk.deployments._providers
    desk.deployments._providers = Hosts()  # type: ignore[assignment]
    assert await desk.deployments.reattach() == [row.id]
    assert (await desk.end(row.id)).state == "success"


async def test_an_unclear_create_that_happened_is_found_and_not_repeated(desk: Desk) -> None:
    desk.host.fail("answer", OutcomeUnknown("No answer came."))
    desk.host.hides = 2
    row = await desk.run()
    assert (row.state, row.remote_id) == ("success", "dpl_1")
    assert (desk.host.calls.count("create"), desk.host.calls.count("find")) == (1, 3)
    desk.check_told(row.id)


async def test_an_unclear_create_that_did_not_happen_is_repeated_once(desk: Desk) -> None:
    desk.host.before = [Step(state="uploading")]
    desk.host.fail("create", OutcomeUnknown("No answer came."))
    row = await desk.run()
    assert (row.state, len(desk.host.made)) == ("success", 1)
    assert desk.host.calls.count("create") == 2
    assert sum(desk.clock.sleeps[: desk.clock.sleeps.index(15.0) + 1]) >= 30
    desk.check_told(row.id)


async def test_twice_unclear_is_the_end(desk: Desk) -> None:
    desk.host.fail("create", OutcomeUnknown("No answer came."), OutcomeUnknown("No answer came."))
    row = await desk.run()
    assert (row.state, row.error) == ("failed", "No answer came. Nothing was created at Fake.")
    assert desk.host.calls.count("create") == 2


async def test_unclear_and_not_to_be_asked_is_never_repeated(desk: Desk) -> None:
    desk.host.fail("create", OutcomeUnknown("No answer came."))
    desk.host.fail("find", *[HostUnavailable("down")] * 5)
    row = await desk.run()
    assert row.state == "unknown"
    assert desk.host.calls.count("create") == 1
    desk.check_told(row.id)


@pytest.mark.parametrize("point", ["create", "answer"])
async def test_a_provider_that_breaks_in_a_create_is_looked_for_and_not_repeated(desk: Desk, point: str) -> None:
    desk.host.fail(point, KeyError("x"))
    row = await desk.run()
    assert row.state == ("success" if point == "answer" else "failed")
    assert desk.host.calls.count("create") == 1


@pytest.mark.parametrize(
    ("point", "left", "becomes"),
    [("plan", "interrupted", ""), ("after uploading", "interrupted", ""), ("create", "creating", "interrupted"),
     ("answer", "creating", "success"), ("status", "queued", "success")],
)  # fmt: skip
async def test_an_editor_that_closes_cancels_nothing_and_gives_its_lease_back(
    open_desk: Open, point: str, left: str, becomes: str
) -> None:
    first, second = open_desk(), open_desk()
    first.host.before = [Step(state="uploading")]
    with first.host.held(point) as held:
        key = await first.deployments.start(REQUEST)
        await held.reached.wait()
        await first.deployments.aclose()
    assert (await second.row(key)).state == left
    assert "cancel" not in first.host.calls
    slept = len(first.clock.sleeps)
    taken = await second.deployments.reattach()
    assert taken == ([key] if becomes else [])
    assert key in second.deployments._jobs or not becomes  # at once: no lease is waited for
    assert len(first.clock.sleeps) == slept
    if becomes:
        assert (await second.end(key)).state == becomes
        second.check_told(key)


async def test_after_the_end_nothing_is_begun(desk: Desk) -> None:
    await desk.deployments.aclose()
    await desk.deployments.aclose()
    with pytest.raises(UserError, match="ending"):
        await desk.deployments.start(replace(REQUEST))
