"""Which files the user keeps from the model: by an ignore file, or by a name that says "secret".

Per kind of ignore file the algorithm is git's: the file nearest to a path decides, in it the last line that matches,
and nothing inside an excluded folder can be taken back. A path is excluded when any kind excludes it, under the name
it was asked by, under the one it really has, or under one that a link on the way has. Rules reach up to the top of
the repository that a workspace folder lies in; outside of the folders there are none.

Limits: a hard link to an excluded file, a copy of it and what other programs send are out of our sight, and so is the
user's own list in git's `core.excludesFile`. A change on disk counts after at most two seconds.
"""

from __future__ import annotations

import os
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from autocrea_lsp.workspace import ignore_rules
from autocrea_lsp.workspace.ignore_rules import Rules
from autocrea_lsp.workspace.sensitive import is_sensitive, is_sensitive_path, uri_path

GITIGNORE = ".gitignore"
IGNORE_FILES = (
    ".autocreaignore",
    ".aiignore",
    ".cursorignore",
    ".copilotignore",
    ".continueignore",
    ".aiexclude",
    ".geminiignore",
    GITIGNORE,
)

_EMPTY_IS_EVERYTHING = ".aiexclude"
_FRESH_S = 2.0  # how long an answer stands without a look at the disk
_MOST_CACHED = 4096
_MOST_LINKS = 40  # the kernel's own limit
_LONGEST_PATH = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    excluded: str | None = None  # the sentence
    in_context: bool = True


@dataclass(slots=True, kw_only=True)
class _Read:
    """An ignore file, as it was when its state on disk was `mark`."""

    mark: object
    rules: Rules | None
    looked_at: float


