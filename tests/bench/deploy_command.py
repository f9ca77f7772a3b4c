"""A deployment from the command line, ours or the host's own, over an emulated host: how long, and what was asked."""

from __future__ import annotations

import asyncio
import os
import random
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.report import BenchError
from tests.bench.servers import BIN, ROOT, environment
from tests.e2e.vercel_process import VercelProcess

LATENCY_MS = 20  # before each answer of the host
FILES, DUPLICATES, TOTAL_BYTES = 1_000, 300, 20_000_000
FOLDERS = 40
TIMEOUT_S = 120.0  # a hang guard
VENDOR = ROOT / "tests/yardsticks/node_modules/vercel/dist/vc.js"
SAID_CHARACTERS = 1_000  # the end of what a command said, when it fails

AT_ONCE = '{"instant": true}'  # nothing of the host's hides what the client takes
BUILDS = '{"states": ["QUEUED", "BUILDING", "READY"], "step_s": 0.5, "alias_delay_s": 0.3}'

Command = Callable[[str, str], tuple[list[str], Mapping[str, str]]]
"""From the host's address and the token: what is run, and what it finds in its environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One deployment by one command, the process's start included. `requests` by operation."""

    wall_s: float
    cpu_s: float
    requests: Mapping[str, int]

    @property
    def asked(self) -> int:
        return sum(self.requests.values())

    @property
    def uploads(self) -> int:
        return self.requests.get("upload_file", 0)


def ours(url: str, token: str) -> tuple[list[str], Mapping[str, str]]:
    command = [str(BIN / "autocrea-lsp"), "deploy", "vercel", "--yes", "--api", url]
    return command, {"VERCEL_TOKEN": token, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}


def vendor(url: str, token: str) -> tuple[list[str], Mapping[str, str]]:
    command = [str(BIN / "node"), str(VENDOR), "deploy", "--yes", "--api", url, "--token", token]
    return command, {"CI": "1", "VERCEL_TELEMETRY_DISABLED": "1", "NO_UPDATE_NOTIFIER": "1", "NO_COLOR": "1"}


def why_no_vendor() -> str:
    """ "": its client is here."""
    return "" if VENDOR.is_file() and (BIN / "node").exists() else "no vercel CLI: run .ci/setup.sh yardsticks"


def write_site(folder: Path, *, seed: int) -> None:
    """The tree that both deploy: the same for the same seed."""
    numbers = random.Random(seed)
    contents: list[bytes] = []
    for number in range(FILES):
        fresh = number < FILES - DUPLICATES
        contents.append(numbers.randbytes(TOTAL_BYTES // FILES) if fresh else contents[number % DUPLICATES])
        path = folder / f"assets/part{number % FOLDERS}/file{number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents[-1])


@contextmanager
def host(plan: str) -> Iterator[VercelProcess]:
    """An empty host in a process of its own, with that course of its deployments."""
    process = VercelProcess.start("--latency-ms", str(LATENCY_MS), "--plan", plan)
    try:
        yield process
    finally:
        process.stop()


async def deploy(command: Command, host: VercelProcess, *, folder: Path, home: Path) -> Run:
    """Run it in the folder. Raises BenchError when it fails, or the host has no live deployment afterwards."""
    words, variables = command(host.url, host.token)
    before = len(host.state()["requests"])
    cpu, began = _children_s(), time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *words,
        cwd=folder,
        env=environment(home) | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"} | dict(variables),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(TIMEOUT_S):
            said, _ = await process.communicate()
    except TimeoutError as error:
        process.kill()
        await process.wait()
        raise BenchError(f"{words[0]} deploy did not end in {TIMEOUT_S:.0f} s") from error
    wall_s, cpu_s = time.perf_counter() - began, _children_s() - cpu
    state = host.state()
    made = state["deployments"][:1]
    if process.returncode or [(each["state"], each["assigned"]) for each in made] != [("READY", True)]:
        end = said.decode("utf-8", "replace")[-SAID_CHARACTERS:]
        raise BenchError(f"{words[0]} deploy ended with {process.returncode}, the host has {made}; it said: {end}")
    asked = Counter(request["op"] for request in state["requests"][before:])
    return Run(wall_s=wall_s, cpu_s=cpu_s, requests=dict(asked))


def _children_s() -> float:
    """CPU of the children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
