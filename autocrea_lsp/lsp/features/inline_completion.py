"""textDocument/inlineCompletion."""

from __future__ import annotations

from lsprotocol import types as lsp

from autocrea_lsp.assist.inline import Selected, Suggestion, Trigger
from autocrea_lsp.lsp import convert, wire
from autocrea_lsp.lsp.server import AutocreaServer
from autocrea_lsp.text import Snapshot


def snapshot(ls: AutocreaServer, params: lsp.InlineCompletionParams) -> tuple[Snapshot | None, Selected | None]:
    documents, uri = ls.protocol.documents, params.text_document.uri
    taken = convert.snapshot(documents, uri, params.position)
    if documents is None or taken is None:
        return None, None
    return taken, convert.selected(documents, uri, params.context.selected_completion_info)


async def inline_completion(
    ls: AutocreaServer, params: lsp.InlineCompletionParams, taken: tuple[Snapshot | None, Selected | None]
) -> lsp.InlineCompletionList:
    """At most one item, its range on the caret's line; nothing rather than an error."""
    snapshot, selected = taken
    nothing = lsp.InlineCompletionList(items=[])
    if snapshot is None or ls.protocol.documents is None:
        return nothing
    invoked = params.context.trigger_kind == lsp.InlineCompletionTriggerKind.Invoked
    suggestion = await suggest(ls, snapshot, "invoked" if invoked else "automatic", selected, "inline")
    if suggestion is None or not suggestion.shown:
        return nothing
    item = lsp.InlineCompletionItem(
        insert_text=suggestion.text,
        filter_text=suggestion.text if selected is not None else None,
        range=convert.suggestion_range(ls.protocol.documents, snapshot, suggestion),
        command=accepted_command(suggestion),
    )
    return lsp.InlineCompletionList(items=[item] if item.range is not None else [])


async def suggest(
    ls: AutocreaServer, snapshot: Snapshot, trigger: Trigger, selected: Selected | None, detail: str
) -> Suggestion | None:
    """The newest question of a document wins; the same question asked twice (ghost text and menu) is asked once."""
    await ls.configuration.loaded.wait()
    same = (snapshot.version, snapshot.line, snapshot.column, selected, trigger)
    return await ls.latest.run(
        ("suggest", snapshot.uri),
        same,
        lambda: ls.app.completer.complete(snapshot, trigger=trigger, selected=selected, detail=detail),
    )


def accepted_command(suggestion: Suggestion) -> lsp.Command:
    """Editors run it when the suggestion is taken: acceptance is counted, on this machine only."""
    argument = {"id": suggestion.id, "probability": suggestion.probability}
    return lsp.Command(title="Accepted", command=wire.Command.ACCEPTED, arguments=[argument])
