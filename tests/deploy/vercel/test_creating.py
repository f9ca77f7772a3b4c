"""From a folder to a deployment, over real sockets."""

from dataclasses import replace

import pytest

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import Again, Build, Created, Event, Git, Sent, Step
from autocrea_lsp.deploy.errors import HostRefused
from autocrea_lsp.errors import UserError
from tests.deploy.vercel.hosted import Hosted
from tests.emulators.vercel import Fault, Plan


async def test_a_first_deployment_makes_the_project_and_sends_each_content_once(host: Hosted) -> None:
    created = await host.deploy(mark="m1")
    assert host.calls() == [
        "user",
        "teams",
        "get_project",
        "create_project",
        "create_deployment",
        "upload_file",
        "upload_file",
        "create_deployment",
    ]
    assert host.steps == ["creating", "pending", "creating", "uploading", "creating"]
    (project,) = host.api.world.projects.values()
    (deployment,) = host.api.world.deployments.values()
    assert (project.name, deployment.meta) == ("shop", {"autocreaId": "m1"})
    assert host.contents() == {
        "index.html": b"<h1>Hi</h1>",
        "app.js": b"console.log(1)",
        "copy.js": b"console.log(1)",
    }
    assert created.remote.ref.id == deployment.id
    assert created.remote.ref.place.project == project.id
    assert (created.remote.state, created.remote.mark, created.remote.target) == ("queued", "m1", "production")
    assert [bool(request.query.get("teamId")) for request in host.api.requests] == [False, False, *[True] * 6]


async def test_progress_counts_what_has_to_be_sent(host: Hosted) -> None:
    await host.deploy()
    first, last = host.sent[0], host.sent[-1]
    assert (first.files, first.bytes, first.total_files, first.total_bytes) == (0, 0, 2, 25)
    assert (last.files, last.bytes) == (2, 25)
    assert [sent.bytes for sent in host.sent] == sorted(sent.bytes for sent in host.sent)


async def test_a_second_deployment_sends_nothing_and_asks_little(host: Hosted) -> None:
    await host.deploy()
    before = len(host.api.requests)
    created = await host.deploy()
    assert host.calls()[before:] == ["get_project", "list_deployments", "create_deployment"]
    assert host.api.count("upload_file") == 2
    assert created.remote.ref.place.account_name == "acme"


async def test_only_what_is_new_is_sent_again(host: Hosted) -> None:
    await host.deploy()
    host.write(app_js="console.log(2)")
    await host.deploy()
    assert host.api.count("upload_file") == 3
    assert host.contents()["app.js"] == b"console.log(2)"


async def test_settings_target_and_variables_are_sent(host: Hosted) -> None:
    await host.deploy(
        target="production",
        build=Build(framework="vite", build_command="npm run build"),
        environment={"API_KEY": Secret("s3cret-value")},
    )
    project, deployment = host.bodies("create_project")[0], host.bodies("create_deployment")[-1]
    assert project == {"name": "shop", "framework": "vite", "buildCommand": "npm run build"}
    assert deployment["target"] == "production"
    assert deployment["projectSettings"] == {"framework": "vite", "buildCommand": "npm run build"}
    assert (deployment["env"], deployment["build"]) == (
        {"API_KEY": "s3cret-value"},
        {"env": {"API_KEY": "s3cret-value"}},
    )
    assert "s3cret-value" not in repr(host.events)


async def test_from_git_the_host_fetches_it_itself(host: Hosted) -> None:
    link = {"type": "github", "org": "acme", "repo": "shop", "repoId": 42, "deployHooks": [], "gitCredentialId": "c"}
    host.api.world.add_project("shop", link=link | {"productionBranch": "main"})
    created = await host.deploy(source=Git(branch="dev", commit="c" * 40), mark="m1")
    (body,) = host.bodies("create_deployment")
    assert body["gitSource"] == {"type": "github", "repoId": 42, "ref": "dev", "sha": "c" * 40}
    assert "files" not in body
    assert created.remote.source == f"git:dev@{'c' * 40}"
    assert host.steps == ["creating"]


