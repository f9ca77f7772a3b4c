"""The one thread that touches the database: takes from the inbox, writes, answers, and lives with every failure.

    disk ──cannot be used──▶ memory ──comes back (tried with back-off)──▶ disk, with the rows from memory
      └─written by a newer version──▶ read-only

No failure of the file reaches a caller; each is told once through `on_problem`, on this thread. Importing this module
imports peewee (about 0.1 s of CPU), so only that thread does.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from autocrea_lsp.store import failures, files, migrations, redacting
from autocrea_lsp.store.disk import Connection, open_disk, open_memory
from autocrea_lsp.store.inbox import Change, Configure, Flush, Health, Inbox, Read, Stop
from autocrea_lsp.store.journal import Journal
from autocrea_lsp.store.writes import Write

T = TypeVar("T")

_log = logging.getLogger(__name__)

_LOCK_S = 5.0  # four writing processes were measured at 0.7 s at worst
_RETRY_LOCK_S = 1.0  # in memory mode a question should not wait long behind an attempt
_LAST_LOCK_S = 0.3  # the process is about to end
_RETRY_S = (2.0, 300.0)  # first and longest pause between attempts; each is twice the one before
_DAY_S = 86_400.0
_SWEEP_S = _DAY_S  # retention is looked at once a day
_SWEEP_ROWS = 500  # a chunk holds the write lock for a few milliseconds
_NEVER = float("inf")


class Writer:
    """What the thread knows."""

    _connection: Connection

    def __init__(
        self,
        path: Path,
        inbox: Inbox,
        health: Health,
        settings: Configure,
        on_problem: Callable[[str], None],
    ) -> None:
        self._path = path
        self._inbox = inbox
        self._health = health
        self._on_problem = on_problem
        self._told: set[str] = set()
        self._journal = Journal()
        self._lost = 0  # writes since the last flush that are nowhere
        self._replaced_damaged = False
        self._retry_at = _NEVER  # monotonic seconds
        self._retry_s = _RETRY_S[0]
        self._configure(settings)

    def run(self) -> None:
        """Work until the inbox says stop. Raises only on a mistake of ours."""
        self._open()
        try:
            while not self._turn():
                pass
        finally:
            self._connection.close()

    def _turn(self) -> bool:
        """Do what is due next; True when that was the end."""
        due_s = min(self._retry_at, self._sweep_at) - time.monotonic()
        taken = self._inbox.take(None if due_s == _NEVER else max(0.0, due_s))
        try:
            if taken.writes:
                self._write(taken.writes)
            match taken.control:
                case Read() as read:
                    read.settle(self._do(read.ask, default=read.default))
                case Change() as change:
                    if change.begin():
                        change.settle(self._change(change))
                case Flush() as flush:
                    flush.settle(saved=self._lost == 0)
                    self._lost = 0
                case Configure() as settings:
                    self._configure(settings)
                case Stop():
                    self._come_back(_LAST_LOCK_S)
                    return True
        finally:
            taken.release()
        if time.monotonic() >= self._retry_at:
            self._come_back(_RETRY_LOCK_S)
        if time.monotonic() >= self._sweep_at:
            self._sweep()
        return False

    def _configure(self, settings: Configure) -> None:
        self._redact, self._redactor = settings.redact, settings.redactor
        self._retention_s = settings.retention_days * _DAY_S
        self._sweep_at = 0.0 if settings.retention_days > 0 else _NEVER  # monotonic seconds: at once

    # ---- what is asked of the database

    def _write(self, writes: list[Write]) -> None:
        dropped = self._inbox.take_dropped()
        if dropped:
            self._lost += dropped
            self._tell(failures.overflowed(self._path))
        ready = _some(redacting.ready(write, self._redact, self._redactor) for write in writes)
        self._lost += len(writes) - len(ready)
        counts = _some(map(redacting.without_text, ready))  # texts go to the disk or nowhere

        def act(connection: Connection) -> list[Write] | None:
            if not connection.write(ready if connection.on_disk else counts):
                return None
            return _some(map(connection.remembered, counts))

        written = self._do(act, default=None)
        if written is None:
            self._lost += len(ready)
            return
        if self._health.mode == "memory":
            self._lost += len(ready) - len(counts)
        self._journal.note(written, saved=self._health.mode != "memory")

    def _change(self, change: Change[T]) -> T:
        """On the database in use; one that takes its place later has what was done."""

        def act(connection: Connection) -> tuple[T, list[Write]]:
            value, writes = change.ask(connection)
            return value, _some(map(connection.remembered, writes))

        nothing: tuple[T, list[Write]] = (change.default, [])
        value, writes = self._do(act, default=nothing)
        self._journal.note(writes, saved=self._health.mode != "memory")
        return value

    def _sweep(self) -> None:
        """Delete one chunk of what is too old; the next chunk waits its turn."""
        now = time.time()
        before = now - self._retention_s
        deleted = self._do(lambda connection: connection.expire(before, _SWEEP_ROWS, now=now), default=0)
        self._sweep_at = time.monotonic() + (_SWEEP_S if deleted < _SWEEP_ROWS else 0.0)

    def _do(self, act: Callable[[Connection], T], *, default: T) -> T:
        """On the database in use; where that fails, on what takes its place: a new file, or memory."""
        self._follow_file()
        while True:
            try:
                return act(self._connection)
            except Exception as error:  # boundary: whatever a file can do to us ends here
                reason = failures.reason_of(error)
                if reason is None or self._health.mode != "disk":
                    _log.warning("the usage store could not do something", exc_info=True)
                    return default
                self._replace(reason, error)

    # ---- which database is in use

    def _open(self) -> None:
        try:
            self._use(open_disk(self._path, timeout_s=_LOCK_S))
        except Exception as error:  # boundary: as in _do
            self._to_memory(error)

    def _use(self, connection: Connection) -> None:
        """Work on that file from now on."""
        self._connection = connection
        self._health.mode, self._health.problem = "disk", None
        self._retry_at, self._retry_s = _NEVER, _RETRY_S[0]
        if connection.set_aside is not None:
            self._replaced_damaged = True
            self._tell(failures.replaced(self._path, connection.set_aside), mended=True)
        if connection.newer:
            self._journal.fill_beside(connection)
            self._health.mode = "read-only"
            self._tell(failures.newer(self._path, connection.version, migrations.SCHEMA))

    def _follow_file(self) -> None:
        """SQLite goes on writing, without an error, to a file that was deleted or replaced; we do not."""
        if not self._connection.on_disk:
            return
        found = files.identity(self._path)
        if found == self._connection.identity:
            return
        self._connection.close()
        if found is None:
            self._journal.forget_saved()
        self._open()
        self._go_on()
        if found is None and self._health.mode == "disk":
            self._tell(failures.vanished(self._path), mended=True)

    def _replace(self, reason: failures.Reason, error: Exception) -> None:
        """After a failure on disk: use something else."""
        damaged = self._connection.identity
        self._connection.close()
        # Once a session: a disk that damages the second file too will damage the third.
        if reason == "corrupt" and not self._replaced_damaged:
            try:
                self._use(open_disk(self._path, timeout_s=_LOCK_S, suspect=damaged))
            except Exception as another:  # boundary: as in _do
                error = another
            else:
                self._go_on()
                return
        self._to_memory(error)

    def _go_on(self) -> None:
        """A file that was begun anew gets the deployments that are under way: they do not end with the old one."""
        writes = self._journal.going_on()
        if writes and self._health.mode == "disk":
            self._do(lambda connection: connection.write(writes), default=False)

    def _to_memory(self, error: Exception) -> None:
        reason = failures.reason_of(error) or "failed"
        self._connection = open_memory()
        self._journal.fill(self._connection)
        self._health.mode = "memory"
        self._retry_at = time.monotonic() + self._retry_s
        self._tell(failures.message(self._path, reason, error))

    def _come_back(self, lock_s: float) -> None:
        """In memory mode: try the file again, and give it what it missed."""
        if self._health.mode != "memory":
            return
        memory = self._connection
        connection: Connection | None = None
        try:
            connection = open_disk(self._path, timeout_s=lock_s)
            self._journal.hand_over(memory, connection)
            connection.database.timeout = _LOCK_S
        except Exception:  # boundary: as in _do; why was told when it began
            if connection is not None:
                connection.close()
            self._retry_s = min(self._retry_s * 2, _RETRY_S[1])
            self._retry_at = time.monotonic() + self._retry_s
            return
        memory.close()
        self._use(connection)

    def _tell(self, message: str, *, mended: bool = False) -> None:
        """Once each; `mended`: it is over already."""
        self._health.problem = None if mended else message
        if message in self._told:
            return
        self._told.add(message)
        with contextlib.suppress(Exception):  # boundary: what the receiver does with it is not our failure
            self._on_problem(message)


def _some(writes: Iterable[Write | None]) -> list[Write]:
    return [write for write in writes if write is not None]
