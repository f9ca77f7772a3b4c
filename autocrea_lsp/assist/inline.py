"""Inline completion: a snapshot in, a suggestion or nothing out. Never an error but the caller's own cancellation.

In this order: may anything be suggested here at all; does the last suggestion still hold for what was typed since;
wait until typing pauses (remote models only); is the budget left; ask, trim while streaming, close as soon as the
suggestion is decided.
"""

from __future__ import annotations

import asyncio
import logging
import math
import uuid
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal

from autocrea_lsp.access.limits import SlidingWindow
from autocrea_lsp.ai.base import Backend, Delta
from autocrea_lsp.assist.context import fill_prompt
from autocrea_lsp.assist.reply import Reply
from autocrea_lsp.errors import AutocreaError, OverBudget
from autocrea_lsp.settings import InlineSettings
from autocrea_lsp.text import Snapshot
from autocrea_lsp.workspace.redact import has_placeholder
from autocrea_lsp.workspace.sensitive import is_sensitive

log = logging.getLogger(__name__)

Trigger = Literal["automatic", "invoked"]

MAX_FILE = 2_000_000  # code points; larger files are data, and their windows are slow to take
MAX_OPEN_CALLS = 2  # to a remote model at a time
HOUR_S = 3600.0
TOKENS_PER_LINE = 48  # of a reply; a longer line is cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """The entry that is highlighted in the editor's menu: columns in code points on the caret's line."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """`text` replaces columns `start` to `end` (code points) of the caret's line; `end` is never left of the caret."""

    id: str  # of the usage row, for counting acceptance
    text: str
    start: int
    end: int
    probability: float | None  # joint probability of its tokens, where the model tells
    shown: bool  # passes the gate of `inline.minProbability`
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Remembered:
    """The last suggestion in a document and what stood around the caret then."""

    line: int
    head: str
    tail: str
    above: str  # the line above: another place with the same head is another place
    suggestion: Suggestion


