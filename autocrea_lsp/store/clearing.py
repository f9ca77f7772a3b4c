"""Forgetting everything, so that nothing of it can be read from the files afterwards."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from autocrea_lsp.errors import UserError
from autocrea_lsp.store import files

_LOCK_S = 5.0  # an editor's write takes milliseconds; longer is a hang or a backup


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """What was there: requests and deployments in the database, and files that were removed whole (damaged ones)."""

    requests: int
    files_removed: int
    deployments: int = 0


def clear(path: Path) -> Cleared:
    """Delete all rows, and their traces in free pages and in the write-ahead log; damaged databases as files.

    Editors may go on using the database meanwhile. Raises UserError when it cannot be done.
    """
    from autocrea_lsp.store import failures  # with what it needs of SQLite, which `import store` does not pay

    rows: dict[str, int] = {}
    try:
        old = files.set_aside_before(path)
        if path.is_symlink() or path.exists():
            with files.locked(path, _LOCK_S):
                try:
                    rows = _empty(path)
                except Exception as error:  # boundary: only to tell what a locked file is from what must go whole
                    if failures.reason_of(error) in {None, "locked", "not a file"}:
                        raise
                    old += files.with_companions(path)
        for each in old:
            each.unlink(missing_ok=True)
    except Exception as error:
        reason = failures.reason_of(error)
        if reason is None:
            raise
        if reason == "locked":
            raise UserError(
                f"{files.shown(path)} is locked by another program and could not be cleared.",
                hint="Close the editors that use it and try again.",
            ) from error
        raise UserError(
            f"{files.shown(path)} could not be deleted ({reason}).", hint="Check who owns it and its directory."
        ) from error
    return Cleared(requests=rows.get("ai_requests", 0), files_removed=len(old), deployments=rows.get("deployments", 0))


def _empty(path: Path) -> dict[str, int]:
    """Empty every table of the file, whatever version made it; how many rows there were in each."""
    from peewee import SqliteDatabase

    from autocrea_lsp.store.migrations import run

    files.private_file(path)
    # No foreign keys: the order of the tables does not matter. In memory: VACUUM leaves no copy in a temporary file.
    pragmas = {"foreign_keys": 0, "secure_delete": 1, "temp_store": "memory"}
    database = SqliteDatabase(str(path), pragmas=pragmas, timeout=_LOCK_S, lock_type="IMMEDIATE")
    try:
        database.connect()
        tables = [table for table in database.get_tables() if not table.startswith("sqlite_")]
        rows: dict[str, int] = {}
        with database.atomic():
            for table in tables:
                quoted = '"' + table.replace('"', '""') + '"'
                rows[table] = int(run(database, f"SELECT COUNT(*) FROM {quoted}")[0][0])  # noqa: S608  # its own names
                run(database, f"DELETE FROM {quoted}")  # noqa: S608
        # VACUUM rewrites the file without free pages, through the log; the checkpoint empties the log.
        run(database, "VACUUM")
        checkpoint = run(database, "PRAGMA wal_checkpoint(TRUNCATE)")
        if checkpoint and checkpoint[0][0]:
            raise files.LockTimeout(0, "a reader keeps the write-ahead log")
    finally:
        with contextlib.suppress(Exception):
            database.close()
    return rows
