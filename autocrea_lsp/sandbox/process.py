"""Start a job's process, read what it says, stop it in time; afterwards nothing of it runs."""

from __future__ import annotations

import asyncio
import json
import math
import os
import signal
import socket
import sys
import tempfile
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from autocrea_lsp.sandbox import bubblewrap
from autocrea_lsp.sandbox.job import Job
from autocrea_lsp.sandbox.output import Output

_ENTER = str(Path(__file__).with_name("enter.py"))
_GRACE_S = 5.0  # for the end of what was killed; then we go on
_CHUNK = 65536


@dataclass(slots=True)
class Outcome:
    exit_code: int | None = None
    signal: int | None = None
    timed_out: bool = False


class _Pipe:
    """The reading end of a pipe whose other end goes to the process."""

    def __init__(self, output: Output) -> None:
        self.output = output
        self._reading_end, self.writing_end = os.pipe()
        self._reader: asyncio.Task[None] | None = None

    def start(self) -> None:
        """The process has the other end now."""
        os.close(self.writing_end)
        self._reader = asyncio.create_task(self._read())

    async def finished(self) -> None:
        """All that was written is here. A process that got away may keep the pipe open: then not for ever."""
        assert self._reader is not None
        await asyncio.wait({self._reader}, timeout=_GRACE_S)
        self._reader.cancel()
        await asyncio.wait({self._reader})

    def close(self) -> None:
        """Where it was never started."""
        if self._reader is None:
            os.close(self._reading_end)
            os.close(self.writing_end)

    async def _read(self) -> None:
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(self._reading_end, "rb", buffering=0)
        )
        try:
            while chunk := await reader.read(_CHUNK):
                self.output.take(chunk)
            self.output.end()
        finally:
            transport.close()


async def isolated(job: Job, folder: Path, bwrap: str, outputs: tuple[Output, Output], stop: asyncio.Event) -> Outcome:
    """In bubblewrap. Its own pid namespace ends with the process that is 1 in there; we wait for that one."""
    command = [bubblewrap.program(job), *job.command[1:]]
    options = bubblewrap.joined(bubblewrap.options(job, folder))
    with ExitStack() as stack:
        arguments = _file(stack, options)
        info = _Pipe(Output(limit=_CHUNK))
        stack.callback(info.close)
        ours = ["--args", str(arguments), "--info-fd", str(info.writing_end)]
        argv = ["become", _limits(job), bwrap, *ours, "--", *command]
        process, pipes = await _start(
            stack, job, argv, cwd="/", environment={}, outputs=outputs, passed=(arguments, info.writing_end)
        )
        info.start()
        outcome = await _await_end(process, job.timeout_s, stop)
        if outcome.exit_code is None:
            await _kill_namespace(process, info)
        else:
            await _await_namespace(info)
        await process.wait()
        for pipe in pipes:
            await pipe.finished()
    if outcome.exit_code is not None and outcome.exit_code > 128:
        outcome.signal, outcome.exit_code = outcome.exit_code - 128, None
    return outcome


async def limited(job: Job, folder: Path, outputs: tuple[Output, Output], stop: asyncio.Event) -> Outcome:
    """Without isolation: a process that watches over the job kills all its descendants."""
    command = [bubblewrap.given_program(job), *job.command[1:]]
    with ExitStack() as stack:
        ours, theirs = socket.socketpair()
        stack.callback(ours.close)
        stack.callback(theirs.close)
        argv = ["watch", str(theirs.fileno()), _limits(job), *command]
        environment = bubblewrap.base_environment(str(job.home or folder), str(folder)) | dict(job.environment)
        process, pipes = await _start(
            stack, job, argv, cwd=str(folder), environment=environment, outputs=outputs, passed=(theirs.fileno(),)
        )
        theirs.close()
        outcome = await _await_end(process, job.timeout_s, stop)
        ours.shutdown(socket.SHUT_WR)  # the end of it, where it did not end by itself
        try:
            await asyncio.wait_for(process.wait(), _GRACE_S * 2)
        except TimeoutError:
            process.kill()
            await process.wait()
        if process.returncode != 0:  # the watcher was killed, by the job perhaps
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
        for pipe in pipes:
            await pipe.finished()
        ours.setblocking(False)
        with suppress(OSError, ValueError):
            code = os.waitstatus_to_exitcode(int(ours.recv(64)))
            outcome.exit_code, outcome.signal = (code, None) if code >= 0 else (None, -code)
    return outcome


async def _start(
    stack: ExitStack,
    job: Job,
    argv: list[str],
    *,
    cwd: str,
    environment: dict[str, str],
    outputs: tuple[Output, Output],
    passed: tuple[int, ...],
) -> tuple[asyncio.subprocess.Process, list[_Pipe]]:
    pipes = [_Pipe(output) for output in outputs]
    for pipe in pipes:
        stack.callback(pipe.close)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", _ENTER, *argv),
        stdin=_file(stack, job.stdin),
        stdout=pipes[0].writing_end,
        stderr=pipes[1].writing_end,
        env=environment,
        cwd=cwd,
        start_new_session=True,
        pass_fds=passed,
    )
    for pipe in pipes:
        pipe.start()
    return process, pipes


def _file(stack: ExitStack, content: bytes) -> int:
    """An open file without a name."""
    file = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  # the stack closes it
    file.write(content)
    file.seek(0)
    return file.fileno()


async def _await_end(process: asyncio.subprocess.Process, timeout_s: float, stop: asyncio.Event) -> Outcome:
    """Wait for the end, the timeout or `stop`, whichever comes first; `exit_code` is None when it still runs."""
    ended = asyncio.create_task(process.wait())
    stopped = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait({ended, stopped}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:  # the loop is being closed, and will not wait for us
        with suppress(ProcessLookupError):
            process.kill()
        raise
    finally:
        stopped.cancel()
        ended.cancel()
    code = process.returncode
    if code is not None and code < 0:
        return Outcome(signal=-code)
    return Outcome(exit_code=code, timed_out=not done)


async def _kill_namespace(process: asyncio.subprocess.Process, info: _Pipe) -> None:
    """Kill bubblewrap and, where it got that far, the first process inside; the kernel kills all others with that."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # with what has not left its session yet; it leads one of its own
    await _await_namespace(info)


async def _await_namespace(info: _Pipe) -> None:
    """Kill the first process inside and wait until it, and with it every process inside, is gone."""
    await info.finished()
    try:
        first = int(json.loads(info.output.kept)["child-pid"])
        descriptor = os.pidfd_open(first)
    except (ValueError, KeyError, OSError):  # it did not get that far, or is gone
        return
    loop = asyncio.get_running_loop()
    gone: asyncio.Future[None] = loop.create_future()
    loop.add_reader(descriptor, gone.cancel)  # any end of the future will do
    try:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        await asyncio.wait({gone}, timeout=_GRACE_S)
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def _limits(job: Job) -> str:
    """For every process of the job. CPU time counts all threads; it is there for when we are not, to keep time."""
    seconds = math.ceil(job.timeout_s) * (os.cpu_count() or 1) + 1
    limits = {"CPU": seconds, "FSIZE": job.max_file_bytes, "NOFILE": job.max_open_files, "CORE": 0}
    if job.memory_bytes is not None:
        limits["AS"] = job.memory_bytes
    return ",".join(f"{name}:{value}" for name, value in limits.items())
