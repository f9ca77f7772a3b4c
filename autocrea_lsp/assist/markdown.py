"""Markdown that a model wrote, made safe to render."""

from __future__ import annotations

import re


def sanitize(markdown: str) -> str:
    text = re.sub(r"!\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    text = re.sub(r"\[([^\]]*)\]\(([^)]*)\)", r"\1", text)
    return re.sub(r"<[^>]*>", "", text)


def plain(markdown: str) -> str:
    return sanitize(markdown)


class Stream:
    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        self._held += text
        head, end, self._held = self._held.rpartition("\n")
        return sanitize(head + end)

    def end(self) -> str:
        rest, self._held = sanitize(self._held), ""
        return rest
