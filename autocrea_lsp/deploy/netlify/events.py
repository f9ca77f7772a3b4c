"""The log: what the host has kept of it, and for a build of theirs the entries as they are written.

An entry is {ts, message | log, level?, section?, type?}; `type` "report" of the section "building" ends a build's log.
Entries have no id. Their time and text are the key; their time (whole milliseconds) is the cursor.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from datetime import UTC, datetime

from autocrea_lsp.deploy.base import Level, Lines, LogLine, Ref
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.ending import ended, wait_for
from autocrea_lsp.deploy.errors import DeployError, NotThere
from autocrea_lsp.deploy.netlify.api import Api
from autocrea_lsp.deploy.netlify.fields import Json, number, text
from autocrea_lsp.deploy.netlify.patience import patiently
from autocrea_lsp.deploy.netlify.states import ENDED, source_of, word

LOOK_S = 5.0  # between looks at the log that they keep
SILENT_S = 30.0  # without a word of a build that goes on
_BREAKS = re.compile(r"\r*\n|[\v\f\x85\u2028\u2029]")
_ERRORS, _WARNINGS = ("error", "err", "fatal"), ("warn", "warning")
_MS_FROM = 1e11  # a larger number is in milliseconds

Live = Callable[[Ref], AsyncGenerator[Json, None]]
"""The entries of a build as they are written."""

_log = logging.getLogger(__name__)


async def read(
    api: Api, clock: Clock, ref: Ref, live: Live | None, *, after: str = "", follow: bool = False
) -> AsyncGenerator[Lines, None]:
    """The log, behind the cursor `after`. `live` None: it cannot be had as it is written."""
    reading = _Reading(int(after) if after.isdecimal() else 0)
    site = ref.place.project
    if not follow:
        if found := reading.lines(await _kept(api, ref)):
            yield found
        return
    deploy = await patiently(lambda: api.deploy(site, ref.id), clock)
    if live is not None and word(deploy) not in ENDED and source_of(deploy) != "files":
        async with aclosing(_followed(api, clock, ref, live, reading)) as pieces:
            async for piece in pieces:
                yield piece
                if piece.last:
                    return
    while True:
        over = word(await api.deploy(site, ref.id)) in ENDED
        found = reading.lines(await _kept(api, ref))
        if found:
            yield found
        if over or (found and found.last):
            return
        await clock.sleep(LOOK_S)


async def _followed(api: Api, clock: Clock, ref: Ref, live: Live, reading: _Reading) -> AsyncGenerator[Lines, None]:
    """As it is written, until that ends or breaks; where nothing comes, what they keep is looked at."""
    feed = _Feed()
    task = asyncio.create_task(feed.fill(live, ref), name="read a build's log")
    try:
        while True:
            news = asyncio.ensure_future(feed.news.wait())
            came = await wait_for(news, clock, SILENT_S)
            await ended(news)
            found = reading.lines(feed.take() if came else await _kept(api, ref))
            if found:
                yield found
            if came and task.done() and not feed.news.is_set():
                task.result()  # an address that the token may not go to is the user's to mend
                return
    finally:
        await ended(task)


class _Feed:
    """Entries between the connection that brings them and who reads them."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self._entries: list[Json] = []

    async def fill(self, live: Live, ref: Ref) -> None:
        try:
            async with aclosing(live(ref)) as entries:
                async for entry in entries:
                    self._entries.append(entry)
                    self.news.set()
        except DeployError as error:  # what they keep of it is as good, if later
            _log.info("a build's log cannot be had live: %s", type(error).__name__)
        finally:
            self.news.set()

    def take(self) -> list[Json]:
        taken, self._entries = self._entries, []
        self.news.clear()
        return taken


async def _kept(api: Api, ref: Ref) -> list[Json]:
    """A deployment that has no log is no error."""
    try:
        return await api.log(ref.id)
    except NotThere:
        return []


class _Reading:
    """What has been read so far."""

    def __init__(self, after: int) -> None:
        self._after = self._cursor = after  # milliseconds
        self._seen: set[str] = set()

    def lines(self, entries: Iterable[Json]) -> Lines | None:
        """What is new of them; None: nothing is. `entries` may come again, and all from the beginning."""
        found: list[LogLine] = []
        last = False
        for entry in entries:
            last = last or _is_last(entry)
            at_ms = _at_ms(entry)
            if at_ms and at_ms <= self._after:
                continue
            self._cursor = max(self._cursor, at_ms)
            new = [line for line in _lines(entry, at_ms) if line.key not in self._seen]
            self._seen.update(line.key for line in new)
            found += new
        if not found and not last:
            return None
        return Lines(lines=tuple(found), cursor=str(self._cursor) if self._cursor else "", last=last)


def _is_last(entry: Json) -> bool:
    return text(entry, "type") == "report" and text(entry, "section") == "building"


def _lines(entry: Json, at_ms: int) -> Iterator[LogLine]:
    said = text(entry, "message") or text(entry, "log")
    if not said.strip():
        return
    said_level = text(entry, "level").lower()
    level: Level = "error" if said_level in _ERRORS else "warning" if said_level in _WARNINGS else "info"
    digest = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]
    for at_line, part in enumerate(_BREAKS.split(said.rstrip("\r\n"))):
        shown = part.rstrip("\r").rpartition("\r")[2]  # a progress bar draws over itself
        yield LogLine(at=at_ms / 1000, text=shown, level=level, key=f"{at_ms}.{digest}.{at_line}")


def _at_ms(entry: Json) -> int:
    """0: it does not say."""
    if (said := number(entry, "ts")) is not None:
        return int(said if said >= _MS_FROM else said * 1000)
    try:
        found = datetime.fromisoformat(text(entry, "ts"))
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0
