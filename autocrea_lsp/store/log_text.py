"""What of a build's output may be kept: lines without colours, cursor movements, controls or secrets."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from autocrea_lsp.store.deployment_values import LogLineRow, finite, one_line
from autocrea_lsp.store.values import label

_TEXT_LIMIT = 2000  # characters of a line; more is a minified file or data, not for reading
_EVENT_LIMIT = 200_000  # characters of what a host calls one line
_TAB = 4
_LEVELS = ("info", "warning", "error")
_UNCHECKED = "(a text that could not be searched for secrets is not kept)"

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours and cursor movements
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c|(?=\n)|$)"  # titles, links, strings
    r"|\x1b[ -/]*[0-~]"
)

_log = logging.getLogger(__name__)


def clean_lines(lines: Sequence[LogLineRow], redact: Callable[[str], str] | None) -> list[LogLineRow]:
    """The lines as they may be stored; one with line breaks in it becomes several, whose keys tell them apart."""
    return [part for line in lines for part in _clean(line, redact)]


def safe(text: str, redact: Callable[[str], str] | None) -> str:
    """Redacted, or replaced where that fails: its error may quote it."""
    if redact is None or not text:
        return text
    try:
        return redact(text)
    except Exception:  # boundary: a text that cannot be redacted is not kept; nor logged
        _log.warning("a text of a deployment could not be redacted and is not kept")
        return _UNCHECKED


def _clean(line: LogLineRow, redact: Callable[[str], str] | None) -> Iterator[LogLineRow]:
    # Colours first: they may stand in the middle of a secret. Lines last: a key block is found as a whole.
    text = _ESCAPES.sub("", str(line.text)[:_EVENT_LIMIT])
    text = safe(text.replace("\r\n", "\n"), redact).rstrip("\r\n")
    key = label(line.key)
    for number, part in enumerate(text.split("\n")):
        part = part.rstrip("\r").rpartition("\r")[2]  # of what a progress bar wrote over itself, the last
        yield replace(
            line,
            seq=max(0, int(line.seq)),
            at=finite(line.at, 0.0),
            text=one_line_of_log(part),
            level=line.level if line.level in _LEVELS else "info",
            key=f"{key}#{number}" if key and number else key,
        )


def one_line_of_log(text: str) -> str:
    """Indentation is kept: it says what belongs together."""
    text = text.expandtabs(_TAB)
    indent = text[: len(text) - len(text.lstrip(" "))][:_TEXT_LIMIT]
    return (indent + one_line(text, _TEXT_LIMIT))[:_TEXT_LIMIT].rstrip()
