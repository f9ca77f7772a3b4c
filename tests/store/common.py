"""What several tests of the store say: types of the fixtures, and reading the file as another program does."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

from autocrea_lsp.store import AIRequest, Store

HANG_S = 60.0  # nothing here takes a tenth of it; longer is a hang
CANARY = "sk-ant-canary-7f3a91"

Ask = Callable[..., AIRequest]
OpenStore = Callable[..., Store]
StartChild = Callable[..., subprocess.Popen[str]]
Until = Callable[[Callable[[], object]], None]


def execute(database: Path, *statements: str) -> list[tuple[object, ...]]:
    """Run statements on a connection of our own; the rows of the last."""
    other = sqlite3.connect(database, isolation_level=None)
    try:
        rows: list[tuple[object, ...]] = []
        for statement in statements:
            rows = other.execute(statement).fetchall()
        return rows
    finally:
        other.close()


def ids(database: Path) -> set[str]:
    """The requests on disk, in a file that is whole."""
    assert execute(database, "PRAGMA integrity_check") == [("ok",)]
    return {str(name) for (name,) in execute(database, "SELECT id FROM ai_requests")}


def traces(database: Path, text: str = CANARY) -> list[str]:
    """The files in the database's directory that hold the text."""
    return [each.name for each in database.parent.iterdir() if text.encode() in each.read_bytes()]
