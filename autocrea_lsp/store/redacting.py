"""What may be stored of a write: bounded values, and no text that was not redacted. On the writer's thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from autocrea_lsp.store.log_text import clean_lines
from autocrea_lsp.store.values import label, storable, storable_message
from autocrea_lsp.store.writes import AppendLog, Record, SaveMessage, Write

Redact = Callable[[str], str]

_log = logging.getLogger(__name__)


def ready(write: Write, redact: Redact | None, redact_always: Redact | None) -> Write | None:
    """The write as it may be stored; None if it may or can not be. Without a redactor no text of a user's is kept."""
    if isinstance(write, SaveMessage):
        return None if redact_always is None else _message(write, redact_always)
    if isinstance(write, AppendLog):
        return _lines(write, redact_always)
    if not isinstance(write, Record):
        return write
    request = write.request
    try:
        request = replace(request, prompt=_text(request.prompt, redact), answer=_text(request.answer, redact))
        return Record(request=storable(request))
    except Exception:  # boundary: one row of wrong types must not cost the other rows
        _log.warning("a usage row cannot be stored", exc_info=True)
        return None


def without_text(write: Write) -> Write | None:
    """What of it may be in memory: ten thousand prompts would fill it. Nothing is left of a chat's message."""
    if isinstance(write, SaveMessage):
        return None
    if isinstance(write, Record) and (write.request.prompt, write.request.answer) != (None, None):
        return Record(request=replace(write.request, prompt=None, answer=None))
    return write


def _lines(write: AppendLog, redact: Redact | None) -> AppendLog | None:
    try:
        return replace(write, lines=clean_lines(write.lines, redact))
    except Exception:  # boundary: as in `ready`
        _log.warning("lines of a deployment's log cannot be stored")
        return None


def _message(write: SaveMessage, redact: Redact) -> SaveMessage | None:
    try:
        said = replace(write.message, text=redact(write.message.text), attachments=redact(write.message.attachments))
        return replace(
            write, session=label(write.session), title=label(redact(write.title)), message=storable_message(said)
        )
    except Exception:  # boundary: as in _text
        _log.warning("a chat message could not be redacted and is not kept")
        return None


def _text(text: str | None, redact: Redact | None) -> str | None:
    if text is None or redact is None:
        return None
    try:
        return redact(text)
    except Exception:  # boundary: a text that cannot be redacted is not kept; nor logged, as its error may quote it
        _log.warning("a text could not be redacted and is not kept")
        return None
