"""The trees of open documents, kept off the keystroke path.

A change is only noted. When a document has been left alone for a moment its tree is made anew in a thread, out of the
last one. Who cannot wait for that asks `ready`, who needs a tree asks `get`.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from autocrea_lsp.syntax.grammars import grammar_for
from autocrea_lsp.syntax.parsing import parse_lines
from autocrea_lsp.syntax.tree import Tree

IDLE_S = 0.15  # without a change before a document is parsed: typists pause longer at the end of a word or line
MAX_TREES = 20  # kept at a time; the least recently used go


@dataclass(slots=True, kw_only=True)
class _Document:
    language: str
    noted: int | None = None  # the newest version we were told of
    notes: int = 0  # how often we were told
    lines: Callable[[], Sequence[str]] | None = None
    due: float = 0.0  # on the loop's clock
    timer: asyncio.TimerHandle | None = None
    work: asyncio.Task[None] | None = None
    tree: Tree | None = None
    version: int | None = None  # of the tree; None: of a text that may not be the newest under its version
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Trees:
    """Of one client's documents. All calls come from one event loop."""

    def __init__(self, *, idle_s: float = IDLE_S) -> None:
        self._idle_s = idle_s
        self._closed = False
        self._documents: OrderedDict[str, _Document] = OrderedDict()  # the most recently used last

    def note(self, uri: str, version: int, language: str, lines: Callable[[], Sequence[str]]) -> None:
        """A document was opened or changed. `lines` is called later, on the loop; what it gives is copied then."""
        document = self._documents.get(uri)
        if document is None:
            if grammar_for(language) is None:
                return
            document = self._documents[uri] = _Document(language=language)
        document.language = language
        document.noted = version
        document.notes += 1
        document.lines = lines
        if document.version is not None and version <= document.version:  # opened anew: the same number, another text
            document.version = None
        loop = asyncio.get_running_loop()
        document.due = loop.time() + self._idle_s
        if document.timer is None:
            document.timer = loop.call_at(document.due, self._look, uri)

    def ready(self, uri: str, version: int) -> Tree | None:
        """The tree of that version when it is there already. Answers at once."""
        document = self._documents.get(uri)
        if document is None or document.version != version:
            return None
        self._documents.move_to_end(uri)
        return document.tree

    async def get(self, uri: str, version: int, language: str, lines: Sequence[str]) -> Tree | None:
        """The tree of these lines. None for a language we cannot parse and for a document that is too large."""
        if grammar_for(language) is None:
            return None
        document = self._documents.get(uri)
        if document is None:
            document = self._documents[uri] = _Document(language=language)
        self._documents.move_to_end(uri)
        return await self._make(document, version, language, tuple(lines))

    def forget(self, uri: str) -> None:
        """The document was closed."""
        if document := self._documents.pop(uri, None):
            _stop(document)

    async def aclose(self) -> None:
        """End all work. Threads that are parsing give up; `get` answers None from now on."""
        self._closed = True
        documents = [*self._documents.values()]
        self._documents.clear()
        work = [task for document in documents if (task := document.work) is not None]
        for document in documents:
            _stop(document)
        await asyncio.gather(*work, return_exceptions=True)

    def _look(self, uri: str) -> None:
        """The timer: too early when there were changes since it was set, and while there is work."""
        document = self._documents.get(uri)
        if document is None:
            return
        loop = asyncio.get_running_loop()
        busy = document.work is not None and not document.work.done()
        if busy or document.due > loop.time():
            at = loop.time() + self._idle_s if busy else document.due
            document.timer = loop.call_at(at, self._look, uri)
            return
        document.timer = None
        if document.noted is None or document.lines is None or document.version == document.noted:
            return
        refresh = self._refresh(document, document.noted, tuple(document.lines()))
        document.work = loop.create_task(refresh)

    async def _refresh(self, document: _Document, version: int, lines: tuple[str, ...]) -> None:
        await self._make(document, version, document.language, lines)

    async def _make(self, document: _Document, version: int, language: str, lines: tuple[str, ...]) -> Tree | None:
        notes = document.notes
        async with document.lock:
            last = document.tree
            # By its text, not by its number: a file that is not open has none, and one opened anew starts again.
            if last is not None and last.language == language and last.source.lines == lines:
                tree: Tree | None = last
            else:
                tree = await asyncio.to_thread(parse_lines, lines, language, last, lambda: self._closed)
            newest = document.noted is None or version == document.noted
            if newest or document.tree is None:
                document.tree = tree
                document.version = version if newest and notes == document.notes else None
        self._drop_old()
        return tree

    def _drop_old(self) -> None:
        held = [(uri, document) for uri, document in self._documents.items() if document.tree is not None]
        for uri, document in held[: max(0, len(held) - MAX_TREES)]:
            document.tree = document.version = None
            if document.noted is None:  # not open here
                self.forget(uri)


def _stop(document: _Document) -> None:
    if document.timer is not None:
        document.timer.cancel()
    if document.work is not None:
        document.work.cancel()
    document.noted = document.lines = None
