"""The worker as a real process: how it starts, what it gives away, and how it ends."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import logging
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from autocrea_lsp.ai.embedded.completion import Connection
from autocrea_lsp.ai.embedded.process import WORKER, WorkerProcess, available
from autocrea_lsp.ai.embedded.restarts import MOST_CRASHES, Restarts
from autocrea_lsp.errors import Unavailable, UserError
from autocrea_lsp.settings import EmbeddedSettings

CANARY, HANG_S = "sk-ant-canary-0123456789abcdef", 120.0
Until = Callable[[Callable[[], bool]], Awaitable[None]]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def process(gguf: Path, clock: Clock) -> AsyncIterator[WorkerProcess]:
    process = WorkerProcess(EmbeddedSettings(model_path=str(gguf)), Restarts("x", clock))
    yield process
    await process.aclose()


def gone(pid: int | None) -> bool:
    """Whether the process has ended (a zombie has)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def proc(pid: int | None, name: str) -> bytes:
    return Path(f"/proc/{pid}/{name}").read_bytes()


def status_of(at: Connection, path: str, headers: dict[str, str], body: bytes | None = None) -> int:
    request = urllib.request.Request(at.address + path, data=body, headers=headers)  # noqa: S310  # http, loopback
    try:
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
            assert "Access-Control-Allow-Credentials" not in response.headers
            assert response.headers.get("Access-Control-Allow-Origin") not in ("*", headers.get("Origin"))
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.model
async def test_answers_only_those_who_have_the_key(process: WorkerProcess) -> None:
    at = await process.connection()
    assert at.address.startswith("http://127.0.0.1:")
    bearer = {"Authorization": f"Bearer {at.key}", "Origin": "http://localhost"}
    body = json.dumps({"prompt": "a", "n_predict": 1}).encode()
    results = {
        (path, len(headers)): await asyncio.to_thread(status_of, at, path, headers, data)
        for path, data in [("/completion", body), ("/tokenize", b'{"content": "a"}'), ("/slots", None), ("/", None)]
        for headers in [{}, {"Authorization": "Bearer wrong"}, bearer]
    }
    for path in ("/completion", "/tokenize"):
        assert [results[path, n] for n in range(3)] == [401, 401, 200]
    assert [results["/slots", n] for n in range(3)] == [401, 401, 501]  # no one may read another's prompt
    assert results["/", 0] == results["/", 2] == 404  # no user interface


