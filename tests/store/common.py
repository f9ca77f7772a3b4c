"""What several tests of the store say: types of the fixtures, and reading the file as another program does."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autocrea_lsp.store import AIRequest, DeploymentRow, LogLineRow, Moment, Quota, Store, Taken, Window

QUARTER_S = 900.0
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


def deployment(**changes: Any) -> DeploymentRow:
    plain: dict[str, Any] = {"id": "d", "provider": "vercel", "target": "preview", "source": "files", "created_at": 5.0}
    return DeploymentRow(**(plain | changes))


def line(text: str, **changes: Any) -> LogLineRow:
    return LogLineRow(**({"at": 5.0, "text": text} | changes))


def create(store: Store, *rows: DeploymentRow, **lease: Any) -> None:
    for row in rows:
        assert store.create_deployment(row, **lease).result(HANG_S)


def update(store: Store, **changes: Any) -> bool:
    return store.update_deployment("d", **changes).result(HANG_S)


def one(store: Store, name: str = "d") -> DeploymentRow:
    found = store.deployment(name).result(HANG_S)
    assert found is not None
    return found


def names(rows: list[DeploymentRow]) -> list[str]:
    return [row.id for row in rows]


def texts(lines: Sequence[LogLineRow]) -> list[str]:
    return [each.text for each in lines]


@dataclass(slots=True)
class Clock:
    """A machine whose clock can be set, and which can be restarted."""

    boot: str = "first"
    tick_s: float = 5000.0
    wall_s: float = 1_000_000.0

    def __call__(self) -> Moment:
        return Moment(boot=self.boot, tick_s=self.tick_s, wall_s=self.wall_s)

    def pass_(self, seconds: float) -> None:
        self.tick_s += seconds
        self.wall_s += seconds

    def restart(self, boot: str = "second") -> None:
        """With no time lost."""
        self.boot, self.tick_s = boot, 1.0


def window(limit: int, name: str = "ai", period_s: float = QUARTER_S) -> Window:
    return Window(name=name, limit=limit, period_s=period_s)


def take(store: Store, *windows: Window | Quota, amount: int = 1) -> Taken:
    return store.take(windows, amount=amount).result(HANG_S)


def fill(store: Store, windows: Sequence[Window | Quota], count: int) -> None:
    for _ in range(count):
        assert take(store, *windows) == Taken(counted=True)
