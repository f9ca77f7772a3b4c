"""The link files of hosts' own clients, such as `.vercel/project.json`: read with care, written as a whole."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autocrea_lsp.deploy.bundle.ignoring import GITIGNORE, is_ignored
from autocrea_lsp.errors import UserError

MAX_BYTES = 65_536  # they hold two ids and a name
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def read_json(folder: Path, name: str) -> Mapping[str, Any] | None:
    """The object in that file below the folder; None where there is none. Blocking.

    Raises UserError for what is no JSON object, and for a file outside of the folder that a link leads to.
    """
    path = folder / name
    if not path.exists():
        return None
    _inside(folder, path, name)
    try:
        descriptor = os.open(path, _FLAGS)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UserError(f"{name} is no file.", hint="Remove it and link the folder again.")
            data = os.read(descriptor, MAX_BYTES + 1)
        finally:
            os.close(descriptor)
        value = json.loads(data.decode("utf-8")) if len(data) <= MAX_BYTES else None
    except OSError as error:
        raise UserError(f"{name} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise UserError(f"{name} is not what a host's client writes.", hint="Remove it and link the folder again.")
    return value


def write_json(folder: Path, name: str, value: Mapping[str, Any]) -> str:
    """Write it in one step. What was added to `.gitignore`, as a sentence, "" where nothing was. Blocking.

    Hosts' clients have git ignore the folder of a link file, so we do where git is used.
    """
    path = folder / name
    _inside(folder, path.parent if path.parent.exists() else folder, name)
    path.parent.mkdir(exist_ok=True)
    _inside(folder, path.parent, name)
    descriptor, fresh = tempfile.mkstemp(prefix=".autocrea-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(dict(value), file, ensure_ascii=False, separators=(",", ":"))
        Path(fresh).chmod(0o644)
        Path(fresh).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(fresh).unlink()
        raise
    return _ignore(folder, path)


def _ignore(folder: Path, path: Path) -> str:
    rules = folder / GITIGNORE
    if not (rules.is_file() or (folder / ".git").exists()) or rules.is_symlink() or is_ignored(folder, path):
        return ""
    line = f"{path.parent.name}\n" if path.parent != folder else f"/{path.name}\n"
    before = rules.read_text(encoding="utf-8") if rules.is_file() else ""
    rules.write_text(before + ("" if not before or before.endswith("\n") else "\n") + line, encoding="utf-8")
    return f"Added {line.strip()} to {GITIGNORE}."


def _inside(folder: Path, path: Path, name: str) -> None:
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise UserError(f"{name} leads out of the project's folder.", hint="Remove it and link the folder again.")