@pytest.mark.model
async def test_the_key_and_ours_are_in_nobodys_argv_or_environment(
    process: WorkerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    at = await process.connection()
    argv = proc(process.pid, "cmdline")
    environment = proc(process.pid, "environ")
    assert len(at.key) >= 32
    for secret in (at.key, CANARY):
        assert secret.encode() not in argv + environment
    assert str(WORKER).encode() in argv
    assert b"OMP_WAIT_POLICY=PASSIVE" in environment.split(b"\0")


@pytest.mark.model
async def test_gives_way_to_other_processes_and_to_ctrl_c(process: WorkerProcess) -> None:
    await process.connection()
    assert process.pid is not None
    assert os.getpriority(os.PRIO_PROCESS, process.pid) == os.getpriority(os.PRIO_PROCESS, 0) + 10
    assert os.getpgid(process.pid) == process.pid


@pytest.mark.model
async def test_an_asker_who_leaves_does_not_stop_the_start(process: WorkerProcess) -> None:
    askers = [asyncio.create_task(process.connection()) for _ in range(3)]
    await asyncio.sleep(0)
    askers[0].cancel()
    connections = await asyncio.gather(*askers[1:])
    assert connections[0] is connections[1] is await process.connection()


@pytest.mark.model
async def test_closing_ends_it_by_its_stdin(process: WorkerProcess, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    await process.connection()
    pid = process.pid
    assert pid is not None
    await process.aclose()
    assert gone(pid)
    assert f"process {pid} ended with status 0" in caplog.text  # it was not killed
    await process.aclose()
    with pytest.raises(Unavailable, match="shut down"):
        await process.connection()


@pytest.mark.model
async def test_closing_while_it_starts_leaves_nothing(process: WorkerProcess, until: Until) -> None:
    asker = asyncio.create_task(process.connection())
    await until(lambda: process.pid is not None)
    pid = process.pid
    await process.aclose()
    assert gone(pid)
    await asyncio.wait([asker])
    assert asker.cancelled() or isinstance(asker.exception(), Unavailable)


@pytest.mark.model
async def test_a_stuck_worker_is_killed(process: WorkerProcess) -> None:
    await process.connection()
    pid = process.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)  # it will not see that its stdin ends
    await process.aclose()
    assert gone(pid)


@pytest.mark.model
async def test_a_crash_is_followed_by_a_pause_and_a_new_worker_with_a_new_key(
    process: WorkerProcess, clock: Clock, until: Until
) -> None:
    first = await process.connection()
    pid = process.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await until(lambda: process.pid is None)
    with pytest.raises(Unavailable) as caught:
        await process.connection()
    assert caught.value.retry_after_s == 0.5
    clock.now += 0.5
    second = await process.connection()
    assert second.key != first.key
    assert process.pid not in (None, pid)


@pytest.mark.model
async def test_stays_down_after_five_crashes(process: WorkerProcess, clock: Clock, until: Until) -> None:
    for _ in range(MOST_CRASHES):
        await process.connection()
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        await until(lambda: process.pid is None)
        clock.now += 30
    with pytest.raises(Unavailable, match="stays off"):
        await process.connection()


@pytest.mark.model
async def test_a_lost_worker_is_killed_and_noticed(process: WorkerProcess) -> None:
    await process.connection()
    pid = process.pid
    assert pid is not None
    await process.lost()
    assert gone(pid)
    assert process.pid is None


SCRIPT = """
import asyncio, sys
from autocrea_lsp.ai.embedded.process import WorkerProcess
from autocrea_lsp.ai.embedded.restarts import Restarts
from autocrea_lsp.settings import EmbeddedSettings

async def main():
    process = WorkerProcess(EmbeddedSettings(model_path=sys.argv[1]), Restarts("x"))
    starting = asyncio.create_task(process.connection())
    while process.pid is None:
        await asyncio.sleep(0)
    if sys.argv[2] != "loading":
        await starting
    print(process.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.model
@pytest.mark.parametrize("when", ["loading", "ready", "stuck"])
def test_it_is_gone_when_its_parent_is_killed(gguf: Path, when: str) -> None:
    parent = subprocess.Popen([sys.executable, "-c", SCRIPT, str(gguf), when], stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        if when == "stuck":
            os.kill(pid, signal.SIGSTOP)  # it cannot notice that its stdin ends
    finally:
        parent.kill()
        parent.communicate()
    deadline = time.monotonic() + HANG_S
    while not gone(pid):
        assert time.monotonic() < deadline
        time.sleep(0.005)


async def test_a_file_that_is_no_model_is_the_users_to_mend_however_often_it_is_asked(
    tmp_path: Path, clock: Clock, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("xllamacpp")
    path = tmp_path / "mine.gguf"
    path.write_bytes(b"GGUF, but not really")
    process = WorkerProcess(EmbeddedSettings(model_path=str(path)), Restarts("x", clock))
    for _ in range(MOST_CRASHES + 2):
        with pytest.raises(UserError, match=r"mine\.gguf could not be loaded") as caught:
            await process.connection()
        await until(lambda: process.pid is None)
        assert str(tmp_path) not in str(caught.value)
        assert "embedded.modelPath" in caught.value.hint
    assert caplog.text.count("could not be loaded") == 0
    assert caplog.text.count("Failed to init server") == 1  # the others did not even try: it would be the same
    await process.aclose()


def test_says_what_is_missing_and_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = available(EmbeddedSettings())
    assert missing is not None
    assert "not installed" in str(missing)
    assert "autocrea-lsp model install" in missing.hint

    mistyped = available(EmbeddedSettings(model_path=str(tmp_path / "mine.gguf")))
    assert mistyped is not None
    assert "mine.gguf" in str(mistyped)
    assert str(tmp_path) not in str(mistyped)

    (tmp_path / "mine.gguf").touch()
    assert available(EmbeddedSettings(model_path=str(tmp_path / "mine.gguf"))) is None

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    no_library = available(EmbeddedSettings())
    assert no_library is not None
    assert "autocrea-lsp[local]" in no_library.hint


async def test_no_more_processes_means_unavailable_for_now(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.gguf").touch()
    process = WorkerProcess(EmbeddedSettings(model_path=str(tmp_path / "mine.gguf")), Restarts("x", clock))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "missing"))
    with pytest.raises(Unavailable, match="could not be started"):
        await process.connection()
    with pytest.raises(Unavailable) as caught:
        await process.connection()
    assert caught.value.retry_after_s == 0.5
    await process.aclose()


async def test_asking_without_a_model_says_what_is_missing() -> None:
    process = WorkerProcess(EmbeddedSettings(), Restarts("x", time.monotonic))
    with pytest.raises(UserError, match="not installed"):
        await process.connection()
    await process.aclose()
