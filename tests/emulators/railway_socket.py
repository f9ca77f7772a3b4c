"""The host's socket: subscriptions, by the protocol graphql-transport-ws."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any

from graphql import OperationType
from graphql.execution.values import get_argument_values, get_variable_values

from tests.emulators import railway_graphql as documents
from tests.emulators.hosting.calls import Recorded
from tests.emulators.hosting.faults import Due
from tests.emulators.hosting.sockets import Socket
from tests.emulators.messages_wire import ClientLeft, Connection, Head
from tests.emulators.railway_faults import Fault
from tests.emulators.railway_graphql import Asked
from tests.emulators.railway_rules import Denied, InErrors, error_value
from tests.emulators.railway_schema import best_schema
from tests.emulators.railway_streams import STREAMS

if TYPE_CHECKING:
    from tests.emulators.railway_server import Emulator

PROTOCOL = "graphql-transport-ws"
_LOST = {Fault.SOCKET_DIES, Fault.SOCKET_HALF_FRAME}


async def serve(emulator: Emulator, connection: Connection, head: Head, recorded: Recorded, due: Due | None) -> None:
    """Speak with a client until one of the two has enough."""
    socket = Socket(connection, head, subprotocols=(PROTOCOL,))
    if not await socket.accept():
        recorded.status = 400
        return
    recorded.answer = []
    conversation = _Conversation(emulator, socket, recorded, due)
    try:
        await conversation.run()
    finally:
        await conversation.stop()
        await socket.aclose()
        recorded.status = 101  # only now: what was said on it is judged once, when all of it is known
        recorded.notes["closed"] = socket.closed_with
        await emulator.tell()


class _Conversation:
    """What was said on one socket. `lines`: entries of lists that went to the client, or other values."""

    def __init__(self, emulator: Emulator, socket: Socket, recorded: Recorded, due: Due | None) -> None:
        self._emulator, self._socket, self._recorded = emulator, socket, recorded
        self._fault = Fault(due.fault) if due else None
        self._at = due.at if due and due.at is not None else 1
        self._lines = 0
        self._ready = False
        self._over = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until it is closed by somebody."""
        hearing = asyncio.create_task(self._hear())
        ending = asyncio.create_task(self._over.wait())
        try:
            await asyncio.wait({hearing, ending}, return_when=asyncio.FIRST_COMPLETED)
            if hearing.done():
                hearing.result()
        finally:
            for task in (hearing, ending):
                task.cancel()
            await asyncio.gather(hearing, ending, return_exceptions=True)

    async def stop(self) -> None:
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _hear(self) -> None:
        try:
            async with asyncio.timeout(self._emulator.init_s) as limit:
                while (text := await self._socket.receive()) is not None:
                    if not await self._take(text):
                        return
                    if self._ready or self._fault is Fault.SOCKET_NEVER_ACKS:
                        limit.reschedule(None)
        except TimeoutError:
            await self._misspoken(4408, "Connection initialisation timeout")

    async def _take(self, text: str) -> bool:
        """Whether the conversation goes on after this message."""
        try:
            message = json.loads(text)
            kind = message["type"]
        except (ValueError, TypeError, KeyError):
            return await self._misspoken(4400, "Invalid message received")
        match kind:
            case "connection_init":
                return await self._init()
            case "ping":
                await self._send({"type": "pong"})
            case "pong":
                pass
            case "subscribe":
                return await self._subscribe(message)
            case "complete":
                if task := self._running.pop(str(message.get("id")), None):
                    task.cancel()
            case _:
                return await self._misspoken(4400, f"Unexpected message of type {kind}")
        return True

    async def _init(self) -> bool:
        if self._ready or self._fault is Fault.SOCKET_TOO_MANY:
            wrong = self._ready
            return await self._refuse(4429, "Too many initialisation requests", blame=wrong)
        if self._fault is Fault.SOCKET_UNAUTHORIZED:
            return await self._refuse(4401, "Unauthorized", blame=False)
        if self._fault is Fault.SOCKET_NEVER_ACKS:
            return True
        self._ready = True
        await self._send({"type": "connection_ack"})
        return True

    async def _subscribe(self, message: dict[str, Any]) -> bool:
        id_, payload = message.get("id"), message.get("payload")
        if not isinstance(id_, str) or not isinstance(payload, dict):
            return await self._misspoken(4400, "Invalid message received")
        if not self._ready:
            return await self._misspoken(4401, "Unauthorized")
        if id_ in self._running:
            return await self._misspoken(4409, f"Subscriber for {id_} already exists")
        self._recorded.notes.setdefault("subscribed", []).append(payload)
        self._running[id_] = asyncio.create_task(self._stream(id_, payload))
        await self._emulator.tell()
        return True

    async def _stream(self, id_: str, payload: dict[str, Any]) -> None:
        """Everything of one subscription."""
        try:
            await self._tell_all(id_, payload)
        except InErrors as refused:
            self._recorded.notes.setdefault("refused", []).append(refused.value)
            await self._send({"id": id_, "type": "error", "payload": refused.value["errors"]})
        except ClientLeft:
            self._over.set()
        except Exception as error:  # boundary: a test asserts that there was none
            self._emulator.errors.append(repr(error))
            self._over.set()
        finally:
            self._running.pop(id_, None)

    async def _tell_all(self, id_: str, payload: dict[str, Any]) -> None:
        schema = best_schema()
        asked = documents.read(payload)
        documents.check(schema, asked)
        if self._fault is Fault.SOCKET_ERROR:
            raise InErrors({"errors": [error_value("Problem processing request")]})
        if self._fault is Fault.SOCKET_SILENT:
            return
        if asked.kind is not OperationType.SUBSCRIPTION:
            answer = documents.execute(schema, asked, self._emulator.call_of(self._recorded))
            await self._send({"id": id_, "type": "next", "payload": answer})
        elif self._fault is not Fault.SOCKET_COMPLETES:
            await self._subscription(id_, asked)
        if not self._over.is_set():
            await self._send({"id": id_, "type": "complete"})

    async def _subscription(self, id_: str, asked: Asked) -> None:
        schema = best_schema()
        name, arguments = _arguments(asked)
        call = self._emulator.call_of(self._recorded)
        if name not in STREAMS:
            raise InErrors({"errors": [error_value("Problem processing request")]})
        async with contextlib.aclosing(STREAMS[name](call, **arguments)) as values:  # type: ignore[type-var]
            while not self._over.is_set():
                try:
                    value = await anext(values)
                except StopAsyncIteration:
                    return
                except Denied as denied:
                    raise InErrors({"errors": [error_value(denied.message, path=[name])]}) from None
                await self._next(id_, documents.run(schema, asked, call, {name: self._cut(value)}))

    def _cut(self, value: Any) -> Any:
        """As much of it as comes before the fault."""
        if self._fault in _LOST and isinstance(value, list):
            return value[: max(self._at - self._lines, 0)]
        return value

    async def _next(self, id_: str, answer: dict[str, Any]) -> None:
        """One event to the client; or what a fault makes of it."""
        message = {"id": id_, "type": "next", "payload": answer}
        count = sum(len(value) if isinstance(value, list) else 1 for value in answer["data"].values())
        if self._fault is Fault.SOCKET_GARBAGE and self._lines == 0:
            await self._socket.send('{"id": "half')
        if self._fault is Fault.SOCKET_HALF_FRAME and self._lines + count >= self._at:
            self._over.set()
            await self._socket.send_part(json.dumps(message))
            return
        if count:
            await self._send(message)
            if self._fault is Fault.SOCKET_DUPLICATES:
                await self._send(message)
        self._lines += count
        if self._fault is Fault.SOCKET_DIES and self._lines >= self._at:
            self._over.set()
            self._socket.cut()
            return
        self._recorded.answer.append(answer["data"])
        await self._emulator.tell()

    async def _send(self, message: dict[str, Any]) -> None:
        await self._socket.send(json.dumps(message))

    async def _misspoken(self, code: int, reason: str) -> bool:
        return await self._refuse(code, reason, blame=True)

    async def _refuse(self, code: int, reason: str, *, blame: bool) -> bool:
        if blame:
            self._recorded.notes.setdefault("misspoken", []).append(f"{code} {reason}")
        await self._close(code, reason)
        return False

    async def _close(self, code: int, reason: str) -> None:
        self._recorded.notes["closing"] = code
        await self._socket.close(code, reason)


def _arguments(asked: Asked) -> tuple[str, dict[str, Any]]:
    """Of the one root field: its name, and what it is called with."""
    schema = best_schema()
    assert schema.subscription_type is not None
    field = documents.root_nodes(asked.document, asked.operation)[0]
    name = field.name.value
    definitions = asked.operation.variable_definitions or ()
    values = get_variable_values(schema, definitions, dict(asked.variables))
    if isinstance(values, list):
        raise InErrors({"errors": [error_value(values[0].message)]})
    return name, get_argument_values(schema.subscription_type.fields[name], field, values)
