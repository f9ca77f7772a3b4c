"""What is wrong with a database that cannot be used: one word to act on, one message for a person.

The facts behind the words, all measured with SQLite 3.40: a full disk is SQLITE_FULL, but a quota or a file size limit
is an I/O error; an unwritable directory is CANTOPEN, a write-protected file READONLY; pages overwritten with noise are
CORRUPT or NOTADB, at the first statement that meets them.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from autocrea_lsp.store.files import LinkRefused, LockTimeout, shown

Reason = Literal["full", "unwritable", "locked", "corrupt", "not a file", "input/output", "failed"]

_BY_CODE: dict[int, Reason] = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "unwritable",
    sqlite3.SQLITE_PERM: "unwritable",
    sqlite3.SQLITE_CANTOPEN: "unwritable",
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_PROTOCOL: "locked",
    sqlite3.SQLITE_CORRUPT: "corrupt",
    sqlite3.SQLITE_NOTADB: "corrupt",
    sqlite3.SQLITE_IOERR: "input/output",
}

_KEPT = "The usage of this session is kept in memory only, and saved by itself once that is mended."

_MESSAGES: dict[Reason, str] = {
    "full": "The disk that holds {path} is full. {kept} Free some space.",
    "unwritable": "{path} cannot be written{detail}. {kept} Make its directory writable for you, or set AUTOCREA_HOME "
    "to one that is.",
    "locked": "Another program has kept {path} locked for too long. {kept} Close what uses it, "
    "perhaps a hung editor or a backup.",
    "corrupt": "{path} is damaged and could not be replaced. {kept} Delete that file.",
    "not a file": "{path} is a symbolic link or not a regular file, and is not used, for safety. {kept} "
    "Remove it, or set AUTOCREA_HOME to another directory.",
    "input/output": "{path} could not be read or written{detail}. {kept} Check the disk and its quota.",
    "failed": "{path} cannot be used{detail}. {kept} If that stays, run `autocrea-lsp data clear`.",
}


def reason_of(error: BaseException) -> Reason | None:
    """Why the database cannot be used; None when the error is not about the database but a mistake of ours."""
    found: Reason | None = None
    for each in _chain(error):
        reason = _own_reason(each)
        # A failed ROLLBACK hides what made it necessary: anything said by name outranks a plain "failed".
        if reason is not None and found in (None, "failed"):
            found = reason
    return found


def message(path: Path, reason: Reason, error: BaseException) -> str:
    """What to tell the user, once; never a path of theirs but the database's, and that with `~`."""
    detail = ""
    if reason in {"unwritable", "input/output", "failed"}:
        words = _words(error)
        detail = f" ({words})" if words else ""
    return _MESSAGES[reason].format(path=shown(path), kept=_KEPT, detail=detail)


def replaced(path: Path, aside: Path) -> str:
    return (
        f"{shown(path)} was damaged: it was renamed to {aside.name} and a new one was started. "
        "Earlier usage is no longer counted; delete the old file if you do not want to repair it."
    )


def vanished(path: Path) -> str:
    return f"{shown(path)} was deleted while in use: a new one was started. Nothing needs to be done."


def newer(path: Path, theirs: int, ours: int) -> str:
    return (
        f"{shown(path)} was written by a newer AUTOCREA LSP (schema {theirs}, this one knows {ours}). "
        "It is only read and new usage is not saved: update autocrea-lsp."
    )


def overflowed(path: Path) -> str:
    return f"Usage came faster than {shown(path)} could take it: the oldest unsaved rows were dropped."


def _own_reason(error: BaseException) -> Reason | None:
    if isinstance(error, LinkRefused):
        return "not a file"
    if isinstance(error, LockTimeout):
        return "locked"
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)  # extended: the primary code is its low byte
        return _BY_CODE.get(code & 0xFF, "failed") if isinstance(code, int) else "failed"
    if isinstance(error, OSError):
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return "full"
        return "input/output" if error.errno == errno.EIO else "unwritable"
    return None


def _words(error: BaseException) -> str:
    for each in _chain(error):
        if isinstance(each, OSError) and each.errno:
            return os.strerror(each.errno).lower()  # without the file name that str(error) has
        if isinstance(each, sqlite3.Error):
            return str(each)
    return ""


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, what peewee wrapped in it, and what it was raised over."""
    seen: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        each = todo.pop(0)
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        wrapped = each.args[0] if each.args and isinstance(each.args[0], BaseException) else None
        todo += [wrapped, each.__cause__, each.__context__]
