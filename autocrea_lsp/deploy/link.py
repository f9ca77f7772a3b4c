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
_FLAGS = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in ("O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC"))
_AGAIN = "Remove it and link the folder again."


def read_json(folder: Path, name: str) -> Mapping[str, Any] | None:
    """The object in that file below the folder; None where there is none. Blocking.

    Raises UserError for what is no JSON object, and for a file outside of the folder that a link leads to.
    """
    path = folder / name
    if not os.path.lexists(path):
        return None
    try:
        descriptor = os.open(_inside(folder, path, name), _FLAGS)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UserError(f"{name} is no file.", hint=_AGAIN)
            data = os.read(descriptor, MAX_BYTES + 1)
        finally:
            os.close(descriptor)
        value = json.loads(data.decode("utf-8")) if len(data) <= MAX_BYTES else None
    except OSError as error:
        raise UserError(f"{name} cannot be read: {error.strerror}.", hint=_AGAIN) from None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise UserError(f"{name} is not what a host's client writes.", hint=_AGAIN)
    return value


def write_json(folder: Path, name: str, value: Mapping[str, Any]) -> str:
    """Write it in one step. What became of `.gitignore`, as a sentence, "" where nothing did. Blocking.

    Hosts' clients have git ignore the folder of a link file, so we do where git is used. Raises UserError where the
    file cannot be written, or would be outside of the folder.
    """
    path = folder / name
    try:
        _inside(folder, path.parent, name)
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
    except OSError as error:
        raise UserError(f"{name} cannot be written: {error.strerror}.", hint="May you write to the folder?") from None
    return _ignore(folder, path)


def _ignore(folder: Path, path: Path) -> str:
    rules = folder / GITIGNORE
    line = path.parent.name if path.parent != folder else f"/{path.name}"
    try:
        if not (os.path.lexists(rules) or (folder / ".git").exists()) or is_ignored(folder, path):
            return ""
        if rules.is_symlink():
            return f"Add {line} to {GITIGNORE}: it is a link, and was left as it is."
        with rules.open("ab+") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
            gap = b"" if file.read(1) in (b"", b"\n") else b"\n"
            file.write(gap + f"{line}\n".encode())
    except (OSError, UserError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        return f"Add {line} to {GITIGNORE}: it could not be done here ({reason})."
    return f"Added {line} to {GITIGNORE}."


def _inside(folder: Path, path: Path, name: str) -> str:
    """Where it really is."""
    real = os.path.realpath(path)
    if not Path(real).is_relative_to(os.path.realpath(folder)):
        raise UserError(f"{name} leads out of the project's folder.", hint=_AGAIN)
    return real