async def test_a_repository_that_the_host_may_not_read_is_refused_in_its_words(host: Hosted) -> None:
    host.api.world.refused_repositories.add("acme/secret")
    with pytest.raises(HostRefused, match="Git app may not read it"):
        await host.deploy(source=Git(branch="main", repository="acme/secret"))


@pytest.mark.parametrize("action", ["redeploy", "promote"])
async def test_an_earlier_deployment_is_built_again(host: Hosted, action: str) -> None:
    project = host.api.world.add_project("shop")
    host.api.world.add_deployment(project, target="production")
    earlier = host.api.world.add_deployment(project)
    place = host.place
    ref = (await host.provider.list(place, limit=1)).items[0].ref
    assert ref.id == earlier.id
    created = await host.deploy(source=Again(ref=ref, action=action), mark="m2")  # type: ignore[arg-type]
    (body,) = host.bodies("create_deployment")
    wanted = {"deploymentId": earlier.id, "name": "shop", "meta": {"action": action, "autocreaId": "m2"}}
    assert body == wanted | ({"target": "production"} if action == "promote" else {})
    assert host.api.requests[-1].query["forceNew"] == "1"
    assert created.remote.ref.id != earlier.id
    assert created.remote.target == ("production" if action == "promote" else "preview")


async def test_an_environment_of_the_project_is_deployed_to(host: Hosted) -> None:
    environment = {"id": "env_1", "slug": "qa", "type": "preview", "createdAt": 1, "updatedAt": 1}
    project = host.api.world.add_project("shop", environments=[environment])
    host.api.world.add_deployment(project, target="production")
    created = await host.deploy(target="qa")
    assert host.bodies("create_deployment")[-1]["customEnvironmentSlugOrId"] == "qa"
    assert "target" not in host.bodies("create_deployment")[-1]
    assert created.remote.ref.id


async def test_a_file_that_changes_meanwhile_is_never_sent_under_its_old_digest(host: Hosted) -> None:
    async def edit(event: Event, number: int) -> None:
        if isinstance(event, Step) and event.state == "uploading" and number == 1:
            host.write(app_js="console.log('edited')")

    (host.folder / "copy.js").unlink()
    await deploy_with(host, edit)
    assert host.contents()["app.js"] == b"console.log('edited')"
    assert len(host.api.world.deployments) == 1


async def test_files_that_never_stay_the_same_end_in_an_error(host: Hosted) -> None:
    async def edit(event: Event, number: int) -> None:
        if isinstance(event, Step) and event.state == "uploading":
            host.write(app_js="x" * (100 + number))

    (host.folder / "copy.js").unlink()
    with pytest.raises(UserError, match="go on changing") as caught:
        await deploy_with(host, edit)
    assert "deploy again" in caught.value.hint
    assert host.api.world.deployments == {}
    assert host.api.count("create_deployment") == 3


async def test_missing_files_may_be_said_once_more(host: Hosted) -> None:
    host.api.fail(Fault.MISSING_AGAIN, op="create_deployment", skip=1)
    await host.deploy()
    assert host.steps == ["creating", "pending", "creating", "uploading", "creating", "uploading", "creating"]
    assert len(host.api.world.deployments) == 1


async def test_files_that_stay_missing_end_in_an_error(host: Hosted) -> None:
    host.api.fail(Fault.MISSING_AGAIN, op="create_deployment", times=None)
    with pytest.raises(HostRefused, match="goes on saying that files are missing"):
        await host.deploy()
    assert host.api.count("create_deployment") == 3


async def test_the_first_refusal_stops_all_uploads(host: Hosted) -> None:
    for number in range(60):
        (host.folder / f"{number}.js").write_text(f"// {number}")
    host.api.fail(Fault.FORBIDDEN, op="upload_file")
    with pytest.raises(HostRefused, match="token"):
        await host.deploy()
    assert host.api.count("upload_file") < 40
    assert host.api.count("create_deployment") == 1


