"""From what a client or a file says to Settings: nothing here fails, what is wrong is named and the rest counts.

Layers (defaults < repository < client) are merged with `merge` before parsing. A repository is not trusted:
`repository_part` keeps only what narrows or is cosmetic.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass
from typing import Any, Literal, TypeVar

from autocrea_lsp.settings.schema import Settings, camel, rows

T = TypeVar("T")


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
    ours = {name.rpartition(".")[0] for name in rights}
    kept: dict[str, Any] = {}
    ignored: list[str] = []
    for path, value in _leaves(raw if isinstance(raw, Mapping) else {}, "", ours):
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
    # After the limits: an integer of any size arrives, and not every one is a float.
    return float(value) if kind is float and isinstance(value, int) else value


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
