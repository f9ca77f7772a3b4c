"""The emulated Vercel: what it is asked, what it answers, and how it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from tests.emulators import contract_vercel as contract
from tests.emulators import vercel_routes as routes
from tests.emulators import vercel_striking as striking
from tests.emulators.hosting.calls import Answer, Recorded
from tests.emulators.hosting.faults import Due, Status
from tests.emulators.hosting.server import HostEmulator
from tests.emulators.vercel_calls import Call, check_token, scope_of
from tests.emulators.vercel_control import command, state
from tests.emulators.vercel_faults import SPECS, Fault
from tests.emulators.vercel_plan import Plan, failing, plan_of
from tests.emulators.vercel_rules import Refused
from tests.emulators.vercel_things import Account
from tests.emulators.vercel_world import World

CANARY = "vcp_canary0token7Qf3Zs9Lk2Xw8Nb5Tg"
_RATE = 10_000  # requests that a bucket takes where nothing else is set


class Emulator(HostEmulator[World]):
    """Vercel on loopback."""

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
        super().__init__(port=port, speed=speed, now=now, token=token, latency_s=latency_s, plan=Plan())

    def new_world(self) -> World:
        return World(self.account, self.clock)

    def settle(self, world: World) -> None:
        world.settle()

    def op_of(self, method: str, path: str) -> str:
        try:
            return routes.find(method, path)[0].op
        except Refused:
            return "unknown"

    def act(self, recorded: Recorded, due: Due | None) -> Answer:
        route, _, params = routes.find(recorded.method, recorded.path)
        check_token(recorded.headers, self.token)
        striking.check_limit(self.world, recorded.op, self.counts[recorded.op], self.clock.now())
        scope = scope_of(self.account, recorded.query)
        call = Call(world=self.world, request=recorded, params=params, scope=scope, plan=self.plan)
        if due:
            striking.before_acting(call, due)
        answer = route.handler(call)
        if due:
            striking.after_acting(call, due, answer)
        return answer

    def refusal_value(self, status: Status, due: Due) -> Any:
        extra = status.extra_now(self.clock.now(), due.seconds)
        return {status.key: {"code": status.code, "message": status.message, **extra}}

    def headers_of_all(self, recorded: Recorded) -> dict[str, str]:
        limit = self.world.limits.get(recorded.op, _RATE)
        remaining = max(limit - self.counts[recorded.op], 0)
        return {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(remaining),
            "x-ratelimit-reset": str(int(self.clock.now()) + 60),
        }

    def check(self, recorded: Recorded) -> tuple[list[str], list[str]]:
        return contract.request_breaches(recorded), contract.answer_breaches(recorded)

    def state(self) -> dict[str, Any]:
        return state(self.world)

    def plan_of(self, values: Mapping[str, Any]) -> Plan:
        return failing() if values.get("failing") else plan_of(values)

    def command(self, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
        return command(self.world, name, values)
