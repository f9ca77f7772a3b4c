"""What happens to a deployment after it was made: its state, its log, stopping it."""

import asyncio

import pytest

from autocrea_lsp.deploy.base import Lines, Ref
from autocrea_lsp.deploy.errors import BadToken, HostRefused, HostUnavailable, NotThere
from autocrea_lsp.deploy.vercel import VercelProvider
from tests.deploy.vercel.hosted import Hosted
from tests.emulators.vercel import Fault, Line, Plan, failing


async def states(host: Hosted, ref: Ref, *, until: float) -> list[str]:
    """Each that was seen, looked at every half a second."""
    seen: list[str] = []
    end = host.clock.now() + until
    while host.clock.now() < end:
        state = (await host.provider.status(ref)).state
        if seen[-1:] != [state]:
            seen.append(state)
        await host.clock.sleep(0.5)
    return seen


async def read(host: Hosted, ref: Ref, **how: object) -> list[Lines]:
    return [lines async for lines in host.provider.logs(ref, **how)]  # type: ignore[arg-type]


def texts(batches: list[Lines]) -> list[str]:
    return [line.text for batch in batches for line in batch.lines]


def test_it_is_what_the_entry_point_names() -> None:
    assert (VercelProvider.name, VercelProvider.title, VercelProvider.local) == ("vercel", "Vercel", False)
    assert VercelProvider.abilities.cancel
    assert not VercelProvider.abilities.instead


async def test_a_deployment_is_successful_when_the_domains_lead_to_it(host: Hosted) -> None:
    host.api.plan = Plan(step_s=2.0, alias_delay_s=3.0)
    ref = (await host.deploy(target="production")).remote.ref
    assert await states(host, ref, until=14) == ["queued", "building", "success"]
    found = await host.provider.status(ref)
    assert found.live
    assert found.url == "https://shop.vercel.app"
    assert host.api.world.live("shop") == ref.id


async def test_an_older_one_is_successful_and_not_live(host: Hosted) -> None:
    project = host.api.world.add_project("shop")
    older = host.api.world.add_deployment(project, target="production")
    host.api.world.add_deployment(project, target="production")
    found = await host.provider.status(Ref(place=host.place, id=older.id))
    assert (found.state, found.live) == ("success", False)


@pytest.mark.parametrize(
    ("plan", "state", "says"),
    [
        (failing(), "failed", 'Command "npm run build" exited with 1'),
        (Plan(alias_error=("cert_missing", "The domain has no certificate")), "failed", "no certificate"),
        (Plan(checks="failed"), "failed", "check"),
        (Plan(states=("QUEUED", "BLOCKED")), "blocked", ""),
    ],
    ids=["build", "domains", "checks", "blocked"],
)
async def test_what_went_wrong_is_said(host: Hosted, plan: Plan, state: str, says: str) -> None:
    host.api.plan = plan
    ref = (await host.deploy()).remote.ref
    await host.clock.sleep(30)
    found = await host.provider.status(ref)
    assert found.state == state
    assert says in (found.error or found.detail)
    assert found.error or found.detail


@pytest.mark.parametrize("fault", [Fault.UNKNOWN_STATE, Fault.NULLS, Fault.FEW_FIELDS, Fault.ALIAS_NUMBER], ids=str)
async def test_odd_answers_are_read_as_far_as_they_go(host: Hosted, fault: Fault) -> None:
    ref = (await host.deploy()).remote.ref
    await host.clock.sleep(30)
    host.api.fail(fault, op="get_deployment")
    found = await host.provider.status(ref)
    assert found.ref.id == ref.id
    assert found.state in ("unknown", "building", "success")


async def test_a_project_that_cannot_be_asked_leaves_the_deployment_successful(host: Hosted) -> None:
    ref = (await host.deploy()).remote.ref
    await host.clock.sleep(30)
    host.api.fail(Fault.FORBIDDEN, op="get_project")
    found = await host.provider.status(ref)
    assert (found.state, found.live) == ("success", True)


async def test_one_that_is_gone_is_not_there(host: Hosted) -> None:
    ref = (await host.deploy()).remote.ref
    host.api.world.remove(host.api.world.deployments[ref.id])
    with pytest.raises(NotThere) as caught:
        await host.provider.status(ref)
    assert "team" in caught.value.hint


