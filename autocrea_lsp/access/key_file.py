"""The file of keys in the configuration directory: TOML, one `provider = "key"` a line, for its owner alone."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

import platformdirs

from autocrea_lsp.access.secret import clean
from autocrea_lsp.errors import NoCredentials

NAME = "credentials.toml"
_MAX_BYTES = 64 * 1024  # a few keys; anything larger is another file


def path() -> Path | None:
    """Where the file would be; None where there is no home directory.

    The same place as `workspace.paths.config_dir()`, which this layer may not import; a test holds them together.
    """
    try:
        if home := os.environ.get("AUTOCREA_HOME"):
            return Path(home).expanduser().absolute() / "config" / NAME
        return platformdirs.user_config_path("autocrea-lsp", appauthor=False) / NAME
    except (RuntimeError, OSError):
        return None


def read(provider: str, file: Path | None = None) -> str | None:
    """The provider's key; None when there is no file or no such line.

    Raises NoCredentials when the file is not its owner's alone: a key that others can read is not used silently.
    """
    if (file := file or path()) is None:
        return None
    try:
        text = _read_private(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refused(f"cannot be read ({error.strerror})", "Make it readable for you.") from None
    try:
        value = tomllib.loads(text.decode("utf-8")).get(provider)
    except ValueError:  # the parser's message may quote the line, and the line holds the key
        raise _refused("is not TOML", f'Write one line for each key: {provider} = "your key".') from None
    if value is None:
        return None
    if not isinstance(value, str):
        raise _refused("holds something else than text", f'Write it as {provider} = "your key".')
    return clean(value)


def _read_private(file: Path) -> bytes:
    if file.is_symlink():
        raise _refused("is a symbolic link", "Put the file itself there.")
    # NOFOLLOW closes the gap between the look and the open; NONBLOCK because a FIFO would wait for a writer.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(file, flags)
    try:
        _check(os.fstat(descriptor))
        return os.read(descriptor, _MAX_BYTES)
    finally:
        os.close(descriptor)


def _check(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise _refused("is not a plain file", "Put a plain file there.")
    if os.name == "posix":  # elsewhere the mode says nothing about who may read
        if status.st_uid != os.geteuid():
            raise _refused("belongs to another user", "Make it yours (`chown`).")
        if status.st_mode & 0o077:
            raise _refused("can be read by others", "Make it yours alone (`chmod 600`).")
    if status.st_size > _MAX_BYTES:
        raise _refused("is too large", "Keep only keys in it.")


def _refused(what: str, then: str) -> NoCredentials:
    return NoCredentials(
        f"the file of keys, `{NAME}` in the configuration directory, {what}",
        hint=f"{then} `autocrea-lsp doctor` says where it is.",
    )
