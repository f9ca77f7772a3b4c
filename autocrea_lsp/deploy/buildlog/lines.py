"""The lines of a log as the tools wrote them: its end, without colours and what a host puts before each line."""

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

_STAMP = r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]?"
_STAMPED = re.compile(rf"(?P<stamp>{_STAMP})(?P<wide>  )?(?P<text> ?\S)?")

# What hosts and runners put before a tool's own text. One space, never more: indentation says what belongs together.
_PREFIX = re.compile(
    rf"{_STAMP}(?: |\t|$)"
    r"|\[?\d{1,2}:\d\d:\d\d(?:[.,]\d{1,3})?(?: ?[AP]M)?(?:\]:?|:)?(?: |$)"  # [15:24:58.123] and 8:01:02 PM:
    r"|#\d{1,4} (?:\d{1,6}\.\d{1,3}(?: |$))?"  # docker's steps: #12 3.456
    r"|\d{1,6}\.\d{3}(?: |$)"  # docker's summary of the step that failed
    r"|npm (?:error|ERR!|warn|WARN|notice|info)(?: (?!code |path |location )|$)"
    r"|\[(?:err|inf|info|error|warn|stdout|stderr|build|plugin:vite[\w:-]{0,40})\] "
    r"|(?:@[\w.-]{1,60}/)?[\w.-]{1,60}:(?:build|lint|test|typecheck|check)(?:[\w:-]{0,40})?: "  # turbo
    r"|[\w.-]{1,60}-\d{1,3} {1,20}\| "  # docker compose
)
_MOST_PREFIXES = 4  # host, docker, runner, npm

_WORKED_IN = re.compile(
    r"(?P<pnpm>[\w@.-]{1,80}(?:/[\w@.-]{1,80}){0,6}) (?:build|lint|test|typecheck|check)[\w:-]{0,40}: "
    r"|npm (?:error|ERR!) (?:path|location) (?P<npm>\S{1,400})$"
    r"|make(?:\[\d{1,3}\])?: Entering directory ['`](?P<make>[^'`]{1,400})'"
)
_MOST_FOLDERS = 20


def tidy(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """The last lines, `MOST_SCANNED` characters of them, and the folders that they say tools worked in. A tab is
    kept; of what a progress bar wrote over itself, the last."""
    kept: deque[str] = deque()
    size = 0
    for text in texts:
        for line in _split(text):
            kept.append(line)
            size += len(line) + _COST_OF_A_LINE
            while size > MOST_SCANNED:
                size -= len(kept.popleft()) + _COST_OF_A_LINE
    folders: dict[str, None] = {}
    lines = _narrow(list(kept))
    return [_of_folder(bare(line), folders) for line in lines], list(folders)


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


def _narrow(lines: list[str]) -> list[str]:
    """With one space behind the times, where a host puts two: a third one would be the tool's own."""
    stamped = [match for match in map(_STAMPED.match, lines) if match]
    if not stamped or not all(match["wide"] for match in stamped if match["text"]):
        return lines
    return [_STAMPED.sub(_one_space, line, count=1) if line[:2].strip("[").isdigit() else line for line in lines]


def _one_space(match: re.Match[str]) -> str:
    return f"{match['stamp']} {match['text'] or ''}"


def _of_folder(line: str, folders: dict[str, None]) -> str:
    match = _WORKED_IN.match(line)
    if match is None:
        return line
    if len(folders) < _MOST_FOLDERS:
        folders[match["pnpm"] or match["npm"] or match["make"]] = None
    return line[match.end() :] if match["pnpm"] else line


def _split(text: str) -> Iterator[str]:
    text = text[-MOST_SCANNED:]
    for line in text.split("\n") if "\n" in text else (text,):
        if "\r" in line:
            line = line.rstrip("\r").rpartition("\r")[2]
        yield line[:MOST_OF_A_LINE]
