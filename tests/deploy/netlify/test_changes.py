"""Which deployment is live: cancel, promote, restore, rollback, locks."""

import pytest

from autocrea_lsp.deploy.base import Git, Place, Ref
from autocrea_lsp.deploy.errors import CannotDo, DeployError, HostRefused, NotThere, OutcomeUnknown
from tests.deploy.netlify.hosted import REPOSITORY, Hosted
from tests.emulators.netlify import Fault, Plan

UNCLEAR = [Fault.DROP_AFTER_ACTING, Fault.SERVER_ERROR_AFTER_ACTING, Fault.BAD_GATEWAY_AFTER_ACTING]


async def three(host: Hosted) -> list[Ref]:
    """Three productions, the last of which is live."""
    refs = []
    for number in range(3):
        host.write(index_html=f"<h1>{number}</h1>")
        refs.append((await host.live()).ref)
    return refs


async def test_going_back_leads_to_the_one_before_and_says_what_comes_with_it(host: Hosted) -> None:
    first, second, third = await three(host)
    change = await host.provider.rollback(host.place, None)
    assert (change.live.ref.id, change.live.live, change.live.state) == (second.id, True, "success")
    assert host.api.world.live(host.place.project) == second.id
    assert any("goes on publishing" in note for note in change.notes)
    again = await host.provider.status(third)
    assert (again.state, again.live) == ("success", False)
    assert first.id != second.id


async def test_going_back_to_a_named_one(host: Hosted) -> None:
    first, *_ = await three(host)
    change = await host.provider.rollback(host.place, first)
    assert (change.live.ref.id, change.live.live) == (first.id, True)
    assert host.api.world.live(host.place.project) == first.id
    assert "rollback" not in host.calls()


async def test_only_a_ready_production_can_be_gone_back_to(host: Hosted) -> None:
    await three(host)
    draft = (await host.deploy()).remote.ref
    await host.finished(draft)
    with pytest.raises(CannotDo, match="production deployment that is ready"):
        await host.provider.rollback(host.place, draft)
    assert "restore_deploy" not in host.calls()


async def test_there_may_be_nothing_to_go_back_to(host: Hosted) -> None:
    with pytest.raises(NotThere):
        await host.provider.rollback(Place(project_name="shop"), None)
    host.api.world.add_site("shop")
    with pytest.raises(CannotDo, match="Nothing of the site is live"):
        await host.provider.rollback(host.place, None)
    await host.live()
    with pytest.raises(CannotDo, match="no earlier production"):
        await host.provider.rollback(host.place, None)


@pytest.mark.parametrize("fault", UNCLEAR, ids=str)
async def test_a_rollback_whose_outcome_is_unclear_goes_back_once(host: Hosted, fault: Fault) -> None:
    _first, second, _third = await three(host)
    host.api.fail(fault, op="rollback")
    assert (await host.provider.rollback(host.place, None)).live.ref.id == second.id
    assert host.calls().count("rollback") == 1


async def test_a_rollback_that_never_arrived_is_said_to_be_unclear(host: Hosted) -> None:
    *_, third = await three(host)
    host.api.fail(Fault.DROP_BEFORE_ACTING, op="rollback")
    with pytest.raises(OutcomeUnknown):
        await host.provider.rollback(host.place, None)
    assert host.api.world.live(host.place.project) == third.id


@pytest.mark.parametrize("fault", [*UNCLEAR, Fault.SERVER_ERROR, Fault.RATE_TEXT_DATES], ids=str)
async def test_a_restore_may_be_asked_for_twice(host: Hosted, fault: Fault) -> None:
    first, *_ = await three(host)
    host.api.fail(fault, op="restore_deploy")
    assert (await host.provider.rollback(host.place, first)).live.ref.id == first.id


async def test_a_preview_becomes_live_by_being_promoted(host: Hosted) -> None:
    await three(host)
    draft = (await host.deploy()).remote.ref
    await host.finished(draft)
    assert await host.provider.promote_builds(draft) is False
    change = await host.provider.promote(draft)
    assert change.live.ref.id == host.api.world.live(host.place.project) == draft.id
    assert change.live.live


