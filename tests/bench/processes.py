"""What a process and everything it started have used: CPU time and memory, as Linux counts them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.bench.report import BenchError

PROC = Path("/proc")
TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")

QUIET_NS = 500_000  # of CPU between two looks: less is a timer that went off, not work
LOOK_S = 0.025
QUIET_LOOKS = 3  # in a row
SETTLE_TIMEOUT_S = 20.0  # whoever still works then is measured working


def tree(pid: int) -> list[int]:
    """The process and its living descendants; itself first."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                children.setdefault(int(_stat(entry)[1]), []).append(int(entry.name))
    found = [pid]
    for parent in found:  # grows while it is walked
        found += children.get(parent, [])
    return found


def cpu_ns(pid: int) -> int:
    """CPU time of the tree: ended threads included, and ended children (these to a clock tick, 10 ms)."""
    total = 0
    for one in tree(pid):
        with contextlib.suppress(OSError):
            total += time.clock_gettime_ns(_clock_of(one))
            reaped_user, reaped_system = _stat(PROC / str(one))[13:15]
            total += (int(reaped_user) + int(reaped_system)) * TICK_NS
    return total


def pss_bytes(pids: Sequence[int]) -> int:
    """Proportional set size: own memory, and a fair share of what is shared with other processes."""
    return sum(_rollup_bytes(pid, "Pss:") for pid in pids)


async def settle(pid: int) -> None:
    """Return when the tree has nothing to do for a moment: it neither uses CPU nor waits for a core."""
    quiet, before = 0, cpu_ns(pid)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_TIMEOUT_S):
            while quiet < QUIET_LOOKS:
                await asyncio.sleep(LOOK_S)
                now = cpu_ns(pid)
                quiet = quiet + 1 if now - before < QUIET_NS and not _wants_cpu(pid) else 0
                before = now


def run_cpu_ns(command: Sequence[str], environment: Mapping[str, str], stderr: Path | None = None) -> int:
    """Run a command to its end, without input and output: its CPU time in nanoseconds. Raises BenchError if it fails.

    `stderr`: a file for it; None: where ours goes.
    """
    with Path(os.devnull).open("r+b") as null, (stderr or Path(os.devnull)).open("wb") as sink:
        to_files = [(os.POSIX_SPAWN_DUP2, null.fileno(), 0), (os.POSIX_SPAWN_DUP2, null.fileno(), 1)]
        if stderr is not None:
            to_files.append((os.POSIX_SPAWN_DUP2, sink.fileno(), 2))
        pid = os.posix_spawn(command[0], command, environment, file_actions=to_files)
        _, status, usage = os.wait4(pid, 0)
    if code := os.waitstatus_to_exitcode(status):
        raise BenchError(f"{' '.join(command)} ended with {code}")
    return round((usage.ru_utime + usage.ru_stime) * 1e9)


def _clock_of(pid: int) -> int:
    """The id of a process's CPU clock, as clock_getcpuclockid(3) makes it (the kernel's CPUCLOCK_SCHED is 2)."""
    return (~pid << 3) | 2


def _wants_cpu(pid: int) -> bool:
    return any(state in "RD" for one in tree(pid) for state in _thread_states(one))


def _thread_states(pid: int) -> Iterator[str]:
    with contextlib.suppress(OSError):
        for task in (PROC / str(pid) / "task").iterdir():
            yield _stat(task)[0]


def _stat(entry: Path) -> list[str]:
    """The fields of /proc/…/stat from the third on: state, parent, … The name before them may hold anything."""
    return (entry / "stat").read_text().rpartition(")")[2].split()


def _rollup_bytes(pid: int, field: str) -> int:
    with contextlib.suppress(OSError):
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) * 1024
    return 0
