"""Going back, and the host's history."""

import asyncio

import pytest

from autocrea_lsp.deploy.base import Place
from autocrea_lsp.deploy.errors import CannotDo, DeployError, HostRefused, HostUnavailable, NotThere, OutcomeUnknown
from autocrea_lsp.errors import UserError
from tests.deploy.railway.hosted import Hosted
from tests.emulators.railway import Fault, Plan, failing
from tests.emulators.railway_things import Deployment


@pytest.fixture
async def history(shop: Hosted) -> list[Deployment]:
    """The first has been replaced by the second, and that by the third, which is live; the fourth has failed."""
    made = []
    for plan in (Plan(instant=True), Plan(instant=True), Plan(instant=True), failing()):
        made.append(shop.api.world.add_deployment(shop.service, plan=plan))
        await shop.clock.sleep(60)
    return made


async def test_the_one_before_the_live_one_comes_back_as_a_new_one(shop: Hosted, history: list[Deployment]) -> None:
    change = await shop.provider.rollback(shop.place, None)
    assert shop.variables("deploymentRollback") == [{"id": history[1].id}]
    assert change.live.ref.id == shop.newest.id not in [each.id for each in history]
    assert (change.live.state, change.live.live) == ("success", True)
    assert shop.api.world.live(shop.service) is shop.newest
    assert any("variables" in note for note in change.notes)


async def test_one_that_is_named_comes_back(shop: Hosted, history: list[Deployment]) -> None:
    change = await shop.provider.rollback(shop.place, shop.ref(history[0]))
    assert shop.variables("deploymentRollback") == [{"id": history[0].id}]
    assert change.live.ref.id == shop.newest.id


async def test_a_rollback_of_a_preview_stays_in_its_environment(shop: Hosted) -> None:
    staging = shop.project.environments[1]
    old, _new = [shop.api.world.add_deployment(shop.service, staging) for _ in range(2)]
    await shop.clock.sleep(60)
    change = await shop.provider.rollback(shop.place, shop.ref(old))
    assert (change.live.target, shop.newest.environment) == ("staging", staging)


async def test_one_whose_image_is_gone_names_the_alternative(shop: Hosted, history: list[Deployment]) -> None:
    history[0].image_kept = False
    with pytest.raises(CannotDo) as caught:
        await shop.provider.rollback(shop.place, shop.ref(history[0]))
    assert "redeploy" in caught.value.hint
    assert "deploymentRollback" not in shop.calls()


async def test_where_there_is_nothing_to_go_back_to_it_is_said(shop: Hosted) -> None:
    shop.api.world.add_deployment(shop.service)
    with pytest.raises(CannotDo, match="no earlier deployment"):
        await shop.provider.rollback(shop.place, None)
    with pytest.raises(NotThere):
        await shop.provider.rollback(Place(project_name="nothing"), None)


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_ACTING, Fault.ERROR_AFTER_ACTING, Fault.HTML], ids=str)
async def test_a_rollback_whose_answer_is_lost_is_looked_for(
    shop: Hosted, history: list[Deployment], fault: Fault
) -> None:
    shop.api.fail(fault, op="deploymentRollback")
    change = await shop.provider.rollback(shop.place, None)
    assert change.live.ref.id == shop.newest.id not in [each.id for each in history]
    assert shop.calls().count("deploymentRollback") == 1


@pytest.mark.parametrize(
    ("fault", "kind"), [(Fault.ANSWERS_FALSE, HostRefused), (Fault.DROP_BEFORE_ACTING, OutcomeUnknown)], ids=str
)
async def test_a_rollback_that_did_not_happen_is_an_error(
    shop: Hosted, history: list[Deployment], fault: Fault, kind: type[DeployError]
) -> None:
    shop.api.fail(fault, op="deploymentRollback")
    with pytest.raises(kind):
        await shop.provider.rollback(shop.place, None)
    assert shop.newest is history[-1]


