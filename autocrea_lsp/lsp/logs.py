"""Where log lines go: a rotating file of our own, and the client's log window by level; never stdout, never stderr.

Every line passes a filter that takes credentials out. pygls logs whole message bodies at INFO: it is held at WARNING.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import queue
from collections.abc import Callable, Iterable
from pathlib import Path

from autocrea_lsp.workspace import paths
from autocrea_lsp.workspace.redact import redact

MAX_BYTES = 5 << 20  # of one log file
BACKUPS = 3
FORMAT = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
LOUD = ("pygls", "asyncio", "httpx", "httpcore", "httpx2", "httpcore2", "anthropic", "peewee", "keyring")
"""Other people's loggers: warnings only, whatever our own level is."""

Known = Callable[[], Iterable[str]]


class RedactingFormatter(logging.Formatter):
    """Formats, traceback included, and takes credentials out; `known` gives the secrets in memory right now."""

    def __init__(self, known: Known) -> None:
        super().__init__(FORMAT)
        self._known = known

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record), self._known())


class PrivateFile(logging.handlers.RotatingFileHandler):
    """A rotating file that only its owner can read."""

    def _open(self):  # type: ignore[no-untyped-def]  # the base's own return type is private
        fd = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.fchmod(fd, 0o600) if hasattr(os, "fchmod") else None
        return os.fdopen(fd, "a", encoding="utf-8", errors="backslashreplace")


class ClientHandler(logging.Handler):
    """Hands lines to the client's log window (`window/logMessage`) on the loop."""

    def __init__(self, send: Callable[[int, str], None]) -> None:
        super().__init__()
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
        except (TypeError, ValueError):
            return
        self._send(record.levelno, text.splitlines()[0] if text else "")


class Logs:
    """The handlers of one server process; `close` flushes and takes them away."""

    def __init__(self, path: Path, level: str, known: Known) -> None:
        self.path = path
        root = logging.getLogger()
        root.setLevel(logging.WARNING)
        self._formatter = RedactingFormatter(known)
        self._handlers: list[logging.Handler] = []
        self._listener: logging.handlers.QueueListener | None = None
        for name in LOUD:
            logging.getLogger(name).setLevel(logging.WARNING)
        self.set_level(level)
        try:
            paths.private(path.parent)
            file = PrivateFile(path, maxBytes=MAX_BYTES, backupCount=BACKUPS, delay=False)
        except OSError:
            logging.getLogger().addHandler(logging.NullHandler())
            return
        file.setFormatter(self._formatter)
        lines: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        self._add(_Queue(lines))  # a slow disk must not hold the loop
        self._listener = logging.handlers.QueueListener(lines, file)
        self._listener.start()

    def to_client(self, send: Callable[[int, str], None]) -> None:
        handler = ClientHandler(send)
        handler.setFormatter(RedactingFormatter(self._formatter._known))
        handler.setLevel(logging.INFO)
        self._add(handler)

    def set_level(self, level: str) -> None:
        logging.getLogger("autocrea_lsp").setLevel(level.upper())

    def close(self) -> None:
        """Write what waits, and take the handlers away. Idempotent."""
        for handler in self._handlers:
            logging.getLogger().removeHandler(handler)
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.stop()
            for handler in listener.handlers:
                handler.close()

    def _add(self, handler: logging.Handler) -> None:
        logging.getLogger().addHandler(handler)
        self._handlers.append(handler)


class _Queue(logging.handlers.QueueHandler):
    """Keeps the record whole: it is formatted, and redacted, by the listener's thread."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        record.message = record.getMessage()
        return record
