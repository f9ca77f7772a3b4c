"""The problems of failed builds that are shown, by file. Plain state: whoever changes it publishes what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from autocrea_lsp.lsp.deploying.placing import Spot, found_again, moved_by
from autocrea_lsp.text import body

if TYPE_CHECKING:
    from lsprotocol import types as lsp

    from autocrea_lsp.deploy.values import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """What was to be deployed, and where to."""

    project: str
    host: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A problem that is shown. `id` is its own; `deployment` that of the one that failed, begun at `begun_at`."""

    id: int
    deployment: str
    begun_at: float
    destination: Destination
    spot: Spot
    tool: str
    message: str
    severity: Level
    code: str


@dataclass(slots=True, kw_only=True)
class Marked:
    """A file with problems."""

    path: Path
    marks: list[Mark]


class Board:
    """The marks of one client. What changes them answers with the files whose marks are others now."""

    def __init__(self) -> None:
        self._files: dict[str, Marked] = {}

    def __bool__(self) -> bool:
        return bool(self._files)

    def find(self, uri: str) -> Marked | None:
        return self._files.get(unquote(uri))

    def all(self) -> list[Marked]:
        return list(self._files.values())

    def put(self, destination: Destination, marks: Iterable[tuple[Path, Mark]]) -> list[Marked]:
        """These instead of what there was of that destination."""
        changed = {id(each): each for each in self.drop(lambda _, mark: mark.destination == destination)}
        for path, mark in marks:
            key = unquote(path.as_uri())
            file = self._files.get(key)
            if file is None:
                emptied = (each for each in changed.values() if each.path == path)
                file = self._files[key] = next(emptied, None) or Marked(path=path, marks=[])
            file.marks.append(mark)
            changed[id(file)] = file
        return list(changed.values())

    def drop(self, unwanted: Callable[[Marked, Mark], bool]) -> list[Marked]:
        """Without those; files that have none any more are in the answer, and not here."""
        return [file for file in self.all() if self._keep(file, [m for m in file.marks if not unwanted(file, m)])]

    def edited(
        self, uri: str, changes: Sequence[lsp.TextDocumentContentChangeEvent], lines: Sequence[str]
    ) -> Marked | None:
        """The document of that name went through the changes and has these lines now."""
        file = self.find(uri)
        if file is None:
            return None
        kept = []
        for mark in file.marks:
            line: int | None = mark.spot.line
            for change in changes:
                line = moved_by(change, line, mark.spot.text) if line is not None else None
            if line is not None and line < len(lines) and body(lines[line]) == mark.spot.text:
                kept.append(_at(mark, line))
        return file if self._keep(file, kept) else None

    def settle(self, uri: str, lines: Sequence[str] | None) -> Marked | None:
        """The file has these lines, however that came; None: it is gone."""
        file = self.find(uri)
        if file is None:
            return None
        found = [(mark, found_again(mark.spot.line, mark.spot.text, lines or ())) for mark in file.marks]
        kept = [_at(mark, line) for mark, line in found if line is not None]
        return file if self._keep(file, kept) else None

    def _keep(self, file: Marked, marks: list[Mark]) -> bool:
        if marks == file.marks:
            return False
        file.marks = marks
        if not marks:
            self._files = {key: each for key, each in self._files.items() if each is not file}
        return True


def _at(mark: Mark, line: int) -> Mark:
    return mark if mark.spot.line == line else replace(mark, spot=replace(mark.spot, line=line))
