"""Deployments that nobody disturbs, and what is in the store before anything goes on."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import PRODUCTION, Git, Notice, Place, Sent, Step
from autocrea_lsp.deploy.consent import YES
from autocrea_lsp.deploy.errors import CannotDo, DeployError, HostRefused, NotAllowed, NotThere
from autocrea_lsp.errors import OverBudget, UserError
from tests.deploy.desk import CANARY, REQUEST, SECRETS, Desk, Open
from tests.deploy.fake_host import lines


async def test_a_deployment_runs_from_its_row_to_its_end(desk: Desk) -> None:
    row = await desk.run()
    assert (row.state, row.remote_id, row.url, row.error) == ("success", "dpl_1", "https://dpl_1.example", "")
    assert (row.account, row.remote_project, row.project_name) == ("team_1", "prj_1", "site")
    assert row.finished_at is not None
    assert desk.host.calls.count("create") == 1
    told = desk.check_told(row.id)
    assert told[-1].percent == 100
    states = [update.row.state for update in told]
    assert sorted(set(states), key=states.index) == ["pending", "creating", "queued", "building", "success"]


async def test_a_failed_build_is_told_with_its_reason(desk: Desk) -> None:
    desk.host.script, desk.host.error = ["building", "failed"], "npm run build exited with 1"
    row = await desk.run()
    assert (row.state, row.error) == ("failed", "npm run build exited with 1")
    assert desk.check_told(row.id)[-1].row.error == row.error


async def test_the_row_is_in_the_store_before_the_host_hears_of_it(desk: Desk) -> None:
    with desk.host.held("plan") as held:
        key = await desk.deployments.start(replace(REQUEST, label="shop"))
        await held.reached.wait()
        row = await desk.row(key)
    assert (row.state, row.project, row.mark) == ("pending", "shop", f"autocrea-{key}")
    assert (await desk.end(key)).state == "success"


@pytest.mark.parametrize("state", ["uploading", "pending", "creating"])
async def test_each_step_is_in_the_store_before_the_provider_goes_on(desk: Desk, state: str) -> None:
    desk.host.before = [Step(state=state, detail=f"is {state} now")]  # type: ignore[arg-type]
    with desk.host.held(f"after {state}") as held:
        key = await desk.deployments.start(REQUEST)
        await held.reached.wait()
        row = await desk.row(key)
    assert (row.state, row.detail) == (state, f"is {state} now")


async def test_what_was_created_is_in_the_store_at_once(desk: Desk) -> None:
    with desk.host.held("created") as held:
        key = await desk.deployments.start(REQUEST)
        await held.reached.wait()
        row = await desk.row(key)
    assert (row.remote_id, row.details) == ("dpl_1", {"n": 1})


async def test_uploads_move_the_bar_by_bytes_and_notices_are_told(desk: Desk) -> None:
    sent = [Sent(files=n, total_files=2, bytes=n * 50, total_bytes=100) for n in range(3)]
    desk.host.before = [Step(state="uploading"), *sent, Notice(text="Nothing is left out.")]
    row = await desk.run()
    told = desk.check_told(row.id)
    bars = {update.sent.bytes: update.percent for update in reversed(told) if update.sent is not None}
    assert bars == {0: 5, 50: 32, 100: 60}
    assert ["Nothing is left out."] in [[*update.notices] for update in told]


async def test_a_row_that_cannot_be_kept_is_no_deployment(desk: Desk) -> None:
    desk.store.close()
    with pytest.raises(UserError, match="not begun"):
        await desk.deployments.start(REQUEST)
    assert desk.host.calls == []


async def test_before_a_row_come_trust_abilities_and_the_limit_in_this_order(desk: Desk) -> None:
    little = replace(REQUEST, provider="little", source=Git(branch="main"))
    desk.trusted, desk.refuse = False, OverBudget("20 in this hour")
    with pytest.raises(NotAllowed, match="not trusted"):
        await desk.deployments.start(little)
    desk.trusted = True
    with pytest.raises(CannotDo):
        await desk.deployments.start(little)
    with pytest.raises(OverBudget):
        await desk.deployments.start(REQUEST)
    assert await desk.deployments.rows() == []
    assert (desk.host.calls, desk.updates, desk.admitted) == ([], [], 0)


async def test_only_new_deployments_count_against_the_limit(desk: Desk) -> None:
    row = await desk.run()
    desk.refuse = OverBudget("20 in this hour")
    await desk.deployments.plan(REQUEST)
    await desk.deployments.status(row.id)
    await desk.deployments.promote(row.id, consent=True)
    await desk.deployments.rollback(id=row.id, consent=True)
    assert (await desk.deployments.cancel(row.id)).row.state == "success"
    assert desk.admitted == 1
    with pytest.raises(OverBudget):
        await desk.deployments.again(row.id)


async def test_a_plan_sends_and_keeps_nothing(desk: Desk) -> None:
    assert (await desk.deployments.plan(replace(REQUEST, target=PRODUCTION))).production
    assert desk.host.calls == ["plan"]
    assert await desk.deployments.rows() == []
    assert desk.admitted == 0


@pytest.mark.parametrize(
    ("changes", "instead"),
    [
        ({"source": Git(branch="main")}, ""),
        ({"target": "staging"}, ""),
        ({"environment": SECRETS}, ""),
        ({"provider": "local", "target": PRODUCTION}, "Use another host."),
    ],
)
async def test_what_the_host_cannot_do_is_refused_before_anything(
    desk: Desk, changes: dict[str, object], instead: str
) -> None:
    request = replace(REQUEST, **({"provider": "little"} | changes))  # type: ignore[arg-type]
    for act in (desk.deployments.start, desk.deployments.plan):
        with pytest.raises(CannotDo) as refused:
            await act(request)
        assert refused.value.hint == instead
    assert desk.host.calls == []


async def test_a_deployment_is_built_once_more_at_its_own_place(desk: Desk) -> None:
    row = await desk.run(replace(REQUEST, label="shop"))
    second = await desk.end(await desk.deployments.again(row.id))
    assert (second.state, second.action, second.project, second.source) == ("success", "redeploy", "shop", "files")
    assert second.remote_id == "dpl_2"


async def test_a_promotion_that_builds_is_a_deployment_to_production(desk: Desk) -> None:
    row = await desk.run()
    desk.host.builds_for_promotion, desk.answer = True, lambda _question: YES
    key = await desk.deployments.promote(row.id)
    assert isinstance(key, str)
    second = await desk.end(key)
    assert (second.action, second.target, second.state) == ("promote", PRODUCTION, "success")
    assert [question.choices[-1] for question in desk.questions] == [YES]  # and none that would be remembered


@pytest.mark.parametrize("answer", ["Leave it as it is", None])
async def test_promote_and_rollback_are_asked_for_and_a_no_changes_nothing(desk: Desk, answer: str | None) -> None:
    row = await desk.run()
    desk.answer = lambda _question: answer
    with pytest.raises(NotAllowed):
        await desk.deployments.promote(row.id)
    with pytest.raises(NotAllowed):
        await desk.deployments.rollback(provider="fake", folder=Path("/site"))
    assert not {"promote", "rollback"} & set(desk.host.calls)
    assert all("live for everybody" in question.text for question in desk.questions)
    desk.answer = lambda question: question.choices[1]
    for _ in range(2):  # never remembered
        await desk.deployments.rollback(id=row.id)
    assert len(desk.questions) == 4
    assert desk.host.calls.count("rollback") == 2


async def test_what_never_came_to_its_host_has_no_acts_there(desk: Desk) -> None:
    desk.host.fail("plan", HostRefused("No such project."))
    row = await desk.run()
    assert (row.state, row.error) == ("failed", "No such project.")
    for act in (desk.deployments.again, desk.deployments.promote):
        with pytest.raises(UserError, match="never came"):
            await act(row.id)
    with pytest.raises(UserError, match="never came"):
        await desk.deployments.rollback(id=row.id)
    with pytest.raises(NotThere):
        await desk.deployments.again("nothing")


@pytest.mark.parametrize("point", ["plan", "deploy", "create"])
@pytest.mark.parametrize("foreign", [False, True])
async def test_an_error_before_anything_was_created_is_the_deployments_end(
    desk: Desk, point: str, foreign: bool
) -> None:
    desk.host.fail(point, KeyError("x") if foreign else DeployError("It is full.", hint="Delete something."))
    row = await desk.run()
    assert row.state == "failed"
    assert ("KeyError" in row.error) if foreign else row.error == "It is full. Delete something."
    desk.check_told(row.id)


async def test_a_provider_that_cancels_itself_leaves_no_row_half_open(desk: Desk) -> None:
    desk.host.fail("plan", asyncio.CancelledError())
    row = await desk.run()
    assert (row.state, "CancelledError" in row.error) == ("failed", True)
    desk.check_told(row.id)


async def test_a_state_that_ends_is_not_believed_before_there_is_a_deployment(desk: Desk) -> None:
    desk.host.before = [Step(state="success")]
    row = await desk.run()
    assert row.state == "failed"
    desk.check_told(row.id)


async def test_an_error_after_the_creation_ends_it_here_and_there(desk: Desk) -> None:
    desk.host.fail("created", HostRefused("Your disk is full."))
    row = await desk.run()
    assert (row.state, row.error, row.remote_id) == ("failed", "Your disk is full.", "dpl_1")
    assert desk.host.made["dpl_1"].canceled


async def test_an_address_that_is_none_is_not_kept_and_spoils_nothing(desk: Desk) -> None:
    told = desk.host.told
    desk.host.told = lambda made, state: replace(told(made, state), url="javascript:x")  # type: ignore[method-assign]
    row = await desk.run()
    assert (row.state, row.url) == ("success", "")


async def test_values_of_variables_are_in_nothing_that_is_told_kept_or_logged(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    host, said = desk.host, f"API_KEY is {CANARY}"
    host.before = [Notice(text=said), Step(state="uploading", detail=said)]
    host.after = [lines(said, f"first-{CANARY}", f"second-{CANARY}", keys=False)]
    host.plan = replace(host.plan, notes=(said,))
    host.script, host.detail, host.error = ["building", "failed"], said, said
    host.fail("status", DeployError(said))
    failed = await desk.run(replace(REQUEST, environment=SECRETS))
    host.fail("plan", DeployError(said))
    refused = await desk.run(replace(REQUEST, environment=SECRETS))
    host.fail("plan", KeyError(said))
    foreign = await desk.run(replace(REQUEST, environment=SECRETS))
    assert (failed.error, refused.error) == ("API_KEY is ***", "API_KEY is ***")
    assert (failed.env_names, foreign.state) == (("API_KEY", "LINES"), "failed")
    assert [line.text for line in await desk.deployments.log(failed.id)] == ["API_KEY is ***", "***", "***"]
    assert "KeyError" in caplog.text
    desk.store.flush(5.0)
    kept = "".join(each.read_bytes().decode("latin-1") for each in desk.store.path.parent.iterdir() if each.is_file())
    for where in (repr(desk.updates), caplog.text, kept):
        assert CANARY not in where


async def test_a_value_that_is_also_a_name_spoils_no_field(desk: Desk) -> None:
    names = {"A": Secret("building"), "B": Secret("example"), "C": Secret("preview"), "D": Secret("dpl_1")}
    row = await desk.run(replace(REQUEST, environment=names))
    assert (row.state, row.target, row.url) == ("success", "preview", "https://dpl_1.example")


async def test_a_place_of_the_plan_is_kept_before_there_is_a_deployment(desk: Desk) -> None:
    desk.host.plan = replace(desk.host.plan, place=Place(account="team_2", project_name="new"))
    with desk.host.held("create") as held:
        key = await desk.deployments.start(REQUEST)
        await held.reached.wait()
        row = await desk.row(key)
    assert (row.account, row.project_name) == ("team_2", "new")


async def test_one_who_shows_updates_and_fails_stops_nothing(open_desk: Open) -> None:
    desk = open_desk()

    def fail(_update: object) -> None:
        raise KeyError

    desk.deployments._on_update = fail
    assert (await desk.run()).state == "success"
