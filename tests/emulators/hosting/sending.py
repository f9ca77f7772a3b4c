"""Answers on their way: whole, or an entry a line as things happen; and how that goes wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from tests.emulators.hosting.calls import Answer, Recorded
from tests.emulators.hosting.faults import Due, Spec
from tests.emulators.messages_wire import ClientLeft, Connection

_JSON = {"content-type": "application/json; charset=utf-8"}


async def send_whole(
    connection: Connection, recorded: Recorded, answer: Answer, headers: dict[str, str], spec: Spec, due: Due | None
) -> None:
    """Write an answer of known length."""
    value, whole = answer.value, answer.raw
    good = answer.status < 400
    if whole is None:
        if spec.change and good:
            value = spec.change(value)
        if spec.duplicates and isinstance(value, list):
            value = [entry for entry in value for _ in range(2)]
        recorded.answer = value
        whole, headers = json.dumps(value).encode(), {**_JSON, **headers}
    if spec.raw and good:
        whole = spec.raw(whole)
        headers = {**headers, "content-type": spec.content_type} if spec.content_type else headers
    if due and spec.dies and not spec.raw:
        at = due.at if due.at is not None else len(whole) // 2
        await connection.answer_part(answer.status, whole, headers, at=at)
        return
    await connection.answer(answer.status, whole, headers)


async def send_stream(
    connection: Connection,
    recorded: Recorded,
    answer: Answer,
    headers: dict[str, str],
    spec: Spec,
    due: Due | None,
    on_entry: Callable[[], Awaitable[None]],
) -> None:
    """Write the entries as they come. Raises ClientLeft as soon as the client does."""
    assert answer.stream is not None
    at = due.at if due and due.at is not None else 1
    recorded.answer = []
    await connection.open_stream(answer.status, headers)
    left = asyncio.create_task(connection.left())
    entries = aiter(answer.stream)
    try:
        while True:
            if spec.dies and len(recorded.answer) >= at:
                connection.cut()
                return
            if spec.ends and len(recorded.answer) >= at:
                break
            if spec.garbage and len(recorded.answer) == at:
                await connection.piece(spec.garbage)
            entry = await next_or_left(entries, left)
            if entry is None:
                break
            for _ in range(2 if spec.duplicates else 1):
                await connection.piece(json.dumps(entry).encode() + b"\n")
            recorded.answer.append(entry)
            await on_entry()
    finally:
        left.cancel()
        await asyncio.gather(left, return_exceptions=True)
    await connection.end_stream()


async def next_or_left(entries: Any, left: asyncio.Task[None]) -> Any:
    """The next entry; None: there are no more. Raises ClientLeft when that task is done first."""

    async def coming() -> Any:
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
