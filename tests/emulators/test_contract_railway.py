"""What is held against a client's requests catches what is wrong with them."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.emulators.railway import Emulator, Fault
from tests.emulators.railway_asking import FILES, STATUS, archive, asking, place


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    async with Emulator(speed=0) as api:
        yield api
        assert api.failures == []


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A request that no client should send, and a part of what is said of it."""

    name: str
    said: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


def asked(name: str, said: str, query: str, **variables: Any) -> Wrong:
    return Wrong(name=name, said=said, body={"query": query, "variables": variables})


def member(name: str, kind: bytes = tarfile.REGTYPE) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("./index.html"))
        info = tarfile.TarInfo(name)
        info.type = kind
        tar.addfile(info)
    return gzip.compress(made.getvalue())


DOCUMENTS = [
    asked("selects of a Boolean", "must not have a selection", 'mutation{deploymentRollback(id:"x"){id}}'),
    asked("unknown field", "Cannot query field 'state'", "query($id:String!){deployment(id:$id){state}}", id="x"),
    asked("unknown argument", "Unknown argument 'deploymentId'", '{deployment(deploymentId:"x"){id}}'),
    asked("missing argument", "is required, but it was not provided", "{deployment{id}}"),
    asked("variable of another type", "used in position", "query($id:Int!){deployment(id:$id){id}}", id=1),
    asked("variable without its value", "to be provided", "query($id:String!){deployment(id:$id){id}}"),
    asked("variable that is null", "non-null", "query($id:String!){deployment(id:$id){id}}", id=None),
    asked("number for a text", "String cannot represent", "query($id:String!){deployment(id:$id){id}}", id=7),
    asked(
        "status that is none",
        "does not exist in 'DeploymentStatus'",
        "query($i:DeploymentListInput!){deployments(input:$i){edges{cursor}}}",
        i={"projectId": "x", "status": {"in": ["READY"]}},
    ),
    asked(
        "filter of the documentation page",
        "successfulOnly",
        "query($i:DeploymentListInput!){deployments(input:$i){edges{cursor}}}",
        i={"projectId": "x", "status": {"successfulOnly": True}},
    ),
    asked("variable that is not declared", "is sent, and not declared", "{apiToken{workspaces{id}}}", id="x"),
    asked("variable that is not used", "is never used", "query($id:String){apiToken{workspaces{id}}}", id="x"),
    asked("no document", "Syntax Error", "query {"),
    asked("operation of another name", "operation name", "query A{me{id}} query B{me{id}}"),
    Wrong(name="no JSON", said="POST body missing", body=b"{"),
    Wrong(name="a list of documents", said="POST body missing", body=[{"query": "{me{id}}"}]),
    Wrong(name="variables as a text", said="`variables`", body={"query": "{me{id}}", "variables": "{}"}),
    Wrong(name="unread key", said="'id'", body={"query": "{me{id}}", "id": 1}),
    Wrong(name="no token", said="there is no token", headers={"authorization": ""}),
    Wrong(name="bare bearer", said="no Bearer token", headers={"authorization": "secret"}),
    Wrong(name="two tokens", said="two tokens", headers={"project-access-token": "secret"}),
    Wrong(name="form", said="content-type", headers={"content-type": "text/plain"}),
    Wrong(name="query", said="which nobody reads", query={"teamId": "x"}),
]
ARCHIVES = [
    Wrong(name="names without ./", said="does not start with ./", body=archive(prefix="")),
    Wrong(name="above the root", said="no path below", body=archive(prefix="./../")),
    Wrong(name="git folder", said="never sent", body=archive({".git/config": b""})),
    Wrong(name="modules", said="never sent", body=archive({"a/node_modules/b.js": b""})),
    Wrong(name="link", said="neither a file nor a folder", body=member("./link", tarfile.SYMTYPE)),
    Wrong(name="twice", said="is there twice", body=member("./index.html")),
    Wrong(name="no files", said="no files", body=archive({})),
    Wrong(name="half", said="ends in the middle", body=archive()[:-12]),
    Wrong(name="not compressed", said="no gzip", body=gzip.decompress(archive())),
    Wrong(name="another type", said="content-type", headers={"content-type": "application/x-tar"}),
    Wrong(name="encoded", said="content-encoding", headers={"content-encoding": "gzip"}),
    Wrong(name="unread part", said="which nobody reads", query={"environment": "x"}),
]


