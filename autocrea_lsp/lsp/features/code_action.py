"""textDocument/codeAction: what can be done here, listed without a model and in a moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from lsprotocol import types as lsp

from autocrea_lsp.assist.goal import NOBODY, READY_MADE, TITLES, Goal
from autocrea_lsp.assist.source import Lines, region_hash
from autocrea_lsp.lsp import convert, wire
from autocrea_lsp.lsp.documents import Document
from autocrea_lsp.lsp.features import KINDS
from autocrea_lsp.lsp.server import AutocreaServer
from autocrea_lsp.syntax import Definition, guess_definition

FIX, FIX_ALL, REWRITE = KINDS

MAX_FIXES = 10  # in one list; who has more problems at one place takes "all"
MAX_TITLE = 60  # characters of a diagnostic's message or a definition's name in a title


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to do. `data`: an edit to be resolved; else `command` of our editors, or `server` for plain clients."""

    title: str
    kind: str
    data: wire.ActionData | None = None
    command: tuple[str, Any] | None = None
    server: tuple[str, Any] | None = None
    diagnostics: Sequence[lsp.Diagnostic] = field(default_factory=list)


async def code_action(ls: AutocreaServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction | lsp.Command]:
    """No model is asked, nothing is sent, and no tree is waited for."""
    uri = params.text_document.uri
    documents = ls.protocol.documents
    document = documents.find(uri) if documents is not None else None
    app = ls.app
    if document is None or not app.settings.actions.enable or app.workspace.exclusions.why_excluded(uri):
        return []
    only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
    automatic = params.context.trigger_kind == lsp.CodeActionTriggerKind.Automatic and not only
    entries = list(_fixes(params, document, ours=ls.client.autocrea))
    if not automatic:
        ls.acting.want_tree(uri)
        entries += _rewrites(ls, params, document)
    entries = [entry for entry in entries if _wanted(entry.kind, only)]
    chat, explain = app.can("fix"), app.can("explain")
    found: list[lsp.CodeAction | lsp.Command] = []
    for entry in entries:
        able = explain if entry.command and entry.command[0] == wire.EditorCommand.EXPLAIN else chat
        if (shown := _shape(ls, entry, able=able, automatic=automatic)) is not None:
            found.append(shown)
    return found


def _fixes(params: lsp.CodeActionParams, document: Document, *, ours: bool) -> Iterator[Entry]:
    """A fix for each problem in range, and one for all: of the file where our editor knows them, else of the range."""
    known = params.context.diagnostics
    for each in known[:MAX_FIXES]:
        data = _data("fix", params, document, each.range, [each])
        yield Entry(title=f"JoxCoder: fix “{_short(each.message)}”", kind=FIX, data=data, diagnostics=[each])
    whole = lsp.Range(start=lsp.Position(line=0, character=0), end=lsp.Position(line=len(document.lines), character=0))
    title = f"JoxCoder: {TITLES['fixAll'].lower()}"
    if known and ours:
        edit = {"uri": params.text_document.uri, "range": convert.wire_range(whole), "goal": "fixAll"}
        yield Entry(title=title, kind=FIX_ALL, command=(wire.EditorCommand.FIX_ALL, edit), diagnostics=known)
    elif len(known) > 1:
        data = _data("fixAll", params, document, whole, known)
        yield Entry(title=title, kind=FIX_ALL, data=data, diagnostics=known)


