"""What previews there were: a small file that all servers of the user share, so that an old one is not a riddle."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, get_args

from autocrea_lsp.store import DeploymentState
from autocrea_lsp.store.files import locked

MOST_ROWS = 300
_MAX_BYTES = 4_000_000
_PATIENCE_S = 5.0
_STATES = frozenset(get_args(DeploymentState))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A preview. `instance`: of the server that made it; `live`: it is what the project's address shows."""

    id: str
    instance: str
    project: str
    project_name: str
    number: int = 0  # of the project's builds in that server
    created_at: float  # wall seconds
    source: str = "files"
    mark: str = ""
    state: DeploymentState = "building"
    detail: str = ""
    error: str = ""
    url: str = ""
    live: bool = False
    kept: bool = False  # its files are there to go back to


class History:
    """The file. Every method is blocking. One that is damaged counts as empty: nothing depends on it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, rows: Iterable[Row]) -> None:
        """Write these, over what stands there by their ids. Raises OSError."""
        with locked(self._path, _PATIENCE_S):
            known = {row.id: row for row in self.rows()}
            known |= {row.id: row for row in rows}
            newest = sorted(known.values(), key=lambda row: row.created_at, reverse=True)[:MOST_ROWS]
            self._write({"version": 1, "previews": [asdict(row) for row in newest]})

    def rows(self) -> list[Row]:
        """All of them, the newest first."""
        try:
            with os.fdopen(os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
                told = json.loads(file.read(_MAX_BYTES))
        except (OSError, ValueError, RecursionError):
            return []
        listed = told.get("previews") if isinstance(told, dict) else None
        rows = [_row(each) for each in listed] if isinstance(listed, list) else []
        return [row for row in rows if row is not None]

    def _write(self, value: object) -> None:
        descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}-")  # 0600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(value, file)
            Path(name).replace(self._path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise


def _row(told: Any) -> Row | None:
    if not isinstance(told, dict):
        return None
    try:
        row = Row(**{each.name: told[each.name] for each in fields(Row) if each.name in told})
        known = row.state in _STATES
    except TypeError:
        return None
    texts = (row.id, row.instance, row.project, row.project_name, row.source, row.mark, row.detail, row.error, row.url)
    if not known or not isinstance(row.created_at, float | int) or not all(isinstance(each, str) for each in texts):
        return None
    return row
