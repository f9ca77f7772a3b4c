"""JSON as typed values, strictly: a number in a string is a string, and a field too many is a mistake to be told."""

from __future__ import annotations

import contextlib
import enum
import functools
from collections.abc import Callable
from typing import Any, TypeVar

import cattrs
from pygls.protocol import default_converter

from autocrea_lsp.lsp import wire

T = TypeVar("T")


def shape(kind: type[Any] | str) -> type[Any]:
    """The type, or the one of that name in `wire`."""
    found: type[Any] = getattr(wire, kind) if isinstance(kind, str) else kind
    return found


def structure(raw: Any, kind: type[T], *, strict: bool = True) -> T:
    """JSON as a value of that type. `strict`: no field that the type does not have. Raises ValueError, saying what."""
    try:
        if not strict:
            return _loose().structure(raw, kind)
        return _strict.structure(raw, kind)
    except Exception as error:  # boundary: cattrs raises many types for data of the wrong shape
        details = cattrs.transform_error(error) if isinstance(error, cattrs.BaseValidationError) else [str(error)]
        raise ValueError(str(details[0]) if details else "wrong shape") from None


@functools.cache
def _loose() -> cattrs.Converter:
    return strict_types()


def strict_types() -> cattrs.Converter:
    """pygls' converter, but a number in a string is a string: `int("0")` would let wrong messages through."""
    return _with_strict_hooks(default_converter())  # type: ignore[no-untyped-call]  # pygls has not typed it


def _with_strict_hooks(converter: cattrs.Converter) -> cattrs.Converter:
    hooks: dict[type[Any], Callable[[Any, Any], Any]] = {
        str: lambda value, _: value if isinstance(value, str) else _wrong("a string"),
        int: _whole_number,
        float: _number,
        bool: lambda value, _: value if isinstance(value, bool) else _wrong("true or false"),
    }
    for kind, hook in hooks.items():
        converter.register_structure_hook(kind, functools.partial(_exactly, hook))
    converter.register_structure_hook(str | int | None, _text_or_number)
    converter.register_structure_hook_func(lambda kind: kind is object, lambda value, _: value)
    return converter


def _exactly(hook: Callable[[Any, Any], Any], value: Any, kind: Any) -> Any:
    """The hook's value; a member of `kind` where that is an enumeration, for which cattrs takes the hook too."""
    value = hook(value, kind)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        with contextlib.suppress(ValueError):  # a newer client's: as it is
            return kind(value)
    return value


def _number(value: Any, _: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else _wrong("a number")


def _whole_number(value: Any, _: Any) -> int:
    """JSON has one kind of number: 3.0 is what some clients write for 3."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(_wrong("a whole number"))


def _text_or_number(value: Any, _: Any) -> str | int | None:
    """Tokens and codes: LSP lets them be either."""
    return value if value is None or isinstance(value, str) else _whole_number(value, None)


def _wrong(expected: str) -> Any:
    raise ValueError(f"expected {expected}")


_strict = _with_strict_hooks(cattrs.Converter(forbid_extra_keys=True))
