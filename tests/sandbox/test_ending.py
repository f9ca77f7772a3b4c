"""Nothing of a job is left: no process, no file; however it ends, and whoever ends it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from autocrea_lsp.sandbox import Level, run
from tests.conftest import ROOT
from tests.sandbox.inside import marker, processes_with, python_job, shell, wait_until

# A child, a child in a session of its own, and some whose parent is gone; all deaf to SIGTERM and SIGHUP, and some
# without the output by whose end one could tell that they are gone.
FAMILY = """
trap '' TERM HUP
sleep {0} &
setsid sleep {0} &
(setsid sleep {0} &)
for i in 1 2 3 4 5 6 7 8 9 10; do (setsid sleep {0} >/dev/null 2>&1 </dev/null &); done
echo x > ready
"""


async def test_a_timeout_ends_a_job_with_all_its_descendants(level: Level, folders: Path) -> None:
    mark = marker()
    result = await shell(FAMILY.format(mark) + "wait; sleep 1000", level=level, timeout_s=0.5)
    assert processes_with(mark) == []
    assert result.timed_out
    assert result.exit_code is None
    assert 0.5 <= result.duration_s < 5
    assert list(folders.iterdir()) == []


async def test_what_a_job_said_before_its_timeout_is_kept(level: Level) -> None:
    result = await shell("echo early; exec sleep 1000", level=level, timeout_s=0.5)
    assert (result.timed_out, result.stdout) == (True, "early\n")


async def test_a_cancelled_job_ends_with_all_its_descendants(level: Level, folders: Path) -> None:
    mark = marker()
    task = asyncio.create_task(shell(FAMILY.format(mark) + "wait; sleep 1000", level=level))
    await wait_until(lambda: list(folders.glob("*/ready")), "the job runs")
    assert len(processes_with(mark)) >= 1, "the test sees what runs"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert processes_with(mark) == []
    assert list(folders.iterdir()) == []


async def test_a_job_cancelled_at_any_moment_leaves_nothing(level: Level, folders: Path) -> None:
    mark = marker()
    for turns in (0, 1, 2, 3, 5, 8, 13, 21, 34):
        task = asyncio.create_task(shell(FAMILY.format(mark) + "wait", level=level))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()
        assert processes_with(mark) == []
        assert list(folders.iterdir()) == []


async def test_a_second_cancellation_does_not_stop_the_cleaning_up(level: Level, folders: Path) -> None:
    mark = marker()
    task = asyncio.create_task(shell(FAMILY.format(mark) + "wait", level=level))
    await wait_until(lambda: list(folders.glob("*/ready")), "the job runs")
    for _ in range(5):
        task.cancel()
        await asyncio.sleep(0)
    await asyncio.wait({task})
    assert processes_with(mark) == []
    assert list(folders.iterdir()) == []


async def test_children_that_a_finished_job_left_behind_are_ended(level: Level, folders: Path) -> None:
    mark = marker()
    result = await shell(FAMILY.format(mark) + "echo done; exit 3", level=level)
    assert processes_with(mark) == []
    assert (result.exit_code, result.stdout, result.timed_out) == (3, "done\n", False)
    assert list(folders.iterdir()) == []


SERVER = """
import asyncio, sys
from autocrea_lsp.sandbox import Job, run
asyncio.run(run(Job(command=("/bin/sh", "-c", sys.argv[1]), timeout_s=60), level=sys.argv[2]))
"""


async def test_a_job_does_not_outlive_a_server_that_is_killed(level: Level, folders: Path) -> None:
    mark = marker()
    command = [sys.executable, "-c", SERVER, FAMILY.format(mark) + "wait", level]
    environment = {**os.environ, "TMPDIR": str(folders)}
    server = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment)
    try:
        await wait_until(lambda: list(folders.glob("*/ready")), "the job runs")
        assert processes_with(mark)
    finally:
        server.kill()
        await server.wait()
    await wait_until(lambda: not processes_with(mark), "its processes are gone")


async def test_a_signal_is_told_from_an_exit_code(level: Level) -> None:
    result = await shell("kill -SEGV $$", level=level)
    assert (result.exit_code, result.signal) == (None, signal.SIGSEGV)


async def test_output_is_cut_while_it_is_read_and_the_job_goes_on(level: Level) -> None:
    job = python_job("import sys\nfor _ in range(3000): sys.stdout.write('x' * 1000)\nsys.stderr.write('end')")
    result = await run(job, level=level)
    assert (len(result.stdout), result.truncated) == (1_000_000, True)
    assert (result.exit_code, result.stderr) == (0, "end")


async def test_output_that_is_not_text_is_replaced(level: Level) -> None:
    result = await shell(r"printf 'a\377b\303\251'", level=level)
    assert (result.stdout, result.truncated) == ("a\N{REPLACEMENT CHARACTER}bé", False)


async def test_what_a_job_did_to_its_directory_does_not_keep_it_alive(
    level: Level, folders: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o750)
    (outside / "kept").write_text("kept", "utf-8")
    script = (
        f"mkdir -p a/b; echo x > a/b/c; ln -s {outside} a/link; ln -s a loop; chmod 000 a/b; chmod 500 a; chmod 0 ."
    )
    result = await shell(script, level=level)
    assert result.exit_code == 0, result.stderr
    assert list(folders.iterdir()) == []
    assert (outside / "kept").read_text("utf-8") == "kept"
    assert outside.stat().st_mode & 0o777 == 0o750
