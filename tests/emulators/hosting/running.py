"""An emulator beside a test that is not asynchronous, and as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from tests.emulators.hosting.server import HostEmulator

E = TypeVar("E", bound=HostEmulator[Any])


class RunningHost(Generic[E]):
    """`with RunningHost(Emulator, ...) as api:` the emulator in a thread with a loop of its own."""

    def __init__(self, make: Callable[..., E], **options: Any) -> None:
        self._make, self._options = make, options
        self._started, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> E:
        self._thread.start()
        self._started.wait()
        return self.api

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def wait(self, condition: Callable[[], Any], timeout_s: float = 10) -> None:
        """Until it holds, as `HostEmulator.wait`."""
        asyncio.run_coroutine_threadsafe(self.api.wait(condition, timeout_s), self._loop).result()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            async with self._make(**self._options) as self.api:
                self._started.set()
                await self._stop.wait()
        finally:
            self._started.set()  # a port that was taken must not leave the test waiting


async def serve(emulator: HostEmulator[Any]) -> None:
    """Run until standard input ends; prints `{"url": …, "token": …}` as its first line."""
    async with emulator as api:
        sys.stdout.write(json.dumps(api.greeting()) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


def parser(title: str, token: str) -> argparse.ArgumentParser:
    """The arguments that every emulator's process takes; `options_of` reads them."""
    made = argparse.ArgumentParser(description=f"{title} on loopback, for tests.")
    made.add_argument("--port", type=int, default=0)
    made.add_argument("--speed", type=float, default=1.0, help="host's seconds per second; 0: only `advance` moves it")
    made.add_argument("--latency-ms", type=float, default=0.0, help="before each answer")
    made.add_argument("--token", default=token)
    made.add_argument("--plan", type=json.loads, help="JSON: the fields of Plan")
    return made


def options_of(parsed: argparse.Namespace) -> dict[str, Any]:
    """For the emulator's constructor."""
    return {
        "port": parsed.port,
        "speed": parsed.speed,
        "latency_s": parsed.latency_ms / 1000,
        "token": parsed.token,
    }
