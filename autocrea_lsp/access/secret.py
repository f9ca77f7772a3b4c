"""A secret value that does not show itself: not in a repr, a log line, a traceback's locals or a pickle."""

from __future__ import annotations

import hmac
from typing import NoReturn


class Secret:
    """A key or token. Only `reveal()` gives the text; two secrets compare equal when their texts do."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        """The text, for the one place that sends it."""
        return self.__text

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__text.encode(), other.__text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self.__text))

    def __repr__(self) -> str:
        return "Secret(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled or copied")


def clean(text: str | None) -> str | None:
    """A pasted key without the white space around it; None when nothing is left."""
    return (text or "").strip() or None


def sendable(text: str) -> bool:
    """Whether it can be an HTTP header value: visible ASCII only.

    Anything else would fail deep in the HTTP library, with the key in the error's text.
    """
    return text.isascii() and text.isprintable() and " " not in text