class Exclusions:
    """Answers for the workspace's folders; safe to ask at every keystroke."""

    def __init__(
        self,
        folders: Sequence[Path],
        *,
        gitignore: Literal["context", "all", "off"] = "context",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folders = tuple(folders)
        self._gitignore = gitignore
        self._clock = clock
        self._verdicts: dict[str, tuple[float, _Verdict]] = {}
        self._files: dict[str, _Read] = {}
        self._tops: tuple[str, ...] | None = None

    def why_excluded(self, uri: str) -> str | None:
        """Why nothing of that document may be sent, as a sentence for the user; None where it may. Never raises."""
        return self._verdict(uri).excluded

    def in_context(self, uri: str) -> bool:
        """Whether its text may go along with a prompt about another file. Never raises."""
        return self._verdict(uri).in_context

    def refresh(self) -> None:
        """Look at the disk again: an ignore file was saved, or something in the workspace moved."""
        self._verdicts.clear()
        self._files.clear()
        self._tops = None

    def _verdict(self, uri: str) -> _Verdict:
        now = self._clock()
        cached = self._verdicts.get(uri)
        if cached is not None and now - cached[0] < _FRESH_S:
            return cached[1]
        verdict = self._judge(uri, now)
        if len(self._verdicts) >= _MOST_CACHED:
            self._verdicts.clear()
        self._verdicts[uri] = (now, verdict)
        return verdict

    def _judge(self, uri: str, now: float) -> _Verdict:
        if is_sensitive(uri):
            return _SENSITIVE
        path = uri_path(uri)
        if not path.startswith("/") or _scheme(uri) == "untitled":
            return _Verdict()
        try:
            paths = list(_names(path))
        except (OSError, ValueError):
            return _UNCLEAR
        if any(is_sensitive_path(each) for each in paths):
            return _SENSITIVE
        shown = True
        for each in paths:
            top = self._top(each)
            if top is None:
                continue
            for kind in IGNORE_FILES:
                if kind == GITIGNORE and self._gitignore == "off":
                    continue
                why = self._why(kind, top, each, now)
                if why is None:
                    continue
                if kind != GITIGNORE or self._gitignore == "all":
                    return _Verdict(excluded=why, in_context=False)
                shown = False
        return _Verdict(in_context=shown)

    def _why(self, kind: str, top: str, path: str, now: float) -> str | None:
        """Git's walk from the top down to the path: the first step that is excluded excludes it."""
        governing: list[tuple[str, Rules]] = []
        folder = top
        steps = os.path.relpath(path, top).split("/")
        for depth in range(len(steps)):
            # Of two that govern the same folder the later one is asked first.
            governing.extend((folder, rules) for rules in self._rules(kind, folder, now))
            step = os.path.join(folder, steps[depth])  # noqa: PTH118  # per keystroke; Path costs ten times as much
            for base, rules in reversed(governing):
                relative = unicodedata.normalize("NFC", step[len(base) :].lstrip("/"))
                verdict = rules.verdict(relative, folder=depth < len(steps) - 1)
                if verdict:
                    if rules.reason:
                        return f"{kind} {rules.reason}: nothing of what it governs is sent."
                    return f"Excluded by {kind}: nothing of this file is sent."
                if verdict is False:
                    break
            folder = step
        return None

    def _rules(self, kind: str, folder: str, now: float) -> Iterator[Rules]:
        names = (".git/info/exclude", GITIGNORE) if kind == GITIGNORE else (kind,)
        for name in names:
            path = f"{folder.rstrip('/')}/{name}"
            known = self._files.get(path)
            if known is None or now - known.looked_at >= _FRESH_S:
                known = self._look(path, known, now, empty_is_everything=kind == _EMPTY_IS_EVERYTHING)
            if known.rules is not None:
                yield known.rules

    def _look(self, path: str, known: _Read | None, now: float, *, empty_is_everything: bool) -> _Read:
        mark = _mark(path)
        if known is not None and known.mark == mark:
            known.looked_at = now
            return known
        rules = ignore_rules.read(Path(path), empty_is_everything=empty_is_everything)
        if len(self._files) >= 4 * _MOST_CACHED:
            self._files.clear()
        read = self._files[path] = _Read(mark=mark, rules=rules, looked_at=now)
        return read

    def _top(self, path: str) -> str | None:
        """The outermost folder whose rules hold for that path."""
        if self._tops is None:
            given = [os.path.abspath(folder) for folder in self._folders]  # noqa: PTH100  # resolves no links
            real = [os.path.realpath(folder) for folder in self._folders]
            self._tops = tuple(sorted({*given, *real}, key=len))
        folder = next((top for top in self._tops if _inside(path, top)), None)
        return None if folder is None else _repository(folder)


_SENSITIVE = _Verdict(excluded="A file of this name holds secrets: nothing of it is sent.", in_context=False)
_UNCLEAR = _Verdict(excluded="The path of this file cannot be followed: nothing of it is sent.", in_context=False)


def _names(path: str) -> Iterator[str]:
    """The path without dots, then where its links lead, one by one, then the real one. Raises OSError, ValueError."""
    if len(path) > _LONGEST_PATH:
        raise ValueError
    path = os.path.normpath(path.removeprefix("/") if path.startswith("//") else path)
    yield path
    real = os.path.realpath(path)
    if real != path:
        yield real
    step = path
    for _ in range(_MOST_LINKS):
        if not os.path.islink(step):  # noqa: PTH114
            return
        target = os.readlink(step)  # noqa: PTH115
        step = os.path.normpath(os.path.join(os.path.dirname(step), target))  # noqa: PTH118, PTH120
        yield step
    raise ValueError  # in a circle


def _mark(path: str) -> object:
    """What changes when the file does."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except FileNotFoundError:
        return os.path.islink(path)  # noqa: PTH114
    except OSError as error:
        return error.errno
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode


def _repository(folder: str) -> str:
    """The top of the repository that the folder lies in; the folder where it lies in none."""
    place = folder
    while not os.path.lexists(f"{place.rstrip('/')}/.git"):
        parent = os.path.dirname(place)  # noqa: PTH120
        if parent == place:
            return folder
        place = parent
    return place


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _scheme(uri: str) -> str:
    try:
        return urlsplit(uri).scheme
    except ValueError:
        return ""
