"""What a deployment will be, found out without changing anything."""

import pytest

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import Again, Build, Git
from autocrea_lsp.deploy.errors import CannotDo
from autocrea_lsp.deploy.providers import require_all
from autocrea_lsp.errors import UserError
from tests.deploy.railway.hosted import Hosted, connect

READS = {"projectToken", "me", "apiToken", "projects", "project", "environment", "deploymentTriggers", "deployments"}


async def test_a_plan_only_reads(shop: Hosted) -> None:
    plan = await shop.provider.plan(shop.request())
    assert (plan.target, plan.production, plan.creates_project) == ("production", True, False)
    assert plan.bundle is not None
    assert [file.name for file in plan.bundle.files] == ["app.js", "index.html"]
    assert set(shop.calls()) <= READS


async def test_a_preview_goes_to_the_environment_for_it(shop: Hosted) -> None:
    plan = await shop.provider.plan(shop.request(target="preview"))
    assert (plan.target, plan.production) == ("staging", False)


async def test_a_new_project_has_production_alone_and_says_so(host: Hosted) -> None:
    plan = await host.provider.plan(host.request(target="preview"))
    assert (plan.target, plan.production, plan.creates_project) == ("production", True, True)
    assert any("production alone" in note for note in plan.notes)
    assert any("public address" in note for note in plan.notes)
    assert set(host.calls()) <= READS


@pytest.mark.parametrize(("project", "says"), [("", "no project shop"), ("other/web", "no service web")])
async def test_what_is_not_there_is_not_made_where_that_is_not_wanted(host: Hosted, project: str, says: str) -> None:
    host.api.world.add_project("other")
    with pytest.raises(UserError, match=says):
        await host.provider.plan(host.request(create_project=False, project=project))


async def test_a_service_that_is_named_and_not_there_is_to_be_made(shop: Hosted) -> None:
    plan = await shop.provider.plan(shop.request(project="shop/worker"))
    assert not plan.creates_project
    assert any("service worker is made" in note for note in plan.notes)


async def test_a_target_that_a_new_project_will_not_have_is_refused(host: Hosted) -> None:
    with pytest.raises(UserError, match="no environment qa"):
        await host.provider.plan(host.request(target="qa"))


@pytest.mark.parametrize("target", ["preview", "staging"])
async def test_a_projects_token_is_for_one_environment(shop: Hosted, target: str) -> None:
    shop.token = shop.api.project_token
    assert (await shop.provider.plan(shop.request(target="production"))).production
    with pytest.raises(UserError, match="for the environment production of shop at Railway, not for staging") as caught:
        await shop.provider.plan(shop.request(target=target))
    assert "Name production as the target" in caught.value.hint


async def test_how_it_is_built_is_known_from_the_service(shop: Hosted) -> None:
    shop.service.instances[shop.project.environments[0].id].settings["buildCommand"] = "make site"
    assert (await shop.provider.plan(shop.request())).build_command == "make site"


@pytest.mark.parametrize("build", [Build(build_command="x"), Build(framework="vite"), Build(output_directory="dist")])
async def test_build_settings_belong_into_the_service(shop: Hosted, build: Build) -> None:
    with pytest.raises(CannotDo) as caught:
        await shop.provider.plan(shop.request(build=build))
    assert "railway.json" in caught.value.hint
    assert shop.calls() == []


async def test_a_part_of_the_folder_is_sent_as_the_whole(shop: Hosted) -> None:
    (shop.folder / "web").mkdir()
    (shop.folder / "web" / "page.html").write_text("page")
    plan = await shop.provider.plan(shop.request(build=Build(root_directory="web")))
    assert plan.bundle is not None
    assert [file.name for file in plan.bundle.files] == ["page.html"]


@pytest.mark.parametrize(
    ("theirs", "said", "says"),
    [("apps/web", None, "not in shop"), ("apps/web", "web", "and web was asked for"), ("../../x", None, "not in shop")],
)
async def test_a_root_directory_that_does_not_fit_is_said(
    shop: Hosted, theirs: str, said: str | None, says: str
) -> None:
    shop.service.instances[shop.project.environments[0].id].settings["rootDirectory"] = theirs
    with pytest.raises(UserError, match=says):
        await shop.provider.plan(shop.request(build=Build(root_directory=said)))


async def test_a_service_that_takes_its_own_part_gets_the_whole_folder(shop: Hosted) -> None:
    shop.service.instances[shop.project.environments[0].id].settings["rootDirectory"] = "/web"
    (shop.folder / "web").mkdir()
    (shop.folder / "web" / "page.html").write_text("page")
    plan = await shop.provider.plan(shop.request(build=Build(root_directory="web")))
    assert plan.bundle is not None
    assert [file.name for file in plan.bundle.files] == ["app.js", "index.html", "web/page.html"]


async def test_files_do_not_replace_a_database(host: Hosted) -> None:
    project = host.api.world.add_project("shop")
    host.api.world.add_service(project, "Postgres", image="postgres:17")
    with pytest.raises(UserError, match="ready-made image"):
        await host.provider.plan(host.request())


@pytest.mark.parametrize("ignored", [".railwayignore", ".gitignore"])
async def test_ignore_files_count_and_secrets_stay_here(shop: Hosted, ignored: str) -> None:
    (shop.folder / ignored).write_text("app.js\n")
    for name in (".env", ".git/HEAD", "node_modules/x.js", ".railway/config.json"):
        (shop.folder / name).parent.mkdir(exist_ok=True)
        (shop.folder / name).write_text("secret")
    plan = await shop.provider.plan(shop.request())
    assert plan.bundle is not None
    assert [file.name for file in plan.bundle.files] == [ignored, "index.html"]


async def test_a_branch_that_is_not_connected_is_refused_before_anything_is_made(shop: Hosted) -> None:
    with pytest.raises(UserError, match="not connected to a git repository"):
        await shop.provider.plan(shop.request(source=Git(branch="main")))
    assert set(shop.calls()) <= READS


@pytest.mark.parametrize(("named", "said"), [("", True), ("main", False)])
async def test_the_connected_branch_is_named_where_none_was(shop: Hosted, named: str, said: bool) -> None:
    connect(shop)
    plan = await shop.provider.plan(shop.request(source=Git(branch=named)))
    assert ("The branch is main, which the service is connected to." in plan.notes) is said


async def test_one_that_is_built_once_more_goes_where_it_was(shop: Hosted) -> None:
    old = shop.api.world.add_deployment(shop.service, shop.project.environments[1])
    plan = await shop.provider.plan(shop.request(source=Again(ref=shop.ref(old), action="redeploy")))
    assert (plan.target, plan.production) == ("staging", False)
    assert any("built anew" in note for note in plan.notes)


async def test_one_that_has_not_ended_is_not_built_once_more(shop: Hosted) -> None:
    old = shop.api.world.add_deployment(shop.service, plan=shop.api.plan)
    with pytest.raises(CannotDo) as caught:
        await shop.provider.plan(shop.request(source=Again(ref=shop.ref(old), action="redeploy")))
    assert "anew" in caught.value.hint


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"environment": {"A": Secret("b")}}, "railway variables --set"),
        ({"source": Again(ref=None, action="promote")}, "production as the target"),  # type: ignore[arg-type]
    ],
)
async def test_what_railway_cannot_do_is_refused_with_the_alternative(
    shop: Hosted, fields: dict[str, object], says: str
) -> None:
    with pytest.raises(CannotDo) as caught:
        require_all(shop.provider, shop.request(**fields))
    assert says in caught.value.hint
    assert shop.calls() == []
