"""Creates that fail or whose outcome is unclear: never two deployments, and what was made can be found again."""

import pytest

from autocrea_lsp.deploy.base import Again, Git, Place
from autocrea_lsp.deploy.errors import (
    BadToken,
    DeployError,
    HostRefused,
    NotThere,
    OutcomeUnknown,
)
from tests.deploy.railway.hosted import MARK, Hosted, connect
from tests.emulators.railway import Fault

UNCLEAR = {  # fault → whether the host acted
    Fault.DROP_BEFORE_READING: False,
    Fault.DROP_BEFORE_ACTING: False,
    Fault.DROP_AFTER_ACTING: True,
    Fault.DROP_IN_ANSWER: True,
    Fault.SERVER_ERROR: False,
    Fault.SERVER_ERROR_AFTER_ACTING: True,
    Fault.BAD_GATEWAY: False,
    Fault.UNAVAILABLE: False,
    Fault.GATEWAY_TIMEOUT_AFTER_ACTING: True,
    Fault.HTML: True,
    Fault.EMPTY: True,
    Fault.TRUNCATED: True,
    Fault.NEVER: False,
    Fault.PROBLEM: False,
    Fault.ERROR_AFTER_ACTING: True,
    Fault.DATA_NULL: True,
}
READ = [
    fault for fault in UNCLEAR if fault is not Fault.DROP_BEFORE_READING
]  # a body that is not read names no operation
REFUSED: dict[Fault, type[DeployError]] = {
    Fault.NOT_AUTHORIZED: BadToken,
    Fault.TWO_FACTOR: BadToken,
    Fault.NOT_FOUND_INSIDE: NotThere,
    Fault.UNAUTHORIZED: BadToken,
    Fault.NOT_FOUND: NotThere,
    Fault.REDIRECT: HostRefused,
}


async def find(host: Hosted, place: Place) -> str:
    found = await host.provider.find(place, MARK, since=host.clock.now() - 600)
    return found.ref.id if found is not None else ""


@pytest.mark.parametrize("fault", UNCLEAR, ids=str)
async def test_an_upload_is_never_sent_twice_and_found_by_its_mark(shop: Hosted, fault: Fault) -> None:
    shop.api.world.add_deployment(shop.service, meta={"message": "somebody else's"})
    shop.api.fail(fault, op="up")
    with pytest.raises(OutcomeUnknown):
        await shop.deploy()
    assert shop.calls().count("up") == 1
    assert await find(shop, shop.place) == (shop.newest.id if UNCLEAR[fault] else "")


@pytest.mark.parametrize("fault", READ, ids=str)
async def test_a_deployment_from_git_is_known_by_being_new(shop: Hosted, fault: Fault) -> None:
    connect(shop)
    shop.api.world.add_deployment(shop.service, meta={"commitHash": "b" * 40, "branch": "main"})
    request = shop.request(source=Git(branch="main"))
    plan = await shop.provider.plan(request)
    shop.api.fail(fault, op="serviceInstanceDeployV2")
    with pytest.raises(OutcomeUnknown):
        await shop.deploy(request)
    assert shop.calls().count("serviceInstanceDeployV2") == 1
    assert await find(shop, plan.place) == (shop.newest.id if UNCLEAR[fault] else "")


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_ACTING, Fault.DROP_BEFORE_ACTING], ids=str)
async def test_what_a_process_that_died_has_left_is_known_by_its_plan(shop: Hosted, fault: Fault) -> None:
    old = shop.api.world.add_deployment(shop.service)
    request = shop.request(source=Again(ref=shop.ref(old), action="redeploy"))
    plan = await shop.provider.plan(request)
    await shop.clock.sleep(10)
    shop.api.fail(fault, op="deploymentRedeploy")
    with pytest.raises(OutcomeUnknown):
        await shop.deploy(request)
    shop.provider._anchors.clear()  # what only the process that made it knew
    assert await find(shop, plan.place) == (shop.newest.id if fault is Fault.DROP_AFTER_ACTING else "")


