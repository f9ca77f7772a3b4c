"""Projects, services, repositories, variables and domains of the emulated host; and what each kind of token may do."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.emulators.railway import Emulator
from tests.emulators.railway_asking import STATUS, Asking, Place, archive, asking, place

SHA = "c" * 40
DEPLOY = (
    "mutation($s:String!,$e:String!,$c:String){serviceInstanceDeployV2(serviceId:$s,environmentId:$e,commitSha:$c)}"
)
CONNECT = "mutation($id:String!,$input:ServiceConnectInput!){serviceConnect(id:$id,input:$input){id name}}"
UPSERT = "mutation($input:VariableUpsertInput!){variableUpsert(input:$input)}"
DELETE = "mutation($input:VariableDeleteInput!){variableDelete(input:$input)}"
COLLECTION = "mutation($input:VariableCollectionUpsertInput!){variableCollectionUpsert(input:$input)}"
VARIABLES = "query($p:String!,$e:String!,$s:String){variables(projectId:$p,environmentId:$e,serviceId:$s)}"
PROJECT_TOKEN = "{projectToken{projectId environmentId project{name} environment{name}}}"
CREATE = """mutation($input:ProjectCreateInput!){projectCreate(input:$input){
  id name workspaceId environments{edges{node{id name canAccess}}}}}"""


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    async with Emulator(speed=0) as api:
        yield api
        assert api.failures == []


@pytest.fixture
async def ask(api: Emulator) -> AsyncIterator[Asking]:
    async with asking(api) as ask:
        yield ask
        assert api.breaches == []


def ids(where: Place) -> dict[str, str]:
    return {"projectId": where.project.id, "environmentId": where.environment.id, "serviceId": where.service.id}


async def test_a_project_a_service_and_a_domain_are_made(api: Emulator, ask: Asking) -> None:
    made = (await ask.data(CREATE, input={"name": "shop", "defaultEnvironmentName": "live"}))["projectCreate"]
    [environment] = [edge["node"] for edge in made["environments"]["edges"]]
    assert (made["name"], environment["name"], environment["canAccess"]) == ("shop", "live", True)
    service = await ask.data(
        "mutation($input:ServiceCreateInput!){serviceCreate(input:$input){id name}}",
        input={"projectId": made["id"], "name": "web", "variables": {"A": "1"}},
    )
    id_ = service["serviceCreate"]["id"]
    domain = await ask.data(
        "mutation($input:ServiceDomainCreateInput!){serviceDomainCreate(input:$input){domain targetPort}}",
        input={"environmentId": environment["id"], "serviceId": id_, "targetPort": 3000},
    )
    listed = await ask.data(
        """query($p:String!,$e:String!,$s:String!){
          domains(projectId:$p,environmentId:$e,serviceId:$s){
            serviceDomains{domain targetPort} customDomains{domain}}}""",
        p=made["id"],
        e=environment["id"],
        s=id_,
    )
    assert listed["domains"] == {"serviceDomains": [domain["serviceDomainCreate"]], "customDomains": []}
    assert domain["serviceDomainCreate"]["domain"].startswith("web-live-")
    assert api.world.projects[made["id"]].services[0].instances[environment["id"]].variables == {"A": "1"}


async def test_a_deployment_of_a_service_without_a_domain_has_no_address(api: Emulator, ask: Asking) -> None:
    where = place(api, domain=False)
    made = await ask.up(where)
    assert made["deploymentDomain"] == ""
    assert (await ask.data(STATUS, id=made["deploymentId"]))["deployment"]["url"] is None


async def test_a_connected_service_is_deployed_from_its_repository(api: Emulator, ask: Asking) -> None:
    where = place(api)
    assert await ask.refused(DEPLOY, s=where.service.id, e=where.environment.id) == "Service source not found"
    api.world.repositories["acme/web"] = {"main": "b" * 40, "dev": "d" * 40}
    await ask.data(CONNECT, id=where.service.id, input={"repo": "acme/web", "branch": "dev"})
    newest = (await ask.data(DEPLOY, s=where.service.id, e=where.environment.id))["serviceInstanceDeployV2"]
    exact = (await ask.data(DEPLOY, s=where.service.id, e=where.environment.id, c=SHA))["serviceInstanceDeployV2"]
    metas = [api.world.deployments[id_].meta for id_ in (newest, exact)]
    assert [(meta["branch"], meta["commitHash"]) for meta in metas] == [("dev", "d" * 40), ("dev", SHA)]
    assert await ask.refused(DEPLOY, s=where.service.id, e=where.environment.id, c="main") == "Commit not found"


@pytest.mark.parametrize(
    ("source", "why"),
    [({"repo": "acme/other"}, "Repo not found"), ({"repo": "acme/web", "branch": "gone"}, "Branch not found")],
)
async def test_what_the_hosts_git_app_does_not_see_cannot_be_connected(
    api: Emulator, ask: Asking, source: dict[str, str], why: str
) -> None:
    where = place(api)
    api.world.repositories["acme/web"] = {"main": "b" * 40}
    assert await ask.refused(CONNECT, id=where.service.id, input=source) == why
    assert where.service.repo is None


async def test_triggers_deploy_what_they_watch(api: Emulator, ask: Asking) -> None:
    where = place(api)
    again = "mutation($input:EnvironmentTriggersDeployInput!){environmentTriggersDeploy(input:$input)}"
    assert await ask.refused(again, input=ids(where)) == "DeploymentTrigger not found"
    await ask.data(
        "mutation($input:DeploymentTriggerCreateInput!){deploymentTriggerCreate(input:$input){id branch}}",
        input={**ids(where), "provider": "github", "repository": "acme/web", "branch": "main", "rootDirectory": "/app"},
    )
    assert await ask.data(again, input=ids(where)) == {"environmentTriggersDeploy": True}
    assert [made.meta["repo"] for made in api.world.of()] == ["acme/web"]
    assert where.service.instances[where.environment.id].settings == {"rootDirectory": "/app"}


async def test_a_redeploy_is_a_new_deployment_of_the_same(api: Emulator, ask: Asking) -> None:
    where = place(api)
    old = api.world.add_deployment(where.service, files={"a": b"1"}, meta={"message": "first"})
    redeploy = "mutation($id:String!,$t:Boolean){deploymentRedeploy(id:$id,usePreviousImageTag:$t){id status}}"
    whole = (await ask.data(redeploy, id=old.id))["deploymentRedeploy"]
    image = (await ask.data(redeploy, id=old.id, t=True))["deploymentRedeploy"]
    assert (whole["status"], image["status"]) == ("INITIALIZING", "DEPLOYING")
    made = api.world.deployments[whole["id"]]
    assert (made.files, made.meta) == ({"a": b"1"}, {"message": "first", "reason": "redeploy"})
    assert await ask.refused(redeploy, id=whole["id"]) == "Problem processing request"  # it is being built
    for mutation in ("serviceInstanceRedeploy", "serviceInstanceDeploy"):
        document = f"mutation($s:String!,$e:String!){{{mutation}(serviceId:$s,environmentId:$e)}}"
        assert await ask.data(document, s=where.service.id, e=where.environment.id) == {mutation: True}
    assert len(api.world.deployments) == 5


async def test_variables_are_set_replaced_and_deleted(api: Emulator, ask: Asking) -> None:
    where = place(api)
    quiet = {**ids(where), "skipDeploys": True}
    assert await ask.data(UPSERT, input={**quiet, "name": "A", "value": "1"}) == {"variableUpsert": True}
    await ask.data(COLLECTION, input={**quiet, "variables": {"B": "2"}})
    kept = where.service.instances[where.environment.id].variables
    assert kept == {"A": "1", "B": "2"}
    await ask.data(COLLECTION, input={**quiet, "variables": {"C": "3"}, "replace": True})
    place_ids = {"p": where.project.id, "e": where.environment.id, "s": where.service.id}
    told = (await ask.data(VARIABLES, **place_ids))["variables"]
    assert (told["C"], told["RAILWAY_SERVICE_ID"], "A" in told) == ("3", where.service.id, False)
    await ask.data(DELETE, input={**ids(where), "name": "C"})
    assert kept == {}
    assert await ask.refused(DELETE, input={**ids(where), "name": "C"}) == "Variable not found"


@pytest.mark.parametrize(("skip", "count"), [(True, 1), (False, 2)])
async def test_a_changed_variable_deploys_what_serves_unless_it_is_asked_not_to(
    api: Emulator, ask: Asking, skip: bool, count: int
) -> None:
    where = place(api)
    api.world.add_deployment(where.service)
    await ask.data(UPSERT, input={**ids(where), "name": "A", "value": "1", "skipDeploys": skip})
    assert len(api.world.deployments) == count


@pytest.mark.parametrize(
    "headers",
    [{"authorization": "Bearer nobody"}, {"authorization": "Basic x"}, {"authorization": "Bearer PROJECT"}],
)
async def test_a_wrong_token_is_refused_inside_a_200(api: Emulator, headers: dict[str, str]) -> None:
    where = place(api)
    sent = {name: value.replace("PROJECT", api.project_token) for name, value in headers.items()}
    async with asking(api, **sent) as ask:
        for query in ("{me{id}}", "{projects{edges{cursor}}}", PROJECT_TOKEN):
            assert await ask.refused(query) == "Not Authorized"
            assert (ask.last.status_code, ask.last.json()["data"]) == (200, None)
        assert (await ask.up(where), ask.last.status_code) == ({"message": "Not Authorized"}, 401)
    assert api.world.deployments == {}


async def test_an_unknown_project_token_says_so(api: Emulator) -> None:
    place(api)
    async with asking(api, project_access_token=api.token) as ask:
        assert await ask.refused(PROJECT_TOKEN) == "Project Token not found"


async def test_a_token_of_a_workspace_is_nobodys_own(api: Emulator) -> None:
    where = place(api)
    async with asking(api, authorization=f"Bearer {api.workspace_token}") as ask:
        assert await ask.refused("{me{id}}") == "Not Authorized"
        assert await ask.refused(PROJECT_TOKEN) == "Project Token not found"
        assert (await ask.data("{apiToken{workspaces{name}}}"))["apiToken"] == {"workspaces": [{"name": "Acme"}]}
        edges = (await ask.data("{projects{edges{node{id}}}}"))["projects"]["edges"]
        assert edges == [{"node": {"id": where.project.id}}]


async def test_a_token_of_a_project_stays_in_its_environment(api: Emulator) -> None:
    where = place(api)
    staging = api.world.add_environment(where.project, "staging")
    elsewhere = api.world.add_deployment(where.service, staging)
    other = api.world.add_project("other")
    async with asking(api, project_access_token=api.project_token) as ask:
        told = (await ask.data(PROJECT_TOKEN))["projectToken"]
        assert (told["projectId"], told["environmentId"]) == (where.project.id, where.environment.id)
        assert told["environment"] == {"name": "production"}
        made = await ask.up(where)
        assert await ask.status(made["deploymentId"]) == "INITIALIZING"
        assert await ask.refused(STATUS, id=elsewhere.id) == "Not Authorized"
        assert await ask.refused("query($id:String!){project(id:$id){id}}", id=other.id) == "Not Authorized"
        assert await ask.refused("{me{id}}") == "Not Authorized"
        assert await ask.refused(CREATE, input={"name": "mine"}) == "Not Authorized"
        path = f"/project/{where.project.id}/environment/{staging.id}/up?serviceId={where.service.id}"
        await ask.post(path, content=archive(), headers={"content-type": "application/gzip"})
        assert ask.last.status_code == 403


@pytest.mark.parametrize(
    ("query", "why"),
    [
        (STATUS, "Deployment not found"),
        ("query($id:String!){project(id:$id){id}}", "Project not found"),
        ("query($id:String!){service(id:$id){id}}", "Service not found"),
        ("query($id:String!){environment(id:$id){id}}", "Environment not found"),
    ],
)
async def test_what_is_not_there_is_not_found(ask: Asking, query: str, why: str) -> None:
    assert await ask.refused(query, id="nobody") == why
    assert ask.last.json()["data"] is None


async def test_a_stranger_s_project_is_not_told_from_a_wrong_token(api: Emulator, ask: Asking) -> None:
    where = place(api)
    api.world.foreign.add(where.project.id)
    assert await ask.refused("query($id:String!){project(id:$id){id}}", id=where.project.id) == "Not Authorized"
    assert (await ask.data("{projects{edges{cursor}}}"))["projects"] == {"edges": []}