async def test_a_preview_that_they_do_not_publish_is_said_with_what_to_do(host: Hosted) -> None:
    draft = (await host.deploy()).remote.ref
    await host.finished(draft)
    host.api.fail(Fault.UNPROCESSABLE, op="restore_deploy")
    with pytest.raises(CannotDo, match="does not publish this preview") as caught:
        await host.provider.promote(draft)
    assert "to production" in caught.value.hint


async def test_what_is_not_ready_cannot_be_promoted(host: Hosted) -> None:
    host.api.plan = Plan(step_s=1e9)
    draft = (await host.deploy()).remote.ref
    with pytest.raises(CannotDo, match="ready"):
        await host.provider.promote(draft)


async def test_a_site_that_goes_on_showing_another_is_not_said_to_have_changed(host: Hosted) -> None:
    first, *_ = await three(host)
    host.api.world.publish = lambda _deploy: None  # type: ignore[method-assign]
    with pytest.raises(DeployError, match="shows another deployment"):
        await host.provider.rollback(host.place, first)


# ---- locks


async def test_a_locked_site_is_said_before_and_after_with_how_to_unlock_it(host: Hosted) -> None:
    before = await host.live()
    host.api.world.sites[host.place.project].locked = True
    plan = await host.provider.plan(host.request(target="production"))
    assert any("locked" in note and "Unlock it at https://app.netlify.com" in note for note in plan.notes)
    found = await host.live()
    assert (found.state, found.live) == ("failed", False)
    assert "not live: the site is locked" in found.error
    assert "Unlock it at https://app.netlify.com/projects/shop/deploys." in found.error
    assert host.api.world.live(host.place.project) == before.ref.id


async def test_a_preview_does_not_mind_a_lock(host: Hosted) -> None:
    await host.live()
    host.api.world.sites[host.place.project].locked = True
    plan = await host.provider.plan(host.request())
    assert not any("locked" in note for note in plan.notes)
    assert (await host.finished((await host.deploy()).remote.ref)).state == "success"


async def test_going_back_on_a_locked_site_says_that_it_stays_locked(host: Hosted) -> None:
    first, *_ = await three(host)
    host.api.world.sites[host.place.project].locked = True
    change = await host.provider.rollback(host.place, first)
    assert any("locked" in note for note in change.notes)


# ---- cancel


async def test_a_build_that_is_canceled_ends_as_canceled(host: Hosted) -> None:
    host.api.world.add_site("shop", repo=dict(REPOSITORY))
    host.api.plan = Plan(step_s=60.0)
    ref = (await host.deploy(source=Git(branch="x"))).remote.ref
    assert (await host.provider.cancel(ref)).state == "canceled"
    assert (await host.provider.status(ref)).state == "canceled"


async def test_our_own_cancel_is_known_whatever_they_call_the_end(host: Hosted) -> None:
    host.api.world.add_site("shop", repo=dict(REPOSITORY))
    host.api.plan = Plan(step_s=60.0)
    ref = (await host.deploy(source=Git(branch="x"))).remote.ref
    await host.provider.cancel(ref)
    host.api.world.deploys[ref.id].error = "Build script returned non-zero exit code: 143"
    assert (await host.provider.status(ref)).state == "canceled"


async def test_one_that_has_finished_meanwhile_is_no_error(host: Hosted) -> None:
    ref = (await host.live()).ref
    assert (await host.provider.cancel(ref)).state == "success"
    host.api.fail(Fault.CANCEL_TOO_LATE, op="cancel_deploy")
    assert (await host.provider.cancel(ref)).state == "success"


async def test_a_cancel_that_is_refused_while_it_goes_on_is_an_error(host: Hosted) -> None:
    host.api.plan = Plan(step_s=1e9)
    ref = (await host.deploy()).remote.ref
    host.api.fail(Fault.CANCEL_TOO_LATE, op="cancel_deploy")
    with pytest.raises(HostRefused):
        await host.provider.cancel(ref)


async def test_one_that_is_gone_is_said(host: Hosted) -> None:
    ref = (await host.live()).ref
    await host.clock.sleep(60)
    host.api.fail(Fault.DEPLOY_VANISHES, op="get_deploy")
    with pytest.raises(NotThere):
        await host.provider.status(ref)
