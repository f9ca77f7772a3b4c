"""Reading the host's JSON. Their times are whole milliseconds since 1970; ours are seconds."""

from __future__ import annotations

from autocrea_lsp.deploy.fields import EMPTY, Json, line, number, record, records, text, words

__all__ = ["EMPTY", "Json", "line", "number", "record", "records", "seconds", "text", "words"]


def seconds(value: Json, *names: str) -> float:
    """The first of these times that is there, in seconds; 0: none is."""
    for name in names:
        if (found := number(value, name)) is not None:
            return found / 1000
    return 0.0
