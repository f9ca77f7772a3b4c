"""One request to an emulated host, and its answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, kw_only=True)
class Recorded:
    """A request as it came, and how it went. `body`: JSON where it is that, else bytes, None where there is none.

    `acted`: the host did what was asked, whatever the client was told. `status` None: no answer was begun.
    """

    id: int
    op: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    at: float = 0.0  # the host's wall seconds
    body: Any = None
    raw: bytes = b""
    status: int | None = None
    acted: bool = False
    fault: str | None = None
    answer: Any = None  # what was answered, as a value; of a stream: the list of its entries
    notes: dict[str, Any] = field(default_factory=dict)  # what else the host wants to know of it


@dataclass(slots=True, kw_only=True)
class Answer:
    """`stream`: entries that are written a line each as they come; `raw`: bytes in place of JSON; neither: `value`."""

    status: int = 200
    value: Any = None
    raw: bytes | None = None
    stream: AsyncIterator[dict[str, Any]] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    deployment: Any = None  # the one it is about, as the host has it


class Refused(Exception):
    """An answer that is an error. Hosts subclass it for the form of theirs."""

    def answer(self) -> Answer:
        raise AssertionError("a host's own form of it is missing")
