"""The server with its guards taken out: what the tests of attacks must see as broken, or they see nothing.

Run as a program, in place of the server. Only for a project made for that; it believes everything that a model says.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autocrea_lsp.assist import checking, invisible, markdown, newfile
from autocrea_lsp.assist.scope import Scope
from autocrea_lsp.assist.source import Changed, Source
from autocrea_lsp.text import split_lines
from autocrea_lsp.workspace.exclude import Exclusions
from autocrea_lsp.workspace.places import Places
from autocrea_lsp.workspace.redact import Redaction


class _Stream:
    """What comes goes on."""

    def feed(self, text: str) -> str:
        return text

    def end(self) -> str:
        return ""


def _restore(self: Redaction, _before: str, after: str, *, file: str = "") -> str:
    """Every secret wherever its placeholder is now."""
    for form, secret in self._secrets.items():
        after = after.replace(form, secret)
    return after


def _place_new(workspace: Any, path: str, text: str, *, beside: Source | None = None) -> Changed:
    plain = path.removeprefix("file://")
    place = Path.home() / plain[2:] if plain.startswith("~/") else workspace.folders[0] / plain
    source = Source(uri=f"file://{place}", version=None, language="", lines=(), name=path)
    return Changed(source=source, lines=tuple(split_lines(text)), is_new=True)


async def _check(_candidate: Any, **_: Any) -> checking.Verdict:
    return checking.Verdict(status="passed", label="Nobody looked.")


def _take_out() -> None:
    """Before anything else of the server is imported, since names are bound then."""
    found: Any
    for found, name, lax in (
        (Places, "check", lambda _self, path: Path(str(path))),
        (Scope, "complaint", lambda _self, _old, _hunks: ""),
        (Redaction, "restore", _restore),
        (Redaction, "has_placeholder", lambda _self, _text: False),
        (Exclusions, "why_excluded", lambda _self, _uri: None),
        (Exclusions, "in_context", lambda _self, _uri: True),
        (markdown, "sanitize", lambda text: text),
        (markdown, "plain", lambda text: text),
        (markdown, "Stream", _Stream),
        (invisible, "introduced", lambda _before, _after: ""),
        (newfile, "place_new", _place_new),
        (checking, "check", _check),
    ):
        setattr(found, name, lax)


if __name__ == "__main__":
    _take_out()
    from autocrea_lsp.__main__ import main

    main()
