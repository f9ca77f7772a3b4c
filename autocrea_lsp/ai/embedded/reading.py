"""How a prompt reaches the worker: in slices, and only what it has not read yet.

The worker cannot be stopped while it reads a prompt (llama.cpp notices a closed socket only afterwards), so a long
prompt is sent as a series of growing beginnings; each reuses what the one before left in the worker's cache.
"""

from __future__ import annotations

from collections.abc import Iterator

from autocrea_lsp.text import common_prefix

SLICE_CHARS = 384
"""No request makes the worker read more than this: about 100 tokens, 0.5 s of CPU."""

_REMEMBERED = 4  # prompts; the worker's own cache (256 MiB) holds more


def slices(text: str, known: int) -> Iterator[str]:
    """Growing beginnings of `text`, until at most one slice is left to read after the first `known` characters."""
    while len(text) - known > SLICE_CHARS:
        # The line end stays out: the model's tokens hold it together with the next line's indentation.
        newline = text.rfind("\n", known + 1, known + SLICE_CHARS)
        known = newline if newline >= 0 else known + SLICE_CHARS
        yield text[:known]


class Seen:
    """What the worker has read. It keeps the last prompt at hand, and prompts that it left for another one.

    This follows llama.cpp's rules: a prompt is put aside when less than half of it is used again, and fetched back
    when that helps. A wrong guess here costs time only.
    """

    def __init__(self) -> None:
        self._texts: list[str] = []  # the last one is at hand

    def known(self, text: str) -> int:
        """How many characters of `text` need not be read again."""
        if not self._texts:
            return 0
        *aside, last = self._texts
        known = common_prefix(last, text)
        if not _mostly(known, last):
            known = max([known, *(again for old in aside if _mostly(again := common_prefix(old, text), old))])
        return known

    def add(self, text: str) -> None:
        """The worker has read `text`, all of it."""
        kept = [old for old in self._texts if not _mostly(common_prefix(old, text), old)]
        self._texts = [*kept, text][-_REMEMBERED:]

    def clear(self) -> None:
        """It is another worker now."""
        self._texts.clear()


def _mostly(part: int, text: str) -> bool:
    return part * 2 >= len(text)
