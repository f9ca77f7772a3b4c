"""The emulated Railway: what it is asked, what it answers, and how it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, ClassVar

from graphql import OperationType

from tests.emulators import contract_railway as contract
from tests.emulators import railway_graphql as documents
from tests.emulators import railway_socket as sockets
from tests.emulators import railway_striking as striking
from tests.emulators.hosting.calls import Answer, Recorded
from tests.emulators.hosting.faults import Due, Status
from tests.emulators.hosting.server import HostEmulator
from tests.emulators.messages_wire import Connection, Head
from tests.emulators.railway_control import command, state
from tests.emulators.railway_faults import SOCKET_FAULTS, SPECS, Fault
from tests.emulators.railway_mutations import MUTATIONS
from tests.emulators.railway_plan import Plan, plan_of
from tests.emulators.railway_queries import QUERIES, Call
from tests.emulators.railway_rules import InErrors, error_value, scope_of
from tests.emulators.railway_schema import best_schema
from tests.emulators.railway_things import Account
from tests.emulators.railway_upload import PATH, up
from tests.emulators.railway_world import World

CANARY = "rw_canary0token5Hc8Jt2Vb6Mq1Yd9Ke"
PROJECT_CANARY = "7c1e5a90-4b3d-4e8f-8a26-0d9b1f6c2e47"
WORKSPACE_CANARY = "rw_canary0space3Lp7Wn4Zx8Rf2Gs6Ta"
_RATE = 10_000  # requests in an hour where nothing else is set
GRAPHQL = "/graphql/v2"


class Emulator(HostEmulator[World]):
    """Railway on loopback. `project_token` is of the first project and its first environment.

    `poll_s`: how often a deployment may be looked at; `init_s`: how long a socket waits for its first message.
    """

    operations = ("up", "socket", "graphql", *QUERIES, *MUTATIONS)
    faults = Fault
    specs: ClassVar[Mapping[Any, Any]] = SPECS

    def __init__(
        self,
        account: Account | None = None,
        *,
        port: int = 0,
        speed: float = 1.0,
        now: Callable[[], float] | None = None,
        token: str = CANARY,
        project_token: str = PROJECT_CANARY,
        workspace_token: str = WORKSPACE_CANARY,
        latency_s: float = 0.0,
    ) -> None:
        self.account = account or Account()
        self.project_token, self.workspace_token = project_token, workspace_token
        self.poll_s, self.init_s = contract.POLL_S, 3.0
        super().__init__(port=port, speed=speed, now=now, token=token, latency_s=latency_s, plan=Plan())

    @property
    def breaches(self) -> list[str]:
        return super().breaches + contract.pace_breaches(list(self.requests), self.poll_s)

    def new_world(self) -> World:
        return World(self.account, self.clock, self.project_token)

    def settle(self, world: World) -> None:
        world.settle()

    def fail(
        self,
        fault: StrEnum,
        op: str | None = None,
        times: int | None = 1,
        skip: int = 0,
        at: int | None = None,
        seconds: float | None = None,
    ) -> None:
        """As of every host; a fault of the socket strikes nothing else. `at`: the line where a socket is lost."""
        if fault is Fault.DROP_BEFORE_READING and (op in QUERIES or op in MUTATIONS):
            fault = Fault.DROP_BEFORE_ACTING  # which operation it is, only its body tells
        super().fail(fault, "socket" if fault in SOCKET_FAULTS else op, times, skip, at, seconds)

    def op_of(self, method: str, path: str) -> str:
        if path == GRAPHQL:
            return "socket" if method == "GET" else "graphql"
        return "up" if method == "POST" and PATH.fullmatch(path) else "unknown"

    def name_op(self, recorded: Recorded) -> None:
        if recorded.op == "graphql":
            recorded.op = documents.name_of(recorded.body)

    def call_of(self, recorded: Recorded) -> Call:
        world = self.world
        scope = scope_of(world, recorded.headers, account_token=self.token, workspace_token=self.workspace_token)
        return Call(world=world, scope=scope, plan=self.plan, notes=recorded.notes)

    def act(self, recorded: Recorded, due: Due | None) -> Answer:
        call = self.call_of(recorded)
        striking.check_limit(call.world, recorded.op, self.counts[recorded.op], self.clock.now())
        if due:
            striking.before_acting(call, due, recorded)
        if recorded.op == "up":
            match = PATH.fullmatch(recorded.path)
            assert match is not None
            answer = up(call, match[1], match[2], recorded.query, recorded.raw)
        elif recorded.path == GRAPHQL and recorded.method == "POST":
            answer = self._execute(call, recorded, due)
        else:
            raise striking.no_such_page()
        if due:
            striking.after_acting(call, due)
        return answer

    def _execute(self, call: Call, recorded: Recorded, due: Due | None) -> Answer:
        schema = best_schema()
        asked = documents.read(recorded.body)
        documents.check(schema, asked)
        if asked.kind is OperationType.SUBSCRIPTION:
            raise InErrors({"errors": [error_value("Subscriptions are not supported here.", code="BAD_REQUEST")]}, 400)
        if due and due.fault is Fault.ANSWERS_FALSE and striking.is_boolean(schema, asked):
            return Answer(value={"data": dict.fromkeys(asked.fields, True)})  # which the fault turns over
        nulls = due is not None and due.fault is Fault.NULLS
        return Answer(value=documents.execute(schema, asked, call, nulls=nulls))

    async def upgrade(self, connection: Connection, head: Head, recorded: Recorded, due: Due | None) -> None:
        if await striking.lost_before_socket(connection, recorded, due, self):
            return
        await sockets.serve(self, connection, head, recorded, due)

    def carries_token(self, recorded: Recorded) -> bool:
        given = recorded.headers.get("project-access-token")
        return super().carries_token(recorded) or given in (self.project_token, self.token)

    def refusal_value(self, status: Status, due: Due) -> Any:
        extra = status.extra_now(self.clock.now(), due.seconds)
        if status.status == 200:
            return {"errors": [error_value(status.message, code=status.code, **extra)], "data": None}
        if status.code:
            return {"errors": [error_value(status.message, code=status.code, **extra)]}
        return {"message": status.message, **extra}

    def headers_of_all(self, recorded: Recorded) -> dict[str, str]:
        limit = self.world.limits.get(recorded.op, _RATE)
        return {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(max(limit - self.counts[recorded.op], 0)),
            "x-ratelimit-reset": str(int(self.clock.now()) + 3600),
        }

    def check(self, recorded: Recorded) -> tuple[list[str], list[str]]:
        return contract.request_breaches(recorded), contract.answer_breaches(recorded)

    def state(self) -> dict[str, Any]:
        return state(self.world)

    def plan_of(self, values: Mapping[str, Any]) -> Plan:
        return plan_of(values)

    def command(self, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
        return command(self.world, name, values)

    def greeting(self) -> dict[str, str]:
        return {"url": self.url, "token": self.token, "project_token": self.project_token}
