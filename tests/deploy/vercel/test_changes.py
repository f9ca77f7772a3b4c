"""Which deployment is live: promote, rollback, and how that is made sure of."""

import pytest

from autocrea_lsp.deploy.base import Place, Ref
from autocrea_lsp.deploy.errors import CannotDo, DeployError, HostRefused, HostUnavailable, OutcomeUnknown, QuotaReached
from tests.deploy.vercel.hosted import Hosted
from tests.emulators.vercel import Fault
from tests.emulators.vercel_things import Deployment, Job


def lived(host: Hosted, count: int = 3) -> list[Deployment]:
    """A project with so many production deployments, one after the other live; the last one is."""
    project = host.api.world.add_project("shop", domains=["shop.example"])
    return [host.api.world.add_deployment(project, target="production") for _ in range(count)]


def ref(host: Hosted, deployment: Deployment) -> Ref:
    return Ref(place=host.place, id=deployment.id)


async def test_a_rollback_leads_to_the_one_before(host: Hosted) -> None:
    first, second, third = lived(host)
    host.api.world.job_s = 5.0
    change = await host.provider.rollback(host.place, None)
    assert change.live.ref.id == second.id == host.api.world.live("shop")
    assert (change.live.live, change.live.url) == (True, "https://shop.example")
    assert any("domains no longer by itself" in note for note in change.notes)
    assert any("variables and cron jobs" in note for note in change.notes)
    change = await host.provider.rollback(host.place, None)
    assert change.live.ref.id == first.id
    with pytest.raises(CannotDo, match="no earlier production deployment") as caught:
        await host.provider.rollback(host.place, None)
    assert caught.value.hint
    assert third.id != host.api.world.live("shop")


async def test_a_rollback_leads_where_it_is_told(host: Hosted) -> None:
    first, _second, _third = lived(host)
    change = await host.provider.rollback(host.place, ref(host, first))
    assert change.live.ref.id == first.id == host.api.world.live("shop")


async def test_a_plan_that_goes_back_one_step_only_says_so(host: Hosted) -> None:
    first, _second, _third = lived(host)
    host.api.fail(Fault.PAYMENT, op="rollback")
    with pytest.raises(QuotaReached):
        await host.provider.rollback(host.place, ref(host, first))
    assert host.api.world.live("shop") == _third.id


async def test_a_promote_brings_back_what_a_rollback_held_back(host: Hosted) -> None:
    _first, _second, third = lived(host)
    await host.provider.rollback(host.place, None)
    change = await host.provider.promote(ref(host, third))
    assert change.live.ref.id == third.id == host.api.world.live("shop")
    assert any("by itself again" in note for note in change.notes)
    (project,) = host.api.world.projects.values()
    assert project.auto_assign


async def test_after_a_rollback_a_new_deployment_waits_for_a_promote(host: Hosted) -> None:
    lived(host)
    await host.provider.rollback(host.place, None)
    new = (await host.deploy(target="production")).remote.ref
    await host.clock.sleep(120)
    found = await host.provider.status(new)
    assert (found.state, found.live) == ("blocked", False)
    assert "promote it" in found.detail
    await host.provider.promote(new)
    found = await host.provider.status(new)
    assert (found.state, found.live) == ("success", True)


async def test_a_promote_that_waits_behind_a_release_says_so(host: Hosted) -> None:
    first, _second, _third = lived(host)
    host.api.world.job_queues = True
    change = await host.provider.promote(ref(host, first))
    assert any("waited for another release" in note for note in change.notes)
    assert change.live.ref.id == first.id


async def test_a_project_is_looked_up_where_it_is_not_known(host: Hosted) -> None:
    first, _second, _third = lived(host)
    place = Place(account=host.place.account)
    assert (await host.provider.promote(Ref(place=place, id=first.id))).live.ref.id == first.id
    assert (await host.provider.rollback(place, ref(host, _second))).live.ref.id == _second.id


async def test_a_preview_is_promoted_by_building_it(host: Hosted) -> None:
    first, _second, _third = lived(host)
    preview = host.api.world.add_deployment(first.project)
    assert await host.provider.promote_builds(ref(host, preview))
    assert not await host.provider.promote_builds(ref(host, first))


