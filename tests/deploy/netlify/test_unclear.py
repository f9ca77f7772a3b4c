"""Creates that fail or whose outcome is unclear: never two deployments, and nothing that nobody finishes."""

import asyncio
from contextlib import aclosing

import pytest

from autocrea_lsp.deploy.base import Created, Files, Git, Place, Ref, Step
from autocrea_lsp.deploy.errors import (
    BadToken,
    DeployError,
    HostBusy,
    HostRefused,
    HostUnavailable,
    NotThere,
    OutcomeUnknown,
)
from tests.deploy.netlify.hosted import REPOSITORY, Hosted
from tests.emulators.netlify import Fault

UNCLEAR = {  # fault → whether the host acted
    Fault.DROP_BEFORE_READING: False,
    Fault.DROP_BEFORE_ACTING: False,
    Fault.DROP_AFTER_ACTING: True,
    Fault.DROP_IN_ANSWER: True,
    Fault.SERVER_ERROR: False,
    Fault.SERVER_ERROR_AFTER_ACTING: True,
    Fault.BAD_GATEWAY: False,
    Fault.BAD_GATEWAY_AFTER_ACTING: True,
    Fault.UNAVAILABLE: False,
    Fault.UNAVAILABLE_RETRY_AFTER: False,
    Fault.HTML: True,
    Fault.EMPTY: True,
    Fault.TRUNCATED: True,
    Fault.NEVER: False,
}
REFUSED: dict[Fault, type[DeployError]] = {
    Fault.UNAUTHORIZED: BadToken,
    Fault.FORBIDDEN: BadToken,
    Fault.NOT_FOUND: NotThere,
    Fault.NOT_FOUND_TEXT: NotThere,
    Fault.UNPROCESSABLE: HostRefused,
    Fault.REDIRECT: DeployError,
}
WAITED = [fault for fault in Fault if fault.value.startswith("429") and fault is not Fault.RATE_UPLOADS]
MARK = "autocrea-2"


async def known(host: Hosted) -> None:
    """Its site is there, and its files are: what follows is one request."""
    await host.deploy(mark="autocrea-1")
    await host.clock.sleep(60)
    host.api.requests.clear()


@pytest.mark.parametrize("fault", UNCLEAR, ids=str)
async def test_an_unclear_create_is_never_sent_again_and_what_it_made_is_gone_on_with(
    host: Hosted, fault: Fault
) -> None:
    await known(host)
    host.api.fail(fault, op="create_deploy")
    if UNCLEAR[fault]:
        created = await host.deploy(mark=MARK)
        assert (await host.finished(created.remote.ref)).state == "success"
    else:
        with pytest.raises(OutcomeUnknown):
            await host.deploy(mark=MARK)
        assert await host.provider.find(host.place, MARK, since=host.clock.now()) is None
    assert host.calls().count("create_deploy") == 1


@pytest.mark.parametrize("fault", REFUSED, ids=str)
async def test_a_refused_create_is_said_and_nothing_is_there(host: Hosted, fault: Fault) -> None:
    await known(host)
    host.api.fail(fault, op="create_deploy")
    with pytest.raises(REFUSED[fault]):
        await host.deploy(mark=MARK)
    assert host.calls().count("create_deploy") == 1
    assert len(host.api.world.deploys) == 1


@pytest.mark.parametrize("fault", WAITED, ids=str)
async def test_a_create_that_came_too_early_waits_as_they_say_and_is_sent_again(host: Hosted, fault: Fault) -> None:
    await known(host)
    host.api.fail(fault, op="create_deploy", seconds=7)
    before = host.clock.now()
    await host.deploy(mark=MARK)
    assert host.calls().count("create_deploy") == 2
    assert len(host.api.world.deploys) == 2
    if fault is not Fault.RATE_BARE:
        assert 6 <= host.clock.now() - before < 30


async def test_a_pause_that_is_too_long_is_told_instead(host: Hosted) -> None:
    await known(host)
    host.api.fail(Fault.RATE_TEXT_DATES, op="create_deploy", seconds=3600)
    with pytest.raises(HostBusy) as caught:
        await host.deploy(mark=MARK)
    assert "hour" in caught.value.advice or "60 min" in caught.value.advice
    assert host.calls().count("create_deploy") == 1


@pytest.mark.parametrize(
    "fault", [Fault.SERVER_ERROR, Fault.BAD_GATEWAY, Fault.DROP_AFTER_ACTING, Fault.DROP_BEFORE_READING], ids=str
)
@pytest.mark.parametrize("op", ["set_manifest", "upload_file", "get_deploy"])
async def test_what_may_be_done_twice_is(host: Hosted, fault: Fault, op: str) -> None:
    host.api.fail(fault, op=op)
    created = await host.deploy(mark=MARK)
    assert (await host.finished(created.remote.ref)).state == "success"
    assert len(host.api.world.deploys) == 1


