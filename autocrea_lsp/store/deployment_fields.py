"""A deployment's fields on their way in and out of its table: bounded, one line each, redacted where they are text."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from autocrea_lsp.store.deployment_values import FINISHED, DeploymentRow, details_json, one_line
from autocrea_lsp.store.log_text import safe
from autocrea_lsp.store.values import label

_ELSEWHERE = {"user", "project"}  # rows of their own tables
FIELDS = tuple(each.name for each in fields(DeploymentRow) if each.name not in _ELSEWHERE)
"""What is called the same in `DeploymentRow` and in the table."""

_REDACTED = {"detail": 500, "error": 2000}  # characters: said by hosts and builds
_LONG = {"source": 500, "cursor": 2000, "url": 2000, "inspect_url": 2000}  # characters: never cut in earnest
_TIMES = {"created_at", "updated_at"}
_ENV_NAMES = 500


def storable_row(row: DeploymentRow, redact: Callable[[str], str] | None) -> DeploymentRow:
    """The same deployment within what the database can hold; what is finished has a time of it, and only that."""
    values = storable({name: getattr(row, name) for name in FIELDS}, redact)
    if row.state not in FINISHED:
        values["finished_at"] = None
    elif values["finished_at"] is None:
        values["finished_at"] = values["updated_at"]
    return replace(row, user=label(row.user), project=label(row.project), **values)


def storable(values: Mapping[str, Any], redact: Callable[[str], str] | None) -> dict[str, Any]:
    """The same for some fields of it."""
    return {name: _storable(name, value, redact) for name, value in values.items()}


def columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """Storable fields as the table has them."""
    as_json: dict[str, Callable[[object], str]] = {"env_names": json.dumps, "details": details_json}
    return {name: as_json[name](value) if name in as_json else value for name, value in values.items()}


def row_of(user: str, project: str | None, values: Iterable[Any]) -> DeploymentRow:
    """The deployment with these columns, in the order of `FIELDS`."""
    found = dict(zip(FIELDS, values, strict=True))
    found["env_names"] = tuple(map(str, _json(found["env_names"], list)))
    found["details"] = _json(found["details"], dict)
    return DeploymentRow(user=user, project=project or "", **found)


def _storable(name: str, value: Any, redact: Callable[[str], str] | None) -> Any:
    if name in _REDACTED:
        return one_line(safe(str(value), redact), _REDACTED[name])
    if name in _LONG:
        return one_line(value, _LONG[name])
    if name in _TIMES:
        return float(value) if math.isfinite(value) else time.time()
    if name == "finished_at":
        return None if value is None or not math.isfinite(value) else float(value)
    if name == "cancel_asked":
        return bool(value)
    if name == "env_names":
        return tuple(label(each) for each in value)[:_ENV_NAMES]
    if name == "details":
        return dict(value)
    return label(value)


def _json(text: str, kind: type[Any]) -> Any:
    """What another program may have spoiled is empty."""
    try:
        value = json.loads(text)
    except ValueError:
        return kind()
    return value if isinstance(value, kind) else kind()
