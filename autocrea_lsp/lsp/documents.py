"""Open documents, as LSP means them: changes are spliced into a list of lines, in any position encoding.

pygls' own store splits at every separator `str.splitlines` knows and rebuilds the text at each change; both are
replaced here through its hooks (`Workspace._create_text_document`, `TextDocument.apply_change`).
"""

from __future__ import annotations

import logging
from typing import Any, cast
from urllib.parse import unquote

from lsprotocol import types as lsp
from pygls.workspace import TextDocument, Workspace

from autocrea_lsp.text import Encoding, body, column_of, split_lines, units_of

log = logging.getLogger(__name__)


class Document(TextDocument):
    """A document as a list of lines that keep their ends."""

    def __init__(self, uri: str, *, source: str, encoding: Encoding, **kwargs: Any) -> None:
        super().__init__(uri, source=None, **kwargs)
        self._encoding = encoding
        self._lines = split_lines(source)
        self.size = len(source)

    @property
    def lines(self) -> list[str]:
        """The lines themselves: copy before keeping."""
        return self._lines

    @property
    def source(self) -> str:
        return "".join(self._lines)

    def apply_change(self, change: lsp.TextDocumentContentChangeEvent) -> None:
        if isinstance(change, lsp.TextDocumentContentChangePartial):
            start = self.locate(change.range.start)
            self.splice(start, max(start, self.locate(change.range.end)), change.text)
        else:
            self._lines = split_lines(change.text)
            self.size = len(change.text)

    def locate(self, position: lsp.Position) -> tuple[int, int]:
        """(line, column in code points); past the end of a line or of the document is that end."""
        lines = self._lines
        if position.line < len(lines):
            return position.line, column_of(body(lines[position.line]), position.character, self._encoding)
        if lines and not lines[-1].endswith(("\n", "\r")):
            return len(lines) - 1, len(lines[-1])
        return len(lines), 0

    def position(self, line: int, column: int) -> lsp.Position:
        """The client's position for a line and a column in code points."""
        text = body(self._lines[line]) if line < len(self._lines) else ""
        return lsp.Position(line=line, character=units_of(text, column, self._encoding))

    def splice(self, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        """Replace what is between two places (as `locate` gives them) by `text`."""
        lines = self._lines
        (first, head), (last, tail) = start, end
        new = lines[first][:head] if head else ""
        new += text
        if last < len(lines):
            new += lines[last][tail:]
        if first and new.startswith("\n") and lines[first - 1].endswith("\r"):
            first -= 1  # the change has made one line end out of two
            new = lines[first] + new
        self.size += len(new) - sum(map(len, lines[first : last + 1]))
        lines[first : last + 1] = split_lines(new)


class Documents(Workspace):
    """The open documents of one client, of any scheme, with or without a file."""

    @property
    def encoding(self) -> Encoding:
        return cast("Encoding", getattr(self.position_encoding, "value", self.position_encoding) or "utf-16")

    def _create_text_document(
        self, doc_uri: str, source: str | None = None, version: int | None = None, language_id: str | None = None
    ) -> Document:
        return Document(
            doc_uri,
            source=source or "",
            encoding=self.encoding,
            version=version,
            language_id=language_id,
            sync_kind=self._sync_kind,
            position_codec=self._position_codec,
        )

    def find(self, uri: str) -> Document | None:
        """The open document, or None; a file that is not open is never read."""
        return cast("Document", self.get_text_document(uri)) if unquote(uri) in self.text_documents else None

    def change(self, params: lsp.DidChangeTextDocumentParams) -> bool:
        """Apply a change; False (and a log line) when it is of an older version or of a document not open."""
        document = self.find(params.text_document.uri)
        if document is None:
            log.warning("a change of a document that is not open was ignored")
            return False
        if document.version is not None and params.text_document.version < document.version:
            log.warning(
                "a change to version %d of a document at version %d was ignored",
                params.text_document.version,
                document.version,
            )
            return False
        for change in params.content_changes:
            document.apply_change(change)
        document.version = params.text_document.version
        return True

    def update_text_document(
        self, text_doc: lsp.VersionedTextDocumentIdentifier, change: lsp.TextDocumentContentChangeEvent
    ) -> None:
        """For the cells of notebooks, whose changes come one by one."""
        self.change(lsp.DidChangeTextDocumentParams(text_document=text_doc, content_changes=[change]))

    def update_notebook_document(self, params: lsp.DidChangeNotebookDocumentParams) -> None:
        """A change of a notebook that is not open is ignored, as for any document."""
        if self.get_notebook_document(notebook_uri=params.notebook_document.uri) is None:
            log.warning("a change of a notebook that is not open was ignored")
            return
        super().update_notebook_document(params)
