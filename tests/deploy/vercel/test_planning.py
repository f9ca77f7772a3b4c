"""What a deployment will be, before anything is changed."""

import pytest

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import Again, Build, Git, Ref
from autocrea_lsp.errors import UserError
from tests.deploy.vercel.hosted import Hosted
from tests.emulators.vercel import failing


async def test_a_projects_first_deployment_counts_as_production(host: Hosted) -> None:
    plan = await host.provider.plan(host.request())
    assert (plan.production, plan.target, plan.creates_project) == (True, "production", True)
    assert any("makes a project's first its production" in note for note in plan.notes)
    assert plan.bundle is not None
    assert len(plan.bundle.files) == 3


async def test_a_project_without_deployments_counts_so_too(host: Hosted) -> None:
    host.api.world.add_project("shop")
    plan = await host.provider.plan(host.request())
    assert (plan.production, plan.creates_project) == (True, False)


async def test_until_one_was_ready_it_may_still_be_the_first(host: Hosted) -> None:
    project = host.api.world.add_project("shop")
    host.api.world.add_deployment(project, plan=failing())
    await host.clock.sleep(60)
    assert (await host.provider.plan(host.request())).production


async def test_afterwards_a_preview_is_a_preview(host: Hosted) -> None:
    host.api.world.add_deployment(host.api.world.add_project("shop"))
    plan = await host.provider.plan(host.request())
    assert (plan.production, plan.target, plan.notes) == (False, "preview", ())
    assert (await host.provider.plan(host.request(target="production"))).production


async def test_an_older_ready_one_that_the_project_no_longer_names_is_looked_for(host: Hosted) -> None:
    project = host.api.world.add_project("shop")
    host.api.world.add_deployment(project)
    for _ in range(10):  # as many as a project names
        host.api.world.add_deployment(project, plan=failing())
    await host.clock.sleep(60)
    assert not (await host.provider.plan(host.request())).production
    assert host.calls()[-1] == "list_deployments"


async def test_the_build_command_is_what_will_be_run(host: Hosted) -> None:
    host.api.world.add_project("shop", settings={"buildCommand": "make site"})
    assert (await host.provider.plan(host.request())).build_command == "make site"
    said = await host.provider.plan(host.request(build=Build(build_command="make all")))
    assert said.build_command == "make all"
    (host.folder / "vercel.json").write_text('{"buildCommand": "make\\nit"}')
    assert (await host.provider.plan(host.request())).build_command == "make it"
    (host.folder / "vercel.json").write_text("[")
    assert (await host.provider.plan(host.request())).build_command == "make site"


async def test_an_environment_of_productions_kind_counts_as_production(host: Hosted) -> None:
    environments = [{"id": "env_1", "slug": "live", "type": "production", "createdAt": 1, "updatedAt": 1}]
    host.api.world.add_deployment(host.api.world.add_project("shop", environments=environments))
    plan = await host.provider.plan(host.request(target="live"))
    assert (plan.production, plan.target) == (True, "live")
    with pytest.raises(UserError, match="no target beta") as caught:
        await host.provider.plan(host.request(target="beta"))
    assert "live" in caught.value.hint


async def test_a_target_of_ones_own_needs_a_project(host: Hosted) -> None:
    with pytest.raises(UserError, match="no target qa"):
        await host.provider.plan(host.request(target="qa"))


async def test_a_project_that_may_not_be_made_is_asked_for(host: Hosted) -> None:
    with pytest.raises(UserError, match="no project shop"):
        await host.provider.plan(host.request(create_project=False))


async def test_a_name_that_the_host_would_refuse_is_refused_first(host: Hosted) -> None:
    with pytest.raises(UserError, match="none may be called so") as caught:
        await host.provider.plan(host.request(project="My Shop"))
    assert "small letters" in caught.value.hint


async def test_a_folder_that_the_project_is_not_built_from_is_refused(host: Hosted) -> None:
    host.api.world.add_project("shop", settings={"rootDirectory": "apps/web"})
    with pytest.raises(UserError, match="from its folder apps/web, which is not in shop"):
        await host.provider.plan(host.request())
    (host.folder / "apps/web").mkdir(parents=True)
    (host.folder / "apps/web/index.html").write_text("hi")
    assert (await host.provider.plan(host.request())).bundle is not None


@pytest.mark.parametrize("inner", ["../other", "index.html", "nowhere"])
async def test_a_root_directory_is_a_folder_below(host: Hosted, inner: str) -> None:
    (host.folder.parent / "other").mkdir()
    with pytest.raises(UserError, match="from its folder"):
        await host.provider.plan(host.request(build=Build(root_directory=inner)))


async def test_from_git_there_are_no_files_to_show(host: Hosted) -> None:
    plan = await host.provider.plan(host.request(source=Git(branch="main", repository="acme/shop")))
    assert plan.bundle is None


async def test_variables_are_said_to_be_for_this_one_alone(host: Hosted) -> None:
    host.api.world.add_deployment(host.api.world.add_project("shop"))
    plan = await host.provider.plan(host.request(environment={"KEY": Secret("v")}))
    assert plan.notes == (
        "The variables given are for this deployment alone; the project at Vercel does not keep them.",
    )


@pytest.mark.parametrize(
    ("target", "action", "production"),
    [
        ("production", "redeploy", True),
        (None, "redeploy", False),
        (None, "promote", True),
        ("staging", "redeploy", False),
    ],
)
async def test_building_again_is_production_where_the_result_is(
    host: Hosted, target: str | None, action: str, production: bool
) -> None:
    project = host.api.world.add_project("shop", settings={"buildCommand": "make"})
    earlier = host.api.world.add_deployment(project, target=target)
    source = Again(ref=Ref(place=host.place, id=earlier.id), action=action)  # type: ignore[arg-type]
    plan = await host.provider.plan(host.request(source=source))
    assert plan.production is production
    assert (plan.build_command, plan.bundle) == ("make", None)
    assert plan.place == host.place
