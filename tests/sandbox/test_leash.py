"""A command that cannot outlive the process that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autocrea_lsp.sandbox import leash

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a command runs without a leash")

PARENT = """
import subprocess, sys, time
from autocrea_lsp.sandbox import leash
child = subprocess.Popen(leash.command([sys.executable, "-c", {child!r}]), start_new_session=True)
print(child.pid, flush=True)
time.sleep(600)
"""


def gone(pid: int) -> bool:
    """Whether the process has ended (a zombie has)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 60
    while not gone(pid):
        assert time.monotonic() < deadline, "it outlived its parent"
        time.sleep(0.01)


def test_the_command_runs_in_place_with_its_arguments_and_status() -> None:
    code = "import os, sys; print(os.getpid(), sys.argv[1:]); sys.exit(7)"
    process = subprocess.Popen(
        leash.command([sys.executable, "-c", code, "a b", ""]), stdout=subprocess.PIPE, text=True
    )
    out, _ = process.communicate(timeout=60)
    assert out == f"{process.pid} {['a b', '']}\n"
    assert process.returncode == 7


def test_it_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    child = f"import pathlib, time; pathlib.Path({str(ready)!r}).touch(); time.sleep(600)"
    parent = subprocess.Popen([sys.executable, "-c", PARENT.format(child=child)], stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        while not ready.exists():
            assert not gone(pid)
            time.sleep(0.01)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.communicate()
    wait_until_gone(pid)


def test_a_parent_that_is_dead_already_means_no_start(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    command = leash.command([sys.executable, "-c", f"import pathlib; pathlib.Path({str(ran)!r}).touch()"])
    assert str(os.getpid()) in command
    command[command.index(str(os.getpid()))] = "1"  # somebody else's child
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert not ran.exists()
