"""From the events of a streamed reply to Started, Delta and Done. Pure: takes parsed records, knows no socket.

A gateway or another server that speaks the same protocol may leave out fields; what is missing counts as nothing.
Unknown events, blocks, deltas and stop reasons are passed over: the vendor adds some without notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from autocrea_lsp.ai.base import Delta, Done, Started, StopReason
from autocrea_lsp.ai.claude import hole
from autocrea_lsp.errors import BrokenReply, Refused

SERVICE = "claude"

_STOPS: dict[str, StopReason] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "pause_turn": "length",  # it would go on if it were asked to: what is there is a part
    "stop_sequence": "stop",
}
_WORD = re.compile(r"[a-z_]{1,40}\Z")  # what may be shown of a server's words


class Reply:
    """Reads one reply. `tagged`: only what stands inside the tag is text."""

    def __init__(self, model: str, *, tagged: bool) -> None:
        self._model = model
        self._tag = hole.InsideTag() if tagged else None
        self._usage: dict[str, int] = {}
        self._stop: str | None = None
        self._category: object = None
        self.complete = False  # the last record has come

    def read(self, event: dict[str, Any]) -> Iterator[Started | Delta]:
        """What this event brings. Raises Refused when it says that the model declined."""
        match event.get("type"):
            case "message_start":
                yield self._start(_object(event.get("message")))
            case "content_block_start":
                yield from self._text(_object(event.get("content_block")), "text")
            case "content_block_delta":
                yield from self._text(_object(event.get("delta")), "text_delta")
            case "message_delta":
                self._count(_object(event.get("usage")))
                delta = _object(event.get("delta"))
                if isinstance(reason := delta.get("stop_reason"), str):
                    self._stop = reason
                if self._stop == "refusal":
                    raise _refused(_object(delta.get("stop_details")).get("category"))
                if self._tag and (rest := self._tag.finish()):
                    yield Delta(text=rest)
            case "message_stop":
                self.complete = True

    def done(self) -> Done:
        """The end. Raises BrokenReply when the stream ended before the reply did."""
        if not self.complete or self._stop is None:
            raise BrokenReply(SERVICE, "the answer ended early", hint="Ask once more.")
        return Done(
            model=self._model,
            stop=_STOPS.get(self._stop, "end"),
            input_tokens=self._usage.get("input_tokens", 0),
            output_tokens=self._usage.get("output_tokens", 0),
            cache_read_tokens=self._usage.get("cache_read_input_tokens", 0),
            cache_write_tokens=self._usage.get("cache_creation_input_tokens", 0),
        )

    def _start(self, message: dict[str, Any]) -> Started:
        if isinstance(model := message.get("model"), str) and model:
            self._model = model
        self._count(_object(message.get("usage")))
        return Started(
            model=self._model,
            input_tokens=self._usage.get("input_tokens", 0),
            cache_read_tokens=self._usage.get("cache_read_input_tokens", 0),
            cache_write_tokens=self._usage.get("cache_creation_input_tokens", 0),
        )

    def _text(self, part: dict[str, Any], kind: str) -> Iterator[Delta]:
        text = part.get("text")
        if part.get("type") == kind and isinstance(text, str):  # thoughts and tools come in other kinds
            text = self._tag.feed(text) if self._tag else text
            if text:
                yield Delta(text=text)

    def _count(self, usage: dict[str, Any]) -> None:
        """Take over the counts; later ones are totals, not additions."""
        self._usage |= {name: count for name, count in usage.items() if isinstance(count, int) and count >= 0}


def _refused(category: object) -> Refused:
    because = f" ({category})" if isinstance(category, str) and _WORD.match(category) else ""
    return Refused(SERVICE, f"the model declined to answer{because}", hint="Ask in other words, or for something else.")


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
