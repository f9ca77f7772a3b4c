"""Where the program keeps its own files: platformdirs' places (XDG on Linux), or one directory that the user names.

`AUTOCREA_HOME` moves all of them (portable use, tests): `$AUTOCREA_HOME/state`, `/data`, `/config` and `/log`.
Looking a place up creates nothing; `private` does.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

import platformdirs

from autocrea_lsp.errors import UserError
from autocrea_lsp.store.files import private_directory

HOME_VARIABLE = "AUTOCREA_HOME"

_APP = "autocrea-lsp"


def state_dir() -> Path:
    """What is the program's own and grows: the usage database. Raises UserError where there is no home, as all do."""
    return _place("state")


def data_dir() -> Path:
    """What was installed: model weights."""
    return _place("data")


def config_dir() -> Path:
    """What the user wrote: the file of keys."""
    return _place("config")


def log_dir() -> Path:
    """Log files."""
    return _place("log")


def database() -> Path:
    """The usage database."""
    return state_dir() / "usage.db"


def private(directory: Path) -> Path:
    """That directory of ours, made if it is missing, for its owner only whatever the umask. Raises OSError."""
    private_directory(directory)
    if os.name == "posix" and stat.S_IMODE(directory.stat().st_mode) & 0o077:
        with contextlib.suppress(PermissionError):  # another user's, who then reads it anyway
            directory.chmod(0o700)
    return directory


def _place(kind: str) -> Path:
    home = os.environ.get(HOME_VARIABLE)
    if home:
        # `~` for those who set it in a file that no shell reads; a relative one counts from where we were started.
        return _home(home) / kind
    try:
        places = platformdirs.PlatformDirs(_APP, appauthor=False)
        path: Path = getattr(places, f"user_{kind}_path")
    except (RuntimeError, OSError):  # no HOME, and no entry in the user database
        raise _homeless() from None
    return path


def _home(value: str) -> Path:
    try:
        return Path(value).expanduser().absolute()
    except RuntimeError:
        raise _homeless() from None


def _homeless() -> UserError:
    return UserError(
        "There is no home directory to keep files in.",
        hint=f"Set HOME, or set {HOME_VARIABLE} to a directory of your own.",
    )
