"""The lines of a log as the tools wrote them: its end, without colours and without what a host puts before each line."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator

MOST_SCANNED = 2_000_000  # characters from the end of the log: what failed is said last
MOST_OF_A_LINE = 4_000  # characters; more is a minified file, and its place stands before it
_COST_OF_A_LINE = 16  # characters: empty lines cost work too

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours and cursor movements
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles and links
    r"|\x1b[ -/]*[0-~]"
    r"|(?:\^\[|␛)?\[\d{1,3}(?:;\d{1,3}){0,5}m"  # colours of which a log viewer took the escape character
)

# What hosts and runners put before a tool's own text. One space, never more: indentation says what belongs together.
_PREFIX = re.compile(
    r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]?(?: {1,2}|\t|$)"  # ISO time
    r"|\[?\d{1,2}:\d\d:\d\d(?:[.,]\d{1,3})?(?: ?[AP]M)?(?:\]:?|:)?(?: |$)"  # [15:24:58.123] and 8:01:02 PM:
    r"|#\d{1,4} (?:\d{1,6}\.\d{1,3}(?: |$))?"  # docker's steps: #12 3.456
    r"|\d{1,6}\.\d{3}(?: |$)"  # docker's summary of the step that failed
    r"|npm (?:error|ERR!|warn|WARN|notice|info)(?: (?!code |path )|$)"
    r"|\[(?:err|inf|info|error|warn|stdout|stderr|build|plugin:vite[\w:-]{0,40})\] "
    r"|(?:@[\w.-]{1,60}/)?[\w.-]{1,60}:(?:build|lint|test|typecheck|check)(?:[\w:-]{0,40})?: "  # turbo
    r"|[\w@./-]{1,120} (?:build|lint|test|typecheck|check)(?:[\w:-]{0,40})?: "  # pnpm
    r"|[\w.-]{1,60}-\d{1,3} {1,20}\| "  # docker compose
)
_MOST_PREFIXES = 4  # host, docker, runner, npm


def tidy(texts: Iterable[str]) -> list[str]:
    """The last lines, `MOST_SCANNED` characters of them. A tab is kept; a carriage return ends a line."""
    kept: deque[str] = deque()
    size = 0
    for text in texts:
        for line in _split(text):
            kept.append(line)
            size += len(line) + _COST_OF_A_LINE
            while size > MOST_SCANNED:
                size -= len(kept.popleft()) + _COST_OF_A_LINE
    return [bare(line) for line in kept]


def bare(line: str) -> str:
    """A line without colours and prefixes."""
    if "[" in line or "\x1b" in line or "\x9b" in line:
        line = _ESCAPES.sub("", line)
    for _ in range(_MOST_PREFIXES):
        match = _PREFIX.match(line)
        if match is None:
            break
        line = line[match.end() :]
    return line.rstrip()


def _split(text: str) -> Iterator[str]:
    text = text[-MOST_SCANNED:]
    if "\n" not in text and "\r" not in text:
        yield text[:MOST_OF_A_LINE]
        return
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        yield line[:MOST_OF_A_LINE]
