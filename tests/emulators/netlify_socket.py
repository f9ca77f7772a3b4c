"""The emulated Netlify's socket for the log of a build as it grows, replayed from its beginning."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from tests.emulators import netlify_views as views
from tests.emulators.hosting.calls import Recorded
from tests.emulators.hosting.faults import Due, Spec
from tests.emulators.hosting.sending import next_or_left
from tests.emulators.hosting.server import HostEmulator
from tests.emulators.hosting.sockets import Socket
from tests.emulators.messages_wire import ClientLeft, Connection, Head
from tests.emulators.netlify_faults import SPECS, Fault
from tests.emulators.netlify_things import Deploy
from tests.emulators.netlify_world import World

_NO_FAULT = Spec()
_REFUSED = 4403  # the close code where the first message says nothing that we know


async def serve(
    host: HostEmulator[World], connection: Connection, head: Head, recorded: Recorded, due: Due | None
) -> None:
    """From the handshake until the client leaves: the host goes on after the report that ends a build's log."""
    spec = SPECS[Fault(due.fault)] if due else _NO_FAULT
    if await _lost_before(host, connection, recorded, spec, due):
        return
    socket = Socket(connection, head)
    if not await socket.accept():
        recorded.status = 400
        return
    recorded.status, recorded.answer = 101, []
    await host.tell()
    try:
        if (text := await socket.receive()) is not None:
            recorded.raw = text.encode()
            await _feed(host, socket, recorded, spec, due)
    finally:
        await socket.aclose()


async def _lost_before(
    host: HostEmulator[World], connection: Connection, recorded: Recorded, spec: Spec, due: Due | None
) -> bool:
    """Whether the fault leaves no socket."""
    if spec.place == "never":
        await connection.wait_for_the_end()
    if spec.place in ("before-acting", "after-acting", "in-answer"):
        connection.drop()
        return True
    if due and spec.place == "slow":
        await asyncio.sleep(due.seconds)
    if due and spec.status is not None:
        recorded.status = spec.status.status
        raw, headers = spec.status.raw, spec.status.headers_now(host.clock.now(), due.seconds)
        body = raw if raw is not None else json.dumps(host.refusal_value(spec.status, due)).encode()
        await connection.answer(spec.status.status, body, headers)
        return True
    return False


async def _feed(host: HostEmulator[World], socket: Socket, recorded: Recorded, spec: Spec, due: Due | None) -> None:
    deploy = _asked(host, recorded)
    await host.tell()
    if deploy is None:
        await socket.send(json.dumps({"type": "error", "message": "Access denied"}))
        await socket.close(_REFUSED)
        return
    recorded.acted = True
    left = asyncio.create_task(_left(socket))
    entries = aiter(_entries(host, deploy))
    at = due.at if due and due.at is not None else 1
    try:
        if due and due.fault is Fault.SOCKET_SILENT:
            await left
        while not left.done():
            if spec.dies and len(recorded.answer) >= at:
                await _die(socket, due)
                return
            if spec.ends and len(recorded.answer) >= at:
                await socket.close()
                return
            if spec.garbage and len(recorded.answer) == at:
                await socket.send(spec.garbage.decode())
            entry = await next_or_left(entries, left)
            if entry is None:
                await left
                return
            for _ in range(2 if spec.duplicates else 1):
                await socket.send(json.dumps(entry))
            recorded.answer.append(entry)
            await host.tell()
    except ClientLeft:
        return
    finally:
        left.cancel()
        await asyncio.gather(left, return_exceptions=True)


def _asked(host: HostEmulator[World], recorded: Recorded) -> Deploy | None:
    """The deploy whose log the first message asks for; None: it may not have it."""
    try:
        asked: Any = json.loads(recorded.raw)
    except ValueError:
        return None
    recorded.body = asked
    if not isinstance(asked, dict) or asked.get("access_token") != host.token:
        return None
    deploy = host.world.deploys.get(asked.get("deploy_id", ""))
    return deploy if deploy and deploy.site.id == asked.get("site_id") else None


async def _entries(host: HostEmulator[World], deploy: Deploy) -> AsyncIterator[dict[str, Any]]:
    """Those that are there, and each as it comes; ends after the report."""
    sent = 0
    while True:
        now_s = host.clock.now()
        past = [entry for entry in deploy.course.entries if entry.at_s <= now_s]
        for entry in past[sent:]:
            yield views.entry(sent, entry, deploy.plan.log_form)
            sent += 1
            if entry.report:
                return
        await host.clock.pause(deploy.course.next_s(now_s))


async def _die(socket: Socket, due: Due | None) -> None:
    if due and due.fault is Fault.SOCKET_HALF_FRAME:
        await socket.send_part(json.dumps({"message": "this line never comes whole", "section": "building"}))
    else:
        socket.cut()


async def _left(socket: Socket) -> None:
    while await socket.receive() is not None:
        pass
