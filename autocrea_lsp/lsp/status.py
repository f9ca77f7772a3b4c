"""Tells the client how things stand: answers `autocrea/status`, and says when an answer would be another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from autocrea_lsp.lsp import convert, wire

if TYPE_CHECKING:
    from autocrea_lsp.lsp.server import AutocreaServer


class StatusReporter:
    """The status as the client last heard of it."""

    def __init__(self, server: AutocreaServer) -> None:
        self._server = server
        self._told: wire.Status | None = None

    def read(self, uri: str | None = None) -> wire.Status:
        """The status of a document, or of the server as a whole."""
        app = self._server.app
        if uri is not None:
            snapshot = convert.snapshot(self._server.protocol.documents, uri, lsp.Position(line=0, character=0))
            if snapshot is not None and (reason := app.completer.why_off(snapshot)) is not None:
                return wire.Status(state="off", message=reason)
        now = app.condition()
        return wire.Status(
            state=now.state,
            message=now.message,
            command=wire.Command.MODEL_INSTALL if now.installable else None,
            backend=now.backend,
            model=now.model,
        )

    def refresh(self) -> None:
        """Called after anything that may have changed the status; tells the client if it has."""
        now = self.read()
        if now != self._told:
            self.tell()

    def tell(self) -> None:
        """Settings changed: the status of any document may be another one."""
        self._told = self.read()
        if self._server.client.autocrea and self._server.protocol.accepts_messages:
            self._server.protocol.notify(wire.Method.STATUS_CHANGED, {"uri": None})
