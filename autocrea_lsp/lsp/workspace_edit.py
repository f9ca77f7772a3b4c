"""A proposal's hunks as the WorkspaceEdit that the client at hand can take, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autocrea_lsp.lsp.client import ClientProfile
from autocrea_lsp.text import Encoding, body, units_of

if TYPE_CHECKING:
    from autocrea_lsp.assist.hunks import Hunk
    from autocrea_lsp.assist.proposal import Taken

ANNOTATION = "autocrea"


def workspace_edit(
    taken: Sequence[Taken], client: ClientProfile, encoding: Encoding, *, confirm: str | None = None
) -> dict[str, Any]:
    """The edit. `confirm`: why the user should look first, where the client can show that."""
    annotation = ANNOTATION if confirm is not None and client.change_annotations else None
    if not client.document_changes:
        return {"changes": {each.uri: [_edit(each, hunk, encoding, None) for hunk in each.hunks] for each in taken}}
    changes: list[dict[str, Any]] = []
    for each in taken:
        if each.is_new and client.create_files:
            create = {"kind": "create", "uri": each.uri, "options": {"overwrite": False, "ignoreIfExists": False}}
            changes.append(create | ({"annotationId": annotation} if annotation else {}))
        changes.append(
            {
                "textDocument": {"uri": each.uri, "version": each.version},
                "edits": [_edit(each, hunk, encoding, annotation) for hunk in each.hunks],
            }
        )
    edit: dict[str, Any] = {"documentChanges": changes}
    if annotation:
        label = {"label": "JoxCoder", "needsConfirmation": True, "description": confirm}
        edit["changeAnnotations"] = {annotation: label}
    return edit


def _edit(taken: Taken, hunk: Hunk, encoding: Encoding, annotation: str | None) -> dict[str, Any]:
    """A hunk as a text edit between line starts; at the end of a text without a last line end, after its last line."""
    lines, text = taken.base, "".join(hunk.new)
    start, end = hunk.start, hunk.end
    at = {"line": start, "character": 0}
    until = {"line": end, "character": 0}
    open_end = bool(lines) and not lines[-1].endswith(("\n", "\r"))
    if open_end and end >= len(lines):
        until = last = _end_of(lines[-1], len(lines) - 1, encoding)
        if start >= len(lines):
            at, text = last, "\n" + text
    elif lines and start == end == len(lines) and text.endswith("\n"):
        # After the last line's text, not on the line that only its end makes: some editors make that line real.
        ending = "\r\n" if lines[-1].endswith("\r\n") else "\n"
        if lines[-1].endswith(ending) and text.endswith(ending):
            at = until = _end_of(lines[-1], len(lines) - 1, encoding)
            text = ending + text.removesuffix(ending)
    edit: dict[str, Any] = {"range": {"start": at, "end": until}, "newText": text}
    return edit | ({"annotationId": annotation} if annotation else {})


def _end_of(line: str, number: int, encoding: Encoding) -> dict[str, int]:
    return {"line": number, "character": units_of(body(line), len(body(line)), encoding)}
