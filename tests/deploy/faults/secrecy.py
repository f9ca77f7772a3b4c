"""Looking for what nobody may see: the token, either half of it, and the values of variables."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.deploy.faults.stage import VARIABLE


def pieces(token: str) -> list[str]:
    middle = len(token) // 2
    return [token[:middle], token[middle:], VARIABLE]


def seen(token: str, what: str | bytes) -> bool:
    """Whether any of it is there."""
    text = what if isinstance(what, str) else what.decode("latin-1")
    return any(piece in text for piece in pieces(token))


def files_with_it(token: str, paths: Iterable[Path]) -> list[str]:
    """Their names."""
    return [path.name for path in paths if seen(token, path.read_bytes())]


def database_files(path: Path) -> list[Path]:
    """The database in this folder and what SQLite keeps beside it."""
    return sorted(path.glob("autocrea.db*"))
