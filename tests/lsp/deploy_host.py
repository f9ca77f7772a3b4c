"""A host of deployments in memory, installed as an entry point; how its deployments go is the test's word."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, ClassVar

import pytest

from autocrea_lsp import plugins
from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import (
    PRODUCTION,
    Abilities,
    Change,
    Created,
    Event,
    Lines,
    LogLine,
    Page,
    Place,
    Plan,
    Ports,
    Ref,
    Remote,
    Request,
    Sent,
    Step,
    Variables,
)
from autocrea_lsp.deploy.errors import NotThere
from autocrea_lsp.store import DeploymentState
from tests.deploy.manual_clock import ManualClock
from tests.lsp.deploy_client import DEPLOY, EVENT, DeployClient

PLACE = Place(account="team_1", account_name="Ana", project="prj_1", project_name="shop")


@dataclass(slots=True)
class World:
    """The host's side. A deployment's state is what the test says by `becomes`; `gate` holds back its creation."""

    made: dict[str, Remote] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    logs: dict[str, list[LogLine]] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    state: DeploymentState = "building"  # of a new one
    error: str = ""
    clock: ManualClock = field(default_factory=lambda: ManualClock(auto=True))

    def becomes(self, state: DeploymentState, *, error: str = "") -> None:
        """Every one that is not finished is in this state now, and so are new ones."""
        self.state, self.error = state, error
        for key, remote in self.made.items():
            if remote.state == "building":
                self.made[key] = replace(remote, state=state, error=error)

    def wrote(self, *texts: str) -> None:
        for key in self.made:
            self.logs[key] = [LogLine(at=1.0, text=text, key=f"{key}-{number}") for number, text in enumerate(texts)]

    @property
    def last(self) -> Remote:
        return [*self.made.values()][-1]


class FakeHost:
    """`world` is the one of the test that runs."""

    name: ClassVar[str] = "fake"
    title: ClassVar[str] = "Fake"
    local: ClassVar[bool] = False
    link_file: ClassVar[str] = ".fake.json"
    abilities: ClassVar[Abilities] = Abilities(
        git=True,
        git_commit=True,
        cancel=True,
        rollback=True,
        promote=True,
        redeploy=True,
        environment=True,
        pull_environment=True,
        remote_list=True,
        link=True,
    )
    world: ClassVar[World]

    def __init__(self, ports: Ports) -> None:
        self.ports = ports

    async def plan(self, request: Request) -> Plan:
        self.world.calls.append("plan")
        production = request.target == PRODUCTION
        return Plan(
            place=PLACE, target=request.target, production=production, build_command="make", notes=("Nice and small.",)
        )

    async def deploy(self, request: Request, plan: Plan) -> AsyncGenerator[Event, None]:
        world = self.world
        world.requests.append(request)
        yield Step(state="uploading")
        yield Sent(files=1, total_files=2, bytes=10, total_bytes=20)
        await world.gate.wait()
        yield Step(state="creating")
        number = next(world.numbers)
        remote = Remote(
            ref=Ref(place=PLACE, id=f"dpl_{number}"),
            state=world.state,
            target=plan.target,
            url=f"https://shop-{number}.example",
            error=world.error,
            mark=request.mark,
            source=str(request.source),
            created_at=1.0 + number,
        )
        world.made[remote.ref.id] = remote
        yield Created(remote=remote)

    async def find(self, place: Place, mark: str, *, since: float) -> Remote | None:
        return next((each for each in self.world.made.values() if each.mark == mark), None)

    async def status(self, ref: Ref) -> Remote:
        if ref.id not in self.world.made:
            raise NotThere("It is gone.")
        return self.world.made[ref.id]

    async def logs(self, ref: Ref, *, after: str = "", follow: bool = False) -> AsyncGenerator[Lines, None]:
        yield Lines(lines=tuple(self.world.logs.get(ref.id, ())))

    async def cancel(self, ref: Ref) -> Remote:
        self.world.calls.append(f"cancel {ref.id}")
        remote = self.world.made[ref.id]
        if remote.state == "building":
            remote = self.world.made[ref.id] = replace(remote, state="canceled")
        return remote

    async def promote_builds(self, ref: Ref) -> bool:
        return True

    async def promote(self, ref: Ref) -> Change:
        raise AssertionError("it builds")

    async def rollback(self, place: Place, to: Ref | None) -> Change:
        self.world.calls.append(f"rollback {to.id if to else 'the one before'}")
        live = self.world.made[to.id] if to else next(iter(self.world.made.values()))
        return Change(live=replace(live, live=True), notes=("New deployments do not go live by themselves now.",))

    async def list(self, place: Place, *, limit: int, cursor: str = "", target: str = "", state: str = "") -> Page:
        everything = [*self.world.made.values()][::-1]
        begin = int(cursor or 0)
        more = str(begin + limit) if begin + limit < len(everything) else ""
        return Page(items=tuple(everything[begin : begin + limit]), next=more)

    async def latest_successful(self, place: Place, *, target: str = PRODUCTION) -> Remote | None:
        return None

    async def find_place(self, folder: Path, *, project: str = "", account: str = "") -> Place:
        return PLACE

    async def link(self, folder: Path, *, project: str, account: str = "") -> Place:
        self.world.calls.append(f"link {folder.name} to {project}")
        return replace(PLACE, project_name=project)

    async def pull_environment(self, place: Place, *, target: str) -> Mapping[str, Secret]:
        return Variables({"API_KEY": Secret("canary-of-the-host")}, unreadable=("SIGNING_KEY",))

    async def aclose(self) -> None:
        self.world.calls.append("closed")


@contextmanager
def installed() -> Iterator[World]:
    """The host is there, by the registry that finds all of them, and no other."""
    FakeHost.world = world = World()
    world.gate.set()
    point = EntryPoint(name="fake", group="autocrea_lsp.providers", value=f"{__name__}:FakeHost")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plugins, "entry_points", lambda group: [point])
        yield world


def connected(world: World) -> DeployClient:
    """One more editor. All have one clock: it moves when nobody has anything to do."""
    one = DeployClient()
    one.app.deploying.clock = world.clock
    return one


async def finished(client: DeployClient, key: str) -> dict[str, Any]:
    """The last event of that deployment, for our own editors."""
    params = await client.gets(EVENT, lambda each: each["finished"] and each["deployment"]["id"] == key)
    found: dict[str, Any] = params["deployment"]
    return found


async def deployed(client: DeployClient, world: World, **more: Any) -> dict[str, Any]:
    """One that went well."""
    world.becomes("success")
    answer = await client.result(DEPLOY, {"provider": "fake", **more})
    return await finished(client, answer["id"])


async def begun(client: DeployClient, folder: Path, capabilities: dict[str, Any] | None = None) -> str:
    """One that is being built; its id."""
    await client.start(folder, capabilities)
    answer = await client.result(DEPLOY, {"provider": "fake"})
    await client.gets("$/progress", lambda params: "building" in params["value"].get("message", ""))
    key: str = answer["id"]
    return key
