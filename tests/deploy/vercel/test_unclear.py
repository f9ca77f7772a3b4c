"""Creates that fail or whose outcome is unclear: never two deployments, and what was made can be found again."""

import pytest

from autocrea_lsp.deploy.base import Place
from autocrea_lsp.deploy.errors import (
    BadToken,
    DeployError,
    HostBusy,
    HostRefused,
    HostUnavailable,
    NotThere,
    OutcomeUnknown,
    QuotaReached,
    TooLarge,
)
from tests.deploy.vercel.hosted import Hosted
from tests.emulators.vercel import Fault, Plan

UNCLEAR = {  # fault → whether the host acted
    Fault.DROP_BEFORE_READING: False,
    Fault.DROP_BEFORE_ACTING: False,
    Fault.DROP_AFTER_ACTING: True,
    Fault.DROP_IN_ANSWER: True,
    Fault.SERVER_ERROR: False,
    Fault.SERVER_ERROR_AFTER_ACTING: True,
    Fault.BAD_GATEWAY: False,
    Fault.UNAVAILABLE: False,
    Fault.UNAVAILABLE_RETRY_AFTER: False,
    Fault.GATEWAY_TIMEOUT_AFTER_ACTING: True,
    Fault.HTML: True,
    Fault.EMPTY: True,
    Fault.TRUNCATED: True,
    Fault.NEVER: False,
}

REFUSED: dict[Fault, type[DeployError]] = {
    Fault.UNAUTHORIZED: BadToken,
    Fault.FORBIDDEN: BadToken,
    Fault.INVALID_TOKEN: BadToken,
    Fault.SAML: BadToken,
    Fault.PAYMENT: QuotaReached,
    Fault.DAILY_DEPLOYMENTS: QuotaReached,
    Fault.RATE_BUILDS: QuotaReached,
    Fault.NOT_FOUND: NotThere,
    Fault.CONFLICT: HostRefused,
    Fault.ERROR_UNDER_ERR: HostRefused,
    Fault.REDIRECT: DeployError,
}

WAITED = [
    Fault.RATE,
    Fault.RATE_INT,
    Fault.RATE_FLOAT,
    Fault.RATE_DATE,
    Fault.RATE_TEXT_DATE,
    Fault.RATE_RESET_SECONDS,
    Fault.RATE_RESET_MS,
    Fault.RATE_RESET_DATE,
    Fault.RATE_BODY,
]


async def known(host: Hosted) -> None:
    """Its files are there and it has been deployed before: what follows is one request."""
    await host.deploy(mark="before")
    await host.clock.sleep(60)
    host.api.requests.clear()


@pytest.mark.parametrize("fault", UNCLEAR, ids=str)
async def test_an_unclear_create_is_said_to_be_so_and_can_be_looked_for(host: Hosted, fault: Fault) -> None:
    await known(host)
    host.api.fail(fault, op="create_deployment")
    asked_at = host.clock.now()
    with pytest.raises(OutcomeUnknown):
        await host.deploy(mark="m2")
    assert host.api.count("create_deployment") == 1
    found = await host.provider.find(host.place, "m2", since=asked_at)
    assert (found is not None) is UNCLEAR[fault]
    if found is not None:
        assert (found.mark, found.ref.place.project) == ("m2", host.place.project)
        assert found.ref.id in host.api.world.deployments
    assert len(host.api.world.deployments) == 1 + UNCLEAR[fault]


@pytest.mark.parametrize("fault", REFUSED, ids=str)
async def test_a_refused_create_says_why_and_is_not_repeated(host: Hosted, fault: Fault) -> None:
    await known(host)
    host.api.fail(fault, op="create_deployment", seconds=7_200)
    with pytest.raises(REFUSED[fault]) as caught:
        await host.deploy(mark="m2")
    assert not isinstance(caught.value, OutcomeUnknown)
    assert caught.value.hint
    assert host.token not in caught.value.advice
    assert host.api.count("create_deployment") == 1
    assert len(host.api.world.deployments) == 1


@pytest.mark.parametrize("fault", WAITED, ids=str)
async def test_a_busy_host_is_asked_once_more_when_it_said(host: Hosted, fault: Fault) -> None:
    await known(host)
    host.api.fail(fault, op="create_deployment", seconds=20)
    before = host.clock.now()
    await host.deploy(mark="m2")
    assert len(host.api.world.deployments) == 2
    assert host.clock.now() - before >= (19 if fault is not Fault.RATE else 0.3)


