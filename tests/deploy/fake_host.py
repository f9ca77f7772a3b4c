"""A host of deployments that does as it is told: what it has outlives its clients, as a real one's does.

    host = Host()                               # the far side; `Host(path=file)`: shared by processes
    host.script = ["queued", "building", "success"]   # what a deployment's `status` says, call by call; the last stays
    host.fail("status", HostUnavailable("…"))   # the next call of it raises that
    with host.held("create") as held:           # a call of it waits there
        await held.reached.wait()

Points where calls can fail or be held: the methods' names, and within `deploy`: "create" (nothing has happened yet)
and "answer" (it is created, its answer is on the way).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import (
    PRODUCTION,
    Abilities,
    Change,
    Created,
    Event,
    Lines,
    LogLine,
    Notice,
    Page,
    Place,
    Plan,
    Ref,
    Remote,
    Request,
    Step,
)
from autocrea_lsp.deploy.errors import NotThere
from autocrea_lsp.store import FINISHED

PLACE = Place(account="team_1", account_name="Team", project="prj_1", project_name="site")
EVERYTHING = Abilities(
    git=True,
    git_commit=True,
    cancel=True,
    rollback=True,
    promote=True,
    redeploy=True,
    other_targets=True,
    environment=True,
    remote_list=True,
    link=True,
)


class Held:
    """A point where calls wait; `reached` when one has come there."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.released = asyncio.Event()


@dataclass(slots=True)
class Made:
    """A deployment at the host."""

    id: str
    mark: str
    target: str
    states: list[str] = field(default_factory=list)
    canceled: bool = False

    def step(self) -> str:
        """The state that the next question is answered with."""
        if self.canceled:
            return "canceled"
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]


