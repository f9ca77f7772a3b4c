"""Leaving questions for the writer's thread: what `Store` and its parts have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from autocrea_lsp.store.inbox import Answer, Change, Inbox, Read
from autocrea_lsp.store.moments import Moment

if TYPE_CHECKING:
    from autocrea_lsp.store.disk import Connection
    from autocrea_lsp.store.writes import Write

T = TypeVar("T")


class Asking:
    """A user, a clock, what hides secrets, and the inbox; made ready by `Store`."""

    user: str
    _clock: Callable[[], Moment]
    _redactor: Callable[[str], str] | None
    _inbox: Inbox

    def _ask(self, ask: Callable[[Connection], T], default: T) -> Answer[T]:
        read = Read(ask=ask, default=default)
        self._inbox.put(read)
        return read.answer

    def _change(
        self, ask: Callable[[Connection], tuple[T, Sequence[Write]]], default: T, *, withdrawable: bool = True
    ) -> Answer[T]:
        change = Change(ask=ask, default=default, withdrawable=withdrawable)
        self._inbox.put(change)
        return change.answer
