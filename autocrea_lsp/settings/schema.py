"""Every setting, its default, its limits and its documentation; the one place they are defined.

Wire names are camelCase (`inline.debounceMs`); `rows` is the schema that README, VS Code and Lua are generated from.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Literal

from autocrea_lsp.settings.acting import (
    ActionsSettings,
    BudgetSettings,
    ChatSettings,
    FixSettings,
    LimitsSettings,
    PrivacySettings,
    SandboxSettings,
)
from autocrea_lsp.settings.definition import Repository, Scope, setting
from autocrea_lsp.settings.deploying import DeploySettings

BackendName = Literal["auto", "claude", "embedded", "none"]
MenuMode = Literal["auto", "on", "off"]
LogLevel = Literal["error", "warning", "info", "debug"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineSettings:
    enable: bool = setting(True, "Suggest code while typing (ghost text).", scope="resource", repository="narrow")
    debounce_ms: int = setting(
        150,
        "Wait this long (milliseconds) after the last key before asking a remote model. The embedded model is asked "
        "at once, and a suggestion that you ask for yourself never waits.",
        minimum=0,
        maximum=5000,
    )
    max_lines: int = setting(1, "Most lines a suggestion may have.", minimum=1, maximum=50)
    min_probability: float = setting(
        0.3,
        "Show a suggestion of the embedded model only when the joint probability of its tokens is at least this. "
        "Asking for a suggestion yourself shows it whatever its probability.",
        minimum=0.0,
        maximum=1.0,
    )
    disabled_languages: tuple[str, ...] = setting(
        (),
        "LSP language ids in which nothing is suggested and nothing is sent (for example `markdown`).",
        scope="resource",
        repository="any",
    )
    max_calls_per_hour: int = setting(
        1000,
        "Most calls to a remote model per hour for suggestions while typing. When it is reached the status says so "
        "and nothing more is sent until the hour has moved on.",
        minimum=0,
        maximum=100_000,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionSettings:
    enable: MenuMode = setting(
        "auto",
        "Offer the same suggestion as an item of the completion menu.",
        choices={
            "auto": "Only to editors that do not show inline completions (ghost text).",
            "on": "Always.",
            "off": "Never.",
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaudeSettings:
    base_url: str = setting(
        "",
        "Base URL of the Messages API, without `/v1`. Empty: the environment's `ANTHROPIC_BASE_URL`, else Anthropic.",
        scope="machine",
    )
    inline_model: str = setting("claude-haiku-5-5", "Model for suggestions while typing and for explanations.")
    model: str = setting("claude-sonnet-5-5", "Model for fix, refactor, generate and chat.")
    inline_timeout_ms: int = setting(
        4000, "Give up on a suggestion after this long (milliseconds).", minimum=500, maximum=30_000
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedSettings:
    model_path: str = setting(
        "",
        "A GGUF file to use instead of the installed model. Empty: the one of `autocrea-lsp model install`.",
        scope="machine",
    )
    threads: int = setting(
        0,
        "Threads for the embedded model. 0: half the cores, at most 4.",
        scope="machine",
        minimum=0,
        maximum=64,
    )
    explain: bool = setting(
        False,
        "Let the embedded model explain code too. It is a toy: most of what it says is wrong.",
        scope="machine",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySettings:
    keep_prompts: bool = setting(
        False,
        "Keep the text of prompts and answers in the usage database, with secrets redacted. Off: only counts.",
        scope="machine",
    )
    retention_days: int = setting(
        90,
        "Delete usage rows and finished deployments older than this (days).",
        scope="machine",
        minimum=1,
        maximum=3650,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    level: LogLevel = setting(
        "info",
        "How much the server's log file holds.",
        choices={
            "error": "Failures only.",
            "warning": "Failures and what degraded.",
            "info": "Also what was started and stopped.",
            "debug": "Also each request's name and time; never text of your files.",
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    backend: BackendName = setting(
        "auto",
        "Who answers.",
        scope="machine",
        choices={
            "auto": "Claude if a key is found, else the embedded model if it is installed.",
            "claude": "Claude, with your key.",
            "embedded": "The embedded model: no key, nothing leaves this machine.",
            "none": "Nobody.",
        },
    )
    inline: InlineSettings = field(default_factory=InlineSettings)
    completion: CompletionSettings = field(default_factory=CompletionSettings)
    actions: ActionsSettings = field(default_factory=ActionsSettings)
    fix: FixSettings = field(default_factory=FixSettings)
    chat: ChatSettings = field(default_factory=ChatSettings)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    limits: LimitsSettings = field(default_factory=LimitsSettings)
    budget: BudgetSettings = field(default_factory=BudgetSettings)
    sandbox: SandboxSettings = field(default_factory=SandboxSettings)
    deploy: DeploySettings = field(default_factory=DeploySettings)
    claude: ClaudeSettings = field(default_factory=ClaudeSettings)
    embedded: EmbeddedSettings = field(default_factory=EmbeddedSettings)
    history: HistorySettings = field(default_factory=HistorySettings)
    log: LogSettings = field(default_factory=LogSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One setting, for generated documentation and manifests."""

    name: str  # "inline.debounceMs"
    type: Any
    default: Any
    doc: str
    scope: Scope
    minimum: float | None
    maximum: float | None
    repository: Repository
    choices: Mapping[str, str]


def rows() -> Iterator[Row]:
    """Every setting, in order of definition."""
    yield from _rows(Settings, "")


def camel(name: str) -> str:
    """`debounce_ms` → `debounceMs`."""
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)


def _rows(cls: type[Any], at: str) -> Iterator[Row]:
    hints = typing.get_type_hints(cls)
    for item in fields(cls):
        path = f"{at}{camel(item.name)}"
        if is_dataclass(hints[item.name]):
            yield from _rows(hints[item.name], f"{path}.")
        else:
            yield Row(name=path, type=hints[item.name], default=item.default, **item.metadata)