async def test_several_that_may_be_ours_are_none_of_ours(shop: Hosted) -> None:
    old = shop.api.world.add_deployment(shop.service)
    plan = await shop.provider.plan(shop.request(source=Again(ref=shop.ref(old), action="redeploy")))
    for _ in range(2):
        shop.api.world.add_deployment(shop.service)
    with pytest.raises(OutcomeUnknown, match="several"):
        await find(shop, plan.place)


async def test_one_with_another_mark_is_not_ours(shop: Hosted) -> None:
    old = shop.api.world.add_deployment(shop.service)
    plan = await shop.provider.plan(shop.request(source=Again(ref=shop.ref(old), action="redeploy")))
    shop.api.world.add_deployment(shop.service, meta={"message": "autocrea-fedcba9876543210"})
    assert await find(shop, plan.place) == ""


@pytest.mark.parametrize("op", ["up", "serviceInstanceDeployV2"])
@pytest.mark.parametrize("fault", REFUSED, ids=str)
async def test_what_is_refused_was_not_made(shop: Hosted, op: str, fault: Fault) -> None:
    connect(shop)
    shop.api.fail(fault, op=op)
    with pytest.raises(REFUSED[fault]):
        await (shop.deploy() if op == "up" else shop.deploy(source=Git(branch="main")))
    assert shop.calls().count(op) == 1
    assert shop.api.world.deployments == {}


async def test_an_upload_that_is_refused_says_why(shop: Hosted) -> None:
    shop.api.fail(Fault.UP_REFUSED, op="up")
    with pytest.raises(HostRefused, match="Railway refused"):
        await shop.deploy()


@pytest.mark.parametrize("op", ["up", "serviceInstanceDeployV2"])
async def test_one_that_came_too_often_is_sent_again_after_the_pause(shop: Hosted, op: str) -> None:
    connect(shop)
    shop.api.fail(Fault.RATE, op=op)
    await (shop.deploy() if op == "up" else shop.deploy(source=Git(branch="main")))
    assert shop.calls().count(op) == 2
    assert len(shop.api.world.deployments) == 1


@pytest.mark.parametrize("op", ["projectCreate", "serviceCreate"])
@pytest.mark.parametrize("fault", [fault for fault, acted in UNCLEAR.items() if acted], ids=str)
async def test_a_project_whose_answer_is_lost_is_looked_for_and_taken(host: Hosted, op: str, fault: Fault) -> None:
    host.api.fail(fault, op=op)
    await host.deploy()
    assert host.calls().count(op) == 1
    assert len(host.api.world.projects) == 1
    assert len(host.project.services) == 1


@pytest.mark.parametrize("op", ["projectCreate", "serviceCreate"])
async def test_a_second_try_makes_no_second_project(host: Hosted, op: str) -> None:
    request = host.request()
    plan = await host.provider.plan(request)
    host.api.fail(Fault.DROP_BEFORE_ACTING, op=op)
    with pytest.raises(OutcomeUnknown):
        [event async for event in host.provider.deploy(request, plan)]
    assert await find(host, plan.place) == ""
    [event async for event in host.provider.deploy(request, plan)]
    assert len(host.api.world.projects) == 1
    assert len(host.project.services) == 1
    assert len(host.api.world.deployments) == 1


async def test_what_was_made_in_a_new_project_is_found_by_the_projects_name(host: Hosted) -> None:
    request = host.request()
    plan = await host.provider.plan(request)
    host.api.fail(Fault.DROP_AFTER_ACTING, op="up")
    with pytest.raises(OutcomeUnknown):
        [event async for event in host.provider.deploy(request, plan)]
    assert plan.place.project == ""
    assert await find(host, plan.place) == host.newest.id


@pytest.mark.parametrize("fault", [*UNCLEAR, *REFUSED, Fault.TOO_LARGE, Fault.UP_REFUSED, Fault.VALIDATION], ids=str)
async def test_the_token_is_in_no_error(shop: Hosted, fault: Fault) -> None:
    shop.api.fail(fault, op="up")
    with pytest.raises(DeployError) as caught:
        await shop.deploy()
    assert shop.token not in f"{caught.value.advice} {caught.value!r} {caught.value.__cause__!r}"
    assert MARK not in caught.value.advice
