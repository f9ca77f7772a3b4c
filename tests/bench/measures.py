"""What is measured of one server process; benches put these together.

CPU is that of the process tree until it is idle again, so that work put off counts too; wall times are until the
answer.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench import processes
from tests.bench.client import REQUEST_CANCELLED, UNKNOWN, Client
from tests.bench.servers import environment

REQUESTS = 400
KEYS = 200
WARM_UP = 20  # of each kind, unmeasured: a server makes its decoders when it first needs them
CANCEL_AFTER_S = 0.02  # into the work: later than the shortest answer, sooner than a slow one
MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """From nothing to the first answer after `initialized`, and what it takes then."""

    init_ms: float
    ready_ms: float
    ready_cpu_ms: float
    idle_cpu_ms: float  # until nothing is left to do
    memory_mib: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """Per unknown method, which every server must refuse: the protocol's own cost."""

    cpu_us: float  # each sent when the last one is answered
    wall_us: float  # the same; median
    pipelined_cpu_us: float  # all sent at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """Per key, in the middle of a document of so many lines, each a change of its own; then one request."""

    lines: int
    cpu_us: float
    wall_us: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """A completion that is cancelled while it works. `refused`: as LSP wants it, the work was given up."""

    reply_ms: float | None  # from the cancel; None: it was answered before
    refused: bool


async def start(client: Client) -> Start:
    await client.initialize()
    init = time.perf_counter()
    client.notify("initialized", {})
    ready = (await client.unknown()).at
    ready_cpu = processes.cpu_ns(client.pid)
    await processes.settle(client.pid)
    return Start(
        init_ms=(init - client.started) * 1e3,
        ready_ms=(ready - client.started) * 1e3,
        ready_cpu_ms=ready_cpu / 1e6,
        idle_cpu_ms=processes.cpu_ns(client.pid) / 1e6,
        memory_mib=memory_mib(client),
    )


async def opened(client: Client, name: str, lines: int) -> str:
    """The uri of a new document of so many lines; the server has read it and is idle."""
    uri = client.open(name, source(lines))
    await client.unknown()
    await processes.settle(client.pid)
    return uri


async def requests(client: Client) -> Requests:
    for _ in range(WARM_UP):
        await client.unknown()
    await processes.settle(client.pid)
    before, walls = processes.cpu_ns(client.pid), []
    for _ in range(REQUESTS):
        sent = time.perf_counter()
        walls.append((await client.unknown()).at - sent)
    one_by_one = await _cpu_us(client, before, REQUESTS)
    before = processes.cpu_ns(client.pid)
    for _, waiting in [client.ask(UNKNOWN, {}) for _ in range(REQUESTS)]:
        client.check_unknown(await client.answer(waiting))
    return Requests(
        cpu_us=one_by_one,
        wall_us=statistics.median(walls) * 1e6,
        pipelined_cpu_us=await _cpu_us(client, before, REQUESTS),
    )


async def typing(client: Client, lines: int) -> Typing:
    uri = await opened(client, f"typing_{lines}.py", lines)
    for key in range(WARM_UP):
        client.insert(uri, key + 1, lines // 2, key, "w")
    await client.unknown()
    await processes.settle(client.pid)
    before, sent = processes.cpu_ns(client.pid), time.perf_counter()
    for key in range(WARM_UP, WARM_UP + KEYS):
        client.insert(uri, key + 1, lines // 2, key, "x")
    wall = (await client.unknown()).at - sent
    cpu_us = await _cpu_us(client, before, KEYS)
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    return Typing(lines=lines, cpu_us=cpu_us, wall_us=wall / KEYS * 1e6)


async def cancel(client: Client, name: str, lines: int, method: str) -> Cancel:
    """Open a document, type a key in its middle, ask for a completion there, and then no longer want it."""
    uri, line = client.open(name, source(lines)), lines // 2
    client.insert(uri, 1, line, 4, "x")
    await client.unknown()
    identity, waiting = client.ask(method, completion_params(uri, line, 5))
    await asyncio.sleep(CANCEL_AFTER_S)
    if waiting.done():
        return Cancel(reply_ms=None, refused=False)
    cancelled = time.perf_counter()
    client.notify("$/cancelRequest", {"id": identity})
    answer = await client.answer(waiting)
    return Cancel(reply_ms=(answer.at - cancelled) * 1e3, refused=answer.error_code == REQUEST_CANCELLED)


def completion_params(uri: str, line: int, character: int) -> dict[str, Any]:
    """Of textDocument/completion and inlineCompletion: asked for by the user."""
    position = {"line": line, "character": character}
    return {"textDocument": {"uri": uri}, "position": position, "context": {"triggerKind": 1}}


def memory_mib(client: Client, *, alone: bool = False) -> float:
    """Of the process tree, or of the server `alone`."""
    return processes.pss_bytes([client.pid] if alone else processes.tree(client.pid)) / MIB


def floor_ms() -> float:
    """CPU of an interpreter that does nothing: `python -c pass`."""
    with TemporaryDirectory(prefix="autocrea-bench-") as home:
        cpu = processes.run_cpu_ns([sys.executable, "-c", "pass"], environment(Path(home)))
    return cpu / 1e6


def source(lines: int) -> str:
    """So many lines of ordinary Python, an accent here and there."""
    block = (
        "def total_{0}(prices: list[float], rate: float = 0.{0}) -> float:",
        '    """The sum of the prices with tax number {0}; après coup."""',
        "    result = 0.0",
        "    for price in prices:",
        "        result += price * (1 + rate)  # {0}",
        "    if result > {0}:",
        "        return round(result, 2)",
        "    return result",
        "",
        "",
    )
    text = [block[at % len(block)].format(at // len(block)) for at in range(lines)]
    return "\n".join(text) + "\n"


async def _cpu_us(client: Client, before: int, count: int) -> float:
    await processes.settle(client.pid)
    return (processes.cpu_ns(client.pid) - before) / count / 1e3
