"""`RailwayProvider` over the emulated host: how a deployment is, and how it is stopped."""

import pytest

from autocrea_lsp.deploy.base import Ref
from autocrea_lsp.deploy.errors import BadToken, HostRefused, HostUnavailable, NotThere
from tests.deploy.railway.hosted import Hosted
from tests.emulators.railway import PRESETS, Fault, Plan, crashing, failing, unhealthy


@pytest.mark.parametrize(
    ("plan", "after_s", "state", "says"),
    [
        (Plan(), 60, "success", ""),
        (failing(), 60, "failed", "see the log"),
        (unhealthy(), 60, "failed", "health check"),
        (crashing(), 60, "failed", "crashed"),
        (PRESETS["sleeping"], 60, "success", "sleeps"),
        (PRESETS["skipped"], 60, "canceled", "skipped"),
        (PRESETS["needs-approval"], 60, "blocked", "approves"),
        (PRESETS["stopped"], 60, "success", "has ended"),
        (PRESETS["endless"], 60, "building", "Building"),
        (PRESETS["queued"], 0.1, "queued", "Waiting"),
    ],
)
async def test_what_became_of_it_is_said(shop: Hosted, plan: Plan, after_s: float, state: str, says: str) -> None:
    shop.api.plan = plan
    ref = (await shop.deploy()).remote.ref
    await shop.clock.sleep(after_s)
    found = await shop.provider.status(ref)
    assert found.state == state
    assert says in (found.error or found.detail)
    assert found.live == (state == "success")


async def test_a_deployment_that_is_known_by_its_id_alone_has_its_target(shop: Hosted) -> None:
    made = shop.api.world.add_deployment(shop.service, shop.project.environments[1])
    found = await shop.provider.status(Ref(place=shop.place, id=made.id))
    assert (found.target, found.live) == ("staging", False)
    assert found.ref.details == {
        "environment": made.environment.id,
        "service": shop.service.id,
        "target": "staging",
    }


async def test_asked_again_at_once_the_host_is_not(shop: Hosted) -> None:
    ref = (await shop.deploy()).remote.ref
    for _ in range(20):
        await shop.provider.status(ref)
        await shop.clock.sleep(1)
    assert shop.calls().count("deployment") == 4


async def test_one_that_a_newer_one_replaced_was_a_success(shop: Hosted) -> None:
    old = shop.api.world.add_deployment(shop.service)
    await shop.clock.sleep(30)
    shop.api.world.add_deployment(shop.service)
    await shop.clock.sleep(30)
    found = await shop.provider.status(shop.ref(old))
    assert (found.state, found.live, found.can_roll_back_to) == ("success", False, True)


@pytest.mark.parametrize(("lived_s", "state"), [(60.0, "success"), (0.0, "canceled")])
async def test_whether_one_without_an_image_was_ever_live_its_events_say(
    shop: Hosted, lived_s: float, state: str
) -> None:
    shop.api.plan = Plan(can_roll_back=False)
    ref = (await shop.deploy()).remote.ref
    await shop.clock.sleep(2.5 + lived_s)
    shop.api.world.take_down(shop.newest)
    await shop.clock.sleep(30)
    assert (await shop.provider.status(ref)).state == state


async def test_one_that_is_gone_is_not_there(shop: Hosted) -> None:
    made = shop.api.world.add_deployment(shop.service)
    shop.api.world.remove(made)
    with pytest.raises(NotThere, match="Deployment not found"):
        await shop.provider.status(shop.ref(made))
    assert shop.calls().count("deployment") == 1


async def test_one_that_is_not_known_everywhere_yet_is_asked_for_again(shop: Hosted) -> None:
    ref = (await shop.deploy()).remote.ref
    shop.api.fail(Fault.NOT_FOUND_INSIDE, op="deployment", times=2)
    assert (await shop.provider.status(ref)).ref.id == ref.id
    assert shop.calls().count("deployment") == 3


@pytest.mark.parametrize("fault", [Fault.PROBLEM, Fault.DATA_NULL, Fault.SERVER_ERROR, Fault.DROP_IN_ANSWER], ids=str)
async def test_a_question_that_was_not_answered_is_asked_again(shop: Hosted, fault: Fault) -> None:
    made = shop.api.world.add_deployment(shop.service)
    shop.api.fail(fault, op="deployment", times=2)
    assert (await shop.provider.status(shop.ref(made))).state == "success"
    assert shop.calls().count("deployment") == 3


async def test_one_that_is_never_answered_is_given_up(shop: Hosted) -> None:
    made = shop.api.world.add_deployment(shop.service)
    shop.api.fail(Fault.PROBLEM, op="deployment", times=None)
    with pytest.raises(HostUnavailable, match="does not say why"):
        await shop.provider.status(shop.ref(made))
    assert shop.calls().count("deployment") == 3


