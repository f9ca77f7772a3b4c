"""Opening a database, on disk or in memory. Imported on the writer's thread only (and by `clear`)."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from peewee import SqliteDatabase

from autocrea_lsp.store import failures, files, migrations
from autocrea_lsp.store.acts import Acts
from autocrea_lsp.store.chats import Chats
from autocrea_lsp.store.deployment_history import DeploymentHistory
from autocrea_lsp.store.deployment_log import DeploymentLog
from autocrea_lsp.store.deployments import Deployments
from autocrea_lsp.store.usage import Usage
from autocrea_lsp.store.users import Users
from autocrea_lsp.store.writes import (
    Accept,
    AppendLog,
    ClaimDeployment,
    CountAct,
    DeploymentChange,
    ForgetChat,
    Record,
    ReleaseDeployment,
    SaveDeployment,
    SaveMessage,
    SetPreference,
    TouchProject,
    UpdateDeployment,
    Write,
)

PRAGMAS = {
    # Readers and a writer do not wait for each other; without WAL (some network file systems) it works, but slower.
    "journal_mode": "wal",
    # In WAL a killed process loses nothing; a power cut may lose the last commits, never the file.
    "synchronous": "normal",
    "foreign_keys": 1,
    "temp_store": "memory",
    "journal_size_limit": 16 << 20,  # bytes: a log that a long reader let grow shrinks again
    # Deleted rows are overwritten: what retention removed is not left in free pages.
    "secure_delete": 1,
}

_COUNTED_S = 62 * 86_400.0  # a month in any time zone, and another


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """An open database. `identity` is None in memory; `set_aside` is where a damaged file went, if there was one.

    `beside`, in memory, has what a file that is not ours to write cannot take: counted acts and deployments.
    """

    database: SqliteDatabase
    version: int
    identity: files.Identity | None = None
    set_aside: Path | None = None
    beside: SqliteDatabase | None = None

    @property
    def usage(self) -> Usage:
        return Usage(self.database)

    @property
    def users(self) -> Users:
        return Users(self.database)

    @property
    def acts(self) -> Acts:
        return Acts(self.beside or self.database)

    @property
    def chats(self) -> Chats:
        return Chats(self.database)

    @property
    def deployments(self) -> Deployments:
        return Deployments(self.beside or self.database)

    @property
    def deployment_history(self) -> DeploymentHistory:
        if self.beside is None:
            return DeploymentHistory(self.database)
        return DeploymentHistory(self.beside, also=self.database)

    @property
    def logs(self) -> DeploymentLog:
        return DeploymentLog(self.beside or self.database)

    @property
    def on_disk(self) -> bool:
        return self.identity is not None

    @property
    def newer(self) -> bool:
        """A later version of this program wrote it: not to be written."""
        return self.version > migrations.SCHEMA

    def write(self, writes: Sequence[Write]) -> bool:
        """All of them in one transaction, or none; False if the file is not ours to write.

        Writing the same again changes nothing. What goes beside a file that is not ours is written even then.
        """
        if self.newer:
            return self._write_beside(writes)
        with self.database.atomic():
            # An acceptance never comes before its request, so all requests may go first, in one statement.
            self.usage.insert([write.request for write in writes if isinstance(write, Record)])
            for write in writes:
                match write:
                    case Accept():
                        self.usage.accept(write.request_id)
                    case SetPreference():
                        self.users.set_preference(write.user, write.key, write.value_json, write.at)
                    case TouchProject():
                        self.users.touch_project(write.user, write.name, write.root_hash, write.at)
                    case SaveMessage():
                        self.chats.save(write)
                    case ForgetChat():
                        self.chats.forget(write.user, write.session)
                    case _:
                        self._write_anywhere(write)
        if self.on_disk and any(isinstance(write, ForgetChat) for write in writes):
            self._empty_log()
        return True

    def expire(self, before: float, limit: int, *, now: float) -> int:
        """Delete at most `limit` requests, and as many messages and deployments, older than `before`, in a transaction.

        The largest number of the three. What budgets and quotas need, they keep for `_COUNTED_S`.
        """
        if self.newer:
            return 0
        counted = now - _COUNTED_S
        with self.database.atomic():
            self.acts.expire(counted)
            return max(
                self.usage.expire(before, limit, counted),
                self.chats.expire(before, limit),
                self.deployments.expire(before, limit),
            )

    def remembered(self, write: Write) -> Write | None:
        """What another database must be told of something that was done here; None: nothing.

        Of a deployment on disk: how it is, with all that others did to it; of one in memory, which knows less than the
        disk: what was done. Of a log: how far it got.
        """
        if self.on_disk and isinstance(write, DeploymentChange | AppendLog):
            return self.deployments.snapshot(write.user, write.id)
        return None if isinstance(write, AppendLog) else write

    def _write_beside(self, writes: Sequence[Write]) -> bool:
        mine = [write for write in writes if self._write_anywhere(write)]
        return len(mine) == len(writes)

    def _write_anywhere(self, write: Write) -> bool:
        """Of counted acts and deployments, whose database may be the one beside; whether it was one of them."""
        match write:
            case CountAct():
                self.acts.add(write)
            case AppendLog():
                self.logs.append(write)
            case SaveDeployment():
                self.deployments.save(write)
            case UpdateDeployment():
                self.deployments.update(write)
            case ClaimDeployment():
                self.deployments.claim(write)
            case ReleaseDeployment():
                self.deployments.release(write)
            case _:
                return False
        return True

    def _empty_log(self) -> None:
        """What was deleted is not left in the write-ahead log either, unless somebody is reading it right now."""
        timeout_s = self.database.timeout
        # Named boundary: the rows are gone in any case, and a file that fails will say so at the next write.
        with contextlib.suppress(Exception):
            self.database.timeout = 0
            migrations.run(self.database, "PRAGMA wal_checkpoint(TRUNCATE)")
        self.database.timeout = timeout_s

    def close(self) -> None:
        """Never raises: what cannot be closed is left to the end of the process."""
        # Named boundary: the file may be gone, full or damaged, and SQLite writes when it closes.
        with contextlib.suppress(Exception):
            self.database.close()
            if self.beside is not None:
                self.beside.close()


def open_disk(path: Path, *, timeout_s: float, suspect: files.Identity | None = None) -> Connection:
    """Open the file, made or migrated as needed; a damaged one is set aside once and a new one started.

    `suspect`: that file is known to be damaged; if it is still there it is set aside first. Of several processes that
    find the same damage one renames the file and the others open what it started.
    Raises what `failures.reason_of` understands.
    """
    files.private_directory(path.parent)
    with files.locked(path, timeout_s):
        aside: Path | None = None
        if suspect is not None and files.identity(path) == suspect:
            aside = files.set_aside(path)
        try:
            return _connect(path, timeout_s, aside)
        except Exception as error:  # boundary: only to tell damage from the rest, which goes on
            if aside is not None or failures.reason_of(error) != "corrupt":
                raise
        return _connect(path, timeout_s, files.set_aside(path))


def open_memory() -> Connection:
    """An empty database that lives as long as its connection."""
    database = SqliteDatabase(":memory:", pragmas={"foreign_keys": 1}, lock_type="IMMEDIATE")
    database.connect()
    return Connection(database=database, version=migrations.migrate(database))


def _connect(path: Path, timeout_s: float, aside: Path | None) -> Connection:
    files.private_file(path)
    # IMMEDIATE: a transaction that reads first and writes later fails at once, whatever the timeout, if another
    # process wrote in between (36 % of them with four writers).
    database = SqliteDatabase(str(path), pragmas=PRAGMAS, timeout=timeout_s, lock_type="IMMEDIATE")
    try:
        database.connect()
        version = migrations.migrate(database)
        identity = files.identity(path)
        if identity is None:
            raise FileNotFoundError(errno.ENOENT, "deleted while it was opened")
    except BaseException:
        with contextlib.suppress(Exception):  # what matters is why it could not be opened
            database.close()
        raise
    beside = open_memory().database if version > migrations.SCHEMA else None
    return Connection(database=database, version=version, identity=identity, set_aside=aside, beside=beside)
