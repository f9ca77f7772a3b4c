"""What comes out of a job: kept up to a limit, and told line by line to whoever wants to follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Stream = Literal["stdout", "stderr"]

OnLine = Callable[[str, Stream], None]
"""Called on the loop with each line as it comes, without its line break. It does not raise."""

MAX_LINE_BYTES = 8192  # the rest of a longer one is dropped


@dataclass(slots=True)
class Output:
    """What came out of a pipe, up to a limit; the rest is read and dropped, so that the job does not wait."""

    limit: int
    stream: Stream = "stdout"
    on_line: OnLine | None = None
    kept: bytearray = field(default_factory=bytearray)
    truncated: bool = False
    _line: bytearray = field(default_factory=bytearray)  # the beginning of one whose end has not come yet

    def take(self, chunk: bytes) -> None:
        room = self.limit - len(self.kept)
        self.kept += chunk[:room]
        self.truncated |= len(chunk) > room
        if self.on_line is None:
            return
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            self._add(part)
            self._tell(self.on_line)
        self._add(rest)

    def end(self) -> None:
        """There is no more; the last line may have had no line break."""
        if self._line and self.on_line is not None:
            self._tell(self.on_line)

    def _add(self, part: bytes) -> None:
        self._line += part[: MAX_LINE_BYTES - len(self._line)]

    def _tell(self, on_line: OnLine) -> None:
        text = self._line.decode("utf-8", "replace")
        self._line.clear()
        on_line(text, self.stream)
