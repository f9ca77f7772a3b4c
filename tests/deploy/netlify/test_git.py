"""Deployments that the host builds from its repository."""

from typing import Any

import pytest

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import Again, Build, Git, Place, Ref
from autocrea_lsp.deploy.errors import CannotDo, OutcomeUnknown
from autocrea_lsp.deploy.providers import require_all
from tests.deploy.netlify.hosted import REPOSITORY, Hosted
from tests.emulators.netlify import Fault, Plan, failing, reviewed, skipping


@pytest.fixture
def site(host: Hosted) -> Hosted:
    """The host's site `shop` is connected to a repository whose main branch is `main`."""
    host.api.world.add_site("shop", repo=dict(REPOSITORY))
    return host


async def test_a_branch_is_built_at_an_address_of_its_own(site: Hosted) -> None:
    created = await site.deploy(source=Git(branch="feature/x"), mark="autocrea-1")
    assert (created.remote.state, created.remote.target, created.remote.source) == (
        "queued",
        "preview",
        "git:feature/x",
    )
    found = await site.finished(created.remote.ref)
    assert (found.state, found.live, found.mark) == ("success", False, "autocrea-1")
    (asked,) = [request for request in site.api.requests if request.op == "create_build"]
    assert asked.query == {"branch": "feature/x", "title": "autocrea-1"}
    assert asked.raw == b""
    assert site.steps == ["creating"]


async def test_the_main_branch_counts_as_production_whatever_was_asked(site: Hosted) -> None:
    plan = await site.provider.plan(site.request(source=Git(branch="main"), target="preview"))
    assert (plan.production, plan.target) == (True, "production")
    assert any("whatever is asked" in note for note in plan.notes)
    found = await site.live(source=Git(branch="main"))
    assert (found.state, found.live) == ("success", True)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"source": Git(branch="feature"), "target": "production"}, "only the branch main"),
        ({"source": Git(branch="main", commit="a" * 40)}, "newest commit"),
        ({"source": Git(branch="main", repository="acme/other")}, "connected to acme/shop"),
        ({"source": Git(branch="main"), "environment": {"A": Secret("b")}}, "no variables for one build"),
        ({"source": Git(branch="main"), "build": Build(build_command="make")}, "own settings"),
        ({"source": Again(ref=Ref(place=Place(), id="x"), action="redeploy")}, "once more"),
    ],
)
async def test_what_they_cannot_do_is_refused_up_front_with_what_to_do(
    site: Hosted, fields: dict[str, Any], word: str
) -> None:
    with pytest.raises(CannotDo, match=word) as caught:
        await site.provider.plan(site.request(**fields))
    assert caught.value.hint
    assert "create_build" not in site.calls()


def test_a_commit_is_refused_by_what_the_host_says_it_can(host: Hosted) -> None:
    with pytest.raises(CannotDo) as caught:
        require_all(host.provider, host.request(source=Git(branch="main", commit="a" * 40)))
    assert "Check the commit out" in caught.value.hint


@pytest.mark.parametrize("said", ["acme/shop", "https://github.com/acme/shop.git", "git@github.com:acme/shop.git"])
async def test_the_repository_is_the_same_in_any_form(site: Hosted, said: str) -> None:
    plan = await site.provider.plan(site.request(source=Git(branch="x", repository=said)))
    assert not plan.production


async def test_a_site_without_a_repository_is_said(host: Hosted) -> None:
    with pytest.raises(CannotDo, match="does not exist"):
        await host.provider.plan(host.request(source=Git(branch="main")))
    host.api.world.add_site("shop")
    with pytest.raises(CannotDo, match="no repository"):
        await host.provider.plan(host.request(source=Git(branch="main")))


async def test_builds_that_were_stopped_meanwhile_are_said(site: Hosted) -> None:
    site.api.fail(Fault.NOT_FOUND, op="create_build")
    with pytest.raises(CannotDo, match="builds nothing"):
        await site.deploy(source=Git(branch="x"))


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_ACTING, Fault.SERVER_ERROR_AFTER_ACTING, Fault.EMPTY], ids=str)
async def test_an_unclear_build_is_found_by_its_mark_and_not_asked_for_again(site: Hosted, fault: Fault) -> None:
    site.api.fail(fault, op="create_build")
    with pytest.raises(OutcomeUnknown):
        await site.deploy(source=Git(branch="x"), mark="autocrea-1")
    found = await site.provider.find(site.place, "autocrea-1", since=site.clock.now())
    assert found is not None
    assert (await site.finished(found.ref)).state == "success"
    assert site.calls().count("create_build") == 1


@pytest.mark.parametrize(
    ("plan", "state", "word"),
    [
        (failing(), "failed", "exit code: 2"),
        (skipping(), "canceled", "skipped"),
    ],
)
async def test_how_a_build_ends_is_said(site: Hosted, plan: Plan, state: str, word: str) -> None:
    site.api.plan = plan
    found = await site.finished((await site.deploy(source=Git(branch="x"))).remote.ref)
    assert found.state == state
    assert word in found.error + found.detail


async def test_one_that_waits_for_a_review_says_so_and_goes_on_when_it_is_let(site: Hosted) -> None:
    site.api.plan = reviewed()
    ref = (await site.deploy(source=Git(branch="x"))).remote.ref
    found = await site.provider.status(ref)
    assert (found.state, f"/deploys/{ref.id}" in found.detail) == ("blocked", True)
    site.api.world.review(site.api.world.deploys[ref.id], accept=False)
    found = await site.finished(ref)
    assert (found.state, "rejected" in found.error) == ("failed", True)


async def test_a_branch_that_their_settings_do_not_build_is_noted(site: Hosted) -> None:
    site.api.world.sites[site.place.project].repo = dict(REPOSITORY) | {"allowed_branches": ["main"]}
    plan = await site.provider.plan(site.request(source=Git(branch="x")))
    assert any("these branches only: main" in note for note in plan.notes)