async def test_the_log_is_followed_to_its_end(host: Hosted) -> None:
    host.api.plan = Plan(log=("one", Line(text="two\nthree", type="stderr", level="warning"), "four"), events="mixed")
    ref = (await host.deploy()).remote.ref
    reading = asyncio.create_task(read(host, ref, follow=True))
    await host.clock.sleep(20)
    found = await reading
    assert texts(found) == ["one", "two", "three", "four", "Domains assigned: shop.vercel.app"]
    assert found[-1].cursor.isdecimal()


async def test_the_log_of_one_that_has_ended_is_read_at_once(host: Hosted) -> None:
    host.api.plan = failing()
    ref = (await host.deploy()).remote.ref
    await host.clock.sleep(20)
    (lines,) = await read(host, ref)
    assert [line.level for line in lines.lines] == ["info", "error", "error"]
    assert lines.lines[1].text.startswith("src/app.ts:3:7")
    assert host.api.requests[-1].query["follow"] == "0"


async def test_a_log_that_breaks_off_goes_on_where_it_was(host: Hosted) -> None:
    host.api.plan = Plan(log=tuple(f"line {number}" for number in range(10)))
    ref = (await host.deploy()).remote.ref
    host.api.fail(Fault.STREAM_DIES, op="events", at=6)
    seen: list[Lines] = []

    async def follow(after: str) -> None:
        async for lines in host.provider.logs(ref, after=after, follow=True):
            seen.append(lines)  # noqa: PERF401

    first = asyncio.create_task(follow(""))
    await host.clock.sleep(20)
    with pytest.raises(HostUnavailable):
        await first
    assert 0 < len(texts(seen)) < 10
    await follow(seen[-1].cursor)
    keys = [line.key for batch in seen for line in batch.lines]
    assert set(texts(seen)) >= {f"line {number}" for number in range(10)}
    assert len(dict.fromkeys(keys)) == 11


@pytest.mark.parametrize("fault", [Fault.DUPLICATE_EVENTS, Fault.BAD_EVENT, Fault.STREAM_ENDS], ids=str)
async def test_a_log_that_is_not_quite_right_is_read_all_the_same(host: Hosted, fault: Fault) -> None:
    host.api.plan = Plan(log=("one", "two"))
    ref = (await host.deploy()).remote.ref
    await host.clock.sleep(20)
    host.api.fail(fault, op="events")
    found = texts(await read(host, ref, follow=True))
    assert found == [text for text in ["one", "two", "Domains assigned: shop.vercel.app"] if text in found]


async def test_a_running_one_is_canceled(host: Hosted) -> None:
    host.api.plan = Plan(step_s=60.0)
    ref = (await host.deploy()).remote.ref
    found = await host.provider.cancel(ref)
    assert found.state == "canceled"
    assert host.api.world.deployments[ref.id].state == "CANCELED"
    again = await host.provider.cancel(ref)
    assert again.state == "canceled"


async def test_one_that_was_faster_is_not_canceled_and_no_error(host: Hosted) -> None:
    ref = (await host.deploy()).remote.ref
    await host.clock.sleep(30)
    assert (await host.provider.cancel(ref)).state == "success"


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_ACTING, Fault.SERVER_ERROR_AFTER_ACTING, Fault.EMPTY], ids=str)
async def test_a_cancel_whose_answer_is_lost_is_asked_for_again(host: Hosted, fault: Fault) -> None:
    host.api.plan = Plan(step_s=600.0)
    ref = (await host.deploy()).remote.ref
    host.api.fail(fault, op="cancel_deployment")
    assert (await host.provider.cancel(ref)).state == "canceled"


async def test_a_cancel_that_is_refused_while_it_runs_is_an_error(host: Hosted) -> None:
    host.api.plan = Plan(step_s=600.0)
    ref = (await host.deploy()).remote.ref
    host.api.fail(Fault.ERROR_UNDER_ERR, op="cancel_deployment")
    with pytest.raises(HostRefused, match="not to our liking"):
        await host.provider.cancel(ref)


async def test_a_token_that_has_expired_says_how_to_give_another(host: Hosted) -> None:
    ref = (await host.deploy()).remote.ref
    host.token = "vcp_another_token_that_nobody_knows"
    with pytest.raises(BadToken) as caught:
        await host.provider.status(ref)
    assert "VERCEL_TOKEN" in caught.value.hint
    assert host.token not in caught.value.advice


async def test_the_token_goes_to_the_host_and_is_in_no_text(host: Hosted) -> None:
    created = await host.deploy()
    await host.provider.status(created.remote.ref)
    assert host.api.saw_token
    assert host.token not in repr(host.events)
    assert host.token not in repr(vars(host.provider))
