"""What the store takes and gives: plain values, no SQL, no peewee.

Times are seconds since the epoch (UTC), money is millionths of a US dollar, tokens are as the backend counted them.
"""

from __future__ import annotations

import hashlib
import math
import os
import time
import uuid
from dataclasses import dataclass, field, replace
from typing import Literal

Kind = Literal["generate", "explain", "fix", "refactor", "complete", "chat"]
"""The six things an assistant is asked for. The same six as `ai.base.Kind`, which this lower layer cannot import."""

Outcome = Literal["ok", "error", "cancelled"]

Mode = Literal["disk", "memory", "read-only"]
"""`disk`: rows are saved. `memory`: the file cannot be used now, rows live as long as this process (and are saved when
the file comes back). `read-only`: a newer version wrote the file; it is read as far as it goes, rows are dropped."""

Role = Literal["user", "assistant"]
"""Who says something in a chat. The same two as `ai.base`'s messages."""

_LABEL_LIMIT = 200  # characters of a name (model, project, ...): labels, never text
_TEXT_LIMIT = 32_768  # characters of a kept prompt or answer: a history, not an archive
_CHAT_LIMIT = 200_000  # characters of a kept chat message: twice the longest prompt that we accept
_NUMBER_LIMIT = 10**12  # sums over a million rows stay inside SQLite's 64-bit integers
_HASH_DIGITS = 12  # 48 bits: no two projects of one person collide


@dataclass(frozen=True, slots=True, kw_only=True)
class AIRequest:
    """One question to a model and what it took.

    `project` is `project_label(...)`, a bare name, or "" (no workspace); never a path. `detail` says where it was
    asked ("inline", "menu", "code action"). `prompt` and `answer` are stored only when the user asked for that.
    """

    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    at: float = field(default_factory=time.time)
    user: str
    project: str
    kind: Kind
    detail: str
    model: str
    backend: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost_micros: int = 0
    latency_ms: int = 0
    outcome: Outcome
    accepted: bool = False
    prompt: str | None = None
    answer: str | None = None

    @property
    def total_tokens(self) -> int:
        """Everything the model read or wrote, cached or not."""
        return self.prompt_tokens + self.completion_tokens + self.cache_read_tokens + self.cache_write_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageStats:
    """Sums over requests of every outcome. `by_type` counts requests by kind and leaves out kinds with none."""

    total_requests: int = 0
    total_tokens: int = 0
    by_type: dict[str, int] = field(default_factory=dict)
    average_tokens_per_request: float = 0.0
    cost_micros: int = 0
    accepted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A workspace that was open. `label` is what its requests carry; `root_hash` is "" if only the label was seen."""

    label: str
    name: str
    root_hash: str
    first_seen: float
    last_seen: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """At most `limit` acts called `name` in any `period_s` seconds."""

    name: str
    limit: int
    period_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """At most `limit` acts called `name` from `since` until `until`, as of a calendar month."""

    name: str
    limit: int
    since: float
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of an act. `refused` names the window without room, the one that opens last; None: it was counted.

    `counted` False with no refusal: nothing could be counted anywhere, as the store has stopped.
    """

    counted: bool = False
    refused: str | None = None
    retry_after_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a user's calls have cost since the beginning of a day and of a month."""

    day_micros: int = 0
    month_micros: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSessionRow:
    """A kept chat, without its messages. `project` as in `AIRequest`."""

    id: str
    title: str
    project: str
    created_at: float
    updated_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessageRow:
    """A kept message. `attachments` names what was attached ("selection, file"), never holds it."""

    role: Role
    text: str
    at: float
    attachments: str = ""


def root_hash(root: str) -> str:
    """A short stable hash of a workspace root (a path): tells two projects of one name apart, does not tell where."""
    normal = os.path.normcase(os.path.normpath(root))
    return hashlib.sha256(normal.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_DIGITS]


def project_label(name: str, root_hash: str) -> str:
    """What a request of that project carries: `shop-1f3a...`; the bare name where there is no hash."""
    return f"{name}-{root_hash}" if root_hash else name


def storable(request: AIRequest) -> AIRequest:
    """The same request within what the database can hold: finite, bounded, valid Unicode."""
    return replace(
        request,
        id=label(request.id),
        at=moment_or_now(request.at),
        user=label(request.user),
        project=label(request.project),
        detail=label(request.detail),
        model=label(request.model),
        backend=label(request.backend),
        prompt_tokens=_number(request.prompt_tokens),
        completion_tokens=_number(request.completion_tokens),
        cache_read_tokens=_number(request.cache_read_tokens),
        cache_write_tokens=_number(request.cache_write_tokens),
        cost_micros=_number(request.cost_micros),
        latency_ms=_number(request.latency_ms),
        accepted=bool(request.accepted),
        prompt=_text(request.prompt),
        answer=_text(request.answer),
    )


def storable_message(message: ChatMessageRow) -> ChatMessageRow:
    """The same for a message of a chat."""
    return replace(
        message,
        role="assistant" if message.role == "assistant" else "user",
        text=_text(message.text, _CHAT_LIMIT) or "",
        at=moment_or_now(message.at),
        attachments=label(message.attachments),
    )


def moment_or_now(at: float) -> float:
    """A time that the database can hold and sort."""
    return float(at) if math.isfinite(at) else time.time()


def label(text: str) -> str:
    """A name as the database holds it: short, and nothing that would command a terminal that shows it."""
    text = str(text)[:_LABEL_LIMIT]
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def _text(text: str | None, limit: int = _TEXT_LIMIT) -> str | None:
    # A lone surrogate (half a character from a UTF-16 client) cannot be bound to a statement.
    return None if text is None else text[:limit].encode("utf-8", "replace").decode("utf-8")


def _number(value: int) -> int:
    return max(0, min(int(value), _NUMBER_LIMIT))
