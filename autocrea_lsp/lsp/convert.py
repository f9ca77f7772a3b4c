"""LSP's shapes to ours and back; with `documents`, the only place that knows about position encodings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lsprotocol import types as lsp
from pygls.uris import to_fs_path

from autocrea_lsp.assist.diagnostic import Diagnostic
from autocrea_lsp.assist.inline import Selected, Suggestion
from autocrea_lsp.assist.source import Source
from autocrea_lsp.lsp import wire
from autocrea_lsp.lsp.documents import Document, Documents
from autocrea_lsp.text import Snapshot, Span
from autocrea_lsp.workspace.sensitive import file_name

MAX_MESSAGE = 4_000  # characters of a diagnostic's message that a model is told
BUILD = "autocrea deploy"  # the source of our own diagnostics: what a failed build's log complains about
_CHECKERS = {"tsc": "ts"}  # what editors call the source of a tool's complaints


def snapshot(documents: Documents | None, uri: str, position: lsp.Position) -> Snapshot | None:
    """The document and the caret as they are now; None for a document that is not open."""
    document = documents.find(uri) if documents is not None else None
    if document is None:
        return None
    line, column = document.locate(position)
    return Snapshot(
        uri=uri,
        version=document.version or 0,
        language=document.language_id or "",
        lines=list(document.lines),
        size=document.size,
        line=line,
        column=column,
    )


def selected(documents: Documents, uri: str, info: lsp.SelectedCompletionInfo | None) -> Selected | None:
    """The highlighted menu entry, where it is on one line."""
    document = documents.find(uri)
    if info is None or document is None or info.range.start.line != info.range.end.line:
        return None
    start, end = document.locate(info.range.start), document.locate(info.range.end)
    return Selected(start=start[1], end=max(start[1], end[1]), text=info.text)


def suggestion_range(documents: Documents, snapshot: Snapshot, suggestion: Suggestion) -> lsp.Range | None:
    """The range that a suggestion replaces, in the client's units; None when the document is gone or has moved on."""
    document = documents.find(snapshot.uri)
    if document is None or (document.version or 0) != snapshot.version:
        return None
    return lsp.Range(
        start=document.position(snapshot.line, suggestion.start), end=document.position(snapshot.line, suggestion.end)
    )


def source(documents: Documents | None, uri: str, folders: Sequence[Path]) -> Source | None:
    """The whole document as it is now; None for one that is not open."""
    document = documents.find(uri) if documents is not None else None
    if document is None:
        return None
    return Source(
        uri=uri,
        version=document.version,
        language=document.language_id or "",
        lines=tuple(document.lines),
        name=shown_name(uri, folders),
    )


def shown_name(uri: str, folders: Sequence[Path]) -> str:
    """What a model is told of a document's place: its path inside the workspace folder, else its bare name."""
    path = to_fs_path(uri) if urlsplit(uri).scheme == "file" else None
    for folder in folders:
        if path is not None and Path(path).is_relative_to(folder):
            return Path(path).relative_to(folder).as_posix()
    return file_name(uri) or "untitled"


def span(document: Document, range_: wire.Range | lsp.Range, *, shift: int = 0) -> Span:
    """A client's range in code points; `shift` lines further down than it says."""
    (start_line, start), (end_line, end) = (
        document.locate(lsp.Position(line=max(0, place.line + shift), character=place.character))
        for place in (range_.start, range_.end)
    )
    if (end_line, end) < (start_line, start):
        end_line, end = start_line, start
    return Span(start_line=start_line, start_column=start, end_line=end_line, end_column=end)


def diagnostic(document: Document, found: wire.DiagnosticRef, *, shift: int = 0) -> Diagnostic:
    """A client's diagnostic; one of a build's is what the tool said, so that a checker recognises its own words."""
    source, message = found.source or "", found.message
    if source == BUILD and ": " in message:
        tool, _, message = message.partition(": ")
        source = _CHECKERS.get(tool, tool)
    return Diagnostic(
        span=span(document, found.range, shift=shift),
        message=message[:MAX_MESSAGE],
        severity=found.severity or 1,
        source=source,
        code="" if found.code is None else str(found.code),
    )


def of_build(tool: str, message: str) -> str:
    """The message of a diagnostic of ours, which names the tool."""
    return f"{tool}: {message}"


def diagnostic_ref(found: lsp.Diagnostic) -> wire.DiagnosticRef:
    """As much of a client's diagnostic as we carry around."""
    return wire.DiagnosticRef(
        range=wire_range(found.range),
        message=found.message,
        severity=found.severity.value if found.severity else None,
        source=found.source,
        code=found.code,
    )


def wire_range(range_: lsp.Range) -> wire.Range:
    start, end = range_.start, range_.end
    return wire.Range(
        start=wire.Position(line=start.line, character=start.character),
        end=wire.Position(line=end.line, character=end.character),
    )


def plain(value: Any) -> Any:
    """A dataclass of `wire` as JSON, without the fields that are None and optional; other values unchanged."""
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    slots = getattr(value, "__dataclass_fields__", None)
    if slots is None:
        return value
    return {name: plain(getattr(value, name)) for name in slots}
