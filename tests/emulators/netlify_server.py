"""The emulated Netlify: what it is asked, what it answers, and how it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, ClassVar

from tests.emulators import contract_netlify as contract
from tests.emulators import netlify_routes as routes
from tests.emulators import netlify_socket as socket
from tests.emulators import netlify_striking as striking
from tests.emulators.hosting.calls import Answer, Recorded, Refused
from tests.emulators.hosting.faults import Due, Status
from tests.emulators.hosting.server import HostEmulator
from tests.emulators.messages_wire import Connection, Head
from tests.emulators.netlify_calls import Call, check_token
from tests.emulators.netlify_control import command, state
from tests.emulators.netlify_faults import SOCKET, SPECS, Fault
from tests.emulators.netlify_plan import Plan, failing, plan_of, reviewed, skipping
from tests.emulators.netlify_things import Account
from tests.emulators.netlify_world import World

CANARY = "nfp_canary0token4Hd8Vt2Rm6Jq1Wc9Ye"
_RATE = 500  # requests a minute; reference A2.6
_NAMED_PLANS = {"failing": failing, "skipping": skipping, "reviewed": reviewed}


class Emulator(HostEmulator[World]):
    """Netlify on loopback; its API is below `url` + "/api/v1", its build log's socket at `url` + "/build/logs"."""

    operations = routes.OPERATIONS
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
        latency_s: float = 0.0,
    ) -> None:
        self.account = account or Account()
        self._uploads: set[asyncio.Task[Any] | None] = set()  # that are not answered yet
        super().__init__(port=port, speed=speed, now=now, token=token, latency_s=latency_s, plan=Plan())

    def new_world(self) -> World:
        return World(self.account, self.clock)

    def settle(self, world: World) -> None:
        world.settle()

    def op_of(self, method: str, path: str) -> str:
        if path == routes.SOCKET:
            return routes.SOCKET_OP
        try:
            return routes.find(method, path)[0].op
        except Refused:
            return "unknown"

    def act(self, recorded: Recorded, due: Due | None) -> Answer:
        route, params = routes.find(recorded.method, recorded.path)
        check_token(recorded.headers, self.token)
        striking.check_limit(self.world, recorded.op, self.counts[recorded.op])
        call = Call(world=self.world, request=recorded, params=params, plan=self.plan, url=self.url)
        if due and not striking.strikes(call, due):
            due.give_back()
            due = recorded.fault = None
        if due:
            striking.before_acting(call, due)
        answer = route.handler(call)
        if due:
            striking.after_acting(call, due, answer)
        return answer

    def fail(
        self,
        fault: StrEnum,
        op: str | None = None,
        times: int | None = 1,
        skip: int = 0,
        at: int | None = None,
        seconds: float | None = None,
    ) -> None:
        """As of every host; those that only a socket can have strike none but it."""
        super().fail(fault, routes.SOCKET_OP if fault in SOCKET else op, times, skip, at, seconds)

    def carries_token(self, recorded: Recorded) -> bool:
        if recorded.op == routes.SOCKET_OP and isinstance(recorded.body, dict):
            return bool(recorded.body.get("access_token") == self.token)
        return super().carries_token(recorded)

    def refusal_value(self, status: Status, due: Due) -> Any:
        return {"code": status.status, "message": status.message, **status.extra_now(self.clock.now(), due.seconds)}

    def headers_of_all(self, recorded: Recorded) -> dict[str, str]:
        self._uploads.discard(asyncio.current_task())  # its answer is on its way: the client may begin the next
        id_ = {"x-nf-request-id": f"01EMULATED{recorded.id:016}", "x-request-id": f"{recorded.id:032x}"}
        if recorded.fault is not None and recorded.fault.startswith("429"):
            return id_  # the fault itself says when to come back, or does not
        limit = self.world.limits.get(recorded.op, _RATE)
        return id_ | {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(max(limit - self.counts[recorded.op], 0)),
            "x-ratelimit-reset": str(int(self.clock.now()) + 60),
        }

    def check(self, recorded: Recorded) -> tuple[list[str], list[str]]:
        return contract.request_breaches(recorded), contract.answer_breaches(recorded)

    def state(self) -> dict[str, Any]:
        return state(self.world)

    def plan_of(self, values: Mapping[str, Any]) -> Plan:
        """The fields of `Plan`, or `{"failing": true}` and its like."""
        made = next((make() for name, make in _NAMED_PLANS.items() if values.get(name)), None)
        return made or plan_of(values)

    def command(self, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
        return command(self.world, name, values)

    async def upgrade(self, connection: Connection, head: Head, recorded: Recorded, due: Due | None) -> None:
        if recorded.op != routes.SOCKET_OP:
            await super().upgrade(connection, head, recorded, due)
            return
        await socket.serve(self, connection, head, recorded, due)

    async def _one(self, connection: Connection, head: Head) -> None:
        task = asyncio.current_task()
        if self.op_of(head.method, head.path.partition("?")[0]) == "upload_file":
            self._uploads.add(task)
        try:
            await super()._one(connection, head)
        finally:
            self._uploads.discard(task)

    def _record(self, head: Head, path: str, query: str) -> Recorded:
        recorded = super()._record(head, path, query)
        if recorded.op == "upload_file":
            recorded.notes["parallel"] = len(self._uploads)
        return recorded
