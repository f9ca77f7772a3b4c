"""The lines of deployments' logs: adding, reading, and keeping each log small. Transactions are the caller's.

Of a line that was left out for the log's size, its key stays, in a row with no level: a host that sends the whole log
once more does not bring it back behind the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autocrea_lsp.store.deployment_values import LogLineRow
from autocrea_lsp.store.migrations import run
from autocrea_lsp.store.values import label
from autocrea_lsp.store.writes import AppendLog

if TYPE_CHECKING:
    from peewee import SqliteDatabase

LINES = 5000  # that are kept of one log
BYTES = 1 << 20  # of their text, UTF-8
_HEAD_LINES = 200  # of the first, which say what is built and how
_HEAD_BYTES = BYTES // 10
_KEYS = 50_000  # the newest lines whose keys are known after they are left out: about 4 MB
_LEFT = 0.9  # of both limits, once one is passed: so that not every line after it has to make room for itself

_FIND = """
    SELECT d.seq, d.log_seq, d.log_lines, d.log_bytes FROM deployments AS d
    JOIN users AS u ON u.id = d.user_id WHERE u.name = ? AND d.id = ?
"""


class DeploymentLog:
    """The table `deployment_lines` of one open database."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def append(self, write: AppendLog) -> None:
        """Add lines to a deployment that is there; one with the key of another is dropped.

        A line that has a number already is dropped if the log has got that far: it was written before.
        """
        for deployment, seq, lines, size in run(self._database, _FIND, label(write.user), label(write.id)):
            for line in write.lines:
                if line.seq and line.seq <= seq:
                    continue
                number = max(seq + 1, line.seq)
                cursor = self._database.execute_sql(  # type: ignore[no-untyped-call]
                    "INSERT OR IGNORE INTO deployment_lines (deployment_seq, seq, at, level, text, key) "
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    (deployment, number, line.at, line.level, line.text, line.key),
                )
                if cursor.rowcount > 0:
                    seq, lines, size = number, lines + 1, size + len(line.text.encode())
            if lines > LINES or size > BYTES:
                lines, size = self._shorten(deployment, seq)
            run(
                self._database,
                "UPDATE deployments SET log_seq = ?, log_lines = ?, log_bytes = ? WHERE seq = ?",
                *(seq, lines, size, deployment),
            )

    def read(self, user: str, name: str, after_seq: int, limit: int) -> list[LogLineRow]:
        """Lines of the deployment with that id, in order."""
        rows = run(
            self._database,
            "SELECT l.seq, l.at, l.level, l.text, l.key FROM deployments AS d JOIN users AS u ON u.id = d.user_id "
            "JOIN deployment_lines AS l ON l.deployment_seq = d.seq "
            "WHERE u.name = ? AND d.id = ? AND l.seq > ? AND l.level <> '' ORDER BY l.seq LIMIT ?",
            *(label(user), label(name), after_seq, max(0, limit)),
        )
        return [LogLineRow(seq=seq, at=at, level=level, text=text, key=key) for seq, at, level, text, key in rows]

    def all(self) -> list[AppendLog]:
        """Every log, with the lines' numbers, for a database that takes this one's place."""
        logs = run(
            self._database,
            "SELECT u.name, d.id FROM deployments AS d JOIN users AS u ON u.id = d.user_id WHERE d.log_lines > 0",
        )
        return [AppendLog(user=user, id=name, lines=tuple(self.read(user, name, 0, LINES))) for user, name in logs]

    def _shorten(self, deployment: int, newest: int) -> tuple[int, int]:
        """Leave out from the oldest after the head on, until it is little enough; how many lines and bytes are left."""
        sizes = run(
            self._database,
            "SELECT seq, LENGTH(CAST(text AS BLOB)) FROM deployment_lines WHERE deployment_seq = ? AND level <> '' "
            "ORDER BY seq",
            deployment,
        )
        lines, size = len(sizes), sum(each for _, each in sizes)
        head = head_bytes = 0
        # By their numbers: what comes to stand in the place of deleted lines is not of the head.
        while head < lines and sizes[head][0] <= _HEAD_LINES and head_bytes + sizes[head][1] <= _HEAD_BYTES:
            head_bytes += sizes[head][1]
            head += 1
        first = last = head
        while last < len(sizes) and (lines > LINES * _LEFT or size > BYTES * _LEFT):
            lines, size, last = lines - 1, size - sizes[last][1], last + 1
        if last > first:
            these = (deployment, sizes[first][0], sizes[last - 1][0])
            where = "WHERE deployment_seq = ? AND seq BETWEEN ? AND ?"
            run(self._database, f"DELETE FROM deployment_lines {where} AND key = ''", *these)  # noqa: S608  # ours
            run(self._database, f"UPDATE deployment_lines SET level = '', text = '' {where}", *these)  # noqa: S608
            run(
                self._database,
                "DELETE FROM deployment_lines WHERE deployment_seq = ? AND level = '' AND seq <= ?",
                *(deployment, newest - _KEYS),
            )
        return lines, size
