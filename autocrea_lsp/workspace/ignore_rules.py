"""One ignore file in gitignore's syntax, as rules that match in linear time whatever a repository writes into it.

Matching is git's, with one difference that only hides more, unless it is asked for without: a rule that excludes also
matches in other letter case, one that takes back (`!`) only in its own. No library here: those translate `*a*a*a*b` to
a regular expression that takes seconds on a long name, and this file comes with the repository. Between two wildcards
the leftmost place is always as good as any other, so that nothing but the last one ever needs another try: hence the
atomic groups.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 512 * 1024  # the largest of the public templates has 10 KB
MAX_RULES = 5_000

_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0)  # Windows has none
_CLASS_NAMES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}

_NOT_THESE = "(?!/|["


class Unreadable(Exception):
    """The file says something, and we cannot know what: all it governs counts as excluded. `str()` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line. `pattern` is matched against a path relative to the file's folder, "/" between names."""

    excludes: bool  # False: takes back ("!")
    folders_only: bool
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one file says. `everything`: it excludes all below its folder; then `reason` says why that is."""

    lines: tuple[Rule, ...] = ()
    everything: bool = False
    reason: str = ""

    def verdict(self, relative: str, folder: bool) -> bool | None:
        """True: excluded, False: taken back, None: this file has no opinion. The last line that matches decides."""
        if self.everything:
            return True
        for rule in reversed(self.lines):
            if (folder or not rule.folders_only) and rule.pattern.fullmatch(relative):
                return rule.excludes
        return None


def read(path: Path, *, empty_is_everything: bool = False) -> Rules | None:
    """The rules of that file, None where there is none. What cannot be read or understood excludes everything."""
    try:
        text = read_text(path)
        if text is None:
            return None
        lines = tuple(parse(text))
    except Unreadable as error:
        return Rules(everything=True, reason=str(error))
    if empty_is_everything and not lines:
        return Rules(everything=True)
    return Rules(lines=lines)


def parse(text: str, *, any_case: bool = True) -> Iterator[Rule]:
    """The rules in a file's text. `any_case`: those that exclude do so in any letter case. Raises Unreadable."""
    count = 0
    for raw in text.removeprefix("\ufeff").split("\n"):
        rule = _rule(unicodedata.normalize("NFC", raw.removesuffix("\r")), any_case)
        if rule is None:
            continue
        count += 1
        if count > MAX_RULES:
            raise Unreadable(f"has more than {MAX_RULES} lines")
        yield rule


def read_text(path: Path) -> str | None:
    """What is in that file, None where there is none. Raises Unreadable."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:  # Path.open takes no opener
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Unreadable("is not a file")
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        if path.is_symlink():
            raise Unreadable("is a link to nothing") from None
        return None
    except NotADirectoryError:
        return None
    except IsADirectoryError:
        raise Unreadable("is not a file") from None
    except OSError:
        raise Unreadable("cannot be read") from None
    if len(data) > MAX_BYTES:
        raise Unreadable(f"is larger than {MAX_BYTES // 1024} KB")
    if b"\0" in data:
        raise Unreadable("is not a text file")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("is not a text file in UTF-8") from None


def _without_waiting(path: str, flags: int) -> int:
    """A pipe of that name would otherwise hold the server until somebody writes to it."""
    return os.open(path, flags | _WITHOUT_WAITING)


def _rule(line: str, any_case: bool) -> Rule | None:
    if line.startswith("#"):
        return None
    excludes = not line.startswith("!")
    pattern = _strip(line if excludes else line[1:])
    folders_only = pattern.endswith("/")
    if folders_only:
        pattern = pattern[:-1]
    if not pattern:
        return None
    anchored = "/" in pattern
    # Two stars or more that fill a name are `**`; inside a name they are one star.
    names = ["**" if len(name) > 1 and not name.strip("*") else name for name in pattern.removeprefix("/").split("/")]
    source = _source(names if anchored else ["**", *names])
    if source is None:
        return None
    try:
        return Rule(excludes=excludes, folders_only=folders_only, pattern=_compile(source, excludes and any_case))
    except re.error:  # a range that runs backwards, for one: git matches nothing with it
        return None


def _compile(source: str, any_case: bool) -> re.Pattern[str]:
    if not any_case:
        return re.compile(source, re.DOTALL)
    if _NOT_THESE in source:  # `[!a]` without case is narrower than with it: either will do
        return re.compile(f"{source}|(?i:{source})", re.DOTALL)
    return re.compile(source, re.DOTALL | re.IGNORECASE)


def _strip(line: str) -> str:
    """Without the blanks at its end, but for one behind a backslash."""
    end = len(line)
    while end and line[end - 1] == " ":
        slashes = end - 1 - len(line[: end - 1].rstrip("\\"))
        if slashes % 2:
            break
        end -= 1
    return line[:end]


def _source(names: list[str]) -> str | None:
    """A regular expression for the names between slashes. `**` stands for any folders, at the end for all below."""
    groups: list[list[str]] = [[]]
    for name in names:
        if name == "**":
            groups.append([])
            continue
        part = _name(name)
        if part is None:
            return None
        groups[-1].append(part)
    if names[-1] == "**":  # something must be below
        groups[-1] = ["[^/].*"]
    if all(not group for group in groups):
        return None
    last = len(groups) - 1
    source = ""
    for index, group in enumerate(groups):
        if not group:
            continue
        folders = "(?:[^/]+/)*?" if index else ""
        if index < last:
            text = "".join(f"{part}/" for part in group)
            source += f"(?>{folders}{text})"
        else:
            source += folders + "/".join(group)
    return source


def _name(name: str) -> str | None:
    """One name of a pattern. None: it can match nothing."""
    pieces: list[str] = [""]  # between the stars
    position = 0
    while position < len(name):
        char = name[position]
        position += 1
        if char == "*":
            if pieces[-1] or len(pieces) == 1:
                pieces.append("")
        elif char == "?":
            pieces[-1] += "[^/]"
        elif char == "[":
            found = _bracket(name, position)
            if found is None:
                return None
            text, position = found
            pieces[-1] += text
        elif char == "\\":
            if position == len(name):
                return None
            pieces[-1] += re.escape(name[position])
            position += 1
        else:
            pieces[-1] += re.escape(char)
    if len(pieces) == 1:
        return pieces[0]
    first, *middle, end = pieces
    if not (first or middle or end):
        return "[^/]+"
    return first + "".join(f"(?>[^/]*?{piece})" for piece in middle) + "[^/]*" + end


def _bracket(name: str, position: int) -> tuple[str, int] | None:
    """The character class that begins behind `[`, and where the name goes on. None: it has no end."""
    negated = position < len(name) and name[position] in "!^"
    position += negated
    inner, start = "", position
    while position < len(name) and (name[position] != "]" or position == start):
        if name.startswith("[:", position) and (end := name.find(":]", position)) > 0:
            known = _CLASS_NAMES.get(name[position + 2 : end])
            if known is None:
                return None
            inner, position = inner + known, end + 2
            continue
        escaped = name[position] == "\\"
        position += escaped
        if position == len(name):
            return None
        between = name[position] == "-" and not escaped and position > start
        inner += "-" if between else re.escape(name[position])
        position += 1
    if position == len(name):
        return None
    return (f"{_NOT_THESE}{inner}])." if negated else f"(?!/)[{inner}]"), position + 1
