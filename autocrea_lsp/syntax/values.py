"""What syntax has to say, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from autocrea_lsp.text import Span

Kind = Literal["function", "method", "class", "other"]
Place = Literal["code", "comment", "string"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A place where the text does not follow the grammar."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A function, class or the like. `span`: from its decorators, attributes or `export` to the end of its body.

    Whole lines (from column 0, to the last line's end without its break) where nothing else stands on them. `name` may
    be empty. "class" is whatever holds methods; "other" is what has a name and a body but is neither.
    """

    span: Span
    name: str
    kind: Kind
