"""What a model's answer says should be changed: read from its text, and put into the texts that it was shown.

Three forms are read, because not every server can promise JSON: the object that `SCHEMA` describes (alone, in a fence,
or inside prose), `<edit path="…"><old>…</old><new>…</new></edit>`, and one `<replacement>` for the lines asked about.
An edit names what it replaces by its text, not by line numbers, which models count badly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autocrea_lsp.errors import UnusableAnswer
from autocrea_lsp.text import body, split_lines

MAX_EDITS = 200

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["explanation", "edits"],
    "properties": {
        "explanation": {"type": "string", "description": "What was changed and why, in Markdown, for the developer."},
        "edits": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["path", "old", "new"],
                "properties": {
                    "path": {"type": "string", "description": "The document's path as it was given."},
                    "old": {"type": "string", "description": "Whole lines to replace, exactly as they stand there."},
                    "new": {"type": "string", "description": "What they become."},
                },
            },
        },
    },
}

_FENCE = re.compile(r"\A\s*```[\w+-]*[ \t]*\n(.*?)\n?```\s*\Z", re.DOTALL)
_EDIT = re.compile(
    r"<edit\b[^>]{0,20}?path=\"([^\"]{0,1000})\"[^>]{0,20}>\s{0,20}<old>(.*?)</old>\s{0,20}<new>(.*?)</new>", re.DOTALL
)
_REPLACEMENT = re.compile(r"<replacement>(.*?)</replacement>", re.DOTALL)
_EXPLANATION = re.compile(r"<explanation>(.*?)</explanation>", re.DOTALL)
_AGAIN = "Ask once more, or select less."


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """`old` "" is a new file, or an empty one; None stands for the lines that were asked about."""

    path: str
    old: str | None
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    explanation: str
    edits: tuple[Edit, ...]


def read(text: str) -> Edits:
    """The edits of an answer. Raises UnusableAnswer for one in no known form."""
    if (found := _json(text)) is not None:
        return _from_json(found)
    explained = _EXPLANATION.search(text)
    explanation = explained[1].strip() if explained else ""
    if tagged := _EDIT.findall(text):
        edits = tuple(
            Edit(path=path, old=_unwrapped(old), new=_unwrapped(new)) for path, old, new in tagged[:MAX_EDITS]
        )
        return Edits(explanation=explanation, edits=edits)
    if whole := _REPLACEMENT.search(text):
        return Edits(explanation=explanation, edits=(Edit(path="", old=None, new=_unwrapped(whole[1])),))
    raise UnusableAnswer("JoxCoder's answer is not an edit.", hint=_AGAIN)


def put(text: str, edit: Edit, *, first: int, last: int) -> str:
    """The text with the edit in it. `old` must stand exactly once in lines `first` to before `last`, or in the text.

    Blanks at line ends and a common indentation may differ, as models are careless with both; the text's own count.
    Raises UnusableAnswer, with words for the model.
    """
    lines = split_lines(text)
    if edit.old is None:
        return "".join(lines[:first]) + _ended(edit.new, lines[first:last]) + "".join(lines[last:])
    if not edit.old.strip():
        if not text.strip():
            return edit.new
        raise UnusableAnswer("an edit does not say which lines it replaces (`old` is empty)")
    old = [body(line) for line in split_lines(edit.old)]
    loose = [line.strip() for line in split_lines(edit.old.strip("\n"))]
    for wanted, have in ((old, [body(line) for line in lines]), (loose, [line.strip() for line in lines])):
        for low, high in ((first, last), (0, len(lines))):
            places = _places(wanted, have, low, high)
            if len(places) > 1:
                raise UnusableAnswer(f"`old` stands {len(places)} times in the document; give more lines around it")
            if places:
                end = places[0] + len(wanted)
                new = edit.new if wanted is old else _indented(edit, lines[places[0]])
                return "".join(lines[: places[0]]) + _ended(new, lines[places[0] : end]) + "".join(lines[end:])
    if text.count(edit.old) == 1:  # part of a line
        return text.replace(edit.old, edit.new)
    raise UnusableAnswer(f"`old` does not stand in the document as given: {_short(edit.old)}")


def _places(wanted: list[str], have: list[str], first: int, last: int) -> list[int]:
    """Where all the wanted lines stand one after the other, inside `first` to before `last`."""
    return [at for at in range(first, last - len(wanted) + 1) if have[at : at + len(wanted)] == wanted]


def _indented(edit: Edit, line: str) -> str:
    """The edit's new lines, moved from the indentation of its first old line to that of the line that stands there."""
    assert edit.old is not None
    given, own = _indent(split_lines(edit.old.strip("\n"))[0]), _indent(line)
    new = split_lines(edit.new.strip("\n"))
    return "".join(f"{own}{part.removeprefix(given)}" if part.strip() else part for part in new)


def _json(text: str) -> dict[str, Any] | None:
    """The answer's object: the text itself, what its fence holds, or what stands between its outermost braces."""
    fenced = _FENCE.match(text)
    start, end = text.find("{"), text.rfind("}")
    for candidate in (text, fenced[1] if fenced else "", text[start : end + 1] if 0 <= start < end else ""):
        try:
            value = json.loads(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and "edits" in value:
            return value
    return None


def _from_json(value: Mapping[str, Any]) -> Edits:
    explanation, raw = value.get("explanation", ""), value["edits"]
    if not isinstance(explanation, str) or not isinstance(raw, list) or len(raw) > MAX_EDITS:
        raise UnusableAnswer("JoxCoder's answer does not have the form that was asked for.", hint=_AGAIN)
    edits = []
    for item in raw:
        match item:
            case {"path": str(path), "old": str(old), "new": str(new)}:
                edits.append(Edit(path=path, old=old, new=new))
            case _:
                raise UnusableAnswer("JoxCoder's answer does not have the form that was asked for.", hint=_AGAIN)
    return Edits(explanation=explanation, edits=tuple(edits))


def _unwrapped(text: str) -> str:
    """A tag's content without the line ends that only set it apart from the tags, and without a fence."""
    text = text.removeprefix("\n")
    fenced = _FENCE.match(text)
    return fenced[1] + "\n" if fenced else text


def _ended(new: str, replaced: list[str]) -> str:
    """`new` with a line end at its end where what it replaces had one."""
    if new and replaced and replaced[-1].endswith("\n") and not new.endswith("\n"):
        return new + "\n"
    return new


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _short(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else ""
    return repr(line[:80])
