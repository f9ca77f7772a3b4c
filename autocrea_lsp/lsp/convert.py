"""LSP's shapes to ours and back; with `documents`, the only place that knows about position encodings."""

from __future__ import annotations

from typing import Any

from lsprotocol import types as lsp

from autocrea_lsp.assist.inline import Selected, Suggestion
from autocrea_lsp.lsp.documents import Documents
from autocrea_lsp.text import Snapshot


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


def plain(value: Any) -> Any:
    """A dataclass of `wire` as JSON, without the fields that are None and optional; other values unchanged."""
    slots = getattr(value, "__dataclass_fields__", None)
    if slots is None:
        return value
    return {name: plain(getattr(value, name)) for name in slots}