async def test_a_host_that_is_busy_for_long_says_for_how_long(host: Hosted) -> None:
    await known(host)
    host.api.fail(Fault.RATE_BODY, op="create_deployment", seconds=7_200)
    with pytest.raises(HostBusy) as caught:
        await host.deploy()
    assert "2 h" in caught.value.hint or "120 min" in caught.value.hint or "121 min" in caught.value.hint
    assert host.api.count("create_deployment") == 1


async def test_a_request_that_is_too_large_goes_as_an_archive(host: Hosted) -> None:
    await known(host)
    host.api.fail(Fault.TOO_LARGE, op="create_deployment")
    await host.deploy()
    assert len(host.api.world.deployments) == 2
    host.api.fail(Fault.TOO_LARGE, op="create_deployment", times=None)
    with pytest.raises(TooLarge):
        await host.deploy()


async def test_a_project_that_vanishes_meanwhile_is_said_to_be_gone(host: Hosted) -> None:
    await known(host)
    host.api.fail(Fault.PROJECT_VANISHES, op="create_deployment")
    with pytest.raises(NotThere, match="project was not found"):
        await host.deploy(mark="m2")
    assert host.api.world.deployments == {}


async def test_a_quota_says_when_it_begins_anew(host: Hosted) -> None:
    await known(host)
    host.api.fail(Fault.DAILY_DEPLOYMENTS, op="create_deployment", seconds=7_200)
    with pytest.raises(QuotaReached, match="api-deployments-free-per-day") as caught:
        await host.deploy()
    assert caught.value.hint == "Try again in 2 h."


async def test_a_host_that_is_gone_is_unavailable_and_nothing_was_sent(host: Hosted) -> None:
    request = host.request()
    plan = await host.provider.plan(request)
    await host.api.__aexit__(None)
    with pytest.raises(HostUnavailable, match="cannot be reached"):
        async for _event in host.provider.deploy(request, plan):
            pass
    await host.api.__aenter__()


async def test_a_deployment_is_found_by_its_mark_among_many(host: Hosted) -> None:
    project = host.api.world.add_project("shop")
    wanted = host.api.world.add_deployment(project, meta={"autocreaId": "mine"})
    for number in range(130):
        host.api.world.add_deployment(project, meta={"autocreaId": f"other-{number}"})
    found = await host.provider.find(host.place, "mine", since=host.clock.now() - 5)
    assert found is not None
    assert found.ref.id == wanted.id
    assert host.api.count("list_deployments") == 2


async def test_what_was_made_long_before_is_not_read_through(host: Hosted) -> None:
    project = host.api.world.add_project("shop")
    old = (host.clock.now() - 10 * 86_400) * 1000
    for number in range(130):
        host.api.world.add_deployment(project, created_ms=int(old) + number)
    assert await host.provider.find(host.place, "mine", since=host.clock.now()) is None
    assert host.api.count("list_deployments") == 1


@pytest.mark.parametrize("fault", [Fault.NULLS, Fault.FEW_FIELDS], ids=str)
async def test_a_list_that_leaves_out_the_marks_costs_a_look_at_each(host: Hosted, fault: Fault) -> None:
    project = host.api.world.add_project("shop")
    wanted = host.api.world.add_deployment(project, meta={"autocreaId": "mine"})
    host.api.world.add_deployment(project)
    host.api.fail(fault, op="list_deployments")
    found = await host.provider.find(host.place, "mine", since=host.clock.now())
    assert found is not None
    assert found.ref.id == wanted.id


async def test_without_a_project_it_is_looked_for_by_name(host: Hosted) -> None:
    project = host.api.world.add_project("shop")
    wanted = host.api.world.add_deployment(project, meta={"autocreaId": "mine"})
    place = Place(account=project.scope, project_name="shop")
    found = await host.provider.find(place, "mine", since=host.clock.now())
    assert found is not None
    assert found.ref.id == wanted.id
    assert found.ref.place.project == project.id


async def test_no_mark_finds_nothing(host: Hosted) -> None:
    host.api.world.add_deployment(host.api.world.add_project("shop"), meta={"autocreaId": ""})
    assert await host.provider.find(host.place, "", since=0) is None


async def test_an_answer_of_few_fields_is_a_deployment_all_the_same(host: Hosted) -> None:
    host.api.plan = Plan()
    host.api.fail(Fault.NULLS, op="create_deployment", skip=1)
    created = await host.deploy()
    assert created.remote.ref.id in host.api.world.deployments
    assert created.remote.ref.place.project == host.place.project
