"""CPU time and memory of a tree of real processes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest

from tests.bench import processes
from tests.bench.report import BenchError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="counts as Linux does")

# A thread and a child that work and end, a child that stays; then it prints what it knows of itself, and waits.
FAMILY = """
import os, subprocess, sys, threading
work = "sum(range(8_000_000))"
thread = threading.Thread(target=lambda: eval(work))
thread.start()
thread.join()
subprocess.run([sys.executable, "-c", work], check=True)
child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
times = os.times()
print(child.pid, times.user + times.system, times.children_user + times.children_system, flush=True)
input()
"""


@pytest.fixture(scope="module")
def family() -> subprocess.Popen[str]:
    with subprocess.Popen(
        [sys.executable, "-c", FAMILY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


@pytest.fixture(scope="module")
def told(family: subprocess.Popen[str]) -> tuple[int, float, float]:
    """The living child's id; seconds of CPU, its own and its ended child's."""
    assert family.stdout is not None
    child, own_s, children_s = family.stdout.readline().split()
    return int(child), float(own_s), float(children_s)


def test_the_tree_holds_living_descendants(family: subprocess.Popen[str], told: tuple[int, float, float]) -> None:
    assert processes.tree(family.pid) == [family.pid, told[0]]
    assert family.pid in processes.tree(os.getpid())


def test_cpu_time_includes_what_ended(family: subprocess.Popen[str], told: tuple[int, float, float]) -> None:
    _, own_s, children_s = told
    assert own_s > 0
    assert children_s > 0
    assert processes.cpu_ns(family.pid) / 1e9 >= own_s + children_s - 0.02  # they are told in ticks of 10 ms


def test_memory_is_that_of_every_process(family: subprocess.Popen[str], told: tuple[int, float, float]) -> None:
    one, other = processes.pss_bytes([family.pid]), processes.pss_bytes([told[0]])
    assert one > 1 << 20
    assert other > 1 << 20
    assert processes.pss_bytes(processes.tree(family.pid)) > max(one, other)


async def test_settling_outlasts_work() -> None:
    work = "import time; sum(range(10_000_000)); print(time.process_time_ns(), flush=True); input()"
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", work, **pipes)
    await processes.settle(worker.pid)
    settled = processes.cpu_ns(worker.pid)
    out, _ = await worker.communicate(b"\n")
    assert settled >= int(out)


def test_a_command_that_fails_is_no_measurement() -> None:
    with pytest.raises(BenchError, match="ended with 3"):
        processes.run_cpu_ns([sys.executable, "-c", "raise SystemExit(3)"], {})