async def test_a_busy_host_gets_the_file_later(host: Hosted) -> None:
    host.api.fail(Fault.RATE_INT, op="upload_file", seconds=7)
    host.api.fail(Fault.SERVER_ERROR, op="upload_file")
    await host.deploy()
    assert len(host.api.world.deployments) == 1
    assert any(7 <= pause <= 8 for pause in host.clock.sleeps)
    assert host.sent[-1].bytes == host.sent[-1].total_bytes


async def test_a_file_that_changed_after_the_plan_is_sent_as_it_is_now(host: Hosted) -> None:
    request = host.request()
    plan = await host.provider.plan(request)
    host.write(app_js="console.log('longer than before')")
    host.events = [event async for event in host.provider.deploy(request, plan)]
    (deployment,) = host.api.world.deployments.values()
    sizes = {file.name: file.size for file in deployment.files}
    assert sizes == {name: len(data) for name, data in host.contents().items()}
    assert host.contents()["app.js"] == b"console.log('longer than before')"


async def test_leaving_stops_what_is_on_its_way_at_once(host: Hosted) -> None:
    host.api.fail(Fault.NEVER, op="upload_file", times=None)
    request = host.request()
    events = host.provider.deploy(request, await host.provider.plan(request))
    async for event in events:
        if isinstance(event, Sent):
            break
    await host.api.wait(lambda: host.api.count("upload_file") == 2)
    before = host.clock.now()
    await events.aclose()
    assert host.clock.now() - before < 30


async def test_leaving_while_files_are_sent_leaves_nothing_at_the_host(host: Hosted) -> None:
    request = host.request()
    events = host.provider.deploy(request, await host.provider.plan(request))
    async for event in events:
        if isinstance(event, Step) and event.state == "uploading":
            break
    await events.aclose()
    assert host.api.world.deployments == {}
    assert host.api.count("create_deployment") == 1


async def test_what_the_host_wants_to_be_read_is_told_after_it_exists(host: Hosted) -> None:
    host.api.plan = Plan(
        notices={
            "x-vercel-warning-node": "Node 16 is old",
            "x-vercel-action-node": "Read more",
            "x-vercel-link-node": "https://vercel.com/docs",
            "x-vercel-id": "iad1::x",
        }
    )
    await host.deploy()
    assert host.notices[-1] == "Node 16 is old. Read more: https://vercel.com/docs"
    assert isinstance(host.events[-2], Created)


async def test_a_project_that_came_meanwhile_is_taken(host: Hosted) -> None:
    request = host.request()
    plan = await host.provider.plan(request)
    project = host.api.world.add_project("shop")
    events = [event async for event in host.provider.deploy(request, plan)]
    created = next(event for event in events if isinstance(event, Created))
    assert created.remote.ref.place.project == project.id
    assert len(host.api.world.projects) == 1


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_ACTING, Fault.SERVER_ERROR_AFTER_ACTING, Fault.TRUNCATED])
async def test_a_project_whose_making_was_unclear_is_looked_for(host: Hosted, fault: Fault) -> None:
    host.api.fail(fault, op="create_project")
    await host.deploy()
    assert len(host.api.world.projects) == 1
    assert host.api.count("create_project") == 1


async def test_a_plan_of_before_a_restart_is_made_again(host: Hosted) -> None:
    request = host.request()
    plan = await host.provider.plan(request)
    plain = replace(plan)  # what a store could have kept of it
    host.events = [event async for event in host.provider.deploy(request, plain)]
    assert len(host.api.world.deployments) == 1


async def deploy_with(host: Hosted, act: object) -> None:
    """Deploy, and let `act(event, which of its kind)` do something at each step."""
    request = host.request()
    counts: dict[str, int] = {}
    async for event in host.provider.deploy(request, await host.provider.plan(request)):
        kind = event.state if isinstance(event, Step) else type(event).__name__
        counts[kind] = counts.get(kind, 0) + 1
        await act(event, counts[kind])  # type: ignore[operator]