def _rewrites(ls: AutocreaServer, params: lsp.CodeActionParams, document: Document) -> Iterator[Entry]:
    uri, selected = params.text_document.uri, params.range
    around = _definition(ls, document, uri, selected.start)
    empty = selected.start == selected.end
    lines = _lines(selected, document)
    if empty and around is not None:
        lines = Lines(first=around.span.start_line, last=max(around.span.end_line, around.span.start_line) + 1)
    has_text = any(line.strip() for line in document.lines[lines.first : lines.last])
    what = f"“{_short(around.name)}”" if empty and around is not None and around.name else "the selection"
    place = convert.wire_range(selected)
    if has_text and not (empty and around is None):
        edit = {"uri": uri, "range": place, "goal": "refactor"}
        yield Entry(title=f"JoxCoder: refactor {what}…", kind=REWRITE, command=(wire.EditorCommand.REFACTOR, edit))
        for goal in (*READY_MADE, "document", "tests"):
            data = _data(goal, params, document, selected, [])
            yield Entry(title=f"JoxCoder: {TITLES[goal].lower()}", kind=REWRITE, data=data)
    if has_text:
        explain = {"uri": uri, "range": place}
        yield Entry(
            title=f"JoxCoder: explain {what if not (empty and around is None) else 'this file'}",
            kind=REWRITE,
            command=(wire.EditorCommand.EXPLAIN, explain),
            server=(wire.Command.EXPLAIN, explain),
        )
    generate = {"uri": uri, "position": place.start, "language": document.language_id or None}
    yield Entry(title="JoxCoder: generate here…", kind=REWRITE, command=(wire.EditorCommand.GENERATE, generate))


def _shape(ls: AutocreaServer, entry: Entry, *, able: bool, automatic: bool) -> lsp.CodeAction | lsp.Command | None:
    """The entry as the client at hand can take it; None when it cannot, or when nobody could answer it."""
    client = ls.client
    if not able:
        if automatic or not client.action_disabled or not client.action_literals:
            return None
        return lsp.CodeAction(title=entry.title, kind=entry.kind, disabled=lsp.CodeActionDisabled(reason=NOBODY))
    command = None
    if entry.data is None or not client.action_resolve or not client.action_literals:
        named = entry.command if client.autocrea and entry.command else entry.server
        if entry.data is not None:
            named = (wire.Command.ACT, entry.data)
        if named is None:
            return None
        command = lsp.Command(title=entry.title, command=named[0], arguments=[convert.plain(_plain(named[1]))])
    if not client.action_literals:
        return command
    return lsp.CodeAction(
        title=entry.title,
        kind=entry.kind,
        diagnostics=list(entry.diagnostics) or None,
        command=command,
        data=convert.plain(entry.data) if command is None else None,
        tags=[lsp.CodeActionTag.LlmGenerated] if client.action_tags else None,
    )


def _data(
    goal: Goal,
    params: lsp.CodeActionParams,
    document: Document,
    place: lsp.Range,
    found: Sequence[lsp.Diagnostic],
) -> wire.ActionData:
    where = Lines(first=place.start.line, last=max(place.end.line, place.start.line) + 1)
    where = Lines(first=min(where.first, len(document.lines)), last=min(where.last, len(document.lines)))
    return wire.ActionData(
        goal=goal,
        uri=params.text_document.uri,
        version=document.version or 0,
        range=convert.wire_range(place),
        region=region_hash(document.lines, where),
        diagnostics=[convert.diagnostic_ref(each) for each in found],
    )


def _definition(ls: AutocreaServer, document: Document, uri: str, place: lsp.Position) -> Definition | None:
    """By the tree when it is there, else by a look at the lines."""
    line, column = document.locate(place)
    tree = ls.app.trees.ready(uri, document.version or 0)
    return tree.enclosing_definition(line, column) if tree else guess_definition(document.lines, line)


def _lines(place: lsp.Range, document: Document) -> Lines:
    last = place.end.line + (1 if place.end.character or place.end == place.start else 0)
    end = len(document.lines)
    return Lines(first=min(place.start.line, end), last=min(max(last, place.start.line + 1), end))


def _wanted(kind: str, only: Sequence[str]) -> bool:
    """LSP's kinds are a tree of dotted names; an empty name is its root."""
    return not only or any(wanted in ("", kind) or kind.startswith(f"{wanted}.") for wanted in only)


def _short(text: str) -> str:
    """The first line, cut where it is too long for a title; the others are a checker's help."""
    line = " ".join(text.strip().partition("\n")[0].split())
    return line if len(line) <= MAX_TITLE else line[: MAX_TITLE - 1] + "…"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: convert.plain(item) for key, item in value.items()}
    return value
