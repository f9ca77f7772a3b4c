"""How a setting is defined: a dataclass field with its documentation and its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

Scope = Literal["machine", "window", "resource"]
Repository = Literal["never", "narrow", "any"]


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
