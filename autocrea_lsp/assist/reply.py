"""Makes a suggestion out of a model's answer, while it streams.

A chat model wraps code in fences and prose, repeats the head of the line, begins with a line break and runs on into
what already follows the caret. All of that is taken away; what is left is what belongs at the caret, or nothing.
"""

from __future__ import annotations

import re

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n]*(?:\n|\Z)", re.MULTILINE)
_PROSE = re.compile(
    r"\A\s*(?:here(?:'s| is| are)|sure|certainly|of course|the (?:following|completed|completion|code)|"
    r"aquí|claro|por supuesto|el (?:siguiente|código))\b[^\n]*:[ \t]*\n",
    re.IGNORECASE,
)
_OPEN, _CLOSE = "([{", ")]}"
_PAIRS = dict(zip(_CLOSE, _OPEN, strict=True))
_TRAILERS = frozenset(")]}\"'`;,:>")
_MIN_ECHO = 3  # characters; a shorter repetition of the line's end is likely meant


class Reply:
    """Collects an answer; `feed` says when the suggestion is decided and the stream can be closed."""

    def __init__(self, *, head: str, tail: str, following: str, max_lines: int) -> None:
        """`head` and `tail` are the caret's line before and after it, `following` the next line that is not blank."""
        self._head = head
        self._tail = tail
        self._following = following
        self._max_lines = max_lines
        self._raw = ""

    def feed(self, text: str) -> bool:
        """Add a piece; True when nothing that can still come would change the suggestion."""
        self._raw += text
        if "\n" not in text:
            return False
        if (self._raw.lstrip().startswith(("```", "~~~"))) and len(_FENCE.findall(self._raw)) < 2:
            return _lines(_unfenced(self._raw)) > self._max_lines
        if _PROSE.match(self._raw):
            return False
        return _lines(self._raw.lstrip("\r\n")) > self._max_lines

    def text(self) -> str:
        """The suggestion: "" when nothing of the answer belongs at the caret."""
        text = self._raw.replace("\r\n", "\n").replace("\r", "\n")
        text = _PROSE.sub("", text)
        text = _unfenced(text)
        text = _without_break(text, self._head)
        text = _without_echo(text, self._head)
        text = self._cut(text)
        text = _without_overlap(text, self._tail)
        text = text.rstrip()
        return text if text.strip() else ""

    def _cut(self, text: str) -> str:
        lines = text.split("\n")[: self._max_lines]
        following = self._following.strip()
        for number, line in enumerate(lines[1:], 1):
            if following and line.strip() == following:  # it has run into what is there already
                return "\n".join(lines[:number])
        return "\n".join(lines)


def _lines(text: str) -> int:
    """Line breaks after the first character that is not blank, plus one."""
    return text.strip(" \t").count("\n") + 1


def _unfenced(text: str) -> str:
    """What stands inside the first fence, or the text itself where there is none."""
    opening = _FENCE.search(text)
    if opening is None:
        return text
    before = text[: opening.start()]
    if before.strip() and ("\n" in before.strip() or not before.strip().endswith(":")):
        return before  # code came first, then a fence: what is in the fence is another thing
    inside = text[opening.end() :]
    closing = _FENCE.search(inside)
    return inside[: closing.start()].removesuffix("\n") if closing else inside


def _without_break(text: str, head: str) -> str:
    """Without line breaks before the first character.

    After a head that is not blank, a break followed by indentation is a new line of code, which does not belong on
    this one: then nothing is left. A break without indentation is how chat models begin an answer.
    """
    stripped = text.lstrip("\n")
    if stripped == text:
        return text
    if head.strip() and stripped[:1] in (" ", "\t"):
        return ""
    return stripped


def _without_echo(text: str, head: str) -> str:
    """Without a repetition of the line's head, or of its last words."""
    if not head:
        return text
    for echo in (head, head.lstrip()):
        if text.startswith(echo) and (echo.isspace() or len(echo) >= _MIN_ECHO):
            return text[len(echo) :]
    if text.lstrip().startswith(head.strip()) and len(head.strip()) >= _MIN_ECHO:
        rest = text.lstrip()[len(head.strip()) :]
        return rest.lstrip(" ") if head[-1:].isspace() else rest
    for length in range(min(len(head), len(text)), _MIN_ECHO - 1, -1):
        at_word = not _joins(head[-length - 1 : -length], head[-length : len(head) - length + 1])
        if at_word and text.startswith(head[-length:]):
            return text[length:]
    return text


def _joins(left: str, right: str) -> bool:
    """Whether two characters belong to one word."""
    return bool(left) and (left.isalnum() or left == "_") and (right.isalnum() or right == "_")


def _without_overlap(text: str, tail: str) -> str:
    """Without the end that already stands after the caret; closing brackets go only where they have no partner."""
    rest = tail.rstrip()
    for length in range(min(len(text), len(rest)), 0, -1):
        part, kept = rest[:length], text[:-length]
        if not text.endswith(part):
            continue
        if set(part) <= _TRAILERS:
            if set(part).isdisjoint(_CLOSE) or _unbalanced(kept) < _unbalanced(text):
                return kept
        elif length >= _MIN_ECHO or length == len(rest):
            return kept
    return text


def _unbalanced(text: str) -> int:
    """How many closing brackets have no opening one in this text."""
    waiting: list[str] = []
    lonely = 0
    for character in text:
        if character in _OPEN:
            waiting.append(character)
        elif character in _CLOSE:
            if waiting and waiting[-1] == _PAIRS[character]:
                waiting.pop()
            else:
                lonely += 1
    return lonely
