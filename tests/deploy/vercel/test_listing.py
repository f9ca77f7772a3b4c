"""The host's history of a project."""

import pytest

from autocrea_lsp.deploy.base import Place
from tests.deploy.vercel.hosted import Hosted
from tests.emulators.vercel import Fault, Plan, failing


async def test_it_is_paged_by_the_hosts_own_cursor(host: Hosted) -> None:
    project = host.api.world.add_project("shop")
    made = [host.api.world.add_deployment(project).id for _ in range(7)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = await host.provider.list(host.place, limit=3, cursor=cursor)
        seen += [item.ref.id for item in page.items]
        if not (cursor := page.next):
            break
    assert seen == made[::-1]
    assert host.api.count("list_deployments") == 3


async def test_it_tells_who_is_live_and_what_can_be_gone_back_to(host: Hosted) -> None:
    project = host.api.world.add_project("shop")
    old = host.api.world.add_deployment(project, target="production")
    live = host.api.world.add_deployment(project, target="production")
    preview = host.api.world.add_deployment(project)
    page = await host.provider.list(host.place, limit=20)
    assert {item.ref.id: (item.target, item.live, item.can_roll_back_to) for item in page.items} == {
        old.id: ("production", False, True),
        live.id: ("production", True, False),
        preview.id: ("preview", False, False),
    }


async def test_only_some_are_asked_for(host: Hosted) -> None:
    project = host.api.world.add_project("shop")
    production = host.api.world.add_deployment(project, target="production")
    failed = host.api.world.add_deployment(project, plan=failing())
    building = host.api.world.add_deployment(project, plan=Plan(states=("BUILDING",)))
    preview = host.api.world.add_deployment(project)
    await host.clock.sleep(200)

    async def ids(**what: str) -> list[str]:
        return [item.ref.id for item in (await host.provider.list(host.place, limit=20, **what)).items]

    assert await ids(target="production") == [production.id]
    assert await ids(target="preview") == [preview.id, building.id, failed.id]
    assert await ids(state="failed") == [failed.id]
    assert await ids(state="building") == [building.id]
    assert await ids(state="success") == [preview.id, production.id]
    assert await ids(state="success", target="production") == [production.id]


@pytest.mark.parametrize("limit", [0, -5, 1_000])
async def test_a_size_that_the_host_would_refuse_is_never_asked_for(host: Hosted, limit: int) -> None:
    host.api.world.add_deployment(host.api.world.add_project("shop"))
    assert len((await host.provider.list(host.place, limit=limit)).items) == 1


@pytest.mark.parametrize("fault", [Fault.NULLS, Fault.FEW_FIELDS, Fault.UNKNOWN_STATE], ids=str)
async def test_an_odd_list_is_read_as_far_as_it_goes(host: Hosted, fault: Fault) -> None:
    wanted = host.api.world.add_deployment(host.api.world.add_project("shop"))
    host.api.fail(fault, op="list_deployments")
    assert [item.ref.id for item in (await host.provider.list(host.place, limit=5)).items] == [wanted.id]


async def test_the_latest_good_one_is_found_behind_bad_ones(host: Hosted) -> None:
    project = host.api.world.add_project("shop")
    good = host.api.world.add_deployment(project, target="production")
    preview = host.api.world.add_deployment(project)
    host.api.world.add_deployment(project, target="production", plan=failing())
    host.api.world.add_deployment(project, target="production", plan=Plan(alias_error=("x", "y")))
    await host.clock.sleep(60)
    found = await host.provider.latest_successful(host.place)
    assert found is not None
    assert (found.ref.id, found.live) == (good.id, True)
    found = await host.provider.latest_successful(host.place, target="preview")
    assert found is not None
    assert found.ref.id == preview.id


async def test_where_there_is_none_there_is_none(host: Hosted) -> None:
    host.api.world.add_project("shop")
    assert await host.provider.latest_successful(host.place) is None
    assert (await host.provider.list(host.place, limit=5)).items == ()


async def test_of_a_place_without_a_project_it_is_by_name(host: Hosted) -> None:
    project = host.api.world.add_project("shop")
    wanted = host.api.world.add_deployment(project)
    host.api.world.add_deployment(host.api.world.add_project("other"))
    page = await host.provider.list(Place(account=project.scope, project_name="shop"), limit=5)
    assert [item.ref.id for item in page.items] == [wanted.id]
