"""A deployment's row while we drive it: each change is in the store before anything goes on, and is told once."""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from autocrea_lsp.deploy.base import LogLine, Ref, Remote, Request, Sent
from autocrea_lsp.deploy.base import Place as HostPlace
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.ending import whole
from autocrea_lsp.store import FINISHED, DeploymentRow, DeploymentState, LogLineRow, Store
from autocrea_lsp.store.log_text import clean_lines
from autocrea_lsp.workspace.redact import redact

HIDDEN = "***"
_SHORTEST_HIDDEN = 4  # characters: shorter values stand in every text
_SHORTEST_PIECE = 8  # of a value's lines, each of which is hidden in a log of lines
_TEXTS = ("detail", "error")  # fields that are sentences; the others are names, which a value may happen to be
_KNOWN_KEYS = 20_000  # of log lines: what hosts repeat after a loss is recent
_USUAL_S = 60.0  # how long a build takes, for a bar that moves
_AT: dict[DeploymentState, int] = {"pending": 1, "creating": 4, "uploading": 5, "queued": 60, "building": 62}
_UPLOADED, _BUILT = 60, 95  # per cent


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What has happened to a deployment. `finished` comes once, last: nobody here drives or follows it any more."""

    row: DeploymentRow
    percent: int | None
    text: str
    lines: tuple[LogLine, ...] = ()
    sent: Sent | None = None
    notices: tuple[str, ...] = ()
    finished: bool = False


class LeaseLost(Exception):
    """Another process drives it now, or has ended it: this one must not touch it any more."""


class Record:
    """One row, written by its one driver (`owner`)."""

    def __init__(
        self, store: Store, row: DeploymentRow, *, owner: str, clock: Clock, tell: Callable[[Update], None]
    ) -> None:
        self.row = row
        self.finished = False  # the last update was told
        self._store = store
        self._owner = owner
        self._clock = clock
        self._tell = tell
        self._percent = 0
        self._began = clock.monotonic()
        self._sent: Sent | None = None
        self._keys: dict[str, None] = {}
        self._secrets: tuple[str, ...] = ()

    def hide_values(self, request: Request) -> None:
        """The values of its variables are in no text from now on: as they are, line by line, and quoted."""
        hidden: set[str] = set()
        for secret in request.environment.values():
            value = secret.reveal()
            hidden |= {value, json.dumps(value)[1:-1], quote(value, safe="")}
            hidden |= {line.strip() for line in value.splitlines() if len(line.strip()) >= _SHORTEST_PIECE}
        self._secrets = tuple(sorted((each for each in hidden if len(each) >= _SHORTEST_HIDDEN), key=len, reverse=True))

    def hide(self, text: str) -> str:
        for value in self._secrets:
            text = text.replace(value, HIDDEN)
        if self._secrets or not self.row.env_names:
            return text
        # Begun by another process: only the names of its variables are known here.
        return _set_to(self.row.env_names).sub(rf"\g<before>{HIDDEN}", text)

    async def change(self, *, text: str = "", notices: Iterable[str] = (), **changes: Any) -> None:
        """Store these fields, then tell. Raises LeaseLost when the row is no longer ours to write.

        Cancelled, it is done all the same: what is in the store is in `row` too.
        """
        await whole(self._change(text, tuple(notices), changes))

    async def keep_cursor(self, cursor: str) -> None:
        """Where the log goes on after a loss, or a restart."""
        self.row = replace(self.row, cursor=cursor)
        await self._store.update_deployment(self.row.id, owner=self._owner, cursor=cursor)

    async def take(self, remote: Remote) -> None:
        """What the host tells of it now, but for a state that is an end: whoever watches says when it is one."""
        changes: dict[str, Any] = {
            "url": _address(remote.url) or self.row.url,
            "inspect_url": _address(remote.inspect_url) or self.row.inspect_url,
            "detail": remote.detail,
            "remote_id": remote.ref.id,
            "details": dict(remote.ref.details) or dict(self.row.details),
            **of_place(remote.ref.place, self.row),
        }
        if remote.state not in FINISHED:
            changes["state"] = remote.state
        changed = {name: value for name, value in changes.items() if getattr(self.row, name) != value}
        if changed:
            await self.change(**changed)
        else:
            self.say("")

    def say(self, text: str, *, notices: tuple[str, ...] = (), finished: bool = False) -> None:
        """Tell how it stands, without a change."""
        if self.finished:
            return
        self.finished = finished
        self._percent = 100 if self.row.state == "success" else max(self._percent, self._how_far())
        shown = self.hide(text) or self.row.detail or self.row.state
        self._tell(
            Update(
                row=self.row,
                percent=self._percent,
                text=shown,
                sent=self._sent,
                notices=notices,
                finished=finished,
            )
        )

    def note_sent(self, sent: Sent) -> None:
        """More of the files is there. Not in the store: it is of no use to anybody later."""
        self._sent = sent
        self.say(f"{sent.files}/{sent.total_files} files")

    def add_lines(self, lines: Iterable[LogLine]) -> int:
        """Keep and tell those that are new; how many."""
        fresh = [
            LogLineRow(at=line.at, text=self.hide(line.text), level=line.level, key=line.key)
            for line in lines
            if self._is_new(line.key)
        ]
        if not fresh:
            return 0
        self._store.append_deployment_log(self.row.id, fresh)
        self._tell_lines(clean_lines(fresh, redact))
        return len(fresh)

    def tell_lines(self, lines: Iterable[LogLineRow]) -> None:
        """Tell those that are new of what another process has kept."""
        self._tell_lines([replace(line, text=self.hide(line.text)) for line in lines if self._is_new(line.key)])

    async def ended_elsewhere(self) -> bool:
        """Whether another process has written its end."""
        row = await self._store.deployment(self.row.id)
        return row is not None and row.finished

    def ref(self) -> Ref:
        """Where it is at its host."""
        return ref_of(self.row)

    async def _change(self, text: str, notices: tuple[str, ...], changes: dict[str, Any]) -> None:
        for name in changes.keys() & _TEXTS:
            changes[name] = self.hide(changes[name])
        if changes:
            at = self._clock.now()
            done = await self._store.update_deployment(self.row.id, owner=self._owner, at=at, **changes)
            if not done and await self._is_anothers():
                raise LeaseLost
            self.row = replace(self.row, **changes, updated_at=at)
            if self.row.state in FINISHED and self.row.finished_at is None:
                self.row = replace(self.row, finished_at=at)
        self.say(text, notices=tuple(self.hide(each) for each in notices))

    def _tell_lines(self, lines: Iterable[LogLineRow]) -> None:
        shown = tuple(LogLine(at=each.at, text=each.text, level=each.level, key=each.key) for each in lines)
        if shown and not self.finished:
            text = self.row.detail or self.row.state
            self._tell(Update(row=self.row, percent=self._percent, text=text, lines=shown, sent=self._sent))

    def _is_new(self, key: str) -> bool:
        if not key:
            return True
        if key in self._keys:
            return False
        self._keys[key] = None
        if len(self._keys) > _KNOWN_KEYS:
            del self._keys[next(iter(self._keys))]
        return True

    async def _is_anothers(self) -> bool:
        """Why a change was refused: False where there is nothing that could be written (cleared, a store that died)."""
        beat = await self._store.heartbeat(self.row.id, owner=self._owner, lease_s=1.0)
        if beat.lease == "lost":
            return True
        return not self.row.finished and await self.ended_elsewhere()

    def _how_far(self) -> int:
        state = self.row.state
        if state == "uploading" and self._sent is not None and self._sent.total_bytes > 0:
            return _AT["uploading"] + int((_UPLOADED - _AT["uploading"]) * self._sent.bytes / self._sent.total_bytes)
        if state == "building":
            spent = 1 - math.exp(-(self._clock.monotonic() - self._began) / _USUAL_S)
            return _AT["building"] + int((_BUILT - _AT["building"]) * spent)
        return _AT.get(state, 0)


@functools.cache
def _set_to(names: tuple[str, ...]) -> re.Pattern[str]:
    """What a text says that variables are: NAME=value, "NAME": "value"."""
    known = "|".join(map(re.escape, names))
    return re.compile(
        rf"""(?P<before> (?<![\w.-]) (?: {known} ) ["']? \s{{0,3}} [=:] \s{{0,3}} ) (?: "[^"]*" | '[^']*' | \S+ )""",
        re.VERBOSE,
    )


def _address(url: str) -> str:
    """One that can be kept and opened; hosts' own words for one may be anything."""
    return url if url.startswith(("http://", "https://")) else ""


def of_place(place: HostPlace, row: DeploymentRow) -> dict[str, str]:
    """A place as fields of a row; what it does not know stays."""
    return {
        "account": place.account or row.account,
        "account_name": place.account_name or row.account_name,
        "remote_project": place.project or row.remote_project,
        "project_name": place.project_name or row.project_name,
    }


def place_of(row: DeploymentRow) -> HostPlace:
    return HostPlace(
        account=row.account,
        account_name=row.account_name,
        project=row.remote_project,
        project_name=row.project_name,
    )


def ref_of(row: DeploymentRow) -> Ref:
    return Ref(place=place_of(row), id=row.remote_id, details=row.details)