class Host:
    """The far side. `calls` are the points that were reached, in order."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.calls: list[str] = []
        self.script = ["queued", "building", "success"]
        self.plan = Plan(place=PLACE, target="", production=False)
        self.before: list[Event] = []  # what `deploy` tells before it creates
        self.after: list[Event] = []  # and when it has
        self.logs: list[list[Lines | Exception]] = []  # what each reading of the log gives; the last for all later ones
        self.cursors: list[str] = []  # where readings began
        self.hides = 0  # so many times `find` does not see what is there: hosts are slow to list
        self.detail = ""
        self.error = ""
        self.builds_for_promotion = False
        self.cancels = True
        self._faults: dict[str, list[BaseException]] = {}
        self._held: dict[str, Held] = {}
        self.made: dict[str, Made] = {}
        self.load()

    def fail(self, point: str, *errors: BaseException) -> None:
        self._faults.setdefault(point, []).extend(errors)

    @contextmanager
    def held(self, point: str) -> Iterator[Held]:
        self._held[point] = held = Held()
        try:
            yield held
        finally:
            self._held.pop(point, None)
            held.released.set()

    async def reach(self, point: str) -> None:
        self.calls.append(point)
        if held := self._held.get(point):
            held.reached.set()
            await held.released.wait()
        if faults := self._faults.get(point):
            raise faults.pop(0)

    def make(self, mark: str, target: str) -> Made:
        made = Made(id=f"dpl_{len(self.made) + 1}", mark=mark, target=target, states=[*self.script])
        self.made[made.id] = made
        self.save()
        return made

    def of(self, ref: Ref) -> Made:
        self.load()
        if ref.id not in self.made:
            raise NotThere("There is no such deployment.")
        return self.made[ref.id]

    def told(self, made: Made, state: str) -> Remote:
        return Remote(
            ref=Ref(place=PLACE, id=made.id, details={"n": 1}),
            state=state,  # type: ignore[arg-type]
            target=made.target,
            url=f"https://{made.id}.example",
            detail=self.detail or state,
            error=self.error if state == "failed" else "",
            mark=made.mark,
        )

    def load(self) -> None:
        if self.path is not None and self.path.exists():
            self.made = {each["id"]: Made(**each) for each in json.loads(self.path.read_text())}

    def save(self) -> None:
        if self.path is not None:
            rows = [{name: getattr(made, name) for name in Made.__slots__} for made in self.made.values()]
            beside = self.path.with_suffix(".new")
            beside.write_text(json.dumps(rows))
            beside.replace(self.path)


class FakeProvider:
    """This side of the host. See `Provider`."""

    name: ClassVar[str] = "fake"
    title: ClassVar[str] = "Fake"
    local: ClassVar[bool] = False
    abilities: ClassVar[Abilities] = EVERYTHING

    def __init__(self, host: Host) -> None:
        self.host = host
        self.closed = 0

    async def plan(self, request: Request) -> Plan:
        await self.host.reach("plan")
        production = self.host.plan.production or request.target == PRODUCTION
        return replace(self.host.plan, target=request.target, production=production)

    async def deploy(self, request: Request, plan: Plan) -> AsyncGenerator[Event, None]:
        host = self.host
        await host.reach("deploy")
        for event in host.before:
            yield event
            await host.reach(f"after {_name(event)}")
        yield Step(state="creating")
        await host.reach("create")
        made = host.make(request.mark, plan.target)
        await host.reach("answer")
        yield Created(remote=host.told(made, "queued"))
        for event in host.after:
            yield event
        await host.reach("created")

    async def find(self, place: Place, mark: str, *, since: float) -> Remote | None:
        await self.host.reach("find")
        self.host.load()
        if self.host.hides:
            self.host.hides -= 1
            return None
        for made in self.host.made.values():
            if made.mark == mark:
                return self.host.told(made, "canceled" if made.canceled else made.states[0])
        return None

    async def status(self, ref: Ref) -> Remote:
        await self.host.reach("status")
        made = self.host.of(ref)
        return self.host.told(made, made.step())

    async def logs(self, ref: Ref, *, after: str = "", follow: bool = False) -> AsyncGenerator[Lines, None]:
        host = self.host
        host.cursors.append(after)
        await host.reach("logs")
        pieces = (host.logs.pop(0) if len(host.logs) > 1 else host.logs[0]) if host.logs else []
        for piece in pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece
            await host.reach("piece")

    async def cancel(self, ref: Ref) -> Remote:
        await self.host.reach("cancel")
        made = self.host.of(ref)
        if len(made.states) == 1 and made.states[0] in FINISHED:
            return self.host.told(made, made.states[0])
        made.canceled = self.host.cancels
        self.host.save()
        return self.host.told(made, "canceled" if made.canceled else made.states[0])

    async def promote_builds(self, ref: Ref) -> bool:
        return self.host.builds_for_promotion

    async def promote(self, ref: Ref) -> Change:
        await self.host.reach("promote")
        return Change(live=self.host.told(self.host.of(ref), "success"))

    async def rollback(self, place: Place, to: Ref | None) -> Change:
        await self.host.reach("rollback")
        made = self.host.of(to) if to is not None else next(iter(self.host.made.values()))
        return Change(live=self.host.told(made, "success"))

    async def list(self, place: Place, *, limit: int, cursor: str = "", target: str = "", state: str = "") -> Page:
        return Page(items=tuple(self.host.told(made, made.states[0]) for made in self.host.made.values()))

    async def latest_successful(self, place: Place, *, target: str = PRODUCTION) -> Remote | None:
        return None

    async def find_place(self, folder: Path, *, project: str = "", account: str = "") -> Place:
        return PLACE

    async def link(self, folder: Path, *, project: str, account: str = "") -> Place:
        return PLACE

    async def pull_environment(self, place: Place, *, target: str) -> Mapping[str, Secret]:
        return {}

    async def aclose(self) -> None:
        self.closed += 1


class Little(FakeProvider):
    """A host that can do nothing but take files."""

    name = "little"
    title = "Little"
    abilities = Abilities(instead={"cancel": "Wait for its end.", "rollback": "Deploy the older files."})


class Local(FakeProvider):
    """One that runs on this machine."""

    name = "local"
    title = "Local"
    local = True
    abilities = Abilities(cancel=True, environment=True, instead={"production": "Use another host."})


class FakeHosts:
    """Providers by name, all of one far side."""

    def __init__(self, host: Host) -> None:
        self._made: dict[str, Any] = {each.name: each(host) for each in (FakeProvider, Little, Local)}

    def __call__(self, name: str) -> Any:
        return self._made[name]

    def names(self) -> list[str]:
        return sorted(self._made)

    async def aclose(self) -> None: ...


def lines(*texts: str, cursor: str = "", keys: bool = True) -> Lines:
    """A piece of a log; each line's text is its key."""
    return Lines(lines=tuple(LogLine(at=1.0, text=each, key=each if keys else "") for each in texts), cursor=cursor)


def _name(event: Event) -> str:
    if isinstance(event, Step):
        return event.state
    return "notice" if isinstance(event, Notice) else type(event).__name__.lower()
