"""Completions while the server sends a deployment's files: how much longer they take than without.

Who answers is a stub that takes 150 ms; all else is the server's. What is counted as during an upload has begun and
ended while files were being sent.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench import deploy_server, measures
from tests.bench.client import Client, running
from tests.bench.deploy_command import AT_ONCE, host
from tests.bench.deploy_server import Deployer
from tests.bench.report import BenchError, Table, significant
from tests.e2e.vercel_process import VercelProcess
from tests.emulators.messages import DEFAULT_KEY, Emulator
from tests.emulators.messages_script import Rule

STUB_MS = 150
FILES, FILE_BYTES = 4_500, 4_000  # below what goes as one archive; sent as fast as the server can
SAMPLES = 30  # in a round, of each kind
MOST_ROUNDS = 3
MOST_DEPLOYMENTS = 20  # in a round
LINES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """Round trips in milliseconds."""

    quiet_ms: tuple[float, ...]
    uploading_ms: tuple[float, ...]

    @property
    def added_ms(self) -> float:
        """To the 95th percentile."""
        return _p95(self.uploading_ms) - _p95(self.quiet_ms)


async def measure(repeat: int) -> Meanwhile:
    quiet: list[float] = []
    uploading: list[float] = []
    rule = Rule(answer="total", delay_ms_per_delta=STUB_MS, delta_size=100)
    async with Emulator(default=rule) as emulator:
        with host(AT_ONCE) as vercel:
            settings = {"backend": "claude", "inline": {"maxCallsPerHour": 100_000}}
            server = deploy_server.server(vercel, settings)
            keys = {"ANTHROPIC_BASE_URL": emulator.url, "ANTHROPIC_API_KEY": DEFAULT_KEY}
            async with running(server, keys | deploy_server.variables(vercel)) as client:
                await asyncio.to_thread(_write, client.root)
                await measures.start(client)
                typist, deployer = Typist(client), Deployer(client)
                await typist.wait_ms()  # who answers is known from here on
                for _ in range(min(repeat, MOST_ROUNDS)):
                    quiet += [await typist.wait_ms() for _ in range(SAMPLES)]
                    uploading += await _while_uploading(typist, deployer, vercel, client.root.name)
    return Meanwhile(quiet_ms=tuple(quiet), uploading_ms=tuple(uploading))


def table(meanwhile: Meanwhile) -> Table:
    kinds = {"no deployment": meanwhile.quiet_ms, "during an upload": meanwhile.uploading_ms}
    rows = [
        [name, significant(statistics.median(values)), significant(_p95(values)), significant(max(values))]
        for name, values in kinds.items()
    ]
    note = f"{len(meanwhile.uploading_ms)} of each, behind a backend that takes {STUB_MS} ms; {FILES:,} files are sent."
    return Table(title="inline completion", head=["", "p50 ms", "p95 ms", "most ms"], rows=rows, note=note)


class Typist:
    """Somebody who types a key and asks for a completion, again and again."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._uri = client.open("typing.py", measures.source(LINES))
        self._keys = 0

    async def wait_ms(self) -> float:
        """For the next completion, at a place that nobody has asked about before."""
        self._keys += 1
        line = self._keys * 10 % LINES + 4
        sent = time.perf_counter()
        self._client.insert(self._uri, self._keys, line, 8, "x")
        params = measures.completion_params(self._uri, line, 9)
        answer = await self._client.request("textDocument/inlineCompletion", params)
        items = answer.result["items"] if isinstance(answer.result, dict) else answer.result
        if answer.error_code is not None or not items:
            raise BenchError(f"nothing was suggested: {answer}")
        return (answer.at - sent) * 1e3


async def _while_uploading(typist: Typist, deployer: Deployer, vercel: VercelProcess, project: str) -> list[float]:
    found: list[float] = []
    for _ in range(MOST_DEPLOYMENTS):
        await asyncio.to_thread(_forget, vercel, project)
        deploying = asyncio.create_task(deployer.deploy())
        while not deploying.done():
            before = deployer.state
            wait_ms = await typist.wait_ms()
            if before == deployer.state == "uploading":
                found.append(wait_ms)
        await deploying
        if len(found) >= SAMPLES:
            return found[:SAMPLES]
    raise BenchError(f"{MOST_DEPLOYMENTS} uploads ended before {SAMPLES} completions did")


def _forget(vercel: VercelProcess, project: str) -> None:
    """The host has none of the files."""
    vercel.command("reset")
    vercel.command("plan", instant=True)
    deploy_server.know(vercel, project)


def _write(folder: Path) -> None:
    for number in range(FILES):
        (folder / f"file{number}.bin").write_bytes(os.urandom(FILE_BYTES))


def _p95(values: tuple[float, ...]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]
