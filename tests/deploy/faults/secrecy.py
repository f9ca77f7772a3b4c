"""Looking for what nobody may see: the token, either half of it, and the values of variables."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.deploy.faults.stage import VARIABLE
from tests.emulators.vercel import CANARY


def pieces() -> list[str]:
    middle = len(CANARY) // 2
    return [CANARY[:middle], CANARY[middle:], VARIABLE]


def seen(what: str | bytes) -> bool:
    """Whether any of it is there."""
    text = what if isinstance(what, str) else what.decode("latin-1")
    return any(piece in text for piece in pieces())


def files_with_it(paths: Iterable[Path]) -> list[str]:
    """Their names."""
    return [path.name for path in paths if seen(path.read_bytes())]


def database_files(path: Path) -> list[Path]:
    """The database in this folder and what SQLite keeps beside it."""
    return sorted(path.glob("autocrea.db*"))