async def test_a_job_that_fails_names_the_domains(host: Hosted) -> None:
    first, _second, third = lived(host)
    host.api.world.job_outcome = "failed"
    with pytest.raises(DeployError, match=r"could not finish the promote: .*shop\.example, shop\.vercel\.app"):
        await host.provider.promote(ref(host, first))
    assert host.api.world.live("shop") == third.id


async def test_a_job_that_fails_is_said_to_even_where_the_domains_cannot_be_named(host: Hosted) -> None:
    first, _second, _third = lived(host)
    host.api.world.job_outcome = "failed"
    host.api.fail(Fault.FORBIDDEN, op="job_aliases")
    with pytest.raises(DeployError, match="could not finish the promote"):
        await host.provider.promote(ref(host, first))


async def test_a_job_that_is_skipped_is_no_success(host: Hosted) -> None:
    first, _second, _third = lived(host)
    host.api.world.job_outcome = "skipped"
    with pytest.raises(DeployError, match="skipped the promote"):
        await host.provider.promote(ref(host, first))


async def test_a_job_of_before_is_not_taken_for_ours(host: Hosted) -> None:
    first, _second, third = lived(host)
    project = first.project
    now = host.clock.now()
    earlier = {"kind": "promote", "from_deployment": third.id, "to_deployment": first.id}
    project.job = Job(**earlier, started_s=now, ends_s=now, done=True)  # type: ignore[arg-type]
    host.api.world.job_s = 20.0
    change = await host.provider.rollback(host.place, ref(host, first))
    assert change.live.ref.id == first.id != third.id
    assert host.clock.now() - now >= 20


async def test_a_job_that_never_ends_is_given_up_after_three_minutes(host: Hosted) -> None:
    first, _second, _third = lived(host)
    host.api.world.job_s = 10_000.0
    before = host.clock.now()
    with pytest.raises(HostUnavailable, match="not finished the promote after 3 minutes"):
        await host.provider.promote(ref(host, first))
    assert 180 <= host.clock.now() - before < 200
    assert host.clock.sleeps[0] == 0.25
    assert host.api.count("promote") == 1


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_ACTING, Fault.SERVER_ERROR_AFTER_ACTING], ids=str)
async def test_a_request_that_got_through_unheard_is_followed(host: Hosted, fault: Fault) -> None:
    first, _second, _third = lived(host)
    await host.clock.sleep(5)
    host.api.fail(fault, op="promote")
    assert (await host.provider.promote(ref(host, first))).live.ref.id == first.id
    assert host.api.count("promote") == 1


async def test_a_request_that_did_not_get_through_is_not_repeated(host: Hosted) -> None:
    first, _second, third = lived(host)
    host.api.fail(Fault.DROP_BEFORE_ACTING, op="rollback")
    with pytest.raises(OutcomeUnknown):
        await host.provider.rollback(host.place, ref(host, first))
    assert host.api.count("rollback") == 1
    assert host.api.world.live("shop") == third.id


async def test_an_earlier_job_to_the_same_one_is_no_proof_that_ours_got_through(host: Hosted) -> None:
    first, _second, third = lived(host)
    now = host.clock.now()
    earlier = {"kind": "rollback", "from_deployment": third.id, "to_deployment": first.id}
    first.project.job = Job(**earlier, started_s=now, ends_s=now, done=True)  # type: ignore[arg-type]
    await host.clock.sleep(5)
    host.api.fail(Fault.DROP_BEFORE_ACTING, op="rollback")
    with pytest.raises(OutcomeUnknown):
        await host.provider.rollback(host.place, ref(host, first))
    assert host.api.world.live("shop") == third.id


async def test_one_that_is_under_way_already_is_said(host: Hosted) -> None:
    first, second, _third = lived(host)
    host.api.world.job_s = 1_000.0
    host.api.world.start_job(first.project, second, "promote")
    with pytest.raises(HostRefused, match="Another promote or rollback is under way"):
        await host.provider.promote(ref(host, first))


async def test_a_project_that_is_gone_is_said(host: Hosted) -> None:
    lived(host)
    place = host.place
    host.api.world.projects.clear()
    with pytest.raises(HostRefused, match="shows no project shop"):
        await host.provider.rollback(place, None)
