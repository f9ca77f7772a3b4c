"""The host's history."""

import pytest

from autocrea_lsp.deploy.base import Place
from autocrea_lsp.deploy.errors import CannotDo
from tests.deploy.netlify.hosted import Hosted
from tests.emulators.netlify import Fault, failing


async def some(host: Hosted, count: int) -> list[str]:
    """Deployments: production and preview in turn; their ids, the newest first."""
    ids = []
    for number in range(count):
        target = "production" if number % 2 == 0 else "preview"
        created = await host.deploy(target=target, mark=f"autocrea-{number}")
        await host.finished(created.remote.ref)
        ids.insert(0, created.remote.ref.id)
    return ids


async def test_pages_have_the_newest_first_and_say_what_is_live(host: Hosted) -> None:
    ids = await some(host, 5)
    page = await host.provider.list(host.place, limit=2)
    assert [each.ref.id for each in page.items] == ids[:2]
    assert [each.live for each in page.items] == [True, False]
    seen = list(page.items)
    while page.next:
        page = await host.provider.list(host.place, limit=2, cursor=page.next)
        seen += page.items
    assert [each.ref.id for each in seen] == ids
    assert [each.can_roll_back_to for each in seen] == [False, False, True, False, True]


async def test_only_what_is_asked_for(host: Hosted) -> None:
    ids = await some(host, 4)
    productions = await host.provider.list(host.place, limit=10, target="production")
    assert [each.ref.id for each in productions.items] == [ids[1], ids[3]]
    host.api.plan = failing()
    host.write(index_html="new")
    failed = await host.deploy()
    await host.finished(failed.remote.ref)
    page = await host.provider.list(host.place, limit=10, state="failed")
    assert [each.ref.id for each in page.items] == [failed.remote.ref.id]


async def test_the_latest_good_one_of_each_target(host: Hosted) -> None:
    host.api.world.add_site("shop")
    assert await host.provider.latest_successful(host.place) is None
    ids = await some(host, 4)
    production = await host.provider.latest_successful(host.place)
    assert production is not None
    assert (production.ref.id, production.live) == (ids[1], True)
    preview = await host.provider.latest_successful(host.place, target="preview")
    assert preview is not None
    assert preview.ref.id == ids[0]


async def test_a_mark_is_found_on_a_later_page(host: Hosted) -> None:
    await some(host, 1)
    site = host.api.world.sites[host.place.project]
    for number in range(150):
        host.api.world.add_deploy(site, plan=None, title=f"other {number}", branch="main")
    found = await host.provider.find(host.place, "autocrea-0", since=host.clock.now())
    assert found is not None
    assert found.state == "success"
    assert await host.provider.find(host.place, "autocrea-9", since=host.clock.now()) is None
    assert await host.provider.find(host.place, "", since=0.0) is None


async def test_links_to_another_host_are_not_followed(host: Hosted) -> None:
    await some(host, 3)
    host.api.fail(Fault.LINK_ELSEWHERE, op="list_deploys")
    page = await host.provider.list(host.place, limit=1)
    assert page.next == "2"
    assert len((await host.provider.list(host.place, limit=1, cursor=page.next)).items) == 1


async def test_without_a_site_there_is_no_list(host: Hosted) -> None:
    with pytest.raises(CannotDo, match="no site shop"):
        await host.provider.list(Place(project_name="shop"), limit=5)


@pytest.mark.parametrize("cursor", ["0", "-1", "x", "9" * 30])
async def test_a_cursor_that_is_none_is_the_beginning(host: Hosted, cursor: str) -> None:
    (only,) = await some(host, 1)
    assert [each.ref.id for each in (await host.provider.list(host.place, limit=5, cursor=cursor)).items] == [only]