@pytest.mark.parametrize(
    ("states", "kind", "says"),
    [
        (("DEPLOYING", "FAILED"), DeployError, "did not become live"),
        (("BUILDING", "DEPLOYING"), HostUnavailable, "has not finished"),
    ],
)
async def test_a_rollback_that_does_not_become_live_is_no_success(
    shop: Hosted, history: list[Deployment], states: tuple[str, ...], kind: type[DeployError], says: str
) -> None:
    shop.api.plan = Plan(states=states)
    going = asyncio.create_task(shop.provider.rollback(shop.place, None))
    with pytest.raises(kind, match=says):
        await going
    assert history[2].status == "SUCCESS"


async def test_the_list_is_the_services_and_says_what_became_of_each(shop: Hosted, history: list[Deployment]) -> None:
    other = shop.api.world.add_service(shop.project, "other")
    shop.api.world.add_deployment(other)
    page = await shop.provider.list(shop.place, limit=10)
    assert [item.ref.id for item in page.items] == [each.id for each in reversed(history)]
    assert [item.state for item in page.items] == ["failed", "success", "success", "success"]
    assert [item.live for item in page.items] == [False, True, False, False]
    assert [item.can_roll_back_to for item in page.items] == [False, False, True, True]


async def test_a_long_list_comes_in_pages(shop: Hosted, history: list[Deployment]) -> None:
    first = await shop.provider.list(shop.place, limit=3)
    second = await shop.provider.list(shop.place, limit=3, cursor=first.next)
    assert [item.ref.id for item in (*first.items, *second.items)] == [each.id for each in reversed(history)]
    assert (first.next != "", second.next) == (True, "")


@pytest.mark.parametrize(
    ("target", "state", "count"),
    [
        ("production", "", 4),
        ("preview", "", 1),
        ("staging", "success", 1),
        ("", "failed", 1),
        ("", "success", 4),
        ("", "canceled", 0),
        ("", "interrupted", 0),
    ],
)
async def test_the_list_takes_a_target_and_a_state(
    shop: Hosted, history: list[Deployment], target: str, state: str, count: int
) -> None:
    shop.api.world.add_deployment(shop.service, shop.project.environments[1])
    page = await shop.provider.list(shop.place, limit=50, target=target, state=state)
    assert len(page.items) == count
    assert all(item.state == state or not state for item in page.items)


async def test_a_target_that_is_not_there_is_said(shop: Hosted) -> None:
    with pytest.raises(UserError, match="no environment nowhere"):
        await shop.provider.list(shop.place, limit=5, target="nowhere")


async def test_of_a_project_that_is_yet_to_be_made_there_is_nothing(host: Hosted) -> None:
    place = await host.provider.find_place(host.folder)
    assert (await host.provider.list(place, limit=5)).items == ()
    assert await host.provider.latest_successful(place) is None


async def test_the_latest_good_one_is_the_one_that_serves(shop: Hosted, history: list[Deployment]) -> None:
    found = await shop.provider.latest_successful(shop.place)
    assert found is not None
    assert (found.ref.id, found.live) == (history[2].id, True)
    assert await shop.provider.latest_successful(shop.place, target="preview") is None


async def test_a_projects_token_lists_its_environment(shop: Hosted, history: list[Deployment]) -> None:
    shop.api.world.add_deployment(shop.service, shop.project.environments[1])
    shop.token = shop.api.project_token
    assert len((await shop.provider.list(shop.place, limit=50)).items) == len(history)


@pytest.mark.parametrize("act", ["promote", "promote_builds"])
async def test_promoting_is_refused_with_the_alternative(shop: Hosted, history: list[Deployment], act: str) -> None:
    with pytest.raises(CannotDo) as caught:
        await getattr(shop.provider, act)(shop.ref(history[0]))
    assert caught.value.hint == shop.provider.abilities.instead["promote"]