@pytest.mark.parametrize("fault", [Fault.UNKNOWN_STATUS, Fault.NULLS], ids=str)
async def test_odd_answers_are_read_as_far_as_they_go(shop: Hosted, fault: Fault) -> None:
    made = shop.api.world.add_deployment(shop.service)
    shop.api.fail(fault, op="deployment")
    found = await shop.provider.status(shop.ref(made))
    assert found.ref.id == made.id


async def test_a_schema_that_has_changed_says_to_update(shop: Hosted) -> None:
    made = shop.api.world.add_deployment(shop.service)
    shop.api.fail(Fault.VALIDATION, op="deployment")
    with pytest.raises(HostRefused) as caught:
        await shop.provider.status(shop.ref(made))
    assert "update autocrea-lsp" in caught.value.hint


async def test_a_running_one_is_canceled(shop: Hosted) -> None:
    shop.api.plan = PRESETS["endless"]
    ref = (await shop.deploy()).remote.ref
    await shop.clock.sleep(5)
    await shop.provider.cancel(ref)
    await shop.clock.sleep(6)
    found = await shop.provider.status(ref)
    assert (found.state, shop.newest.status) == ("canceled", "REMOVED")
    assert (await shop.provider.cancel(ref)).state == "canceled"


async def test_what_is_being_removed_has_not_ended(shop: Hosted) -> None:
    shop.api.plan = PRESETS["endless"]
    ref = (await shop.deploy()).remote.ref
    assert (await shop.provider.cancel(ref)).state == "unknown"


async def test_one_that_was_faster_is_not_canceled_and_no_error(shop: Hosted) -> None:
    ref = (await shop.deploy()).remote.ref
    await shop.clock.sleep(60)
    assert (await shop.provider.cancel(ref)).state == "success"


@pytest.mark.parametrize(
    "fault", [Fault.ANSWERS_FALSE_AFTER_ACTING, Fault.DROP_AFTER_ACTING, Fault.ERROR_AFTER_ACTING], ids=str
)
async def test_a_cancel_that_was_answered_wrongly_is_looked_after(shop: Hosted, fault: Fault) -> None:
    shop.api.plan = PRESETS["endless"]
    shop.api.world.removing_s = 0.0
    ref = (await shop.deploy()).remote.ref
    shop.api.fail(fault, op="deploymentCancel")
    assert (await shop.provider.cancel(ref)).state == "canceled"


async def test_a_cancel_that_is_answered_with_no_and_is_under_way_is_no_error(shop: Hosted) -> None:
    shop.api.plan = PRESETS["endless"]
    ref = (await shop.deploy()).remote.ref
    shop.api.fail(Fault.ANSWERS_FALSE_AFTER_ACTING, op="deploymentCancel")
    assert (await shop.provider.cancel(ref)).state == "unknown"
    await shop.clock.sleep(10)
    assert (await shop.provider.status(ref)).state == "canceled"


async def test_a_cancel_that_did_nothing_is_an_error(shop: Hosted) -> None:
    shop.api.plan = PRESETS["endless"]
    ref = (await shop.deploy()).remote.ref
    shop.api.fail(Fault.ANSWERS_FALSE, op="deploymentCancel")
    with pytest.raises(HostRefused, match="did not cancel"):
        await shop.provider.cancel(ref)


async def test_a_token_that_was_taken_away_says_how_to_give_another(shop: Hosted) -> None:
    made = shop.api.world.add_deployment(shop.service)
    shop.token = "rw_another_token_that_nobody_knows"
    with pytest.raises(BadToken) as caught:
        await shop.provider.status(shop.ref(made))
    assert "RAILWAY_TOKEN" in caught.value.hint
    assert shop.token not in caught.value.advice


async def test_the_token_goes_to_the_host_and_is_in_no_text(shop: Hosted) -> None:
    created = await shop.deploy()
    await shop.provider.status(created.remote.ref)
    assert shop.api.saw_token
    assert shop.token not in repr(shop.events)
    assert shop.token not in repr(vars(shop.provider))


async def test_variables_are_pulled_without_railways_own(shop: Hosted) -> None:
    shop.service.instances[shop.project.environments[1].id].variables["API_KEY"] = "canary-of-staging"
    values = await shop.provider.pull_environment(shop.place, target="preview")
    assert {name: value.reveal() for name, value in values.items()} == {"API_KEY": "canary-of-staging"}
    assert "canary" not in repr(values)
    assert await shop.provider.pull_environment(shop.place, target="production") == {}
