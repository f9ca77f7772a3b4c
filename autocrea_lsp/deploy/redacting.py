"""Tokens out of what a host says, before it is an error, a line of a log, or a notice.

What is hidden: the tokens themselves and longer pieces of them (a host may quote a token's end), headers and
parameters that carry one, and the addresses of build hooks, which are secrets as they are; then everything that has
the shape of a credential (`workspace.redact`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

from autocrea_lsp.errors import AutocreaError
from autocrea_lsp.workspace.redact import PLACEHOLDER, redact

_SHORTEST = 6  # of a token that is hidden wherever it stands: a shorter one may be a word
_LEAST, _MOST = 8, 12  # length of a token's piece that is hidden: half of it, within these

_CARRIERS = re.compile(
    r"""(?ix)
    (?P<before> \b (?: access | refresh | auth )_token ["']? \s{0,3} [=:] \s{0,3} ["']?
      | \b (?: token | secret | api_?key ) (?: = | ["'] \s{0,3} : \s{0,3} ["'] )
      | \b (?: proxy-)? authorization ["']? \s{0,3} [:=] \s{0,3} ["']? (?: (?: bearer | basic | token ) \s{1,3} )?
      | \b project-access-token ["']? \s{0,3} [:=] \s{0,3} ["']?
      | \b bearer \s{1,3} (?= [^\s"'&,;]{12} )
      | /build_hooks/
      | /v1/integrations/deploy/ (?: [^\s/"']{1,100} / )?
    )
    [^\s"'&,;<>?#]{4,4000}
    """
)

_Error = TypeVar("_Error", bound=AutocreaError)


def hide(text: str, tokens: Iterable[str] = ()) -> str:
    """The text without the tokens, their pieces, and whatever else is a credential."""
    known = [token for token in tokens if len(token) >= _SHORTEST]
    for token in known:
        text = _without(text, token)
    text = _CARRIERS.sub(lambda found: f"{found['before']}{PLACEHOLDER}", text)
    return redact(text, known)


def hide_in(error: _Error, tokens: Iterable[str] = ()) -> _Error:
    """The same error, its message and hint hidden as `hide` does."""
    tokens = tuple(tokens)
    error.args = tuple(hide(each, tokens) if isinstance(each, str) else each for each in error.args)
    error.hint = hide(error.hint, tokens)
    return error


def _without(text: str, token: str) -> str:
    text = text.replace(token, PLACEHOLDER)
    length = max(_LEAST, min(_MOST, len(token) // 2))
    marked = bytearray(len(text))
    for start in range(len(token) - length + 1):
        piece = token[start : start + length]
        at = text.find(piece)
        while at >= 0:
            marked[at : at + length] = b"\x01" * length
            at = text.find(piece, at + 1)
    if not any(marked):
        return text
    kept: list[str] = []
    end = 0
    for run in re.finditer(rb"\x01+", marked):
        kept += text[end : run.start()], PLACEHOLDER
        end = run.end()
    return "".join((*kept, text[end:]))
