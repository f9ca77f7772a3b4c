"""The log of a failed build, read: which of the project's files it complains about, and where. All of it blocking.

Loads the parser of logs: only what a deployment has failed for imports this module.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autocrea_lsp.assist.blocks import blocks, moved_to
from autocrea_lsp.deploy.buildlog import Problem, problems
from autocrea_lsp.errors import UserError
from autocrea_lsp.lsp.deploying.placing import Spot, spot
from autocrea_lsp.text import split_lines
from autocrea_lsp.workspace.places import read_text

MANIFESTS = ("package.json", "pyproject.toml", "requirements.txt", "go.mod", "Cargo.toml")
_MOST_ROOTS = 12  # folders that a project within the project may be in: the log is read once for each
_MAX_BYTES = 2_000_000  # of a file in which a line is looked up


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A problem and where it stands in its file as it is now."""

    path: Path
    problem: Problem
    spot: Spot


def read_log(log: str, folder: Path, root_directory: str) -> list[Problem]:
    """The problems of files that are there.

    Hosts name files from the folder that they build in, which nobody knows any more of a deployment that an earlier
    server began: where no file fits, it is the one project inside whose files do.
    """
    lines = log.splitlines()
    real = folder.resolve()

    def exists(path: str) -> bool:
        found = folder / path
        try:
            return found.is_file() and found.resolve().is_relative_to(real)
        except (OSError, ValueError):
            return False

    found = problems(lines, exists=exists, root_directory=root_directory)
    if found or root_directory:
        return found
    tried = [problems(lines, exists=exists, root_directory=inner) for inner in _projects_in(folder)]
    fitting = [each for each in tried if each]
    return fitting[0] if len(fitting) == 1 else []


def place(
    found: Sequence[Problem],
    folder: Path,
    *,
    opened: Mapping[Path, Sequence[str]],
    deployed: Mapping[Path, Sequence[str]],
) -> list[Found]:
    """Where they stand now, but for those whose line was edited since the deployment began.

    `opened`: the lines of documents as the editor has them; `deployed`: of files as they went, where that is known.
    """
    placed: list[Found] = []
    for path in dict.fromkeys(folder / each.path for each in found):
        lines = opened.get(path)
        if lines is None:
            lines = lines_of(path)
        if lines is None:
            continue
        changes = blocks(deployed[path], lines) if path in deployed else []
        for each in (each for each in found if folder / each.path == path):
            line = moved_to(each.line - 1, changes)
            if line is not None:
                placed.append(Found(path=path, problem=each, spot=spot(each, line, lines)))
    return placed


def lines_of(path: Path) -> list[str] | None:
    """The lines of a file on disk; None for one that is gone, or is no text."""
    try:
        return split_lines(read_text(path.resolve(), _MAX_BYTES))
    except (UserError, OSError, RuntimeError):
        return None


def _projects_in(folder: Path) -> list[str]:
    """Folders with a manifest, one or two levels down, as paths relative to the folder."""
    below = [each for first in _folders(folder) for each in (first, *_folders(first))]
    found = (each for each in below if any((each / name).is_file() for name in MANIFESTS))
    return [each.relative_to(folder).as_posix() for each in itertools.islice(found, _MOST_ROOTS)]


def _folders(folder: Path) -> list[Path]:
    try:
        found = sorted(each for each in folder.iterdir() if each.is_dir())
    except OSError:
        return []
    return [each for each in found if each.name != "node_modules" and not each.name.startswith(".")]