@pytest.mark.parametrize("wrong", DOCUMENTS, ids=lambda wrong: wrong.name)
async def test_a_wrong_document_is_caught(api: Emulator, wrong: Wrong) -> None:
    async with asking(api) as ask:
        headers = {"content-type": "application/json", "authorization": f"Bearer {api.token}", **wrong.headers}
        sent = {"query": "{me{id}}"} if wrong.body is None else wrong.body
        given: dict[str, Any] = {"content": sent} if isinstance(sent, bytes) else {"json": sent}
        await ask.post("/graphql/v2", headers=headers, params=dict(wrong.query), **given)
    found = api.breaches
    assert any(wrong.said in breach for breach in found), found


@pytest.mark.parametrize("wrong", DOCUMENTS[:14], ids=lambda wrong: wrong.name)
async def test_the_host_refuses_what_its_schema_does_not_allow_without_data(api: Emulator, wrong: Wrong) -> None:
    lax = ("variable that is not declared",)  # nobody reads it there
    async with asking(api) as ask:
        answer = await ask.post("/graphql/v2", json=wrong.body)
    assert ("data" in answer, ask.last.status_code) == ((True, 200) if wrong.name in lax else (False, 400))


@pytest.mark.parametrize("wrong", ARCHIVES, ids=lambda wrong: wrong.name)
async def test_a_wrong_upload_is_caught(api: Emulator, wrong: Wrong) -> None:
    where = place(api)
    path = f"/project/{where.project.id}/environment/{where.environment.id}/up"
    async with asking(api) as ask:
        body = archive() if wrong.body is None else wrong.body
        headers = {"content-type": "application/gzip", **wrong.headers}
        await ask.http.post(path, params={"serviceId": "", **wrong.query}, content=body, headers=headers)
    found = api.breaches
    assert any(wrong.said in breach for breach in found), found


async def test_right_requests_are_no_breach(api: Emulator) -> None:
    where = place(api)
    async with asking(api) as ask:
        made = await ask.up(where, archive({**FILES, ".env": b"A=1"}))
        await ask.data(STATUS, id=made["deploymentId"])
        await ask.data("query($id:String!){...A} fragment A on Query{project(id:$id){__typename}}", id=where.project.id)
    assert api.breaches == []


async def test_a_page_that_is_not_there_is_a_breach(api: Emulator) -> None:
    async with asking(api) as ask:
        assert await ask.post("/graphql") == {
            "message": "Not Found",
            "requestId": "3f0b4d0e-7f0e-4a55-9d68-4f5d8b8f8b11",
        }
    assert api.breaches == ["unknown: there is no POST /graphql"]


async def test_an_operation_that_is_not_emulated_is_a_breach(api: Emulator) -> None:
    async with asking(api) as ask:
        await ask.send("{regions{name}}")
    assert any("regions" in breach for breach in api.breaches)


@pytest.mark.parametrize(
    ("after_s", "between", "caught"),
    [
        (4.0, "", True),
        (5.0, "", False),
        (1.0, "act", False),
        (1.0, "read", True),
        (1.0, "fault", False),
    ],
)
async def test_polling_too_quickly_is_a_breach_by_name(
    api: Emulator, after_s: float, between: str, caught: bool
) -> None:
    where = place(api)
    async with asking(api) as ask:
        id_ = (await ask.up(where))["deploymentId"]
        await ask.status(id_)
        api.clock.advance(after_s)
        if between == "act":
            await ask.data("mutation($id:String!){deploymentCancel(id:$id)}", id=id_)
        if between == "read":
            await ask.data("{me{id}}")
        if between == "fault":
            api.fail(Fault.SERVER_ERROR, op="deployment")
            await ask.send(STATUS, id=id_)
        await ask.status(id_)
    assert [breach.partition(":")[0] for breach in api.breaches] == (["polling"] if caught else [])


async def test_an_error_of_our_own_is_a_failure() -> None:
    async with Emulator(speed=0) as api, asking(api) as ask:
        where = place(api)
        made = await ask.up(where)
        api.world.deployments[made["deploymentId"]].course.states[0] = (0.0, "READY")
        await ask.send(STATUS, id=made["deploymentId"])
        assert any("READY" in failure for failure in api.failures)
