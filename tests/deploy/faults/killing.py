"""Processes of `driver`, and a host that kills one of them in the middle of a request."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

from tests.deploy.faults.case import Case, When
from tests.deploy.faults.stage import VARIABLE
from tests.emulators.hosting.calls import Answer, Recorded
from tests.emulators.hosting.faults import Due
from tests.emulators.hosting.server import HostEmulator

ROOT = Path(__file__).resolve().parents[3]
GUARD_S = 30.0  # what has not come after this long never will


class Driver:
    """A process that begins others; one job at a time."""

    def __init__(self, log: Path) -> None:
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.deploy.faults.driver"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        self.log = log
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        self.told: list[dict[str, Any]] = []  # by the present job's process
        self._pid = 0  # of that process, until it has ended

    async def begin(self, **job: Any) -> int:
        """Its process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(job).encode() + b"\n")
        self._process.stdin.flush()
        self.told = []
        self._pid = int((await self._line())["pid"])
        return self._pid

    async def until(self, key: str, value: Any = None) -> dict[str, Any]:
        """The next that it tells with this key (and value)."""
        while key not in (line := await self._line()) or value not in (None, line[key]):
            self.told.append(line)
        self.told.append(line)
        if "ended" in line:
            self._pid = 0
        return line

    def stop(self) -> None:
        assert self._process.stdin is not None
        if self._pid:  # a test that failed has left it
            os.kill(self._pid, signal.SIGKILL)
        self._process.stdin.close()
        self._process.wait(timeout=GUARD_S)
        self._reading.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    async def _line(self) -> dict[str, Any]:
        line: dict[str, Any] = json.loads(await asyncio.to_thread(self._lines.get, True, GUARD_S))
        return line

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)


class Killer(HostEmulator[Any]):
    """To be put before a host's own class: it kills its client with the `nth` (from 0) request of `op`, before or after
    it has done what was asked.

    Its time goes on by a second with each question for a deployment but the first.
    """

    def set_up(self, case: Case) -> None:
        self.pid = 0
        self.target: tuple[str, int, When] | None = None
        self.looks: list[bytes] = []  # arguments and environment of what was killed
        self.case = case
        self.plan = case.course(self.token, VARIABLE)
        self.poll_s = 0.0  # a host that minds how often it is asked: its time does not go with the client's here

    def kill(self) -> None:
        for name in ("cmdline", "environ"):
            with contextlib.suppress(OSError):  # only Linux has it
                self.looks.append(Path(f"/proc/{self.pid}/{name}").read_bytes())
        os.kill(self.pid, signal.SIGKILL)

    def _act(self, recorded: Recorded, due: Due | None) -> Answer:
        earlier = sum(other.op == recorded.op and other.id < recorded.id for other in self.requests)
        if recorded.op == self.case.status_op and earlier:
            self.clock.advance(1.0)
        hit: When | None = None
        if self.target is not None and self.target[:2] == (recorded.op, earlier):
            hit, self.target = self.target[2], None
        if hit == "before":
            self.kill()
            return Answer()  # nobody reads it, and nothing was done
        answer = super()._act(recorded, due)
        if hit == "after":
            self.kill()
        return answer


@contextlib.contextmanager
def driver(path: Path) -> Iterator[Driver]:
    running = Driver(path / "driver.log")
    try:
        yield running
    finally:
        running.stop()


@contextlib.asynccontextmanager
async def killer(case: Case) -> AsyncGenerator[Killer, None]:
    kind = type("KillingHost", (Killer, case.emulator), {})
    async with kind(speed=0) as api:
        api.set_up(case)
        yield api


def job(api: Killer, path: Path, **more: Any) -> dict[str, Any]:
    """For `Driver.begin`; the database and the folder "shop" are in `path`."""
    values = {"database": str(path / "autocrea.db"), "folder": str(path / "shop"), "url": api.url, "token": api.token}
    kinds = {"cancels": False, "follows": False, "fast": False}
    return {"host": api.case.name, "owner": "the first editor", "since": time.time(), **kinds, **values, **more}
