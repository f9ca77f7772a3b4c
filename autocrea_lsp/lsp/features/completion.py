"""textDocument/completion: the same suggestion as an item of the menu, for editors without ghost text."""

from __future__ import annotations

from lsprotocol import types as lsp

from autocrea_lsp.lsp import convert
from autocrea_lsp.lsp.features.inline_completion import accepted_command, suggest
from autocrea_lsp.lsp.server import AutocreaServer
from autocrea_lsp.text import Snapshot

MAX_LABEL = 60  # characters; the item's text is whole


def snapshot(ls: AutocreaServer, params: lsp.CompletionParams) -> Snapshot | None:
    return convert.snapshot(ls.protocol.documents, params.text_document.uri, params.position)


async def completion(ls: AutocreaServer, _params: lsp.CompletionParams, taken: Snapshot | None) -> lsp.CompletionList:
    nothing = lsp.CompletionList(is_incomplete=True, items=[])
    mode = ls.app.settings.completion.enable
    if taken is None or mode == "off" or (mode == "auto" and ls.client.inline_completion):
        return lsp.CompletionList(is_incomplete=False, items=[])
    suggestion = await suggest(ls, taken, "automatic", None, "menu")
    documents = ls.protocol.documents
    if suggestion is None or not suggestion.shown or documents is None:
        return nothing
    word = _word_before(taken.head)
    where = convert.suggestion_range(documents, taken, suggestion)
    if where is None:
        return nothing
    first = suggestion.text.split("\n", 1)[0]
    label = word + (first if len(first) <= MAX_LABEL else first[: MAX_LABEL - 1] + "…")
    # The range begins at the word: clients filter by the text between its start and the caret.
    document = documents.find(taken.uri)
    start = document.position(taken.line, taken.column - len(word)) if document is not None else where.start
    item = lsp.CompletionItem(
        label=label,
        detail="JoxCoder",
        kind=lsp.CompletionItemKind.Text,
        sort_text="~",  # after everything that a language server knows
        filter_text=word + suggestion.text,
        insert_text_format=lsp.InsertTextFormat.PlainText,
        text_edit=lsp.TextEdit(range=lsp.Range(start=start, end=where.end), new_text=word + suggestion.text),
        command=accepted_command(suggestion),
    )
    return lsp.CompletionList(is_incomplete=True, items=[item])


def _word_before(head: str) -> str:
    start = len(head)
    while start and (head[start - 1].isalnum() or head[start - 1] == "_"):
        start -= 1
    return head[start:]
