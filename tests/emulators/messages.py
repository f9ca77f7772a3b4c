"""The Messages API on loopback, for tests: real HTTP over a real socket, scripted answers, every known fault.

In a test: `async with Emulator() as api: ...`, with `api.url`, `api.requests`, `api.rules`, `api.fail(Fault.RESET)`.
As a process: `python tests/emulators/messages.py --port 0 --script FILE` prints its URL as the first line, takes a
command a line as JSON on its standard input and answers each with a line of JSON; it ends when its input does.
Over HTTP, for tests in other languages: `GET /_emulator/requests`; `POST /_emulator/{fault,rules,unknown,reset}`.

Commands: {"command": "requests"} · {"command": "fault", "fault": NAME|null, "times": N|null, "after_deltas": K,
"path": "/v1/messages"} · {"command": "rules", "rules": [RULE], "default": RULE} · {"command": "unknown", "fields":
["output_config.format"]} (fields that this server refuses; [] for none) · {"command": "reset"} · {"command": "faults"}
(all names). A script is {"rules": [RULE], "default": RULE, "fault": {...}, "unknown": {...}}; a RULE has the fields of
`messages_script.Rule`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, Self

if __package__ in (None, ""):  # run as a script: the modules beside this one are named from the repository's root
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.emulators import messages_replies as replies
from tests.emulators import messages_rules as rules_
from tests.emulators import messages_script as script
from tests.emulators.messages_control import obey
from tests.emulators.messages_faults import MESSAGES, SPECS, Fault, Spec, error_object, headers_now
from tests.emulators.messages_script import Rule
from tests.emulators.messages_wire import ClientLeft, Connection, Request

__all__ = ["DEFAULT_KEY", "SPECS", "Emulator", "Fault", "Recorded", "Rule"]

DEFAULT_KEY = "emulator-key"
DEFAULT_RULE = Rule(answer="emulated_answer(42)", delta_size=4)
_CONTROL = "/_emulator/"


@dataclasses.dataclass(slots=True, kw_only=True)
class Recorded:
    """A request as it came, and how it went. Times are Unix seconds."""

    id: int
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    received_at: float
    status: int | None = None
    deltas_sent: int = 0
    completed: bool = False  # we sent all that we meant to
    closed: Literal["before", "after"] | None = None  # the client left: before the answer was complete, or after it
    closed_at: float | None = None


class Emulator:
    """A vendor of our own. `requests` holds every request but the control ones, in order of arrival."""

    def __init__(
        self,
        *,
        key: str = DEFAULT_KEY,
        rules: list[Rule] | None = None,
        default: Rule = DEFAULT_RULE,
        answer: Callable[[Mapping[str, Any]], Rule | None] | None = None,
        port: int = 0,
    ) -> None:
        self.key, self.port = key, port
        self.rules, self.default, self._answer = rules or [], default, answer
        self.requests: list[Recorded] = []
        self.failures: list[str] = []  # of the emulator itself; a test may assert that there are none
        self.unknown: set[str] = set()  # fields that are refused, dotted: "output_config.format"
        self._fault: tuple[Spec, int | None, int] | None = None  # what, how often yet, after how many deltas
        self._fault_path = MESSAGES
        self._uses = script.Uses()
        self._cache = rules_.PromptCache()
        self._ids = itertools.count(1)
        self._news = asyncio.Condition()
        self._connections: set[asyncio.Task[None]] = set()
        self._telling: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, *self._telling, return_exceptions=True)
        await self._server.wait_closed()

    def fail(
        self, fault: Fault | None, *, times: int | None = None, after_deltas: int = 3, path: str = MESSAGES
    ) -> None:
        """The next `times` requests of `path` fail so (None: all); then they succeed."""
        self._fault = (SPECS[fault], times, after_deltas) if fault else None
        self._fault_path = path

    async def wait(self, condition: Callable[[list[Recorded]], bool], timeout_s: float = 10) -> None:
        """Until the requests are such; a hang guard, not a measurement."""
        async with asyncio.timeout(timeout_s), self._news:
            await self._news.wait_for(lambda: condition(self.requests))

    def reset(self) -> None:
        """As it was at the start: no requests, rules, fault or cached prefixes."""
        self.requests.clear()
        self.unknown = set()
        self.rules, self.default, self._fault = [], DEFAULT_RULE, None
        self._cache, self._uses = rules_.PromptCache(), script.Uses()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(Connection(reader, writer)))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, connection: Connection) -> None:
        last: Recorded | None = None
        try:
            while not connection.closing:
                if (request := await connection.request()) is None:
                    break
                if request.path.startswith(_CONTROL):
                    await self._controlled(connection, request)
                    continue
                last = self._record(request)
                await self._respond(connection, request, last)
                last.completed = True
                await self._tell()
        except ClientLeft:
            pass
        except Exception as error:
            self.failures.append(repr(error))
            raise
        finally:
            await connection.close()
        if last and not connection.ended_by_us:
            last.closed, last.closed_at = "after" if last.completed else "before", time.time()
            await self._tell()

    async def _controlled(self, connection: Connection, request: Request) -> None:
        answer = obey(self, request.body or b"{}", name=request.path.removeprefix(_CONTROL))
        await connection.answer_json(400 if "error" in answer else 200, answer, {})

    def _record(self, request: Request) -> Recorded:
        try:
            body = json.loads(request.body) if request.body else None
        except ValueError:
            body = None
        recorded = Recorded(
            id=next(self._ids),
            method=request.method,
            path=request.path,
            headers=dict(request.headers),
            body=body,
            received_at=time.time(),
        )
        self.requests.append(recorded)
        return recorded

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _respond(self, connection: Connection, request: Request, recorded: Recorded) -> None:
        headers = {"request-id": f"req_{recorded.id}", "anthropic-organization-id": "org_emulator"}
        await self._tell()
        try:
            self._check_headers(request.headers)
            spec = self._due(request)
            if spec.before_headers == "stall":
                await connection.wait_for_the_end()
            elif spec.before_headers == "drop":
                connection.drop()
            elif spec.status and spec.status.html:
                recorded.status = spec.status.status
                await connection.answer(recorded.status, spec.status.html.encode(), {"content-type": "text/html"})
            elif status := spec.status:
                recorded.status = status.status
                said = status.message
                if status.echo:
                    said += f"{request.headers.get('authorization')} {request.body.decode()}"
                value = error_object(status.kind, said, status.code, headers["request-id"])
                await connection.answer_json(status.status, value, headers | headers_now(status.headers))
            else:
                await self._route(connection, request, recorded, headers, spec)
        except rules_.Refused as refused:
            recorded.status = refused.status
            value = error_object(refused.kind, refused.message, request_id=headers["request-id"])
            await connection.answer_json(refused.status, value, headers)

    def _check_headers(self, headers: Mapping[str, str]) -> None:
        key = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
        if key != self.key:
            raise rules_.Refused(401, "authentication_error", "invalid bearer token")
        if "anthropic-version" not in headers:
            raise rules_.Refused(400, "invalid_request_error", "anthropic-version: header is required")

    def _due(self, request: Request) -> Spec:
        if self._fault is None or request.path.partition("?")[0] != self._fault_path:
            return Spec()
        spec, times, _ = self._fault
        if times is not None:
            if times <= 0:
                return Spec()
            self._fault = (spec, times - 1, self._fault[2])
        return spec

    async def _route(
        self, connection: Connection, request: Request, recorded: Recorded, headers: dict[str, str], spec: Spec
    ) -> None:
        recorded.status = 200
        path = request.path.partition("?")[0]
        if request.method == "POST" and path == MESSAGES:
            await self._messages(connection, recorded, headers | replies.rate_limits(), spec)
        elif request.method == "POST" and path == f"{MESSAGES}/count_tokens":
            rules_.check(recorded.body, unknown=self.unknown, counting=True)
            await connection.answer_json(200, {"input_tokens": rules_.count_tokens(recorded.body)}, headers)
        elif request.method == "GET" and path == "/v1/models":
            models = [replies.model(name) for name in rules_.CACHE_MINIMUM]
            ends = {"first_id": models[0]["id"], "last_id": models[-1]["id"]}
            await connection.answer_json(200, {"data": models, "has_more": False, **ends}, headers)
        elif request.method == "GET" and (name := path.removeprefix("/v1/models/")) in rules_.CACHE_MINIMUM:
            await connection.answer_json(200, replies.model(name), headers)
        else:
            raise rules_.Refused(404, "not_found_error", "Not found")

    async def _messages(self, connection: Connection, recorded: Recorded, headers: dict[str, str], spec: Spec) -> None:
        body = recorded.body
        rules_.check(body, unknown=self.unknown)
        chosen = self._answer(body) if self._answer else None
        rule = script.choose(body, [chosen] if chosen else self.rules, self.default)
        answer = script.answer(body, self._uses.next(rule))
        usage = self._cache.usage(body)
        message = {"id": f"msg_{recorded.id}", "type": "message", "role": "assistant", "model": body["model"]}
        if not body.get("stream"):
            await connection.answer_json(200, replies.whole(message, answer, usage), headers)
            return
        steps = replies.steps(message, answer, usage)
        if spec.change and self._fault:
            steps = spec.change(steps, self._fault[2])

        def delta_sent() -> None:
            recorded.deltas_sent += 1
            telling = asyncio.create_task(self._tell())
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)

        await connection.stream(steps, headers, split_bytes=spec.split_bytes, on_delta=delta_sent)


if __name__ == "__main__":
    from tests.emulators.messages_process import main

    asyncio.run(main(sys.argv[1:]))
