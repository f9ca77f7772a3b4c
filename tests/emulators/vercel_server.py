"""The emulated host's server: requests in, answers or faults out, and a record of all of it."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import parse_qsl

from tests.emulators import contract_vercel as contract
from tests.emulators import vercel_routes as routes
from tests.emulators import vercel_striking as striking
from tests.emulators.messages_wire import ClientLeft, Connection, Head
from tests.emulators.vercel_calls import Answer, Call, Recorded, check_token, scope_of
from tests.emulators.vercel_clock import HostClock
from tests.emulators.vercel_control import CONTROL, obey
from tests.emulators.vercel_faults import SPECS, Due, Fault
from tests.emulators.vercel_plan import Plan
from tests.emulators.vercel_rules import Refused
from tests.emulators.vercel_sending import send_stream, send_whole
from tests.emulators.vercel_things import Account
from tests.emulators.vercel_world import World

CANARY = "vcp_canary0token7Qf3Zs9Lk2Xw8Nb5Tg"
ELSEWHERE = "/__elsewhere__"
_RATE = 10_000  # requests that a bucket takes where nothing else is set


class Emulator:
    """Vercel on loopback. `requests`: all but those to the control endpoint. `elsewhere`: those that followed a
    redirect to another host name, which must not carry the token."""

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
        """`speed`: host's seconds per second, 0 for a clock that only `advance` moves; `now`: another's clock."""
        self.port, self.token, self.latency_s = port, token, latency_s
        self.account = account or Account()
        self.plan = Plan()
        self.clock = HostClock(speed=speed, source=now)
        self.requests: list[Recorded] = []
        self.elsewhere: list[Recorded] = []
        self.errors: list[str] = []  # of the emulator itself
        self._world = World(self.account, self.clock)
        self._due: list[Due] = []
        self._ids = itertools.count(1)
        self._counts: Counter[str] = Counter()  # of the buckets that `World.limits` makes small
        self._news = asyncio.Condition()
        self._connections: set[asyncio.Task[None]] = set()
        self._checked: dict[int, tuple[list[str], list[str]]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def world(self) -> World:
        """The host's state as of now."""
        self._world.settle()
        return self._world

    @property
    def saw_token(self) -> bool:
        """Whether the token ever arrived: the control that looking for it elsewhere means something."""
        return any(request.headers.get("authorization") == f"Bearer {self.token}" for request in self.requests)

    @property
    def breaches(self) -> list[str]:
        """What is wrong with the client's requests, by the contract and its table of exceptions."""
        return [breach for request in list(self.requests) for breach in self._check(request)[0]]

    @property
    def failures(self) -> list[str]:
        """What is wrong with our own answers (but for those that lie on purpose), and our own errors."""
        return self.errors + [failure for request in list(self.requests) for failure in self._check(request)[1]]

    def count(self, op: str) -> int:
        """How many requests of an operation came; since `requests` was last cleared."""
        return sum(request.op == op for request in list(self.requests))

    def fail(
        self,
        fault: Fault,
        op: str | None = None,
        times: int | None = 1,
        skip: int = 0,
        at: int | None = None,
        seconds: float | None = None,
    ) -> None:
        """The next `times` requests of `op` (None: any; times None: all) fail so, after `skip` that do not.

        `at`: the byte of the answer, or entry of a stream, where it happens. `seconds`: how slow; when to come back.
        """
        if op is not None and op not in routes.OPERATIONS:
            raise ValueError(f"no operation {op!r}; there are {', '.join(routes.OPERATIONS)}")
        pause_s = seconds if seconds is not None else 0.2 if fault is Fault.SLOW else 1.0
        self._due.append(Due(fault=fault, op=op, times=times, skip=skip, at=at, seconds=pause_s))

    def heal(self) -> None:
        """No more faults."""
        self._due.clear()

    def reset(self) -> None:
        """As it was at the start; the clock goes on."""
        self.heal()
        self.requests.clear()
        self._counts.clear()
        self.elsewhere.clear()
        self.errors.clear()
        self.plan, self._world = Plan(), World(self.account, self.clock)

    async def wait(self, condition: Callable[[], Any], timeout_s: float = 10) -> None:
        """Until it holds, looked at with each request, answer and entry of a stream; a hang guard, no measurement."""
        async with asyncio.timeout(timeout_s), self._news:
            await self._news.wait_for(condition)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(Connection(reader, writer)))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, connection: Connection) -> None:
        try:
            while not connection.closing and (head := await connection.head()) is not None:
                await self._one(connection, head)
                if head.headers.get("connection", "").lower() == "close":
                    break
        except ClientLeft:
            pass
        except Exception as error:  # boundary: a test asserts that there was none
            self.errors.append(repr(error))
            raise
        finally:
            await connection.close()
            await self._tell()

    async def _one(self, connection: Connection, head: Head) -> None:
        path, _, query = head.path.partition("?")
        if path.startswith(CONTROL):
            answer = obey(self, path.removeprefix(CONTROL), await connection.body(head) or b"{}")
            await connection.answer_json(400 if "error" in answer else 200, answer, {})
            return
        recorded = self._record(head, path, query)
        if path.startswith(ELSEWHERE):
            self.elsewhere.append(recorded)
            await connection.body(head)
            await connection.answer_json(404, {"message": "another host"}, {})
            return
        self.requests.append(recorded)
        self._counts[recorded.op] += 1
        due = next((due for due in self._due if due.take(recorded.op)), None)
        recorded.fault = due.fault.value if due else None
        self._checked[recorded.id] = [], []  # until it is whole there is nothing to hold against it
        if due and SPECS[due.fault].place == "before-reading":
            connection.drop()
            return
        if (body := await connection.body(head)) is None:
            raise ClientLeft
        del self._checked[recorded.id]
        recorded.raw, recorded.body = body, _parsed(head, body)
        await self._tell()
        if self.latency_s:
            await asyncio.sleep(self.latency_s)
        await self._respond(connection, recorded, due)

    def _record(self, head: Head, path: str, query: str) -> Recorded:
        values: dict[str, str] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            values[name] = f"{values[name]},{value}" if name in values else value
        try:
            op = routes.find(head.method, path)[0].op
        except Refused:
            op = "unknown"
        headers = dict(head.headers)
        return Recorded(id=next(self._ids), op=op, method=head.method, path=path, query=values, headers=headers)

    async def _respond(self, connection: Connection, recorded: Recorded, due: Due | None) -> None:
        spec = SPECS[due.fault] if due else striking.NO_FAULT
        if due and spec.place == "slow":
            await asyncio.sleep(due.seconds)
        if spec.place == "never":
            await connection.wait_for_the_end()
        if spec.place == "before-acting":
            connection.drop()
            return
        if spec.status and not spec.acts:
            assert due is not None
            answer = striking.refusal(spec.status, due, self.clock.now(), self._other_host(recorded))
        else:
            answer = self._act(recorded, due)
            if due and striking.waits_for_an_act(due.fault) and not recorded.acted:
                striking.give_back(due)
                recorded.fault, due, spec = None, None, striking.NO_FAULT
            elif due and spec.status:
                answer = striking.refusal(spec.status, due, self.clock.now(), "")
        await self._tell()
        if spec.place == "after-acting":
            connection.drop()
            return
        recorded.status = answer.status
        headers = {**self._rate_headers(recorded.op), **answer.headers}
        if answer.stream is not None:
            await send_stream(connection, recorded, answer, headers, due, self._tell)
        else:
            await send_whole(connection, recorded, answer, headers, due)
        await self._tell()

    def _act(self, recorded: Recorded, due: Due | None) -> Answer:
        """The right answer, or the host's refusal."""
        try:
            route, _, params = routes.find(recorded.method, recorded.path)
            check_token(recorded.headers, self.token)
            striking.check_limit(self.world, recorded.op, self._counts[recorded.op], self.clock.now())
            scope = scope_of(self.account, recorded.query)
            call = Call(world=self.world, request=recorded, params=params, scope=scope, plan=self.plan)
            if due:
                striking.before_acting(call, due)
            answer = route.handler(call)
            recorded.acted = True
            if due:
                striking.after_acting(call, due, answer)
        except Refused as refused:
            return Answer(status=refused.status, value=refused.value())
        return answer

    def _other_host(self, recorded: Recorded) -> str:
        return f"http://localhost:{self.port}{ELSEWHERE}{recorded.path}"

    def _rate_headers(self, op: str) -> dict[str, str]:
        limit = self._world.limits.get(op, _RATE)
        remaining = max(limit - self._counts[op], 0)
        return {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(remaining),
            "x-ratelimit-reset": str(int(self.clock.now()) + 60),
        }

    def _check(self, request: Recorded) -> tuple[list[str], list[str]]:
        """Breaches by the client and by us; kept once the request is answered."""
        if request.id in self._checked:
            return self._checked[request.id]
        lies = request.fault is not None and SPECS[Fault(request.fault)].lies
        found = contract.request_breaches(request), [] if lies else contract.answer_breaches(request)
        if request.status is not None:
            self._checked[request.id] = found
        return found

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()


def _parsed(head: Head, body: bytes) -> Any:
    if not body:
        return None
    if head.headers.get("content-type", "").startswith("application/octet-stream"):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return body
