"""Characters that are not seen, or that change the direction of what is."""

from __future__ import annotations

import re

_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\ufeff\U000e0000-\U000e007f]")


def strip_for_model(text: str) -> str:
    return text if text.isascii() else _HIDDEN.sub("", text)


def introduced(before: str, after: str) -> bool:
    return not after.isascii() and len(_HIDDEN.findall(after)) > len(_HIDDEN.findall(before))
