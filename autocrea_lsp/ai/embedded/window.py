"""What the model is shown of a document, and what of its answer belongs at the caret.

Small models continue text best when the prompt ends in a visible character (llm.md D6), so the blanks before the
caret are left out and the model writes them again: `Window.owed`. `Continuation` takes them off the answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from autocrea_lsp.ai.base import FillPrompt
from autocrea_lsp.text import common_prefix, split_lines

ANCHOR_LINES = 25
"""The window starts at a multiple of this, at least this many lines above the caret: 25 to 49 lines help most, and a
start that stays put keeps the worker's prompt cache valid from key to key."""

MAX_CHARS = 4096
"""Longest window, in code points: about 1,300 tokens of code, which leaves room for the answer in 2,048."""

_STEPS = 4  # a window that is too long starts at a multiple of a quarter of the most

_BLANKS = " \t\n\f\v"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    text: str  # the prompt; ends in a visible character, lines end in \n
    owed: str  # the blanks between its end and the caret, which the model has to write first


def window(prompt: FillPrompt, max_chars: int = MAX_CHARS) -> Window:
    """The last lines before the caret. Its start depends on the caret's line and on lengths only in coarse steps."""
    lines = split_lines(prompt.prefix)
    last = len(lines) - (0 if not lines or lines[-1].endswith(("\n", "\r")) else 1)  # index of the caret's line
    start = (prompt.first_line + last - ANCHOR_LINES) // ANCHOR_LINES * ANCHOR_LINES
    kept = lines[max(0, start - prompt.first_line) :]
    text = "".join(kept).replace("\r\n", "\n").replace("\r", "\n")
    text = _shorten(text, max_chars)
    # Half a surrogate pair is no text: the worker would refuse the request.
    text = text.encode("utf-8", "replace").decode("utf-8")
    shown = text.rstrip(_BLANKS)
    return Window(text=shown, owed=text[len(shown) :])


def _shorten(text: str, max_chars: int) -> str:
    if len(text) <= max_chars:
        return text
    step = max(1, max_chars // _STEPS)
    cut = -(-(len(text) - max_chars) // step) * step
    newline = text.find("\n", cut - 1, cut + step)
    return text[newline + 1 if newline >= 0 else cut :]


def smaller(chars: int, tokens: int, room: int) -> int:
    """How long a window to try when `chars` had `tokens` and only `room` fit. A power of two: a stable choice."""
    fits = chars * room // tokens
    return 1 << max(0, fits.bit_length() - 1)


class Continuation:
    """Reads the answer piece by piece and hands on what belongs at the caret, at most `max_lines` lines of it.

    `over` turns true when nothing more is wanted, because the lines are complete or because the model wrote other
    blanks than the document has: then it continued some other text than the user's.
    """

    def __init__(self, owed: str, max_lines: int) -> None:
        self.over = False
        self._owed = owed
        self._lines = max_lines

    def feed(self, piece: str) -> str:
        """The part of `piece` to hand on, often all of it, "" for regenerated blanks."""
        again = common_prefix(self._owed, piece)
        if again < min(len(self._owed), len(piece)):
            self.over = True
            return ""
        self._owed = self._owed[again:]
        piece = piece[again:]
        ends = [at for at, character in enumerate(piece) if character == "\n"]
        if len(ends) >= self._lines:
            self.over = True
            return piece[: ends[self._lines - 1]]
        self._lines -= len(ends)
        return piece
