"""A client of the emulated host for its own tests: each call is one request, and nothing is repeated."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.emulators.railway import Emulator
from tests.emulators.railway_things import Environment, Project, Service

FILES = {"index.html": b"<h1>hello</h1>", "src/app.js": b"let a = 1"}
STATUS = "query($id:String!){deployment(id:$id){id status url canRollback canRedeploy deploymentStopped meta}}"
BUILD_LOGS = "subscription($id:String!){buildLogs(deploymentId:$id,limit:500){timestamp message severity}}"


def archive(files: Mapping[str, bytes] = FILES, prefix: str = "./") -> bytes:
    """As the host's own client makes it."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(prefix + name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return gzip.compress(made.getvalue())


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A project with one service in one environment."""

    project: Project
    environment: Environment
    service: Service


def place(api: Emulator, **fields: Any) -> Place:
    project = api.world.add_project("site")
    service = api.world.add_service(project, "web", **fields)
    return Place(project=project, environment=project.default_environment, service=service)


@dataclass(slots=True, kw_only=True)
class Asking:
    """`last`: the newest answer."""

    api: Emulator
    http: httpx.AsyncClient
    headers: Mapping[str, str]
    last: httpx.Response = field(init=False)

    async def send(self, query: str, **variables: Any) -> Any:
        """The body of the answer."""
        body = {"query": query, "variables": variables} if variables else {"query": query}
        return await self.post("/graphql/v2", json=body)

    async def post(self, path: str, **arguments: Any) -> Any:
        self.last = await self.http.post(path, **arguments)
        return self.last.json()

    async def data(self, query: str, **variables: Any) -> Any:
        """What was asked for. Fails where there are errors."""
        answer = await self.send(query, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def refused(self, query: str, **variables: Any) -> str:
        """The first error's message. Fails where there is none."""
        answer = await self.send(query, **variables)
        return str(answer["errors"][0]["message"])

    async def up(self, where: Place, body: bytes | None = None, **query: str) -> Any:
        path = f"/project/{where.project.id}/environment/{where.environment.id}/up"
        self.last = await self.http.post(
            path,
            params={"serviceId": where.service.id, **query},
            content=archive() if body is None else body,
            headers={"content-type": "application/gzip"},
        )
        return self.last.json() if self.last.headers["content-type"].startswith("application/json") else self.last.text

    async def status(self, id_: str) -> str:
        return str((await self.data(STATUS, id=id_))["deployment"]["status"])

    @asynccontextmanager
    async def socket(self, *, init: bool = True) -> AsyncIterator[Listening]:
        url = self.api.url.replace("http", "ws", 1) + "/graphql/v2"
        protocols = [Subprotocol("graphql-transport-ws")]
        async with connect(url, subprotocols=protocols, additional_headers=dict(self.headers)) as raw:
            listening = Listening(raw=raw)
            if init:
                await listening.say(type="connection_init")
                assert await listening.hear() == {"type": "connection_ack"}
            yield listening


@dataclass(slots=True, kw_only=True)
class Listening:
    """A socket of the host."""

    raw: ClientConnection

    async def say(self, **message: Any) -> None:
        await self.raw.send(json.dumps(message))

    async def hear(self) -> Any:
        return json.loads(await self.raw.recv())

    async def subscribe(self, query: str, as_: str = "1", **variables: Any) -> None:
        await self.say(id=as_, type="subscribe", payload={"query": query, "variables": variables})

    async def lines(self) -> list[str]:
        """Messages of logs, until the subscription is complete."""
        found: list[str] = []
        while (message := await self.hear())["type"] == "next":
            for batch in message["payload"]["data"].values():
                found += [line["message"] for line in batch]
        assert message["type"] == "complete", message
        return found


@asynccontextmanager
async def asking(api: Emulator, **headers: str) -> AsyncIterator[Asking]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = named or {"authorization": f"Bearer {api.token}"}
    async with httpx.AsyncClient(base_url=api.url, headers=sent, timeout=5) as http:
        yield Asking(api=api, http=http, headers=sent)
