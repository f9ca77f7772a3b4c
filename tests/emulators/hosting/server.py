"""An emulated host's server: requests in, answers or faults out, and a record of all of it."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Self
from urllib.parse import parse_qsl

from tests.emulators.hosting.calls import Answer, Recorded, Refused
from tests.emulators.hosting.clock import HostClock
from tests.emulators.hosting.control import CONTROL, obey
from tests.emulators.hosting.faults import Due, Spec
from tests.emulators.hosting.host import Host, W
from tests.emulators.hosting.sending import send_stream, send_whole
from tests.emulators.messages_wire import ClientLeft, Connection, Head

ELSEWHERE = "/__elsewhere__"
NO_FAULT = Spec()
_BYTES = ("application/octet-stream", "application/gzip", "application/zip")


class HostEmulator(Host[W]):
    """A host on loopback. `requests`: all but those to the control endpoint. `elsewhere`: those that followed a
    redirect to another host name, which must not carry the token."""

    def __init__(
        self, *, port: int, speed: float, now: Callable[[], float] | None, token: str, latency_s: float, plan: Any
    ) -> None:
        """`speed`: host's seconds per second, 0 for a clock that only `advance` moves; `now`: another's clock."""
        self.port, self.token, self.latency_s, self.plan = port, token, latency_s, plan
        self._first_plan = plan
        self.clock = HostClock(speed=speed, source=now)
        self.requests: list[Recorded] = []
        self.elsewhere: list[Recorded] = []
        self.errors: list[str] = []  # of the emulator itself
        self._world = self.new_world()
        self._due: list[Due] = []
        self._ids = itertools.count(1)
        self.counts: Counter[str] = Counter()  # requests by operation, since the last reset
        self._news = asyncio.Condition()
        self._connections: set[asyncio.Task[None]] = set()
        self._checked: dict[int, tuple[list[str], list[str]]] = {}

    # ---- what tests use

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def world(self) -> W:
        """The host's state as of now."""
        self.settle(self._world)
        return self._world

    @property
    def saw_token(self) -> bool:
        """Whether the token ever arrived: the control that looking for it elsewhere means something."""
        return any(self.carries_token(request) for request in list(self.requests))

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
        fault: StrEnum,
        op: str | None = None,
        times: int | None = 1,
        skip: int = 0,
        at: int | None = None,
        seconds: float | None = None,
    ) -> None:
        """The next `times` requests of `op` (None: any; times None: all) fail so, after `skip` that do not.

        `at`: the byte of the answer, or entry of a stream, where it happens. `seconds`: how slow; when to come back.
        """
        if op is not None and op not in self.operations:
            raise ValueError(f"no operation {op!r}; there are {', '.join(self.operations)}")
        pause_s = seconds if seconds is not None else 0.2 if self.specs[fault].place == "slow" else 1.0
        self._due.append(Due(fault=fault, op=op, times=times, skip=skip, at=at, seconds=pause_s))

    def heal(self) -> None:
        """No more faults."""
        self._due.clear()

    def reset(self) -> None:
        """As it was at the start; the clock goes on."""
        self.heal()
        self.requests.clear()
        self.counts.clear()
        self.elsewhere.clear()
        self.errors.clear()
        self.plan, self._world = self._first_plan, self.new_world()

    async def wait(self, condition: Callable[[], Any], timeout_s: float = 10) -> None:
        """Until it holds, looked at with each request, answer and entry of a stream; a hang guard, no measurement."""
        async with asyncio.timeout(timeout_s), self._news:
            await self._news.wait_for(condition)

    async def tell(self) -> None:
        """Let whoever waits look again."""
        async with self._news:
            self._news.notify_all()

    # ---- the sockets

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
                if head.headers.get("connection", "").lower() in ("close", "upgrade"):
                    break
        except ClientLeft:
            pass
        except Exception as error:  # boundary: a test asserts that there was none
            self.errors.append(repr(error))
            raise
        finally:
            await connection.close()
            await self.tell()

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
        self._checked[recorded.id] = [], []  # until it is whole there is nothing to hold against it
        self.requests.append(recorded)
        upgrades = head.headers.get("upgrade", "").lower() == "websocket"
        due = self._strike(recorded, lambda due: upgrades or self.specs[due.fault].place == "before-reading")
        if due and self.specs[due.fault].place == "before-reading":
            connection.drop()
            return
        if upgrades:
            del self._checked[recorded.id]
            self.counts[recorded.op] += 1
            await self.tell()
            await self.upgrade(connection, head, recorded, due)
            return
        if (body := await connection.body(head)) is None:
            raise ClientLeft
        del self._checked[recorded.id]
        recorded.raw, recorded.body = body, _parsed(head, body)
        self.name_op(recorded)
        self.counts[recorded.op] += 1
        due = self._strike(recorded, lambda due: self.specs[due.fault].place != "before-reading")
        await self.tell()
        if self.latency_s:
            await asyncio.sleep(self.latency_s)
        await self._respond(connection, recorded, due)

    def _strike(self, recorded: Recorded, may: Callable[[Due], bool]) -> Due | None:
        due = next((due for due in self._due if may(due) and due.take(recorded.op)), None)
        recorded.fault = due.fault.value if due else None
        return due

    def _record(self, head: Head, path: str, query: str) -> Recorded:
        values: dict[str, str] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            values[name] = f"{values[name]},{value}" if name in values else value
        return Recorded(
            id=next(self._ids),
            op=self.op_of(head.method, path),
            method=head.method,
            path=path,
            query=values,
            headers=dict(head.headers),
            at=self.clock.now(),
        )

    async def _respond(self, connection: Connection, recorded: Recorded, due: Due | None) -> None:
        spec = self.specs[due.fault] if due else NO_FAULT
        if due and spec.place == "slow":
            await asyncio.sleep(due.seconds)
        if spec.place == "never":
            await connection.wait_for_the_end()
        if spec.place == "before-acting":
            connection.drop()
            return
        if due and spec.status and not spec.acts:
            answer = self._refusal(spec, due, recorded)
        else:
            answer = self._act(recorded, due)
            if due and spec.waits_for_an_act and not recorded.acted:
                due.give_back()
                recorded.fault, due, spec = None, None, NO_FAULT
            elif due and spec.status:
                answer = self._refusal(spec, due, recorded)
        await self.tell()
        if spec.place == "after-acting":
            connection.drop()
            return
        recorded.status = answer.status
        headers = {**self.headers_of_all(recorded), **answer.headers}
        if answer.stream is not None:
            await send_stream(connection, recorded, answer, headers, spec, due, self.tell)
        else:
            await send_whole(connection, recorded, answer, headers, spec, due)
        await self.tell()

    def _act(self, recorded: Recorded, due: Due | None) -> Answer:
        """The right answer, or the host's refusal."""
        try:
            answer = self.act(recorded, due)
        except Refused as refused:
            return refused.answer()
        recorded.acted = True
        return answer

    def _refusal(self, spec: Spec, due: Due, recorded: Recorded) -> Answer:
        """The answer in place of the right one."""
        status = spec.status
        assert status is not None
        headers = status.headers_now(self.clock.now(), due.seconds)
        if spec.redirects:
            headers["location"] = f"http://localhost:{self.port}{ELSEWHERE}{recorded.path}"
        if status.raw is not None:
            return Answer(status=status.status, raw=status.raw, headers=headers)
        return Answer(status=status.status, value=self.refusal_value(status, due), headers=headers)

    def _check(self, request: Recorded) -> tuple[list[str], list[str]]:
        """Breaches by the client and by us; kept once the request is answered."""
        if request.id in self._checked:
            return self._checked[request.id]
        breaches, failures = self.check(request)
        if request.fault is not None and self.specs[self.faults(request.fault)].lies:
            failures = []
        if request.status is not None:
            self._checked[request.id] = breaches, failures
        return breaches, failures


def _parsed(head: Head, body: bytes) -> Any:
    """JSON where it is that; files and archives stay bytes."""
    if not body:
        return None
    if head.headers.get("content-type", "").startswith(
        ("application/octet-stream", "application/gzip", "application/zip")
    ):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return body
