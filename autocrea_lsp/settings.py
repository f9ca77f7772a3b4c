"""Every setting, its default, its limits and its documentation; the one place they are defined.

`parse` never fails: what is wrong is named and the rest counts. Layers (defaults < repository < client) are merged
with `merge` before parsing. A repository is not trusted: `repository_part` keeps only what narrows or is cosmetic.
Wire names are camelCase (`inline.debounceMs`); `rows` is the schema that README, VS Code and Lua are generated from.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields, is_dataclass
from typing import Any, Literal, TypeVar

Scope = Literal["machine", "window", "resource"]
Repository = Literal["never", "narrow", "any"]
T = TypeVar("T")


def setting(
    default: Any,
    doc: str,
    *,
    scope: Scope = "window",
    minimum: float | None = None,
    maximum: float | None = None,
    repository: Repository = "never",
    choices: Mapping[str, str] | None = None,
) -> Any:
    """A documented field. `scope` is VS Code's; `repository` says what a repository's file may do with it.

    `narrow`: it may only switch it off. `choices` explains each allowed value of a Literal.
    """
    return field(
        default=default,
        metadata={
            "doc": doc,
            "scope": scope,
            "minimum": minimum,
            "maximum": maximum,
            "repository": repository,
            "choices": dict(choices or {}),
        },
    )


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


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySettings:
    keep_prompts: bool = setting(
        False,
        "Keep the text of prompts and answers in the usage database, with secrets redacted. Off: only counts.",
        scope="machine",
    )
    retention_days: int = setting(
        90, "Delete usage rows older than this (days).", scope="machine", minimum=1, maximum=3650
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


def parse(raw: object) -> tuple[Settings, list[str]]:
    """Settings from a client's or file's value, and one line for each thing that was wrong with it."""
    problems: list[str] = []
    if raw is None:
        return Settings(), problems
    if not isinstance(raw, Mapping):
        return Settings(), [f"settings: expected an object, got {_name(raw)}"]
    return _parse(Settings, raw, "", problems), problems


def merge(*layers: object) -> dict[str, Any]:
    """Later layers win, leaf by leaf; a layer that is not an object is left out, as is a null leaf."""
    merged: dict[str, Any] = {}
    for layer in layers:
        if not isinstance(layer, Mapping):
            continue
        for key, value in layer.items():
            if isinstance(value, Mapping) and isinstance(merged.get(key), dict):
                merged[key] = merge(merged[key], value)
            elif isinstance(value, Mapping):
                merged[key] = merge(value)
            elif value is not None:
                merged[key] = value
    return merged


def repository_part(raw: object) -> tuple[dict[str, Any], list[str]]:
    """What a repository's `[tool.autocrea]` may set, and the names of what was ignored because it may not."""
    rights = {row.name: row.repository for row in rows()}
    groups = {name.rpartition(".")[0] for name in rights}
    kept: dict[str, Any] = {}
    ignored: list[str] = []
    for path, value in _leaves(raw if isinstance(raw, Mapping) else {}, "", groups):
        right = rights.get(path, "never")
        if right == "any" or (right == "narrow" and value is False):
            *groups, leaf = path.split(".")
            node = kept
            for group in groups:
                node = node.setdefault(group, {})
            node[leaf] = value
        else:
            ignored.append(path)
    return kept, ignored


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


def _leaves(raw: Mapping[str, Any], at: str, groups: set[str]) -> Iterator[tuple[str, Any]]:
    for key, value in raw.items():
        path = f"{at}{key}"
        if isinstance(value, Mapping) and path in groups:  # only into ours: a stranger's file may nest without end
            yield from _leaves(value, f"{path}.", groups)
        else:
            yield path, value


def _parse(cls: type[T], raw: Mapping[str, Any], at: str, problems: list[str]) -> T:
    known = {camel(item.name): item for item in fields(cls)}  # type: ignore[arg-type]  # always a dataclass
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    for key, value in raw.items():
        path, item = f"{at}{key}", known.get(key)
        if item is None:
            problems.append(f"{path}: unknown setting")
        elif value is None:
            continue  # a client's way to say "not set"
        elif is_dataclass(kind := hints[item.name]):
            if isinstance(value, Mapping):
                values[item.name] = _parse(typing.cast("type[Any]", kind), value, f"{path}.", problems)
            else:
                problems.append(f"{path}: expected an object, got {_name(value)}")
        else:
            try:
                values[item.name] = _value(value, kind, item)
            except ValueError as error:
                problems.append(f"{path}: {error}")
    return cls(**values)


def _value(value: object, kind: Any, item: Field[Any]) -> Any:
    if typing.get_origin(kind) is Literal:
        if value not in typing.get_args(kind):
            raise ValueError(f"expected one of {', '.join(typing.get_args(kind))}, got {value!r}")
        return value
    if kind == tuple[str, ...]:
        if not isinstance(value, (list, tuple)) or not all(isinstance(part, str) for part in value):
            raise ValueError(f"expected a list of strings, got {_name(value)}")
        return tuple(value)
    if type(value) is not kind and not (kind is float and type(value) is int):
        raise ValueError(f"expected {_NAMES[kind]}, got {_name(value)}")
    low, high = item.metadata["minimum"], item.metadata["maximum"]
    if isinstance(value, int | float) and not isinstance(value, bool):
        if low is not None and not value >= low:  # not `<`: NaN is no number of ours
            raise ValueError(f"must be at least {low:g}, got {value}")
        if high is not None and value > high:
            raise ValueError(f"must be at most {high:g}, got {value}")
    return kind(value)  # after the limits: an integer of any size arrives, and not every one is a float


_NAMES: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a string",
    types.NoneType: "null",
}


def _name(value: object) -> str:
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    return _NAMES.get(type(value), type(value).__name__)
