"""Answers on their way: whole, or an entry a line as things happen; and how that goes wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from tests.emulators.messages_wire import ClientLeft, Connection
from tests.emulators.vercel_calls import Answer, Recorded
from tests.emulators.vercel_faults import SPECS, Due, Fault, Spec

_LOST = {Fault.STREAM_DIES, Fault.DROP_IN_ANSWER, Fault.TRUNCATED}
_JSON = {"content-type": "application/json; charset=utf-8"}
_IN_ANSWER = {Fault.DROP_IN_ANSWER, Fault.STREAM_DIES}


async def send_whole(
    connection: Connection, recorded: Recorded, answer: Answer, headers: dict[str, str], due: Due | None
) -> None:
    """Write an answer of known length."""
    spec, value, whole = SPECS[due.fault] if due else Spec(), answer.value, answer.raw
    good = answer.status < 400
    if whole is None:
        if spec.change and good:
            value = spec.change(value)
        if due and due.fault is Fault.DUPLICATE_EVENTS and isinstance(value, list):
            value = [entry for entry in value for _ in range(2)]
        recorded.answer = value
        whole, headers = json.dumps(value).encode(), {**_JSON, **headers}
    if spec.raw and good:
        whole = spec.raw(whole)
        headers = {**headers, "content-type": "text/html"} if due and due.fault is Fault.HTML else headers
    if due and due.fault in _IN_ANSWER:
        at = due.at if due.at is not None else len(whole) // 2
        await connection.answer_part(answer.status, whole, headers, at=at)
        return
    await connection.answer(answer.status, whole, headers)


async def send_stream(
    connection: Connection,
    recorded: Recorded,
    answer: Answer,
    headers: dict[str, str],
    due: Due | None,
    on_entry: Callable[[], Awaitable[None]],
) -> None:
    """Write the entries as they come. Raises ClientLeft as soon as the client does."""
    assert answer.stream is not None
    fault, at = (due.fault, due.at if due.at is not None else 1) if due else (None, 0)
    recorded.answer = []
    await connection.open_stream(answer.status, headers)
    left = asyncio.create_task(connection.left())
    entries = aiter(answer.stream)
    try:
        while True:
            if fault in _LOST and len(recorded.answer) >= at:
                connection.cut()
                return
            if fault is Fault.STREAM_ENDS and len(recorded.answer) >= at:
                break
            if fault is Fault.BAD_EVENT and len(recorded.answer) == at:
                await connection.piece(b'{"type":"stdout","text":"half\n')
            entry = await _next(entries, left)
            if entry is None:
                break
            for _ in range(2 if fault is Fault.DUPLICATE_EVENTS else 1):
                await connection.piece(json.dumps(entry).encode() + b"\n")
            recorded.answer.append(entry)
            await on_entry()
    finally:
        left.cancel()
        await asyncio.gather(left, return_exceptions=True)
    await connection.end_stream()


async def _next(entries: Any, left: asyncio.Task[None]) -> dict[str, Any] | None:
    """The next entry; None: there are no more."""

    async def coming() -> dict[str, Any] | None:
        return await anext(entries, None)

    task = asyncio.create_task(coming())
    try:
        await asyncio.wait({task, left}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientLeft
        return task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