class Completer:
    """Asks the backend of the moment; remembers the last suggestion of each document."""

    def __init__(
        self,
        backend: Callable[[], Awaitable[Backend | None]],
        settings: Callable[[], InlineSettings],
        *,
        on_outcome: Callable[[AutocreaError | None], None] = lambda _error: None,
        on_budget: Callable[[], None] = lambda: None,
        pause_s: Callable[[], float] = lambda: 0.0,
        why_excluded: Callable[[str], str | None] = lambda _uri: None,
        afford: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`on_outcome` hears of each answered or failed call, `on_budget` of the first refused one.

        `pause_s` is how long to hold back automatic calls after failures (seconds). `why_excluded` says why nothing
        of a document may be sent. `afford` raises OverBudget when the money for remote calls is spent.
        """
        self._backend = backend
        self._settings = settings
        self._on_outcome = on_outcome
        self._on_budget = on_budget
        self._pause_s = pause_s
        self._why_excluded = why_excluded
        self._afford = afford
        self._open = asyncio.Semaphore(MAX_OPEN_CALLS)
        self._memory: dict[str, _Remembered] = {}
        self.window = SlidingWindow(settings().max_calls_per_hour, HOUR_S)

    async def complete(
        self, snapshot: Snapshot, *, trigger: Trigger = "automatic", selected: Selected | None = None, detail: str
    ) -> Suggestion | None:
        """What belongs at the caret, or None. Errors of the backend end in None; the status tells of them."""
        if self.why_off(snapshot) is not None:
            return None
        if selected is not None:
            return await self._complete_selected(snapshot, selected, trigger, detail)
        if (known := self._recall(snapshot)) is not None and (trigger == "automatic" or known.shown):
            return known
        try:
            backend = await self._backend()
            if backend is None or not backend.capabilities.inline:
                return None
            if trigger == "automatic":
                debounce_s = 0.0 if backend.capabilities.local else self._settings().debounce_ms / 1000
                await asyncio.sleep(max(debounce_s, self._pause_s()))
            suggestion = await self._ask(backend, snapshot, trigger, detail)
        except AutocreaError as error:
            log.debug("no suggestion: %s: %s", type(error).__name__, error)
            return None
        if suggestion is not None:
            self._remember(snapshot, suggestion)
        return suggestion

    async def prewarm(self, snapshot: Snapshot) -> None:
        """Let a local model read the window around the caret before it is asked. Sends nothing anywhere."""
        if self.why_off(snapshot) is not None:
            return
        backend = await self._backend()
        if backend is not None and backend.capabilities.local and backend.capabilities.inline:
            await backend.prewarm(fill_prompt(snapshot, max_lines=1, request_id="", detail="prewarm", remote=False))

    def why_off(self, snapshot: Snapshot) -> str | None:
        """Why nothing is suggested and nothing is sent in this document; None when it is not so."""
        settings = self._settings()
        if not settings.enable:
            return "Suggestions are switched off."
        if snapshot.language in settings.disabled_languages:
            return f"Suggestions are switched off for {snapshot.language}."
        if is_sensitive(snapshot.uri):
            return "This file's name says that it holds secrets: nothing of it is sent."
        if (why := self._why_excluded(snapshot.uri)) is not None:
            return why
        if snapshot.size > MAX_FILE:
            return f"This file is larger than {MAX_FILE // 1_000_000} MB."
        return None

    def forget(self, uri: str) -> None:
        """The document was closed."""
        self._memory.pop(uri, None)

    async def _complete_selected(
        self, snapshot: Snapshot, selected: Selected, trigger: Trigger, detail: str
    ) -> Suggestion | None:
        """Complete as if the highlighted entry had been taken; the suggestion then begins with it."""
        line = snapshot.current
        start, end = min(selected.start, snapshot.column), max(selected.end, snapshot.column)
        ending = snapshot.lines[snapshot.line][len(line) :] if snapshot.line < len(snapshot.lines) else ""
        taken = line[:start] + selected.text + line[end:] + ending
        lines = [*snapshot.lines[: snapshot.line], taken, *snapshot.lines[snapshot.line + 1 :]]
        virtual = replace(snapshot, lines=lines, column=start + len(selected.text))
        suggestion = await self.complete(virtual, trigger=trigger, detail=detail)
        if suggestion is None:
            return None
        return replace(suggestion, text=selected.text + suggestion.text, start=start, end=end)

    async def _ask(self, backend: Backend, snapshot: Snapshot, trigger: Trigger, detail: str) -> Suggestion | None:
        if backend.capabilities.local:
            return await self._stream(backend, snapshot, trigger, detail)
        async with self._open:
            self.window.limit = self._settings().max_calls_per_hour
            if self._afford is not None:
                try:
                    await self._afford()
                except OverBudget:
                    self._on_budget()
                    raise
            if not self.window.take():
                self._on_budget()
                return None
            return await self._stream(backend, snapshot, trigger, detail)

    async def _stream(self, backend: Backend, snapshot: Snapshot, trigger: Trigger, detail: str) -> Suggestion | None:
        settings = self._settings()
        request_id = uuid.uuid4().hex
        prompt = fill_prompt(
            snapshot,
            max_lines=settings.max_lines,
            request_id=request_id,
            detail=detail,
            remote=not backend.capabilities.local,
            max_output_tokens=TOKENS_PER_LINE * settings.max_lines + 16,
        )
        following = next((line for line in snapshot.lines[snapshot.line + 1 :][:20] if line.strip()), "")
        reply = Reply(head=snapshot.head, tail=snapshot.tail, following=following, max_lines=settings.max_lines)
        logprob: float | None = 0.0
        try:
            async with aclosing(backend.stream(prompt)) as events:
                async for event in events:
                    if not isinstance(event, Delta):
                        continue
                    if event.logprob is None:
                        logprob = None
                    elif logprob is not None:
                        logprob += event.logprob
                    if reply.feed(event.text):
                        break
        except AutocreaError as error:
            self._on_outcome(error)
            raise
        self._on_outcome(None)
        text = reply.text()
        if not text or has_placeholder(text):  # a secret's place is no suggestion
            return None
        probability = None if logprob is None else math.exp(logprob)
        return Suggestion(
            id=request_id,
            text=text,
            start=snapshot.column,
            end=snapshot.column,
            probability=probability,
            shown=trigger == "invoked" or _passes(probability, backend, settings),
            model=backend.model_for("complete"),
        )

    def _remember(self, snapshot: Snapshot, suggestion: Suggestion) -> None:
        self._memory[snapshot.uri] = _Remembered(
            line=snapshot.line,
            head=snapshot.head,
            tail=snapshot.tail,
            above=_above(snapshot),
            suggestion=suggestion,
        )

    def _recall(self, snapshot: Snapshot) -> Suggestion | None:
        """The rest of the last suggestion, where what was typed since is its beginning."""
        known = self._memory.get(snapshot.uri)
        if known is None or known.line != snapshot.line or known.tail != snapshot.tail:
            return None
        head = snapshot.head
        if not head.startswith(known.head) or known.above != _above(snapshot):
            return None
        typed = head[len(known.head) :]
        rest = known.suggestion.text[len(typed) :]
        if not known.suggestion.text.startswith(typed) or not rest.strip():
            return None
        return replace(known.suggestion, text=rest, start=snapshot.column, end=snapshot.column)


def _passes(probability: float | None, backend: Backend, settings: InlineSettings) -> bool:
    """The gate. A local model that could not tell its probability this time is not sure; a remote one never tells."""
    if probability is None:
        return not backend.capabilities.local
    return probability >= settings.min_probability


def _above(snapshot: Snapshot) -> str:
    return snapshot.lines[snapshot.line - 1] if snapshot.line else ""
