"""What comes out of a job: kept up to a limit, and told in lines to whoever wants to follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Stream = Literal["stdout", "stderr"]

OnLines = Callable[[list[str], Stream], None]
"""Called on the loop with the lines that have come, without their line breaks: all at once, there may be thousands.
It does not raise."""

MAX_LINE_BYTES = 8192  # the rest of a longer one is dropped


@dataclass(slots=True)
class Output:
    """What came out of a pipe, up to a limit; the rest is read and dropped, so that the job does not wait."""

    limit: int
    stream: Stream = "stdout"
    on_lines: OnLines | None = None
    kept: bytearray = field(default_factory=bytearray)
    truncated: bool = False
    _line: bytearray = field(default_factory=bytearray)  # the beginning of one whose end has not come yet

    def take(self, chunk: bytes) -> None:
        room = self.limit - len(self.kept)
        self.kept += chunk[:room]
        self.truncated |= len(chunk) > room
        if self.on_lines is None:
            return
        ended, line_break, rest = chunk.rpartition(b"\n")
        if line_break:
            text = (bytes(self._line) + ended).decode("utf-8", "replace")
            self._line.clear()
            self.on_lines([line[:MAX_LINE_BYTES] for line in text.split("\n")], self.stream)
        self._line += rest[: MAX_LINE_BYTES - len(self._line)]

    def end(self) -> None:
        """There is no more; the last line may have had no line break."""
        if self._line and self.on_lines is not None:
            self.on_lines([self._line.decode("utf-8", "replace")], self.stream)
            self._line.clear()
