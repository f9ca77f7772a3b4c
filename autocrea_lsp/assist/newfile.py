"""Where a file that a model wants to make may go."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from autocrea_lsp.assist.source import Changed, Source
from autocrea_lsp.errors import UnusableAnswer, UserError
from autocrea_lsp.text import split_lines

if TYPE_CHECKING:
    from autocrea_lsp.assist.workspace import Workspace

LANGUAGES = {
    "bash": "shellscript", "c": "c", "cc": "cpp", "cpp": "cpp", "cs": "csharp", "css": "css", "go": "go", "h": "c",
    "hpp": "cpp", "html": "html", "java": "java", "js": "javascript", "json": "json", "jsx": "javascriptreact",
    "lua": "lua", "mjs": "javascript", "php": "php", "py": "python", "pyi": "python", "rb": "ruby", "rs": "rust",
    "sh": "shellscript", "toml": "toml", "ts": "typescript", "tsx": "typescriptreact", "yaml": "yaml", "yml": "yaml",
}  # fmt: skip
"""LSP language id by file name ending; others have none."""


_TELLING = re.compile(r"[^\w./ -]")  # in a message, which some editors render: a link's or an address's marks


def quoted(path: str) -> str:
    """A path that a model named, for a message."""
    return repr(_TELLING.sub("?", path[:200]))


def language_of(name: str) -> str:
    return LANGUAGES.get(PurePosixPath(name).suffix.lstrip(".").lower(), "")


def place_new(workspace: Workspace, path: str, text: str, *, beside: Source | None = None) -> Changed:
    """The new file at `path`, relative to the workspace folder (of `beside`, else the first).

    Raises UnusableAnswer for a place where nothing may be made, with words for the user and the model.
    """
    folder = _folder(workspace, beside)
    try:
        place = workspace.places.check(str(folder / path.strip()) if not _is_absolute(path) else path)
    except UserError as error:
        raise UnusableAnswer(f"{quoted(path)} is no place for a new file: {error}") from None
    if place.exists():
        raise UnusableAnswer(f"{quoted(path)} exists already")
    uri = place.as_uri()
    if why := workspace.exclusions.why_excluded(uri):
        raise UnusableAnswer(f"{quoted(path)} is no place for a new file: {why}")
    source = Source(
        uri=uri, version=None, language=language_of(place.name), lines=(), name=place.relative_to(folder).as_posix()
    )
    return Changed(source=source, lines=tuple(split_lines(text)), is_new=True)


def _folder(workspace: Workspace, beside: Source | None) -> Path:
    """Real paths, since `Places.check` answers with one."""
    folders = [folder.resolve() for folder in workspace.folders]
    if not folders:
        raise UserError("There is no workspace folder to make a file in.", hint="Open the project's folder.")
    for folder in folders:
        if beside is not None and beside.uri.startswith(folder.as_uri() + "/"):
            return folder
    return folders[0]


def _is_absolute(path: str) -> bool:
    return path.strip().startswith(("/", "\\", "~")) or ":" in path
