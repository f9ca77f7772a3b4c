"""What an install and a build say, while they say it: bounded, whatever they print, for any number of readers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Collection, Sequence

from autocrea_lsp.deploy.base import Level, Lines, LogLine
from autocrea_lsp.deploy.redacting import hide
from autocrea_lsp.store import LogLineRow
from autocrea_lsp.store.log_text import clean_lines

FIRST, LAST = 2_000, 8_000  # lines that are kept: the beginning, and the end, where the error is
PIECE = 200  # lines of one event

_Raw = tuple[int, float, str, Level]


class BuildLog:
    """The log of one deployment. `secrets`: values that are in no line that is read. All of it belongs to one loop."""

    def __init__(self, now: Callable[[], float], secrets: Collection[str] = ()) -> None:
        self._now = now
        self._secrets = tuple(secrets)
        self._head: list[_Raw] = []
        self._tail: deque[_Raw] = deque(maxlen=LAST)
        self._count = 0
        self._closed = False
        self._waiting: set[asyncio.Future[None]] = set()

    def add(self, text: str, level: Level = "info") -> None:
        """A line."""
        self.add_all([text], level)

    def add_all(self, lines: Sequence[str], level: Level = "info") -> None:
        """Cheap: a build may print millions of lines, and only what is read is cleaned."""
        at, first = self._now(), self._count
        self._count += len(lines)
        to_head = lines[: FIRST - len(self._head)]
        self._head += [(first + n, at, text, level) for n, text in enumerate(to_head, 1)]
        rest = lines[len(to_head) :]
        kept = rest[-LAST:]
        start = self._count - len(kept)
        self._tail += [(start + n, at, text, level) for n, text in enumerate(kept, 1)]
        self._wake()

    def close(self) -> None:
        """There will be no more."""
        self._closed = True
        self._wake()

    async def read(self, after: str = "", *, follow: bool = False) -> AsyncGenerator[Lines]:
        """From behind the cursor `after` on; `follow`: until the log is closed."""
        seen = int(after) if after.isdecimal() else 0
        while True:
            found = self._after(seen)
            if found:
                lines = self._clean(found, seen)
                seen = found[-1][0]
                yield Lines(lines=lines, cursor=str(seen))
                await asyncio.sleep(0)  # whoever reads a long log is not alone
            elif self._closed or not follow:
                return
            else:
                await self._more()

    def _after(self, seen: int) -> list[_Raw]:
        if seen < len(self._head):
            return self._head[seen : seen + PIECE]
        first = self._count - len(self._tail) + 1
        start = max(0, seen + 1 - first)
        return [self._tail[at] for at in range(start, min(start + PIECE, len(self._tail)))]

    def _clean(self, found: list[_Raw], seen: int) -> tuple[LogLine, ...]:
        lost = found[0][0] - seen - 1
        rows = [LogLineRow(at=at, text=text, level=level, key=str(number)) for number, at, text, level in found]
        tidy = clean_lines(rows, None)
        # All at once: it is far faster, and a key stands on many lines. Where one did there are fewer lines now.
        texts = hide("\n".join(row.text for row in tidy), self._secrets).split("\n")
        lines = [
            LogLine(at=row.at, text=text, level=row.level, key=row.key) for row, text in zip(tidy, texts, strict=False)
        ]
        if lost > 0:
            text = f"({lost:,} lines are left out)"
            lines.insert(0, LogLine(at=found[0][1], text=text, level="warning", key=f"{found[0][0]}-"))
        return tuple(lines)

    def _wake(self) -> None:
        if self._waiting:
            for each in self._waiting:
                if not each.done():
                    each.set_result(None)
            self._waiting.clear()

    async def _more(self) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await waiter
        finally:
            self._waiting.discard(waiter)
