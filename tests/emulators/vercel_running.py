"""The emulator beside a test that is not asynchronous, and as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
from collections.abc import Callable
from typing import Any

from tests.emulators.vercel_plan import plan_of
from tests.emulators.vercel_server import CANARY, Emulator
from tests.emulators.vercel_things import HOBBY, Account


class Running:
    """`with Running(...) as api:` the emulator in a thread with a loop of its own."""

    def __init__(self, account: Account | None = None, **options: Any) -> None:
        self._options = {"account": account, **options}
        self._started, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> Emulator:
        self._thread.start()
        self._started.wait()
        return self.api

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def wait(self, condition: Callable[[], Any], timeout_s: float = 10) -> None:
        """Until it holds, as `Emulator.wait`."""
        asyncio.run_coroutine_threadsafe(self.api.wait(condition, timeout_s), self._loop).result()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            async with Emulator(**self._options) as self.api:
                self._started.set()
                await self._stop.wait()
        finally:
            self._started.set()  # a port that was taken must not leave the test waiting


def serve(*, port: int = 0, **options: Any) -> None:
    """Run until standard input ends; prints `{"url": …, "token": …}` as its first line."""
    asyncio.run(_serve(Emulator(port=port, **options)))


async def _serve(emulator: Emulator) -> None:
    async with emulator as api:
        sys.stdout.write(json.dumps({"url": api.url, "token": api.token}) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


def main(arguments: list[str]) -> None:
    """`python -m tests.emulators.vercel`."""
    parser = argparse.ArgumentParser(description="Vercel on loopback, for tests.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--speed", type=float, default=1.0, help="host's seconds per second; 0: only `advance` moves it"
    )
    parser.add_argument("--latency-ms", type=float, default=0.0, help="before each answer")
    parser.add_argument("--token", default=CANARY)
    parser.add_argument("--hobby", action="store_true", help="the account is on the free plan")
    parser.add_argument("--plan", type=json.loads, help="JSON: the fields of Plan")
    options = parser.parse_args(arguments)
    emulator = Emulator(
        HOBBY if options.hobby else None,
        port=options.port,
        speed=options.speed,
        latency_s=options.latency_ms / 1000,
        token=options.token,
    )
    if options.plan:
        emulator.plan = plan_of(options.plan)
    asyncio.run(_serve(emulator))
