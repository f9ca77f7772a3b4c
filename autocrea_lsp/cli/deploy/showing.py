"""How deployments look in a shell: progress on stderr, answers as tables or JSON on stdout."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autocrea_lsp.deploy.base import Change, LogLine, Plan, Remote
from autocrea_lsp.deploy.jobs import Update
from autocrea_lsp.store import DeploymentRow, LogLineRow

STYLES = {"success": "green", "failed": "red", "canceled": "yellow", "interrupted": "yellow", "unknown": "yellow"}
_LEVELS = {"info": "dim", "warning": "yellow", "error": "red"}
_SHORT_ID = 8
_WIDE = 240  # columns where nobody looks: a program, or a file
_UNITS = ("B", "KB", "MB", "GB")


class Screen:
    """Where the way to an answer is told. `logs`: also each line of the build's log."""

    def __init__(self, *, logs: bool) -> None:
        self._console = Console(file=sys.stderr, highlight=False, soft_wrap=True, emoji=False)
        self._logs = logs
        self._said: dict[str, str] = {}
        self._status = self._console.status("") if self._console.is_terminal else None

    def update(self, update: Update) -> None:
        """One step of a deployment: a line that changes on a terminal, else a line for each new state."""
        row = update.row
        for notice in update.notices:
            self.say(notice)
        if self._logs:
            self.lines(update.lines)
        text = update.text or row.detail or row.state
        if update.finished:
            self.close()
        elif self._status is not None:
            percent = f"{update.percent:3d} % " if update.percent is not None else ""
            self._status.update(f"{percent}{escape(row.provider)}: {escape(text)}")
            self._status.start()
        elif self._said.get(row.id) != row.state:
            self.say(f"{row.provider}: {text}")
        self._said[row.id] = row.state

    def lines(self, lines: Iterable[LogLine | LogLineRow]) -> None:
        for line in lines:
            self._console.print(escape(_printable(line.text)), style=_LEVELS[line.level])

    def say(self, text: str) -> None:
        self._console.print(escape(_printable(text)))

    def fail(self, text: str) -> None:
        self.close()
        self._console.print(escape(_printable(text)), style="red")

    def close(self) -> None:
        """Nothing moves any more."""
        if self._status is not None:
            self._status.stop()


def answer(value: Any) -> None:
    """JSON for a machine, one object on stdout."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def out() -> Console:
    """For tables on stdout: what hosts send is data, not markup."""
    width = None if sys.stdout.isatty() else _WIDE
    return Console(markup=False, highlight=False, emoji=False, width=width)


def deployment(row: DeploymentRow) -> dict[str, Any]:
    """One row for a machine: times in ISO 8601 (UTC)."""
    return {
        "id": row.id,
        "provider": row.provider,
        "target": row.target,
        "source": row.source,
        "action": row.action,
        "state": row.state,
        "detail": row.detail,
        "error": row.error,
        "url": row.url,
        "inspectUrl": row.inspect_url,
        "project": row.project_name or row.project,
        "account": row.account_name or row.account,
        "remoteId": row.remote_id,
        "environment": list(row.env_names),
        "createdAt": _iso(row.created_at),
        "finishedAt": None if row.finished_at is None else _iso(row.finished_at),
    }


def remote(item: Remote) -> dict[str, Any]:
    """One of the host's own list for a machine."""
    return {
        "id": item.ref.id,
        "target": item.target,
        "state": item.state,
        "url": item.url,
        "inspectUrl": item.inspect_url,
        "createdAt": _iso(item.created_at),
        "source": item.source,
        "commit": item.commit,
        "author": item.author,
        "live": item.live,
        "canRollBackTo": item.can_roll_back_to,
    }


def changed(change: Change) -> dict[str, Any]:
    return {"live": remote(change.live), "notes": list(change.notes)}


def plan(plan: Plan) -> dict[str, Any]:
    """A dry run for a machine."""
    bundle = plan.bundle
    return {
        "account": plan.place.account_name or plan.place.account,
        "project": plan.place.project_name or plan.place.project,
        "target": plan.target,
        "production": plan.production,
        "createsProject": plan.creates_project,
        "buildCommand": plan.build_command,
        "notes": list(plan.notes),
        "files": [{"name": file.name, "bytes": file.size} for file in bundle.files] if bundle else [],
        "totalFiles": len(bundle.files) if bundle else 0,
        "totalBytes": bundle.total_bytes if bundle else 0,
        "leftOut": [{"name": each.name, "reason": each.reason} for each in bundle.skipped] if bundle else [],
    }


def plan_text(plan: Plan) -> None:
    """A dry run for a person: each file, what was left out and why, and the sum last."""
    console = out()
    bundle = plan.bundle
    for file in bundle.files if bundle else ():
        console.print(f"{size(file.size):>9}  {_printable(file.name)}")
    for each in bundle.skipped if bundle else ():
        console.print(f"left out   {_printable(each.name)}: {each.reason}", style="dim")
    for note in plan.notes:
        console.print(note, style="yellow")
    name = plan.place.project_name or plan.place.project
    made = " (to be made)" if plan.creates_project else ""
    what = f"{len(bundle.files)} files, {size(bundle.total_bytes)}" if bundle else "a build from git"
    console.print(f"{what}, to {plan.target} of {name or 'this machine'}{made}. Nothing was sent.")


def table(rows: Sequence[DeploymentRow]) -> Table:
    made = Table("id", "when", "host", "project", "target", "state", "took", "url", box=None)
    for row in rows:
        made.add_row(
            row.id[:_SHORT_ID],
            ago(row.created_at),
            row.provider,
            row.project_name or row.project,
            row.target,
            row.state,
            took(row),
            row.url or _printable(row.error),
            style=STYLES.get(row.state, ""),
        )
    return made


def remote_table(items: Sequence[Remote]) -> Table:
    made = Table("id", "when", "target", "state", "", "commit", "url", box=None)
    for item in items:
        mark = "live" if item.live else "can go back" if item.can_roll_back_to else ""
        commit = _printable(item.commit)
        made.add_row(item.ref.id, ago(item.created_at), item.target, item.state, mark, commit, item.url)
    return made


def outcome(row: DeploymentRow) -> str:
    """How a deployment stands, in a line."""
    name = row.project_name or row.project
    if row.state == "success":
        return f"{name} is on {row.target}: {row.url}"
    text = {"failed": "failed", "canceled": "was canceled", "interrupted": "was interrupted"}.get(row.state)
    why = row.error or row.detail
    return f"{name}: the deployment {text or f'is {row.state}'}" + (f". {why}" if why else ".")


def ago(at: float) -> str:
    """About how long ago, in one unit."""
    seconds = max(0.0, time.time() - at)
    for unit, length in (("d", 86_400.0), ("h", 3_600.0), ("min", 60.0)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit} ago"
    return f"{seconds:.0f} s ago"


def took(row: DeploymentRow) -> str:
    return "" if row.finished_at is None else f"{max(0.0, row.finished_at - row.created_at):.0f} s"


def size(count: int) -> str:
    """Bytes as people read them."""
    value, unit = float(count), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} {_UNITS[unit]}" if unit == 0 else f"{value:.1f} {_UNITS[unit]}"


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def _printable(text: str) -> str:
    """Without what would move the cursor or change the terminal: names and logs come from elsewhere."""
    return "".join(char if char.isprintable() else " " for char in text)