async def test_a_host_that_never_comes_back_is_given_up(host: Hosted) -> None:
    host.api.fail(Fault.SERVER_ERROR, op="set_manifest", times=None)
    with pytest.raises(HostUnavailable):
        await host.deploy(mark=MARK)
    assert host.calls().count("set_manifest") == 5


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_ACTING, Fault.SERVER_ERROR_AFTER_ACTING, Fault.HTML], ids=str)
async def test_a_site_whose_creation_is_unclear_is_looked_for(host: Hosted, fault: Fault) -> None:
    host.api.fail(fault, op="create_team_site")
    created = await host.deploy()
    assert created.remote.ref.place.project_name == "shop"
    assert len(host.api.world.sites) == 1


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE_ACTING, Fault.SERVER_ERROR], ids=str)
async def test_a_site_that_was_not_made_is_not_made_twice(host: Hosted, fault: Fault) -> None:
    host.api.fail(fault, op="create_team_site")
    with pytest.raises(OutcomeUnknown):
        await host.deploy(mark=MARK)
    assert not host.api.world.sites
    assert await host.provider.find(Place(project_name="shop"), MARK, since=0.0) is None


async def test_a_name_that_is_somebody_elses_is_said(host: Hosted) -> None:
    host.api.fail(Fault.UNPROCESSABLE, op="create_team_site")
    with pytest.raises(Exception, match="No site called shop could be made") as caught:
        await host.deploy()
    assert "shop-2" in str(getattr(caught.value, "hint", ""))


# ---- what is left behind


async def test_a_deployment_found_by_its_mark_that_never_got_its_list_is_canceled_and_is_none(host: Hosted) -> None:
    await known(host)
    site = host.api.world.sites[host.place.project]
    shell = host.api.world.add_deploy(site, plan=host.api.plan, title=MARK, draft=True, branch="main")
    assert await host.provider.find(host.place, MARK, since=host.clock.now()) is None
    assert (shell.state, shell.error_message) == ("error", "Canceled build")
    assert await host.provider.find(host.place, MARK, since=host.clock.now()) is None  # and stays none


async def test_one_that_was_taken_up_and_waits_for_files_that_nobody_sends_is_ended(host: Hosted) -> None:
    await known(host)
    other = await host.deploy(mark=MARK)
    deploy = host.api.world.deploys[other.remote.ref.id]
    site = host.api.world.sites[host.place.project]
    shell = host.api.world.add_deploy(site, plan=host.api.plan, title="autocrea-3", draft=True, branch="main")
    host.api.world.set_files(shell, {"a.txt": "0" * 40}, later=False)
    ref = Ref(place=host.place, id=shell.id)
    assert (await host.provider.status(ref)).state == "uploading"
    found = await host.finished(ref)
    assert (found.state, "Deploy again" in found.detail) == ("interrupted", True)
    assert (shell.state, shell.error_message) == ("error", "Canceled build")
    assert deploy.error is None


async def test_one_of_ours_is_not_ended_however_long_its_files_take(host: Hosted) -> None:
    request = host.request(mark=MARK)
    plan = await host.provider.plan(request)
    async with aclosing(host.provider.deploy(request, plan)) as events:
        async for event in events:
            if isinstance(event, Created):
                for _look in range(3):
                    assert (await host.provider.status(event.remote.ref)).state == "uploading"
                    await host.clock.sleep(100)
    (deploy,) = host.api.world.deploys.values()
    assert deploy.error is None
    assert "cancel_deploy" not in host.calls()


@pytest.mark.parametrize("source", ["files", "git"])
async def test_closing_while_the_create_is_on_its_way_cancels_what_it_makes(host: Hosted, source: str) -> None:
    await known(host)
    host.api.world.sites[host.place.project].repo = dict(REPOSITORY)
    before = len(host.api.world.deploys)
    request = host.request(mark=MARK, source=Git(branch="main") if source == "git" else Files(), target="production")
    plan = await host.provider.plan(request)
    host.api.fail(Fault.SLOW, op="create_build" if source == "git" else "create_deploy", seconds=0.2)
    on_its_way = asyncio.Event()

    async def run() -> None:
        async for event in host.provider.deploy(request, plan):
            if isinstance(event, Step) and event.state == "creating":
                on_its_way.set()

    task = asyncio.create_task(run())
    await on_its_way.wait()
    await host.api.wait(lambda: {"create_build", "create_deploy"} & set(host.calls()))
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    made = list(host.api.world.deploys.values())[before:]
    assert [(deploy.state, deploy.error_message) for deploy in made] == [("error", "Canceled build")]
