"""The one boundary between our errors and JSON-RPC's.

What a client sees depends on the error and on who asked: a request that typing makes is answered with nothing, never
with an error; a command says what went wrong. No traceback leaves, and no path of our installation or home.
"""

from __future__ import annotations

import logging
import re
import sys
from pathlib import Path
from typing import Literal

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from autocrea_lsp.errors import AutocreaError, BackendError, OverBudget, StaleRequest, UnusableAnswer, UserError

log = logging.getLogger(__name__)

Asker = Literal["typing", "command"]

REQUEST_CANCELLED = lsp.LSPErrorCodes.RequestCancelled.value
REQUEST_FAILED = lsp.LSPErrorCodes.RequestFailed.value
CONTENT_MODIFIED = lsp.LSPErrorCodes.ContentModified.value
INTERNAL_ERROR = -32603

TYPING = frozenset({lsp.TEXT_DOCUMENT_INLINE_COMPLETION, lsp.TEXT_DOCUMENT_COMPLETION})

# error type → (code for a command, log level). First match counts. Typing is always answered with nothing.
POLICY: tuple[tuple[type[BaseException], int, int], ...] = (
    (StaleRequest, CONTENT_MODIFIED, logging.DEBUG),
    (OverBudget, REQUEST_FAILED, logging.INFO),
    (UnusableAnswer, REQUEST_FAILED, logging.INFO),
    (UserError, REQUEST_FAILED, logging.INFO),
    (BackendError, REQUEST_FAILED, logging.WARNING),
    (AutocreaError, REQUEST_FAILED, logging.WARNING),
)


class CancelledByUserError(AutocreaError):
    """The user pressed the progress's Cancel: the command is answered with null, not with an error."""


def answer_for(error: BaseException, method: str) -> tuple[object, lsp.ResponseError | None]:
    """(result, None) or (None, error) for a request that ended in an exception; logs it by the policy."""
    if isinstance(error, CancelledByUserError):
        return None, None
    if isinstance(error, JsonRpcException):
        return None, lsp.ResponseError(code=error.code, message=clean(error.message))
    for kind, code, level in POLICY:
        if isinstance(error, kind):
            log.log(level, "%s: %s: %s", method, type(error).__name__, error)
            if method in TYPING:
                return None, None
            message = error.advice if isinstance(error, AutocreaError) else str(error)
            data: dict[str, object] = {"kind": type(error).__name__}
            if isinstance(error, OverBudget):
                data["retryAfterMs"] = round(error.retry_after_s * 1000)
            return None, lsp.ResponseError(code=code, message=clean(message), data=data)
    log.error("%s failed unexpectedly", method, exc_info=error)
    if method in TYPING:
        return None, None
    return None, lsp.ResponseError(code=INTERNAL_ERROR, message="internal error; the server's log tells more")


_PRIVATE = sorted(
    {
        str(place)
        for place in (Path(__file__).resolve().parents[2], Path(sys.prefix), Path(sys.base_prefix), Path.home())
        if len(str(place)) > 1
    },
    key=len,
    reverse=True,
)
_PRIVATE_PATH = re.compile("|".join(f"{re.escape(place)}(?![\\w.-])" for place in _PRIVATE))


def clean(text: str) -> str:
    """Without the paths of our installation and of the home directory, for texts that go to a client."""
    return _PRIVATE_PATH.sub("~", text)
